//! Likelihood ratios that no firearm gave itself: each pair from a model fitted without any pair touching its firearms.
//!
//! Firearms are dealt into folds in the order of their names; a pair is scored by a model that saw no firearm of either
//! of its two folds. Up to [`FOLDS_MAX`] firearms every firearm is a fold of its own, so exactly the pairs touching
//! either firearm are left out; beyond that somewhat more are, which costs data, never honesty. Bounds are fitted on the
//! same pairs as the line. Where too few pairs are left no value is given.

use super::CalibrateError;
use super::fit::{Line, line};
use super::model::LogLr;
use super::reference::Reference;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Folds at most: 20 leave out at most a tenth of the firearms at a time, and need 210 fits.
pub const FOLDS_MAX: usize = 20;

/// The cross-validated log10 likelihood ratio of every pair, in the order of the pairs; `None` where no model could be
/// fitted without the pair's firearms.
pub fn cross_validate(reference: &Reference) -> Vec<Option<LogLr>> {
    let folds = reference.firearms().len().min(FOLDS_MAX);
    let mut held_out: BTreeMap<[usize; 2], Vec<usize>> = BTreeMap::new();
    for (place, pair) in reference.pairs().iter().enumerate() {
        let mut key = pair.firearms.map(|firearm| firearm % folds);
        key.sort_unstable();
        held_out.entry(key).or_default().push(place);
    }
    let held_out: Vec<_> = held_out.into_iter().collect();
    let scored: Vec<Vec<(usize, LogLr)>> = held_out
        .par_iter()
        .map(|(left_out, places)| {
            let touches = |firearm: &usize| left_out.contains(&(firearm % folds));
            let Ok(line) = line(reference, |pair| !pair.firearms.iter().any(touches)) else {
                return Vec::new();
            };
            let score = |place: &usize| (*place, log_lr(&line, &reference.pairs()[*place].values));
            places.iter().map(score).collect()
        })
        .collect();
    let mut log_lrs = vec![None; reference.pairs().len()];
    for (place, log_lr) in scored.into_iter().flatten() {
        log_lrs[place] = Some(log_lr);
    }
    log_lrs
}

/// The log10 likelihood ratios of the pairs of `tested` by a model fitted on `fitted`: whether a calibration carries over
/// to another population. Both must look at the same terms; no firearm may be in both, or the answer flatters itself.
///
/// # Errors
/// [`CalibrateError::TooFewPairs`] or [`CalibrateError::NotConverged`] if nothing can be fitted.
pub fn transfer(fitted: &Reference, tested: &Reference) -> Result<Vec<LogLr>, CalibrateError> {
    let line = line(fitted, |_| true)?;
    Ok(tested.pairs().iter().map(|pair| log_lr(&line, &pair.values)).collect())
}

fn log_lr(line: &Line, values: &[f64]) -> LogLr {
    let unbounded = line.unbounded(values);
    let (value, bound) = line.bounds.hold(unbounded);
    LogLr { value, unbounded, bound, interval: None }
}
