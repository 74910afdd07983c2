//! Registration of two marks from nothing.

use headstamp_engine::compare::register;
use headstamp_engine::synth::distractors::mirrored;
use headstamp_engine::synth::impression::BreechFace;

fn apart(a: f64, b: f64) -> f64 {
    let apart = (a - b).rem_euclid(360.0);
    apart.min(360.0 - apart)
}

#[test]
fn two_shots_of_one_firearm_register_at_the_angle_between_them() {
    let face = BreechFace::new(7, 0).with_difficulty(0.25);
    let reference = face.shot_turned(1, 0.3f64);
    let compared = face.shot_turned(2, 0.3 - 2.0);
    let found = register(&reference, &compared, true);
    let best = found[0];
    assert!(!best.mirrored);
    assert!(apart(best.angle, 2f64.to_degrees()) < 1.0, "angle {:.2}, turned by {:.2}", best.angle, 2f64.to_degrees());
    assert!(best.correlation > 0.3, "correlation {:.3}", best.correlation);
    assert!(found[1..].iter().all(|other| other.correlation < 0.2), "{found:?}");
}

#[test]
fn a_mirrored_scan_registers_only_under_the_mirror_hypothesis() {
    let face = BreechFace::new(7, 1).with_difficulty(0.25);
    let (reference, compared) = (face.shot(1), mirrored(&face.shot(2)));
    let with = register(&reference, &compared, true);
    let without = register(&reference, &compared, false);
    assert!(with[0].mirrored && with[0].correlation > 0.3, "{with:?}");
    assert!(without[0].correlation < 0.2, "{without:?}");
}

#[test]
fn marks_of_two_firearms_do_not_correlate() {
    for firearm in 0..4 {
        let reference = BreechFace::new(7, 2 * LOTS + firearm).shot(1);
        let compared = BreechFace::new(7, 3 * LOTS + firearm).shot(1);
        let best = register(&reference, &compared, true)[0].correlation;
        assert!(best < 0.2, "firearm {firearm}: {best:.3}");
    }
}

/// Firearms between two that share nothing.
const LOTS: u64 = 4;
