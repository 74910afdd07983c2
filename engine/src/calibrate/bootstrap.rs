//! How far a figure would move with other firearms: bootstrap intervals with the firearm as the unit redrawn.
//!
//! Firearms are drawn with replacement; a pair of two firearms then counts as often as the product of their draws, a pair
//! within one firearm as often as its draws (Davison and Hinkley 1997, section 3.8, for clustered data). Pairs that share
//! a firearm move together, so the intervals are wider, and more honest, than over pairs. Below [`FIREARMS_MIN`] firearms
//! there is no interval: so few draws repeat each other. Deterministic for a seed whatever the thread count.

use super::logistic::{self, Logistic, Sample};
use super::reference::{Reference, ReferencePair};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::f64::consts::LN_10;

/// Firearms below which no interval is given.
pub const FIREARMS_MIN: usize = 5;
/// Redraws for the covariance of a model: its standard deviations are then good to about 4 %.
const COVARIANCE_REDRAWS: usize = 300;
/// Seed of the covariance of a model, fixed so that a model document can be made again byte for byte.
const COVARIANCE_SEED: u64 = 1;

/// A 95 % percentile interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5 % quantile over the redraws.
    pub lower: f64,
    /// 97.5 % quantile over the redraws.
    pub upper: f64,
    /// Redraws in which the figure existed.
    pub redraws: usize,
}

/// The interval of `figure`, a function of the values of same-source and of different-source pairs.
///
/// `values` has one value a pair, in the order of the pairs; pairs without one, and firearms without a pair left, take
/// no part. `None` below [`FIREARMS_MIN`] such firearms, or if the figure exists in fewer than half of the redraws.
pub fn interval(
    reference: &Reference,
    values: &[Option<f64>],
    redraws: usize,
    seed: u64,
    figure: impl Fn(&[f64], &[f64]) -> Option<f64> + Sync,
) -> Option<Interval> {
    let with_value = reference.pairs().iter().zip(values).filter(|(_, value)| value.is_some());
    let drawn = redraw(reference, with_value.map(|(pair, _)| pair), redraws, seed)?;
    let mut figures: Vec<f64> = drawn
        .par_iter()
        .filter_map(|draws| {
            let mut split = [Vec::new(), Vec::new()];
            for (pair, value) in reference.pairs().iter().zip(values) {
                if let Some(value) = value {
                    let side = &mut split[usize::from(!pair.same_source)];
                    side.extend(std::iter::repeat_n(*value, weight(draws, pair)));
                }
            }
            figure(&split[0], &split[1]).filter(|figure| figure.is_finite())
        })
        .collect();
    if figures.len() * 2 < redraws.max(1) {
        return None;
    }
    figures.sort_by(f64::total_cmp);
    Some(Interval { lower: quantile(&figures, 0.025), upper: quantile(&figures, 0.975), redraws: figures.len() })
}

/// Covariance of intercept and slopes of a fit, in log10 units about the means and scales of `fitted`.
pub(super) fn covariance(reference: &Reference, fitted: &Logistic) -> Option<Vec<Vec<f64>>> {
    let drawn = redraw(reference, reference.pairs().iter(), COVARIANCE_REDRAWS, COVARIANCE_SEED)?;
    let refits: Vec<Vec<f64>> = drawn
        .par_iter()
        .filter_map(|draws| {
            let samples: Vec<Sample<'_>> = reference
                .pairs()
                .iter()
                .map(|pair| Sample {
                    values: &pair.values,
                    same_source: pair.same_source,
                    weight: weight(draws, pair) as f64,
                })
                .collect();
            let refit = logistic::fit(&samples).ok()?;
            // The same line about the means and scales of the fit on all firearms.
            let slope = |place: usize| refit.slopes[place] / refit.scales[place] * fitted.scales[place] / LN_10;
            Some(
                std::iter::once(refit.log_odds(&fitted.means) / LN_10)
                    .chain((0..refit.slopes.len()).map(slope))
                    .collect(),
            )
        })
        .collect();
    if refits.len() * 2 < COVARIANCE_REDRAWS {
        return None;
    }
    let size = fitted.slopes.len() + 1;
    let count = refits.len() as f64;
    let means: Vec<f64> = (0..size).map(|i| refits.iter().map(|refit| refit[i]).sum::<f64>() / count).collect();
    let entry = |i: usize, j: usize| {
        refits.iter().map(|refit| (refit[i] - means[i]) * (refit[j] - means[j])).sum::<f64>() / (count - 1.0)
    };
    Some((0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect())
}

/// How often each firearm is drawn, for each redraw; only the firearms of `pairs` are.
fn redraw<'a>(
    reference: &Reference,
    pairs: impl Iterator<Item = &'a ReferencePair>,
    redraws: usize,
    seed: u64,
) -> Option<Vec<Vec<usize>>> {
    let touched: Vec<usize> = pairs.flat_map(|pair| pair.firearms).collect::<BTreeSet<_>>().into_iter().collect();
    if touched.len() < FIREARMS_MIN {
        return None;
    }
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let draw = |_| {
        let mut draws = vec![0; reference.firearms().len()];
        for _ in 0..touched.len() {
            // The bias of a 64-bit remainder is below 1e-15 for any number of firearms on earth.
            draws[touched[(dice.next_u64() % touched.len() as u64) as usize]] += 1;
        }
        draws
    };
    Some((0..redraws).map(draw).collect())
}

/// How often a pair counts in a redraw.
fn weight(draws: &[usize], pair: &ReferencePair) -> usize {
    let [first, second] = pair.firearms;
    if first == second { draws[first] } else { draws[first] * draws[second] }
}

/// Quantile of sorted values, on the straight line between neighbours.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
