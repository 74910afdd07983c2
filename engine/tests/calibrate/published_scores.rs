//! The scores published by the Netherlands Forensic Institute, cross-validated by weapon.

use headstamp_engine::calibrate::crossval::cross_validate;
use headstamp_engine::calibrate::metrics::{auc, cllr};
use headstamp_engine::calibrate::reference::Reference;
use std::collections::BTreeMap;
use std::path::Path;

/// The population of one published table, or nothing where the shared data is absent.
fn published(name: &str, terms: &[&str]) -> Option<Reference> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/scores").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return None;
    };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<BTreeMap<&str, &str>> =
        lines.map(|line| header.iter().copied().zip(line.split(',')).collect()).collect();
    let rows = rows.iter().map(|row| {
        let column = |name: &str| row.get(name).and_then(|text| text.parse().ok());
        ([row["weapon1"], row["weapon2"]], row["hypothesis"] == "1", column)
    });
    Some(Reference::from_rows(terms.iter().map(|term| term.parse().unwrap()).collect(), rows).unwrap())
}

fn cllr_by_weapon(reference: &Reference) -> f64 {
    let log_lrs = cross_validate(reference);
    let [same, different] = reference.split(|place, _| log_lrs[place].map(|log_lr| log_lr.value));
    assert_eq!(same.len() + different.len(), reference.pairs().len(), "a pair has no ratio");
    cllr(&same, &different).unwrap()
}

#[test]
fn breech_face_scores_cost_at_most_0_28_bits() {
    let Some(reference) = published("nfi_breech_face_impression.csv", &["accf", "cmc/n", "ln(n)"]) else { return };
    assert_eq!(reference.counts(), [188, 1_327]);
    let cost = cllr_by_weapon(&reference);
    println!("breech face: Cllr {cost:.4}");
    assert!(cost <= 0.28, "{cost}");
}

#[test]
fn firing_pin_scores_cost_at_most_0_08_bits() {
    let Some(reference) = published("nfi_firing_pin_impression.csv", &["ln(1+cmc)"]) else { return };
    assert_eq!(reference.counts(), [196, 530]);
    let cost = cllr_by_weapon(&reference);
    println!("firing pin: Cllr {cost:.4}");
    assert!(cost <= 0.08, "{cost}");
}

#[test]
fn aperture_shear_scores_cost_at_most_0_040_bits() {
    let Some(reference) = published("nfi_aperture_shear.csv", &["ccf"]) else { return };
    assert_eq!((reference.counts(), reference.firearms().len()), ([199, 19_701], 199));
    let [same, different] = reference.split(|_, pair| Some(pair.values[0]));
    // The design study found .9997 on these 19,900 pairs.
    assert!((auc(&same, &different).unwrap() - 0.9997).abs() < 1e-4);
    let cost = cllr_by_weapon(&reference);
    println!("aperture shear: Cllr {cost:.4}");
    assert!(cost <= 0.040, "{cost}");
}
