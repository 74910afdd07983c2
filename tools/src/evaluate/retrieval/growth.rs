//! Shares by size of the gallery: measured as far as there are distractors, extrapolated beyond.
//!
//! **The extrapolation is no measurement.** It asks for each mate how many different-source marks of a larger gallery
//! would come above it, by the fitted tail of that query's own different-source similarities ([`super::tail`]), first in
//! the scan, where it must stay among those refined, and then after refinement.

use super::ask::{Asked, MatePair};
use super::shares::within as share_within;
use super::tail::within;
use serde::Serialize;

/// Gallery sizes of the extrapolation.
const GALLERIES: [u64; 7] = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];

/// Measured shares of ordered mate pairs with so many distractors.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Growth {
    /// Distractors in the gallery.
    pub(crate) distractors: usize,
    /// Marks of the gallery in all, about: distractors and scans.
    pub(crate) gallery: usize,
    /// After comparison: rank 1.
    pub(crate) every_r1: Option<f64>,
    /// In the first 10.
    pub(crate) every_r10: Option<f64>,
    /// In the first 100.
    pub(crate) every_r100: Option<f64>,
    /// After refinement, before comparison.
    pub(crate) refined: Ranks,
}

/// Shares within ranks.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Ranks {
    /// Rank 1.
    pub(crate) r1: Option<f64>,
    /// In the first 10.
    pub(crate) r10: Option<f64>,
    /// In the first 50: those that are compared.
    pub(crate) r50: Option<f64>,
    /// In the first 100.
    pub(crate) r100: Option<f64>,
}

/// Expected shares of ordered mate pairs in a larger gallery: a model, no measurement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Extrapolated {
    /// Marks of the gallery.
    pub(crate) gallery: u64,
    /// Expected share of mates that the scan hands to refinement.
    pub(crate) refined: Option<f64>,
    /// Expected shares after refinement, by the fitted tails.
    pub(crate) expected: Ranks,
    /// The same by the heaviest tails that the likelihood leaves possible (one-sided 95 %, each query by itself).
    pub(crate) heaviest: Ranks,
}

/// Numbers of distractors whose shares are reported: none, and a 64th, a 32nd, ... of all.
pub(crate) fn sizes(distractors: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = (0..7).map(|halvings| distractors >> halvings).collect();
    sizes.push(0);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Measured growth; `marks` is the number of scans in the gallery.
pub(crate) fn measured(distractors: usize, marks: usize, pairs: &[&MatePair]) -> Vec<Growth> {
    let growth = sizes(distractors).into_iter().enumerate().map(|(at, count)| {
        let [refined, compared] =
            [0, 1].map(|stage| pairs.iter().map(|pair| pair.growth[at][stage]).collect::<Vec<Option<usize>>>());
        Growth {
            distractors: count,
            gallery: marks + count,
            every_r1: share_within(&compared, 1),
            every_r10: share_within(&compared, 10),
            every_r100: share_within(&compared, 100),
            refined: Ranks::of(|rank| share_within(&refined, rank)),
        }
    });
    growth.collect()
}

/// Expected shares at the measured size, to be held against the measured ones, and at 1e4 to 1e7 marks.
///
/// Empty if a query's gallery was too small for a tail. A mate that the search lost counts as lost.
pub(crate) fn extrapolated(asked: &[&Asked]) -> Vec<Extrapolated> {
    let largest = asked.iter().map(|one| one.gallery as u64).max();
    let Some(here) = largest.filter(|_| asked.iter().all(|one| one.has_tail)) else { return Vec::new() };
    std::iter::once(here)
        .chain(GALLERIES.into_iter().filter(|gallery| *gallery > here))
        .map(|gallery| {
            let mean = |of: &dyn Fn(&[[f64; 2]; 2], usize) -> f64| {
                let every = asked.iter().flat_map(|one| one.mates.iter().map(|pair| (pair, one.refined)));
                let (mut sum, mut count) = (0.0, 0usize);
                for (pair, refined) in every {
                    sum += pair.beyond.as_ref().map_or(0.0, |beyond| of(beyond, refined));
                    count += 1;
                }
                (count > 0).then(|| sum / count as f64)
            };
            let marks = gallery as f64;
            let joint = |tail: usize| {
                Ranks::of(|rank| {
                    mean(&|[scan, order], refined| {
                        within(refined, marks, scan[tail]) * within(rank, marks, order[tail])
                    })
                })
            };
            Extrapolated {
                gallery,
                refined: mean(&|[scan, _], refined| within(refined, marks, scan[0])),
                expected: joint(0),
                heaviest: joint(1),
            }
        })
        .collect()
}

impl Ranks {
    fn of(share: impl Fn(usize) -> Option<f64>) -> Self {
        Self { r1: share(1), r10: share(10), r50: share(50), r100: share(100) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(beyond: f64) -> Asked {
        let pair = MatePair {
            query: 0,
            mate: 1,
            ranks: [Some(1); 4],
            filter_place: 0.1,
            growth: Vec::new(),
            beyond: Some([[0.0; 2], [beyond, 2.0 * beyond]]),
            overlap: None,
        };
        Asked {
            query: 0,
            draw: 0,
            gallery: 6000,
            filtered: true,
            refined: 1000,
            surrogate_above: false,
            has_tail: true,
            mates: vec![pair],
        }
    }

    #[test]
    fn one_mark_in_a_million_above_a_mate_leaves_it_first_in_a_million_with_37_percent() {
        let one = asked(1e-6);
        let growth = extrapolated(&[&one]);
        let million = growth.iter().find(|at| at.gallery == 1_000_000).unwrap();
        // exp(-1) by the fitted tail, exp(-2) by one twice as heavy; ten above one expected never happens.
        assert!((million.expected.r1.unwrap() - 0.3679).abs() < 1e-3);
        assert!((million.heaviest.r1.unwrap() - 0.1353).abs() < 1e-3);
        assert!(million.expected.r10.unwrap() > 0.999);
        assert_eq!(growth[0].gallery, 6000);
    }

    #[test]
    fn the_measured_sizes_double_up_to_all() {
        assert_eq!(sizes(6400), [0, 100, 200, 400, 800, 1600, 3200, 6400]);
        assert_eq!(sizes(0), [0]);
    }
}
