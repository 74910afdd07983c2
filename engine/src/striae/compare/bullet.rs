//! A bullet against a bullet: every phase at which the lands of one may lie on those of the other.
//!
//! The score is the largest mean vote over the phases (sequence average maximum, Sensofar and CSAFE's SAM): single lands
//! fail, six in a row rarely do. Missing lands are left out of their phase and counted.

use super::{Direction, Ready, StriaeComparison, StriaeError, check, compare_ready, vote_ready};
use crate::striae::Signature;

/// Share of the fullest phase's lands that a phase needs to be chosen: a mean of one land beats a mean of five by chance.
const LANDS_SHARE_MIN: f64 = 0.5;

/// The lands of a bullet, numbered in the order of the scans around it; `None` where one is missing or unsuitable.
#[derive(Clone, Debug)]
pub struct Bullet {
    lands: Vec<Option<Ready>>,
}

impl Bullet {
    /// A bullet whose rifling has `lands.len()` lands.
    ///
    /// # Errors
    /// [`StriaeError`] if its lands are of different kinds or grids.
    pub fn new(lands: &[Option<Signature>]) -> Result<Self, StriaeError> {
        let lands: Vec<Option<Ready>> = lands.iter().map(|land| land.as_ref().map(Ready::of)).collect();
        let present: Vec<&Ready> = lands.iter().flatten().collect();
        for pair in present.windows(2) {
            check(pair[0], pair[1])?;
        }
        Ok(Self { lands })
    }

    /// Lands of its rifling, missing ones counted.
    pub fn ring(&self) -> usize {
        self.lands.len()
    }

    /// Lands present.
    pub fn present(&self) -> usize {
        self.lands.iter().flatten().count()
    }

    /// Every signature read from right to left; in opposite order too if `turned`.
    fn reversed(&self, turned: bool) -> Self {
        let mut lands: Vec<Option<Ready>> = self.lands.iter().map(|land| land.as_ref().map(Ready::reversed)).collect();
        if turned {
            lands.reverse();
        }
        Self { lands }
    }
}

/// How the compared bullet's scans lie against the reference's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulletLie {
    /// The same way.
    Upright,
    /// Scanned base up: every land turned by 180 degrees and their order reversed. Offsets count on the reversed order.
    Turned,
}

/// One phase: land `k` of the reference lies on land `k + offset` of the compared bullet, around the ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// The offset, from 0.
    pub offset: usize,
    /// Mean vote of the lands present on both.
    pub mean: f64,
    /// How many these are; 0 leaves the mean at 0.
    pub lands: usize,
}

/// Two lands that lie on each other in the chosen phase.
#[derive(Clone, Debug, PartialEq)]
pub struct LandPair {
    /// Number on the reference, from 0.
    pub reference: usize,
    /// Number on the compared bullet as it was handed in, from 0.
    pub compared: usize,
    /// How they compare.
    pub comparison: StriaeComparison,
}

/// What a comparison of two bullets found.
#[derive(Clone, Debug, PartialEq)]
pub struct BulletComparison {
    /// Method and version.
    pub method: &'static str,
    /// The raw score, 0 to 1: mean vote of the chosen phase.
    pub score: f64,
    /// The chosen phase.
    pub phase: Phase,
    /// Mean of the chosen phase less the mean of the other phases, in standard deviations of all votes. 0 where there is
    /// only one.
    pub contrast: f64,
    /// Every phase, by offset.
    pub phases: Vec<Phase>,
    /// Votes by land of the reference, then land of the compared bullet as it lies; `None` where either is missing.
    pub votes: Vec<Vec<Option<f64>>>,
    /// How the compared bullet lies.
    pub lie: BulletLie,
    /// Score if the compared bullet's files were mirrored, where the direction is unknown. Far above [`Self::score`] it
    /// says that the files are; it is never a score itself.
    pub mirrored: Option<f64>,
    /// The pairs of the chosen phase.
    pub pairs: Vec<LandPair>,
}

/// Compares two bullets over all phases; from both ends if the direction is unknown.
///
/// # Errors
/// [`StriaeError::Rings`] if they have different numbers of lands; [`StriaeError`] if lands cannot be compared.
pub fn compare_bullets(
    reference: &Bullet,
    compared: &Bullet,
    direction: Direction,
) -> Result<BulletComparison, StriaeError> {
    if reference.ring() != compared.ring() {
        return Err(StriaeError::Rings { reference: reference.ring(), compared: compared.ring() });
    }
    let upright = Laid::of(reference, compared)?;
    let (best, lie, mirrored, other);
    if direction == Direction::Declared {
        (best, lie, mirrored, other) = (upright, BulletLie::Upright, None, compared.clone());
    } else {
        let around = compared.reversed(true);
        let turned = Laid::of(reference, &around)?;
        let files = Laid::of(reference, &compared.reversed(false))?;
        mirrored = Some(files.phase.mean);
        if turned.phase.mean > upright.phase.mean {
            (best, lie, other) = (turned, BulletLie::Turned, around);
        } else {
            (best, lie, other) = (upright, BulletLie::Upright, compared.clone());
        }
    }
    let ring = reference.ring();
    let mut pairs = Vec::new();
    for (place, land) in reference.lands.iter().enumerate() {
        let on = (place + best.phase.offset) % ring;
        if let (Some(own), Some(other)) = (land, &other.lands[on]) {
            pairs.push(LandPair {
                reference: place,
                compared: if lie == BulletLie::Turned { ring - 1 - on } else { on },
                comparison: compare_ready(own, other, Direction::Declared)?,
            });
        }
    }
    Ok(BulletComparison {
        method: crate::striae::ID,
        score: best.phase.mean,
        phase: best.phase,
        contrast: best.contrast,
        phases: best.phases,
        votes: best.votes,
        lie,
        mirrored,
        pairs,
    })
}

/// Two bullets laid on each other one way.
struct Laid {
    votes: Vec<Vec<Option<f64>>>,
    phases: Vec<Phase>,
    phase: Phase,
    contrast: f64,
}

impl Laid {
    fn of(reference: &Bullet, compared: &Bullet) -> Result<Self, StriaeError> {
        let mut votes = Vec::with_capacity(reference.ring());
        for own in &reference.lands {
            let mut line = Vec::with_capacity(compared.ring());
            for other in &compared.lands {
                line.push(match (own, other) {
                    (Some(own), Some(other)) => Some(vote_ready(own, other)?),
                    _ => None,
                });
            }
            votes.push(line);
        }
        let ring = reference.ring();
        let phases: Vec<Phase> = (0..ring)
            .map(|offset| {
                let found: Vec<f64> = (0..ring).filter_map(|place| votes[place][(place + offset) % ring]).collect();
                let mean = found.iter().sum::<f64>() / found.len().max(1) as f64;
                Phase { offset, mean, lands: found.len() }
            })
            .collect();
        let fullest = phases.iter().map(|phase| phase.lands).max().unwrap_or(0);
        let needed = (LANDS_SHARE_MIN * fullest as f64).ceil().max(1.0) as usize;
        let mut phase = Phase { offset: 0, mean: 0.0, lands: 0 };
        for found in phases.iter().filter(|found| found.lands >= needed) {
            if phase.lands == 0 || found.mean > phase.mean {
                phase = *found;
            }
        }
        let contrast = contrast(&votes, &phases, phase);
        Ok(Self { votes, phases, phase, contrast })
    }
}

fn contrast(votes: &[Vec<Option<f64>>], phases: &[Phase], best: Phase) -> f64 {
    let all: Vec<f64> = votes.iter().flatten().flatten().copied().collect();
    let others: Vec<f64> =
        phases.iter().filter(|phase| phase.offset != best.offset && phase.lands > 0).map(|phase| phase.mean).collect();
    if all.is_empty() || others.is_empty() {
        return 0.0;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let middle = mean(&all);
    let deviation = (all.iter().map(|vote| (vote - middle).powi(2)).sum::<f64>() / all.len() as f64).sqrt();
    if deviation > 0.0 { (best.mean - mean(&others)) / deviation } else { 0.0 }
}
