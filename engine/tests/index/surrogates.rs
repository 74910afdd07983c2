//! The permanent test against measuring the crop: marks that have nothing of the query but its mask and spectrum.

use crate::testdata::{EXHIBITS, Stored, gallery_of, search};
use headstamp_engine::search::SearchOptions;
use headstamp_engine::synth::distractors::surrogate;
use headstamp_engine::template::Template;

/// Surrogates of each exhibit in the gallery.
const EACH: u64 = 3;

fn stored() -> Vec<Template> {
    let surrogates = EXHIBITS.iter().enumerate().flat_map(|(at, exhibit)| {
        (0..EACH).map(move |number| surrogate(&exhibit.template, 21, at as u64 * EACH + number))
    });
    EXHIBITS.iter().map(|exhibit| exhibit.template.clone()).chain(surrogates).collect()
}

/// Share of queries, among those with a mate, in which a surrogate comes before every mate.
fn surrogate_above(ranked: impl Fn(usize) -> Vec<usize>) -> f64 {
    let mates = |query: usize, at: usize| {
        at != query && EXHIBITS.get(at).is_some_and(|other| other.firearm == EXHIBITS[query].firearm)
    };
    let queries = (0..EXHIBITS.len()).filter(|&query| (0..EXHIBITS.len()).any(|at| mates(query, at)));
    let above: Vec<bool> = queries
        .map(|query| {
            let list = ranked(query);
            let first = list.iter().position(|&at| mates(query, at)).unwrap_or(list.len());
            list[..first].iter().any(|&at| at >= EXHIBITS.len())
        })
        .collect();
    above.iter().filter(|above| **above).count() as f64 / above.len() as f64
}

#[test]
fn no_surrogate_comes_before_a_mate_at_any_stage_of_the_search() {
    let templates = stored();
    let gallery = gallery_of(&templates);
    let stored = Stored(templates);
    let options = SearchOptions { compared: 8, mirror: true, ..SearchOptions::default() };
    let answer = |query: usize| search(&gallery, &stored, query, &options).candidates;
    let at = |mark: headstamp_engine::ids::MarkId| mark.0.as_u128() as usize;
    let compared = surrogate_above(|query| answer(query).iter().map(|one| at(one.mark)).collect());
    assert_eq!(compared, 0.0, "after comparison");
    let scanned = surrogate_above(|query| {
        let mut list = answer(query);
        list.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        list.iter().map(|one| at(one.mark)).collect()
    });
    assert_eq!(scanned, 0.0, "after the scan");
}

#[test]
fn the_same_test_catches_a_feature_that_measures_the_crop() {
    // How much of the frame two masks share, at the origins as they are: it knows nothing of the marks.
    let templates = stored();
    let held = |template: &Template, row: i64, col: i64| {
        let inside = (0..i64::from(template.rows)).contains(&row) && (0..i64::from(template.cols)).contains(&col);
        inside && template.heights[(row * i64::from(template.cols) + col) as usize] != Template::MISSING
    };
    let overlap = |a: &Template, b: &Template| {
        let pitch = a.pitch.metres();
        let down = ((b.origin.y - a.origin.y) / pitch).round() as i64;
        let right = ((b.origin.x - a.origin.x) / pitch).round() as i64;
        let (mut both, mut either) = (0, 0);
        for row in (0..i64::from(a.rows)).step_by(4) {
            for col in (0..i64::from(a.cols)).step_by(4) {
                let (one, other) = (held(a, row, col), held(b, row + down, col + right));
                both += i32::from(one && other);
                either += i32::from(one || other);
            }
        }
        f64::from(both) / f64::from(either.max(1))
    };
    let above = surrogate_above(|query| {
        let similarity = |at: usize| overlap(&templates[query], &templates[at]);
        let mut list: Vec<(f64, usize)> =
            (0..templates.len()).filter(|&at| at != query).map(|at| (similarity(at), at)).collect();
        list.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        list.into_iter().map(|(_, at)| at).collect()
    });
    assert!(above > 0.9, "only {above:.2} of the queries: the test would not see a feature that measures the crop");
}
