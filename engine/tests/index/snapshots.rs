//! Snapshots: what was saved comes back; whatever is damaged is refused, and nothing panics.

use crate::marks::{all, id, population};
use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::index::{CandidateIndex, Coherent, IndexError, snapshot};
use headstamp_engine::methods::{impression, impression::ImpressionV1};
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

fn refused(directory: &Path) -> String {
    match Gallery::load(directory, &ImpressionV1) {
        Err(IndexError::Snapshot { reason }) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a damaged snapshot was loaded"),
    }
}

#[test]
fn a_loaded_snapshot_holds_the_same_descriptors_up_to_the_same_sequence() {
    let directory = tempfile::tempdir().unwrap();
    let gallery = saved(directory.path(), 6, 41);
    let (loaded, sequence) = Gallery::load(directory.path(), &ImpressionV1).unwrap();
    assert_eq!((loaded.count(), sequence), (gallery.count(), 41));
    let (marks, _) = snapshot::load(directory.path(), impression::ID).unwrap();
    for (at, (mark, descriptor)) in marks.iter().enumerate() {
        assert_eq!((*mark, descriptor), (id(at), &Descriptor::of(&population()[at])));
    }
    let mut index = Coherent::default();
    marks.iter().for_each(|(mark, descriptor)| index.insert(*mark, descriptor).unwrap());
    let query = Query::of(&population()[0], &QueryOptions::default());
    assert_eq!(index.search(&query, &|mark| mark != id(0), 1).unwrap().candidates[0].mark, id(1));
    assert_eq!(index.search(&query, &all, 9).unwrap().candidates.len(), 6);
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
    for name in ["manifest.json", "marks.bin"] {
        let path = generation(directory.path()).join(name);
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
    for name in ["manifest.json", "marks.bin"] {
        let path = generation(directory.path()).join(name);
        let whole = fs::read(&path).unwrap();
        for length in [0, 1, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..length]).unwrap();
            refused(directory.path());
        }
        fs::write(&path, [whole.as_slice(), &[0; 100_000]].concat()).unwrap();
        refused(directory.path());
        fs::remove_file(&path).unwrap();
        refused(directory.path());
        fs::copy(generation(other.path()).join(name), &path).unwrap();
        refused(directory.path());
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
