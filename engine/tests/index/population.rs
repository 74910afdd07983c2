//! What the generator of synthetic firearms promises: individual, subclass and class characteristics, wear, scans.

use headstamp_engine::compare::register;
use headstamp_engine::formats::Scan;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods::newest;
use headstamp_engine::synth::impression::{BreechFace, Finish, LOT_FIREARMS};
use headstamp_engine::synth::scan::scan;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;

fn correlation(a: &Template, b: &Template) -> f64 {
    register(a, b, false)[0].correlation
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_firearm_wears_from_shot_to_shot() {
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for firearm in 0..4 {
        let face = BreechFace::new(31, firearm * LOT_FIREARMS).with_difficulty(0.1);
        near.push(correlation(&face.shot(1), &face.shot(2)));
        far.push(correlation(&face.shot(1), &face.shot(60)));
    }
    // Shot 60 has lost 60 % of the texture's power: sqrt(0.4 * 0.99) = 0.63 of the correlation is left, about.
    let left = mean(&far) / mean(&near);
    assert!((0.45..0.85).contains(&left), "{left:.2} of the correlation is left: {near:.2?} {far:.2?}");
}

#[test]
fn firearms_of_one_machine_run_look_more_alike_than_others_of_their_class() {
    // The first shots of lots whose finish is directed: granular lots share nothing.
    let lots: Vec<Vec<Template>> = (0..)
        .map(|lot| (0..2).map(|n| BreechFace::new(32, lot * LOT_FIREARMS + n).with_difficulty(0.1)).collect::<Vec<_>>())
        .filter(|faces| faces[0].finish() != Finish::Granular)
        .take(6)
        .map(|faces| faces.iter().map(|face| face.shot(1)).collect())
        .collect();
    let same: Vec<f64> = lots.iter().map(|lot| correlation(&lot[0], &lot[1])).collect();
    let other: Vec<f64> = (0..6).map(|lot| correlation(&lots[lot][0], &lots[(lot + 1) % 6][1])).collect();
    assert!(mean(&same) > mean(&other) + 0.01, "same run {same:.3?}, others {other:.3?}");
    // And still no firearm of the run is taken for another: same-source pairs of this difficulty lie above 0.4.
    assert!(same.iter().all(|value| *value < 0.35), "{same:.3?}");
}

#[test]
fn a_synthetic_scan_is_prepared_like_a_real_one_and_registers_on_the_next_shot() {
    let kind = MarkKind::BreechFaceImpression;
    let face = BreechFace::new(33, 0).with_difficulty(0.2);
    let template = |shot: u64| {
        let map = scan(&face, shot).unwrap();
        let (rows, cols) = map.heights.dim();
        let held = map.heights.iter().filter(|height| height.is_finite()).count() as f64 / (rows * cols) as f64;
        assert!((0.1..0.5).contains(&held), "{held:.2} of the frame: the real cropped scans fill 0.24 to 0.44");
        newest(kind).template(&Scan::Topography(map), kind, &mut NoTrace).unwrap()
    };
    let (first, second) = (template(1), template(2));
    // The Sq of the real sets after the same filter lies between 0.5 and 3 um.
    for mark in [&first, &second] {
        assert!((0.5..3.0).contains(&mark.sq.micrometres()), "Sq {:.2} um", mark.sq.micrometres());
        let aperture = mark.aperture.map_or(mark.origin, |circle| circle.centre);
        assert!(aperture.distance(mark.origin).micrometres() < 100.0);
    }
    let found = correlation(&first, &second);
    assert!(found > 0.3, "correlation {found:.3}");
}
