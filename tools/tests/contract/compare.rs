//! `headstamp compare` on two scans of one firearm and of two.

use crate::program::{headstamp, scan};
use std::fs;

#[test]
fn two_shots_of_one_slide_score_far_above_two_slides() {
    let score = |a: &str, b: &str| {
        let document = headstamp(&["compare", &scan(a), &scan(b), "--json"]).document();
        (document["parts"]["cmc_fraction"].as_f64().unwrap(), document["registration"]["mirrored"].clone())
    };
    // NIST's congruent matching cells on these two pairs: 0.9 and 0.0 of the cells.
    let (same, mirrored) = score("fadul_01_1.x3p", "fadul_F.x3p");
    // Of two strangers either hypothesis may lie a little nearer by chance, so nothing is asked of the mirror there.
    let (different, _) = score("fadul_01_1.x3p", "fadul_A.x3p");
    assert_eq!(mirrored, false, "both scans come from one export pipeline");
    assert!(same - different > 0.45, "congruent share {same:.3} against {different:.3}");
}

#[test]
fn a_comparison_says_what_its_score_means_in_which_population_or_why_it_cannot() {
    let compare = |more: &[&str]| {
        let (reference, compared) = (scan("fadul_01_1.x3p"), scan("fadul_F.x3p"));
        let pair = ["compare", reference.as_str(), compared.as_str(), "--json"];
        headstamp(&[&pair[..], more].concat()).document()
    };
    let weighed = compare(&[]);
    let value = weighed["log10_lr"].as_f64().unwrap();
    let bounds = weighed["model"]["bounds"].as_array().unwrap();
    assert!(value > 1.0 && value <= bounds[1].as_f64().unwrap(), "{weighed}");
    assert_eq!(weighed["model"]["firearms"], 10);
    assert!(weighed["model"]["population"].as_str().unwrap().contains("Fadul and Weller"));
    // 0 of 705 pairs, and of the 15 + 6 pairs of firearms: 1 - 0.05^(1/705) and 1 - 0.05^(1/21).
    let reached = &weighed["different_source_at_or_above"];
    assert_eq!((&reached["seen"], &reached["of"]), (&0.into(), &705.into()));
    assert!((reached["share_upper"].as_f64().unwrap() - 0.00424).abs() < 1e-5, "{reached}");
    assert!((reached["share_upper_by_firearms"].as_f64().unwrap() - 0.1329).abs() < 1e-4, "{reached}");
    let statement = weighed["statement"].as_str().unwrap();
    for side in ["same_source", "different_source"] {
        assert!(statement.contains(weighed["propositions"][side].as_str().unwrap()), "{statement}");
    }
    assert!(weighed["log10_lr_reason"].is_null());

    let other = compare(&["--instrument", "another microscope"]);
    assert!(other["log10_lr"].is_null() && other["different_source_at_or_above"].is_null());
    let reason = other["log10_lr_reason"].as_str().unwrap();
    assert!(reason.starts_with("uncalibrated") && reason.contains("another microscope"), "{reason}");
}

#[test]
fn the_explaining_page_carries_its_pictures_and_names_the_files_by_their_digest() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let run = headstamp(&[
        "compare",
        &scan("TW01-02.x3p"),
        &scan("TW01-03.x3p"),
        "--explain",
        page.to_str().unwrap(),
        "--json",
    ]);
    assert!(run.document()["score"].as_f64().unwrap() > 0.0);
    let html = fs::read_to_string(page).unwrap();
    assert!(html.matches("data:image/png;base64,").count() >= 4, "pictures of both preparations, overlay and cells");
    assert!(html.contains("620e8e768dbbdd9314bb53fa161427436b4fecc7095eecbd8c81006ae721988e"));
    assert!(html.contains("impression/1"));
    assert!(!html.contains("http://") && !html.contains("https://"), "a page needs no other file and no network");
    // Pictures left out: their letters say nothing.
    let words: String = html.split("base64,").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect();
    let words = words.to_lowercase();
    assert!(!words.contains("match") && !words.contains("identif"), "the machine concludes nothing");
}
