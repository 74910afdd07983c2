//! Snapshots: a gallery in files that are mapped as they are, with a manifest that leaves no doubt.
//!
//! `generation-N/` holds segments (each the records, coarse codes, sketches and fine codes of a run of slots), the links
//! of the graph, the slots whose mark was taken out, and `manifest.json`: what they are and the length and SHA-256 of
//! each, followed by its own SHA-256. Segments never change, so a new generation links to those of the old one and
//! writes what came since; a new segment swallows the ones before it that are not much larger, so each mark is written
//! a few times and there are few segments. A generation is written beside its place, synced, and renamed into it, so a
//! crash leaves the old one. Loading takes the newest, checks everything before it believes anything, and refuses on
//! any doubt: the caller rebuilds from templates, which is always possible. Never an exchange format.

use super::fine::FineCodes;
use super::map::Map;
use super::roster::RECORD;
use super::sketch::SKETCH_BYTES;
use super::{Coherent, Graph, IndexError, Roster, Slots};
use crate::features::code::{Code, Depth};
use crate::features::invariant::DIMENSIONS;
use crate::features::rings::COARSE_LAYOUT;
use crate::ids::Digest;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// Layout of the files; a new one is a new number.
const LAYOUT: u32 = 2;
/// What the descriptors hold.
const METRIC: &str = "coherent 2 bit, fine 4 bit, invariant signs";
/// Largest manifest read, bytes.
const MANIFEST_BYTES_MAX: u64 = 64 << 10;
const MANIFEST: &str = "manifest.json";
const LINKS: &str = "links.bin";
const EMPTY: &str = "empty.bin";
const PREFIX: &str = "generation-";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    layout: u32,
    method: String,
    metric: String,
    dimensions: usize,
    slots: usize,
    sequence: i64,
    segments: Vec<Segment>,
    links: Sum,
    empty: Sum,
}

/// Length and SHA-256 of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sum {
    length: u64,
    sha256: String,
}

/// A run of slots in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Segment {
    name: String,
    first: usize,
    count: usize,
    sum: Sum,
}

/// The segments of a generation on disk: what the next one can link to.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    place: PathBuf,
    segments: Vec<Segment>,
}

/// Everything a gallery holds of its marks.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Ids and figures.
    pub roster: Roster,
    /// Coarse codes.
    pub scan: Coherent,
    /// Sketches and links.
    pub graph: Graph,
    /// Fine codes.
    pub fine: FineCodes,
}

fn doubt(reason: impl Into<String>) -> IndexError {
    IndexError::Snapshot { reason: reason.into() }
}

/// Writes a generation that holds everything up to `sequence` and takes older ones away. `earlier` are the segments that
/// the parts were loaded from or saved to before.
///
/// # Errors
/// [`IndexError::Io`].
pub fn save(
    directory: &Path,
    method: &str,
    sequence: i64,
    parts: &Parts,
    earlier: &Saved,
) -> Result<Saved, IndexError> {
    fs::create_dir_all(directory)?;
    let older = generations(directory)?;
    let number = older.last().map_or(1, |(number, _)| number + 1);
    let place = directory.join(format!("{PREFIX}{number:020}"));
    let beside = directory.join(format!("unfinished-{}", Uuid::now_v7()));
    fs::create_dir(&beside)?;

    let slots = parts.roster.slots();
    let mut segments = kept(&earlier.segments, slots);
    let linked = |segment: &Segment| fs::hard_link(earlier.place.join(&segment.name), beside.join(&segment.name));
    if segments.iter().any(|segment| linked(segment).is_err()) {
        // The files are gone or cannot be linked to: everything is written again.
        segments.iter().try_for_each(|segment| match fs::remove_file(beside.join(&segment.name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })?;
        segments.clear();
    }
    let first = segments.last().map_or(0, |segment| segment.first + segment.count);
    if first < slots {
        segments.push(segment(&beside, parts, first)?);
    }
    let mut links = Writer::create(&beside.join(LINKS))?;
    parts.graph.links_in_order().try_for_each(|bytes| links.write(bytes))?;
    let mut empty = Writer::create(&beside.join(EMPTY))?;
    parts.roster.empty().iter().try_for_each(|slot| empty.write(&(slot as u64).to_le_bytes()))?;
    let manifest = Manifest {
        layout: LAYOUT,
        method: method.into(),
        metric: METRIC.into(),
        dimensions: DIMENSIONS,
        slots,
        sequence,
        segments: segments.clone(),
        links: links.finish()?,
        empty: empty.finish()?,
    };
    let text = serde_json::to_string(&manifest).map_err(|error| doubt(error.to_string()))?;
    write(&beside.join(MANIFEST), format!("{text}\n{}\n", Digest::of(text.as_bytes())).as_bytes())?;
    sync(&beside)?;
    fs::rename(&beside, &place)?;
    sync(directory)?;
    for (_, old) in older {
        fs::remove_dir_all(old)?;
    }
    remove_unfinished(directory)?;
    Ok(Saved { place, segments })
}

/// The segments that stay when the slots behind them are written: those more than twice as large as what follows.
fn kept(earlier: &[Segment], slots: usize) -> Vec<Segment> {
    let mut kept = earlier.to_vec();
    let end = kept.last().map_or(0, |segment| segment.first + segment.count);
    if end == slots {
        return kept;
    }
    let mut fresh = slots - end;
    while let Some(last) = kept.pop_if(|last| last.count <= 2 * fresh) {
        fresh += last.count;
    }
    kept
}

/// Writes the slots from `first` on.
fn segment(beside: &Path, parts: &Parts, first: usize) -> Result<Segment, IndexError> {
    let slots = parts.roster.slots();
    let name = format!("segment-{first:012}-{slots:012}.bin");
    let mut file = Writer::create(&beside.join(&name))?;
    let mut at = 0;
    for slot in first..slots {
        let mut entry = parts.roster.entry(slot);
        entry.fine_at = at;
        at += entry.fine_bytes() as u64;
        file.write(&entry.write())?;
    }
    parts.scan.codes().since(first).try_for_each(|bytes| file.write(bytes))?;
    parts.graph.sketches().since(first).try_for_each(|bytes| file.write(bytes))?;
    for slot in first..slots {
        let code = parts.fine.code(slot, &parts.roster.entry(slot));
        file.write(&code.ok_or_else(|| doubt(format!("slot {slot} has no fine code")))?.packed)?;
    }
    Ok(Segment { name, first, count: slots - first, sum: file.finish()? })
}

/// A file that is hashed while it is written.
struct Writer {
    file: BufWriter<File>,
    hash: Sha256,
    length: u64,
}

impl Writer {
    fn create(path: &Path) -> Result<Self, IndexError> {
        Ok(Self { file: BufWriter::with_capacity(1 << 20, File::create_new(path)?), hash: Sha256::new(), length: 0 })
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)?;
        Ok(())
    }
    fn finish(self) -> Result<Sum, IndexError> {
        let file = self.file.into_inner().map_err(|error| IndexError::Io(error.into_error()))?;
        file.sync_all()?;
        Ok(Sum { length: self.length, sha256: Digest(self.hash.finalize().into()).to_string() })
    }
}

/// Maps the newest generation; says also up to which sequence it holds everything.
///
/// # Errors
/// [`IndexError::Snapshot`] on any doubt, [`IndexError::Io`] if the directory cannot be listed.
pub fn load(directory: &Path, method: &str) -> Result<(Parts, Saved, i64), IndexError> {
    let (_, newest) = generations(directory)?.pop().ok_or_else(|| doubt("there is none"))?;
    let manifest = manifest(&newest.join(MANIFEST))?;
    let expected = (LAYOUT, method, METRIC, DIMENSIONS);
    let found = (manifest.layout, manifest.method.as_str(), manifest.metric.as_str(), manifest.dimensions);
    if found != expected {
        return Err(doubt(format!("it holds {found:?}, {expected:?} expected")));
    }
    let files: Vec<(&str, &Sum)> = manifest
        .segments
        .iter()
        .map(|segment| (segment.name.as_str(), &segment.sum))
        .chain([(LINKS, &manifest.links), (EMPTY, &manifest.empty)])
        .collect();
    if let Some((name, _)) = files.iter().find(|(name, _)| name.contains(['/', '\\'])) {
        return Err(doubt(format!("a file named {name}")));
    }
    let maps: Vec<Arc<Map>> =
        files.par_iter().map(|(name, sum)| checked(&newest.join(name), sum)).collect::<Result<_, _>>()?;
    let mut parts = Parts::default();
    for (segment, map) in manifest.segments.iter().zip(&maps) {
        parts.map(segment, map)?;
    }
    if parts.roster.slots() != manifest.slots {
        return Err(doubt(format!("{} slots, {} expected", parts.roster.slots(), manifest.slots)));
    }
    let [.., links, empty] = maps.as_slice() else { return Err(doubt("files are missing")) };
    parts.graph.map_links(links)?;
    let mut slots = Slots::default();
    for slot in empty.chunks(8) {
        let slot = u64::from_le_bytes(slot.try_into().map_err(|_| doubt("the empty slots are cut off"))?);
        if slot >= manifest.slots as u64 {
            return Err(doubt(format!("slot {slot} of {} is said to be empty", manifest.slots)));
        }
        slots.add(slot as usize);
    }
    parts.roster.sort(slots)?;
    Ok((parts, Saved { place: newest, segments: manifest.segments }, manifest.sequence))
}

/// Maps a file that has to have this length and SHA-256.
fn checked(path: &Path, sum: &Sum) -> Result<Arc<Map>, IndexError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let map = Map::open(path).map_err(|error| doubt(format!("{name}: {error}")))?;
    if map.len() as u64 != sum.length {
        return Err(doubt(format!("{name} has {} bytes, {} expected", map.len(), sum.length)));
    }
    if Digest::of(&map).to_string() != sum.sha256 {
        return Err(doubt(format!("{name} has another SHA-256")));
    }
    Ok(Arc::new(map))
}

impl Parts {
    /// Maps the slots of a segment behind those there are.
    fn map(&mut self, segment: &Segment, map: &Arc<Map>) -> Result<(), IndexError> {
        let short = || doubt(format!("{} is too short for {} marks", segment.name, segment.count));
        if segment.first != self.roster.slots() {
            return Err(doubt(format!("{} does not follow slot {}", segment.name, self.roster.slots())));
        }
        let coarse = segment.count.checked_mul(RECORD).ok_or_else(short)?;
        let stride = Code::whole_bytes(&COARSE_LAYOUT, Depth::Two);
        let sketches =
            segment.count.checked_mul(stride).and_then(|bytes| coarse.checked_add(bytes)).ok_or_else(short)?;
        let fine =
            segment.count.checked_mul(SKETCH_BYTES).and_then(|bytes| sketches.checked_add(bytes)).ok_or_else(short)?;
        self.roster.map(map, 0, segment.count)?;
        self.scan.map(map, coarse, segment.count).ok_or_else(short)?;
        self.graph.map_sketches(map, sketches, segment.count).ok_or_else(short)?;
        self.fine.map(map, fine, map.len(), segment.count).ok_or_else(short)
    }

    /// The same marks with what was saved read from its files from now on, so that its memory is free. The links of the
    /// graph stay in memory.
    ///
    /// # Errors
    /// [`IndexError::Io`], [`IndexError::Snapshot`].
    pub fn remapped(&self, saved: &Saved) -> Result<Self, IndexError> {
        let mut parts = Self { graph: self.graph.without_sketches(), ..Self::default() };
        if saved.segments.last().is_some_and(|segment| segment.first + segment.count > self.roster.slots()) {
            return Err(doubt("it holds more marks than the gallery"));
        }
        for segment in &saved.segments {
            parts.map(segment, &Arc::new(Map::open(&saved.place.join(&segment.name))?))?;
        }
        for slot in parts.roster.slots()..self.roster.slots() {
            parts.push_from(self, slot)?;
        }
        parts.roster = self.roster.reading(parts.roster);
        Ok(parts)
    }

    /// The same marks without the slots of those taken out.
    pub fn packed(&self) -> Self {
        let mut parts = Self::default();
        let mut sketches = Vec::with_capacity(self.roster.count());
        for slot in (0..self.roster.slots()).filter(|&slot| self.roster.lives(slot)) {
            let entry = self.roster.entry(slot);
            // A mark whose fine code cannot be read could not be refined: it was of no use before either.
            let Some(fine) = self.fine.code(slot, &entry) else { continue };
            if parts.roster.add(&entry).is_ok() {
                parts.scan.push_packed(self.scan.codes().row(slot));
                parts.fine.push(&fine.packed);
                sketches.push(self.graph.stored(slot));
            }
        }
        parts.graph.extend(&sketches);
        parts
    }

    /// Adds a slot of other parts, except its links.
    fn push_from(&mut self, other: &Self, slot: usize) -> Result<(), IndexError> {
        let entry = other.roster.entry(slot);
        let fine = other.fine.code(slot, &entry).ok_or_else(|| doubt(format!("slot {slot} has no fine code")))?;
        self.roster.push(&entry);
        self.scan.push_packed(other.scan.codes().row(slot));
        self.graph.push_sketch(&other.graph.stored(slot));
        self.fine.push(&fine.packed);
        Ok(())
    }
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
