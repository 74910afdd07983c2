//! Files in: read with a limit, hashed, decoded.

use anyhow::{Context, Result, ensure};
use headstamp_engine::formats::{self, Decoded, ReadSettings, Scan};
use headstamp_engine::ids::Digest;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a whole file, refusing what is empty, no file, or larger than the readers accept.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>> {
    let limit = ReadSettings::default().file_bytes_max;
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let metadata = file.metadata().with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(metadata.is_file(), "{} is not a file", path.display());
    ensure!(metadata.len() > 0, "{} is empty", path.display());
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(bytes.len() as u64 <= limit, "{} holds more than {limit} bytes, the largest file accepted", path.display());
    Ok(bytes)
}

/// A decoded file with its digest and length.
pub(crate) struct Source {
    /// SHA-256 of the file.
    pub(crate) sha256: Digest,
    /// Its length.
    pub(crate) byte_count: usize,
    /// What it holds.
    pub(crate) decoded: Decoded,
}

/// Reads and decodes a file.
pub(crate) fn open(path: &Path) -> Result<Source> {
    let bytes = bytes(path)?;
    let decoded = formats::read(&bytes, &ReadSettings::default()).with_context(|| path.display().to_string())?;
    Ok(Source { sha256: Digest::of(&bytes), byte_count: bytes.len(), decoded })
}

/// What a scan is, in one word.
pub(crate) const fn scan_word(scan: &Scan) -> &'static str {
    match scan {
        Scan::Topography(_) => "topography",
        Scan::Profile(_) => "profile",
        Scan::Points(_) => "points",
        Scan::Photograph(_) => "photograph",
    }
}
