//! Class-balanced logistic regression: several score parts to one log likelihood ratio.
//!
//! Brümmer and du Preez (2006); Morrison (2013), Australian J. Forensic Sciences 45. Both kinds of pair weigh the same
//! whatever their number, so the log-odds of the fit are the log likelihood ratio. Inputs are standardised and the
//! slopes carry a ridge of 1 against a mean weight of 1 a pair (the usual default; not tuned), which keeps them finite
//! when the two kinds do not overlap. Newton steps with halving on a convex cost: the same pairs in the same order give
//! the same bytes.

use super::CalibrateError;

/// Ridge on the standardised slopes, in units of one pair.
const RIDGE: f64 = 1.0;
/// A Newton fit on a convex cost takes under ten steps; more means that the numbers cannot be fitted.
const STEPS_MAX: usize = 100;
/// Steps smaller than this, in log-odds per standard deviation, end the fit.
const STEP_END: f64 = 1e-9;
/// Pairs of each kind below which no fit is tried: a mean alone says nothing about spread.
pub const PAIRS_MIN: usize = 2;

/// One pair for the fit.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Values of the terms.
    pub values: &'a [f64],
    /// True for a same-source pair.
    pub same_source: bool,
    /// How often the pair counts; 1 unless redrawn.
    pub weight: f64,
}

/// A fitted line: natural log-odds as a sum over standardised terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    /// Mean of each term over the pairs fitted.
    pub means: Vec<f64>,
    /// Standard deviation of each term; 1 for a term that never changes.
    pub scales: Vec<f64>,
    /// Slope of each standardised term.
    pub slopes: Vec<f64>,
    /// Log-odds where every term is at its mean.
    pub intercept: f64,
}

impl Logistic {
    /// Natural log likelihood ratio of a pair with these term values.
    pub fn log_odds(&self, values: &[f64]) -> f64 {
        let terms = values.iter().zip(&self.means).zip(&self.scales).zip(&self.slopes);
        terms.fold(self.intercept, |sum, (((value, mean), scale), slope)| sum + slope * (value - mean) / scale)
    }
}

/// Fits the line to `samples`, all with the same number of values.
///
/// # Errors
/// [`CalibrateError::TooFewPairs`] below [`PAIRS_MIN`] of either kind (weight 0 does not count),
/// [`CalibrateError::NotConverged`] if the numbers cannot be fitted.
pub fn fit(samples: &[Sample<'_>]) -> Result<Logistic, CalibrateError> {
    let count = |same: bool| samples.iter().filter(|s| s.same_source == same && s.weight > 0.0).count();
    let (same, different) = (count(true), count(false));
    if same < PAIRS_MIN || different < PAIRS_MIN {
        return Err(CalibrateError::TooFewPairs { same, different, least: PAIRS_MIN });
    }
    let terms = samples[0].values.len();
    let (means, scales) = standardise(samples, terms);
    let total: f64 = samples.iter().map(|s| s.weight).sum();
    let of_same: f64 = samples.iter().filter(|s| s.same_source).map(|s| s.weight).sum();
    let balance = [total / 2.0 / (total - of_same), total / 2.0 / of_same];
    let rows: Vec<Row> = samples
        .iter()
        .filter(|s| s.weight > 0.0)
        .map(|s| {
            let mut inputs = vec![1.0; terms + 1];
            for (term, input) in inputs[1..].iter_mut().enumerate() {
                *input = (s.values[term] - means[term]) / scales[term];
            }
            Row { inputs, same_source: s.same_source, weight: s.weight * balance[usize::from(s.same_source)] }
        })
        .collect();

    let mut coefficients = vec![0.0; terms + 1];
    let mut cost_now = cost(&rows, &coefficients);
    for _ in 0..STEPS_MAX {
        let (gradient, curvature) = derivatives(&rows, &coefficients);
        let Some(step) = solve(curvature, gradient) else {
            return Err(CalibrateError::NotConverged { steps: STEPS_MAX });
        };
        let mut share = 1.0;
        let (next, next_cost) = loop {
            let next: Vec<f64> = coefficients.iter().zip(&step).map(|(c, s)| c - share * s).collect();
            let next_cost = cost(&rows, &next);
            // The slack is rounding of a cost that has stopped falling.
            if next_cost <= cost_now + 1e-12 * cost_now.abs() {
                break (next, next_cost);
            }
            share /= 2.0;
            if share < 1e-12 {
                return Err(CalibrateError::NotConverged { steps: STEPS_MAX });
            }
        };
        let moved = step.iter().fold(0.0_f64, |most, s| most.max(s.abs() * share));
        (coefficients, cost_now) = (next, next_cost);
        if moved < STEP_END {
            let slopes = coefficients.split_off(1);
            return Ok(Logistic { means, scales, slopes, intercept: coefficients[0] });
        }
    }
    Err(CalibrateError::NotConverged { steps: STEPS_MAX })
}

/// A pair with standardised inputs, the first of which is 1 for the intercept.
struct Row {
    inputs: Vec<f64>,
    same_source: bool,
    weight: f64,
}

fn standardise(samples: &[Sample<'_>], terms: usize) -> (Vec<f64>, Vec<f64>) {
    let total: f64 = samples.iter().map(|s| s.weight).sum();
    let mut means = Vec::with_capacity(terms);
    let mut scales = Vec::with_capacity(terms);
    for term in 0..terms {
        let mean = samples.iter().map(|s| s.weight * s.values[term]).sum::<f64>() / total;
        let variance = samples.iter().map(|s| s.weight * (s.values[term] - mean).powi(2)).sum::<f64>() / total;
        let scale = variance.sqrt();
        means.push(mean);
        // A constant term leaves rounding dust; dividing by it would blow the dust up to size.
        scales.push(if scale > 1e-9 * mean.abs().max(1e-300) { scale } else { 1.0 });
    }
    (means, scales)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Weighted log loss plus ridge.
fn cost(rows: &[Row], coefficients: &[f64]) -> f64 {
    let loss: f64 = rows
        .iter()
        .map(|row| {
            let log_odds = dot(&row.inputs, coefficients);
            let against = if row.same_source { -log_odds } else { log_odds };
            row.weight * (against.max(0.0) + (-against.abs()).exp().ln_1p())
        })
        .sum();
    loss + RIDGE / 2.0 * coefficients[1..].iter().map(|c| c * c).sum::<f64>()
}

/// Gradient and Hessian (row by row) of [`cost`].
fn derivatives(rows: &[Row], coefficients: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let size = coefficients.len();
    let mut gradient = vec![0.0; size];
    let mut curvature = vec![0.0; size * size];
    for row in rows {
        let share = 1.0 / (1.0 + (-dot(&row.inputs, coefficients)).exp());
        let pull = row.weight * (share - f64::from(u8::from(row.same_source)));
        let bend = row.weight * share * (1.0 - share);
        for i in 0..size {
            gradient[i] += pull * row.inputs[i];
            for j in 0..=i {
                curvature[i * size + j] += bend * row.inputs[i] * row.inputs[j];
            }
        }
    }
    for i in 0..size {
        if i > 0 {
            gradient[i] += RIDGE * coefficients[i];
            curvature[i * size + i] += RIDGE;
        }
        for j in 0..i {
            curvature[j * size + i] = curvature[i * size + j];
        }
    }
    (gradient, curvature)
}

/// Solves a symmetric positive definite system by Cholesky factors; `None` if it is not positive definite.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for i in 0..size {
        for j in 0..=i {
            let mut sum = matrix[i * size + j];
            for k in 0..j {
                sum -= matrix[i * size + k] * matrix[j * size + k];
            }
            if i != j {
                matrix[i * size + j] = sum / matrix[j * size + j];
            } else if sum > 0.0 {
                matrix[i * size + i] = sum.sqrt();
            } else {
                return None;
            }
        }
    }
    for i in 0..size {
        for k in 0..i {
            right[i] -= matrix[i * size + k] * right[k];
        }
        right[i] /= matrix[i * size + i];
    }
    for i in (0..size).rev() {
        for k in i + 1..size {
            right[i] -= matrix[k * size + i] * right[k];
        }
        right[i] /= matrix[i * size + i];
    }
    Some(right)
}
