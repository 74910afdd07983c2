//! A reference population in, a calibration model out.

use super::bounds::{Bounds, elub};
use super::expected::FalseMatchCurve;
use super::logistic::{self, Logistic, Sample};
use super::model::{CalibrationModel, FORMAT, Population, Scope, WeightedTerm};
use super::reference::{Reference, ReferencePair};
use super::setting::MarkRange;
use super::{CalibrateError, bootstrap};
use std::f64::consts::LN_10;

/// Name of the score that is the log10 LR before its bounds ([`super::model::LogLr::unbounded`]).
pub const UNBOUNDED: &str = "log10_lr_unbounded";

/// Where a population comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// Name of the population.
    pub name: String,
    /// Citation, licence or file digest.
    pub source: String,
    /// What its marks are like, where that is known.
    pub marks: Option<MarkRange>,
}

/// A fitted line with the bounds of the pairs it was fitted on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) logistic: Logistic,
    pub(super) bounds: Bounds,
}

impl Line {
    /// log10 likelihood ratio before the bounds.
    pub(super) fn unbounded(&self, values: &[f64]) -> f64 {
        self.logistic.log_odds(values) / LN_10
    }
}

/// Fits line and bounds to those pairs that `keep` keeps.
pub(super) fn line(reference: &Reference, keep: impl Fn(&ReferencePair) -> bool) -> Result<Line, CalibrateError> {
    let kept: Vec<&ReferencePair> = reference.pairs().iter().filter(|pair| keep(pair)).collect();
    let samples: Vec<Sample<'_>> =
        kept.iter().map(|pair| Sample { values: &pair.values, same_source: pair.same_source, weight: 1.0 }).collect();
    let logistic = logistic::fit(&samples)?;
    let log10_lrs = |same: bool| -> Vec<f64> {
        kept.iter()
            .filter(|pair| pair.same_source == same)
            .map(|pair| logistic.log_odds(&pair.values) / LN_10)
            .collect()
    };
    let (same, different) = (log10_lrs(true), log10_lrs(false));
    let few = CalibrateError::TooFewPairs { same: same.len(), different: different.len(), least: logistic::PAIRS_MIN };
    let bounds = elub(&same, &different).ok_or(few)?;
    Ok(Line { logistic, bounds })
}

/// Fits a model to the whole population.
///
/// - `score`: the one score candidates are ordered by, a value for each pair, for the expected number of
///   different-source candidates. Without one the log10 LR before its bounds stands for it, as [`UNBOUNDED`].
/// - Bounds come from the same pairs as the coefficients. Same-source pairs of one firearm are not independent, so with
///   few firearms the bounds are generous: read them with the count of firearms beside them.
///
/// # Errors
/// [`CalibrateError::TooFewPairs`] or [`CalibrateError::NotConverged`] as the fit; [`CalibrateError::TermNotFinite`] if
/// a score is not a number.
pub fn fit(
    reference: &Reference,
    scope: Scope,
    provenance: Provenance,
    score: Option<(&str, &[f64])>,
) -> Result<CalibrationModel, CalibrateError> {
    let line = line(reference, |_| true)?;
    let false_matches = match score {
        Some((name, scores)) => FalseMatchCurve::of(reference, name, scores)?,
        None => {
            let values: Vec<f64> = reference.pairs().iter().map(|pair| line.unbounded(&pair.values)).collect();
            FalseMatchCurve::of(reference, UNBOUNDED, &values)?
        }
    };
    let [same, different] = reference.split(|_, pair| Some(line.unbounded(&pair.values)));
    let lowest = same.into_iter().fold(f64::INFINITY, f64::min);
    let highest = different.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let unseen = (highest < lowest).then_some([highest, lowest]);
    let Line { logistic, bounds } = line;
    let [same_source_pairs, different_source_pairs] = reference.counts();
    let covariance = bootstrap::covariance(reference, &logistic);
    let terms = reference.terms().iter().enumerate().map(|(place, term)| WeightedTerm {
        term: term.clone(),
        mean: logistic.means[place],
        scale: logistic.scales[place],
        weight: logistic.slopes[place] / LN_10,
    });
    let model = CalibrationModel {
        format: FORMAT.to_owned(),
        scope,
        population: Population {
            name: provenance.name,
            firearms: reference.firearms().len(),
            same_source_pairs,
            different_source_pairs,
            source: provenance.source,
            marks: provenance.marks,
        },
        intercept: logistic.intercept / LN_10,
        terms: terms.collect(),
        bounds,
        unseen,
        covariance,
        false_matches,
    };
    model.check()?;
    Ok(model)
}
