//! Every candidate index keeps the same promises.

use crate::marks::{Filled, all, id, population};
use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::index::{CandidateIndex, Coherent, Found, Graph, IndexError};
use headstamp_engine::methods::impression::ImpressionV1;
use headstamp_engine::search::Gallery;

/// What every engine answers: the scan, the graph as it is, and the graph that never falls back to looking at all marks.
fn every_engine(ask: impl Fn(&str, bool, &dyn Fn(&Query, usize, bool) -> Found)) {
    fn one(index: impl CandidateIndex, engine: &str, ask: &impl Fn(&str, bool, &dyn Fn(&Query, usize, bool) -> Found)) {
        let filled = Filled::with(index, population());
        ask(engine, filled.index.complete(), &|query, own, nothing| {
            let found = filled.search(query, |other| other != id(own) && !nothing, 3);
            // Where nothing is eligible the graph looks at all of it.
            assert!(nothing || found.engine == engine, "{} instead of {engine}", found.engine);
            found
        });
    }
    one(Coherent::default(), "coherent scan", &ask);
    one(Graph::default(), "all sketches", &ask);
    one(Graph::with_exact_max(0), "hnsw", &ask);
}

#[test]
fn every_engine_puts_the_other_shot_of_the_firearm_first() {
    every_engine(|engine, complete, search| {
        for (at, mark) in population().iter().enumerate() {
            let query = Query::of(mark, &QueryOptions { mirror: true });
            let found = search(&query, at, false);
            assert_eq!(found.candidates[0].mark, id(at ^ 1), "{engine} query {at}");
            assert!(found.candidates.len() <= 3);
            assert!(found.candidates.windows(2).all(|pair| pair[0].similarity >= pair[1].similarity));
            if complete {
                assert_eq!(found.considered, population().len() - 1);
            }
            let found = search(&query, at, true);
            assert_eq!((found.candidates.len(), found.considered), (0, 0));
        }
    });
}

#[test]
fn a_gallery_refuses_a_second_mark_of_one_id_and_a_descriptor_that_does_not_fit() {
    let descriptor = Descriptor::of(&population()[0]);
    let mut gallery = Gallery::new(&ImpressionV1);
    gallery.insert(id(1), &descriptor).unwrap();
    assert!(matches!(gallery.insert(id(1), &descriptor), Err(IndexError::Duplicate(_))));
    let mut short = descriptor.clone();
    short.vector.pop();
    assert!(matches!(gallery.insert(id(2), &short), Err(IndexError::Unfit { .. })));
    let mut endless = descriptor.clone();
    endless.coarse.length = f32::NAN;
    assert!(matches!(gallery.insert(id(2), &endless), Err(IndexError::Unfit { .. })));
    assert_eq!(gallery.count(), 1);
}

#[test]
fn a_removed_mark_is_never_found_again_and_its_id_can_be_given_anew() {
    let population = population();
    let mut gallery = Gallery::new(&ImpressionV1);
    for (at, mark) in population.iter().enumerate() {
        gallery.insert(id(at), &Descriptor::of(mark)).unwrap();
    }
    // The last removals leave more out than in, so the gallery is packed anew on the way.
    for at in (0..population.len()).step_by(2).chain([1, 3]) {
        assert!(gallery.remove(id(at)) && !gallery.remove(id(at)) && !gallery.holds(id(at)));
    }
    assert_eq!((gallery.count(), gallery.slots()), (population.len() / 2 - 2, population.len() / 2 - 1));
    let question = Query::of(&population[5], &QueryOptions::default());
    let found = gallery.first_answer(&question, &gallery.choose(&all));
    let mut left: Vec<_> = found.candidates.iter().map(|candidate| candidate.mark).collect();
    left.sort();
    assert_eq!(left, (2..population.len() / 2).map(|at| id(2 * at + 1)).collect::<Vec<_>>());
    gallery.insert(id(4), &Descriptor::of(&population[4])).unwrap();
    let found = gallery.first_answer(&question, &gallery.choose(&|mark| mark != id(5)));
    assert_eq!(found.candidates[0].mark, id(4));
}

#[test]
fn the_order_of_insertion_does_not_change_the_scan() {
    let population = population();
    let descriptors: Vec<Descriptor> = population.iter().map(Descriptor::of).collect();
    let mut forward = Filled::with(Coherent::default(), []);
    let mut backward = Filled::with(Coherent::default(), []);
    for at in 0..population.len() {
        forward.insert(at, &descriptors[at]);
        let at = population.len() - 1 - at;
        backward.insert(at, &descriptors[at]);
    }
    let query = Query::of(&population[3], &QueryOptions { mirror: true });
    let found = |filled: &Filled<Coherent>| -> Vec<_> {
        let candidates = filled.search(&query, all, usize::MAX).candidates;
        candidates.into_iter().map(|found| (found.mark, found.similarity, found.registration)).collect()
    };
    assert_eq!(found(&forward), found(&backward));
}
