//! Bullets against bullets over all phases: `cargo test --release -p headstamp-engine --test striae bullets -- --nocapture`.

use crate::real::{Land, lands};
use headstamp_engine::striae::compare::BulletLie;
use headstamp_engine::striae::{Bullet, BulletComparison, Direction, Signature, compare_bullets};

/// A real bullet by its name, six lands around, the missing ones left out.
fn bullet(name: &str) -> Bullet {
    Bullet::new(&signatures(name)).unwrap()
}

fn signatures(name: &str) -> Vec<Option<Signature>> {
    let mut ring = vec![None; 6];
    for Land { signature, place, .. } in lands().iter().filter(|land| land.bullet == name) {
        ring[*place] = Some(signature.clone());
    }
    ring
}

/// Reference, compared, true offset: published for set 252, CSAFE's list for set 44, and across the sets found by
/// correlation with all four bullet pairs agreeing (README of the shared data).
const SAME: [(&str, &str, usize); 7] = [
    ("Br1_Bullet1", "Br1_Bullet2", 2),
    ("Br2_Bullet1", "Br2_Bullet2", 1),
    ("HS44_Barrel1_Bullet1", "HS44_Barrel1_Bullet2", 4),
    ("Br1_Bullet1", "HS44_Barrel1_Bullet1", 3),
    ("Br1_Bullet1", "HS44_Barrel1_Bullet2", 1),
    ("Br1_Bullet2", "HS44_Barrel1_Bullet1", 1),
    ("Br1_Bullet2", "HS44_Barrel1_Bullet2", 5),
];
const BARREL_1: [&str; 4] = ["Br1_Bullet1", "Br1_Bullet2", "HS44_Barrel1_Bullet1", "HS44_Barrel1_Bullet2"];
const BARREL_2: [&str; 2] = ["Br2_Bullet1", "Br2_Bullet2"];

fn shown(a: &str, b: &str, found: &BulletComparison) {
    let phases: Vec<String> = found.phases.iter().map(|phase| format!("{:.2} ({})", phase.mean, phase.lands)).collect();
    println!(
        "{a:22} {b:22} score {:.2} offset {} lands {} contrast {:.2} lie {:?} mirrored {:.2?} phases {}",
        found.score,
        found.phase.offset,
        found.phase.lands,
        found.contrast,
        found.lie,
        found.mirrored,
        phases.join(" ")
    );
}

#[test]
fn every_true_phase_is_found_and_the_lowest_same_source_bullet_lies_above_the_highest_other() {
    if lands().is_empty() {
        return;
    }
    for direction in [Direction::Declared, Direction::Unknown] {
        let mut lowest: f64 = 1.0;
        for (a, b, offset) in SAME {
            let found = compare_bullets(&bullet(a), &bullet(b), direction).unwrap();
            shown(a, b, &found);
            assert_eq!((found.phase.offset, found.lie), (offset, BulletLie::Upright), "{a} {b}");
            lowest = lowest.min(found.score);
        }
        let mut highest: f64 = 0.0;
        for a in BARREL_1 {
            for b in BARREL_2 {
                let found = compare_bullets(&bullet(a), &bullet(b), direction).unwrap();
                shown(a, b, &found);
                highest = highest.max(found.score);
            }
        }
        println!("{direction:?}: lowest same-source {lowest:.3}, highest different-source {highest:.3}");
        assert!(lowest > highest, "{direction:?}: {lowest:.3} against {highest:.3}");
    }
}

#[test]
fn the_second_best_phase_of_a_bullet_lies_below_the_true_phase_of_every_other() {
    if lands().is_empty() {
        return;
    }
    // A barrel's own wrong phases are the best different-source bullets there are: same barrel, same ammunition.
    let (mut lowest, mut highest): (f64, f64) = (1.0, 0.0);
    for (a, b, offset) in SAME {
        let found = compare_bullets(&bullet(a), &bullet(b), Direction::Declared).unwrap();
        lowest = lowest.min(found.phases[offset].mean);
        let wrong = found.phases.iter().filter(|phase| phase.offset != offset && phase.lands >= 3);
        highest = wrong.map(|phase| phase.mean).fold(highest, f64::max);
    }
    println!("true phases from {lowest:.3}, wrong phases up to {highest:.3}");
    assert!(lowest > highest);
}

#[test]
fn a_bullet_scanned_base_up_is_recognised_as_turned_and_mirrored_files_as_mirrored() {
    if lands().is_empty() {
        return;
    }
    let turned = |name: &str| {
        let mut ring: Vec<Option<Signature>> =
            signatures(name).iter().map(|land| land.as_ref().map(Signature::reversed)).collect();
        ring.reverse();
        Bullet::new(&ring).unwrap()
    };
    let mirrored = |name: &str| {
        let ring: Vec<Option<Signature>> =
            signatures(name).iter().map(|land| land.as_ref().map(Signature::reversed)).collect();
        Bullet::new(&ring).unwrap()
    };
    let (a, b) = ("HS44_Barrel1_Bullet1", "HS44_Barrel1_Bullet2");
    let upright = compare_bullets(&bullet(a), &bullet(b), Direction::Unknown).unwrap();
    let found = compare_bullets(&bullet(a), &turned(b), Direction::Unknown).unwrap();
    assert_eq!((found.lie, found.score), (BulletLie::Turned, upright.score));
    let lands: Vec<usize> = found.pairs.iter().map(|pair| 5 - pair.compared).collect();
    assert_eq!(lands, upright.pairs.iter().map(|pair| pair.compared).collect::<Vec<_>>());
    let files = compare_bullets(&bullet(a), &mirrored(b), Direction::Unknown).unwrap();
    println!("mirrored files: score {:.2}, as mirrored {:.2?}", files.score, files.mirrored);
    assert!(files.mirrored.unwrap() > files.score + 0.3);
}

#[test]
fn bullets_of_different_rifling_are_refused() {
    let five = Bullet::new(&[const { None }; 5]).unwrap();
    let six = Bullet::new(&[const { None }; 6]).unwrap();
    let error = compare_bullets(&five, &six, Direction::Declared).unwrap_err();
    assert_eq!(error.to_string(), "a bullet with 5 lands cannot be laid on one with 6");
    assert_eq!(compare_bullets(&six, &six, Direction::Unknown).unwrap().phase.lands, 0);
}

#[test]
fn the_plot_of_two_lands_shades_what_agrees() {
    let pair = |name: &str| lands().iter().find(|land| land.name == name);
    let (Some(a), Some(b)) = (pair("HS44_Barrel1_Bullet1_Land2"), pair("HS44_Barrel1_Bullet2_Land6")) else { return };
    let found = headstamp_engine::striae::compare(&a.signature, &b.signature, Direction::Declared).unwrap();
    let image = headstamp_engine::striae::compare::plot::plot(&a.signature, &b.signature, &found);
    if let Ok(folder) = std::env::var("STRIAE_PICTURES") {
        image.save(std::path::Path::new(&folder).join("aligned.png")).unwrap();
    }
    let shaded = image.pixels().filter(|pixel| **pixel == headstamp_engine::picture::profiles::SHADE).count();
    assert!(shaded * 2 > image.pixels().len(), "{shaded} of {} pixels are shaded", image.pixels().len());
}
