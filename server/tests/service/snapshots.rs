//! The index is derived: however its snapshot is damaged, the server starts, rebuilds and answers the same.

use crate::harness::{Running, config, directory, start};
use headstamp_proto::v1;
use std::fs;
use std::path::{Path, PathBuf};
use v1::search_request::Query;

const FILES: [(&str, &str); 4] =
    [("fadul_01_1", "slide 1"), ("fadul_02_1", "slide 2"), ("fadul_F", "slide 1 again"), ("TW01-02", "slide 3")];

/// Every file of the newest snapshot.
fn snapshot(data: &Path) -> Vec<PathBuf> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&data.join("index"), &mut found);
    found.sort();
    found
}

/// Copies a directory.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// The list for the first mark, without what differs from search to search.
async fn list(server: &Running, partition: &str, mark: &str) -> (String, Vec<v1::Candidate>, Option<v1::SearchCounts>) {
    let request = v1::SearchRequest {
        query: Some(Query::MarkId(mark.to_owned())),
        partition_ids: vec![partition.to_owned()],
        ..Default::default()
    };
    let list = server.search().search(request).await.expect("a list").into_inner();
    (list.engine, list.candidates, list.counts)
}

async fn origin(server: &Running) -> String {
    server.admin().info(v1::InfoRequest {}).await.expect("info").into_inner().index_origin
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_is_rebuilt_and_the_list_stays_the_same() {
    let data = directory();
    let server = start(config(data.path())).await;
    assert!(origin(&server).await.starts_with("rebuilt"), "there was no snapshot");
    let ground = server.ground().await;
    let mut marks = Vec::new();
    for (file, firearm) in &FILES[..3] {
        marks.push(server.enrol_known(&ground, firearm, file).await);
    }
    let snapshot_key = v1::SnapshotRequest { idempotency_key: "snapshot".into() };
    let saved = server.admin().snapshot(snapshot_key).await.expect("a snapshot").into_inner();
    assert_eq!(saved.marks, 3);
    // One more mark comes after the snapshot: the next start replays it.
    let old = directory();
    copy(&data.path().join("index"), old.path());
    marks.push(server.enrol_known(&ground, FILES[3].1, FILES[3].0).await);
    let undisturbed = list(&server, &ground.manufacture, &marks[0]).await;
    assert_eq!(undisturbed.1.len(), 3);
    server.stop().await;

    let server = start(config(data.path())).await;
    assert_eq!(origin(&server).await, "loaded");
    assert_eq!(list(&server, &ground.manufacture, &marks[0]).await, undisturbed);
    server.stop().await;

    let index = data.path().join("index");
    fs::remove_dir_all(&index).expect("removed");
    copy(old.path(), &index);
    let server = start(config(data.path())).await;
    assert_eq!(origin(&server).await, "loaded", "an older snapshot is good: later rows are replayed");
    assert_eq!(list(&server, &ground.manufacture, &marks[0]).await, undisturbed);
    server.stop().await;

    // A snapshot of another store with as many marks.
    let other = directory();
    let server = start(config(other.path())).await;
    let elsewhere = server.ground().await;
    for (file, firearm) in FILES {
        server.enrol_known(&elsewhere, firearm, file).await;
    }
    server.stop().await;

    type Damage = fn(&Path, &Path);
    let ways: [(&str, Damage); 8] = [
        ("everything is gone", |data, _| fs::remove_dir_all(data.join("index")).expect("removed")),
        ("each file is cut in half", |data, _| {
            for file in snapshot(data) {
                let bytes = fs::read(&file).expect("a file");
                fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
            }
        }),
        ("each file is empty", |data, _| {
            for file in snapshot(data) {
                fs::write(file, b"").expect("written");
            }
        }),
        ("one bit of the largest file is wrong", |data, _| {
            let file = snapshot(data).into_iter().max_by_key(|file| fs::metadata(file).expect("a file").len());
            let file = file.expect("a file");
            let mut bytes = fs::read(&file).expect("a file");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(file, bytes).expect("written");
        }),
        ("the manifest is garbage", |data, _| {
            let file = snapshot(data).into_iter().min_by_key(|file| fs::metadata(file).expect("a file").len());
            fs::write(file.expect("a file"), vec![0xff; 4096]).expect("written");
        }),
        ("the largest file is missing", |data, _| {
            let file = snapshot(data).into_iter().max_by_key(|file| fs::metadata(file).expect("a file").len());
            fs::remove_file(file.expect("a file")).expect("removed");
        }),
        ("the marks' file is another store's", |data, other| {
            let largest =
                |data| snapshot(data).into_iter().max_by_key(|file| fs::metadata(file).expect("a file").len());
            let (own, others) = (largest(data).expect("a file"), largest(other).expect("a file"));
            fs::copy(others, own).expect("copied");
        }),
        ("the whole snapshot is another store's", |data, other| {
            fs::remove_dir_all(data.join("index")).expect("removed");
            copy(&other.join("index"), &data.join("index"));
        }),
    ];
    for (way, damage) in ways {
        damage(data.path(), other.path());
        let server = start(config(data.path())).await;
        let came = origin(&server).await;
        assert!(came.starts_with("rebuilt: "), "{way}: {came}");
        assert_eq!(list(&server, &ground.manufacture, &marks[0]).await, undisturbed, "{way}");
        server.stop().await;
    }
}
