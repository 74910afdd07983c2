//! How well scores tell same-source from different-source pairs: AUC, EER, Cllr and Cllr_min.
//!
//! Brümmer and du Preez (2006), Computer Speech and Language 20, for Cllr and its minimum by pool adjacent violators;
//! Hanley and McNeil (1982) for the AUC as the Mann-Whitney statistic. A larger score speaks for same source. All are
//! exact over the given scores; ties count half in the AUC and move together in everything else. A figure that does
//! not exist (a side without pairs, a score that is not a number) is `None`, never a guess.

use std::cmp::Ordering;

/// Area under the ROC curve: how often a same-source pair scores above a different-source pair, ties counting half.
pub fn auc(same: &[f64], different: &[f64]) -> Option<f64> {
    let levels = levels(same, different)?;
    let mut below = 0.0;
    let mut wins = 0.0;
    for level in &levels {
        wins += level.same * (below + level.different / 2.0);
        below += level.different;
    }
    Some(wins / (same.len() as f64 * different.len() as f64))
}

/// Equal error rate: where the share of same-source pairs below a threshold equals the share of different-source pairs
/// at or above it, on the straight line between the two thresholds that enclose it.
pub fn eer(same: &[f64], different: &[f64]) -> Option<f64> {
    let levels = levels(same, different)?;
    let (n_same, n_different) = (same.len() as f64, different.len() as f64);
    // Counts are whole numbers, so that no error of rounding adds up.
    let (mut missed_count, mut stopped_count) = (0.0, 0.0);
    for level in &levels {
        let (missed, passed) = (missed_count / n_same, (n_different - stopped_count) / n_different);
        (missed_count, stopped_count) = (missed_count + level.same, stopped_count + level.different);
        let (next_missed, next_passed) = (missed_count / n_same, (n_different - stopped_count) / n_different);
        if next_missed >= next_passed {
            // missed - passed goes from negative to not negative on this step, and linearly.
            let (before, after) = (missed - passed, next_missed - next_passed);
            let along = if after > before { -before / (after - before) } else { 0.0 };
            return Some(missed + along * (next_missed - missed));
        }
    }
    // Not reached: after the last level everything is missed and nothing passes.
    None
}

/// Cost of log likelihood ratios, bits: 0 is perfect, 1 is what a system says that always answers "LR = 1".
///
/// The arguments are log10 likelihood ratios.
pub fn cllr(same: &[f64], different: &[f64]) -> Option<f64> {
    if same.is_empty() || different.is_empty() || same.iter().chain(different).any(|llr| llr.is_nan()) {
        return None;
    }
    let cost = |llrs: &[f64], sign: f64| {
        llrs.iter().map(|llr| softplus_bits(sign * llr * std::f64::consts::LN_10)).sum::<f64>() / llrs.len() as f64
    };
    Some((cost(same, -1.0) + cost(different, 1.0)) / 2.0)
}

/// The Cllr left after the best monotone calibration of these very scores (pool adjacent violators): what
/// discrimination alone costs. 0 when the two kinds do not overlap.
pub fn cllr_min(same: &[f64], different: &[f64]) -> Option<f64> {
    let pools = pools(same, different)?;
    let (n_same, n_different) = (same.len() as f64, different.len() as f64);
    // Likelihood ratio of a pool: (share of same-source pairs in it) / (share of different-source pairs in it).
    let cost = pools.iter().map(|pool| {
        let (of_same, of_different) = (pool.same / n_same, pool.different / n_different);
        let mut cost = 0.0;
        if pool.same > 0.0 {
            cost += of_same * (1.0 + of_different / of_same).log2();
        }
        if pool.different > 0.0 {
            cost += of_different * (1.0 + of_same / of_different).log2();
        }
        cost
    });
    Some(cost.sum::<f64>() / 2.0)
}

/// One point of a ROC curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// Score from which on a pair counts as passed; infinite for the first point, where none does.
    pub threshold: f64,
    /// Share of different-source pairs at or above the threshold.
    pub false_positive: f64,
    /// Share of same-source pairs at or above the threshold.
    pub true_positive: f64,
}

/// The ROC curve from (0, 0) to (1, 1), a point for every distinct score, highest first.
pub fn roc(same: &[f64], different: &[f64]) -> Option<Vec<RocPoint>> {
    let levels = levels(same, different)?;
    let mut points = vec![RocPoint { threshold: f64::INFINITY, false_positive: 0.0, true_positive: 0.0 }];
    let (mut passed_same, mut passed_different) = (0.0, 0.0);
    for level in levels.iter().rev() {
        passed_same += level.same;
        passed_different += level.different;
        points.push(RocPoint {
            threshold: level.score,
            false_positive: passed_different / different.len() as f64,
            true_positive: passed_same / same.len() as f64,
        });
    }
    Some(points)
}

/// Wilson's 95 % interval of a share of `hits` out of `trials` (Wilson 1927): honest for small numbers and at 0 and 1.
pub fn wilson_interval(hits: usize, trials: usize) -> Option<(f64, f64)> {
    if trials == 0 || hits > trials {
        return None;
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (trials as f64, hits as f64 / trials as f64);
    let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// The distinct scores, lowest first, pooled until the share of same-source pairs rises from pool to pool (pool adjacent
/// violators).
pub(super) fn pools(same: &[f64], different: &[f64]) -> Option<Vec<Level>> {
    let levels = levels(same, different)?;
    let mut pools: Vec<Level> = Vec::with_capacity(levels.len());
    for level in levels {
        pools.push(level);
        while let [.., left, right] = pools.as_slice() {
            // Shares compared by cross-multiplication: counts are whole numbers, so this is exact.
            if left.same * (right.same + right.different) < right.same * (left.same + left.different) {
                break;
            }
            let merged =
                Level { score: left.score, same: left.same + right.same, different: left.different + right.different };
            pools.truncate(pools.len() - 2);
            pools.push(merged);
        }
    }
    Some(pools)
}

/// How many pairs of each kind share one score, or one pool of scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) score: f64,
    pub(super) same: f64,
    pub(super) different: f64,
}

/// The distinct scores, lowest first; `None` if a side is empty or a score is not a number.
fn levels(same: &[f64], different: &[f64]) -> Option<Vec<Level>> {
    if same.is_empty() || different.is_empty() || same.iter().chain(different).any(|score| score.is_nan()) {
        return None;
    }
    let mut scores: Vec<(f64, bool)> =
        same.iter().map(|score| (*score, true)).chain(different.iter().map(|score| (*score, false))).collect();
    scores.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal));
    let mut levels: Vec<Level> = Vec::new();
    for (score, is_same) in scores {
        if levels.last().is_none_or(|level| level.score != score) {
            levels.push(Level { score, same: 0.0, different: 0.0 });
        }
        if let Some(level) = levels.last_mut() {
            if is_same {
                level.same += 1.0;
            } else {
                level.different += 1.0;
            }
        }
    }
    Some(levels)
}

/// `log2(1 + e^x)` without overflow.
pub(super) fn softplus_bits(x: f64) -> f64 {
    let nats = if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
    nats / std::f64::consts::LN_2
}
