//! Files of scans: bytes in, a [`Scan`] and notes out. Nothing here opens a file.
//!
//! [`read`] hands the bytes to the first row of [`READERS`] that recognises them; a new format is one file and one row.
//! Every reader checks a length against [`ReadSettings`] before it allocates that length, and answers odd but readable
//! things with a note, unreadable ones with a [`FormatError`].

mod al3d;
mod error;
mod fields;
mod grid;
mod opd;
mod plu;
pub mod raster;
mod scan;
mod sdf;
mod sur;
mod tmd;
mod units;
pub mod x3p;

pub use al3d::Al3d;
pub use error::FormatError;
pub use opd::Opd;
pub use plu::Plu;
pub use scan::{Photograph, PointList, Profile, Scan, Topography};
pub use sdf::Sdf;
pub use sur::Sur;
pub use tmd::Tmd;

/// A decoded file.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What it holds.
    pub scan: Scan,
    /// Name of the format, for example `X3P`.
    pub format: &'static str,
    /// Odd but readable things, in plain words: units guessed, checksum missing, values out of range.
    pub notes: Vec<String>,
    /// What the header says beside the heights, as name and value, in the order of the file: instrument, operator, date.
    pub fields: Vec<(String, String)>,
}

/// Longest name of an instrument that is kept, characters.
const INSTRUMENT_MAX: usize = 200;

impl Decoded {
    /// The instrument as the file names it: maker, model, and lens or probe, with one space between words.
    ///
    /// "not available" is what the X3P standard's own examples write for nothing.
    pub fn instrument(&self) -> Option<String> {
        let named = |name: &str| self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
        let texts = ["Instrument/Manufacturer", "Instrument/Model", "ProbingSystem/Identification"]
            .into_iter()
            .filter_map(named);
        let stated = texts.filter(|text| !text.trim().eq_ignore_ascii_case("not available"));
        let words: Vec<&str> = stated.flat_map(str::split_whitespace).collect();
        let name: String = words.join(" ").chars().take(INSTRUMENT_MAX).collect();
        (!name.is_empty()).then_some(name)
    }
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
    /// Most XML elements, points aside.
    pub xml_elements_max: usize,
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
            xml_elements_max: 1 << 16,
            archive_entries_max: 64,
            checksum_strict: false,
            pixel_micrometres: None,
        }
    }
}

/// One file format.
pub trait ScanReader: Sync {
    /// Name of the format, shown to people.
    fn name(&self) -> &'static str;
    /// Endings of file names that are usual for this format, in small letters.
    fn endings(&self) -> &'static [&'static str];
    /// True if the first bytes are those of this format.
    fn recognizes(&self, bytes: &[u8]) -> bool;
    /// Decodes a file whose size is within the limit.
    ///
    /// # Errors
    /// [`FormatError`], one clear sentence with the numbers.
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError>;
}

/// Every reader, in the order they are asked; the one without a magic of its own comes last.
pub static READERS: [&dyn ScanReader; 11] =
    [&x3p::X3p, &raster::Png, &raster::Jpeg, &raster::Tiff, &raster::Bmp, &Al3d, &Sur, &Sdf, &Tmd, &Opd, &Plu];

/// True if a file of this ending may be a scan, capital letters or not.
pub fn is_known_ending(ending: &str) -> bool {
    READERS.iter().any(|reader| reader.endings().iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Decodes a file with the reader that recognises its first bytes.
///
/// # Errors
/// [`FormatError`], one clear sentence with the numbers.
pub fn read(bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
    let length = bytes.len() as u64;
    if length > settings.file_bytes_max {
        return Err(FormatError::FileTooLarge { bytes: length, max: settings.file_bytes_max });
    }
    let reader = READERS.iter().find(|reader| reader.recognizes(bytes)).ok_or(FormatError::Unknown)?;
    reader.read(bytes, settings)
}
