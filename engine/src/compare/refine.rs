//! Refinement of the scan's candidates: the fine spectra (65 to 600 um) on a 5 x 5 grid of 20 um about the scan's shift,
//! at nine rotations within 3 degrees.
//!
//! What the coarse scan ranks by 1235 components is decided here by some 5000: same-source marks of weak scans rise out
//! of the best different-source ones. Candidates that share a probe share the query's 25 spectra, and a few candidates
//! go through a part of these while it is in cache. The result depends on neither threads nor order.

use super::Registration;
use crate::features::Query;
use crate::features::code::{Code, Depth};
use crate::features::lanes::{GROUP, Lanes};
use crate::features::products::{Kernel, Wave};
use crate::features::rings::FINE_LAYOUT;
use crate::features::spectrum::Spectrum;
use crate::features::turns::{Phases, Sums};
use crate::units::Metres;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::LazyLock;

/// Distance between shifts, nanometres.
const STEP: i64 = 20_000;
/// Shifts on each side of the middle.
const SHIFTS: i64 = 2;
/// Groups of eight lanes that hold the 25 shifts.
const GROUPS: usize = 4;
/// Rotations tried: 0.75 degrees apart, +-3 degrees.
const TURNS: usize = 9;
/// Steps of a turn that hold both the scan's rotations (360 / 320 degrees) and the refinement's (0.75 degrees).
const CIRCLE_STEPS: i64 = 960;
/// Circle steps between two rotations tried.
const TURN_STEPS: i64 = 2;
/// Candidates that go through the lanes side by side.
const TILE: usize = 8;
/// Segments of the lanes that a tile goes through at a time: about 100 kB.
const CHUNK: usize = 16;

static CIRCLE: LazyLock<Vec<(f32, f32)>> = LazyLock::new(|| {
    (0..CIRCLE_STEPS)
        .map(|step| {
            let (sin, cos) = (TAU * step as f64 / CIRCLE_STEPS as f64).sin_cos();
            (cos as f32, sin as f32)
        })
        .collect()
});

/// A candidate of the scan: its fine code and where the scan saw it.
#[derive(Clone, Copy, Debug)]
pub struct Coarse<'a> {
    /// Fine spectrum of the candidate.
    pub code: &'a Code,
    /// How it lies on the query according to the scan.
    pub registration: Registration,
}

/// The best registration near each candidate's own, in the order given; `correlation` is that of the fine spectra.
pub fn refine(query: &Query, candidates: &[Coarse<'_>]) -> Vec<Registration> {
    refine_with(Kernel::fastest(), query, candidates)
}

/// [`refine`] with a given kernel; every kernel gives the same answers.
pub fn refine_with(kernel: Kernel, query: &Query, candidates: &[Coarse<'_>]) -> Vec<Registration> {
    let mut by_centre: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        by_centre.entry(centre(&candidate.registration)).or_default().push(at);
    }
    let spectra = spectra(query, by_centre.keys());
    let mut refined: Vec<Registration> = candidates.iter().map(|candidate| candidate.registration).collect();
    for (centre, members) in by_centre {
        let shifts: Vec<(i64, i64)> = around(centre).collect();
        let rows: Vec<&Spectrum> = shifts.iter().filter_map(|shift| spectra.get(shift)).collect();
        let lanes = Lanes::<GROUPS>::pack(&rows, &FINE_LAYOUT, Depth::Four);
        let tiles: Vec<Vec<Registration>> = members
            .par_chunks(TILE)
            .map(|members| {
                let tile: Vec<Coarse<'_>> = members.iter().map(|&member| candidates[member]).collect();
                refine_tile(kernel, &lanes, &shifts, &tile)
            })
            .collect();
        for (member, registration) in members.into_iter().zip(tiles.into_iter().flatten()) {
            refined[member] = registration;
        }
    }
    refined
}

fn centre(registration: &Registration) -> (i64, i64) {
    let snap = |shift: Metres| (shift.metres() * 1e9 / STEP as f64).round() as i64 * STEP;
    (snap(registration.dx), snap(registration.dy))
}

fn around((x, y): (i64, i64)) -> impl Iterator<Item = (i64, i64)> {
    (-SHIFTS..=SHIFTS).flat_map(move |row| (-SHIFTS..=SHIFTS).map(move |col| (x + col * STEP, y + row * STEP)))
}

/// Fine spectra of the query about every shift that some centre needs, each once.
fn spectra<'a>(query: &Query, centres: impl Iterator<Item = &'a (i64, i64)>) -> BTreeMap<(i64, i64), Spectrum> {
    let mut shifts: Vec<(i64, i64)> = centres.flat_map(|centre| around(*centre)).collect();
    shifts.sort_unstable();
    shifts.dedup();
    let metres = |nanometres: i64| Metres::new(nanometres as f64 * 1e-9);
    let spectra: Vec<Spectrum> = shifts.par_iter().map(|&(x, y)| query.fine(metres(x), metres(y))).collect();
    shifts.into_iter().zip(spectra).collect()
}

fn refine_tile(kernel: Kernel, lanes: &Lanes<GROUPS>, shifts: &[(i64, i64)], tile: &[Coarse<'_>]) -> Vec<Registration> {
    let mut scratch = Vec::new();
    let levels: Vec<Vec<u8>> = tile
        .iter()
        .map(|candidate| {
            let mut levels = Vec::new();
            candidate.code.unpack_trimmed(&FINE_LAYOUT, &mut scratch, &mut levels);
            levels
        })
        .collect();
    let middles: Vec<i64> = tile
        .iter()
        .map(|candidate| (candidate.registration.angle / 360.0 * CIRCLE_STEPS as f64).round() as i64)
        .collect();
    let mut sums = vec![Sums::<GROUPS, TURNS>::ZERO; tile.len()];
    let mut waves = vec![[Wave::default(); GROUPS]; CHUNK];
    let mut phases: Vec<Phases<TURNS>> = Vec::with_capacity(CHUNK);
    for start in (0..lanes.segments.len()).step_by(CHUNK) {
        let segments = start..lanes.segments.len().min(start + CHUNK);
        for (at, candidate) in tile.iter().enumerate() {
            kernel.products(&levels[at], lanes, segments.clone(), &mut waves);
            phases.clear();
            phases.extend(lanes.segments[segments.clone()].iter().map(|segment| {
                std::array::from_fn(|turn| {
                    let step = middles[at] + (turn as i64 - TURNS as i64 / 2) * TURN_STEPS;
                    CIRCLE[(step * segment.order as i64).rem_euclid(CIRCLE_STEPS) as usize]
                })
            }));
            sums[at].add(kernel, &waves[..phases.len()], &phases, candidate.registration.mirrored);
        }
    }
    let best = |at: usize| {
        let candidate = &tile[at];
        let mut best = Registration { correlation: f64::NEG_INFINITY, ..candidate.registration };
        for (turn, groups) in sums[at].0.iter().enumerate() {
            for (lane, &(x, y)) in shifts.iter().enumerate() {
                let (group, lane) = (lane / GROUP, lane % GROUP);
                let correlation = groups[group][lane] * lanes.scales[group][lane] / candidate.code.length;
                if f64::from(correlation) > best.correlation {
                    let step = middles[at] + (turn as i64 - TURNS as i64 / 2) * TURN_STEPS;
                    best = Registration {
                        angle: step.rem_euclid(CIRCLE_STEPS) as f64 * 360.0 / CIRCLE_STEPS as f64,
                        dx: Metres::new(x as f64 * 1e-9),
                        dy: Metres::new(y as f64 * 1e-9),
                        mirrored: candidate.registration.mirrored,
                        correlation: f64::from(correlation),
                    };
                }
            }
        }
        best
    };
    (0..tile.len()).map(best).collect()
}
