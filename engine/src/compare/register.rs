//! How one mark lies on another, from nothing: every rotation, a disc of shifts, both hypotheses of handedness.
//!
//! The coherent polar correlation of the scan (`docs/method.md`) in floating point on one pair, then the fine spectra
//! (65 to 600 um) on a 20 um grid of shifts about each of the best peaks, then on a 7 um grid about the winners.

use super::Registration;
use crate::features::field::Field;
use crate::features::polar::Polar;
use crate::features::probes::Reach;
use crate::features::rings::{ANGLES, COARSE_LAYOUT, FINE, FINE_LAYOUT};
use crate::features::spectrum::{Spectrum, cross};
use crate::surface::fft::{Complex32, inverse_row};
use crate::template::Template;
use crate::units::{Metres, um};
use std::collections::BTreeMap;

/// Peaks nearer than this in angle are one hypothesis, degrees.
const PEAKS_APART: f64 = 6.0;
/// Coarse peaks that are refined.
const PEAKS_REFINED: usize = 4;
/// Registrations handed back.
const PEAKS_KEPT: usize = 3;
/// Shift grid of the first refinement.
const FIRST_STEP: Metres = um(20.0);
/// Angle grid of the first refinement, degrees: +-3 in nine steps.
const FIRST_TURN: f64 = 0.75;
/// Shift grid of the second refinement.
const SECOND_STEP: Metres = um(7.0);
/// Angle grid of the second refinement, degrees.
const SECOND_TURN: f64 = 0.2;
/// Shifts tried on each side of the centre of a grid.
const SHIFTS: i32 = 2;
/// Angles tried on each side of the centre of a grid.
const TURNS: i32 = 4;

/// The best few registrations of `compared` on `reference`, at least 6 degrees apart, best first.
///
/// Searches the whole circle and shifts as far as the two origins can differ; with `mirror` also with the compared mark
/// mirrored. Empty only if one of the marks has no ring about its origin.
pub fn register(reference: &Template, compared: &Template, mirror: bool) -> Vec<Registration> {
    let field = Field::of(reference);
    let polar = Polar::about(&Field::of(compared), Metres::new(0.0), Metres::new(0.0));
    let coarse = Spectrum::of(&polar.coarse(), &COARSE_LAYOUT);
    let reach = Reach::of_pair((reference.origin_kind, reference.grade), (compared.origin_kind, compared.grade));
    let fine = Spectrum::of(&polar.fine(), &FINE_LAYOUT);
    if coarse.is_empty() || fine.is_empty() {
        return Vec::new();
    }
    let mut grid = Grid { field: &field, compared: &fine, spectra: BTreeMap::new() };
    let mut found: Vec<Registration> = coarse_peaks(&field, &coarse, reach.max(Reach::Middle), mirror)
        .into_iter()
        .map(|peak| grid.refined(&peak, FIRST_STEP, FIRST_TURN))
        .collect();
    best_apart(&mut found, PEAKS_KEPT);
    let mut found: Vec<Registration> = found.iter().map(|peak| grid.refined(peak, SECOND_STEP, SECOND_TURN)).collect();
    best_apart(&mut found, PEAKS_KEPT);
    found
}

/// The best coarse peaks over all probes, at least 6 degrees apart.
fn coarse_peaks(field: &Field, compared: &Spectrum, reach: Reach, mirror: bool) -> Vec<Registration> {
    let mut peaks = Vec::new();
    for (dx, dy) in reach.shifts() {
        let reference = Spectrum::of(&Polar::about(field, dx, dy).coarse(), &COARSE_LAYOUT);
        if reference.is_empty() {
            continue;
        }
        for mirrored in [false, true].into_iter().take(1 + usize::from(mirror)) {
            let curve = inverse_row(&cross(&reference, compared, &COARSE_LAYOUT, mirrored), ANGLES);
            for angle in 0..ANGLES {
                let (before, after) = (curve[(angle + ANGLES - 1) % ANGLES], curve[(angle + 1) % ANGLES]);
                if curve[angle] > before && curve[angle] >= after {
                    // The inverse transform counts every order and its conjugate.
                    let correlation = f64::from(curve[angle]) / 2.0;
                    peaks.push(Registration { angle: angle as f64, dx, dy, mirrored, correlation });
                }
            }
        }
    }
    best_apart(&mut peaks, PEAKS_REFINED);
    peaks
}

/// Sorts by correlation and keeps the best `count` that differ in handedness or by 6 degrees.
pub fn best_apart(peaks: &mut Vec<Registration>, count: usize) {
    peaks.sort_by(|a, b| b.correlation.total_cmp(&a.correlation));
    let mut kept: Vec<Registration> = Vec::with_capacity(count);
    for peak in peaks.iter() {
        let near = |other: &Registration| {
            let apart = (peak.angle - other.angle).rem_euclid(360.0);
            other.mirrored == peak.mirrored && apart.min(360.0 - apart) < PEAKS_APART
        };
        if kept.len() < count && !kept.iter().any(near) {
            kept.push(*peak);
        }
    }
    *peaks = kept;
}

/// Fine spectra of the reference about shifted origins, each extracted once.
struct Grid<'a> {
    field: &'a Field,
    compared: &'a Spectrum,
    /// By shift in nanometres.
    spectra: BTreeMap<(i64, i64), Spectrum>,
}

impl Grid<'_> {
    /// The best registration on a grid of shifts and angles about `centre`.
    fn refined(&mut self, centre: &Registration, step: Metres, turn: f64) -> Registration {
        let angles: Vec<f64> = (-TURNS..=TURNS).map(|at| centre.angle + f64::from(at) * turn).collect();
        let turns: Vec<Vec<Complex32>> = angles.iter().map(|&angle| phases(angle)).collect();
        // The first grid is the same for every peak, so its spectra are shared.
        let snap = |shift: Metres| (shift.steps(step).round() * step.metres() * 1e9).round() as i64;
        let nanometres = (step.metres() * 1e9).round() as i64;
        let mut best = Registration { correlation: f64::NEG_INFINITY, ..*centre };
        for row in -SHIFTS..=SHIFTS {
            for col in -SHIFTS..=SHIFTS {
                let at = (snap(centre.dx) + i64::from(col) * nanometres, snap(centre.dy) + i64::from(row) * nanometres);
                let (dx, dy) = (Metres::new(at.0 as f64 * 1e-9), Metres::new(at.1 as f64 * 1e-9));
                let field = self.field;
                let reference = self
                    .spectra
                    .entry(at)
                    .or_insert_with(|| Spectrum::of(&Polar::about(field, dx, dy).fine(), &FINE_LAYOUT));
                let cross = cross(reference, self.compared, &FINE_LAYOUT, centre.mirrored);
                for (angle, phases) in angles.iter().zip(&turns) {
                    let correlation: f32 = cross.iter().zip(phases).map(|(x, w)| x.re * w.re - x.im * w.im).sum();
                    if f64::from(correlation) > best.correlation {
                        best = Registration {
                            angle: angle.rem_euclid(360.0),
                            dx,
                            dy,
                            correlation: f64::from(correlation),
                            ..*centre
                        };
                    }
                }
            }
        }
        best
    }
}

/// `exp(i k angle)` for every fine order, `angle` in degrees.
fn phases(angle: f64) -> Vec<Complex32> {
    (0..=FINE.orders)
        .map(|order| {
            let (sin, cos) = (order as f64 * angle).to_radians().sin_cos();
            Complex32::new(cos as f32, sin as f32)
        })
        .collect()
}
