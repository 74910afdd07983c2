//! Whether there are striae at all, and how far a signature can be trusted.
//!
//! A mark without detectable striae is *unsuitable*: it supports no conclusion, and least of all an exclusion.

use super::consensus::{halves, pearson};
use crate::units::Metres;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Least share of the mark's area with heights.
const COVERAGE_MIN: f64 = 0.5;
/// Least correlation between the profiles of two halves of the rows. Rough surfaces without striae stay below .5, the 30
/// lands of Hamby lie above .98 (`docs/striae.md`, section 5).
const REPEAT_MIN: f64 = 0.7;
/// Least coherence. Rough surfaces without striae stay below .035, the 30 lands of Hamby lie above .068.
const COHERENCE_MIN: f64 = 0.04;
/// Least coherence where the surface is as rough along the striae as across: that is what no striae look like.
const COHERENCE_ROUND_MIN: f64 = 0.1;

/// What a verdict on a striated mark rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Share of the mark's area that has heights, 0 to 1.
    pub coverage: f64,
    /// Share of the rows' roughness that is common to them once the striae stand upright, 0 to 1.
    pub coherence: f64,
    /// Correlation between the profiles of two halves of the rows.
    pub repeat: f64,
    /// Standard error of the signature: half the root mean square difference of the two halves.
    pub noise: Metres,
}

impl Quality {
    /// Measures high-passed, upright rows over the columns of the mark.
    pub(super) fn of(rows: &Array2<f32>, weights: &[f32], columns: Range<usize>, coherence: f64) -> Self {
        let area = columns.len() * rows.nrows();
        let present = rows
            .rows()
            .into_iter()
            .map(|row| row.iter().skip(columns.start).take(columns.len()).filter(|height| !height.is_nan()).count())
            .sum::<usize>();
        let [one, other] = halves(rows, weights);
        let (one, other) = (&one[columns.clone()], &other[columns]);
        let (mut squares, mut count) = (0.0_f64, 0);
        for rest in one.iter().zip(other).map(|(a, b)| a - b).filter(|rest| !rest.is_nan()) {
            squares += f64::from(rest) * f64::from(rest);
            count += 1;
        }
        Self {
            coverage: present as f64 / area.max(1) as f64,
            coherence,
            repeat: f64::from(pearson(one, other)),
            noise: Metres::new((squares / f64::from(count.max(1))).sqrt() / 2.0),
        }
    }

    /// Why the mark is unsuitable, if it is: one clause with the numbers. `sure`: whether the surface is rougher across
    /// the striae than along them.
    pub fn unsuitable(&self, sure: bool) -> Option<String> {
        if self.coverage < COVERAGE_MIN {
            let (found, least) = (100.0 * self.coverage, 100.0 * COVERAGE_MIN);
            return Some(format!("only {found:.0} % of the mark has heights, at least {least:.0} % are needed"));
        }
        let least = if sure { COHERENCE_MIN } else { COHERENCE_ROUND_MIN };
        if self.coherence < least || self.repeat < REPEAT_MIN {
            return Some(format!(
                "no detectable striae: coherence of the rows {:.3} (at least {least}), correlation of its two halves {:.2} (at least {REPEAT_MIN}); this is no exclusion",
                self.coherence, self.repeat
            ));
        }
        None
    }
}
