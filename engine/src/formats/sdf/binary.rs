//! The binary coding: fields at fixed places, lowest byte first.

use super::{Header, only_plain};
use crate::formats::fields::{Fields, Stored, text};
use crate::formats::grid::{Grid, Reading};
use crate::formats::{FormatError, ReadSettings};

/// Bytes some programs of Olympus write between header and heights.
const OLYMPUS_BYTES: usize = 8;

/// Header and stored numbers, NaN where missing.
pub(super) fn read(
    bytes: &[u8],
    settings: &ReadSettings,
    reading: &mut Reading,
) -> Result<(Header, Vec<f64>), FormatError> {
    let fields = Fields::little("SDF", bytes);
    let version = text(fields.slice(0, 8)?);
    reading.field("Version", &version);
    for (name, at, length) in [("ManufacID", 8, 10), ("CreateDate", 18, 12), ("ModDate", 30, 12)] {
        reading.field(name, fields.text(at, length)?);
    }
    // The counts have 32 bits from version 2.0 on.
    let (cols, rows, at) = match version.as_str() {
        "bISO-1.0" | "bBCR-1.0" => (fields.u16(42)?.into(), fields.u16(44)?.into(), 46),
        "bISO-2.0" => (fields.u32(42)?.into(), fields.u32(46)?.into(), 50),
        _ => {
            let reason = format!("`{version}`: only bISO-1.0, bISO-2.0 and bBCR-1.0 are read");
            return Err(FormatError::Layout { reason });
        }
    };
    let grid = Grid { cols, rows, pitch_x: fields.f64(at)?, pitch_y: fields.f64(at + 8)? };
    let scale_z = fields.f64(at + 16)?;
    reading.field("Zresolution", fields.f64(at + 24)?);
    let [compression, data_type, check] = [fields.u8(at + 32)?, fields.u8(at + 33)?, fields.u8(at + 34)?];
    only_plain(compression, check)?;
    // What is stored, and what stands for a height that was not measured: the number farthest from any height.
    let (stored, missing) = match data_type {
        0 => (Stored::U8, None),
        1 => (Stored::U16, Some(f64::from(u16::MAX))),
        2 => (Stored::U32, Some(f64::from(u32::MAX))),
        3 => (Stored::F32, Some(f64::from(f32::MIN))),
        4 => (Stored::I8, Some(f64::from(i8::MIN))),
        5 => (Stored::I16, Some(f64::from(i16::MIN))),
        6 => (Stored::I32, Some(f64::from(i32::MIN))),
        7 => (Stored::F64, Some(f64::MIN)),
        _ => {
            return Err(FormatError::Layout { reason: format!("data type {data_type} in the SDF file: 0 to 7 exist") });
        }
    };
    let mut found = bytes.get(at + 35..).unwrap_or_default();
    let needed = grid.checked(settings)? * stored.bytes();
    if found.len() == needed + OLYMPUS_BYTES && version == "bISO-1.0" {
        reading.note(format!("the header is {OLYMPUS_BYTES} bytes longer than the standard's, as Olympus writes it"));
        found = &found[OLYMPUS_BYTES..];
    }
    let heights = grid.samples(found, stored.bytes(), "data area", settings)?;
    let measured = |number: f64| if Some(number) == missing { f64::NAN } else { number };
    let numbers = stored.numbers(heights, false).into_iter().map(measured).collect();
    Ok((Header { grid, scale_z, data_type }, numbers))
}
