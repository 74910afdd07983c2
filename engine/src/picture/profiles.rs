//! Two profiles drawn over each other, with stretches of them shaded.

use super::relief::PAPER;
use super::scale::INK;
use image::{Rgb, RgbImage};

/// Line of the first profile: blue (Okabe and Ito 2008).
pub const FIRST: Rgb<u8> = Rgb([0, 114, 178]);
/// Line of the second profile: vermilion.
pub const SECOND: Rgb<u8> = Rgb([213, 94, 0]);
/// Ground of a shaded stretch: a light blue-grey that both lines stand out of.
pub const SHADE: Rgb<u8> = Rgb([218, 228, 234]);

/// What to draw: one pixel a sample.
#[derive(Clone, Debug)]
pub struct Profiles<'a> {
    /// Heights of the first profile by column, NaN where it has none.
    pub first: &'a [f32],
    /// Heights of the second, in the same unit.
    pub second: &'a [f32],
    /// Columns to shade, first and past the last.
    pub shaded: &'a [(usize, usize)],
    /// Height drawn at the upper edge, its negative at the lower one; what goes beyond is cut off.
    pub clip: f32,
    /// Rows of the picture.
    pub height: u32,
}

/// Draws them: shaded stretches, the zero line, then both profiles.
pub fn profiles(what: &Profiles<'_>) -> RgbImage {
    let width = what.first.len().max(what.second.len()).max(1) as u32;
    let height = what.height.max(3);
    let mut image = RgbImage::from_pixel(width, height, PAPER);
    for &(first, last) in what.shaded {
        for x in first as u32..(last as u32).min(width) {
            for y in 0..height {
                image.put_pixel(x, y, SHADE);
            }
        }
    }
    for x in (0..width).filter(|x| x % 4 < 2) {
        image.put_pixel(x, height / 2, INK);
    }
    line(&mut image, what.first, what.clip, FIRST);
    line(&mut image, what.second, what.clip, SECOND);
    image
}

/// Draws one profile; neighbouring samples are joined by a vertical run, a missing one leaves a gap.
fn line(image: &mut RgbImage, heights: &[f32], clip: f32, colour: Rgb<u8>) {
    let half = (image.height() - 1) as f32 / 2.0;
    let clip = if clip > 0.0 { clip } else { 1.0 };
    let row = |height: f32| (half - (height / clip).clamp(-1.0, 1.0) * half).round() as u32;
    let mut before: Option<u32> = None;
    for (x, height) in heights.iter().enumerate() {
        if height.is_nan() {
            before = None;
            continue;
        }
        let at = row(*height);
        let from = before.unwrap_or(at);
        for y in from.min(at)..=from.max(at) {
            image.put_pixel(x as u32, y, colour);
        }
        before = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_profile_is_one_row_and_a_gap_stays_empty() {
        let mut first = vec![0.5_f32; 60];
        first[20..30].fill(f32::NAN);
        let image = profiles(&Profiles { first: &first, second: &[], shaded: &[(40, 50)], clip: 1.0, height: 101 });
        let blue = image.pixels().filter(|pixel| **pixel == FIRST).count();
        assert_eq!((blue, image.get_pixel(5, 25)), (50, &FIRST));
        assert_eq!((image.get_pixel(25, 25), image.get_pixel(45, 10)), (&PAPER, &SHADE));
    }
}
