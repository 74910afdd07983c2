//! `headstamp search --json` against a server of its own.

use crate::process::ServerProcess;
use crate::program::{headstamp, scan, testdata};

#[test]
fn a_list_says_what_each_score_means_and_how_many_marks_of_other_sources_to_expect() {
    let data = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(data.path());
    let manifest = testdata("manifest.tsv").display().to_string();
    headstamp(&["enroll", &manifest, "--server", &server.url, "--json"]).document();
    let search = |more: &[&str]| {
        let query = scan("fadul_F.x3p");
        headstamp(&[&["search", query.as_str(), "--server", server.url.as_str(), "--json"], more].concat()).document()
    };
    let list = search(&[]);
    for stage in ["total", "eligible", "considered", "refined", "compared"] {
        assert_eq!(list["counts"][stage], 11, "{stage}: all eleven scans of the test data");
    }
    let model = &list["models"][0];
    assert_eq!((&model["firearms"], &model["different_source_pairs"]), (&10.into(), &705.into()));
    let of = |firearm: &str| {
        let candidates = list["candidates"].as_array().unwrap();
        candidates.iter().find(|candidate| candidate["firearm"] == firearm).unwrap()
    };
    let (mate, stranger) = (of("fadul-slide-01"), of("fadul-slide-02"));
    assert!(mate["log10_lr"].as_f64().unwrap() > 1.0 && stranger["log10_lr"].as_f64().unwrap() < -1.0, "{list}");
    assert_eq!(mate["population"], model["population"]);
    assert!(mate["support"].as_str().unwrap().ends_with("support"));
    for proposition in ["same_source", "different_source"] {
        let proposition = model["propositions"][proposition].as_str().unwrap();
        assert!(mate["statement"].as_str().unwrap().contains(proposition), "{proposition}");
    }
    // None of 705 pairs reach the mate: below 0.424 % of 11 marks.
    let expected = &mate["expected_different_source"];
    assert_eq!((&expected["seen"], &expected["eligible"]), (&0.into(), &11.into()));
    assert!((expected["count_upper"].as_f64().unwrap() - 0.0467).abs() < 1e-3, "{expected}");
    assert!(stranger["expected_different_source"]["count"].as_f64().unwrap() > 0.0);

    let other = search(&["--instrument", "another microscope"]);
    let first = &other["candidates"][0];
    assert!(first["log10_lr"].is_null() && first["expected_different_source"].is_null());
    assert!(first["log10_lr_reason"].as_str().unwrap().contains("another microscope"), "{first}");
    assert!(other["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains("instrument")));
}
