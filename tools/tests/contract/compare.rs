//! `headstamp compare` on two scans of one firearm and of two.

use crate::program::{headstamp, scan};
use std::fs;

#[test]
fn two_shots_of_one_slide_score_far_above_two_slides() {
    let score = |a: &str, b: &str| {
        let document = headstamp(&["compare", &scan(a), &scan(b), "--json"]).document();
        assert!(document["log10_lr"].is_null());
        assert!(document["log10_lr_reason"].as_str().unwrap().contains("uncalibrated"));
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
