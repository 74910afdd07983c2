//! Step 2: the primer's outer circle. A frame only: its centre moves against the marks from shot to shot.

use super::circle::{BINS, Round, bin};
use super::field::Field;
use super::form::Form;
use super::smooth::{gaussian, gradient};

/// Standard deviation of the smoothing of the residual, micrometres.
const SIGMA: f64 = 15.0;
/// A cell is present if more than this of its neighbourhood is: single drop-outs close, voids of two cells stay.
const COVERAGE_MIN: f32 = 0.5;
/// Plateau: within the larger of this many sigma of the form and the micrometres after it, and less steep than the last.
const HEIGHT_SIGMAS: f32 = 4.0;
const HEIGHT_MIN: f32 = 6.0;
const SLOPE_MAX: f32 = 0.3;
/// Rays and the step along them, micrometres.
pub(super) const RAYS: usize = 720;
pub(super) const STEP: f64 = 6.25;
/// The border is sought from this far inside the plateau's circle to this far outside, micrometres.
const INSIDE: f64 = 350.0;
const OUTSIDE: f64 = 300.0;
/// Length over which plateau shares are compared, micrometres.
const SHARE: f64 = 60.0;
/// Least difference of the shares.
const CONTRAST_MIN: f32 = 0.5;
/// A bin supports the circle if its ray ends within this, micrometres.
const SUPPORT: f64 = 60.0;

/// The scan with the primer's form taken off, smoothed, and which of its cells are plateau.
pub(super) struct Levelled {
    /// Micrometres over the form, smoothed by 15 um; in voids what their borders say.
    pub(super) residual: Field,
    /// Not in a void.
    pub(super) present: Vec<bool>,
    /// Slope of the smoothed residual.
    pub(super) slope: Vec<f32>,
    /// Part of the plateau.
    pub(super) plateau: Vec<bool>,
    /// Robust standard deviation of the plateau about its form, micrometres.
    pub(super) sigma: f32,
}

impl Levelled {
    /// Takes the form off.
    pub(super) fn of(field: &Field, form: &Form) -> Self {
        let smoothed = gaussian(&form.removed(field), SIGMA);
        let (along_x, along_y) = gradient(&smoothed.field);
        let slope: Vec<f32> = along_x.iter().zip(&along_y).map(|(x, y)| (x * x + y * y).sqrt()).collect();
        let present: Vec<bool> = smoothed.coverage.iter().map(|coverage| *coverage > COVERAGE_MIN).collect();
        let limit = (HEIGHT_SIGMAS * form.sigma).max(HEIGHT_MIN);
        let heights = smoothed.field.values.iter();
        let plateau = heights
            .zip(&slope)
            .zip(&present)
            .map(|((height, slope), present)| *present && height.abs() < limit && *slope < SLOPE_MAX)
            .collect();
        Self { residual: smoothed.field, present, slope, plateau, sigma: form.sigma }
    }
    /// Whether a point in micrometres lies on the plateau; off the grid is not.
    pub(super) fn on_plateau(&self, x: f64, y: f64) -> bool {
        self.residual.cell(x, y).is_some_and(|place| self.plateau[place])
    }
}

/// The outer circle and how far it can be trusted.
pub(super) struct Outer {
    pub(super) round: Round,
    /// Share of the 2 degree bins whose border lies on the circle.
    pub(super) support: f64,
}

/// The direction of a ray.
pub(super) fn direction(ray: usize) -> (f64, f64) {
    let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
    (cos, sin)
}

/// The circle through the points where the plateau's share drops most along rays from the plateau's centre.
pub(super) fn find(levelled: &Levelled, round: &Round) -> Option<Outer> {
    let reach = (SHARE / STEP).round() as usize;
    let start = (round.r - INSIDE - SHARE).max(0.0);
    let count = ((round.r + OUTSIDE + SHARE - start) / STEP) as usize;
    let mut points = Vec::with_capacity(RAYS);
    let mut sums = vec![0.0_f32; count + 1];
    for ray in 0..RAYS {
        let (cos, sin) = direction(ray);
        for step in 0..count {
            let r = start + step as f64 * STEP;
            let on = levelled.on_plateau(round.x + r * cos, round.y + r * sin);
            sums[step + 1] = sums[step] + f32::from(u8::from(on));
        }
        let mut best = (CONTRAST_MIN, None);
        for step in reach..count.saturating_sub(reach) {
            let inside = sums[step] - sums[step - reach];
            let outside = sums[step + reach] - sums[step];
            let contrast = (inside - outside) / reach as f32;
            if contrast > best.0 {
                best = (contrast, Some(start + (step as f64 - 0.5) * STEP));
            }
        }
        if let Some(r) = best.1 {
            points.push((round.x + r * cos, round.y + r * sin));
        }
    }
    let found = Round::cauchy(&points)?;
    let mut supported = [false; BINS];
    for &(x, y) in points.iter().filter(|&&point| found.distance(point).abs() < SUPPORT) {
        supported[bin(x - found.x, y - found.y)] = true;
    }
    let support = supported.iter().filter(|bin| **bin).count() as f64 / BINS as f64;
    Some(Outer { round: found, support })
}
