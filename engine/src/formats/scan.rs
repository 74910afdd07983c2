//! What a file holds, decoded: heights in metres or brightness.

use super::FormatError;
use crate::units::Metres;
use ndarray::Array2;

/// What a file holds, decoded.
#[derive(Clone, Debug)]
pub enum Scan {
    /// An areal height map.
    Topography(Topography),
    /// A single line of heights.
    Profile(Profile),
    /// Points without a grid.
    Points(PointList),
    /// A photograph: brightness, no heights.
    Photograph(Photograph),
}

/// Heights on a rectangular grid, as a file holds them.
///
/// Row `r`, column `c` is the sample with y index `r` and x index `c` of the file; rows are never flipped.
#[derive(Clone, Debug)]
pub struct Topography {
    /// `(rows, cols)` in metres, NaN where missing; the median of the file's heights is taken off and kept in `datum`.
    pub heights: Array2<f32>,
    /// Distance between columns.
    pub pitch_x: Metres,
    /// Distance between rows.
    pub pitch_y: Metres,
    /// What was taken off every height.
    pub datum: Metres,
}

impl Topography {
    /// A grid from heights in metres, x fastest; anything not finite becomes NaN. `datum` is what was already taken off.
    ///
    /// The median that moves into the datum is the upper one of an even number of heights, so one height is exactly 0.
    ///
    /// # Errors
    /// [`FormatError::TooSmall`] below 2 x 2, [`FormatError::NoHeights`] if none is finite, [`FormatError::SampleCount`]
    /// if the heights do not fill the grid.
    pub fn from_metres(
        heights: &[f64],
        (rows, cols): (usize, usize),
        (pitch_x, pitch_y): (Metres, Metres),
        datum: Metres,
    ) -> Result<Self, FormatError> {
        if rows < 2 || cols < 2 {
            return Err(FormatError::TooSmall { columns: cols as u64, rows: rows as u64 });
        }
        let samples = heights.len() as u64;
        let mut finite: Vec<f64> = heights.iter().copied().filter(|height| height.is_finite()).collect();
        let median = upper_median(&mut finite).ok_or(FormatError::NoHeights { samples })?;
        drop(finite);
        let relative = |height: &f64| if height.is_finite() { (height - median) as f32 } else { f32::NAN };
        let grid = Array2::from_shape_vec((rows, cols), heights.iter().map(relative).collect())
            .map_err(|_| FormatError::SampleCount { declared: (rows * cols) as u64, found: samples })?;
        Ok(Self { heights: grid, pitch_x, pitch_y, datum: Metres::new(datum.metres() + median) })
    }
}

/// The upper one of the middle values, which come into another order; `None` if there are none.
pub(crate) fn upper_median(finite: &mut [f64]) -> Option<f64> {
    let middle = finite.len() / 2;
    (!finite.is_empty()).then(|| *finite.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// Heights along a line.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Metres, NaN where missing.
    pub heights: Vec<f64>,
    /// Distance between samples.
    pub pitch: Metres,
}

/// Points in space.
#[derive(Clone, Debug)]
pub struct PointList {
    /// `[x, y, z]` in metres.
    pub points: Vec<[f64; 3]>,
}

/// A grey photograph.
#[derive(Clone, Debug)]
pub struct Photograph {
    /// `(rows, cols)`, 0 (black) to 1 (white).
    pub brightness: Array2<f32>,
    /// Size of a pixel where the file or the caller states one.
    pub pitch: Option<Metres>,
}
