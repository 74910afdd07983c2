//! Levelling by a sphere: the form of a firing pin's tip, fitted robustly and taken off.
//!
//! `|p - c|^2 = R^2` is linear in the centre and in `R^2 - |c|^2` (Coope 1993), so each fit is one small system of
//! equations; samples far from the sphere before do not take part in the next fit.

use super::level::Levelled;
use super::solve::solve;
use super::{SIGMA_OF_MAD, Surface};
use crate::units::Point;
use ndarray::Array2;

const TERMS: usize = 4;
/// Fits after the first one.
const REWEIGHTINGS: usize = 6;
/// Residuals kept in a fit, robust standard deviations.
const FIT_SIGMAS: f64 = 3.0;
/// About so many samples are plenty for four unknowns.
const FIT_SAMPLES: usize = 10_000;

/// Centre and radius, in units of the grid's pitch.
#[derive(Clone, Copy, Debug)]
struct Sphere {
    centre: [f64; 3],
    radius: f64,
}

impl Sphere {
    /// Height of the side of the sphere that is turned to the apex, if the place lies below or above it.
    fn height(&self, col: f64, row: f64, sign: f64) -> Option<f64> {
        let across = self.radius.powi(2) - (col - self.centre[0]).powi(2) - (row - self.centre[1]).powi(2);
        (across > 0.0).then(|| self.centre[2] + sign * across.sqrt())
    }
}

/// Takes the sphere off and says where its apex is; `None` if the samples lie on no sphere.
pub fn level_sphere(surface: &Surface) -> Option<(Levelled, Point)> {
    let pitch = surface.pitch.metres();
    let samples = thinned(&surface.heights, pitch);
    let mut used = samples.clone();
    let mut found: Option<(Sphere, f64, f64)> = None;
    for _ in 0..=REWEIGHTINGS {
        let sphere = fit(&used)?;
        // The impression bends one way: its samples lie on one side of the sphere's centre.
        let below = used.iter().filter(|sample| sample[2] < sphere.centre[2]).count();
        let sign = if 2 * below > used.len() { -1.0 } else { 1.0 };
        let left = |sample: &[f64; 3]| {
            sphere.height(sample[0], sample[1], sign).map_or(f64::INFINITY, |height| (sample[2] - height).abs())
        };
        let mut residuals: Vec<f64> = samples.iter().map(left).collect();
        let middle = residuals.len() / 2;
        let sigma = f64::from(SIGMA_OF_MAD) * *residuals.select_nth_unstable_by(middle, f64::total_cmp).1;
        if !sigma.is_finite() {
            return None;
        }
        used = samples.iter().copied().filter(|sample| left(sample) <= FIT_SIGMAS * sigma).collect();
        found = Some((sphere, sign, sigma));
    }
    let (sphere, sign, sigma) = found?;
    let heights = Array2::from_shape_fn(surface.heights.dim(), |(row, col)| {
        let height = f64::from(surface.heights[[row, col]]) / pitch;
        sphere.height(col as f64, row as f64, sign).map_or(f32::NAN, |form| ((height - form) * pitch) as f32)
    });
    let apex = Point { x: sphere.centre[0] * pitch, y: sphere.centre[1] * pitch };
    let levelled = Levelled { surface: Surface { heights, pitch: surface.pitch }, sigma: (sigma * pitch) as f32 };
    Some((levelled, apex))
}

/// Column, row and height of evenly spread samples, all in units of the pitch.
fn thinned(heights: &Array2<f32>, pitch: f64) -> Vec<[f64; 3]> {
    let present = heights.iter().filter(|height| !height.is_nan()).count();
    let stride = (present as f64 / FIT_SAMPLES as f64).sqrt().floor().max(1.0) as usize;
    let taken = heights
        .indexed_iter()
        .filter(|((row, col), height)| row.is_multiple_of(stride) && col.is_multiple_of(stride) && !height.is_nan());
    taken.map(|((row, col), height)| [col as f64, row as f64, f64::from(*height) / pitch]).collect()
}

/// Least squares about the samples' mean, which keeps the system well conditioned.
fn fit(samples: &[[f64; 3]]) -> Option<Sphere> {
    if samples.len() < 4 * TERMS {
        return None;
    }
    let count = samples.len() as f64;
    let mean: [f64; 3] = std::array::from_fn(|axis| samples.iter().map(|sample| sample[axis]).sum::<f64>() / count);
    let mut lines = [[0.0; TERMS + 1]; TERMS];
    for sample in samples {
        let [x, y, z] = std::array::from_fn(|axis| sample[axis] - mean[axis]);
        let terms = [x, y, z, 1.0];
        for (line, factor) in lines.iter_mut().zip(terms) {
            for (sum, term) in line.iter_mut().zip(terms) {
                *sum += factor * term;
            }
            line[TERMS] += factor * (x * x + y * y + z * z);
        }
    }
    let [a, b, c, d] = solve(lines)?;
    let centre = [a / 2.0, b / 2.0, c / 2.0];
    let squared = d + centre.iter().map(|value| value * value).sum::<f64>();
    (squared > 0.0 && squared.is_finite())
        .then(|| Sphere { centre: std::array::from_fn(|axis| centre[axis] + mean[axis]), radius: squared.sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    #[test]
    fn a_bowl_of_800_um_with_a_flat_rim_is_levelled_to_a_tenth_of_a_micrometre_and_its_apex_found() {
        // A hollow as a firing pin leaves it: sphere below the rim at height 0.
        let (radius, depth, apex) = (800e-6_f64, 200e-6_f64, (410e-6_f64, 520e-6_f64));
        let pitch = um(4.0);
        let heights = Array2::from_shape_fn((250, 250), |(row, col)| {
            let (x, y) = (col as f64 * pitch.metres() - apex.0, row as f64 * pitch.metres() - apex.1);
            let across = radius.powi(2) - x * x - y * y;
            let bowl = radius - depth - across.max(0.0).sqrt();
            bowl.min(0.0) as f32
        });
        let (levelled, found) = level_sphere(&Surface { heights: heights.clone(), pitch }).unwrap();
        assert!((found.x - apex.0).abs() < 1e-6 && (found.y - apex.1).abs() < 1e-6, "{found:?}");
        let bowl = heights.iter().zip(&levelled.surface.heights).filter(|(height, _)| **height < -1e-6);
        let worst = bowl.map(|(_, left)| left.abs()).fold(0.0, f32::max);
        assert!(worst < 1e-7, "{worst}");
        assert!(level_sphere(&Surface { heights: Array2::from_elem((40, 40), 0.0), pitch }).is_none());
    }
}
