//! X3P (ISO 25178-72, first published as ISO 5436-2): a zip of `main.xml` and, mostly, a file of points.
//!
//! ```no_run
//! # use headstamp_engine::formats::{self, Scan, ReadSettings, x3p::{Provenance, X3pDocument}};
//! # fn main() -> Result<(), formats::FormatError> {
//! # let bytes: Vec<u8> = vec![];
//! // Without loss: header, points in their stored type, validity bits, masks and vendor members.
//! let document = X3pDocument::read(&bytes, &ReadSettings::default())?;
//! let same_points = document.write()?;
//! // A new file from a topography.
//! if let Scan::Topography(topography) = formats::read(&bytes, &ReadSettings::default())?.scan {
//!     let made = X3pDocument::from_topography(&topography, &Provenance::default())?.write()?;
//! }
//! # Ok(()) }
//! ```
//!
//! Rules of the format that are easy to get wrong: x is the fastest index, then y, one row a y index; integers and
//! floats are little-endian; an incremental x or y is not stored; validity bits start at the lowest bit of the first
//! byte; links are relative to `main.xml`, which may lie in a folder; the MD5 of `main.xml` is in `md5checksum.hex`.
//! The geometry of a file is kept: axes are not flipped and `Rotation` is carried along but not applied.

mod archive;
mod build;
mod convert;
mod datums;
mod document;
mod header;
mod origin;
mod values;
mod xml;

pub use archive::Member;
pub use build::{NewDocument, Provenance};
pub use document::X3pDocument;
pub use header::{Axis, Dimension, Feature, Header, Link};
pub use origin::Origin;
pub use values::{NumberType, Values};
pub use xml::{Element, Tree};

use super::{Decoded, FormatError, ReadSettings, ScanReader};

/// Reads X3P files.
#[derive(Clone, Copy, Debug)]
pub struct X3p;

impl ScanReader for X3p {
    fn name(&self) -> &'static str {
        "X3P"
    }
    fn endings(&self) -> &'static [&'static str] {
        &["x3p"]
    }
    fn recognizes(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
    }
    fn read(&self, bytes: &[u8], settings: &ReadSettings) -> Result<Decoded, FormatError> {
        let document = X3pDocument::read_points(bytes, settings)?;
        let fields = document.stated();
        let (scan, notes) = document.into_scan()?;
        Ok(Decoded { scan, format: self.name(), notes, fields })
    }
}
