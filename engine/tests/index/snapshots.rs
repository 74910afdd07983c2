//! Snapshots: what was saved comes back; whatever is damaged is refused, and nothing panics.

use crate::marks::{id, population};
use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::snapshot::Parts;
use headstamp_engine::index::{CandidateIndex as _, IndexError, snapshot};
use headstamp_engine::methods::impression::ImpressionV1;
use headstamp_engine::search::Gallery;
use std::fs;
use std::path::{Path, PathBuf};

fn saved(directory: &Path, marks: usize, sequence: i64) -> Gallery {
    let mut gallery = Gallery::new(&ImpressionV1);
    for (at, mark) in population().iter().take(marks).enumerate() {
        gallery.insert(id(at), &Descriptor::of(mark)).unwrap();
    }
    gallery.save(directory, sequence).unwrap();
    gallery
}

fn generation(directory: &Path) -> PathBuf {
    fs::read_dir(directory).unwrap().next().unwrap().unwrap().path()
}

/// Names of the files of a snapshot that hold something.
fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(generation(directory)).unwrap().map(|entry| entry.unwrap());
    let full = names.filter(|entry| entry.metadata().unwrap().len() > 0);
    full.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn refused(directory: &Path) -> String {
    match Gallery::load(directory, &ImpressionV1) {
        Err(IndexError::Snapshot { reason }) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a damaged snapshot was loaded"),
    }
}

/// The marks of the first answer and of the whole one with their similarities.
fn answers(gallery: &Gallery, query: usize) -> Vec<(MarkId, f32)> {
    let question = Query::of(&population()[query], &QueryOptions { mirror: true });
    let chosen = gallery.choose(&|mark| mark != id(query));
    let Parts { roster, scan, .. } = gallery.parts();
    let found = scan.search(roster, &question, &chosen, usize::MAX).candidates;
    let first = gallery.first_answer(&question, &chosen).candidates;
    first.into_iter().chain(found).map(|candidate| (candidate.mark, candidate.similarity)).collect()
}

#[test]
fn a_loaded_snapshot_answers_as_the_gallery_did_and_takes_more_marks() {
    let directory = tempfile::tempdir().unwrap();
    let mut gallery = saved(directory.path(), 6, 41);
    let (mut loaded, sequence) = Gallery::load(directory.path(), &ImpressionV1).unwrap();
    assert_eq!((loaded.count(), sequence), (gallery.count(), 41));
    assert_eq!(loaded.bytes().fine, gallery.bytes().fine - 6 * 32);
    for (at, mark) in population().iter().enumerate().skip(6) {
        for gallery in [&mut gallery, &mut loaded] {
            gallery.insert(id(at), &Descriptor::of(mark)).unwrap();
        }
        assert!(matches!(loaded.insert(id(1), &Descriptor::of(mark)), Err(IndexError::Duplicate(_))));
    }
    for query in 0..population().len() {
        assert_eq!(answers(&loaded, query), answers(&gallery, query));
        assert_eq!(answers(&loaded, query)[0].0, id(query ^ 1));
    }
}

#[test]
fn snapshot_after_snapshot_the_gallery_stays_the_same_and_a_clone_keeps_what_it_saw() {
    let directory = tempfile::tempdir().unwrap();
    let (mut gallery, mut other) = (Gallery::new(&ImpressionV1), Gallery::new(&ImpressionV1));
    for (at, mark) in population().iter().enumerate() {
        gallery.insert(id(at), &Descriptor::of(mark)).unwrap();
        other.insert(id(at), &Descriptor::of(mark)).unwrap();
        if at == 3 {
            assert!(gallery.remove(id(0)) && other.remove(id(0)));
        }
        let before = (at > 1).then(|| (gallery.clone(), answers(&gallery, 1)));
        let saved = gallery.save(directory.path(), at as i64).unwrap();
        gallery.adopt(saved).unwrap();
        if let Some((clone, answer)) = before {
            assert_eq!(answers(&clone, 1), answer);
            assert_eq!(answers(&gallery, 1), answer);
        }
        // Each new segment swallows those that are at most twice as large: a few remain.
        assert!(fs::read_dir(generation(directory.path())).unwrap().count() <= 3 + 4);
    }
    let (loaded, _) = Gallery::load(directory.path(), &ImpressionV1).unwrap();
    assert!(!loaded.holds(id(0)) && loaded.count() == population().len() - 1);
    for query in 0..population().len() {
        assert_eq!(answers(&loaded, query), answers(&other, query));
    }
}

#[test]
fn a_new_snapshot_takes_the_place_of_the_old_one() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), 2, 1);
    saved(directory.path(), 4, 2);
    let (loaded, sequence) = Gallery::load(directory.path(), &ImpressionV1).unwrap();
    assert_eq!((loaded.count(), sequence), (4, 2));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn no_snapshot_another_method_and_an_empty_gallery_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    assert!(refused(directory.path()).contains("none"));
    saved(directory.path(), 0, 7);
    let (loaded, sequence) = Gallery::load(directory.path(), &ImpressionV1).unwrap();
    assert_eq!((loaded.count(), sequence), (0, 7));
    assert!(snapshot::load(directory.path(), "impression/9").is_err());
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), 2, 3);
    for name in files(directory.path()) {
        let path = generation(directory.path()).join(&name);
        let whole = fs::read(&path).unwrap();
        for place in (0..whole.len()).step_by(whole.len() / 60 + 1) {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << (place % 8);
            fs::write(&path, &damaged).unwrap();
            refused(directory.path());
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(Gallery::load(directory.path(), &ImpressionV1).is_ok());
}

#[test]
fn a_file_cut_off_grown_missing_or_from_another_snapshot_is_refused() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    saved(directory.path(), 2, 3);
    let mut elsewhere = Gallery::new(&ImpressionV1);
    for at in 2..4 {
        elsewhere.insert(id(at), &Descriptor::of(&population()[at])).unwrap();
    }
    elsewhere.save(other.path(), 3).unwrap();
    for name in files(directory.path()) {
        let path = generation(directory.path()).join(&name);
        let whole = fs::read(&path).unwrap();
        for length in [0, 1, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..length]).unwrap();
            refused(directory.path());
        }
        fs::write(&path, [whole.as_slice(), &[0; 100_000]].concat()).unwrap();
        refused(directory.path());
        fs::remove_file(&path).unwrap();
        refused(directory.path());
        // Two marks are linked alike whatever they are.
        if fs::copy(generation(other.path()).join(&name), &path).is_ok() && fs::read(&path).unwrap() != whole {
            refused(directory.path());
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(Gallery::load(directory.path(), &ImpressionV1).is_ok());
}

#[test]
fn a_write_that_never_finished_leaves_the_old_snapshot() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), 2, 3);
    let beside = directory.path().join("unfinished-1");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("marks.bin"), [1, 2, 3]).unwrap();
    assert_eq!(Gallery::load(directory.path(), &ImpressionV1).unwrap().1, 3);
    saved(directory.path(), 2, 4);
    assert!(!beside.exists());
}
