//! SUR, the format of Digital Surf (MountainsMap): a header of 512 bytes, a comment, then integers, plain or deflated.
//!
//! Layout as public readers have it. A height is the number times the z spacing plus the z offset, in the z step unit.
//! The first line is taken as the top.

use super::fields::{Fields, Stored};
use super::grid::{FirstLine, Grid, Reading};
use super::{Decoded, FormatError, ReadSettings, ScanReader, units};
use crate::formats::error::shortened;
use flate2::read::ZlibDecoder;
use std::io::Read;

const PLAIN: &[u8] = b"DIGITAL SURF";
const DEFLATED: &[u8] = b"DSCOMPRESSED";
const HEADER_BYTES: usize = 512;
/// `Format` of files whose numbers have their highest byte first.
const MACINTOSH: i16 = 257;
const UNIT_BYTES: usize = 16;
/// Most deflated streams; programs write one.
const STREAMS_MAX: usize = 64;
/// Kinds of object whose first layer is a height map.
const PROFILE: i16 = 1;
const SURFACE: i16 = 2;
const COLOURED_SURFACE: i16 = 16;

/// Reads SUR files.
#[derive(Clone, Copy, Debug)]
pub struct Sur;

impl ScanReader for Sur {
    fn name(&self) -> &'static str {
        "SUR"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["sur"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(PLAIN) || bytes.starts_with(DEFLATED)
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let mut reading = Reading::of(self.name());
        // Both bytes of 257 are equal, so the order can be asked for with either.
        let big_endian = Fields::little(self.name(), bytes).i16(12)? == MACINTOSH;
        let fields = Fields { format: self.name(), bytes, big_endian };
        fields.slice(0, HEADER_BYTES)?;
        kind(fields, &mut reading)?;
        let lengths = [(180, "x"), (196, "y"), (212, "z")].map(|(at, axis)| unit(fields, at, axis));
        let [unit_x, unit_y, unit_z] = lengths;
        let count = |at: usize| fields.i32(at).map(|count| u64::try_from(count).unwrap_or(0));
        let grid = Grid {
            cols: count(108)?,
            rows: count(112)?,
            pitch_x: f64::from(fields.f32(120)?) * unit_x?,
            pitch_y: f64::from(fields.f32(124)?) * unit_y?,
        };
        let unit_z = unit_z?;
        let (step, offset) = (f64::from(fields.f32(128)?), f64::from(fields.f32(474)?));
        if !(step.is_finite() && step != 0.0 && offset.is_finite()) {
            let found = format!("{step} and {offset}");
            return Err(FormatError::Field { field: "z spacing and offset".into(), found, expected: "lengths" });
        }
        let stored = match fields.i16(98)? {
            16 => Stored::I16,
            32 => Stored::I32,
            bits => return Err(layout(format!("points of {bits} bits in the SUR file: only 16 and 32 are read"))),
        };
        keep(fields, &mut reading)?;
        let numbers = points(fields, grid, stored, settings, &mut reading)?;
        let marker = (fields.i16(86)? == 1).then(|| f64::from(fields.i32(100).unwrap_or(i32::MIN)) - 2.0);
        let metres = |number: f64| if Some(number) == marker { f64::NAN } else { (number * step + offset) * unit_z };
        let heights = numbers.into_iter().map(metres).collect();
        reading.note(format!("lengths were turned into metres: z from {unit_z:e} m"));
        reading.finish(grid, heights, FirstLine::TopAsShown)
    }
}

/// Refuses what is no height map or more than one.
fn kind(fields: Fields<'_>, reading: &mut Reading) -> Result<(), FormatError> {
    let (objects, kind) = (fields.i16(14)?, fields.i16(18)?);
    if !(0..=1).contains(&objects) {
        return Err(layout(format!("{objects} objects in the SUR file: series and layers are not read")));
    }
    match kind {
        SURFACE => {}
        COLOURED_SURFACE => reading.note("the colours and the intensity of the surface were not read"),
        PROFILE if fields.i32(112)? <= 1 => {}
        PROFILE => reading.note("the file calls itself a profile but has more than one line: read as a surface"),
        _ => return Err(layout(format!("object of kind {kind} in the SUR file: only surfaces and profiles are read"))),
    }
    if fields.i16(290)? != 0 {
        let state = fields.i16(290)?;
        reading.note(format!(
            "the header says the surface was inverted ({state}): taken as done, heights are left as stored"
        ));
    }
    Ok(())
}

/// Metres of the step unit of an axis.
fn unit(fields: Fields<'_>, at: usize, axis: &str) -> Result<f64, FormatError> {
    units::metres(fields.slice(at, UNIT_BYTES)?).ok_or_else(|| FormatError::Field {
        field: format!("step unit of {axis}"),
        found: fields.text(at, UNIT_BYTES).map(|found| shortened(&found)).unwrap_or_default(),
        expected: "m, cm, mm, um, nm or pm",
    })
}

/// Keeps what the header says about the measurement.
fn keep(fields: Fields<'_>, reading: &mut Reading) -> Result<(), FormatError> {
    reading.field("Object", fields.text(20, 30)?);
    reading.field("Operator", fields.text(50, 30)?);
    for (name, at) in [("AcquisitionType", 82), ("Replica", 288), ("Inverted", 290), ("Levelled", 292)] {
        reading.field(name, fields.i16(at)?);
    }
    let (day, month, year) = (fields.i16(312)?, fields.i16(314)?, fields.i16(316)?);
    let (hour, minute, second) = (fields.i16(310)?, fields.i16(308)?, fields.i16(306)?);
    if year > 0 {
        reading.field("Date", format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"));
    }
    let ratio = fields.f32(284)?;
    if ratio != 1.0 {
        reading.note(format!("the header states a ratio of {ratio} between z units: not applied"));
    }
    reading.field("ClientZone", fields.text(338, 128)?);
    reading.field("Comment", fields.text(HEADER_BYTES, fields.u16(334)?.into())?);
    Ok(())
}

/// The stored numbers, inflated where they are deflated.
fn points(
    fields: Fields<'_>,
    grid: Grid,
    stored: Stored,
    settings: &ReadSettings,
    reading: &mut Reading,
) -> Result<Vec<f64>, FormatError> {
    let needed = grid.checked(settings)? * stored.bytes();
    let start = HEADER_BYTES + usize::from(fields.u16(334)?) + usize::from(fields.u16(336)?);
    let data = fields.bytes.get(start..).unwrap_or_default();
    if !fields.bytes.starts_with(DEFLATED) {
        let found = grid.samples(data, stored.bytes(), "points", settings)?;
        if found.len() < data.len() {
            reading.note(format!("{} bytes after the points were not read", data.len() - found.len()));
        }
        return Ok(stored.numbers(found, fields.big_endian));
    }
    let inflated = inflate(fields, start, needed, settings)?;
    let found = grid.samples(&inflated, stored.bytes(), "inflated points", settings)?;
    Ok(stored.numbers(found, fields.big_endian))
}

/// The streams behind the directory at `start`, together; never more than `needed` bytes.
fn inflate(fields: Fields<'_>, start: usize, needed: usize, settings: &ReadSettings) -> Result<Vec<u8>, FormatError> {
    if needed as u64 > settings.decompressed_bytes_max {
        return Err(FormatError::Decompressed { member: "points".into(), max: settings.decompressed_bytes_max });
    }
    let streams = fields.u32(start)? as usize;
    if streams > STREAMS_MAX {
        return Err(layout(format!("{streams} deflated streams in the SUR file, the limit is {STREAMS_MAX}")));
    }
    let mut at = start + 4 + streams * 8;
    let mut inflated = Vec::new();
    for stream in 0..streams {
        let entry = start + 4 + stream * 8;
        let (raw, packed) = (fields.u32(entry)? as usize, fields.u32(entry + 4)? as usize);
        let damaged = |why: String| layout(format!("deflated stream {stream} of {packed} bytes for {raw}: {why}"));
        if raw > needed - inflated.len() {
            return Err(damaged(format!("the header has room for {}", needed - inflated.len())));
        }
        let before = inflated.len();
        let decoder = ZlibDecoder::new(fields.slice(at, packed)?);
        decoder.take(raw as u64 + 1).read_to_end(&mut inflated).map_err(|error| damaged(error.to_string()))?;
        if inflated.len() - before != raw {
            return Err(damaged(format!("holds {} or more", inflated.len() - before)));
        }
        at = at.saturating_add(packed);
    }
    Ok(inflated)
}

fn layout(reason: String) -> FormatError {
    FormatError::Layout { reason }
}
