//! `headstamp convert`: heights and origin of an instrument's file, in X3P.

use crate::program::{headstamp, scan, testdata};
use std::path::Path;

fn sample(name: &str) -> String {
    testdata("formats").join(name).display().to_string()
}

fn converted(name: &str, folder: &Path) -> String {
    let out = folder.join(format!("{name}.x3p")).display().to_string();
    let document = headstamp(&["convert", &sample(name), &out, "--json"]).document();
    assert_eq!(document["holds"], "topography", "{name}");
    out
}

#[test]
fn the_origin_of_a_converted_scan_is_read_back_by_inspect() {
    let folder = tempfile::tempdir().unwrap();
    let out = converted("32_bits.sur", folder.path());
    let document = headstamp(&["inspect", &out, "--json"]).document();
    assert_eq!(document["format"], "X3P");
    let header = document["header"].as_array().unwrap();
    let value = |name: &str| {
        let field =
            header.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("no {name}: {header:?}"));
        field["value"].as_str().unwrap().to_string()
    };
    assert_eq!(value("Date"), "2026-11-24T01:02:03");
    assert_eq!(value("Creator"), "nobody");
    let comment = value("Comment");
    let lines: Vec<&str> = comment.lines().collect();
    for line in [
        "original file: 32_bits.sur",
        "original format: SUR",
        // By `sha256sum`.
        "original SHA-256: 7295e81d7f23d71af2abe63628480a967cbb7e11900d5e9b70641d7b50cc9c58",
        "original bytes: 592",
        "header Operator: nobody",
        "header Comment: made by a script",
    ] {
        assert!(lines.contains(&line), "no `{line}` in {lines:?}");
    }
    assert!(lines.iter().any(|line| line.starts_with("note: ") && line.contains("lines were reversed")), "{lines:?}");
    let text = headstamp(&["inspect", &out]);
    assert!(
        text.out.contains("original SHA-256: 7295e81d7f23d71af2abe63628480a967cbb7e11900d5e9b70641d7b50cc9c58"),
        "{}",
        text.out
    );
}

#[test]
fn a_converted_scan_has_the_pitch_the_size_and_the_missing_point_of_the_original() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["padded.al3d", "deflated.sur", "text_iso.sdf", "gelsight.tmd", "topography.plu", "16_bits.opd"] {
        let out = converted(name, folder.path());
        let (before, after) =
            (headstamp(&["inspect", &sample(name), "--json"]), headstamp(&["inspect", &out, "--json"]));
        let (before, after) = (before.document(), after.document());
        assert_eq!(before["scan"], after["scan"], "{name}");
        assert_eq!(after["scan"]["rows"], 3, "{name}");
        assert!((after["scan"]["coverage"].as_f64().unwrap() - 14.0 / 15.0).abs() < 1e-12, "{name}");
    }
}

#[test]
fn converting_twice_gives_the_same_bytes() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (a, b) = (converted("padded.al3d", a.path()), converted("padded.al3d", b.path()));
    assert!(std::fs::read(a).unwrap() == std::fs::read(b).unwrap());
}

#[test]
fn no_file_is_written_over_and_nothing_but_a_scan_in_another_format_is_converted() {
    let folder = tempfile::tempdir().unwrap();
    let taken = converted("type_7.sdf", folder.path());
    let new = folder.path().join("new.x3p").display().to_string();
    let bytes = std::fs::read(&taken).unwrap();
    for (arguments, words) in [
        (["convert", &sample("padded.al3d"), &taken], "cannot create"),
        (["convert", &scan("fadul_A.x3p"), &new], "X3P file already"),
        (["convert", &sample("grey_8.png"), &new], "photograph"),
        (["convert", &testdata("README.md").display().to_string(), &new], "not a known"),
    ] {
        let run = headstamp(&arguments);
        assert_eq!(run.status, Some(1), "{arguments:?}");
        assert!(run.err.contains(words) && run.err.trim_end().lines().count() == 1, "{arguments:?}: {}", run.err);
        assert!(!Path::new(&new).exists(), "{arguments:?}");
    }
    assert!(std::fs::read(&taken).unwrap() == bytes);
}
