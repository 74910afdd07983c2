//! Which way the striae run: across them the surface changes fast, along them slowly.
//!
//! A scan whose striae run along its rows is **rotated** by 90 degrees, never transposed: a transposed surface is a
//! mirrored one, and a mirrored land agrees with itself but with nothing that the barrel marked.

use super::filter::median;
use crate::surface::resample::area_average;
use crate::surface::{Surface, filter};
use crate::units::{Metres, um};
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// Detail finer than this is noise here.
const FINE: Metres = um(5.0);
/// Form coarser than this does not count: a wall or the arc of the bullet has gradients of its own.
const COARSE: Metres = um(40.0);
/// Between these two the energies do not tell, and the longer side lies across the striae.
const UNSURE: (f64, f64) = (0.7, 1.4);

/// How a scan was turned so that striae run down its columns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Orientation {
    /// True if the scan was rotated by 90 degrees.
    pub rotated: bool,
    /// Median squared gradient along rows over that down columns, of the scan as it came.
    pub ratio: f64,
    /// False if the gradients did not tell and the longer side decided.
    pub sure: bool,
}

/// Finds the orientation of a topography with its own pitch along either axis.
///
/// Averages onto 5 um, takes off what is longer than 40 um, compares the medians of the squared differences along both
/// axes.
pub(super) fn orientation(heights: &Array2<f32>, pitch_x: Metres, pitch_y: Metres) -> Orientation {
    let pitch = if pitch_x > FINE || pitch_y > FINE { if pitch_x > pitch_y { pitch_x } else { pitch_y } } else { FINE };
    let fine = area_average(heights, pitch_x, pitch_y, pitch);
    let rest = match filter::low_pass(&fine, COARSE) {
        Ok(coarse) => Surface { heights: &fine.heights - &coarse.heights, pitch },
        Err(_) => fine,
    };
    let (rows, cols) = rest.heights.dim();
    let energy = |down: usize, right: usize| {
        let mut squares = Vec::with_capacity(rows * cols);
        for row in 0..rows.saturating_sub(down) {
            for col in 0..cols.saturating_sub(right) {
                let change = rest.heights[[row + down, col + right]] - rest.heights[[row, col]];
                if !change.is_nan() {
                    squares.push(change * change);
                }
            }
        }
        f64::from(median(&mut squares).unwrap_or(0.0))
    };
    let (across, down) = (energy(0, 1), energy(1, 0));
    let ratio = if down > 0.0 { across / down } else { 1.0 };
    let sure = !(UNSURE.0..=UNSURE.1).contains(&ratio);
    let (height, width) = (heights.nrows() as f64 * pitch_y.metres(), heights.ncols() as f64 * pitch_x.metres());
    Orientation { rotated: if sure { ratio < 1.0 } else { height > width }, ratio, sure }
}

/// The surface turned clockwise by 90 degrees: transposed, then its columns reversed.
pub(super) fn rotated(heights: &Array2<f32>) -> Array2<f32> {
    let mut turned = heights.t().to_owned();
    turned.invert_axis(Axis(1));
    turned.as_standard_layout().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_rotations_bring_a_surface_back_and_a_rotation_is_no_transpose() {
        let heights = Array2::from_shape_fn((3, 5), |(row, col)| (row * 5 + col) as f32);
        let once = rotated(&heights);
        assert_eq!((once[[0, 2]], once[[0, 0]], once[[4, 2]]), (0.0, 10.0, 4.0));
        assert_ne!(once, heights.t());
        assert_eq!(rotated(&rotated(&rotated(&once))), heights);
    }

    #[test]
    fn striae_down_the_columns_of_a_tall_scan_are_seen_in_spite_of_its_shape() {
        let striae = Array2::from_shape_fn((900, 300), |(row, col)| {
            ((col as f32 * 0.4).sin() + 0.02 * ((row * 31 + col * 17) % 13) as f32) * 1e-6
        });
        let found = orientation(&striae, um(1.5), um(1.5));
        assert!(!found.rotated && found.sure, "{found:?}");
        let found = orientation(&rotated(&striae), um(1.5), um(1.5));
        assert!(found.rotated && found.sure, "{found:?}");
    }
}
