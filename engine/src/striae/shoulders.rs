//! The walls beside a land: where the mark ends and the groove begins.
//!
//! The wall is found first, where it is unmistakable, and then followed back down to where it leaves the land. Looking
//! for the first sample that leaves the land cuts into it wherever a deep stria or a burr does.

use super::filter::{low_pass, median_absolute};
use crate::units::{Metres, um};
use std::ops::Range;

/// Smoothing of the profile before walls are looked for.
const SMOOTH: Metres = um(6.0);
/// Share of the width, in the middle, that the land's form is fitted to.
const BASE: f64 = 0.76;
/// Rounds of the fit, each without what the one before left far off.
const ROUNDS: usize = 15;
/// Residuals kept in the fit, robust standard deviations: fewer above the land, where walls stand, than below it.
const KEPT: (f64, f64) = (6.0, 3.0);
/// The walls are looked for outwards from this share of the width inside either end.
const INSIDE: f64 = 0.3;
/// A wall rises by more than this and by more than so many robust standard deviations.
const WALL: (Metres, f32) = (um(8.0), 6.0);
/// It does so over this length at least.
const WALL_RUN: Metres = um(12.0);
/// Beyond it the profile stays above its foot but for this share: a groove does not come back to the land.
const BACK_MAX: f64 = 0.1;
/// A wall is no wider than this from its foot to where it is found: a hump beside it is land.
const WALL_WIDTH: Metres = um(100.0);
/// Its foot lies where the profile comes back to within this, or so many robust standard deviations.
const FOOT: (Metres, f32) = (um(2.0), 3.0);

/// The mark between its walls.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Land {
    /// Samples of the mark.
    pub(super) samples: Range<usize>,
    /// Whether a wall was found at the left and at the right; where not, the mark ends with the data.
    pub(super) walls: [bool; 2],
}

/// The range of samples that are present.
pub(super) fn extent(profile: &[f32]) -> Range<usize> {
    let first = profile.iter().position(|height| !height.is_nan()).unwrap_or(0);
    let last = profile.iter().rposition(|height| !height.is_nan()).map_or(first, |last| last + 1);
    first..last
}

/// Finds the mark between its walls on an unfiltered profile in metres.
pub(super) fn land(profile: &[f32], pitch: Metres) -> Land {
    let data = extent(profile);
    let smooth = low_pass(&profile[data.clone()], SMOOTH, pitch);
    let Some((residual, sigma)) = residual(&smooth) else { return Land { samples: data, walls: [false; 2] } };
    let wall = (WALL.0.metres() as f32).max(WALL.1 * sigma);
    let foot = (FOOT.0.metres() as f32).max(FOOT.1 * sigma);
    let whole = |length: Metres| length.steps(pitch).round().max(1.0) as usize;
    let (run, most) = (whole(WALL_RUN), whole(WALL_WIDTH));
    let limits = Limits { wall, foot, run, most };
    let inside = (INSIDE * residual.len() as f64) as usize;
    let left = edge(&|step| residual.get(inside.checked_sub(step)?).copied(), &limits);
    let right = edge(&|step| residual.get(residual.len() - 1 - inside + step).copied(), &limits);
    let start = left.map_or(data.start, |step| data.start + inside - step);
    let end = right.map_or(data.end, |step| data.start + residual.len() - inside + step);
    Land { samples: start..end.max(start), walls: [left.is_some(), right.is_some()] }
}

/// What makes a wall, in metres and samples.
struct Limits {
    wall: f32,
    foot: f32,
    run: usize,
    most: usize,
}

/// Steps outwards to the foot of the first wall; `at(step)` is the residual that many samples out, `None` past the end.
fn edge(at: &dyn Fn(usize) -> Option<f32>, limits: &Limits) -> Option<usize> {
    let (mut high, mut step) = (0, 0);
    while let Some(height) = at(step) {
        // A missing sample neither makes a wall nor ends one.
        if height > limits.wall {
            high += 1;
        } else if !height.is_nan() {
            high = 0;
        }
        if high >= limits.run && stays(at, step, limits.foot) {
            // A missing sample is no foot.
            let nearest = step.saturating_sub(limits.most);
            let foot = (nearest..step).rev().find(|&back| at(back).is_some_and(|height| height <= limits.foot));
            return Some(foot.unwrap_or(nearest));
        }
        step += 1;
    }
    None
}

/// Whether the profile stays above the foot of a wall from `step` to the end of the data.
fn stays(at: &dyn Fn(usize) -> Option<f32>, step: usize, foot: f32) -> bool {
    let (mut below, mut present) = (0, 0);
    for height in (step..).map_while(at).filter(|height| !height.is_nan()) {
        present += 1;
        below += usize::from(height <= foot);
    }
    below as f64 <= BACK_MAX * f64::from(present)
}

/// The profile less its form, and the robust standard deviation of the land; `None` of fewer than 10 samples.
fn residual(smooth: &[f32]) -> Option<(Vec<f32>, f32)> {
    let length = smooth.len();
    let margin = ((1.0 - BASE) / 2.0 * length as f64) as usize;
    let scale = |place: usize| 2.0 * place as f64 / length.max(2) as f64 - 1.0;
    let base: Vec<(f64, f64)> = (margin..length.saturating_sub(margin))
        .filter(|&place| !smooth[place].is_nan())
        .map(|place| (scale(place), f64::from(smooth[place])))
        .collect();
    if base.len() < 10 {
        return None;
    }
    let mut weights = vec![1.0; base.len()];
    let mut form = parabola(&base, &weights)?;
    let mut sigma = 0.0;
    for _ in 0..ROUNDS {
        let rest = |&(x, z): &(f64, f64)| z - (form[0] + form[1] * x + form[2] * x * x);
        let kept: Vec<f32> = base
            .iter()
            .zip(&weights)
            .filter(|(_, weight)| **weight > 0.0)
            .map(|(point, _)| rest(point) as f32)
            .collect();
        sigma = 1.4826 * f64::from(median_absolute(&kept));
        if sigma <= 0.0 {
            break;
        }
        for (weight, point) in weights.iter_mut().zip(&base) {
            let rest = rest(point);
            let share = rest / (sigma * if rest < 0.0 { KEPT.0 } else { KEPT.1 });
            *weight = if share.abs() < 1.0 { (1.0 - share * share).powi(2) } else { 0.0 };
        }
        form = parabola(&base, &weights).unwrap_or(form);
    }
    let residual = smooth
        .iter()
        .enumerate()
        .map(|(place, height)| {
            let x = scale(place);
            height - (form[0] + form[1] * x + form[2] * x * x) as f32
        })
        .collect();
    Some((residual, sigma as f32))
}

/// Weighted least squares parabola; `None` where the points do not determine it.
fn parabola(points: &[(f64, f64)], weights: &[f64]) -> Option<[f64; 3]> {
    let (mut m, mut z) = ([0.0_f64; 5], [0.0_f64; 3]);
    for (&(x, height), &weight) in points.iter().zip(weights) {
        let mut power = weight;
        for (place, sum) in m.iter_mut().enumerate() {
            *sum += power;
            if let Some(sum) = z.get_mut(place) {
                *sum += power * height;
            }
            power *= x;
        }
    }
    let determinant = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
    };
    let (a, b, c) = ([m[0], m[1], m[2]], [m[1], m[2], m[3]], [m[2], m[3], m[4]]);
    let whole = determinant(a, b, c);
    if whole.abs() < 1e-12 * m[0].powi(3).max(f64::MIN_POSITIVE) {
        return None;
    }
    Some([determinant(z, b, c) / whole, determinant(a, z, c) / whole, determinant(a, b, z) / whole])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arc of 4.5 mm radius, 2.4 mm wide, with walls of 40 um at 0.3 and 2.1 mm and striae of 1 um.
    fn profile(gouge: bool) -> Vec<f32> {
        (0..1200)
            .map(|place| {
                let x = f64::from(place) * 2.0;
                let hump = if gouge { 14.0 * (-0.5 * ((x - 1700.0) / 60.0).powi(2)).exp() } else { 0.0 };
                let arc = -(x - 1200.0).powi(2) / 9000.0;
                let wall = |distance: f64| (distance / 30.0).clamp(0.0, 1.0) * 40.0;
                let gouge = if gouge && (700.0..708.0).contains(&x) { 15.0 } else { 0.0 };
                ((arc + wall(300.0 - x) + wall(x - 2100.0) + (x / 7.0).sin() + gouge + hump) * 1e-6) as f32
            })
            .collect()
    }

    #[test]
    fn walls_are_found_to_ten_micrometres_and_neither_a_burr_nor_a_hump_is_one() {
        for gouge in [false, true] {
            let found = land(&profile(gouge), um(2.0));
            let (left, right) = (found.samples.start * 2, found.samples.end * 2);
            assert!(left.abs_diff(300) <= 10 && right.abs_diff(2100) <= 10, "{left} to {right} um");
            assert_eq!(found.walls, [true, true]);
        }
    }

    #[test]
    fn without_walls_the_mark_ends_with_the_data() {
        let mut only = profile(false)[160..1040].to_vec();
        only[..20].fill(f32::NAN);
        let found = land(&only, um(2.0));
        assert_eq!((found.samples, found.walls), (20..880, [false, false]));
    }
}
