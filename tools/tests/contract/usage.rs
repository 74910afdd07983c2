//! Exit status and messages.

use crate::program::{headstamp, scan, testdata};

#[test]
fn bad_usage_ends_with_two_and_says_how_it_is_used() {
    for arguments in [
        &["inspect"][..],
        &["nothing"],
        &["compare", "one-file-only"],
        &["compare", "a", "b", "--kind", "tooth"],
        &["evaluate", "--kind", "breech_face_3d"],
        &["enroll", "a.x3p"],
    ] {
        let run = headstamp(arguments);
        assert_eq!(run.status, Some(2), "{arguments:?}: {}", run.err);
        assert!(run.out.is_empty(), "{arguments:?} printed {}", run.out);
        assert!(run.err.contains("Usage") || run.err.contains("--help"), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_failure_ends_with_one_and_one_line() {
    let missing = testdata("breech_face/none.x3p").display().to_string();
    let readme = testdata("README.md").display().to_string();
    let a = scan("fadul_A.x3p");
    for arguments in [
        &["inspect", missing.as_str()][..],
        &["inspect", &readme],
        &["compare", &a, &readme],
        &["search", "no-such-file", "--server", "http://127.0.0.1:9"],
        &["search", &a, "--server", "http://127.0.0.1:9", "--json"],
        &["enroll", &a, "--server", "127.0.0.1:9", "--json"],
        &["evaluate", "--manifest", &missing, "--out", "unused"],
    ] {
        let run = headstamp(arguments);
        assert_eq!(run.status, Some(1), "{arguments:?}: {}", run.err);
        assert!(run.out.is_empty(), "{arguments:?} printed {}", run.out);
        assert_eq!(run.err.trim_end().lines().count(), 1, "{arguments:?}: {}", run.err);
        assert!(run.err.starts_with("error: "), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn inspect_names_the_format_the_pitch_and_the_digest_of_the_manifest() {
    let document = headstamp(&["inspect", &scan("fadul_A.x3p"), "--json"]).document();
    assert_eq!(document["format"], "X3P");
    assert_eq!(document["sha256"], "88b47a267b1d2559a0a3c85cc92a2f8915789bc182bdc2875919362ebfff0a6c");
    assert_eq!(document["bytes"], 615_208);
    assert_eq!(document["scan"]["pitch_x_um"], 6.25);
    let coverage = document["scan"]["coverage"].as_f64().unwrap();
    assert!((0.24..=0.44).contains(&coverage), "{coverage}: a cropped annulus fills 24 to 44 % of its frame");
    assert_eq!(document["quality"]["verdict"], "suitable");
}
