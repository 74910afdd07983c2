//! Step 4: the circle that the weighted edge candidates support best, by random triples (Fischler and Bolles 1981).
//!
//! The generator is seeded with a constant: the same candidates give the same circle.

use super::circle::{BINS, Round};
use super::edge::Edge;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::HashSet;

/// Triples drawn.
const TRIPLES: usize = 3000;
/// Seed of the draw.
const SEED: u64 = 0x4845_4144;
/// Radii of firing-pin apertures of 9 mm class pistols, micrometres; a class setting, not physics: a lower bound of 500
/// let ridges round the crater in.
const RADIUS: (f64, f64) = (800.0, 1700.0);
/// Farthest the aperture's centre lies from the primer's, micrometres.
const OFFSET_MAX: f64 = 500.0;
/// The aperture may pass the outer circle by this, micrometres.
const OVERHANG: f64 = 60.0;
/// An enclosing circle, larger by the first (micrometres), scoring over the second and over the third part of the best,
/// is the aperture; the best was a ridge inside it.
const LARGER: f64 = 200.0;
const LARGER_SCORE: f64 = 0.3;
const LARGER_SHARE: f64 = 0.6;
/// Circles that cannot reach this part of the best score are not scored to the end.
const SHARE_SCORED: f64 = 0.4;
/// Circles that fall into one cell of this size in centre and radius, micrometres, count as one: refinement comes later.
const SAME: f64 = 5.0;
/// Bins are visited in strides, so that a wrong circle shows early.
const STRIDE: usize = 37;

/// A circle and the mean over the 2 degree bins of the best weight near it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    pub(super) round: Round,
    pub(super) score: f64,
}

/// What the draw found.
pub(super) struct Draw {
    /// The circle taken.
    pub(super) best: Scored,
    /// Every circle scored to the end.
    pub(super) circles: Vec<Scored>,
}

/// The best circle of [`TRIPLES`] through three edges, each drawn by weight; `tolerance` is the standard deviation of an
/// edge about the circle, micrometres. `None` if no triple gives an admissible circle.
pub(super) fn draw(edges: &[Edge], outer: &Round, tolerance: f64) -> Option<Draw> {
    let mut sums = Vec::with_capacity(edges.len());
    let mut total = 0.0;
    for edge in edges {
        total += edge.weight;
        sums.push(total);
    }
    if edges.len() < 3 {
        return None;
    }
    let scorer = Scorer::new(edges, tolerance);
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut pick = || {
        let place = (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 * total;
        let edge = &edges[sums.partition_point(|sum| *sum <= place).min(edges.len() - 1)];
        (edge.x, edge.y)
    };
    let mut circles: Vec<Scored> = Vec::new();
    let mut highest = 0.0;
    let mut seen = HashSet::new();
    for _ in 0..TRIPLES {
        let Some(round) = Round::through(pick(), pick(), pick()) else { continue };
        // Most triples lie on the same edge: a circle as good as equal to one scored is not scored again.
        if !admissible(&round, outer) || !seen.insert([round.x, round.y, round.r].map(|v| (v / SAME) as i32)) {
            continue;
        }
        if let Some(score) = scorer.score(&round, SHARE_SCORED * highest) {
            highest = score.max(highest);
            circles.push(Scored { round, score });
        }
    }
    let first = circles.iter().copied().reduce(higher)?;
    let needed = LARGER_SCORE.max(LARGER_SHARE * first.score);
    let enclosing = circles.iter().copied().filter(|circle| {
        circle.round.r > first.round.r + LARGER
            && circle.round.offset(&first.round) + first.round.r < circle.round.r
            && circle.score > needed
    });
    let best = enclosing.reduce(higher).unwrap_or(first);
    Some(Draw { best, circles })
}

fn higher(kept: Scored, other: Scored) -> Scored {
    if other.score > kept.score { other } else { kept }
}

/// Whether a circle can be an aperture of this primer.
pub(super) fn admissible(round: &Round, outer: &Round) -> bool {
    let offset = round.offset(outer);
    (RADIUS.0..RADIUS.1).contains(&round.r) && offset <= OFFSET_MAX && offset + round.r < outer.r + OVERHANG
}

/// The edges in the order bins are visited, heaviest of a bin first, single precision for speed.
struct Scorer {
    /// End of each visited bin in `edges`.
    ends: Vec<usize>,
    /// Sum of the heaviest weights of the bins after each visited one.
    left: Vec<f32>,
    edges: Vec<[f32; 3]>,
    tolerance: f32,
}

impl Scorer {
    fn new(edges: &[Edge], tolerance: f64) -> Self {
        let mut by_bin: Vec<Vec<[f32; 3]>> = vec![Vec::new(); BINS];
        for edge in edges {
            by_bin[edge.bin].push([edge.x as f32, edge.y as f32, edge.weight as f32]);
        }
        let mut scorer =
            Self { ends: Vec::new(), left: vec![0.0; BINS], edges: Vec::new(), tolerance: tolerance as f32 };
        let mut visited: Vec<Vec<[f32; 3]>> =
            (0..BINS).map(|turn| std::mem::take(&mut by_bin[turn * STRIDE % BINS])).collect();
        for bin in &mut visited {
            bin.sort_by(|one, other| other[2].total_cmp(&one[2]));
            scorer.edges.extend_from_slice(bin);
            scorer.ends.push(scorer.edges.len());
        }
        for turn in (1..BINS).rev() {
            let heaviest = visited[turn].first().map_or(0.0, |edge| edge[2]);
            scorer.left[turn - 1] = scorer.left[turn] + heaviest;
        }
        scorer
    }
    /// Mean over the bins of the largest `weight * exp(-d^2 / 2 tolerance^2)`; `None` once it cannot reach `needed`.
    fn score(&self, round: &Round, needed: f64) -> Option<f64> {
        let (x, y, r) = (round.x as f32, round.y as f32, round.r as f32);
        let reach = 3.5 * self.tolerance;
        let (near, far) = ((r - reach).max(0.0).powi(2), (r + reach).powi(2));
        let exponent = -0.5 / (self.tolerance * self.tolerance);
        let needed = (needed * BINS as f64) as f32;
        let mut sum = 0.0_f32;
        let mut start = 0;
        for (&end, left) in self.ends.iter().zip(&self.left) {
            let mut best = 0.0_f32;
            for &[ex, ey, weight] in &self.edges[start..end] {
                if weight <= best {
                    break;
                }
                let square = (ex - x) * (ex - x) + (ey - y) * (ey - y);
                if square > near && square < far {
                    let distance = square.sqrt() - r;
                    best = best.max(weight * (exponent * distance * distance).exp());
                }
            }
            sum += best;
            start = end;
            if sum + left < needed {
                return None;
            }
        }
        Some(f64::from(sum) / BINS as f64)
    }
}
