//! Every candidate index keeps the same promises.

use crate::marks::{all, id, population};
use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::index::{CandidateIndex, Coherent, Graph, IndexError};

/// Every engine: the scan, the graph as it is, and the graph that never falls back to looking at all marks.
fn engines() -> Vec<Box<dyn CandidateIndex>> {
    vec![Box::new(Coherent::default()), Box::new(Graph::default()), Box::new(Graph::with_exact_max(0))]
}

#[test]
fn every_engine_puts_the_other_shot_of_the_firearm_first() {
    let population = population();
    for mut engine in engines() {
        for (at, mark) in population.iter().enumerate() {
            engine.insert(id(at), &Descriptor::of(mark)).unwrap();
        }
        for (at, mark) in population.iter().enumerate() {
            let query = Query::of(mark, &QueryOptions { mirror: true });
            let found = engine.search(&query, &|other| other != id(at), 3).unwrap();
            assert_eq!(found.candidates[0].mark, id(at ^ 1), "{} query {at}", engine.engine());
            assert!(found.candidates.len() <= 3);
            assert!(found.candidates.windows(2).all(|pair| pair[0].similarity >= pair[1].similarity));
        }
    }
}

#[test]
fn every_engine_refuses_a_second_mark_of_one_id_and_a_descriptor_that_does_not_fit() {
    let descriptor = Descriptor::of(&population()[0]);
    for mut engine in engines() {
        engine.insert(id(1), &descriptor).unwrap();
        assert!(matches!(engine.insert(id(1), &descriptor), Err(IndexError::Duplicate(_))));
        let mut short = descriptor.clone();
        short.vector.pop();
        assert!(matches!(engine.insert(id(2), &short), Err(IndexError::Unfit { .. })));
        let mut endless = descriptor.clone();
        endless.coarse.length = f32::NAN;
        assert!(matches!(engine.insert(id(2), &endless), Err(IndexError::Unfit { .. })));
        assert_eq!(engine.count(), 1, "{}", engine.engine());
    }
}

#[test]
fn a_removed_mark_is_never_found_again_and_its_id_can_be_given_anew() {
    let population = population();
    for mut engine in engines() {
        for (at, mark) in population.iter().enumerate() {
            engine.insert(id(at), &Descriptor::of(mark)).unwrap();
        }
        for at in (0..population.len()).step_by(2) {
            assert!(engine.remove(id(at)));
            assert!(!engine.remove(id(at)));
        }
        assert_eq!(engine.count(), population.len() / 2);
        let query = Query::of(&population[1], &QueryOptions::default());
        let found = engine.search(&query, &all, usize::MAX).unwrap();
        assert!(found.candidates.iter().all(|candidate| candidate.mark.0.as_u128() % 2 == 1), "{}", engine.engine());
        engine.insert(id(0), &Descriptor::of(&population[0])).unwrap();
        let found = engine.search(&query, &|mark| mark != id(1), 1).unwrap();
        assert_eq!(found.candidates[0].mark, id(0), "{}", engine.engine());
    }
}

#[test]
fn a_filter_hides_marks_and_the_scan_still_says_how_many_it_looked_at() {
    let population = population();
    for mut engine in engines() {
        for (at, mark) in population.iter().enumerate() {
            engine.insert(id(at), &Descriptor::of(mark)).unwrap();
        }
        let query = Query::of(&population[0], &QueryOptions::default());
        let found = engine.search(&query, &|mark| mark.0.as_u128() >= 4, usize::MAX).unwrap();
        assert!(found.candidates.iter().all(|candidate| candidate.mark.0.as_u128() >= 4));
        if engine.complete() {
            assert_eq!((found.considered, found.candidates.len()), (population.len() - 4, population.len() - 4));
        }
        let nothing = engine.search(&query, &|_| false, 10).unwrap();
        assert_eq!((nothing.candidates.len(), nothing.considered), (0, 0));
    }
}

#[test]
fn the_order_of_insertion_does_not_change_the_scan() {
    let population = population();
    let (mut forward, mut backward) = (Coherent::default(), Coherent::default());
    for at in 0..population.len() {
        forward.insert(id(at), &Descriptor::of(&population[at])).unwrap();
        let at = population.len() - 1 - at;
        backward.insert(id(at), &Descriptor::of(&population[at])).unwrap();
    }
    let query = Query::of(&population[3], &QueryOptions { mirror: true });
    let found = |index: &Coherent| index.search(&query, &all, usize::MAX).unwrap().candidates;
    assert_eq!(found(&forward), found(&backward));
}
