//! Whole synthetic scans: the path from heights to bullets without any real data, and what carries no striae.

use headstamp_engine::formats::Topography;
use headstamp_engine::marks::MarkError;
use headstamp_engine::striae::{Bullet, Direction, Signature, StriaKind, compare_bullets, signature};
use headstamp_engine::synth::striae::{Barrel, scan};
use headstamp_engine::trace::NoTrace;
use headstamp_engine::units::{Metres, um};
use ndarray::Array2;
use rayon::prelude::*;

fn bullet(barrel: &Barrel, shot: u64, first: usize) -> Vec<Option<Signature>> {
    (0..6)
        .into_par_iter()
        .map(|land| {
            let (scan, width) = scan(barrel, shot, first + land, um(2.0));
            let found = signature(&scan, StriaKind::BulletLand, &mut NoTrace).unwrap();
            let along = found.width().micrometres() / found.areal.unwrap().angle.to_radians().cos();
            assert!(
                (along - width.micrometres()).abs() < 100.0,
                "{along:.0} um between walls {} um apart",
                width.micrometres()
            );
            Some(found)
        })
        .collect()
}

#[test]
fn two_bullets_of_one_synthetic_barrel_are_told_from_another_barrels_through_whole_scans() {
    let (own, other) = (Barrel::new(7, 3, 6, 0.0), Barrel::new(7, 4, 6, 0.0));
    let reference = Bullet::new(&bullet(&own, 1, 0)).unwrap();
    // The second bullet's scans begin at its third land and lack one.
    let mut lands = bullet(&own, 2, 2);
    lands[1] = None;
    let same = compare_bullets(&reference, &Bullet::new(&lands).unwrap(), Direction::Declared).unwrap();
    let different =
        compare_bullets(&reference, &Bullet::new(&bullet(&other, 1, 0)).unwrap(), Direction::Declared).unwrap();
    println!("same {:.2} at offset {}, different {:.2}", same.score, same.phase.offset, different.score);
    assert_eq!((same.phase.offset, same.phase.lands), (4, 5));
    assert!(same.score > different.score + 0.1);
}

/// Roughness without striae: a rough isotropic surface 2 mm wide.
fn rough(seed: usize, grain: usize) -> Topography {
    let hash = |row: usize, col: usize| {
        let mut word = (row * 73_856_093) ^ (col * 19_349_663) ^ (seed * 83_492_791);
        word ^= word >> 13;
        word = word.wrapping_mul(0x5bd1_e995);
        word ^= word >> 15;
        (word % 2003) as f64 / 1001.5 - 1.0
    };
    let heights = Array2::from_shape_fn((400, 1000), |(row, col)| {
        let sum: f64 =
            (0..grain).flat_map(|r| (0..grain).map(move |c| (r, c))).map(|(r, c)| hash(row + r, col + c)).sum();
        (sum / grain as f64 * 1e-6) as f32
    });
    Topography { heights, pitch_x: um(2.0), pitch_y: um(2.0), datum: Metres::new(0.0) }
}

#[test]
fn a_surface_without_striae_is_unsuitable_and_that_is_no_exclusion() {
    for (seed, grain) in [(1, 3), (2, 6), (3, 12), (4, 24)] {
        let error = signature(&rough(seed, grain), StriaKind::BulletLand, &mut NoTrace).unwrap_err();
        println!("{error}");
        let MarkError::Unsuitable { reason } = error else { panic!("{error}") };
        assert!(reason.contains("no detectable striae") && reason.contains("no exclusion"), "{reason}");
    }
}

#[test]
fn scans_too_coarse_or_small_are_refused_with_the_numbers() {
    let coarse = Topography { pitch_x: um(7.0), ..rough(1, 3) };
    let error = signature(&coarse, StriaKind::BulletLand, &mut NoTrace).unwrap_err().to_string();
    assert_eq!(error, "unsuitable: samples lie 7.00 um apart, at most 6 um");
    let small = Topography { heights: Array2::zeros((100, 200)), ..rough(1, 3) };
    let error = signature(&small, StriaKind::BulletLand, &mut NoTrace).unwrap_err().to_string();
    assert!(error.contains("400 um across the striae"), "{error}");
    let empty = Topography { heights: Array2::from_elem((400, 1000), f32::NAN), ..rough(1, 3) };
    assert!(signature(&empty, StriaKind::BulletLand, &mut NoTrace).is_err());
}

#[test]
fn the_same_scan_gives_the_same_bytes() {
    let (scan, _) = scan(&Barrel::new(7, 3, 6, 0.0), 1, 0, um(1.5625));
    let bytes = || signature(&scan, StriaKind::BulletLand, &mut NoTrace).unwrap().to_bytes().unwrap();
    assert_eq!(bytes(), bytes());
}
