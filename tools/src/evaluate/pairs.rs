//! All pairs inside each set, compared in full.

use super::marks::Mark;
use super::retrieval::Degraded;
use crate::meaning::{Calibrated, ScoredPair};
use crate::progress;
use anyhow::{Context, Result};
use headstamp_engine::calibrate::inputs;
use headstamp_engine::calibrate::model::LogLr;
use headstamp_engine::calibrate::setting::{Traits, acquisition};
use headstamp_engine::compare::{Parts, Registration};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use rayon::prelude::*;
use std::path::Path;

/// One compared pair.
pub(crate) struct Pair {
    /// Position of the reference among the marks.
    pub(crate) a: usize,
    /// Position of the compared one.
    pub(crate) b: usize,
    /// Known to come from one firearm.
    pub(crate) same_source: bool,
    /// The score.
    pub(crate) score: f64,
    /// Its parts.
    pub(crate) parts: Parts,
    /// What the two marks are like, the reference as it was compared.
    pub(crate) like: [Traits; 2],
    /// How the two lie on each other.
    pub(crate) registration: Registration,
}

/// A named figure of a pair: the score or one of its parts.
pub(crate) type Figure = (&'static str, fn(&Pair) -> f64);

/// The figures that `summary.json` and the report describe.
pub(crate) const FIGURES: [Figure; 5] = [
    ("score", |pair| pair.score),
    ("cmc_fraction", |pair| pair.parts.cmc_fraction),
    ("weighted_fraction", |pair| pair.parts.weighted_fraction),
    ("cmc_min", |pair| f64::from(pair.parts.cmc_forward.min(pair.parts.cmc_reverse))),
    ("correlation", |pair| pair.parts.correlation),
];

/// Compares all pairs inside each set, in the order of the manifest; two scans of one object are no pair.
///
/// Nothing is known of how the marks lie: the whole circle and the mirrored hypothesis are searched. The reference of
/// every pair is `degraded` first, by draws from `seed`; one of which nothing is left makes no pair.
pub(crate) fn compare(marks: &[Mark], kind: MarkKind, degraded: Degraded, seed: u64) -> Result<Vec<Pair>> {
    let references: Vec<Option<Template>> =
        (0..marks.len()).into_par_iter().map(|at| degraded.query(&marks[at].template, seed, at as u64)).collect();
    let mut places = Vec::new();
    for a in 0..marks.len() {
        for b in a + 1..marks.len() {
            let (row, other) = (&marks[a].row, &marks[b].row);
            if let (Some(reference), true) = (&references[a], row.set == other.set && !row.same_item(other)) {
                places.push((a, b, reference));
            }
        }
    }
    let bar = progress::bar("comparing", places.len());
    let method = methods::newest(kind);
    let pairs = places
        .par_iter()
        .map(|&(a, b, reference)| {
            let compared = method
                .compare(reference, &marks[b].template, &[], true, &mut NoTrace)
                .with_context(|| format!("{} against {}", marks[a].row.path, marks[b].row.path))?;
            bar.inc(1);
            Ok(Pair {
                a,
                b,
                same_source: marks[a].row.firearm == marks[b].row.firearm,
                score: compared.score,
                parts: compared.parts,
                like: [reference, &marks[b].template].map(Traits::of),
                registration: compared.registration,
            })
        })
        .collect();
    bar.finish_and_clear();
    pairs
}

/// The pairs as calibration sees them: their firearms, how they were measured, and their numbers by name.
pub(crate) fn scored(marks: &[Mark], pairs: &[Pair]) -> Vec<ScoredPair> {
    let columns = ["cmc_forward", "cmc_reverse", "cells_forward", "cells_reverse"].into_iter().chain([
        "cmc_fraction",
        "weighted_fraction",
        "correlation",
    ]);
    pairs
        .iter()
        .map(|pair| {
            let (a, b) = (&marks[pair.a].row, &marks[pair.b].row);
            let parts = columns.clone().filter_map(|name| Some((name.to_owned(), inputs::part(&pair.parts, name)?)));
            ScoredPair {
                firearms: [a.firearm.clone(), b.firearm.clone()],
                same_source: pair.same_source,
                set: a.set.clone(),
                acquisition: acquisition(&a.instrument, &b.instrument),
                columns: parts.chain([("score".to_owned(), pair.score)]).collect(),
            }
        })
        .collect()
}

/// Writes `pairs.csv`. `llr` is the cross-validated log10 likelihood ratio held within its bounds, empty where none can
/// be given; `llr_unbounded` is the same before the bounds.
pub(crate) fn write(
    path: &Path,
    marks: &[Mark],
    pairs: &[Pair],
    kind: MarkKind,
    calibrated: &Calibrated,
) -> Result<()> {
    let method = methods::newest(kind).id();
    let decimal = |log_lr: &Option<LogLr>, value: fn(&LogLr) -> f64| {
        log_lr.as_ref().map_or_else(String::new, |log_lr| format!("{:.6}", value(log_lr)))
    };
    let mut out = csv::Writer::from_path(path).with_context(|| format!("cannot write {}", path.display()))?;
    out.write_record([
        "a",
        "b",
        "set",
        "same_source",
        "score",
        "llr",
        "cmc_forward",
        "cmc_reverse",
        "cells_forward",
        "cells_reverse",
        "cmc_fraction",
        "weighted_fraction",
        "correlation",
        "angle_deg",
        "dx_um",
        "dy_um",
        "mirrored",
        "firearm_a",
        "firearm_b",
        "llr_unbounded",
        "kind",
        "method",
        "acquisition",
        "origin_a",
        "origin_b",
        "area_a_mm2",
        "area_b_mm2",
        "sq_a_um",
        "sq_b_um",
        "common",
    ])?;
    for (place, pair) in pairs.iter().enumerate() {
        let log_lr = &calibrated.log_lrs[place];
        let (a, b) = (&marks[pair.a].row, &marks[pair.b].row);
        let (parts, lie) = (&pair.parts, &pair.registration);
        let [like_a, like_b] = pair.like;
        out.write_record([
            a.path.clone(),
            b.path.clone(),
            a.set.clone(),
            u8::from(pair.same_source).to_string(),
            format!("{:.6}", pair.score),
            decimal(log_lr, |log_lr| log_lr.value),
            parts.cmc_forward.to_string(),
            parts.cmc_reverse.to_string(),
            parts.cells_forward.to_string(),
            parts.cells_reverse.to_string(),
            format!("{:.6}", parts.cmc_fraction),
            format!("{:.6}", parts.weighted_fraction),
            format!("{:.6}", parts.correlation),
            format!("{:.2}", lie.angle),
            format!("{:.1}", lie.dx.micrometres()),
            format!("{:.1}", lie.dy.micrometres()),
            u8::from(lie.mirrored).to_string(),
            a.firearm.clone(),
            b.firearm.clone(),
            decimal(log_lr, |log_lr| log_lr.unbounded),
            kind.code().to_owned(),
            method.to_owned(),
            acquisition(&a.instrument, &b.instrument),
            like_a.origin.to_owned(),
            like_b.origin.to_owned(),
            format!("{:.4}", like_a.area_mm2),
            format!("{:.4}", like_b.area_mm2),
            format!("{:.4}", like_a.sq_um),
            format!("{:.4}", like_b.sq_um),
            format!("{:.4}", parts.common),
        ])?;
    }
    out.flush().with_context(|| format!("cannot write {}", path.display()))
}
