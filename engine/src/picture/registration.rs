//! Two surfaces laid over each other, as an examiner sees them under a comparison microscope.

use super::relief::{PAPER, greys};
use image::{Rgb, RgbImage};
use ndarray::Array2;

/// Light of the first surface: blue (Okabe and Ito 2008). Equal reliefs add up to grey.
const FIRST: [f32; 3] = [0.10, 0.48, 0.86];
/// Light of the second surface: orange, what is missing from white.
const SECOND: [f32; 3] = [0.90, 0.52, 0.14];
/// How much of its light a surface keeps where the other is missing.
const ALONE: f32 = 0.55;

/// Draws two maps of the same shape in two tints, one pixel a sample: grey where they agree, blue where the first is
/// brighter, orange where the second is; a pale tint where only one of them is present.
pub fn overlay(first: &Array2<f32>, second: &Array2<f32>, clip: f32) -> RgbImage {
    let (first, second) = (greys(first, clip), greys(second, clip));
    let (rows, cols) = first.dim();
    RgbImage::from_fn(cols as u32, rows as u32, |x, y| {
        let at = (y as usize, x as usize);
        let (a, b) = (first[at], second.get(at).copied().unwrap_or(f32::NAN));
        let tinted =
            |grey: f32, light: [f32; 3]| light.map(|part| (1.0 - ALONE) + ALONE * (part + (1.0 - part) * grey));
        let colour = match (a.is_nan(), b.is_nan()) {
            (true, true) => return PAPER,
            (false, true) => tinted(a, FIRST),
            (true, false) => tinted(b, SECOND),
            (false, false) => std::array::from_fn(|part| a * FIRST[part] + b * SECOND[part]),
        };
        Rgb(colour.map(|part| (part * 225.0 + 15.0) as u8))
    })
}

/// Sets pictures side by side, with a gap, their tops in line.
pub fn beside(images: &[RgbImage]) -> RgbImage {
    let gap = 12;
    let width = images.iter().map(|image| image.width() + gap).sum::<u32>().saturating_sub(gap);
    let height = images.iter().map(RgbImage::height).max().unwrap_or(0);
    let mut out = RgbImage::from_pixel(width, height, PAPER);
    let mut left = 0;
    for image in images {
        image::imageops::replace(&mut out, image, i64::from(left), 0);
        left += image.width() + gap;
    }
    out
}

/// Sets pictures below each other, with a gap, their left sides in line.
pub fn below(images: &[RgbImage]) -> RgbImage {
    let gap = 12;
    let width = images.iter().map(RgbImage::width).max().unwrap_or(0);
    let height = images.iter().map(|image| image.height() + gap).sum::<u32>().saturating_sub(gap);
    let mut out = RgbImage::from_pixel(width, height, PAPER);
    let mut top = 0;
    for image in images {
        image::imageops::replace(&mut out, image, 0, i64::from(top));
        top += image.height() + gap;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_reliefs_are_grey_and_one_alone_keeps_its_tint() {
        let first = Array2::from_shape_fn((20, 30), |(row, col)| ((row * 7 + col * 3) % 5) as f32 - 2.0);
        let mut second = first.clone();
        second[[10, 10]] = f32::NAN;
        let image = overlay(&first, &second, 3.0);
        let spread = |x, y| {
            let Rgb([r, g, b]) = *image.get_pixel(x, y);
            i32::from(r.max(g).max(b)) - i32::from(r.min(g).min(b))
        };
        assert!(spread(5, 5) <= 2, "agreeing samples differ by {} between channels", spread(5, 5));
        let Rgb([red, _, blue]) = *image.get_pixel(10, 10);
        assert!(blue > red + 40, "the first alone is blue: {red}, {blue}");
    }
}
