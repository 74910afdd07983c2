//! The region of a mark on its scan: mask tint, circles and edge points over the relief.
//!
//! Plain shapes in: heights, a mask, curves as points in samples. Colours can be told apart with any colour vision.

use super::relief::relief;
use super::scale::{enlarge, with_bar};
use crate::surface::Surface;
use image::{Rgb, RgbImage};
use ndarray::Array2;

/// Tint of the mark.
const MARK: Rgb<u8> = Rgb([86, 180, 233]);
/// How much of the tint shows.
const TINT: f32 = 0.35;
/// Pixels a sample: lines are one pixel wide, so they stand between samples.
const FACTOR: u32 = 2;

/// A line to draw. Points are metres on the surface, joined in order.
#[derive(Clone, Debug)]
pub struct Line {
    /// `[x, y]` in metres.
    pub points: Vec<[f64; 2]>,
    /// Its colour.
    pub colour: Rgb<u8>,
    /// Only every other stretch is drawn.
    pub dashed: bool,
}

/// A spot to draw: `[x, y]` in metres, and how strong it is, 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// `[x, y]` in metres.
    pub point: [f64; 2],
    /// Faint to full.
    pub strength: f64,
    /// Its colour.
    pub colour: Rgb<u8>,
}

/// Draws the relief of `surface` clipped at `clip` metres, tints `mask`, and adds spots, then lines, then a scale bar.
pub fn region(surface: &Surface, clip: f32, mask: &Array2<bool>, spots: &[Spot], lines: &[Line]) -> RgbImage {
    let mut image = relief(&surface.heights, clip);
    for ((row, col), inside) in mask.indexed_iter() {
        if *inside && row < image.height() as usize && col < image.width() as usize {
            blend(image.get_pixel_mut(col as u32, row as u32), MARK, TINT);
        }
    }
    let mut image = enlarge(&image, FACTOR);
    let scale = f64::from(FACTOR) / surface.pitch.metres();
    let place = |[x, y]: [f64; 2]| (x * scale + f64::from(FACTOR) / 2.0, y * scale + f64::from(FACTOR) / 2.0);
    for spot in spots {
        let (x, y) = place(spot.point);
        dot(&mut image, x, y, spot.colour, spot.strength.clamp(0.25, 1.0) as f32);
    }
    for line in lines {
        draw(&mut image, &line.points.iter().map(|point| place(*point)).collect::<Vec<_>>(), line);
    }
    with_bar(&image, crate::units::Metres::new(surface.pitch.metres() / f64::from(FACTOR)))
}

fn draw(image: &mut RgbImage, points: &[(f64, f64)], line: &Line) {
    for (number, ends) in points.windows(2).enumerate() {
        if line.dashed && number % 2 == 1 {
            continue;
        }
        let ((x0, y0), (x1, y1)) = (ends[0], ends[1]);
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0) as u32;
        for step in 0..=steps {
            let part = f64::from(step) / f64::from(steps);
            dot(image, x0 + part * (x1 - x0), y0 + part * (y1 - y0), line.colour, 1.0);
        }
    }
}

fn dot(image: &mut RgbImage, x: f64, y: f64, colour: Rgb<u8>, strength: f32) {
    if x >= 0.0 && y >= 0.0 && x < f64::from(image.width()) && y < f64::from(image.height()) {
        blend(image.get_pixel_mut(x as u32, y as u32), colour, strength);
    }
}

fn blend(pixel: &mut Rgb<u8>, colour: Rgb<u8>, strength: f32) {
    for (channel, new) in pixel.0.iter_mut().zip(colour.0) {
        *channel = (f32::from(*channel) * (1.0 - strength) + f32::from(new) * strength) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    #[test]
    fn a_line_down_column_30_of_a_flat_surface_is_drawn_at_pixel_61() {
        let surface = Surface { heights: Array2::zeros((40, 60)), pitch: um(12.5) };
        let mask = Array2::from_elem((40, 60), false);
        let x = 30.0 * 12.5e-6;
        let colour = Rgb([213, 94, 0]);
        let line = Line { points: vec![[x, 0.0], [x, 39.0 * 12.5e-6]], colour, dashed: false };
        let image = region(&surface, 1e-5, &mask, &[], &[line]);
        assert_eq!(image.get_pixel(61, 40), &colour);
        assert_ne!(image.get_pixel(59, 40), &colour);
    }
}
