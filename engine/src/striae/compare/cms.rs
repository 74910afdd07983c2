//! Consecutive matching striae, for the examiner's eye only: a count they know, and a poor one to decide by
//! (area under the curve .815 against .970 of the vote, `docs/striae.md`, section 2).

use crate::units::{Metres, um};

/// Two striae lie together within this.
const TOLERANCE: Metres = um(10.0);
/// A stria stands out by this share of the standard deviation at least.
const HEIGHT_MIN: f32 = 0.5;

/// Striae counted at one lag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cms {
    /// Longest run of consecutive striae of the reference that have a partner.
    pub longest: usize,
    /// Striae of the reference with a partner.
    pub together: usize,
    /// Striae of the reference inside the overlap.
    pub striae: usize,
}

/// A ridge or furrow of a line of unit variance.
#[derive(Clone, Copy, PartialEq)]
struct Stria {
    place: f64,
    ridge: bool,
}

fn striae(values: &[f32]) -> Vec<Stria> {
    values
        .windows(3)
        .enumerate()
        .filter_map(|(place, near)| {
            let (before, at, after) = (near[0], near[1], near[2]);
            let ridge = at > HEIGHT_MIN && at >= before && at > after;
            let furrow = at < -HEIGHT_MIN && at <= before && at < after;
            (ridge || furrow).then_some(Stria { place: place as f64 + 1.0, ridge })
        })
        .collect()
}

/// Counts striae of `reference` with a partner on `compared`; `lag` is where the first sample of the one lies on the
/// other, `stretch` what a length grows by.
pub(super) fn cms(reference: &[f32], compared: &[f32], pitch: Metres, lag: Metres, stretch: f64) -> Cms {
    let (own, other) = (striae(reference), striae(compared));
    let (lag, tolerance) = (lag.steps(pitch), TOLERANCE.steps(pitch));
    let middle = reference.len() as f64 / 2.0;
    let (mut count, mut run) = (Cms::default(), 0);
    for stria in own {
        let place = middle + (stria.place - middle) * (1.0 + stretch) + lag;
        if place < 0.0 || place >= compared.len() as f64 {
            continue;
        }
        count.striae += 1;
        let partner = other.iter().any(|other| other.ridge == stria.ridge && (other.place - place).abs() <= tolerance);
        run = if partner { run + 1 } else { 0 };
        count.together += usize::from(partner);
        count.longest = count.longest.max(run);
    }
    count
}
