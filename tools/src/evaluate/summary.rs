//! `summary.json`: per set and pooled, how far the two kinds of pair lie apart.

use super::marks::{Mark, Unsuitable};
use super::pairs::{FIGURES, Pair};
use super::published::{self, Published};
use super::retrieval::Retrieval;
use super::timing::CpuMs;
use crate::meaning::figures::{REDRAWS, SEED};
use crate::meaning::{Calibrated, Figures, ScoredPair};
use anyhow::Result;
use headstamp_engine::calibrate::bootstrap::{Interval, interval};
use headstamp_engine::calibrate::metrics;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The document.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// Kind of mark.
    pub(crate) kind: &'static str,
    /// Method and version.
    pub(crate) method: String,
    /// Seed of the turns; absent if the scans lay as their files have them.
    pub(crate) turn_seed: Option<u64>,
    /// What was done to the first mark of every pair, if something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) degraded: Option<String>,
    /// By set, and `pooled`.
    pub(crate) sets: BTreeMap<String, Set>,
    /// What the calibration models look at.
    pub(crate) terms: Vec<String>,
    /// Cllr of a set (second name) under a model fitted on another set (first name).
    pub(crate) transfer: BTreeMap<String, BTreeMap<String, Option<f64>>>,
    /// Scans that gave no mark.
    pub(crate) unsuitable: Vec<Rejected>,
    /// Medians, one thread.
    pub(crate) cpu_ms: CpuMs,
    /// Whole queries by set, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retrieval: Option<BTreeMap<String, Retrieval>>,
    /// Degraded queries, by what was done to them and by set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) degraded_retrieval: BTreeMap<String, BTreeMap<String, Retrieval>>,
    /// What was searched for in what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retrieval_setting: Option<RetrievalSetting>,
}

/// What was searched for in what.
#[derive(Debug, Serialize)]
pub(crate) struct RetrievalSetting {
    /// Whether the mirrored hypothesis was asked.
    pub(crate) mirror: bool,
    /// Texts in the paths of scans that were turned over first.
    pub(crate) flipped: Vec<String>,
    /// Seed of the distractors and of what degrades queries.
    pub(crate) seed: u64,
    /// How often each degraded query was drawn.
    pub(crate) draws: usize,
    /// Distractors by the way they were made.
    pub(crate) distractors: BTreeMap<&'static str, usize>,
}

/// One set of pairs.
#[derive(Debug, Serialize)]
pub(crate) struct Set {
    /// Scans that gave a mark.
    pub(crate) scans: usize,
    /// Scans that gave none.
    pub(crate) unsuitable: usize,
    /// With what they were measured.
    pub(crate) instruments: Vec<String>,
    /// Firearms they come from.
    pub(crate) firearms: Vec<String>,
    /// Same-source pairs.
    pub(crate) n_km: usize,
    /// Different-source pairs.
    pub(crate) n_knm: usize,
    /// Cost of the cross-validated likelihood ratios, bits; absent where too few firearms allow none.
    pub(crate) cllr: Option<f64>,
    /// What discrimination by the score alone costs, bits.
    pub(crate) cllr_min: Option<f64>,
    /// 95 % interval of the score's AUC over the firearms; absent below five firearms.
    pub(crate) auc_interval: Option<Interval>,
    /// The likelihood ratios in full.
    pub(crate) llr: Figures,
    /// Pairs that agreed best with one scan mirrored.
    pub(crate) mirrored: usize,
    /// The score and its parts.
    pub(crate) scores: BTreeMap<&'static str, Spread>,
    /// Others' counts on the same pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) published: Option<Published>,
}

/// How one figure is spread over the two kinds of pair.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Spread {
    /// Area under the ROC curve.
    pub(crate) auc: Option<f64>,
    /// Equal error rate.
    pub(crate) eer: Option<f64>,
    /// Same source: lowest, median, highest.
    pub(crate) km: Option<[f64; 3]>,
    /// Different source: lowest, median, highest.
    pub(crate) knm: Option<[f64; 3]>,
    /// Lowest same-source minus highest different-source value: above 0 nothing overlaps.
    pub(crate) gap: Option<f64>,
}

/// A scan that gave no mark.
#[derive(Debug, Serialize)]
pub(crate) struct Rejected {
    /// As in the manifest.
    pub(crate) path: String,
    /// Its set.
    pub(crate) set: String,
    /// Why.
    pub(crate) reason: String,
}

impl Spread {
    /// Describes the values of both kinds.
    pub(crate) fn of(km: &[f64], knm: &[f64], auc: Option<f64>, eer: Option<f64>) -> Self {
        let (km, knm) = (three(km), three(knm));
        let gap = km.zip(knm).map(|(km, knm)| km[0] - knm[2]);
        Self { auc, eer, km, knm, gap }
    }
}

/// Sets by name with their pairs described, and `pooled`.
pub(crate) fn sets(
    manifest: &Path,
    marks: &[Mark],
    unsuitable: &[Unsuitable],
    pairs: &[Pair],
    calibrated: &Calibrated,
    figures: &BTreeMap<String, Figures>,
) -> Result<BTreeMap<String, Set>> {
    let mut names: Vec<&str> = marks.iter().map(|mark| mark.row.set.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut sets = BTreeMap::new();
    for name in names {
        let scans: Vec<&Mark> = marks.iter().filter(|mark| mark.row.set == name).collect();
        let inside: Vec<&Pair> = pairs.iter().filter(|pair| marks[pair.a].row.set == name).collect();
        let published = published::read(manifest, name, marks, pairs)?;
        let set = describe(&scans, &inside, published, figures.get(name));
        sets.insert(name.to_owned(), Set { auc_interval: auc_interval(calibrated, Some(name)), ..set });
    }
    let (scans, every): (Vec<&Mark>, Vec<&Pair>) = (marks.iter().collect(), pairs.iter().collect());
    let pooled = describe(&scans, &every, None, figures.get("pooled"));
    sets.insert("pooled".into(), Set { auc_interval: auc_interval(calibrated, None), ..pooled });
    for (name, set) in &mut sets {
        set.unsuitable = unsuitable.iter().filter(|scan| name == "pooled" || scan.row.set == *name).count();
    }
    Ok(sets)
}

/// The interval of the score's AUC when whole firearms are redrawn.
fn auc_interval(calibrated: &Calibrated, set: Option<&str>) -> Option<Interval> {
    let inside = |pair: &ScoredPair| set.is_none_or(|set| pair.set == set);
    let score = |pair: &ScoredPair| pair.columns.get("score").copied().filter(|_| inside(pair));
    let scores: Vec<Option<f64>> = calibrated.pairs.iter().map(score).collect();
    interval(&calibrated.reference, &scores, REDRAWS, SEED, metrics::auc)
}

fn describe(scans: &[&Mark], pairs: &[&Pair], published: Option<Published>, figures: Option<&Figures>) -> Set {
    // A set of one scan has no pair, and so no figures.
    let llr = figures.cloned().unwrap_or_default();
    let mut firearms: Vec<String> = scans.iter().map(|mark| mark.row.firearm.clone()).collect();
    firearms.sort();
    firearms.dedup();
    let sides = |value: fn(&Pair) -> f64| {
        let side =
            |same| pairs.iter().filter(|pair| pair.same_source == same).map(|pair| value(pair)).collect::<Vec<_>>();
        (side(true), side(false))
    };
    let (km, knm) = sides(|pair| pair.score);
    let scores = FIGURES.iter().map(|(name, value)| {
        let (km, knm) = sides(*value);
        (*name, Spread::of(&km, &knm, metrics::auc(&km, &knm), metrics::eer(&km, &knm)))
    });
    Set {
        scans: scans.len(),
        unsuitable: 0,
        instruments: scans
            .iter()
            .map(|mark| mark.row.instrument.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        auc_interval: None,
        firearms,
        n_km: km.len(),
        n_knm: knm.len(),
        cllr: llr.cllr,
        cllr_min: metrics::cllr_min(&km, &knm),
        llr,
        mirrored: pairs.iter().filter(|pair| pair.registration.mirrored).count(),
        scores: scores.collect(),
        published,
    }
}

/// The unsuitable scans as the document lists them.
pub(crate) fn rejected(scans: &[Unsuitable]) -> Vec<Rejected> {
    let row = |scan: &Unsuitable| Rejected {
        path: scan.row.path.clone(),
        set: scan.row.set.clone(),
        reason: scan.reason.clone(),
    };
    scans.iter().map(row).collect()
}

/// Lowest, median and highest of some values; `None` of none.
fn three(values: &[f64]) -> Option<[f64; 3]> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some([low, median(values)?, high])
}

/// The middle value, or the mean of the two middle ones; `None` of none.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some((lower + upper) / 2.0)
}
