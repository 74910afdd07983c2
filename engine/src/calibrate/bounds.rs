//! How far a likelihood ratio may go on these data: empirical lower and upper bounds (ELUB).
//!
//! Vergeer, van Es, de Jongh, Alberink and Stoel (2016), Science & Justice 56: add one misleading LR to each kind of
//! pair, and keep to the range of decision thresholds in which the system still costs no more than always answering
//! "LR = 1". With K same-source pairs the lower bound is about 1/K, and the upper about the number of different-source
//! pairs, however cleanly the two kinds separate. Found exactly at the steps of the two error rates, not on a grid.

use serde::{Deserialize, Serialize};

/// The range of log10 likelihood ratios that a reference population can support.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Smallest log10 LR given; 0 or below.
    pub lower: f64,
    /// Largest log10 LR given; 0 or above.
    pub upper: f64,
}

/// Which end of the range a value was moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The value was below the smallest that can be supported.
    Lower,
    /// The value was above the largest that can be supported.
    Upper,
}

impl Bounds {
    /// `log10_lr` moved into the range, and the end it was moved to if it was outside.
    pub fn hold(&self, log10_lr: f64) -> (f64, Option<Bound>) {
        if log10_lr < self.lower {
            (self.lower, Some(Bound::Lower))
        } else if log10_lr > self.upper {
            (self.upper, Some(Bound::Upper))
        } else {
            (log10_lr, None)
        }
    }
}

/// The bounds on log10 likelihood ratios of pairs of known source; `None` if a side is empty or a value is not a number.
pub fn elub(same: &[f64], different: &[f64]) -> Option<Bounds> {
    if same.is_empty() || different.is_empty() || same.iter().chain(different).any(|value| value.is_nan()) {
        return None;
    }
    let rates = Rates::of(same, different);
    // Of the thresholds t below 1 the system must satisfy miss + t * pass <= t, of those above miss + t * pass <= 1.
    // Both rates are constant between neighbouring LRs, so each step has one threshold from which it fails.
    let mut lower = 0.0;
    for (below, above) in rates.steps().rev().filter(|(below, _)| *below < 0.0) {
        let (miss, pass) = rates.at(above);
        let fails_from = if pass < 1.0 { (miss / (1.0 - pass)).log10() } else { f64::INFINITY };
        if fails_from > below {
            lower = fails_from.min(above);
            break;
        }
        lower = below;
    }
    let mut upper = 0.0;
    for (below, above) in rates.steps().filter(|(_, above)| *above > 0.0) {
        let (miss, pass) = rates.at(above);
        let fails_from = ((1.0 - miss) / pass).log10();
        if fails_from < above {
            upper = fails_from.max(below);
            break;
        }
        upper = above;
    }
    Some(Bounds { lower, upper })
}

/// The two error rates as functions of the decision threshold, one misleading LR added to each side.
struct Rates {
    same: Vec<f64>,
    different: Vec<f64>,
    /// Minus infinity, all distinct LRs and 0 (LR = 1), plus infinity.
    edges: Vec<f64>,
}

impl Rates {
    fn of(same: &[f64], different: &[f64]) -> Self {
        let sorted = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_by(f64::total_cmp);
            values
        };
        let (same, different) = (sorted(same), sorted(different));
        let mut edges: Vec<f64> =
            same.iter().chain(&different).copied().chain([f64::NEG_INFINITY, 0.0, f64::INFINITY]).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup_by(|a, b| a == b);
        Self { same, different, edges }
    }
    /// Neighbouring edges, lowest first.
    fn steps(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> {
        self.edges.windows(2).map(|pair| (pair[0], pair[1]))
    }
    /// Share of same-source LRs below a threshold that ends at `edge`, and of different-source LRs at or above it.
    fn at(&self, edge: f64) -> (f64, f64) {
        let below = |values: &[f64]| values.partition_point(|value| *value < edge);
        let miss = (below(&self.same) + 1) as f64 / (self.same.len() + 1) as f64;
        let passed = self.different.len() - below(&self.different);
        (miss, (passed + 1) as f64 / (self.different.len() + 1) as f64)
    }
}
