//! The size of a photograph's pixel: as the caller declares it, or as the file embeds it where that is believable.
//!
//! Most files carry a print setting (72, 96, 300 dots per inch), not a measurement. A pixel above 20 um would show a
//! small primer (4.4 mm, SAAMI small pistol) with fewer than 220 pixels across, one below 0.05 um lies beyond what
//! light resolves: sizes outside are taken for print settings and only noted.

use crate::formats::{FormatError, ReadSettings};
use crate::units::Metres;

/// Largest believable embedded pixel, metres.
const PIXEL_MAX: f64 = 20e-6;
/// Smallest believable embedded pixel, metres.
const PIXEL_MIN: f64 = 0.05e-6;
/// How far, as a share, the sides of a pixel may differ, and an embedded size from the declared one.
const TOLERANCE: f64 = 0.01;
const INCH: f64 = 0.0254;

/// Sides of a pixel in metres, as a file states them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PixelSize {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl PixelSize {
    /// From dots a length along both sides; `None` for zero.
    pub(super) fn from_density(x: f64, y: f64, length: f64) -> Option<Self> {
        (x.is_finite() && y.is_finite() && x > 0.0 && y > 0.0).then(|| Self { x: length / x, y: length / y })
    }
    /// From dots an inch.
    pub(super) fn from_dpi(x: f64, y: f64) -> Option<Self> {
        Self::from_density(x, y, INCH)
    }
}

/// The pixel size to go by.
pub(super) fn chosen(
    embedded: Option<PixelSize>,
    settings: &ReadSettings,
    notes: &mut Vec<String>,
) -> Result<Option<Metres>, FormatError> {
    let embedded = embedded.and_then(|size| believable(size, notes));
    let Some(micrometres) = settings.pixel_micrometres else { return Ok(embedded) };
    if !(micrometres.is_finite() && micrometres > 0.0) {
        return Err(FormatError::PixelSize { micrometres });
    }
    let declared = Metres::from_micrometres(micrometres);
    if let Some(found) = embedded.filter(|found| (found.metres() / declared.metres() - 1.0).abs() > TOLERANCE) {
        let found = found.micrometres();
        notes.push(format!("the file states {found:.4} um a pixel, the caller {micrometres} um: the caller's is used"));
    }
    Ok(Some(declared))
}

fn believable(size: PixelSize, notes: &mut Vec<String>) -> Option<Metres> {
    let PixelSize { x, y } = size;
    let dpi = INCH / x;
    if (x / y - 1.0).abs() > TOLERANCE {
        notes.push(format!("the file states pixels of {:.3} x {:.3} um: not square, not used", x * 1e6, y * 1e6));
        return None;
    }
    if !(PIXEL_MIN..=PIXEL_MAX).contains(&x) {
        let stated = x * 1e6;
        notes.push(format!("the file states {stated:.3} um a pixel ({dpi:.0} dpi): a print setting, not used"));
        return None;
    }
    notes.push(format!("pixel size {:.4} um as the file states it", x * 1e6));
    Some(Metres::new(x))
}

/// The `pHYs` chunk of a PNG.
pub(super) fn of_png(bytes: &[u8]) -> Option<PixelSize> {
    let mut rest = bytes.get(8..)?;
    loop {
        let length = be32(rest, 0)? as usize;
        match rest.get(4..8)? {
            b"pHYs" => {
                let metre = rest.get(16).is_some_and(|&unit| unit == 1);
                let (x, y) = (be32(rest, 8)?, be32(rest, 12)?);
                return metre.then(|| PixelSize::from_density(x.into(), y.into(), 1.0)).flatten();
            }
            b"IDAT" | b"IEND" => return None,
            _ => rest = rest.get(length.checked_add(12)?..)?,
        }
    }
}

/// The JFIF header of a JPEG.
pub(super) fn of_jpeg(bytes: &[u8]) -> Option<PixelSize> {
    let mut rest = bytes.get(2..)?;
    loop {
        let (marker, length) = (rest.get(..2)?, be16(rest, 2)?);
        match marker {
            [0xff, 0xe0] if rest.get(4..9)? == b"JFIF\0" => {
                let (x, y) = (be16(rest, 12)?.into(), be16(rest, 14)?.into());
                return match *rest.get(11)? {
                    1 => PixelSize::from_dpi(x, y),
                    2 => PixelSize::from_density(x, y, 0.01),
                    _ => None,
                };
            }
            [0xff, 0xe0..=0xef | 0xfe] => rest = rest.get(2 + usize::from(length)..)?,
            _ => return None,
        }
    }
}

/// Pixels a metre in the information header of a BMP.
pub(super) fn of_bmp(bytes: &[u8]) -> Option<PixelSize> {
    let le32 = |at: usize| bytes.get(at..at + 4)?.first_chunk().map(|chunk| i32::from_le_bytes(*chunk));
    if le32(14)? < 40 {
        return None;
    }
    PixelSize::from_density(le32(38)?.into(), le32(42)?.into(), 1.0)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}
