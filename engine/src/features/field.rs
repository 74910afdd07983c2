//! The smoothed map that polar samples are read from.
//!
//! Low-pass 65 um (ISO 16610-61 Gaussian, sigma = 0.187 times the cut-off), normalised over the valid samples, so the
//! border of the mark does not pull its neighbours to zero. The coarse rings get the rest of their smoothing along the
//! radius (`polar`); along the angle whitening undoes any fixed gain.

use crate::template::Template;
use crate::units::{Metres, Point, um};

/// Cut-off of the low-pass.
const LOW_PASS: Metres = um(65.0);
/// Sigma of a Gaussian filter over its cut-off wavelength (ISO 16610-61).
const SIGMA_PER_CUTOFF: f64 = 0.187;

/// A smoothed map with its validity, ready for interpolation.
#[derive(Clone, Debug)]
pub struct Field {
    rows: usize,
    cols: usize,
    per_metre: f64,
    origin: Point,
    /// `[height * validity, validity]`, row by row.
    samples: Vec<[f32; 2]>,
}

impl Field {
    /// Smooths the map of a template.
    pub fn of(template: &Template) -> Self {
        let (rows, cols) = (template.rows as usize, template.cols as usize);
        let weights = gaussian(SIGMA_PER_CUTOFF * LOW_PASS.steps(template.pitch));
        let valid: Vec<f32> =
            template.heights.iter().map(|&height| f32::from(u8::from(height != Template::MISSING))).collect();
        let heights: Vec<f32> = template
            .heights
            .iter()
            .map(|&height| if height == Template::MISSING { 0.0 } else { f32::from(height) * Template::STEP })
            .collect();
        let smooth = blur(&heights, rows, cols, &weights);
        let mass = blur(&valid, rows, cols, &weights);
        let samples = (0..rows * cols)
            .map(|at| if valid[at] > 0.0 { [smooth[at] / mass[at].max(f32::MIN_POSITIVE), 1.0] } else { [0.0; 2] })
            .collect();
        Self { rows, cols, per_metre: 1.0 / template.pitch.metres(), origin: template.origin, samples }
    }

    /// Height at `(x, y)` metres from the origin, bilinear over the valid neighbours; `None` where these carry less
    /// than half of the weight.
    #[inline]
    pub fn at(&self, x: f64, y: f64) -> Option<f32> {
        let col = (self.origin.x + x) * self.per_metre;
        let row = (self.origin.y + y) * self.per_metre;
        if !(col >= 0.0 && row >= 0.0 && col < (self.cols - 1) as f64 && row < (self.rows - 1) as f64) {
            return None;
        }
        let (left, top) = (col as usize, row as usize);
        let (fx, fy) = ((col - left as f64) as f32, (row - top as f64) as f32);
        let at = top * self.cols + left;
        let (a, b) = (self.samples[at], self.samples[at + 1]);
        let (c, d) = (self.samples[at + self.cols], self.samples[at + self.cols + 1]);
        let mix = |i: usize| (1.0 - fy) * ((1.0 - fx) * a[i] + fx * b[i]) + fy * ((1.0 - fx) * c[i] + fx * d[i]);
        let mass = mix(1);
        (mass >= 0.5).then(|| mix(0) / mass)
    }
}

/// One half of a symmetric Gaussian, centre first, cut at three sigma, not normalised.
fn gaussian(sigma: f64) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil().clamp(0.0, 64.0) as usize;
    (0..=reach).map(|step| (-0.5 * (step as f64 / sigma.max(1e-9)).powi(2)).exp() as f32).collect()
}

/// Separable correlation with a symmetric kernel; nothing beyond the border.
fn blur(samples: &[f32], rows: usize, cols: usize, weights: &[f32]) -> Vec<f32> {
    let mut across = vec![0.0f32; samples.len()];
    for (from, to) in samples.chunks_exact(cols.max(1)).zip(across.chunks_exact_mut(cols.max(1))) {
        for (value, sample) in to.iter_mut().zip(from) {
            *value = weights[0] * sample;
        }
        for (step, &weight) in weights.iter().enumerate().skip(1).take_while(|(step, _)| *step < cols) {
            for (value, sample) in to.iter_mut().zip(&from[step..]) {
                *value += weight * sample;
            }
            for (value, sample) in to[step..].iter_mut().zip(from) {
                *value += weight * sample;
            }
        }
    }
    let mut down = vec![0.0f32; samples.len()];
    for row in 0..rows {
        let to = &mut down[row * cols..(row + 1) * cols];
        for (step, &weight) in weights.iter().enumerate() {
            let above = (step > 0 && row >= step).then(|| row - step);
            let below = (row + step < rows).then_some(row + step);
            for from in [above, below].into_iter().flatten() {
                for (value, sample) in to.iter_mut().zip(&across[from * cols..(from + 1) * cols]) {
                    *value += weight * sample;
                }
            }
        }
    }
    down
}
