//! `headstamp calibrate` and `headstamp evaluate --scores` as a laboratory runs them: the real program on real files.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn headstamp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headstamp")).args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A table of six pistols with three items each, as `evaluate` writes it; scores of the two kinds overlap.
fn table(folder: &Path, firearms_named: bool) -> PathBuf {
    let mut text = String::from("a,b,set,same_source,score,acquisition");
    text.push_str(if firearms_named { ",firearm_a,firearm_b\n" } else { "\n" });
    let items: Vec<(usize, usize)> = (0..6).flat_map(|firearm| (0..3).map(move |shot| (firearm, shot))).collect();
    for (place, a) in items.iter().enumerate() {
        for b in &items[place + 1..] {
            let same = a.0 == b.0;
            let spread = ((a.0 * 7 + b.0 * 5 + a.1 * 3 + b.1 * 11) % 10) as f64 / 4.0;
            let score = if same { 1.5 + spread } else { spread };
            text.push_str(&format!("p{}-{},p{}-{},made,{},{score},bench", a.0, a.1, b.0, b.1, u8::from(same)));
            text.push_str(&if firearms_named { format!(",p{},p{}\n", a.0, b.0) } else { "\n".into() });
        }
    }
    let path = folder.join(if firearms_named { "named.csv" } else { "items.csv" });
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_model_is_fitted_written_and_printed_as_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let scores = table(folder.path(), true);
    let out = folder.path().join("model.json");
    let arguments = ["calibrate", "--scores", scores.to_str().unwrap(), "--out", out.to_str().unwrap(), "--json"];
    let printed = json(&headstamp(&arguments));
    let written: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(printed, written);
    assert_eq!(printed["scope"]["acquisition"], "bench");
    assert_eq!(printed["population"]["firearms"], 6);
    // 6 firearms of 3 items: 18 same-source and 135 different-source pairs, so nothing beyond log10 of 19 and 136.
    assert_eq!(printed["population"]["same_source_pairs"], 18);
    assert_eq!(printed["population"]["different_source_pairs"], 135);
    assert!(printed["bounds"]["lower"].as_f64().unwrap() > -1.279);
    assert!(printed["bounds"]["upper"].as_f64().unwrap() < 2.134);
    assert_eq!(headstamp(&arguments).stdout, headstamp(&arguments).stdout);
}

#[test]
fn firearms_follow_from_the_items_that_same_source_pairs_join() {
    let folder = tempfile::tempdir().unwrap();
    let summary = |firearms_named| {
        let scores = table(folder.path(), firearms_named);
        let out = folder.path().join(if firearms_named { "named" } else { "items" });
        json(&evaluated(&scores, &out))
    };
    let (named, joined) = (summary(true), summary(false));
    assert_eq!(joined["sets"]["made"]["firearms"], 6);
    assert_eq!(named["sets"]["pooled"]["cllr"], joined["sets"]["pooled"]["cllr"]);
    assert!(named["sets"]["pooled"]["cllr"].as_f64().unwrap() < 1.0);
    assert!(named["cpu_ms"]["pair"].is_null());
    let pairs = std::fs::read_to_string(folder.path().join("named/pairs.csv")).unwrap();
    assert!(pairs.lines().next().unwrap().ends_with(",llr,llr_unbounded"), "{pairs}");
    assert_eq!(pairs.lines().count(), 1 + 153);
    let page = std::fs::read_to_string(folder.path().join("named/report.html")).unwrap();
    for words in ["Tippett", "Reliability", "cross-entropy", "18 same-source and 135 different-source", "Cllr"] {
        assert!(page.contains(words), "{words} is not in the report");
    }
    assert!(!page.contains("match"), "a report speaks of scores and ratios only");
}

fn evaluated(scores: &Path, out: &Path) -> Output {
    headstamp(&["evaluate", "--scores", scores.to_str().unwrap(), "--out", out.to_str().unwrap(), "--json"])
}

#[test]
fn the_shipped_model_is_what_calibrate_fits_to_the_shipped_scores() {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let id = "breech_face_3d-nanofocus-10x";
    let shipped = std::fs::read_to_string(tree.join(format!("engine/models/{id}.json"))).unwrap();
    let document: Value = serde_json::from_str(&shipped).unwrap();
    let text = |name: &str| document["population"][name].as_str().unwrap();
    let source = text("source").split("; scores with SHA-256").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (scores, out) = (tree.join(format!("testdata/scores/{id}.csv")), folder.path().join("again.json"));
    let files = ["calibrate", "--scores", scores.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let output = headstamp(&[&files[..], &["--name", text("name"), "--source", source]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read_to_string(&out).unwrap() == shipped, "run engine/models/refit.sh: the two files have parted");
}

#[test]
fn a_table_that_cannot_be_used_ends_in_one_line_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    for (text, reason) in [
        ("a,b,score\nx,y,1\n", "same_source"),
        ("same_source,score\n1,1\n", "firearm_a"),
        ("a,b,same_source,score\nx,y,maybe,1\n", "maybe"),
        ("a,b,same_source,score\nx,y,1,1\nx,z,1,1\ny,z,0,0\n", "same-source pairs join them"),
        ("a,b,same_source,colour\nx,y,1,1\n", "--terms"),
        ("a,b,same_source,score\nx,y,1,1\nx,z,0,0\n", "at least 2"),
        ("a,b,same_source,score\nx,y,1,?\n", "no column `score`"),
    ] {
        let scores = folder.path().join("scores.csv");
        std::fs::write(&scores, text).unwrap();
        let out = folder.path().join("model.json");
        let output = headstamp(&["calibrate", "--scores", scores.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{text}: {message}");
        assert!(message.contains(reason), "{text}: {message}");
        assert!(!out.exists());
    }
}

#[test]
fn published_scores_cost_no_more_than_promised() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/scores");
    for (name, most) in
        [("nfi_breech_face_impression", 0.28), ("nfi_firing_pin_impression", 0.08), ("nfi_aperture_shear", 0.040)]
    {
        let scores = shared.join(name).with_extension("csv");
        if !scores.is_file() {
            println!("skipped: {} is not here", scores.display());
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let summary = json(&evaluated(&scores, folder.path()));
        let cost = summary["sets"]["pooled"]["cllr"].as_f64().unwrap();
        println!("{name}: Cllr {cost:.4}");
        assert!(cost <= most, "{name}: {cost}");
    }
}
