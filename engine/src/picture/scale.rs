//! Enlarging, drawing and the bar of known length.

use crate::units::Metres;
use image::{Rgb, RgbImage};

/// Black of lines and bars.
pub const INK: Rgb<u8> = Rgb([20, 20, 20]);

/// Lengths a bar may have, micrometres: the longest that fits in a quarter of the picture is drawn.
const BARS: [u32; 9] = [2000, 1000, 500, 200, 100, 50, 20, 10, 5];

/// Repeats every pixel `factor` times along both axes, so that lines drawn on it can be finer than a sample.
pub fn enlarge(image: &RgbImage, factor: u32) -> RgbImage {
    let factor = factor.max(1);
    RgbImage::from_fn(image.width() * factor, image.height() * factor, |x, y| *image.get_pixel(x / factor, y / factor))
}

/// Adds a strip below the picture with a bar of a round length and the length in words.
///
/// `pixel` is the size of one pixel of `image` on the surface.
pub fn with_bar(image: &RgbImage, pixel: Metres) -> RgbImage {
    let size = (image.width() / 400).clamp(1, 4);
    let height = 14 * size;
    let mut out = RgbImage::from_pixel(image.width(), image.height() + height, super::relief::PAPER);
    image::imageops::replace(&mut out, image, 0, 0);
    let room = f64::from(image.width()) * pixel.micrometres() / 4.0 + 1e-6;
    let length = BARS.into_iter().find(|length| f64::from(*length) <= room).unwrap_or(1);
    let pixels = (f64::from(length) / pixel.micrometres()).round() as u32;
    let (left, middle) = (4 * size, image.height() + height / 2);
    fill(&mut out, left, middle - size, pixels, 2 * size, INK);
    fill(&mut out, left, middle - 3 * size, size, 6 * size, INK);
    fill(&mut out, left + pixels, middle - 3 * size, size, 6 * size, INK);
    write(&mut out, left + pixels + 4 * size, middle - 3 * size, size, &format!("{length} um"));
    out
}

/// Fills a rectangle; what lies outside the picture is left out.
pub fn fill(image: &mut RgbImage, left: u32, top: u32, width: u32, height: u32, colour: Rgb<u8>) {
    for y in top..(top + height).min(image.height()) {
        for x in left..(left + width).min(image.width()) {
            image.put_pixel(x, y, colour);
        }
    }
}

/// Writes digits and the letters of a unit, `size` pixels a dot, five by five dots a letter.
pub fn write(image: &mut RgbImage, left: u32, top: u32, size: u32, text: &str) {
    for (place, letter) in text.chars().enumerate() {
        for (row, bits) in glyph(letter).into_iter().enumerate() {
            for col in 0..5_u32 {
                if bits >> (4 - col) & 1 == 1 {
                    let x = left + (place as u32 * 6 + col) * size;
                    fill(image, x, top + row as u32 * size, size, size, INK);
                }
            }
        }
    }
}

/// Rows of a letter, the leftmost of five dots in bit 4.
fn glyph(letter: char) -> [u8; 5] {
    match letter {
        '0' => [0b01110, 0b10001, 0b10001, 0b10001, 0b01110],
        '1' => [0b00100, 0b01100, 0b00100, 0b00100, 0b01110],
        '2' => [0b11110, 0b00001, 0b01110, 0b10000, 0b11111],
        '5' => [0b11111, 0b10000, 0b11110, 0b00001, 0b11110],
        'u' => [0b10010, 0b10010, 0b10010, 0b11101, 0b10000],
        'm' => [0b00000, 0b11010, 0b10101, 0b10101, 0b10101],
        _ => [0; 5],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::relief::PAPER;
    use crate::units::um;

    #[test]
    fn the_bar_is_as_long_as_it_says() {
        let image = RgbImage::from_pixel(320, 200, PAPER);
        let marked = with_bar(&image, um(12.5));
        let middle = 200 + 7;
        let dark: Vec<u32> = (0..320).filter(|x| marked.get_pixel(*x, middle - 1) == &INK).collect();
        let run = dark.windows(2).take_while(|pair| pair[1] == pair[0] + 1).count() as u32;
        assert_eq!(run, 1000 * 10 / 125, "1000 um at 12.5 um a pixel is 80 pixels");
    }
}
