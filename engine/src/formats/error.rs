//! Why bytes are not a scan.

/// Why bytes are not a scan. One variant a cause, so that a caller can ask for the file again or refuse it for good.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// No reader knows the first bytes.
    #[error("not a known scan or image format")]
    Unknown,
    /// Over [`super::ReadSettings::file_bytes_max`].
    #[error("the file has {bytes} bytes, the limit is {max}")]
    FileTooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// The zip container is truncated or damaged.
    #[error("the X3P archive cannot be read: {reason}")]
    Archive {
        /// What the zip layer found.
        reason: String,
    },
    /// Over [`super::ReadSettings::archive_entries_max`].
    #[error("the X3P archive lists {found} members or more, the limit is {max}")]
    ArchiveEntries {
        /// Members seen when reading stopped.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// Over [`super::ReadSettings::decompressed_bytes_max`]: a zip bomb, or a very large scan.
    #[error("`{member}` would bring the decompressed archive over {max} bytes")]
    Decompressed {
        /// The member at which reading stopped.
        member: String,
        /// The limit.
        max: u64,
    },
    /// A member or element the standard asks for is not there.
    #[error("X3P file has no `{part}` (ISO 25178-72)")]
    MissingPart {
        /// Its name.
        part: String,
    },
    /// The file ends inside its header.
    #[error("the {format} file has {found} bytes, its header needs {needed}")]
    Truncated {
        /// Name of the format.
        format: &'static str,
        /// Bytes needed at least.
        needed: u64,
        /// Bytes found.
        found: u64,
    },
    /// A header field without which heights have no place or unit is not there.
    #[error("the header of the {format} file has no `{field}`")]
    MissingField {
        /// Name of the format.
        format: &'static str,
        /// Its name.
        field: &'static str,
    },
    /// `main.xml` is not well-formed.
    #[error("main.xml is not well-formed at byte {position}: {reason}")]
    Xml {
        /// Where.
        position: u64,
        /// Why.
        reason: String,
    },
    /// `main.xml` declares a document type: entities are never expanded.
    #[error("main.xml has a document type declaration at byte {position}: refused, entities are not expanded")]
    XmlDoctype {
        /// Where.
        position: u64,
    },
    /// Over [`super::ReadSettings::xml_depth_max`].
    #[error("main.xml nests elements deeper than {max}")]
    XmlDepth {
        /// The limit.
        max: usize,
    },
    /// Over [`super::ReadSettings::xml_elements_max`].
    #[error("main.xml has more than {max} elements")]
    XmlElements {
        /// The limit.
        max: usize,
    },
    /// An element or point does not hold what it should.
    #[error("`{field}` holds `{found}`, expected {expected}")]
    Field {
        /// Which.
        field: String,
        /// What it holds, shortened.
        found: String,
        /// What the standard asks for.
        expected: &'static str,
    },
    /// A number type that is not I, L, F or D.
    #[error("axis {axis} has number type `{found}`; I, L, F and D exist")]
    NumberType {
        /// `CX`, `CY` or `CZ`.
        axis: &'static str,
        /// What the file says, shortened.
        found: String,
    },
    /// The distance between samples is not a positive length.
    #[error("the increment of axis {axis} is {value}: not a positive length")]
    Pitch {
        /// `CX`, `CY` or `CZ`.
        axis: &'static str,
        /// What the file says.
        value: f64,
    },
    /// Over [`super::ReadSettings::samples_max`]; found before anything was allocated.
    #[error("the header declares {declared} samples, the limit is {max}")]
    TooManySamples {
        /// Samples declared.
        declared: u128,
        /// The limit.
        max: u64,
    },
    /// Truncated, or the wrong number type: payload and header disagree.
    #[error("the header declares {declared} points of {point_bytes} bytes, `{member}` holds {found} bytes")]
    SampleBytes {
        /// Points declared.
        declared: u64,
        /// Bytes of one point.
        point_bytes: usize,
        /// Member that holds the points.
        member: String,
        /// Bytes found.
        found: u64,
    },
    /// The points listed as text are fewer or more than the header says.
    #[error("the header declares {declared} points, the list of points holds {found}")]
    SampleCount {
        /// Points declared.
        declared: u64,
        /// Points found (reading stops one beyond the declared number).
        found: u64,
    },
    /// The validity file is too short.
    #[error("{declared} points need {needed} bytes of validity bits, `{member}` holds {found}")]
    ValidityBytes {
        /// Points declared.
        declared: u64,
        /// Bytes needed.
        needed: u64,
        /// Member that holds the bits.
        member: String,
        /// Bytes found.
        found: u64,
    },
    /// A checksum disagrees and [`super::ReadSettings::checksum_strict`] is set.
    #[error("MD5 of `{member}` is {found}, the file says {declared}")]
    Checksum {
        /// The member.
        member: String,
        /// What the file says, shortened.
        declared: String,
        /// What its bytes give.
        found: String,
    },
    /// No sample holds a height.
    #[error("none of the {samples} samples holds a height")]
    NoHeights {
        /// Samples declared.
        samples: u64,
    },
    /// Too few samples to be a surface or a profile.
    #[error("{columns} x {rows} samples: a surface needs 2 x 2, a profile 2")]
    TooSmall {
        /// Along x.
        columns: u64,
        /// Along y.
        rows: u64,
    },
    /// Readable, but no layout this program knows how to treat.
    #[error("unsupported layout: {reason}")]
    Layout {
        /// Which.
        reason: String,
    },
    /// An image that cannot be decoded.
    #[error("the {format} image cannot be decoded: {reason}")]
    Image {
        /// Name of the format.
        format: &'static str,
        /// What the decoder found.
        reason: String,
    },
    /// The caller's pixel size is not a positive length.
    #[error("a pixel size of {micrometres} um is not a positive length")]
    PixelSize {
        /// As given.
        micrometres: f64,
    },
    /// The zip layer failed while writing.
    #[error("the X3P archive cannot be written: {reason}")]
    Write {
        /// Why.
        reason: String,
    },
}

/// Text from a file for an error message: at most 40 characters, control characters replaced.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        short.push_str("...");
    }
    short
}
