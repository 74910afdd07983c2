//! Levelling: the form of a surface is a robust quadratic, fitted to the samples that belong to it and taken off.

use super::solve::solve;
use super::{SIGMA_OF_MAD, Surface};
use ndarray::Array2;

/// Coefficients of 1, x, y, x^2, xy, y^2 with x and y scaled to -1..1 over the surface.
const TERMS: usize = 6;
/// Fits after the first one, each without what the one before left far off (`docs/method.md` section 1).
const REWEIGHTINGS: usize = 4;
/// Residuals kept in a fit, robust standard deviations.
const FIT_SIGMAS: f64 = 3.0;
/// A quadratic has six unknowns: about this many samples, spread evenly, are plenty.
const FIT_SAMPLES: usize = 10_000;

/// What is left of a surface without its form.
#[derive(Clone, Debug)]
pub struct Levelled {
    /// Residual heights, same unit, NaN where missing.
    pub surface: Surface,
    /// Robust standard deviation of the residual.
    pub sigma: f32,
}

/// Takes the robust quadratic form off a surface; `None` if fewer samples than unknowns are present.
///
/// Residuals beyond 3 robust standard deviations do not pull the form: dents, burrs and the rim stay what they are.
pub fn level(surface: &Surface) -> Option<Levelled> {
    let (rows, cols) = surface.heights.dim();
    let samples = thinned(&surface.heights);
    let (across, down) = (Scale::new(cols), Scale::new(rows));
    let mut form = fit(&samples, across, down, f64::INFINITY, &[0.0; TERMS])?;
    for _ in 0..REWEIGHTINGS {
        let sigma = spread(&samples, across, down, &form);
        form = fit(&samples, across, down, FIT_SIGMAS * sigma, &form).unwrap_or(form);
    }
    let sigma = spread(&samples, across, down, &form) as f32;
    let heights = Array2::from_shape_fn((rows, cols), |(row, col)| {
        let height = surface.heights[[row, col]];
        if height.is_nan() { f32::NAN } else { (f64::from(height) - value(&form, across.of(col), down.of(row))) as f32 }
    });
    Some(Levelled { surface: Surface { heights, pitch: surface.pitch }, sigma })
}

/// A sample of the fit: column, row, height.
type Sample = (usize, usize, f64);

/// Maps an index to -1..1.
#[derive(Clone, Copy)]
struct Scale {
    half: f64,
}

impl Scale {
    fn new(count: usize) -> Self {
        Self { half: (count.max(2) - 1) as f64 / 2.0 }
    }
    fn of(self, index: usize) -> f64 {
        index as f64 / self.half - 1.0
    }
}

/// At least [`FIT_SAMPLES`] samples on a regular sub-grid, or all where there are fewer.
fn thinned(heights: &Array2<f32>) -> Vec<Sample> {
    let present = heights.iter().filter(|height| !height.is_nan()).count();
    let stride = (present as f64 / FIT_SAMPLES as f64).sqrt().floor().max(1.0) as usize;
    let (rows, cols) = heights.dim();
    let mut samples = Vec::with_capacity(present / (stride * stride) + cols);
    for row in (0..rows).step_by(stride) {
        for col in (0..cols).step_by(stride) {
            let height = heights[[row, col]];
            if !height.is_nan() {
                samples.push((col, row, f64::from(height)));
            }
        }
    }
    samples
}

fn terms(x: f64, y: f64) -> [f64; TERMS] {
    [1.0, x, y, x * x, x * y, y * y]
}

fn value(form: &[f64; TERMS], x: f64, y: f64) -> f64 {
    terms(x, y).iter().zip(form).map(|(term, factor)| term * factor).sum()
}

/// Robust standard deviation of what `form` leaves of the samples.
fn spread(samples: &[Sample], across: Scale, down: Scale, form: &[f64; TERMS]) -> f64 {
    let mut residuals: Vec<f64> =
        samples.iter().map(|&(col, row, height)| (height - value(form, across.of(col), down.of(row))).abs()).collect();
    let middle = residuals.len() / 2;
    f64::from(SIGMA_OF_MAD) * *residuals.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Least squares over the samples that `before` leaves within `limit`.
fn fit(samples: &[Sample], across: Scale, down: Scale, limit: f64, before: &[f64; TERMS]) -> Option<[f64; TERMS]> {
    let mut normal = [[0.0_f64; TERMS + 1]; TERMS];
    let mut used = 0;
    for &(col, row, height) in samples {
        let (x, y) = (across.of(col), down.of(row));
        let term = terms(x, y);
        if (height - value(before, x, y)).abs() > limit {
            continue;
        }
        used += 1;
        for (line, factor) in normal.iter_mut().zip(term) {
            for (sum, other) in line.iter_mut().zip(term) {
                *sum += factor * other;
            }
            line[TERMS] += factor * height;
        }
    }
    if used < 2 * TERMS { None } else { solve(normal) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    #[test]
    fn a_tilted_dome_is_taken_off_and_a_crater_over_a_tenth_of_it_stays() {
        let inside = |row: usize, col: usize| (40..72).contains(&row) && (50..82).contains(&col);
        let heights = Array2::from_shape_fn((100, 120), |(row, col)| {
            let (x, y) = (col as f32 * 12.5e-6, row as f32 * 12.5e-6);
            let texture = 0.2e-6 * (((row * 31 + col * 17) % 11) as f32 / 5.0 - 1.0);
            26e-3 * x - 10e-3 * y + 12.0 * x * y - 8.0 * y * y + texture - if inside(row, col) { 20e-6 } else { 0.0 }
        });
        let levelled = level(&Surface { heights, pitch: um(12.5) }).unwrap();
        let mean = |wanted: bool| {
            let kept: Vec<f32> = levelled
                .surface
                .heights
                .indexed_iter()
                .filter(|((row, col), _)| inside(*row, *col) == wanted)
                .map(|(_, height)| height * 1e6)
                .collect();
            kept.iter().sum::<f32>() / kept.len() as f32
        };
        assert!(mean(false).abs() < 0.02, "the plain lies at {} um", mean(false));
        assert!((mean(true) + 20.0).abs() < 0.05, "the crater lies at {} um", mean(true));
        assert!((levelled.sigma * 1e6 - 0.13).abs() < 0.05, "sigma {}", levelled.sigma);
    }

    #[test]
    fn too_few_samples_give_no_form() {
        let mut heights = Array2::from_elem((9, 9), f32::NAN);
        heights[[3, 3]] = 1.0;
        assert!(level(&Surface { heights, pitch: um(12.5) }).is_none());
    }
}
