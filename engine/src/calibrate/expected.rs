//! How many different-source candidates a list is expected to hold at or above a score.
//!
//! The share of different-source pairs of the reference population at or above the score, times the number of eligible
//! marks. Where none was seen the share is not zero but unknown below an upper bound: Clopper and Pearson (1934), one
//! sided 95 %, which for none of n is the "rule of three", about 3/n. Pairs of the same two firearms are not independent,
//! so the bound is also given with the firearm pair as the unit; the truth of the first rests on the pairs, of the second
//! on next to nothing but the number of firearms.

use super::CalibrateError;
use super::reference::Reference;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Confidence of the upper bounds.
pub const CONFIDENCE: f64 = 0.95;
/// Highest scores kept one by one in a model; below them every further step holds at least a quarter more pairs.
const STEPS_EXACT: usize = 40;

/// How often different-source pairs of a population reach a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FalseMatchCurve {
    /// Name of the score.
    pub score: String,
    /// Different-source pairs in all.
    pub pairs: usize,
    /// Distinct pairs of firearms among them.
    pub firearm_pairs: usize,
    /// Scores, highest first, with the counts at or above each.
    pub steps: Vec<FalseMatchStep>,
}

/// Counts at or above one score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FalseMatchStep {
    /// The score.
    pub score: f64,
    /// Different-source pairs at or above it.
    pub pairs: usize,
    /// Distinct pairs of firearms that have such a pair.
    pub firearm_pairs: usize,
}

/// The expected number of different-source candidates at or above a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Different-source pairs of the population at or above the score.
    pub seen: usize,
    /// Different-source pairs of the population.
    pub of: usize,
    /// Expected number among the eligible marks.
    pub count: f64,
    /// Upper bound of that number (95 %), taking pairs as independent.
    pub count_upper: f64,
    /// Upper bound of that number (95 %), taking only pairs of firearms as independent.
    pub count_upper_by_firearms: f64,
}

impl FalseMatchCurve {
    /// The curve of the different-source pairs of `reference` over `scores`, one a pair.
    ///
    /// # Errors
    /// [`CalibrateError::TermNotFinite`] if a score is not finite, [`CalibrateError::ScoreCount`] if there is not one a pair.
    pub fn of(reference: &Reference, name: &str, scores: &[f64]) -> Result<Self, CalibrateError> {
        if scores.len() != reference.pairs().len() {
            return Err(CalibrateError::ScoreCount { scores: scores.len(), pairs: reference.pairs().len() });
        }
        if let Some(value) = scores.iter().copied().find(|score| !score.is_finite()) {
            return Err(CalibrateError::TermNotFinite { term: name.to_owned(), value });
        }
        let mut different: Vec<(f64, [usize; 2])> = Vec::new();
        for (pair, score) in reference.pairs().iter().zip(scores).filter(|(pair, _)| !pair.same_source) {
            let mut firearms = pair.firearms;
            firearms.sort_unstable();
            different.push((*score, firearms));
        }
        different.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut reached = BTreeSet::new();
        let mut steps: Vec<FalseMatchStep> = Vec::new();
        for (place, (score, firearms)) in different.iter().enumerate() {
            reached.insert(*firearms);
            let pairs = place + 1;
            let last_of_score = different.get(pairs).is_none_or(|(following, _)| following != score);
            let thin = steps.len() >= STEPS_EXACT && steps.last().is_some_and(|last| pairs < last.pairs * 5 / 4);
            if last_of_score && (!thin || pairs == different.len()) {
                steps.push(FalseMatchStep { score: *score, pairs, firearm_pairs: reached.len() });
            }
        }
        Ok(Self { score: name.to_owned(), pairs: different.len(), firearm_pairs: reached.len(), steps })
    }

    /// Checks that counts grow as scores fall and stay within their totals.
    pub(super) fn check(&self) -> Result<(), CalibrateError> {
        let ordered = self.steps.windows(2).all(|pair| {
            pair[1].score < pair[0].score
                && pair[1].pairs > pair[0].pairs
                && pair[1].firearm_pairs >= pair[0].firearm_pairs
        });
        let within = self.steps.iter().all(|step| {
            step.score.is_finite()
                && (1..=self.pairs).contains(&step.pairs)
                && (1..=self.firearm_pairs).contains(&step.firearm_pairs)
        });
        let whole = self.steps.last().is_some_and(|last| last.pairs == self.pairs);
        if ordered && within && whole && self.firearm_pairs <= self.pairs {
            Ok(())
        } else {
            let reason = format!("the {} steps of the false-match curve do not grow to its totals", self.steps.len());
            Err(CalibrateError::Document { reason })
        }
    }

    /// What to expect at or above `score` among `eligible` marks.
    ///
    /// Between two kept steps the larger count is taken, so the figure is never too small. `None` if `score` is not a number.
    pub fn expected(&self, score: f64, eligible: u64) -> Option<Expected> {
        if score.is_nan() {
            return None;
        }
        let above = self.steps.partition_point(|step| step.score >= score);
        let last = above.checked_sub(1).map(|place| self.steps[place]);
        let nothing_between = above < STEPS_EXACT || last.is_some_and(|step| step.score == score);
        let reaching = if nothing_between { last } else { self.steps.get(above).copied().or(last) };
        let (seen, seen_firearms) = reaching.map_or((0, 0), |step| (step.pairs, step.firearm_pairs));
        let eligible = eligible as f64;
        Some(Expected {
            seen,
            of: self.pairs,
            count: eligible * seen as f64 / self.pairs.max(1) as f64,
            count_upper: eligible * upper_bound(seen, self.pairs),
            count_upper_by_firearms: eligible * upper_bound(seen_firearms, self.firearm_pairs),
        })
    }
}

/// Upper bound of a share of which `hits` of `trials` were seen: Clopper-Pearson, one sided, at [`CONFIDENCE`].
///
/// The share at which so few hits would be seen in only 5 % of experiments; 1 if there was no trial or every trial hit.
pub fn upper_bound(hits: usize, trials: usize) -> f64 {
    if trials == 0 || hits >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (hits as f64 / trials as f64, 1.0);
    // 60 halvings reach the last bit of a share above 1e-3, and 1e-18 at worst.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most(hits, trials, middle) > 1.0 - CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Probability of at most `hits` in `trials` at a share between 0 and 1 (both ends left out).
fn at_most(hits: usize, trials: usize, share: f64) -> f64 {
    // Each binomial term from the one before, as a logarithm: the first may be too small for a number of its own.
    let odds = share.ln() - (-share).ln_1p();
    let mut term = trials as f64 * (-share).ln_1p();
    let mut sum = term.exp();
    for k in 1..=hits {
        term += odds + ((trials - k + 1) as f64 / k as f64).ln();
        sum += term.exp();
    }
    sum.min(1.0)
}
