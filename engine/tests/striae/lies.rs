//! Copies of a land that lie wrong: each is recognised as what it is.

use crate::real::scan;
use headstamp_engine::formats::Topography;
use headstamp_engine::striae::compare::Lie;
use headstamp_engine::striae::{Direction, Signature, StriaKind, compare, signature};
use headstamp_engine::trace::NoTrace;
use ndarray::Axis;

fn prepared(scan: &Topography) -> Signature {
    signature(scan, StriaKind::BulletLand, &mut NoTrace).unwrap()
}

/// The scan with some axes reversed.
fn flipped(scan: &Topography, axes: &[usize]) -> Topography {
    let mut heights = scan.heights.clone();
    axes.iter().for_each(|axis| heights.invert_axis(Axis(*axis)));
    Topography { heights: heights.as_standard_layout().to_owned(), ..scan.clone() }
}

/// The scan with rows for columns: what a reader with the wrong idea of the file's order gives.
fn transposed(scan: &Topography) -> Topography {
    let heights = scan.heights.t().as_standard_layout().to_owned();
    Topography { heights, pitch_x: scan.pitch_y, pitch_y: scan.pitch_x, ..scan.clone() }
}

#[test]
fn mirrored_turned_and_transposed_copies_are_each_recognised() {
    // Set 252's striae lean by 6 to 8 degrees; the scan lies along its rows.
    let Some(land) = scan("Br1_Bullet1_Land2") else { return };
    let own = prepared(&land);
    let copies = [
        ("as it is", land.clone(), Lie::Upright),
        ("turned by 180 degrees", flipped(&land, &[0, 1]), Lie::Turned),
        ("mirrored along the striae's axis", flipped(&land, &[0]), Lie::Mirrored),
        ("transposed", transposed(&land), Lie::Transposed),
        ("transposed and turned: rotated by 90 degrees", flipped(&transposed(&land), &[1]), Lie::Upright),
    ];
    for (name, copy, lie) in copies {
        let copy = prepared(&copy);
        let found = compare(&own, &copy, Direction::Unknown).unwrap();
        println!("{name}: {:?}, vote {:.2}, ccf {:.2}", found.lie, found.vote, found.ccf.value);
        assert_eq!(found.lie, lie, "{name}");
        assert!(found.vote > 0.9, "{name}: vote {:.2}", found.vote);
        if lie.reversed() {
            let blind = compare(&own, &copy, Direction::Declared).unwrap();
            assert!(blind.vote < 0.4, "{name}: read from left to right the vote is {:.2}", blind.vote);
        }
    }
}

#[test]
fn an_empty_frame_around_a_scan_changes_neither_angle_nor_signature() {
    // The weakest land of barrel 2: before margins were cut off, this frame turned 8.1 degrees into 0.3.
    let Some(land) = scan("Br2_Bullet2_Land2") else { return };
    let (rows, cols) = land.heights.dim();
    let mut heights = ndarray::Array2::from_elem((rows + 80, cols + 80), f32::NAN);
    heights.slice_mut(ndarray::s![40..rows + 40, 40..cols + 40]).assign(&land.heights);
    let (own, framed) = (prepared(&land), prepared(&Topography { heights, ..land }));
    let [angle, within] = [&own, &framed].map(|signature| signature.areal.unwrap().angle);
    assert!((angle - within).abs() < 0.2, "{angle:.2} degrees, in a frame {within:.2}");
    let found = compare(&own, &framed, Direction::Declared).unwrap();
    assert!(found.vote > 0.95, "vote {:.2}", found.vote);
}
