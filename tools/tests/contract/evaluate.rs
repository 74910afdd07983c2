//! `headstamp evaluate` on the eleven scans of the test data.

use crate::program::{headstamp, testdata};
use serde_json::Value;
use std::fs;

fn evaluated(seed: &str, out: &std::path::Path) -> Value {
    let manifest = testdata("manifest.tsv").display().to_string();
    let kind = ["--kind", "breech_face_3d"];
    let mut arguments = vec!["evaluate", "--manifest", &manifest, "--turn-seed", seed, "--retrieval", "--json"];
    arguments.extend(kind);
    arguments.extend(["--out", out.to_str().unwrap()]);
    headstamp(&arguments).document()
}

#[test]
fn turned_scans_of_the_test_data_are_told_apart_and_found_whatever_the_turn() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("one");
    let summary = evaluated("1", &out);
    // Fadul: four slides with 2 + 2 + 2 + 1 scans; Weller: two with 2 + 2.
    for (set, n_km, n_knm) in [("fadul", 3, 18), ("weller", 2, 4), ("pooled", 5, 22)] {
        let figures = &summary["sets"][set];
        assert_eq!((figures["n_km"].as_u64(), figures["n_knm"].as_u64()), (Some(n_km), Some(n_knm)), "{set}");
        for score in ["score", "cmc_fraction"] {
            assert_eq!(figures["scores"][score]["auc"], 1.0, "{set} {score}");
            assert_eq!(figures["scores"][score]["eer"], 0.0, "{set} {score}");
            assert_eq!(figures["scores"][score]["km"].as_array().map(Vec::len), Some(3), "{set} {score}");
        }
    }
    for set in ["fadul", "weller"] {
        assert_eq!(summary["retrieval"][set]["every_r1"], 1.0, "{set}");
        assert_eq!(summary["retrieval"][set]["first_r1"], 1.0, "{set}");
    }
    for step in ["prepare", "describe", "pair"] {
        assert!(summary["cpu_ms"][step].as_f64().unwrap() > 0.0, "{step}");
    }
    let written: Value = serde_json::from_str(&fs::read_to_string(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(written["sets"], summary["sets"]);
    let pairs = fs::read_to_string(out.join("pairs.csv")).unwrap();
    assert!(pairs.starts_with("a,b,set,same_source,score,llr,"), "{}", pairs.lines().next().unwrap());
    assert_eq!(pairs.lines().count(), 1 + 27);
    let ranks = fs::read_to_string(out.join("ranks.csv")).unwrap();
    let headings = "query,set,first_mate_rank,worst_mate_rank,mates,gallery,surrogate_above_first_mate";
    assert!(ranks.starts_with(headings), "{:?}", ranks.lines().next());
    assert_eq!(ranks.lines().count(), 1 + 10, "the scan of slide 4 has no mate");
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("<svg"));

    // The bar of the method: the same scores within 0.05 whatever the turn.
    let other = folder.path().join("two");
    evaluated("2", &other);
    let scores = |folder: &std::path::Path| -> Vec<f64> {
        let text = fs::read_to_string(folder.join("pairs.csv")).unwrap();
        text.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().parse().unwrap()).collect()
    };
    let moved = scores(&out).iter().zip(scores(&other)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("largest change of a score between two turns: {moved:.3}");
    assert!(moved <= 0.05, "a score moved by {moved:.3}");
}
