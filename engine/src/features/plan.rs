//! How a mark is searched for, decided once from its template and said in words.
//!
//! A whole, clear mark with a good origin is searched the usual way. A part of a mark, a noisy one, or one whose origin
//! is poor is recognised as such, by signs of the template alone, and searched thoroughly: more shifted origins, no
//! first filter, more candidates refined and compared. What each costs and gains was measured on other
//! firearms than it was chosen on (`docs/weak-marks.md`).

use super::polar::Polar;
use super::probes::Reach;
use crate::marks::{Grade, OriginKind};
use crate::template::Template;

/// Share of the turn below which a mark counts as a part: the scan's first filter would lose mates of such marks.
pub(crate) const WHOLE_TURN: f32 = 0.6;
/// Kurtosis of the heights below which a mark counts as noisy.
///
/// Tool marks have long tails (pits, ridges): 34 breech faces of three sets show 3.25 to 4.2 after clipping at
/// 3 Sq. Noise is normal, and a sum with more noise than mark tends to 2.9, what clipping leaves of 3: 2.8 to 3.1 where
/// the noise is 1.5 times the mark.
const NOISY_KURTOSIS: f64 = 3.15;
/// A thorough search refines so many times the usual candidates: of 34 mates of 120 degree sectors two lay behind the
/// first 2,000 of the scan.
const REFINED: usize = 5;
/// It refines so many registrations of every candidate, where a usual one does so for the first 100 only: what little of
/// a part its mate shows often fits elsewhere by chance better than where it belongs.
const REGISTRATIONS: usize = 4;
/// And compares so many times as many: the scan and the refinement order the mates of parts less surely.
const COMPARED: usize = 2;

/// How far a search goes beyond the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A whole, clear mark with a good origin.
    Usual,
    /// A hard mark: searched as a job.
    Thorough,
}

impl Mode {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Thorough => "thorough",
        }
    }
}

/// What candidates that were compared are placed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// The score of the comparison.
    ByScore,
    /// The refined correlation: cells of 450 um hold too little of a noisy mark to agree.
    ByCorrelation,
}

/// How one mark is searched for.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPlan {
    /// Usual or thorough.
    pub mode: Mode,
    /// Fewest shifted origins tried against any mark.
    pub reach: Reach,
    /// Whether the scan's first filter may pass marks over in a large gallery.
    pub filtered: bool,
    /// Candidates refined for each one of a usual search.
    pub refined: usize,
    /// Candidates compared for each one of a usual search.
    pub compared: usize,
    /// Fewest registrations of each candidate that are refined.
    pub registrations: usize,
    /// Whether the scan's similarity counts, beside the refined correlation, in the choice of the candidates that are
    /// compared: of a hard mark, the best of thousands of places is mostly chance.
    pub scan_counts: bool,
    /// What compared candidates are placed by.
    pub placed: Placed,
    /// Why, in whole clauses; empty for the usual search.
    pub notes: Vec<String>,
}

impl SearchPlan {
    /// The usual search.
    pub fn usual() -> Self {
        Self {
            mode: Mode::Usual,
            reach: Reach::Near,
            filtered: true,
            refined: 1,
            compared: 1,
            registrations: 1,
            scan_counts: true,
            placed: Placed::ByScore,
            notes: Vec::new(),
        }
    }

    /// Looks at a template whose heights about its own origin are `polar`.
    pub fn of(template: &Template, polar: &Polar) -> Self {
        let mut plan = Self::usual();
        let own = Reach::of(template.origin_kind, template.grade);
        let turn = polar.turn();
        if turn < WHOLE_TURN {
            plan.thorough(own.max(Reach::Wide));
            let degrees = 360.0 * turn;
            plan.notes.push(format!("the mark covers {degrees:.0} degrees of the turn about its origin"));
        }
        if kurtosis(&template.heights) < NOISY_KURTOSIS {
            plan.thorough(own);
            plan.notes.push("its heights are spread like noise, not like a tool mark".into());
            // A part of few samples can look noisy and is not: its cells say more than its correlation.
            if turn >= WHOLE_TURN {
                plan.placed = Placed::ByCorrelation;
                plan.notes
                    .push("candidates are placed by their correlation, which noise spoils less than the score".into());
            }
        }
        if template.grade == Grade::Poor || template.origin_kind == OriginKind::Outer {
            plan.thorough(own);
            plan.notes.push(
                match template.origin_kind {
                    OriginKind::Outer => "its origin is the primer's circle, which moves from shot to shot",
                    _ => "its origin is poorly determined",
                }
                .into(),
            );
        }
        if plan.mode == Mode::Thorough {
            let probes = plan.reach.shifts().len();
            plan.notes.push(format!(
                "so every mark is tried at {probes} shifted origins at least, without a first filter, {REFINED} times as \
                 many candidates are refined at {REGISTRATIONS} registrations each, and {COMPARED} times as many compared"
            ));
        }
        plan
    }

    fn thorough(&mut self, reach: Reach) {
        *self = Self {
            mode: Mode::Thorough,
            reach: self.reach.max(reach),
            filtered: false,
            refined: REFINED,
            compared: COMPARED,
            registrations: REGISTRATIONS,
            scan_counts: false,
            placed: self.placed,
            notes: std::mem::take(&mut self.notes),
        };
    }

    /// The reasons as one sentence; `None` for the usual search.
    pub fn said(&self) -> Option<String> {
        (!self.notes.is_empty()).then(|| format!("thorough search: {}", self.notes.join("; ")))
    }
}

/// Fourth moment of the heights over the square of the second; infinite for a flat or empty mark.
fn kurtosis(heights: &[i8]) -> f64 {
    let (mut count, mut sums) = (0u64, [0i64; 4]);
    for &height in heights.iter().filter(|height| **height != Template::MISSING) {
        count += 1;
        let height = i64::from(height);
        let square = height * height;
        for (sum, power) in sums.iter_mut().zip([height, square, square * height, square * square]) {
            *sum += power;
        }
    }
    let [m1, m2, m3, m4] = sums.map(|sum| sum as f64 / count.max(1) as f64);
    let second = m2 - m1 * m1;
    let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
    if second > 0.0 { fourth / (second * second) } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_distribution_has_a_kurtosis_of_3_and_a_square_wave_one_of_1() {
        let mut sum = 0u32;
        let normal: Vec<i8> = (0..40_000)
            .map(|_| {
                // Sums of twelve uniform numbers, from a fixed linear congruential sequence.
                let total: u32 = (0..12)
                    .map(|_| {
                        sum = sum.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        sum >> 24
                    })
                    .sum();
                ((f64::from(total) - 12.0 * 127.5) / 8.0) as i8
            })
            .collect();
        let found = kurtosis(&normal);
        assert!((found - 2.9).abs() < 0.1, "{found:.2}: 3 - 6/(5 * 12) = 2.9 for twelve uniform numbers");
        assert!((kurtosis(&[10, -10, 10, -10]) - 1.0).abs() < 1e-9);
    }
}
