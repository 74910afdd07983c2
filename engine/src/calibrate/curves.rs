//! Curves that show a laboratory how its likelihood ratios behave: Tippett, empirical cross-entropy, reliability.
//!
//! All take log10 likelihood ratios of pairs of known source and give points to draw, nothing drawn. `None` where a side
//! has no pair or a value is not a number.

use super::metrics;

/// One point of a Tippett plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TippettPoint {
    /// log10 likelihood ratio.
    pub log10_lr: f64,
    /// Share of same-source pairs at or above it.
    pub same: f64,
    /// Share of different-source pairs at or above it.
    pub different: f64,
}

/// The Tippett plot (Evett and Buckleton 1996), a point for every distinct value, lowest first.
pub fn tippett(same: &[f64], different: &[f64]) -> Option<Vec<TippettPoint>> {
    let mut points: Vec<TippettPoint> = metrics::roc(same, different)?
        .into_iter()
        .skip(1)
        .map(|point| TippettPoint {
            log10_lr: point.threshold,
            same: point.true_positive,
            different: point.false_positive,
        })
        .collect();
    points.reverse();
    Some(points)
}

/// Rates of misleading evidence: the share of same-source pairs with LR < 1, and of different-source pairs with LR > 1.
pub fn misleading(same: &[f64], different: &[f64]) -> Option<(f64, f64)> {
    if same.is_empty() || different.is_empty() || same.iter().chain(different).any(|value| value.is_nan()) {
        return None;
    }
    let share = |values: &[f64], wrong: fn(f64) -> bool| {
        values.iter().filter(|value| wrong(**value)).count() as f64 / values.len() as f64
    };
    Some((share(same, |value| value < 0.0), share(different, |value| value > 0.0)))
}

/// One point of an empirical cross-entropy plot, bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EcePoint {
    /// log10 of the prior odds.
    pub log10_prior_odds: f64,
    /// Of the likelihood ratios as given.
    pub system: f64,
    /// After the best monotone calibration of these very values: what discrimination alone costs.
    pub calibrated: f64,
    /// Of a system that always answers LR = 1.
    pub neutral: f64,
}

/// Empirical cross-entropy (Ramos and Gonzalez-Rodriguez 2013, Forensic Sci. Int. 230) at prior odds from 10^-2.5 to
/// 10^2.5 in steps of 0.1. At even odds the value is Cllr, calibrated Cllr_min.
pub fn ece(same: &[f64], different: &[f64]) -> Option<Vec<EcePoint>> {
    let pools = metrics::pools(same, different)?;
    let (n_same, n_different) = (same.len() as f64, different.len() as f64);
    let point = |step: i32| {
        let log10_prior_odds = f64::from(step) / 10.0;
        let odds = 10f64.powf(log10_prior_odds);
        let prior = [odds / (1.0 + odds), 1.0 / (1.0 + odds)];
        // Cost of one pair with posterior odds 10^x: bits missing from the truth.
        let bits = |log10_against: f64| metrics::softplus_bits(log10_against * std::f64::consts::LN_10);
        let system = prior[0] / n_same * same.iter().map(|x| bits(-x - log10_prior_odds)).sum::<f64>()
            + prior[1] / n_different * different.iter().map(|x| bits(x + log10_prior_odds)).sum::<f64>();
        let mut calibrated = 0.0;
        for pool in &pools {
            let posterior = (pool.same / n_same * prior[0], pool.different / n_different * prior[1]);
            for part in [posterior.0, posterior.1].into_iter().filter(|part| *part > 0.0) {
                calibrated += part * ((posterior.0 + posterior.1) / part).log2();
            }
        }
        let neutral = prior[0] * bits(-log10_prior_odds) + prior[1] * bits(log10_prior_odds);
        EcePoint { log10_prior_odds, system, calibrated, neutral }
    };
    Some((-25..=25).map(point).collect())
}

/// One point of a reliability curve: pairs whose stated value lies in one bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityPoint {
    /// Mean of the stated log10 likelihood ratios in the bin.
    pub stated: f64,
    /// log10 of the ratio of the shares of same-source and different-source pairs that fell into the bin; `None` if one
    /// kind is missing there.
    pub observed: Option<f64>,
    /// Same-source pairs in the bin.
    pub same: usize,
    /// Different-source pairs in the bin.
    pub different: usize,
}

/// The reliability curve in bins half a log10 unit wide, lowest first, empty bins left out.
///
/// In a calibrated system the observed ratio equals the stated one.
pub fn reliability(same: &[f64], different: &[f64]) -> Option<Vec<ReliabilityPoint>> {
    if same.is_empty() || different.is_empty() || same.iter().chain(different).any(|value| !value.is_finite()) {
        return None;
    }
    let mut bins = std::collections::BTreeMap::new();
    for (side, values) in [same, different].into_iter().enumerate() {
        for value in values {
            let bin = bins.entry((value / 0.5).floor() as i64).or_insert((0.0, [0_usize; 2]));
            bin.0 += value;
            bin.1[side] += 1;
        }
    }
    let point = |(sum, counts): (f64, [usize; 2])| {
        let shares = [counts[0] as f64 / same.len() as f64, counts[1] as f64 / different.len() as f64];
        ReliabilityPoint {
            stated: sum / (counts[0] + counts[1]) as f64,
            observed: (counts[0] > 0 && counts[1] > 0).then(|| (shares[0] / shares[1]).log10()),
            same: counts[0],
            different: counts[1],
        }
    };
    Some(bins.into_values().map(point).collect())
}
