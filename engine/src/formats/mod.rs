//! Files of scans: bytes in, a [`Scan`] and notes out. Nothing here opens a file.

use crate::units::Metres;
use ndarray::Array2;

/// What a file holds, decoded.
#[derive(Clone, Debug)]
pub enum Scan {
    /// An areal height map.
    Topography(Topography),
    /// A single line of heights.
    Profile(Profile),
    /// Points without a grid.
    Points(PointList),
    /// A photograph: brightness, no heights.
    Photograph(Photograph),
}

/// Heights on a rectangular grid, as a file holds them.
#[derive(Clone, Debug)]
pub struct Topography {
    /// `(rows, cols)` in metres, NaN where missing; the median of the file's heights is taken off and kept in `datum`.
    pub heights: Array2<f32>,
    /// Distance between columns.
    pub pitch_x: Metres,
    /// Distance between rows.
    pub pitch_y: Metres,
    /// What was taken off every height.
    pub datum: Metres,
}

/// Heights along a line.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Metres, NaN where missing.
    pub heights: Vec<f64>,
    /// Distance between samples.
    pub pitch: Metres,
}

/// Points in space.
#[derive(Clone, Debug)]
pub struct PointList {
    /// `[x, y, z]` in metres.
    pub points: Vec<[f64; 3]>,
}

/// A grey photograph.
#[derive(Clone, Debug)]
pub struct Photograph {
    /// `(rows, cols)`, 0 (black) to 1 (white).
    pub brightness: Array2<f32>,
    /// Size of a pixel where the file or the caller states one.
    pub pitch: Option<Metres>,
}

/// A decoded file.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What it holds.
    pub scan: Scan,
    /// Name of the format, for example `X3P`.
    pub format: &'static str,
    /// Odd but readable things, in plain words: units guessed, checksum missing, values out of range.
    pub notes: Vec<String>,
}

/// Limits and choices for reading; the defaults suit scans of cartridge cases and bullets.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadSettings {
    /// Largest file, bytes.
    pub file_bytes_max: u64,
    /// Largest sum of decompressed archive members, bytes.
    pub decompressed_bytes_max: u64,
    /// Most samples or pixels.
    pub samples_max: u64,
    /// Deepest nesting of XML elements.
    pub xml_depth_max: usize,
    /// Most members of an archive.
    pub archive_entries_max: usize,
    /// A wrong MD5 is an error; otherwise it is a note.
    pub checksum_strict: bool,
    /// Size of a photograph's pixel, micrometres, where the caller knows it.
    pub pixel_micrometres: Option<f64>,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            file_bytes_max: 256 << 20,
            decompressed_bytes_max: 1 << 30,
            samples_max: 64 << 20,
            xml_depth_max: 32,
            archive_entries_max: 64,
            checksum_strict: false,
            pixel_micrometres: None,
        }
    }
}

/// Why bytes are not a scan.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// No reader knows the first bytes.
    #[error("not a known scan or image format")]
    Unknown,
}

/// Decodes a file with the reader that recognises its first bytes.
///
/// # Errors
/// [`FormatError`], one clear sentence with the numbers.
pub fn read(_bytes: &[u8], _settings: &ReadSettings) -> Result<Decoded, FormatError> {
    unimplemented!()
}
