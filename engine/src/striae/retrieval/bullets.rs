//! Bullets out of lists of lands: what several lands of a query say of one bullet at one phase adds up.

use super::{BulletId, LandCandidate};
use std::collections::BTreeMap;

/// A land's similarity counts by this power: one good land says more than three middling ones.
const POWER: i32 = 3;

/// What an index found for one land of a query.
#[derive(Clone, Debug, Default)]
pub struct LandLists {
    /// The land's number on its bullet, from 0.
    pub place: usize,
    /// For the land as it was scanned, best first.
    pub upright: Vec<LandCandidate>,
    /// For the land read from its other end, best first; empty where all scans are known to lie the same way.
    pub turned: Vec<LandCandidate>,
}

/// A bullet proposed for comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BulletCandidate {
    /// The bullet.
    pub bullet: BulletId,
    /// Land `k` of the query lies on land `k + offset`, of the reversed order if `turned`. `None` for a bullet of another
    /// rifling or without numbers, which has no phase: there its best land alone speaks.
    pub offset: Option<usize>,
    /// The bullet was scanned from its other end.
    pub turned: bool,
    /// Sum over the query's lands of the cube of the similarity at that offset, over their number. It orders candidates.
    pub similarity: f32,
    /// Lands of the query that found a partner.
    pub lands: usize,
}

/// Groups the candidates of a query's lands by bullet and phase, best bullet first, each at its best phase.
///
/// `ring`: lands of the query's rifling; 1 if nobody counted them, and then no phase is laid. A bullet whose land was
/// scanned twice counts it once.
pub fn bullets(lists: &[LandLists], ring: usize) -> Vec<BulletCandidate> {
    // Ordered by bullet and phase, so that the sums and ties never depend on a hash.
    let mut found: BTreeMap<(BulletId, bool, Option<usize>), (f32, usize)> = BTreeMap::new();
    for list in lists {
        let mut best: BTreeMap<(BulletId, bool, Option<usize>), f32> = BTreeMap::new();
        let both = [(false, &list.upright), (true, &list.turned)];
        for (turned, candidate) in both.iter().flat_map(|(turned, of)| of.iter().map(|one| (*turned, one))) {
            let row = &candidate.row;
            let offset = (ring > 1 && row.ring == ring).then(|| {
                let on = if turned { ring - 1 - row.place } else { row.place };
                (on + ring - list.place % ring) % ring
            });
            let kept = best.entry((row.bullet, turned, offset)).or_insert(0.0);
            *kept = kept.max(candidate.similarity);
        }
        for (key, similarity) in best {
            let (sum, lands) = found.entry(key).or_default();
            if key.2.is_some() {
                *sum += similarity.max(0.0).powi(POWER);
                *lands += 1;
            } else {
                *sum = sum.max(similarity.max(0.0).powi(POWER));
                *lands = 1;
            }
        }
    }
    let count = lists.len().max(1) as f32;
    let mut best: BTreeMap<BulletId, BulletCandidate> = BTreeMap::new();
    for ((bullet, turned, offset), (sum, lands)) in found {
        let candidate = BulletCandidate { bullet, offset, turned, similarity: sum / count, lands };
        let kept = best.entry(bullet).or_insert(candidate);
        if candidate.similarity > kept.similarity {
            *kept = candidate;
        }
    }
    let mut candidates: Vec<BulletCandidate> = best.into_values().collect();
    candidates.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.bullet.cmp(&b.bullet)));
    candidates
}
