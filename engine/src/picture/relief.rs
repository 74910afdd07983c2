//! A height map as shaded relief: how a surface looks under the oblique light of a comparison microscope.

use image::{Rgb, RgbImage};
use ndarray::Array2;

/// Colour of what is not part of the mark: lighter than any shaded height, so that holes read as paper.
pub const PAPER: Rgb<u8> = Rgb([250, 249, 246]);

/// Share of the grey value that comes from the slope; the rest comes from the height.
const SHADE: f32 = 0.65;

/// Draws a height map, one pixel a sample, lit from the upper left.
///
/// - `map`: `(rows, cols)` in any unit, NaN where missing (drawn as [`PAPER`]).
/// - `clip`: height, in the unit of `map`, that is drawn as white; `-clip` is black. Also scales the shading, so that a
///   slope of one `clip` in four samples is fully lit. A clip that is not above zero is taken as one.
pub fn relief(map: &Array2<f32>, clip: f32) -> RgbImage {
    let (rows, cols) = map.dim();
    let mut image = RgbImage::from_pixel(cols as u32, rows as u32, PAPER);
    for ((row, col), grey) in greys(map, clip).indexed_iter() {
        if !grey.is_nan() {
            let level = (grey * 215.0 + 15.0) as u8;
            image.put_pixel(col as u32, row as u32, Rgb([level; 3]));
        }
    }
    image
}

/// Draws a height map as plain grey without light, one pixel a sample: black is `-clip`, white `clip`, middle grey zero.
pub fn heights(map: &Array2<f32>, clip: f32) -> RgbImage {
    RgbImage::from_fn(map.ncols() as u32, map.nrows() as u32, |x, y| {
        let height = map[[y as usize, x as usize]];
        if height.is_nan() {
            PAPER
        } else {
            Rgb([((0.5 + 0.5 * height / clip).clamp(0.0, 1.0) * 215.0 + 15.0) as u8; 3])
        }
    })
}

/// The grey value, 0 to 1, that [`relief`] gives each sample; NaN where missing.
pub(super) fn greys(map: &Array2<f32>, clip: f32) -> Array2<f32> {
    let clip = if clip > 0.0 { clip } else { 1.0 };
    let (rows, cols) = map.dim();
    // The difference to a neighbour; none where the neighbour is missing, so a border is not drawn as a cliff.
    let step = |from: usize, to: (usize, usize), row: usize, col: usize| {
        if from == 0 || map[to].is_nan() { 0.0 } else { map[[row, col]] - map[to] }
    };
    Array2::from_shape_fn((rows, cols), |(row, col)| {
        let height = map[[row, col]];
        if height.is_nan() {
            return f32::NAN;
        }
        let rise =
            step(col, (row, col.saturating_sub(1)), row, col) + step(row, (row.saturating_sub(1), col), row, col);
        let lit = (0.5 + 2.0 * rise / clip).clamp(0.0, 1.0);
        let tint = (0.5 + 0.5 * height / clip).clamp(0.0, 1.0);
        SHADE * lit + (1.0 - SHADE) * tint
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_paper_and_a_bump_is_lit_on_its_upper_left_side() {
        let mut map = Array2::from_shape_fn((41, 41), |(row, col)| {
            let (y, x) = (row as f32 - 20.0, col as f32 - 20.0);
            3.0 * (-(x * x + y * y) / 72.0).exp()
        });
        map[[0, 0]] = f32::NAN;
        let image = relief(&map, 3.0);
        assert_eq!(image.get_pixel(0, 0), &PAPER);
        let (near, far) = (image.get_pixel(16, 16)[0], image.get_pixel(24, 24)[0]);
        assert!(near > far + 40, "towards the light {near}, away from it {far}");
    }
}
