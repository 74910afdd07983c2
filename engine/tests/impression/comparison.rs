//! Comparisons of real scans: who made what is known.

use crate::scans::{mirrored, scan, template, turned};
use headstamp_engine::compare::{CompareError, Comparison};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods::newest;
use headstamp_engine::synth::degrade::{SectorOrigin, sector};
use headstamp_engine::template::Template;
use headstamp_engine::trace::{Album, NoTrace};
use rayon::prelude::*;

/// Scans of `testdata/breech_face` with the slide that made the mark (its README).
const SCANS: [(&str, u32); 11] = [
    ("fadul_01_1", 1),
    ("fadul_F", 1),
    ("fadul_02_1", 2),
    ("fadul_M", 2),
    ("fadul_03_1", 3),
    ("fadul_A", 3),
    ("fadul_04_2", 4),
    ("TW01-02", 11),
    ("TW01-03", 11),
    ("TW02-01", 12),
    ("TW02-02", 12),
];

fn compare(reference: &Template, compared: &Template, mirror: bool) -> Comparison {
    newest(MarkKind::BreechFaceImpression).compare(reference, compared, &[], mirror, &mut NoTrace).unwrap()
}

#[test]
fn same_source_pairs_stand_far_above_different_source_pairs() {
    let templates: Vec<Template> = SCANS.par_iter().map(|(name, _)| template(scan(name))).collect();
    let pairs: Vec<(usize, usize)> = (0..SCANS.len()).flat_map(|a| (a + 1..SCANS.len()).map(move |b| (a, b))).collect();
    let compared: Vec<(bool, Comparison)> = pairs
        .par_iter()
        .map(|&(a, b)| (SCANS[a].1 == SCANS[b].1, compare(&templates[a], &templates[b], false)))
        .collect();
    let extreme = |same: bool, part: &dyn Fn(&Comparison) -> f64| {
        let values = compared.iter().filter(|(is, _)| *is == same).map(|(_, comparison)| part(comparison));
        if same { values.fold(f64::INFINITY, f64::min) } else { values.fold(f64::NEG_INFINITY, f64::max) }
    };
    let fraction = |comparison: &Comparison| comparison.parts.cmc_fraction;
    let score = |comparison: &Comparison| comparison.score;
    println!("lowest same-source and highest different-source of {} pairs:", pairs.len());
    println!("  fraction {:.2} and {:.2}", extreme(true, &fraction), extreme(false, &fraction));
    println!("  score    {:.2} and {:.2}", extreme(true, &score), extreme(false, &score));
    // NIST's published counts on the pairs of these slides: 0.66 to 0.69 against 0.03 to 0.07, a distance of 0.62.
    assert!(extreme(true, &fraction) - extreme(false, &fraction) > 0.62);
    assert!(extreme(true, &score) > 4.0 * extreme(false, &score));
}

#[test]
fn the_score_does_not_hang_on_how_the_scans_lie() {
    for (a, b) in [("fadul_03_1", "fadul_A"), ("fadul_01_1", "fadul_02_1")] {
        let (a, b) = (scan(a), scan(b));
        let straight = compare(&template(a.clone()), &template(b.clone()), false);
        for (first, second) in [(77.0, 0.0), (201.3, 148.9), (0.0, 314.2)] {
            let turned_a = template(turned(&a, first, (4.4, -3.1)));
            let turned_b = template(turned(&b, second, (-2.7, 8.6)));
            let comparison = compare(&turned_a, &turned_b, false);
            let change = (comparison.score - straight.score).abs();
            assert!(change < 0.05, "turned by {first} and {second}: {} became {}", straight.score, comparison.score);
        }
    }
}

#[test]
fn exchanging_the_two_marks_exchanges_the_directions() {
    let (reference, compared) = (template(scan("fadul_01_1")), template(scan("fadul_F")));
    let (there, back) = (compare(&reference, &compared, false), compare(&compared, &reference, false));
    assert_eq!(
        (there.parts.cells_forward, there.parts.cells_reverse),
        (back.parts.cells_reverse, back.parts.cells_forward)
    );
    assert!((there.score - back.score).abs() < 0.03, "{} and {}", there.score, back.score);
    let inverse = back.registration.inverse();
    let turn = (inverse.angle - there.registration.angle).rem_euclid(360.0);
    assert!(turn.min(360.0 - turn) < 1.0, "{:?} and {:?}", there.registration, inverse);
}

#[test]
fn a_mark_cut_to_two_thirds_still_agrees_in_both_directions() {
    // The maps differ in size and the origin lies elsewhere on each: the reverse transform must know.
    let whole = template(scan("fadul_01_1"));
    let full = template(scan("fadul_F"));
    let placed = compare(&whole, &full, false).registration;
    let mut part = full.clone();
    let lost = full.rows as usize / 3;
    part.heights = full.heights[lost * full.cols as usize..].to_vec();
    part.rows -= lost as u32;
    part.origin.y -= lost as f64 * full.pitch.metres();
    let comparison =
        newest(MarkKind::BreechFaceImpression).compare(&whole, &part, &[placed], false, &mut NoTrace).unwrap();
    let parts = comparison.parts;
    let reverse = f64::from(parts.cmc_reverse) / f64::from(parts.cells_reverse);
    assert!(reverse > 0.8, "{} of {} cells of the part are found in the whole", parts.cmc_reverse, parts.cells_reverse);
    let shared = f64::from(parts.cmc_forward) / f64::from(parts.cmc_reverse);
    assert!((0.7..1.4).contains(&shared), "{} forward, {} reverse", parts.cmc_forward, parts.cmc_reverse);
}

#[test]
fn a_mirrored_scan_is_found_and_said_to_be_mirrored() {
    let (reference, other) = (template(scan("TW02-01")), template(mirrored(&scan("TW02-02"))));
    let blind = compare(&reference, &other, false);
    let seen = compare(&reference, &other, true);
    assert!(!blind.registration.mirrored && seen.registration.mirrored);
    let straight = compare(&reference, &template(scan("TW02-02")), false);
    assert!((seen.score - straight.score).abs() < 0.05, "mirrored {}, straight {}", seen.score, straight.score);
    assert!(blind.score < 0.1 * seen.score, "without the hypothesis {}, with it {}", blind.score, seen.score);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let templates: Vec<Template> = SCANS[..2].par_iter().map(|(name, _)| template(scan(name))).collect();
            let comparison = compare(&templates[0], &templates[1], true);
            let bytes: Vec<Vec<u8>> = templates.iter().map(|template| template.to_bytes().unwrap()).collect();
            (bytes, comparison)
        })
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn templates_of_another_method_are_refused() {
    let template = template(scan("fadul_01_1"));
    let other = Template { method: "impression/0".into(), ..template.clone() };
    let method = newest(MarkKind::BreechFaceImpression);
    let error = method.compare(&template, &other, &[], false, &mut NoTrace).unwrap_err();
    assert!(matches!(error, CompareError::MethodsDiffer { .. }), "{error}");
    let wide = Template { pitch: headstamp_engine::units::um(5000.0), ..template.clone() };
    let error = method.compare(&template, &wide, &[], false, &mut NoTrace).unwrap_err();
    assert!(matches!(error, CompareError::OddGrid { .. }), "{error}");
}

#[test]
fn the_examiner_gets_the_marks_laid_over_each_other_and_the_cells_of_both() {
    let (reference, compared) = (template(scan("fadul_02_1")), template(scan("fadul_M")));
    let mut album = Album::default();
    let method = newest(MarkKind::BreechFaceImpression);
    let comparison = method.compare(&reference, &compared, &[], false, &mut album).unwrap();
    let steps: Vec<&str> = album.0.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["registration", "cells"]);
    let agreeing = format!("{} of {} agree", comparison.parts.cmc_forward, comparison.parts.cells_forward);
    assert!(album.0[1].caption.contains(&agreeing), "{}", album.0[1].caption);
    // Blue of the congruent cells (0, 114, 178) is on the cell map.
    assert!(album.0[1].image.pixels().any(|pixel| pixel.0 == [0, 114, 178]));
}

#[test]
fn a_third_of_a_mark_scores_like_the_whole_on_the_cells_that_both_show_and_a_stranger_stays_low() {
    let (reference, mate, stranger) = (scan("fadul_01_1"), scan("fadul_F"), scan("fadul_03_1"));
    let [reference, mate, stranger] = [reference, mate, stranger].map(template);
    let part = sector(&reference, 120.0, SectorOrigin::Found, 7, 0).unwrap();
    let (whole, same) = (compare(&reference, &mate, false), compare(&part, &mate, false));
    assert!(whole.parts.common == 1.0 && whole.parts.cells_reverse as usize == whole.reverse.len());
    assert!((0.2..0.8).contains(&same.parts.common), "{:.2} of all cells", same.parts.common);
    // Among all cells the part could reach 2 * 0.33 / 1.33 = 0.50 of the whole's score.
    assert!(same.score > 0.75 * whole.score, "the part {:.3}, the whole {:.3}", same.score, whole.score);
    let different = compare(&part, &stranger, false);
    assert!(different.score < 0.3 * same.score, "stranger {:.3}, mate {:.3}", different.score, same.score);
}
