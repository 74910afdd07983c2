//! A gallery of so many marks in a folder: what is there already is kept, the rest is drawn and added.

use super::process::{Memory, Took, memory};
use super::{Marks, id};
use crate::progress;
use anyhow::{Context, Result, ensure};
use headstamp_engine::features::Descriptor;
use headstamp_engine::index::IndexError;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::search::Gallery;
use rayon::prelude::*;
use serde::Serialize;
use std::path::Path;

/// Marks drawn and added at a time.
const DRAWN: usize = 4096;
/// Marks added between snapshots.
const SAVED: usize = 16 * DRAWN;

/// How the gallery came to be and what it takes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Filled {
    /// Marks in it.
    pub(crate) marks: usize,
    /// Marks added by this run; the figures of adding are of these.
    pub(crate) added: usize,
    /// Drawing them: no part of an enrolment.
    pub(crate) drawing: Took,
    /// Putting them into scan, refinement and graph.
    pub(crate) adding: Took,
    /// Writing snapshots.
    pub(crate) saving: Took,
    /// Checking and mapping the whole.
    pub(crate) loading: Took,
    /// Bytes of the files.
    pub(crate) disk_bytes: u64,
    /// Bytes of ids, codes, sketches and links: what a search needs in memory, mapped or not.
    pub(crate) resident_bytes: usize,
    /// Memory of the whole process after loading.
    pub(crate) memory: Option<Memory>,
    /// Memory of the whole process before the gallery was loaded.
    pub(crate) memory_before: Option<Memory>,
}

/// Loads the gallery in `folder`, filled up to `count` marks.
pub(crate) fn filled(folder: &Path, marks: &Marks, count: usize, kind: MarkKind) -> Result<(Gallery, Filled)> {
    ensure!(count >= marks.real.len(), "a gallery of {count} marks cannot hold the {} real ones", marks.real.len());
    let method = methods::newest(kind);
    let mut gallery = match Gallery::load(folder, method) {
        Ok((gallery, _)) => gallery,
        Err(IndexError::Snapshot { .. }) => Gallery::new(method),
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    ensure!(gallery.count() <= count, "{} holds {} marks already", folder.display(), gallery.count());
    let (mut drawing, mut adding, mut saving) = (Took::default(), Took::default(), Took::default());
    let before = gallery.count();
    let bar = progress::bar("filling", count);
    while gallery.count() < count {
        let from = gallery.count();
        let to = count.min(from + DRAWN);
        let descriptors: Vec<Descriptor> =
            drawing.add(|| (from..to).into_par_iter().map(|at| descriptor(marks, at, kind)).collect());
        let answers = adding.add(|| gallery.extend((from..to).map(id).zip(&descriptors)));
        answers.into_iter().collect::<Result<Vec<()>, _>>().context("the gallery refused a mark")?;
        if to == count || to.is_multiple_of(SAVED) {
            saving.add(|| gallery.adopt(gallery.save(folder, to as i64)?)).context("cannot write a snapshot")?;
        }
        bar.set_position(to as u64);
    }
    bar.finish_and_clear();
    drop(gallery);
    let memory_before = memory();
    let mut loading = Took::default();
    let (gallery, _) = loading.add(|| Gallery::load(folder, method))?;
    let bytes = gallery.bytes();
    let filled = Filled {
        marks: gallery.count(),
        added: count - before,
        drawing,
        adding,
        saving,
        loading,
        disk_bytes: size(folder)?,
        resident_bytes: bytes.memory + bytes.mapped,
        memory: memory(),
        memory_before,
    };
    Ok((gallery, filled))
}

fn descriptor(marks: &Marks, at: usize, kind: MarkKind) -> Descriptor {
    match marks.real.get(at) {
        Some(mark) => methods::newest(kind).descriptor(&mark.template),
        None => marks.strangers.descriptor(at as u64),
    }
}

fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
