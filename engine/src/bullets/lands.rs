//! The lands of one specimen, and how those of two lie on each other.
//!
//! With numbers on both and the same rifling the two are laid on each other over all phases. Without, or where the
//! rifling is said to differ, the best pair of lands speaks alone: a wrong number must not hide a bullet.

use crate::ids::MarkId;
use crate::striae::compare::{BulletLie, Lie, best_pair};
use crate::striae::retrieval::BulletId;
use crate::striae::{Bullet, Direction, Ready, Signature, StriaKind, StriaeComparison, StriaeError, compare_bullets};

/// One land of a specimen.
#[derive(Clone, Debug)]
pub struct Land {
    /// The mark.
    pub mark: MarkId,
    /// Its number on the bullet, from 0; `None` if nobody numbered it.
    pub place: Option<usize>,
    /// Its signature.
    pub signature: Signature,
    /// Whether the laboratory declares how it was scanned.
    pub declared: bool,
}

/// The lands of one specimen: a bullet, a fragment of one, or a single striated mark.
#[derive(Clone, Debug)]
pub struct BulletLands {
    /// The specimen.
    pub bullet: BulletId,
    /// Lands of its rifling, missing ones counted; `None` if nobody counted them.
    pub ring: Option<usize>,
    /// Its lands, in any order; one scanned twice counts once, by its newest mark.
    pub lands: Vec<Land>,
}

/// Two lands that lie on each other.
#[derive(Clone, Debug, PartialEq)]
pub struct LandsTogether {
    /// The reference's mark and its number, from 0.
    pub reference: (MarkId, Option<usize>),
    /// The compared one's mark and its number, from 0.
    pub compared: (MarkId, Option<usize>),
    /// How they compare.
    pub comparison: StriaeComparison,
}

/// The phase that was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Laid {
    /// Land `k` of the reference lies on land `k + offset` of the compared bullet, of its reversed order if `turned`.
    pub offset: usize,
    /// The compared bullet was scanned from its other end.
    pub turned: bool,
    /// Lands of the rifling.
    pub ring: usize,
    /// By how many standard deviations the phase leads the others.
    pub contrast: f64,
    /// Mean vote by phase, and the lands it is the mean of.
    pub phases: Vec<(f64, usize)>,
}

/// What a comparison of the lands of two specimens found.
#[derive(Clone, Debug, PartialEq)]
pub struct LandsComparison {
    /// Method and version.
    pub method: &'static str,
    /// The raw score, 0 to 1: mean vote of the chosen phase; of the one best pair where there is no phase.
    pub score: f64,
    /// The phase; `None` where the lands have no order in common.
    pub laid: Option<Laid>,
    /// The pairs the score rests on.
    pub pairs: Vec<LandsTogether>,
    /// Score if the compared files were mirrored: far above [`Self::score`] it says that they are. Never a score itself.
    pub mirrored: Option<f64>,
}

impl LandsComparison {
    /// True if a reading from the other end agreed best, by turning or by a mirrored file.
    pub fn reversed(&self) -> bool {
        self.laid
            .as_ref()
            .map_or_else(|| self.pairs.iter().any(|pair| pair.comparison.lie != Lie::Upright), |laid| laid.turned)
    }
}

/// The lands of a specimen, ready for many comparisons.
#[derive(Clone, Debug)]
pub struct ReadyBullet {
    declared: bool,
    numbered: Option<(Bullet, Vec<Option<MarkId>>)>,
    lands: Vec<(MarkId, Option<usize>, Ready)>,
}

impl ReadyBullet {
    /// Prepares lands for comparison.
    ///
    /// # Errors
    /// [`StriaeError`] if they are of different kinds or grids.
    pub fn of(bullet: &BulletLands) -> Result<Self, StriaeError> {
        let mut lands = bullet.lands.clone();
        lands.sort_by_key(|land| land.mark);
        let lands_of = |land: &StriaKind| *land == StriaKind::BulletLand;
        let ring = bullet.ring.filter(|ring| *ring > 1);
        let mut seats: Vec<Option<&Land>> = vec![None; ring.unwrap_or(0)];
        for land in &lands {
            if let Some(seat) = land.place.filter(|_| lands_of(&land.signature.kind)).and_then(|at| seats.get_mut(at)) {
                // In the order of their ids, so that the newest stays.
                *seat = Some(land);
            }
        }
        let numbered = if seats.iter().any(Option::is_some) {
            let signatures: Vec<Option<Signature>> =
                seats.iter().map(|seat| seat.map(|land| land.signature.clone())).collect();
            Some((Bullet::new(&signatures)?, seats.iter().map(|seat| seat.map(|land| land.mark)).collect()))
        } else {
            None
        };
        let declared = lands.iter().all(|land| land.declared);
        let lands = lands.iter().map(|land| (land.mark, land.place, Ready::of(&land.signature))).collect();
        Ok(Self { declared, numbered, lands })
    }

    /// Compares with another specimen: over all phases if both are numbered alike, else by the best pair. Read from both
    /// ends unless both declare how they were scanned. `None` if either has no lands.
    ///
    /// # Errors
    /// [`StriaeError`] if lands are of different kinds or grids.
    pub fn compare(&self, compared: &Self) -> Result<Option<LandsComparison>, StriaeError> {
        let direction = if self.declared && compared.declared { Direction::Declared } else { Direction::Unknown };
        match (&self.numbered, &compared.numbered) {
            (Some((own, own_marks)), Some((other, other_marks))) if own.ring() == other.ring() => {
                phased((own, own_marks), (other, other_marks), direction).map(Some)
            }
            _ => self.by_best_pair(compared, direction),
        }
    }

    fn by_best_pair(&self, compared: &Self, direction: Direction) -> Result<Option<LandsComparison>, StriaeError> {
        let ready = |bullet: &Self| bullet.lands.iter().map(|(.., ready)| ready.clone()).collect::<Vec<_>>();
        let Some((own, other, comparison)) = best_pair(&ready(self), &ready(compared), direction)? else {
            return Ok(None);
        };
        let named = |bullet: &Self, at: usize| (bullet.lands[at].0, bullet.lands[at].1);
        Ok(Some(LandsComparison {
            method: comparison.method,
            score: comparison.score,
            laid: None,
            pairs: vec![LandsTogether { reference: named(self, own), compared: named(compared, other), comparison }],
            mirrored: None,
        }))
    }
}

/// Lays two numbered bullets on each other.
fn phased(
    (own, own_marks): (&Bullet, &[Option<MarkId>]),
    (other, other_marks): (&Bullet, &[Option<MarkId>]),
    direction: Direction,
) -> Result<LandsComparison, StriaeError> {
    let found = compare_bullets(own, other, direction)?;
    let pairs = found.pairs.into_iter().filter_map(|pair| {
        Some(LandsTogether {
            reference: (own_marks[pair.reference]?, Some(pair.reference)),
            compared: (other_marks[pair.compared]?, Some(pair.compared)),
            comparison: pair.comparison,
        })
    });
    Ok(LandsComparison {
        method: found.method,
        score: found.score,
        pairs: pairs.collect(),
        laid: Some(Laid {
            offset: found.phase.offset,
            turned: found.lie == BulletLie::Turned,
            ring: own.ring(),
            contrast: found.contrast,
            phases: found.phases.iter().map(|phase| (phase.mean, phase.lands)).collect(),
        }),
        mirrored: found.mirrored,
    })
}
