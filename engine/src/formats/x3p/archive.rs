//! The zip container of an X3P file, read and written in memory.
//!
//! The declared lengths of all members together must keep within one budget before anything is decompressed, no member
//! yields more than it declares, and no length is allocated before it was checked against what deflate could make of
//! the bytes that are really there.

use crate::formats::{FormatError, ReadSettings};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Signature of a central directory header (APPNOTE 4.3.12).
const CENTRAL_HEADER: &[u8; 4] = b"PK\x01\x02";
/// Central directory headers at which parsing is not even begun: beyond it the list alone could fill the memory.
const CENTRAL_HEADERS_MAX: usize = 4096;
/// Deflate cannot expand more than this (1 bit for 258 bytes is 1 : 2064; zlib states 1032 : 1 in practice).
const DEFLATE_EXPANSION_MAX: u64 = 2064;

/// One member of the archive; a directory has a name that ends in `/` and no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Path inside the archive.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// An opened archive with its budget.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    file_bytes: u64,
    left: u64,
    max: u64,
}

impl<'a> Archive<'a> {
    /// Opens the container and lists its members.
    pub(super) fn open(bytes: &'a [u8], settings: &ReadSettings) -> Result<Self, FormatError> {
        if bytes.len() as u64 > settings.file_bytes_max {
            return Err(FormatError::FileTooLarge { bytes: bytes.len() as u64, max: settings.file_bytes_max });
        }
        let headers = bytes.windows(4).filter(|window| window == CENTRAL_HEADER).take(CENTRAL_HEADERS_MAX).count();
        if headers == CENTRAL_HEADERS_MAX {
            return Err(FormatError::ArchiveEntries { found: headers, max: settings.archive_entries_max });
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if zip.len() > settings.archive_entries_max {
            return Err(FormatError::ArchiveEntries { found: zip.len(), max: settings.archive_entries_max });
        }
        let mut names = Vec::with_capacity(zip.len());
        for index in 0..zip.len() {
            match zip.name_for_index(index) {
                Some(name) => names.push(name.map_err(damaged)?.into_owned()),
                None => return Err(FormatError::Archive { reason: format!("member {index} has no name") }),
            }
        }
        let max = settings.decompressed_bytes_max;
        let mut archive = Self { zip, names, file_bytes: bytes.len() as u64, left: max, max };
        let mut sum = 0u64;
        for index in 0..archive.names.len() {
            sum = sum.saturating_add(archive.declared(index)?);
            if sum > max {
                return Err(FormatError::Decompressed { member: archive.names[index].clone(), max });
            }
        }
        if archive.zip.has_overlapping_files().map_err(damaged)? {
            return Err(FormatError::Archive { reason: "members overlap".into() });
        }
        Ok(archive)
    }

    /// Names of the members, in the order of the archive.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Position of the member a link points to; slashes either way, with or without `./` or `/` in front.
    pub(super) fn position(&self, path: &str) -> Option<usize> {
        let wanted = canonical(path);
        self.names.iter().position(|name| canonical(name) == wanted)
    }

    /// Declared length of a member, bytes: not to be trusted for allocation.
    pub(super) fn declared(&mut self, index: usize) -> Result<u64, FormatError> {
        Ok(self.zip.by_index_raw(index).map_err(damaged)?.size())
    }

    /// Decompresses one member and checks its CRC.
    pub(super) fn read(&mut self, index: usize) -> Result<Vec<u8>, FormatError> {
        let name = self.names.get(index).cloned().unwrap_or_default();
        let member = self.zip.by_index(index).map_err(damaged)?;
        let declared = member.size();
        let Some(left) = self.left.checked_sub(declared) else {
            return Err(FormatError::Decompressed { member: name, max: self.max });
        };
        let possible = member.compressed_size().min(self.file_bytes).saturating_mul(DEFLATE_EXPANSION_MAX);
        let mut bytes = Vec::with_capacity(usize::try_from(declared.min(possible)).unwrap_or(0));
        let wrong =
            |why: &str| FormatError::Archive { reason: format!("`{name}`, declared as {declared} bytes: {why}") };
        member.take(declared.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| wrong(&error.to_string()))?;
        if bytes.len() as u64 != declared {
            return Err(wrong(&format!("holds {} or more", bytes.len())));
        }
        self.left = left;
        Ok(bytes)
    }
}

/// Writes members in order, deflated, without times or attributes: equal members give equal bytes.
pub(super) fn write(members: &[Member]) -> Result<Vec<u8>, FormatError> {
    let failed = |error: zip::result::ZipError| FormatError::Write { reason: error.to_string() };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for member in members {
        if member.name.ends_with('/') {
            zip.add_directory(member.name.as_str(), options).map_err(failed)?;
        } else {
            zip.start_file(member.name.as_str(), options).map_err(failed)?;
            zip.write_all(&member.bytes).map_err(|error| FormatError::Write { reason: error.to_string() })?;
        }
    }
    Ok(zip.finish().map_err(failed)?.into_inner())
}

/// A path with forward slashes and nothing in front.
fn canonical(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.trim_start_matches("./").trim_start_matches('/').to_string()
}

fn damaged(error: zip::result::ZipError) -> FormatError {
    FormatError::Archive { reason: error.to_string() }
}
