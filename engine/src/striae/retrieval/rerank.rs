//! The order of a list of candidates by the comparison's own score.

use super::LandCandidate;
use crate::ids::MarkId;
use crate::striae::Signature;
use crate::striae::compare::{Ready, score_ready};
use rayon::prelude::*;

/// A candidate and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reranked {
    /// The candidate.
    pub candidate: LandCandidate,
    /// Raw score of the comparison as the scans lie.
    pub score: f64,
}

/// Compares a query with every candidate and orders them by score, then by similarity, then by mark id. Candidates whose
/// signature is gone, or of another kind or grid, are left out.
pub fn rerank(
    query: &Ready,
    candidates: &[LandCandidate],
    signature: &(dyn Fn(MarkId) -> Option<Signature> + Sync),
) -> Vec<Reranked> {
    let mut scored: Vec<Reranked> = candidates
        .par_iter()
        .filter_map(|candidate| {
            let other = Ready::of(&signature(candidate.row.mark)?);
            Some(Reranked { candidate: *candidate, score: score_ready(query, &other).ok()? })
        })
        .collect();
    scored.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| super::by_similarity(&a.candidate, &b.candidate)));
    scored
}
