//! Bullets out of lists of lands: what several lands of a query say of one bullet at one phase adds up.

use super::{BulletId, LandCandidate};
use std::collections::BTreeMap;

/// A land's similarity counts by this power: one good land says more than three middling ones.
const POWER: i32 = 3;

/// A bullet proposed for comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BulletCandidate {
    /// The bullet.
    pub bullet: BulletId,
    /// Land `k` of the query lies on land `k + offset`.
    pub offset: usize,
    /// Sum over the query's lands of the cube of the similarity at that offset, over their number. It orders candidates.
    pub similarity: f32,
    /// Lands of the query that found a partner.
    pub lands: usize,
}

/// Groups the candidates of a query's lands by bullet and phase, best bullet first, each at its best phase.
///
/// `lists`: by the query's lands, the number on the bullet (from 0) and what an index found for it. Bullets of another
/// rifling than `ring` lands are left out.
pub fn bullets(lists: &[(usize, Vec<LandCandidate>)], ring: usize) -> Vec<BulletCandidate> {
    // Ordered by bullet and offset, so that the sums and ties never depend on a hash.
    let mut found: BTreeMap<(BulletId, usize), (f32, usize)> = BTreeMap::new();
    for (place, candidates) in lists {
        for candidate in candidates.iter().filter(|candidate| candidate.row.ring == ring) {
            let offset = (candidate.row.place + ring - place % ring) % ring;
            let (sum, lands) = found.entry((candidate.row.bullet, offset)).or_default();
            *sum += candidate.similarity.max(0.0).powi(POWER);
            *lands += 1;
        }
    }
    let count = lists.len().max(1) as f32;
    let mut best: BTreeMap<BulletId, BulletCandidate> = BTreeMap::new();
    for ((bullet, offset), (sum, lands)) in found {
        let candidate = BulletCandidate { bullet, offset, similarity: sum / count, lands };
        let kept = best.entry(bullet).or_insert(candidate);
        if candidate.similarity > kept.similarity {
            *kept = candidate;
        }
    }
    let mut candidates: Vec<BulletCandidate> = best.into_values().collect();
    candidates.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.bullet.cmp(&b.bullet)));
    candidates
}
