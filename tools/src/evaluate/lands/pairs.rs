//! All pairs of striated marks inside each set.

use super::marks::Land;
use crate::meaning::{Calibrated, ScoredPair};
use crate::progress;
use anyhow::{Context, Result};
use headstamp_engine::calibrate::model::LogLr;
use headstamp_engine::calibrate::setting::acquisition;
use headstamp_engine::striae::compare::compare_ready;
use headstamp_engine::striae::{Direction, ID, StriaKind, StriaeComparison};
use rayon::prelude::*;
use std::path::Path;

/// One compared pair.
pub(crate) struct Pair {
    /// Position of the reference among the marks.
    pub(super) a: usize,
    /// Position of the compared one.
    pub(super) b: usize,
    /// Known to be cut by the same land.
    pub(super) same_source: bool,
    /// How they compare.
    pub(super) found: StriaeComparison,
}

/// A named figure of a pair: the score or one of its parts.
pub(super) type Figure = (&'static str, fn(&Pair) -> f64);

/// The figures that `summary.json` and the report describe.
pub(super) const FIGURES: [Figure; 5] = [
    ("score", |pair| pair.found.score),
    ("vote", |pair| pair.found.vote),
    ("soft", |pair| pair.found.soft),
    ("ccf", |pair| f64::from(pair.found.ccf.value)),
    ("cms", |pair| pair.found.cms.longest as f64),
];

/// Compares all pairs inside each set, in the order of the manifest; two scans of one object are no pair.
pub(super) fn compare(lands: &[Land], direction: Direction) -> Result<Vec<Pair>> {
    let mut places = Vec::new();
    for a in 0..lands.len() {
        for b in a + 1..lands.len() {
            let (row, other) = (&lands[a].row, &lands[b].row);
            if row.set == other.set && !row.same_item(other) {
                places.push((a, b));
            }
        }
    }
    let bar = progress::bar("comparing", places.len());
    let pairs = places
        .par_iter()
        .map(|&(a, b)| {
            let found = compare_ready(&lands[a].ready, &lands[b].ready, direction)
                .with_context(|| format!("{} against {}", lands[a].row.path, lands[b].row.path))?;
            bar.inc(1);
            Ok(Pair { a, b, same_source: lands[a].row.firearm == lands[b].row.firearm, found })
        })
        .collect();
    bar.finish_and_clear();
    pairs
}

/// The pairs as calibration sees them. A model must have seen nothing of either barrel, so barrels count as firearms.
pub(super) fn scored(lands: &[Land], pairs: &[Pair]) -> Vec<ScoredPair> {
    let scored = |pair: &Pair| {
        let (a, b) = (&lands[pair.a], &lands[pair.b]);
        ScoredPair {
            firearms: [a.barrel().to_owned(), b.barrel().to_owned()],
            same_source: pair.same_source,
            set: a.row.set.clone(),
            acquisition: acquisition(&a.row.instrument, &b.row.instrument),
            columns: FIGURES.iter().map(|(name, value)| ((*name).to_owned(), value(pair))).collect(),
        }
    };
    pairs.iter().map(scored).collect()
}

/// Writes `pairs.csv`. `llr` is the cross-validated log10 likelihood ratio held within its bounds, empty where none can
/// be given.
pub(super) fn write(
    path: &Path,
    lands: &[Land],
    pairs: &[Pair],
    kind: StriaKind,
    calibrated: &Calibrated,
) -> Result<()> {
    let named = || format!("cannot write {}", path.display());
    let mut out = csv::Writer::from_path(path).with_context(named)?;
    out.write_record([
        "a",
        "b",
        "set",
        "same_source",
        "score",
        "llr",
        "vote",
        "soft",
        "ccf",
        "cms",
        "lag_um",
        "stretch",
        "overlap_um",
        "agreeing_forward",
        "segments_forward",
        "agreeing_backward",
        "segments_backward",
        "lie",
        "firearm_a",
        "firearm_b",
        "llr_unbounded",
        "kind",
        "method",
        "acquisition",
    ])
    .with_context(named)?;
    let decimal = |log_lr: &Option<LogLr>, value: fn(&LogLr) -> f64| {
        log_lr.as_ref().map_or_else(String::new, |log_lr| format!("{:.6}", value(log_lr)))
    };
    for (pair, log_lr) in pairs.iter().zip(&calibrated.log_lrs) {
        let (a, b, found) = (&lands[pair.a], &lands[pair.b], &pair.found);
        out.write_record([
            a.row.path.clone(),
            b.row.path.clone(),
            a.row.set.clone(),
            u8::from(pair.same_source).to_string(),
            format!("{:.6}", found.score),
            decimal(log_lr, |log_lr| log_lr.value),
            format!("{:.6}", found.vote),
            format!("{:.6}", found.soft),
            format!("{:.6}", found.ccf.value),
            found.cms.longest.to_string(),
            format!("{:.1}", found.lag.micrometres()),
            format!("{:.5}", found.stretch),
            format!("{:.1}", found.overlap.micrometres()),
            found.forward.agreeing.to_string(),
            found.forward.segments.len().to_string(),
            found.backward.agreeing.to_string(),
            found.backward.segments.len().to_string(),
            format!("{:?}", found.lie).to_lowercase(),
            a.barrel().to_owned(),
            b.barrel().to_owned(),
            decimal(log_lr, |log_lr| log_lr.unbounded),
            kind.code().to_owned(),
            ID.to_owned(),
            acquisition(&a.row.instrument, &b.row.instrument),
        ])
        .with_context(named)?;
    }
    out.flush().with_context(named)
}
