//! The text coding: `name = value` lines, an asterisk, heights separated by white space, an asterisk, a trailer.

use super::{Header, only_plain};
use crate::formats::error::shortened;
use crate::formats::fields::text;
use crate::formats::grid::{Grid, Reading};
use crate::formats::{FormatError, ReadSettings};

/// Longest header that is looked through for the first asterisk.
const HEADER_BYTES_MAX: usize = 64 << 10;
/// Most lines of header and trailer that are kept.
const LINES_MAX: usize = 256;
/// What stands for a height that was not measured.
const BAD: &[u8] = b"BAD";

/// Header and stored numbers, NaN where missing.
pub(super) fn read(
    bytes: &[u8],
    settings: &ReadSettings,
    reading: &mut Reading,
) -> Result<(Header, Vec<f64>), FormatError> {
    let start = bytes.iter().take(HEADER_BYTES_MAX).position(|&byte| byte == b'*');
    let start = start.ok_or(FormatError::MissingField { format: "SDF", field: "*" })?;
    let lines = Lines::of(&bytes[..start]);
    reading.field("Version", &lines.version);
    if !["aISO-1.0", "aISO-2.0", "aBCR-1.0", "aNIST-1.0"].contains(&lines.version.as_str()) {
        let version = shortened(&lines.version);
        return Err(FormatError::Layout { reason: format!("`{version}`: aISO-1.0, aISO-2.0, aBCR-1.0 are read") });
    }
    lines.fields.iter().for_each(|(name, value)| reading.field(name, value));
    let grid = Grid {
        cols: lines.number("NumPoints")?,
        rows: lines.number("NumProfiles")?,
        pitch_x: lines.number("Xscale")?,
        pitch_y: lines.number("Yscale")?,
    };
    let header = Header { grid, scale_z: lines.number("Zscale")?, data_type: lines.number("DataType")? };
    only_plain(lines.number("Compression")?, lines.number("CheckType")?)?;
    let declared = grid.checked(settings)?;
    let rest = &bytes[start + 1..];
    let end = rest.iter().position(|&byte| byte == b'*').unwrap_or(rest.len());
    let heights = numbers(&rest[..end], declared, header.data_type)?;
    match rest.get(end + 1..) {
        Some(trailer) => keep_trailer(trailer, reading),
        None => reading.note("the heights do not end with an asterisk"),
    }
    Ok((header, heights))
}

/// The numbers of the data area.
fn numbers(area: &[u8], declared: usize, data_type: u8) -> Result<Vec<f64>, FormatError> {
    // A number takes two bytes with the space after it.
    let mut numbers = Vec::with_capacity(declared.min(area.len() / 2 + 1));
    let mut found = 0u64;
    for token in area.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty()) {
        found += 1;
        if found > declared as u64 {
            break;
        }
        let stated = std::str::from_utf8(token).ok().and_then(|token| token.parse::<f64>().ok());
        let number = if token.eq_ignore_ascii_case(BAD) { Some(f64::NAN) } else { stated };
        let number = number.ok_or_else(|| FormatError::Field {
            field: format!("height {found}"),
            found: shortened(&text(token)),
            expected: "a number or BAD",
        })?;
        // Files of integers may hold the marker of the binary coding.
        let marker = match data_type {
            5 => Some(f64::from(i16::MIN)),
            6 => Some(f64::from(i32::MIN)),
            _ => None,
        };
        numbers.push(if Some(number) == marker { f64::NAN } else { number });
    }
    if found != declared as u64 {
        return Err(FormatError::SampleCount { declared: declared as u64, found });
    }
    Ok(numbers)
}

/// Keeps the lines of the trailer as they stand.
fn keep_trailer(trailer: &[u8], reading: &mut Reading) {
    for line in trailer.split(|&byte| byte == b'\n').take(LINES_MAX) {
        let line = text(line);
        let line = line.trim_end_matches('*').trim();
        if !line.is_empty() {
            reading.field("Trailer", line);
        }
    }
}

/// The header.
struct Lines {
    version: String,
    fields: Vec<(String, String)>,
}

impl Lines {
    fn of(header: &[u8]) -> Self {
        let mut lines = header.split(|&byte| byte == b'\n' || byte == b'\r').map(text).filter(|line| !line.is_empty());
        let version = lines.next().unwrap_or_default();
        let fields = lines.filter(|line| !line.starts_with(';')).take(LINES_MAX).map(|line| {
            let (name, value) = line.split_once('=').unwrap_or((line.as_str(), ""));
            (name.trim().to_string(), value.trim().to_string())
        });
        Self { version, fields: fields.collect() }
    }

    /// The number of a field, its name in whichever case.
    fn number<T: std::str::FromStr>(&self, field: &'static str) -> Result<T, FormatError> {
        let found = self.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
        let (_, value) = found.ok_or(FormatError::MissingField { format: "SDF", field })?;
        value.parse().map_err(|_| FormatError::Field {
            field: field.to_string(),
            found: shortened(value),
            expected: "a number",
        })
    }
}
