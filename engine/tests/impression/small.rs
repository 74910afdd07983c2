//! Firing pin and ejector impressions: a breech face's texture on a scale 3.6 times smaller, drawn for want of real scans
//! with a known source.

use headstamp_engine::compare::Comparison;
use headstamp_engine::formats::{Scan, Topography};
use headstamp_engine::marks::{MarkError, MarkKind, OriginKind};
use headstamp_engine::methods::newest;
use headstamp_engine::synth::impression::BreechFace;
use headstamp_engine::synth::scan::scan;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use headstamp_engine::units::{Metres, um};

/// How many times smaller than a breech face.
const SMALL: f64 = 3.6;
/// Radius of a firing pin's tip.
const TIP: f64 = 900e-6;

/// A shot of a firearm, as small as a firing pin's impression and, for one, pressed by its round tip.
fn small(firearm: u64, shot: u64, round: bool) -> Topography {
    let face = scan(&BreechFace::new(9, 4 * firearm), shot).unwrap();
    let pitch = Metres::new(face.pitch_x.metres() / SMALL);
    let (rows, cols) = face.heights.dim();
    let mut heights = face.heights.mapv(|height| (f64::from(height) / SMALL) as f32);
    for ((row, col), height) in heights.indexed_iter_mut().filter(|_| round) {
        let (x, y) = (col as f64 - cols as f64 / 2.0, row as f64 - rows as f64 / 2.0);
        let across = (TIP * TIP - (x * x + y * y) * pitch.metres().powi(2)).max(0.0);
        *height -= across.sqrt() as f32;
    }
    Topography { heights, pitch_x: pitch, pitch_y: pitch, ..face }
}

fn template(kind: MarkKind, firearm: u64, shot: u64) -> Template {
    let scan = Scan::Topography(small(firearm, shot, kind == MarkKind::FiringPinImpression));
    newest(kind).template(&scan, kind, &mut NoTrace).unwrap()
}

fn compare(a: &Template, b: &Template) -> Comparison {
    newest(a.kind).compare(a, b, &[], false, &mut NoTrace).unwrap()
}

#[test]
fn small_marks_of_one_firearm_score_far_above_those_of_two_at_any_turn() {
    for kind in [MarkKind::FiringPinImpression, MarkKind::EjectorImpression] {
        let marks: Vec<Template> = (0..4).map(|at| template(kind, at / 2, at % 2)).collect();
        assert!((marks[0].pitch.micrometres() - 12.5 / SMALL).abs() < 1e-9);
        assert_eq!(marks[0].origin_kind, OriginKind::Middle);
        let same = [compare(&marks[0], &marks[1]), compare(&marks[2], &marks[3])].map(|one| one.score);
        let different = [compare(&marks[0], &marks[2]), compare(&marks[1], &marks[3])].map(|one| one.score);
        println!("{kind}: same {same:.3?}, different {different:.3?}");
        let (lowest, highest) = (same[0].min(same[1]), different[0].max(different[1]));
        assert!(lowest > 0.3 && highest < 0.15, "{kind}: {lowest:.3} against {highest:.3}");
    }
}

#[test]
fn lengths_of_a_small_comparison_are_those_of_the_mark() {
    let (a, b) = (template(MarkKind::FiringPinImpression, 0, 0), template(MarkKind::FiringPinImpression, 0, 1));
    let found = compare(&a, &b);
    let again = newest(a.kind).compare(&a, &b, &[found.registration], false, &mut NoTrace).unwrap();
    assert!((again.score - found.score).abs() < 0.02, "{} and {}", again.score, found.score);
    // The drawn mark has a radius of 2.2 mm / 3.6; cells lie on it, and agreeing ones within 141 um / 3.6 of their place.
    for cell in found.forward.iter().chain(&found.reverse).filter(|cell| cell.congruent) {
        assert!(cell.x.hypot(cell.y) < 700e-6, "a cell at {:.0} um", cell.x.hypot(cell.y) * 1e6);
        assert!(cell.dx.micrometres().abs() < 45.0 && cell.dy.micrometres().abs() < 45.0);
    }
}

#[test]
fn a_scan_too_coarse_or_too_wide_for_a_small_mark_is_refused_with_the_number() {
    let fine = small(0, 0, false);
    let coarse = Topography { pitch_x: um(9.0), pitch_y: um(9.0), ..fine.clone() };
    // 600 samples of 7 um reach 2,970 um from the middle to a corner.
    let heights = ndarray::Array2::from_elem((600, 600), 0.0);
    let wide = Topography { heights, pitch_x: um(7.0), pitch_y: um(7.0), ..fine };
    let reason = |kind: MarkKind, topography: Topography| {
        let scan = Scan::Topography(topography);
        match newest(kind).template(&scan, kind, &mut NoTrace) {
            Err(MarkError::Unsuitable { reason }) => reason,
            Err(other) => other.to_string(),
            Ok(_) => "a mark was found".into(),
        }
    };
    assert!(reason(MarkKind::FiringPinImpression, coarse).contains("9.0 um apart, at most 8"));
    let refused = reason(MarkKind::EjectorImpression, wide);
    assert!(refused.contains("reaches 2961 um") && refused.contains("cut the scan to the mark"), "{refused}");
}

#[test]
fn a_scan_of_fifty_five_millimetres_is_refused_before_it_is_spread_over_a_finer_grid() {
    // 2,200 samples of 25 um a side; as 12.5 um cells 19 million, where a mark may have 15.7.
    let heights = ndarray::Array2::from_elem((2200, 2200), 0.0);
    let scan = Scan::Topography(Topography { heights, pitch_x: um(25.0), pitch_y: um(25.0), ..small(0, 0, false) });
    let kind = MarkKind::BreechFaceImpression;
    let refused = newest(kind).template(&scan, kind, &mut NoTrace).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("55 x 55 mm"), "{refused}");
}
