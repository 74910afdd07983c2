//! `headstamp demo --json`: what acceptance and continuous integration read.

use crate::program::headstamp;
use std::fs;

#[test]
fn the_demo_has_every_true_firearm_first_and_writes_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("demo.html");
    let document = headstamp(&["demo", "--json", "--report", report.to_str().unwrap()]).document();
    let queries = document["queries"].as_array().unwrap();
    assert_eq!(queries.len(), 5, "five scans of the test data are questioned");
    for query in queries {
        assert_eq!(query["rank"], 1, "{query}");
        assert_eq!(query["eligible"], 10, "eleven marks, the query's own left out: {query}");
        assert!(query["specimen"].is_string() && query["true_firearm"].is_string(), "{query}");
    }
    let bullet = &document["bullet"];
    assert_eq!((&bullet["rank"], &bullet["bullets_eligible"]), (&1.into(), &5.into()), "{bullet}");
    // Land 1 of the test fire is land 3 of the barrel, so land 1 of the barrel is its fifth.
    assert_eq!(bullet["land_1_on"], 5, "{bullet}");
    assert_eq!(document["report"], report.to_str().unwrap());
    let html = fs::read_to_string(&report).unwrap();
    assert!(html.matches("data:image/png;base64,").count() >= 5, "a cell map for each questioned specimen");
}
