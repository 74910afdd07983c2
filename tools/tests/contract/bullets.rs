//! Bullets on the command line: drawn, enrolled from their manifest, searched for whole and land by land.

use crate::process::ServerProcess;
use crate::program::headstamp;
use serde_json::Value;

fn first(list: &Value) -> &Value {
    let candidates = list["candidates"].as_array().unwrap();
    candidates.iter().find(|one| one["same_specimen"] == false).unwrap()
}

#[test]
fn a_manifest_of_lands_becomes_bullets_and_a_bullet_finds_the_other_one_of_its_barrel_with_its_phase() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans");
    let out = scans.to_str().unwrap();
    let draw = ["synth", "--kind", "bullet_land_3d", "--firearms", "3", "--shots", "2", "--seed", "7", "--out", out];
    let drawn = headstamp(&[&draw[..], &["--json"]].concat()).document();
    assert_eq!((&drawn["scans"], &drawn["lots"]), (&36.into(), &Value::Null), "3 barrels, 2 bullets, 6 lands");
    let manifest = scans.join("manifest.tsv").display().to_string();

    let server = ServerProcess::start(&folder.path().join("store"));
    let enrolled = headstamp(&["enroll", &manifest, "--server", &server.url, "--json"]).document();
    assert_eq!((&enrolled["enrolled"], &enrolled["without_mark"]), (&36.into(), &0.into()));
    let again = headstamp(&["enroll", &manifest, "--server", &server.url, "--resume", "--json"]).document();
    assert_eq!(again["already_enrolled"], 36);

    let ask = |query: &str, more: &[&str]| headstamp(&[&["search", query, "--server", &server.url], more].concat());
    let list = ask("synthetic-7-00000 s001", &["--bullet", "--json"]).document();
    assert_eq!((&list["counts"]["total"], &list["counts"]["bullets"]), (&36.into(), &5.into()));
    let mate = first(&list);
    assert_eq!((&mate["rank"], &mate["specimen"]), (&1.into(), &"synthetic-7-00000 s002".into()));
    assert_eq!(mate["firearm"], "synthetic-7-00000");
    assert_eq!((&mate["bullet"]["lands_compared"], &mate["bullet"]["turned"]), (&6.into(), &false.into()));
    // Shot 1 begins at land 5 (from 0) of the barrel and shot 2 at land 4: land 1 of shot 1 is land 2 of shot 2.
    for pair in mate["bullet"]["pairs"].as_array().unwrap() {
        assert_eq!(pair["land"].as_u64().unwrap() % 6 + 1, pair["on_land"].as_u64().unwrap(), "{pair}");
    }
    assert!(mate["log10_lr"].is_null());
    assert!(mate["log10_lr_reason"].as_str().unwrap().contains("there is none for bullet_land_3d"));
    let table = ask("synthetic-7-00000 s001", &["--bullet"]);
    assert!(table.out.contains("lands compared") && table.out.contains("land 2 on 1"), "{}", table.out);

    // The land that agrees best, from its file: that file is enrolled too, and says so; then comes its mate.
    let score = |pair: &&Value| (pair["score"].as_f64().unwrap() * 1e6) as u64;
    let best = mate["bullet"]["pairs"].as_array().unwrap().iter().max_by_key(score).unwrap();
    let land = scans.join(format!("bullet_land_3d/f00000_s001_l{}.x3p", best["land"])).display().to_string();
    let list = ask(&land, &["--kind", "bullet_land_3d", "--json"]).document();
    let lines = list["candidates"].as_array().unwrap();
    assert_eq!((&lines[0]["same_bytes"], &lines[0]["land"]), (&true.into(), &best["land"]));
    assert_eq!((&lines[1]["specimen"], &lines[1]["land"]), (&"synthetic-7-00000 s002".into(), &best["on_land"]));
    let none = ask("no such bullet", &["--bullet"]);
    assert!(none.status == Some(1) && none.err.contains("no specimen `no such bullet`"), "{}", none.err);
}
