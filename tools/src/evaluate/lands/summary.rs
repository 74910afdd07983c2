//! `summary.json` of striated marks: single marks and whole bullets, per set and pooled.

use super::bullets::BulletPair;
use super::marks::Land;
use super::pairs::{FIGURES, Pair};
use super::timing::CpuMs;
use crate::evaluate::marks::Unsuitable;
use crate::evaluate::summary::{Rejected, Spread};
use crate::meaning::Figures;
use headstamp_engine::calibrate::metrics;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The document.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// Kind of mark.
    pub(super) kind: &'static str,
    /// Method and version.
    pub(super) method: &'static str,
    /// Seed of the turns; absent if the scans lay as their files have them.
    pub(super) turn_seed: Option<u64>,
    /// Single marks, by set and `pooled`.
    pub(super) sets: BTreeMap<String, Set>,
    /// Whole bullets, by set and `pooled`; empty where the manifest numbers no lands.
    pub(super) bullets: BTreeMap<String, Bullets>,
    /// What the calibration models look at.
    pub(super) terms: Vec<String>,
    /// Scans that gave no mark: unsuitable, which excludes nothing.
    pub(super) unsuitable: Vec<Rejected>,
    /// Medians, one thread.
    pub(super) cpu_ms: CpuMs,
}

/// One set of single marks.
#[derive(Debug, Serialize)]
pub(super) struct Set {
    /// Scans that gave a mark.
    pub(super) scans: usize,
    /// Scans that gave none.
    pub(super) unsuitable: usize,
    /// With what they were measured.
    pub(super) instruments: Vec<String>,
    /// Firearms they come from.
    pub(super) firearms: Vec<String>,
    /// Same-source pairs: two marks of one land.
    pub(super) n_km: usize,
    /// Different-source pairs.
    pub(super) n_knm: usize,
    /// Cost of the cross-validated likelihood ratios, bits; absent where too few firearms allow none.
    pub(super) cllr: Option<f64>,
    /// What discrimination by the score alone costs, bits.
    pub(super) cllr_min: Option<f64>,
    /// The likelihood ratios in full.
    pub(super) llr: Figures,
    /// Pairs that agreed best read from opposite ends.
    pub(super) reversed: usize,
    /// The score and its parts.
    pub(super) scores: BTreeMap<&'static str, Spread>,
}

/// One set of whole bullets.
#[derive(Debug, Serialize)]
pub(super) struct Bullets {
    /// Bullets that were compared.
    pub(super) bullets: usize,
    /// Pairs from one barrel.
    pub(super) n_km: usize,
    /// Pairs from two barrels.
    pub(super) n_knm: usize,
    /// Pairs from one barrel that share a land.
    pub(super) phases: usize,
    /// Those of them whose lands were all laid on their own.
    pub(super) phases_found: usize,
    /// Score (mean vote of the best phase) and contrast.
    pub(super) scores: BTreeMap<&'static str, Spread>,
}

/// Single marks of every set, and of all.
pub(super) fn sets(
    lands: &[Land],
    unsuitable: &[Unsuitable],
    pairs: &[Pair],
    figures: &BTreeMap<String, Figures>,
) -> BTreeMap<String, Set> {
    let rows = lands.iter().map(|land| &land.row).chain(unsuitable.iter().map(|scan| &scan.row));
    let mut names: BTreeSet<&str> = rows.map(|row| row.set.as_str()).collect();
    names.insert("pooled");
    let describe = |name: &str| {
        let inside = |set: &str| name == "pooled" || name == set;
        let scans: Vec<&Land> = lands.iter().filter(|land| inside(&land.row.set)).collect();
        let pairs: Vec<&Pair> = pairs.iter().filter(|pair| inside(&lands[pair.a].row.set)).collect();
        let llr = figures.get(name).cloned().unwrap_or_default();
        let (km, knm) = sides(&pairs, |pair| pair.same_source, |pair| pair.found.score);
        let scores = FIGURES.iter().map(|(name, value)| (*name, spread(&pairs, |pair| pair.same_source, *value)));
        let set = Set {
            scans: scans.len(),
            unsuitable: unsuitable.iter().filter(|scan| inside(&scan.row.set)).count(),
            instruments: named(scans.iter().map(|land| land.row.instrument.as_str())),
            firearms: named(scans.iter().map(|land| land.barrel())),
            n_km: km.len(),
            n_knm: knm.len(),
            cllr: llr.cllr,
            cllr_min: metrics::cllr_min(&km, &knm),
            llr,
            reversed: pairs.iter().filter(|pair| pair.found.lie.reversed()).count(),
            scores: scores.collect(),
        };
        (name.to_owned(), set)
    };
    names.into_iter().map(describe).collect()
}

/// Whole bullets of every set, and of all.
pub(super) fn bullets(pairs: &[BulletPair]) -> BTreeMap<String, Bullets> {
    let mut names: BTreeSet<&str> = pairs.iter().map(|pair| pair.set.as_str()).collect();
    if !names.is_empty() {
        names.insert("pooled");
    }
    let describe = |name: &str| {
        let pairs: Vec<&BulletPair> = pairs.iter().filter(|pair| name == "pooled" || name == pair.set).collect();
        let named: BTreeSet<(&str, &str)> =
            pairs.iter().flat_map(|pair| [(pair.set.as_str(), pair.a.as_str()), (&pair.set, &pair.b)]).collect();
        let same = |pair: &BulletPair| pair.same_source;
        let scores = [
            ("score", spread(&pairs, same, |pair| pair.found.score)),
            ("contrast", spread(&pairs, same, |pair| pair.found.contrast)),
        ];
        let set = Bullets {
            bullets: named.len(),
            n_km: pairs.iter().filter(|pair| pair.same_source).count(),
            n_knm: pairs.iter().filter(|pair| !pair.same_source).count(),
            phases: pairs.iter().filter(|pair| pair.phase_found.is_some()).count(),
            phases_found: pairs.iter().filter(|pair| pair.phase_found == Some(true)).count(),
            scores: scores.into(),
        };
        (name.to_owned(), set)
    };
    names.into_iter().map(describe).collect()
}

/// Values of both kinds of pair.
pub(super) fn sides<P>(pairs: &[&P], same: impl Fn(&P) -> bool, value: impl Fn(&P) -> f64) -> (Vec<f64>, Vec<f64>) {
    let side = |wanted: bool| pairs.iter().filter(|pair| same(pair) == wanted).map(|pair| value(pair)).collect();
    (side(true), side(false))
}

fn spread<P>(pairs: &[&P], same: impl Fn(&P) -> bool, value: impl Fn(&P) -> f64) -> Spread {
    let (km, knm) = sides(pairs, same, value);
    Spread::of(&km, &knm, metrics::auc(&km, &knm), metrics::eer(&km, &knm))
}

fn named<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}
