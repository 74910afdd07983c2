//! The segment vote: how many short segments of one signature find their best place in the other at one common lag.
//!
//! Segments of 200 um every 100 um look for themselves within +-500 um; each casts one vote, for the lag of its best
//! correlation. The score is the largest share of votes within 32 um, both ways, averaged. It tolerates stretch, partial
//! contact and single loud gouges, none of which one correlation over the whole length does. A simpler and quicker
//! relative of congruent matching profile segments (Chen, Chu, Soons, Thompson, Song and Zhao 2019).

use super::kernel;
use super::ready::Ready;
use crate::units::Metres;

/// Share of a segment's samples that both signatures must have.
const PRESENT_MIN: f32 = 0.75;

/// One segment's vote.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Where it begins on its own signature.
    pub start: Metres,
    /// Its length.
    pub length: Metres,
    /// Where it lies on the other signature, less where it begins.
    pub lag: Metres,
    /// The correlation there, -1 to 1.
    pub correlation: f32,
    /// True if it is one of those that agree.
    pub agrees: bool,
}

/// The votes of all segments of one signature on another.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// From left to right; those that found no place to be compared are left out.
    pub segments: Vec<Segment>,
    /// How many agree.
    pub agreeing: usize,
    /// Mean lag of those that agree.
    pub lag: Metres,
    /// Largest mean over segments of the best correlation within the tolerance of a common lag.
    pub soft: f32,
}

impl Side {
    /// Share of segments that agree, 0 to 1.
    pub fn share(&self) -> f64 {
        self.agreeing as f64 / self.segments.len().max(1) as f64
    }
}

/// A segment's correlations: from lag index `first` on, in steps of the coarse pitch.
struct Search {
    start: usize,
    first: usize,
    correlations: Vec<f32>,
    best: usize,
}

/// Share of the segments of `own` that agree on a place on `other`: all that a ranking needs.
pub(super) fn share(own: &Ready, other: &Ready) -> f64 {
    let ballot = Ballot::of(own, other);
    ballot.agreeing.len() as f64 / ballot.searches.len().max(1) as f64
}

/// Lets the segments of `own` vote on `other`.
pub(super) fn vote(own: &Ready, other: &Ready) -> Side {
    let Ballot { searches, lags, agreeing, pitch, segment, reach, tolerance } = Ballot::of(own, other);
    let mean = agreeing.iter().map(|(lag, _)| *lag as f64).sum::<f64>() / agreeing.len().max(1) as f64;
    let mut agrees = vec![false; searches.len()];
    agreeing.iter().for_each(|(_, place)| agrees[*place] = true);
    let metres = |samples: f64| Metres::new(samples * pitch.metres());
    Side {
        segments: searches
            .iter()
            .zip(lags)
            .zip(agrees)
            .map(|((search, lag), agrees)| Segment {
                start: metres(search.start as f64),
                length: metres(segment as f64),
                lag: metres(lag as f64),
                correlation: search.correlations[search.best],
                agrees,
            })
            .collect(),
        agreeing: agreeing.len(),
        lag: metres(mean),
        soft: soft(&searches, 2 * reach + 1, tolerance),
    }
}

/// Every segment's search and the fullest window of votes, in samples of the coarse pitch.
struct Ballot {
    searches: Vec<Search>,
    /// By search.
    lags: Vec<isize>,
    /// Lag and search of those that agree.
    agreeing: Vec<(isize, usize)>,
    pitch: Metres,
    segment: usize,
    reach: usize,
    tolerance: usize,
}

impl Ballot {
    fn of(own: &Ready, other: &Ready) -> Self {
        let pitch = own.coarse.pitch;
        let steps = |length: Metres| length.steps(pitch).round() as usize;
        let (segment, step) = (steps(own.recipe.segment).max(2), steps(own.recipe.step).max(1));
        let (reach, tolerance) = (steps(own.recipe.reach), steps(own.recipe.tolerance));
        // Sample of `other` under sample 0 of `own` with the middles on each other.
        let centred = (other.coarse.length as isize - own.coarse.length as isize).div_euclid(2);
        let mut searches: Vec<Search> = Vec::new();
        for start in (0..(own.coarse.length + 1).saturating_sub(segment)).step_by(step) {
            searches.extend(search(own, other, (start, segment), centred, reach));
        }
        let lag_of = |search: &Search| (search.first + search.best) as isize - reach as isize + centred;
        let lags: Vec<isize> = searches.iter().map(lag_of).collect();
        let width = steps(Metres::new(2.0 * own.recipe.tolerance.metres())) as isize;
        let mut order: Vec<(isize, usize)> = lags.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let agreeing = order[fullest(&order, width, &searches)].to_vec();
        Self { searches, lags, agreeing, pitch, segment, reach, tolerance }
    }
}

/// The segment's correlations at all lags at which it lies on the other signature; `None` if there are none.
fn search(own: &Ready, other: &Ready, (start, length): (usize, usize), centred: isize, reach: usize) -> Option<Search> {
    let under = start as isize + centred - reach as isize;
    let first = (-under).max(0) as usize;
    let past = other.coarse.length as isize - length as isize - under + 1;
    let past = past.clamp(0, 2 * reach as isize + 1) as usize;
    if first >= past {
        return None;
    }
    let at = (under + first as isize) as usize;
    let mut correlations = vec![0.0; past - first];
    let present = own.coarse.presence[start..start + length].iter().sum::<f32>();
    if present < PRESENT_MIN * length as f32 {
        return None;
    }
    if own.coarse.gaps || other.coarse.gaps {
        let least = PRESENT_MIN * length as f32;
        kernel::masked((&own.coarse, start, length), (&other.coarse, at), least, &mut correlations);
    } else {
        let cut = &own.coarse.values[start..start + length];
        let mean = cut.iter().sum::<f32>() / length as f32;
        let scale = own.norms.get(start).copied().unwrap_or(0.0);
        let unit: Vec<f32> = cut.iter().map(|value| (value - mean) * scale).collect();
        kernel::products(&unit, &other.coarse.values, at, &mut correlations);
        for (correlation, norm) in correlations.iter_mut().zip(&other.norms[at..]) {
            *correlation *= norm;
        }
    }
    let mut best: Option<usize> = None;
    for (lag, value) in correlations.iter().enumerate() {
        if !value.is_nan() && best.is_none_or(|best| *value > correlations[best]) {
            best = Some(lag);
        }
    }
    best.map(|best| Search { start, first, correlations, best })
}

/// The places in `order` of the most votes within `width`; of equally many, those with the larger sum of correlations.
fn fullest(order: &[(isize, usize)], width: isize, searches: &[Search]) -> std::ops::Range<usize> {
    let weight = |window: &[(isize, usize)]| -> f32 {
        window.iter().map(|(_, place)| searches[*place].correlations[searches[*place].best]).sum()
    };
    let (mut best, mut best_weight) = (0..0, f32::MIN);
    let mut first = 0;
    for last in 0..order.len() {
        while order[last].0 - order[first].0 > width {
            first += 1;
        }
        let window = first..last + 1;
        if window.len() >= best.len() {
            let weight = weight(&order[window.clone()]);
            if window.len() > best.len() || weight > best_weight {
                (best, best_weight) = (window, weight);
            }
        }
    }
    best
}

/// Largest mean over segments of the best correlation within `tolerance` lags; a segment without a place counts 0.
fn soft(searches: &[Search], lags: usize, tolerance: usize) -> f32 {
    let mut sums = vec![0.0_f32; lags];
    let mut line = vec![-1.0_f32; lags + 2 * tolerance];
    for search in searches {
        line.fill(-1.0);
        for (place, value) in search.correlations.iter().enumerate() {
            line[search.first + place + tolerance] = if value.is_nan() { -1.0 } else { *value };
        }
        let mut most = line[..lags].to_vec();
        for shift in 1..=2 * tolerance {
            for (most, value) in most.iter_mut().zip(&line[shift..]) {
                *most = if *value > *most { *value } else { *most };
            }
        }
        for (sum, most) in sums.iter_mut().zip(&most) {
            *sum += if *most > -1.0 { *most } else { 0.0 };
        }
    }
    sums.into_iter().fold(0.0, f32::max) / searches.len().max(1) as f32
}
