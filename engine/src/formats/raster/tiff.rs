//! TIFF by the `tiff` crate, which alone reads 32-bit grey floats.

use super::pitch::PixelSize;
use super::{DECODER_BYTES, check_size};
use crate::formats::{FormatError, ReadSettings};
use ndarray::Array2;
use std::io::Cursor;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits, ifd::Value};
use tiff::tags::Tag;

/// Weights of red, green and blue in luma (Rec. 709).
const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// Brightness of the first image and the pixel size stated for it.
pub(super) fn decode(
    bytes: &[u8],
    settings: &ReadSettings,
    notes: &mut Vec<String>,
) -> Result<(Array2<f32>, Option<PixelSize>), FormatError> {
    let samples_max = usize::try_from(settings.samples_max).unwrap_or(usize::MAX);
    let mut limits = Limits::default();
    limits.decoding_buffer_size = samples_max.saturating_mul(8);
    limits.intermediate_buffer_size = samples_max.saturating_mul(8).saturating_add(DECODER_BYTES as usize);
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(failed)?.with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(failed)?;
    check_size(width, height, settings)?;
    let colour = decoder.colortype().map_err(failed)?;
    let channels = match colour {
        ColorType::Gray(8 | 16 | 32) => 1,
        ColorType::GrayA(8 | 16) => 2,
        ColorType::RGB(8 | 16) => 3,
        ColorType::RGBA(8 | 16) => 4,
        other => return Err(refused(format!("{other:?}: only grey and RGB of 8 or 16 bits, or grey of 32, are read"))),
    };
    if channels % 2 == 0 {
        notes.push("an alpha channel was left out".into());
    }
    if decoder.image_buffer_layout().map_err(failed)?.planes > 1 {
        return Err(refused("one plane a colour: not read".into()));
    }
    let embedded = resolution(&mut decoder);
    if let Ok(Some(turned)) = decoder.find_tag_unsigned::<u16>(Tag::Orientation)
        && turned != 1
    {
        notes.push(format!("the file's orientation tag is {turned}; it was not applied"));
    }
    let pixels = match decoder.read_image().map_err(failed)? {
        DecodingResult::U8(values) => values.into_iter().map(|value| f32::from(value) / 255.0).collect(),
        DecodingResult::U16(values) => values.into_iter().map(|value| f32::from(value) / 65535.0).collect(),
        DecodingResult::F32(values) => floats(values, notes)?,
        _ => {
            return Err(refused(format!(
                "{colour:?} of this sample format: only unsigned integers and floats are read"
            )));
        }
    };
    if decoder.more_images() {
        notes.push("the file holds more than one image: only the first is read".into());
    }
    let pixels = if channels == 1 { pixels } else { pixels.chunks_exact(channels).map(luma).collect() };
    let brightness = Array2::from_shape_vec((height as usize, width as usize), pixels)
        .map_err(|error| refused(error.to_string()))?;
    Ok((brightness, embedded))
}

/// Floats have no fixed white: values up to 1 are taken as they are, larger ones are divided by the largest.
fn floats(mut values: Vec<f32>, notes: &mut Vec<String>) -> Result<Vec<f32>, FormatError> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let known = finite().count();
    if known == 0 {
        return Err(FormatError::NoHeights { samples: values.len() as u64 });
    }
    let (lowest, highest) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    if known < values.len() {
        notes.push(format!("{} pixels hold no number: taken as black", values.len() - known));
    }
    let (low, span) = if lowest >= 0.0 && highest <= 1.0 {
        (0.0, 1.0)
    } else {
        notes.push(format!("brightness {lowest} to {highest} was scaled to 0 to 1"));
        (lowest.min(0.0), (highest - lowest.min(0.0)).max(f32::MIN_POSITIVE))
    };
    let scale = |value: f32| if value.is_finite() { (value - low) / span } else { 0.0 };
    values.iter_mut().for_each(|value| *value = scale(*value));
    Ok(values)
}

fn luma(pixel: &[f32]) -> f32 {
    match *pixel {
        [red, green, blue] | [red, green, blue, _] => LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue,
        [grey, ..] => grey,
        [] => 0.0,
    }
}

/// Pixel size from the resolution tags.
fn resolution(decoder: &mut Decoder<Cursor<&[u8]>>) -> Option<PixelSize> {
    let mut density = |tag| match decoder.find_tag(tag) {
        Ok(Some(Value::Rational(dots, length))) => Some(f64::from(dots) / f64::from(length)),
        _ => None,
    };
    let (x, y) = (density(Tag::XResolution)?, density(Tag::YResolution)?);
    // 2 is the inch and the default (TIFF 6.0, ResolutionUnit).
    match decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit) {
        Ok(None | Some(2)) => PixelSize::from_dpi(x, y),
        Ok(Some(3)) => PixelSize::from_density(x, y, 0.01),
        _ => None,
    }
}

fn failed(error: tiff::TiffError) -> FormatError {
    refused(error.to_string())
}

fn refused(reason: String) -> FormatError {
    FormatError::Image { format: "TIFF", reason }
}
