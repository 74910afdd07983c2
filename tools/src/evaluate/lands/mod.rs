//! Measuring the striation method on scans of known source, at the level of single marks and of whole bullets.
//!
//! `marks` prepares, `pairs` compares marks, `bullets` lays the lands of whole bullets on each other, `summary`
//! describes, `report` shows.

mod bullets;
mod marks;
mod pairs;
mod report;
mod summary;
mod timing;

pub(crate) use report::{html, text};
pub(crate) use summary::Summary;

use crate::manifest::Row;
use crate::meaning::{Calibrated, Figures};
use anyhow::Result;
use headstamp_engine::calibrate::terms::Term;
use headstamp_engine::striae::{Direction, StriaKind};
use std::collections::BTreeMap;
use std::path::Path;

/// What a calibration looks at unless told otherwise: the score alone. More parts only over-fit a few barrels
/// (`docs/striae.md`).
const TERMS: [&str; 1] = ["score"];

/// Everything an evaluation of striated marks found.
pub(crate) struct Evaluation {
    /// The figures.
    pub(crate) summary: Summary,
    /// The prepared marks.
    lands: Vec<marks::Land>,
    /// Marks against marks.
    pairs: Vec<pairs::Pair>,
    /// Bullets against bullets.
    bullets: Vec<bullets::BulletPair>,
    /// What the scores mean.
    calibrated: Calibrated,
    /// The same in numbers.
    figures: BTreeMap<String, Figures>,
}

/// Prepares and compares every row of `kind`, and writes `pairs.csv` and `bullets.csv` into `out`.
///
/// With a seed every scan is turned: by quarter turns, the same for all lands of a bullet, and tilted by a few degrees.
/// The direction of the scans then counts as unknown.
pub(crate) fn evaluate(
    rows: &[Row],
    kind: StriaKind,
    turn_seed: Option<u64>,
    terms: &[Term],
    out: &Path,
) -> Result<Evaluation> {
    let direction = if turn_seed.is_some() { Direction::Unknown } else { Direction::Declared };
    let (lands, unsuitable) = marks::prepare(rows, kind, turn_seed)?;
    let pairs = pairs::compare(&lands, direction)?;
    let bullets = bullets::compare(&lands, direction)?;
    let terms = if terms.is_empty() {
        TERMS.iter().map(|term| term.parse()).collect::<Result<_, _>>()?
    } else {
        terms.to_vec()
    };
    let calibrated = Calibrated::of(pairs::scored(&lands, &pairs), terms)?;
    let figures = Figures::by_set(&calibrated);
    pairs::write(&out.join("pairs.csv"), &lands, &pairs, kind, &calibrated)?;
    bullets::write(&out.join("bullets.csv"), &bullets)?;
    let summary = Summary {
        kind: kind.code(),
        method: headstamp_engine::striae::ID,
        turn_seed,
        sets: summary::sets(&lands, &unsuitable, &pairs, &figures),
        bullets: summary::bullets(&bullets),
        terms: calibrated.terms.iter().map(Term::to_string).collect(),
        unsuitable: crate::evaluate::summary::rejected(&unsuitable),
        cpu_ms: timing::measure(&lands, kind, turn_seed)?,
    };
    Ok(Evaluation { summary, lands, pairs, bullets, calibrated, figures })
}
