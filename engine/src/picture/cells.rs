//! Cells drawn on a mark: which agree, and where they were found.

use super::scale::INK;
use image::{Rgb, RgbImage};

/// Blue of cells that agree (Okabe and Ito 2008).
pub const CONGRUENT: Rgb<u8> = Rgb([0, 114, 178]);
/// Orange of cells that do not.
pub const NOT_CONGRUENT: Rgb<u8> = Rgb([230, 159, 0]);
/// How strongly a cell tints what lies under it.
const TINT: f32 = 0.25;

/// A square to draw, in pixels of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Square {
    /// Column of the centre.
    pub x: f32,
    /// Row of the centre.
    pub y: f32,
    /// Length of a side.
    pub side: f32,
    /// Degrees it is turned by.
    pub angle: f32,
    /// True if the cell agrees with the others.
    pub congruent: bool,
}

/// Draws squares on a picture: blue where they agree; orange with a dot where they do not, so that colour is not
/// needed to tell them apart. Those that agree lie on top.
pub fn draw_cells(image: &mut RgbImage, squares: &[Square]) {
    for congruent in [false, true] {
        for square in squares.iter().filter(|square| square.congruent == congruent) {
            draw(image, square);
        }
    }
}

fn draw(image: &mut RgbImage, square: &Square) {
    let colour = if square.congruent { CONGRUENT } else { NOT_CONGRUENT };
    let (sin, cos) = square.angle.to_radians().sin_cos();
    let reach = square.side * 0.75;
    let half = square.side / 2.0;
    let line = (square.side / 24.0).max(1.0);
    let pixels = |middle: f32, most: u32| {
        let first = (middle - reach).floor().max(0.0) as u32;
        let last = (middle + reach).ceil().clamp(0.0, most as f32) as u32;
        first..last
    };
    for y in pixels(square.y, image.height()) {
        for x in pixels(square.x, image.width()) {
            let (dx, dy) = (x as f32 - square.x, y as f32 - square.y);
            let (u, v) = ((cos * dx + sin * dy).abs(), (cos * dy - sin * dx).abs());
            let edge = half - u.max(v);
            if edge < 0.0 {
                continue;
            }
            let dot = !square.congruent && u.hypot(v) < 1.5 * line;
            let pixel = image.get_pixel_mut(x, y);
            if dot {
                *pixel = INK;
            } else {
                let share = if edge < line { 1.0 } else { TINT };
                for (under, over) in pixel.0.iter_mut().zip(colour.0) {
                    *under = (f32::from(*under) * (1.0 - share) + f32::from(over) * share) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::relief::PAPER;

    #[test]
    fn a_turned_square_is_as_wide_as_its_diagonal() {
        let mut image = RgbImage::from_pixel(100, 100, PAPER);
        let square = Square { x: 50.0, y: 50.0, side: 40.0, angle: 45.0, congruent: true };
        draw_cells(&mut image, &[square]);
        let drawn = (0..100).filter(|x| image.get_pixel(*x, 50) != &PAPER).count();
        assert!((56..=58).contains(&drawn), "40 * sqrt 2 = 56.6, drawn {drawn}");
    }

    #[test]
    fn a_cell_partly_outside_the_picture_is_cut_off() {
        let mut image = RgbImage::from_pixel(20, 20, PAPER);
        let square = Square { x: -5.0, y: 25.0, side: 30.0, angle: 10.0, congruent: false };
        draw_cells(&mut image, &[square]);
        assert_ne!(image.get_pixel(0, 19), &PAPER);
        assert_eq!(image.get_pixel(19, 0), &PAPER);
    }
}
