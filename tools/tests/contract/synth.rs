//! `headstamp synth`: the same seed the same bytes, and an evaluation of what it wrote.

use crate::program::headstamp;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn drawn(seed: &str, out: &Path) -> BTreeMap<String, Vec<u8>> {
    let out = out.to_str().unwrap();
    let arguments = ["synth", "--kind", "breech_face_3d", "--firearms", "5", "--shots", "2", "--seed", seed];
    let report = headstamp(&[&arguments[..], &["--out", out, "--json"]].concat()).document();
    assert_eq!((report["scans"].as_u64(), report["lots"].as_u64()), (Some(10), Some(2)));
    let manifest = fs::read_to_string(Path::new(out).join("manifest.tsv")).unwrap();
    let names = manifest.lines().skip(1).map(|line| line.split('\t').next().unwrap().to_owned());
    let mut files: BTreeMap<String, Vec<u8>> =
        names.map(|name| (name.clone(), fs::read(Path::new(out).join(&name)).unwrap())).collect();
    assert_eq!(files.len(), 10);
    files.insert("manifest.tsv".into(), manifest.into_bytes());
    files
}

#[test]
fn the_same_seed_draws_the_same_bytes_and_an_evaluation_tells_the_firearms_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let one = drawn("7", &at("one"));
    assert_eq!(one, drawn("7", &at("two")));
    assert_ne!(one["breech_face_3d/f00000_s001.x3p"], drawn("8", &at("three"))["breech_face_3d/f00000_s001.x3p"]);

    let (manifest, out) = (at("one").join("manifest.tsv"), at("out"));
    let arguments = ["evaluate", "--manifest", manifest.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let extra = ["--retrieval", "--query", "whole,noise:1.5", "--distractors", "6", "--no-mirror", "--json"];
    let summary = headstamp(&[&arguments[..], &extra].concat()).document();
    let set = &summary["sets"]["synthetic"];
    // Five firearms with two shots each: 5 same-source pairs, 45 - 5 others.
    assert_eq!((set["n_km"].as_u64(), set["n_knm"].as_u64()), (Some(5), Some(40)));
    assert_eq!(set["scores"]["score"]["auc"], 1.0);
    assert_eq!(summary["unsuitable"].as_array().map(Vec::len), Some(0));
    assert_eq!(summary["retrieval"]["synthetic"]["every_r1"], 1.0);
    assert_eq!(summary["degraded_retrieval"]["noise:1.5"]["synthetic"]["queries"], 10);
    let mix = &summary["retrieval_setting"]["distractors"];
    // Of six: two surrogates, one synthetic mark, and three of the ten scans mirrored.
    assert_eq!(
        (mix["surrogate"].as_u64(), mix["mirrored"].as_u64(), mix["synthetic"].as_u64()),
        (Some(2), Some(3), Some(1))
    );
    let ranks = fs::read_to_string(out.join("ranks.csv")).unwrap();
    assert_eq!(ranks.lines().filter(|line| line.ends_with("noise:1.5,0")).count(), 10);
}

#[test]
fn too_many_scans_a_kind_without_generator_and_a_used_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| headstamp(&[&["synth", "--out", out], arguments].concat());
    let many = run(&["--firearms", "5000", "--shots", "5"]);
    assert_eq!(many.status, Some(1));
    assert!(many.err.contains("25000 scans, more than 20000"), "{}", many.err);
    assert_eq!(run(&["--firearms", "0", "--shots", "5"]).status, Some(2));
    let other = run(&["--firearms", "1", "--shots", "1", "--kind", "firing_pin_3d"]);
    assert!(matches!(other.status, Some(1 | 2)) && other.out.is_empty(), "{}", other.err);
    assert_eq!(run(&["--firearms", "1", "--shots", "1"]).status, Some(0));
    let again = run(&["--firearms", "1", "--shots", "1"]);
    assert_eq!(again.status, Some(1));
    assert!(again.err.contains("is there already"), "{}", again.err);
}
