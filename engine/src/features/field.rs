//! The smoothed map that polar samples are read from.
//!
//! Low-pass 65 um (ISO 16610-61 Gaussian, sigma = 0.187 times the cut-off), normalised over the valid samples, so the
//! border of the mark does not pull its neighbours to zero. The coarse rings get the rest of their smoothing along the
//! radius (`polar`); along the angle whitening undoes any fixed gain.

use super::blur::blur;
use super::products::Kernel;
use crate::template::Template;
use crate::units::{Metres, Point, um};
use std::ops::Range;

/// Cut-off of the low-pass.
const LOW_PASS: Metres = um(65.0);
/// Sigma of a Gaussian filter over its cut-off wavelength (ISO 16610-61).
const SIGMA_PER_CUTOFF: f64 = 0.187;
/// Samples between two that the extent of a mark is taken from.
const EXTENT_STEP: usize = 4;

/// A smoothed map with its validity, ready for interpolation.
#[derive(Clone, Debug)]
pub struct Field {
    rows: usize,
    cols: usize,
    per_metre: f64,
    origin: Point,
    /// Distances of the nearest and farthest valid sample from the origin, metres.
    extent: (f64, f64),
    /// `[height * validity, validity]`, row by row.
    samples: Vec<[f32; 2]>,
}

impl Field {
    /// Smooths the map of a template.
    pub fn of(template: &Template) -> Self {
        let cut = Cut::of(template);
        let (rows, cols) = (cut.rows.len(), cut.cols.len());
        let width = template.cols as usize;
        let pitch = template.pitch.metres();
        let origin = Point {
            x: template.origin.x - cut.cols.start as f64 * pitch,
            y: template.origin.y - cut.rows.start as f64 * pitch,
        };
        let mut valid = Vec::with_capacity(rows * cols);
        let mut heights = Vec::with_capacity(rows * cols);
        for row in cut.rows.clone() {
            let line = &template.heights[row * width + cut.cols.start..row * width + cut.cols.end];
            let is_valid = |height: i8| if height == Template::MISSING { 0.0f32 } else { 1.0 };
            valid.extend(line.iter().map(|&height| is_valid(height)));
            heights.extend(line.iter().map(|&height| is_valid(height) * f32::from(height) * Template::STEP));
        }
        let weights = gaussian(SIGMA_PER_CUTOFF * LOW_PASS.steps(template.pitch));
        let kernel = Kernel::fastest();
        let smooth = blur(kernel, &heights, rows, cols, &weights);
        let mass = blur(kernel, &valid, rows, cols, &weights);
        let samples = valid
            .iter()
            .zip(smooth.iter().zip(&mass))
            .map(|(&valid, (smooth, mass))| [valid * smooth / mass.max(f32::MIN_POSITIVE), valid])
            .collect();
        let extent = extent(&valid, cols, pitch, origin);
        Self { rows, cols, per_metre: 1.0 / pitch, origin, extent, samples }
    }

    /// False if no sample of a ring about a point `shift` metres from the origin can be valid.
    pub fn reaches(&self, radius: f64, shift: f64) -> bool {
        // A bilinear sample sees neighbours up to a diagonal away, and the extent is that of every fourth sample.
        let slack = shift + (EXTENT_STEP + 1) as f64 * 2f64.sqrt() / self.per_metre;
        radius + slack >= self.extent.0 && radius - slack <= self.extent.1
    }

    /// Height at `(x, y)` metres from the origin, bilinear over the valid neighbours; `None` where these carry less
    /// than half of the weight.
    #[inline]
    pub fn at(&self, x: f64, y: f64) -> Option<f32> {
        let col = (self.origin.x + x) * self.per_metre;
        let row = (self.origin.y + y) * self.per_metre;
        if !(col >= 0.0 && row >= 0.0) {
            return None;
        }
        let (left, top) = (col as usize, row as usize);
        if left + 1 >= self.cols || top + 1 >= self.rows {
            return None;
        }
        let (fx, fy) = ((col - left as f64) as f32, (row - top as f64) as f32);
        let at = top * self.cols + left;
        let above: &[[f32; 2]; 2] = self.samples[at..].first_chunk()?;
        let below: &[[f32; 2]; 2] = self.samples[at + self.cols..].first_chunk()?;
        let ([a, b], [c, d]) = (*above, *below);
        if a[1] + b[1] + c[1] + d[1] == 0.0 {
            return None;
        }
        let mix = |i: usize| (1.0 - fy) * ((1.0 - fx) * a[i] + fx * b[i]) + fy * ((1.0 - fx) * c[i] + fx * d[i]);
        let mass = mix(1);
        (mass >= 0.5).then(|| mix(0) / mass)
    }
}

/// Distances of the nearest and farthest of the valid samples from the origin, metres, looking at every fourth one.
fn extent(valid: &[f32], cols: usize, pitch: f64, origin: Point) -> (f64, f64) {
    let mut squares = (f64::INFINITY, f64::NEG_INFINITY);
    for (row, valid) in valid.chunks_exact(cols.max(1)).enumerate().step_by(EXTENT_STEP) {
        let y = row as f64 * pitch - origin.y;
        for (col, _) in valid.iter().enumerate().step_by(EXTENT_STEP).filter(|(_, valid)| **valid > 0.0) {
            let x = col as f64 * pitch - origin.x;
            let square = x * x + y * y;
            squares = (squares.0.min(square), squares.1.max(square));
        }
    }
    (squares.0.sqrt(), squares.1.max(0.0).sqrt())
}

/// The rows and columns that hold valid samples.
struct Cut {
    rows: Range<usize>,
    cols: Range<usize>,
}

impl Cut {
    fn of(template: &Template) -> Self {
        let width = (template.cols as usize).max(1);
        let mut cut = Self { rows: 0..0, cols: width..0 };
        for (row, heights) in template.heights.chunks_exact(width).enumerate() {
            let valid = |height: &i8| *height != Template::MISSING;
            let Some(first) = heights.iter().position(valid) else { continue };
            let last = heights.iter().rposition(valid).unwrap_or(first);
            cut.rows = if cut.rows.is_empty() { row..row + 1 } else { cut.rows.start..row + 1 };
            cut.cols = cut.cols.start.min(first)..cut.cols.end.max(last + 1);
        }
        if cut.rows.is_empty() { Self { rows: 0..0, cols: 0..0 } } else { cut }
    }
}

/// One half of a symmetric Gaussian, centre first, cut at about two sigma (5 taps at 12.5 um), not normalised.
fn gaussian(sigma: f64) -> Vec<f32> {
    let reach = (2.0 * sigma).round().clamp(1.0, 64.0) as usize;
    (0..=reach).map(|step| (-0.5 * (step as f64 / sigma.max(1e-9)).powi(2)).exp() as f32).collect()
}
