//! OPD, the format of Wyko and Veeco interferometers: a directory of named blocks, one of which holds the heights.
//!
//! Layout as public readers have it. Heights are 16-bit integers or 32-bit floats in fringes: a height is the number
//! times `Wavelength` (nanometres) over `Mult`. They are stored column by column, each from the bottom up.

use super::fields::{Fields, Stored};
use super::grid::{FirstLine, Grid, Reading};
use super::{Decoded, FormatError, ReadSettings, ScanReader};

const MAGIC: &[u8] = b"\x01\0Directory\0";
/// Where the directory begins.
const DIRECTORY: usize = 2;
const ENTRY_BYTES: usize = 24;
const NAME_BYTES: usize = 16;
/// Most entries of a directory; files have a few hundred.
const ENTRIES_MAX: usize = 4096;
/// Names under which a block holds heights.
const HEIGHTS: [&str; 5] = ["RAW_DATA", "RAW DATA", "OPD", "SAMPLE_DATA", "Raw"];
/// Bytes in front of the numbers of an array: columns, rows, bytes of a number.
const ARRAY_HEADER: usize = 6;
/// Integers from here on mark what was not measured.
const MISSING_INTEGER: f64 = 32766.0;
/// Floats from here on mark what was not measured: 1e38 as a 32-bit float has it.
const MISSING_FLOAT: f64 = 1e38_f32 as f64;
const NANOMETRE: f64 = 1e-9;
const MILLIMETRE: f64 = 1e-3;

const ARRAY: u16 = 3;
const TEXT: u16 = 5;
const SHORT: u16 = 6;
const FLOAT: u16 = 7;
const DOUBLE: u16 = 8;
const LONG: u16 = 12;

/// Reads OPD files.
#[derive(Clone, Copy, Debug)]
pub struct Opd;

impl ScanReader for Opd {
    fn name(&self) -> &'static str {
        "OPD"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["opd"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let fields = Fields::little(self.name(), bytes);
        let mut reading = Reading::of(self.name());
        let blocks = directory(fields)?;
        for block in &blocks {
            if let Some(value) = block.value(fields)? {
                reading.field(&block.name, value);
            }
        }
        let heights = blocks.iter().filter(|block| block.kind == ARRAY && HEIGHTS.contains(&block.name.as_str()));
        let heights: Vec<_> = heights.collect();
        let missing = |field| FormatError::MissingField { format: "OPD", field };
        let Some(block) = heights.first() else { return Err(missing("RAW_DATA")) };
        if heights.len() > 1 {
            reading.note(format!("the file has {} height maps: only `{}` was read", heights.len(), block.name));
        }
        let number = |name: &str| blocks.iter().find(|block| block.name == name).map(|block| block.number(fields));
        let pixel = number("Pixel_size").transpose()?.flatten().ok_or(missing("Pixel_size"))? * MILLIMETRE;
        let wavelength = number("Wavelength").transpose()?.flatten().ok_or(missing("Wavelength"))? * NANOMETRE;
        let multiplier = stated_or_one(number("Mult").transpose()?.flatten(), "Mult", &mut reading);
        let aspect = stated_or_one(number("Aspect").transpose()?.flatten(), "Aspect", &mut reading);
        let grid = Grid {
            cols: fields.u16(block.at)?.into(),
            rows: fields.u16(block.at + 2)?.into(),
            pitch_x: pixel,
            pitch_y: pixel * aspect,
        };
        let stored = match fields.u16(block.at + 4)? {
            2 => Stored::I16,
            4 => Stored::F32,
            other => {
                let reason = format!("heights of {other} bytes in the OPD file: only 2 and 4 are read");
                return Err(FormatError::Layout { reason });
            }
        };
        let scale = wavelength / multiplier;
        if !(scale.is_finite() && scale != 0.0) {
            let found = scale.to_string();
            return Err(FormatError::Field { field: "Wavelength/Mult".into(), found, expected: "a length" });
        }
        let found = fields.slice(block.at, block.length)?.get(ARRAY_HEADER..).unwrap_or_default();
        let columns = stored.numbers(grid.samples(found, stored.bytes(), &block.name, settings)?, false);
        let limit = if stored == Stored::F32 { MISSING_FLOAT } else { MISSING_INTEGER };
        let metres = |number: f64| if number < limit { number * scale } else { f64::NAN };
        let (cols, rows) = (grid.cols as usize, grid.rows as usize);
        let heights = (0..cols * rows).map(|place| metres(columns[place % cols * rows + place / cols])).collect();
        reading.note(format!("heights are fringes of {:.2} nm over {multiplier}", wavelength / NANOMETRE));
        reading.finish(grid, heights, FirstLine::Bottom)
    }
}

/// A factor that is 1 where the file does not state it, with a note.
fn stated_or_one(stated: Option<f64>, name: &str, reading: &mut Reading) -> f64 {
    if stated.is_none() {
        reading.note(format!("the file states no `{name}`: taken as 1"));
    }
    stated.unwrap_or(1.0)
}

/// One entry of the directory.
struct Block {
    name: String,
    kind: u16,
    at: usize,
    length: usize,
}

/// The directory; blocks follow it in order, without gaps.
fn directory(fields: Fields<'_>) -> Result<Vec<Block>, FormatError> {
    let size = fields.u32(DIRECTORY + NAME_BYTES + 2)? as usize;
    let entries = size / ENTRY_BYTES;
    if entries > ENTRIES_MAX {
        return Err(FormatError::Layout { reason: format!("{entries} blocks, the limit is {ENTRIES_MAX}") });
    }
    let mut at = DIRECTORY + size;
    let mut blocks = Vec::new();
    for entry in 1..entries {
        let place = DIRECTORY + entry * ENTRY_BYTES;
        let length = fields.u32(place + NAME_BYTES + 2)? as usize;
        if length > 0 {
            let (name, kind) = (fields.text(place, NAME_BYTES)?, fields.u16(place + NAME_BYTES)?);
            blocks.push(Block { name, kind, at, length });
        }
        at = at.saturating_add(length);
    }
    Ok(blocks)
}

impl Block {
    /// The number of a block that holds one; `None` for another kind. Some files misstate the kind of a number, so its
    /// length decides how it is read.
    fn number(&self, fields: Fields<'_>) -> Result<Option<f64>, FormatError> {
        Ok(match (self.kind, self.length) {
            (SHORT, 2) => Some(f64::from(fields.i16(self.at)?)),
            (LONG, 4) => Some(f64::from(fields.i32(self.at)?)),
            (FLOAT | SHORT, 4) => Some(f64::from(fields.f32(self.at)?)),
            (DOUBLE | FLOAT, 8) => Some(fields.f64(self.at)?),
            _ => None,
        })
    }

    /// The content of a block of text or of one number.
    fn value(&self, fields: Fields<'_>) -> Result<Option<String>, FormatError> {
        if self.kind == TEXT {
            return fields.text(self.at, self.length).map(Some);
        }
        Ok(self.number(fields)?.map(|number| number.to_string()))
    }
}
