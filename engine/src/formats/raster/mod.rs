//! Photographs: PNG, JPEG, BMP and TIFF to grey brightness, with the size of a pixel where it is known.
//!
//! Colour becomes luma (Rec. 709, as the `image` crate weighs it); an alpha channel is left out. The size of the image
//! is checked against the limit before any pixel is decoded.

mod pitch;
mod tiff;

use super::{Decoded, FormatError, Photograph, ReadSettings, Scan, ScanReader};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use ndarray::Array2;
use std::io::Cursor;

/// Most bytes a decoded pixel takes: four channels of 32 bits.
const PIXEL_BYTES_MAX: u64 = 16;
/// What a decoder may take beside the picture itself: tables, one row or strip.
const DECODER_BYTES: u64 = 64 << 20;

/// Reads PNG files.
#[derive(Clone, Copy, Debug)]
pub struct Png;
/// Reads JPEG files.
#[derive(Clone, Copy, Debug)]
pub struct Jpeg;
/// Reads BMP files.
#[derive(Clone, Copy, Debug)]
pub struct Bmp;
/// Reads TIFF files: 8 and 16 bit integers, 32 bit floats.
#[derive(Clone, Copy, Debug)]
pub struct Tiff;

impl ScanReader for Png {
    fn name(&self) -> &'static str {
        "PNG"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["png"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x89PNG\r\n\x1a\n")
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        decode(self.name(), ImageFormat::Png, bytes, pitch::of_png(bytes), settings)
    }
}

impl ScanReader for Jpeg {
    fn name(&self) -> &'static str {
        "JPEG"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["jpg", "jpeg"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"\xff\xd8\xff")
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        decode(self.name(), ImageFormat::Jpeg, bytes, pitch::of_jpeg(bytes), settings)
    }
}

impl ScanReader for Bmp {
    fn name(&self) -> &'static str {
        "BMP"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["bmp"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"BM")
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        decode(self.name(), ImageFormat::Bmp, bytes, pitch::of_bmp(bytes), settings)
    }
}

impl ScanReader for Tiff {
    fn name(&self) -> &'static str {
        "TIFF"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["tif", "tiff"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        [b"II*\0".as_slice(), b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| bytes.starts_with(magic))
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let mut notes = Vec::new();
        let (brightness, embedded) = tiff::decode(bytes, settings, &mut notes)?;
        let pitch = pitch::chosen(embedded, settings, &mut notes)?;
        Ok(Decoded {
            scan: Scan::Photograph(Photograph { brightness, pitch }),
            format: self.name(),
            notes,
            fields: Vec::new(),
        })
    }
}

/// Decodes with the `image` crate.
fn decode(
    name: &'static str,
    format: ImageFormat,
    bytes: &[u8],
    embedded: Option<pitch::PixelSize>,
    settings: &ReadSettings,
) -> Result<Decoded, FormatError> {
    let mut notes = Vec::new();
    let failed = |error: image::ImageError| FormatError::Image { format: name, reason: error.to_string() };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(settings.samples_max.saturating_mul(PIXEL_BYTES_MAX).saturating_add(DECODER_BYTES));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, settings)?;
    // A camera that says "upside down" or "mirrored" is believed: a mirrored mark would find no mate.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    if orientation != Orientation::NoTransforms {
        notes.push(format!("the file's orientation tag was applied: {orientation:?}"));
        image.apply_orientation(orientation);
    }
    if image.color().has_alpha() {
        notes.push("an alpha channel was left out".into());
    }
    let pitch = pitch::chosen(embedded, settings, &mut notes)?;
    let grey = image.into_luma16();
    let shape = (grey.height() as usize, grey.width() as usize);
    let scaled = grey.into_raw().into_iter().map(|value| f32::from(value) / f32::from(u16::MAX)).collect();
    let brightness = Array2::from_shape_vec(shape, scaled)
        .map_err(|error| FormatError::Image { format: name, reason: error.to_string() })?;
    Ok(Decoded { scan: Scan::Photograph(Photograph { brightness, pitch }), format: name, notes, fields: Vec::new() })
}

/// Refuses an image with more pixels than the limit, or none.
fn check_size(width: u32, height: u32, settings: &ReadSettings) -> Result<(), FormatError> {
    let declared = u128::from(width) * u128::from(height);
    if declared > u128::from(settings.samples_max) {
        return Err(FormatError::TooManySamples { declared, max: settings.samples_max });
    }
    if width < 2 || height < 2 {
        return Err(FormatError::TooSmall { columns: width.into(), rows: height.into() });
    }
    Ok(())
}
