//! TMD, the height maps of GelSight and TrueMap: a short header, then 32-bit floats. Lengths are millimetres.
//!
//! Layout and unit as GelSight's own published MATLAB reader has them. Its arrays are pictures: the first line is taken
//! as the top.

use super::fields::{Fields, Stored, text};
use super::grid::{FirstLine, Grid, Reading};
use super::{Decoded, FormatError, ReadSettings, ScanReader};

const FAMILY: &[u8] = b"Binary TrueMap Data File";
const MAGIC: &[u8] = b"Binary TrueMap Data File v2.0";
/// Where the comment begins; it ends with a zero byte.
const COMMENT: usize = 32;
/// Longest comment that is looked through for its end.
const COMMENT_BYTES_MAX: usize = 4096;
const MILLIMETRE: f64 = 1e-3;

/// Reads TMD files.
#[derive(Clone, Copy, Debug)]
pub struct Tmd;

impl ScanReader for Tmd {
    fn name(&self) -> &'static str {
        "TMD"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["tmd"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(FAMILY)
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let fields = Fields::little(self.name(), bytes);
        let mut reading = Reading::of(self.name());
        if !bytes.starts_with(MAGIC) {
            let first = text(fields.slice(0, COMMENT)?);
            return Err(FormatError::Layout { reason: format!("`{first}`: only version 2.0 is read") });
        }
        let comment = bytes.iter().skip(COMMENT).take(COMMENT_BYTES_MAX).position(|&byte| byte == 0);
        let Some(length) = comment else {
            return Err(FormatError::Layout { reason: "the comment of the TMD file does not end".into() });
        };
        reading.field("Comment", fields.text(COMMENT, length)?);
        let at = COMMENT + length + 1;
        let (cols, rows) = (fields.u32(at)?, fields.u32(at + 4)?);
        let (long_x, long_y) = (fields.f32(at + 8)?, fields.f32(at + 12)?);
        reading.field("LengthX mm", long_x);
        reading.field("LengthY mm", long_y);
        reading.field("OffsetX mm", fields.f32(at + 16)?);
        reading.field("OffsetY mm", fields.f32(at + 20)?);
        let pitch = |long: f32, count: u32| f64::from(long) / f64::from(count) * MILLIMETRE;
        let grid =
            Grid { cols: cols.into(), rows: rows.into(), pitch_x: pitch(long_x, cols), pitch_y: pitch(long_y, rows) };
        let found = bytes.get(at + 24..).unwrap_or_default();
        let stored = grid.samples(found, Stored::F32.bytes(), "height map", settings)?;
        if stored.len() < found.len() {
            reading.note(format!("{} bytes after the height map were not read", found.len() - stored.len()));
        }
        let heights = Stored::F32.numbers(stored, false).into_iter().map(|height| height * MILLIMETRE).collect();
        reading.note("lengths and heights are millimetres, as the format has them");
        reading.finish(grid, heights, FirstLine::TopAsShown)
    }
}
