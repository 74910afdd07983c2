//! AL3D, the format of Alicona instruments: tags in text, then images of which the depth image holds metres.
//!
//! Layout as public readers have it and as files show it: the magic, tags of 52 bytes (20 of key, 30 of value, CR LF),
//! 256 bytes of comment, images at the offsets the tags give. Lines of the depth image are 32-bit floats, padded to 8
//! bytes. Its first line is the top: the Netherlands Forensic Institute published one toolmark as AL3D and as X3P, and
//! the X3P holds the same heights with the lines reversed.

use super::fields::{Fields, Stored, text};
use super::grid::{FirstLine, Grid, Reading};
use super::{Decoded, FormatError, ReadSettings, ScanReader};
use crate::formats::error::shortened;

const MAGIC: &[u8] = b"AliconaImaging\0\r\n";
const KEY_BYTES: usize = 20;
const VALUE_BYTES: usize = 30;
const TAG_BYTES: usize = KEY_BYTES + VALUE_BYTES + 2;
const COMMENT_BYTES: usize = 256;
/// Most tags; files have a few dozen.
const TAGS_MAX: usize = 1024;
/// Lines start at multiples of this many bytes from the start of their image.
const LINE_BYTES: usize = 8;
/// The marker of a missing depth where the file states none, metres.
const INVALID: f64 = 3e15;
/// How far, as a share, a depth may lie from the marker, which is written as text, and still be the marker.
const INVALID_TOLERANCE: f64 = 1e-6;

/// Reads AL3D files.
#[derive(Clone, Copy, Debug)]
pub struct Al3d;

impl ScanReader for Al3d {
    fn name(&self) -> &'static str {
        "AL3D"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["al3d"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let mut reading = Reading::of(self.name());
        let tags = Tags::read(Fields::little(self.name(), bytes), &mut reading)?;
        let grid = Grid {
            cols: tags.number("Cols")?,
            rows: tags.number("Rows")?,
            pitch_x: tags.number("PixelSizeXMeter")?,
            pitch_y: tags.number("PixelSizeYMeter")?,
        };
        let heights = depths(&tags, grid, bytes, settings, &mut reading)?;
        let marker = tags.optional::<f64>("InvalidPixelValue")?.filter(|value| value.is_finite()).unwrap_or(INVALID);
        let missing = |depth: f64| {
            depth >= INVALID * (1.0 - INVALID_TOLERANCE) || (depth - marker).abs() <= INVALID_TOLERANCE * marker.abs()
        };
        let heights = heights.into_iter().map(|depth| if missing(depth) { f64::NAN } else { depth }).collect();
        if tags.optional::<u64>("TextureImageOffset")?.is_some_and(|at| at > 0) {
            reading.note("the texture image was not read: only the depth image is");
        }
        if tags.value("DepthImageResPtr").is_some() {
            reading.note("the file has a repeatability map: no depth was left out for it");
        }
        reading.finish(grid, heights, FirstLine::Top)
    }
}

/// The depth image in metres, markers still inside.
fn depths(
    tags: &Tags,
    grid: Grid,
    bytes: &[u8],
    settings: &ReadSettings,
    reading: &mut Reading,
) -> Result<Vec<f64>, FormatError> {
    let samples = grid.checked(settings)?;
    let offset: usize = tags.number("DepthImageOffset")?;
    if offset < MAGIC.len() + TAG_BYTES {
        return Err(FormatError::Layout { reason: format!("DepthImageOffset is {offset}: no depth image") });
    }
    // The depth image ends where the texture begins, or with the file.
    let texture = tags.optional::<usize>("TextureImageOffset")?.filter(|&at| at > offset).unwrap_or(bytes.len());
    let image = bytes.get(offset..texture.min(bytes.len())).unwrap_or_default();
    let line = grid.cols as usize * Stored::F32.bytes();
    let padded = line.next_multiple_of(LINE_BYTES);
    let needed = padded * (grid.rows as usize - 1) + line;
    if image.len() >= needed {
        let lines = image.chunks(padded).take(grid.rows as usize);
        return Ok(lines.flat_map(|one| Stored::F32.numbers(&one[..line], false)).collect());
    }
    if texture <= bytes.len() && image.len() == samples * Stored::F32.bytes() {
        reading.note(format!("lines of {line} bytes are not padded to a multiple of {LINE_BYTES}"));
        return Ok(Stored::F32.numbers(image, false));
    }
    let (declared, found) = (samples as u64, image.len() as u64);
    let member = "depth image".to_string();
    Err(FormatError::SampleBytes { declared, point_bytes: Stored::F32.bytes(), member, found })
}

/// The header: keys and values in the order of the file.
struct Tags {
    tags: Vec<(String, String)>,
}

impl Tags {
    fn read(fields: Fields<'_>, reading: &mut Reading) -> Result<Self, FormatError> {
        let mut tags = Vec::new();
        let mut at = MAGIC.len();
        // Two tags, then as many as the second one says.
        let mut left = 2usize;
        while left > 0 {
            let tag = fields.slice(at, TAG_BYTES)?;
            let key = text(&tag[..KEY_BYTES]);
            let value = text(&tag[KEY_BYTES..KEY_BYTES + VALUE_BYTES]);
            if !tag.ends_with(b"\r\n") {
                let reason = format!("tag {} at byte {at} does not end in CR LF", tags.len());
                return Err(FormatError::Layout { reason });
            }
            left -= 1;
            at += TAG_BYTES;
            if key == "TagCount" && tags.len() == 1 {
                left = parsed(&key, &value)?;
                if left > TAGS_MAX {
                    return Err(FormatError::Layout { reason: format!("{left} tags, the limit is {TAGS_MAX}") });
                }
            }
            reading.field(&key, &value);
            tags.push((key, value));
        }
        reading.field("Comment", fields.text(at, COMMENT_BYTES).unwrap_or_default());
        Ok(Self { tags })
    }

    fn value(&self, key: &str) -> Option<&str> {
        let found = self.tags.iter().find(|(name, value)| name == key && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    fn number<T: std::str::FromStr>(&self, key: &'static str) -> Result<T, FormatError> {
        self.optional(key)?.ok_or(FormatError::MissingField { format: "AL3D", field: key })
    }

    fn optional<T: std::str::FromStr>(&self, key: &'static str) -> Result<Option<T>, FormatError> {
        self.value(key).map(|value| parsed(key, value)).transpose()
    }
}

fn parsed<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, FormatError> {
    let expected = "a number";
    value.parse().map_err(|_| FormatError::Field { field: key.to_string(), found: shortened(value), expected })
}
