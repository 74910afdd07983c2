//! PLU, the format of Sensofar instruments before PLUX: a header of 500 bytes, then 32-bit floats in micrometres.
//!
//! Layout as public readers have it (version 2000 and later). The file has no magic: it begins with a date in words.
//! The first line is taken as the top.

use super::fields::{Fields, Stored};
use super::grid::{FirstLine, Grid, Reading};
use super::{Decoded, FormatError, ReadSettings, ScanReader};

const DATE_BYTES: usize = 128;
const COMMENT: usize = 132;
const COMMENT_BYTES: usize = 256;
const PITCH_X: usize = 404;
const PITCH_Y: usize = 408;
const KIND: usize = 428;
const LAYERS: usize = 489;
const VERSION: usize = 490;
const SIZE: usize = 500;
const SAMPLES: usize = 508;
/// What is stored where nothing was measured.
const MISSING: f64 = 1_000_001.0;
const MICROMETRE: f64 = 1e-6;

/// Kinds of measurement that hold heights: a profile, a topography.
const PROFILE: u32 = 1;
const TOPOGRAPHY: u32 = 3;

/// Reads PLU files.
#[derive(Clone, Copy, Debug)]
pub struct Plu;

impl ScanReader for Plu {
    fn name(&self) -> &'static str {
        "PLU"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["plu"]
    }
    /// True for a date such as `Mon Apr 19 11:40:13 2021` at the start, ended by a zero byte before byte 128.
    fn recognizes(&self, bytes: &[u8]) -> bool {
        const DAYS: [&[u8]; 7] = [b"Mon ", b"Tue ", b"Wed ", b"Thu ", b"Fri ", b"Sat ", b"Sun "];
        const MONTHS: [&[u8]; 12] = [
            b"Jan ", b"Feb ", b"Mar ", b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ", b"Nov ", b"Dec ",
        ];
        let Some(date) = bytes.get(..DATE_BYTES) else { return false };
        let clock = [13, 16].iter().all(|&at| date.get(at) == Some(&b':'));
        DAYS.contains(&&date[..4]) && MONTHS.contains(&&date[4..8]) && clock && date.contains(&0)
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let fields = Fields::little(self.name(), bytes);
        let mut reading = Reading::of(self.name());
        reading.field("Date", fields.text(0, DATE_BYTES)?);
        reading.field("Comment", fields.text(COMMENT, COMMENT_BYTES)?);
        let kind = fields.u32(KIND)?;
        for (name, at) in [("MeasurementType", KIND), ("Algorithm", 432), ("Method", 436), ("Objective", 440)] {
            reading.field(name, fields.u32(at)?);
        }
        reading.field("Version", fields.u8(VERSION)?);
        reading.field("HardwareConfiguration", fields.u8(VERSION + 1)?);
        if kind != PROFILE && kind != TOPOGRAPHY {
            let reason =
                format!("measurement type {kind} of the PLU file: only 1 (profile) and 3 (topography) are read");
            return Err(FormatError::Layout { reason });
        }
        let layers = fields.u8(LAYERS)?;
        if layers > 1 {
            reading.note(format!("the file has {layers} layers: only the first was read"));
        }
        let grid = Grid {
            cols: fields.u32(SIZE + 4)?.into(),
            rows: fields.u32(SIZE)?.into(),
            pitch_x: f64::from(fields.f32(PITCH_X)?) * MICROMETRE,
            pitch_y: f64::from(fields.f32(PITCH_Y)?) * MICROMETRE,
        };
        let found = bytes.get(SAMPLES..).unwrap_or_default();
        let stored = grid.samples(found, Stored::F32.bytes(), "height map", settings)?;
        if stored.len() < found.len() {
            reading.note(format!(
                "{} bytes after the heights were not read: limits and images",
                found.len() - stored.len()
            ));
        }
        let metres = |height: f64| if height == MISSING { f64::NAN } else { height * MICROMETRE };
        let heights = Stored::F32.numbers(stored, false).into_iter().map(metres).collect();
        reading.note("lengths and heights are micrometres, as the format has them");
        reading.finish(grid, heights, FirstLine::TopAsShown)
    }
}
