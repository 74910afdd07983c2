//! Grids of heights and what is done to them before anyone asks what mark they hold.

pub mod despike;
pub mod fft;
pub mod filter;
pub mod level;
pub mod mask;
pub mod resample;
mod solve;
pub mod sphere;

use crate::units::{Metres, Point};
use ndarray::Array2;

/// Standard deviation of a normal distribution over its median absolute deviation.
const SIGMA_OF_MAD: f32 = 1.4826;

/// Heights on a square grid.
///
/// `heights` has shape `(rows, cols)`, metres (or multiples of Sq once a mark is prepared), NaN where missing.
/// Sample `(row, col)` sits at `x = col * pitch`, `y = row * pitch`.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// `(rows, cols)`, NaN where missing.
    pub heights: Array2<f32>,
    /// Distance between neighbours along both axes.
    pub pitch: Metres,
}

impl Surface {
    /// The point half-way between the outermost samples.
    pub fn middle(&self) -> Point {
        let (rows, cols) = self.heights.dim();
        let pitch = self.pitch.metres();
        Point { x: (cols.max(1) - 1) as f64 * pitch / 2.0, y: (rows.max(1) - 1) as f64 * pitch / 2.0 }
    }
    /// Share of samples that are not missing, 0 to 1.
    pub fn coverage(&self) -> f64 {
        let valid = self.heights.iter().filter(|height| !height.is_nan()).count();
        valid as f64 / self.heights.len().max(1) as f64
    }
}
