//! Snapshots: descriptors in a fresh generation directory, with a manifest that leaves no doubt.
//!
//! `generation-N/marks.bin` holds the marks, `generation-N/manifest.json` what they are and the SHA-256 and length of
//! the file, followed by its own SHA-256. A generation is written beside its place, synced, and renamed into it, so a
//! crash leaves the old one. Loading takes the newest generation, checks everything before it believes anything, and
//! refuses on any doubt: the caller rebuilds from templates, which is always possible. Never an exchange format.

use super::IndexError;
use crate::features::Descriptor;
use crate::features::invariant::DIMENSIONS;
use crate::ids::{Digest, MarkId};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Layout of the files; a new one is a new number.
const LAYOUT: u32 = 1;
/// What the descriptors hold.
const METRIC: &str = "coherent 2 bit, fine 4 bit, invariant dot";
/// Largest manifest read, bytes.
const MANIFEST_BYTES_MAX: u64 = 16 << 10;
/// Largest descriptor of one mark, bytes.
const DESCRIPTOR_BYTES_MAX: usize = 64 << 10;
const MANIFEST: &str = "manifest.json";
const MARKS: &str = "marks.bin";
const PREFIX: &str = "generation-";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    layout: u32,
    method: String,
    metric: String,
    dimensions: usize,
    count: usize,
    sequence: i64,
    length: u64,
    sha256: String,
}

fn doubt(reason: impl Into<String>) -> IndexError {
    IndexError::Snapshot { reason: reason.into() }
}

/// Writes a generation that holds everything up to `sequence` and takes older ones away.
///
/// # Errors
/// [`IndexError::Io`].
pub fn save(
    directory: &Path,
    method: &str,
    sequence: i64,
    marks: impl Iterator<Item = (MarkId, Descriptor)>,
) -> Result<(), IndexError> {
    let mut bytes = Vec::new();
    let mut count = 0;
    for (mark, descriptor) in marks {
        let body = postcard::to_allocvec(&descriptor).map_err(|error| doubt(error.to_string()))?;
        bytes.extend_from_slice(mark.0.as_bytes());
        bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&body);
        count += 1;
    }
    let manifest = Manifest {
        layout: LAYOUT,
        method: method.into(),
        metric: METRIC.into(),
        dimensions: DIMENSIONS,
        count,
        sequence,
        length: bytes.len() as u64,
        sha256: Digest::of(&bytes).to_string(),
    };
    let text = serde_json::to_string(&manifest).map_err(|error| doubt(error.to_string()))?;
    let text = format!("{text}\n{}\n", Digest::of(text.as_bytes()));

    fs::create_dir_all(directory)?;
    let older = generations(directory)?;
    let number = older.last().map_or(1, |(number, _)| number + 1);
    let place = directory.join(format!("{PREFIX}{number:020}"));
    let beside = directory.join(format!("unfinished-{}", Uuid::now_v7()));
    fs::create_dir(&beside)?;
    write(&beside.join(MARKS), &bytes)?;
    write(&beside.join(MANIFEST), text.as_bytes())?;
    sync(&beside)?;
    fs::rename(&beside, &place)?;
    sync(directory)?;
    for (_, old) in older {
        fs::remove_dir_all(old)?;
    }
    remove_unfinished(directory)
}

/// Reads the newest generation: its marks in the order they were saved and the sequence it holds everything up to.
///
/// # Errors
/// [`IndexError::Snapshot`] on any doubt, [`IndexError::Io`] if the directory cannot be listed.
pub fn load(directory: &Path, method: &str) -> Result<(Vec<(MarkId, Descriptor)>, i64), IndexError> {
    let (_, newest) = generations(directory)?.pop().ok_or_else(|| doubt("there is none"))?;
    let manifest = manifest(&newest.join(MANIFEST))?;
    let expected = (LAYOUT, method, METRIC, DIMENSIONS);
    let found = (manifest.layout, manifest.method.as_str(), manifest.metric.as_str(), manifest.dimensions);
    if found != expected {
        return Err(doubt(format!("it holds {found:?}, {expected:?} expected")));
    }
    let bytes = bounded(&newest.join(MARKS), manifest.length)?;
    if bytes.len() as u64 != manifest.length {
        return Err(doubt(format!("{} of {} bytes are there", bytes.len(), manifest.length)));
    }
    if Digest::of(&bytes).to_string() != manifest.sha256 {
        return Err(doubt("the SHA-256 of the marks is another one"));
    }
    let marks = marks(&bytes)?;
    if marks.len() != manifest.count {
        return Err(doubt(format!("{} marks, {} expected", marks.len(), manifest.count)));
    }
    Ok((marks, manifest.sequence))
}

fn manifest(path: &Path) -> Result<Manifest, IndexError> {
    let bytes = bounded(path, MANIFEST_BYTES_MAX)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| doubt("the manifest is not text"))?;
    let (body, digest) = text.split_once('\n').ok_or_else(|| doubt("the manifest is cut off"))?;
    if digest != format!("{}\n", Digest::of(body.as_bytes())) {
        return Err(doubt("the SHA-256 of the manifest is another one"));
    }
    serde_json::from_str(body).map_err(|error| doubt(format!("manifest: {error}")))
}

fn marks(mut bytes: &[u8]) -> Result<Vec<(MarkId, Descriptor)>, IndexError> {
    let mut marks = Vec::new();
    let cut = || doubt("the marks are cut off");
    while !bytes.is_empty() {
        let (id, rest) = bytes.split_first_chunk::<16>().ok_or_else(cut)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > DESCRIPTOR_BYTES_MAX {
            return Err(doubt(format!("a descriptor of {length} bytes")));
        }
        let (body, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        let (descriptor, left) =
            postcard::take_from_bytes::<Descriptor>(body).map_err(|error| doubt(error.to_string()))?;
        if !left.is_empty() {
            return Err(doubt(format!("{} bytes behind a descriptor", left.len())));
        }
        marks.push((MarkId(Uuid::from_bytes(*id)), descriptor));
        bytes = rest;
    }
    Ok(marks)
}

/// Generations in order of their number.
fn generations(directory: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
        if let Some(number) = number {
            found.push((number, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn remove_unfinished(directory: &Path) -> Result<(), IndexError> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with("unfinished-")) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), IndexError> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

fn sync(directory: &Path) -> Result<(), IndexError> {
    File::open(directory)?.sync_all()?;
    Ok(())
}

/// Reads a file of at most `limit` bytes.
fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, IndexError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = |error: std::io::Error| doubt(format!("{name}: {error}"));
    let file = File::open(path).map_err(wrong)?;
    let length = file.metadata().map_err(wrong)?.len();
    if length > limit {
        return Err(doubt(format!("{name} has {length} bytes, at most {limit} expected")));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(limit).read_to_end(&mut bytes).map_err(wrong)?;
    Ok(bytes)
}
