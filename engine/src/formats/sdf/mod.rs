//! SDF (ISO 25178-71, before it BCR): a header of thirteen fields, then heights, all in text or all in binary.
//!
//! Lengths are metres: x and y by `Xscale` and `Yscale`, heights by `Zscale`. Profiles follow one another along y, in
//! a right-handed system, so the first one is the bottom.

mod binary;
mod text;

use super::grid::{FirstLine, Grid, Reading};
use super::{Decoded, FormatError, ReadSettings, ScanReader};

/// Reads SDF files.
#[derive(Clone, Copy, Debug)]
pub struct Sdf;

impl ScanReader for Sdf {
    fn name(&self) -> &'static str {
        "SDF"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["sdf", "bcr"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        let Some((coding, rest)) = bytes.split_first() else { return false };
        let known = [b"ISO-".as_slice(), b"BCR-", b"NIST-"];
        matches!(coding, b'a' | b'b') && known.iter().any(|standard| rest.starts_with(standard))
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let mut reading = Reading::of(self.name());
        let (header, numbers) = if bytes.starts_with(b"a") {
            text::read(bytes, settings, &mut reading)?
        } else {
            binary::read(bytes, settings, &mut reading)?
        };
        let scale = header.scale_z;
        if !(scale.is_finite() && scale > 0.0) {
            let found = scale.to_string();
            return Err(FormatError::Field { field: "Zscale".into(), found, expected: "a positive length" });
        }
        let heights = numbers.into_iter().map(|number| number * scale).collect();
        reading.finish(header.grid, heights, FirstLine::Bottom)
    }
}

/// What the header says about the heights.
struct Header {
    grid: Grid,
    /// Metres of one unit of height.
    scale_z: f64,
    data_type: u8,
}

/// Refuses what would have to be unpacked or checked in ways the standard leaves open.
fn only_plain(compression: u8, check: u8) -> Result<(), FormatError> {
    if compression != 0 || check != 0 {
        let reason = format!("compression {compression} and check type {check} in the SDF file: only 0 is read");
        return Err(FormatError::Layout { reason });
    }
    Ok(())
}
