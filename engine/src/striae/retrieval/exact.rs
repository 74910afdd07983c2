//! Every land against every probe: the answer other indexes are held against.

use super::vector::DIMENSIONS;
use super::{LandCandidate, LandIndex, LandIndexError, LandQuery, LandRow, LandVector, LandsFound, by_similarity, fit};
use crate::ids::MarkId;
use rayon::prelude::*;
use std::collections::HashMap;

/// Lands a thread takes at once.
const BLOCK: usize = 512;

/// An exhaustive index of lands.
#[derive(Clone, Default)]
pub struct ExactLands {
    rows: Vec<LandRow>,
    vectors: Vec<[f32; DIMENSIONS]>,
    places: HashMap<MarkId, usize>,
}

impl ExactLands {
    /// The lands held: in the order of insertion while none is taken out.
    pub fn rows(&self) -> &[LandRow] {
        &self.rows
    }

    /// Where a land stands in [`ExactLands::rows`]: in the order of insertion while none is taken out.
    pub fn place(&self, mark: MarkId) -> Option<usize> {
        self.places.get(&mark).copied()
    }
}

impl LandIndex for ExactLands {
    fn engine(&self) -> &'static str {
        "exhaustive lands"
    }

    fn complete(&self) -> bool {
        true
    }

    fn insert(&mut self, row: LandRow, vector: &LandVector) -> Result<(), LandIndexError> {
        fit(&row, vector)?;
        if self.places.contains_key(&row.mark) {
            return Err(LandIndexError::Duplicate(row.mark));
        }
        self.places.insert(row.mark, self.rows.len());
        self.rows.push(row);
        self.vectors.push(*vector.values());
        Ok(())
    }

    fn remove(&mut self, mark: MarkId) -> bool {
        let Some(place) = self.places.remove(&mark) else { return false };
        self.rows.swap_remove(place);
        self.vectors.swap_remove(place);
        if let Some(moved) = self.rows.get(place) {
            self.places.insert(moved.mark, place);
        }
        true
    }

    fn count(&self) -> usize {
        self.rows.len()
    }

    fn search(&self, query: &LandQuery, eligible: &(dyn Fn(&LandRow) -> bool + Sync), count: usize) -> LandsFound {
        let mut candidates: Vec<LandCandidate> = self
            .rows
            .par_chunks(BLOCK)
            .zip(self.vectors.par_chunks(BLOCK))
            .flat_map_iter(|(rows, vectors)| {
                rows.iter()
                    .zip(vectors)
                    .filter(|(row, _)| eligible(row))
                    .map(|(row, vector)| LandCandidate { row: *row, similarity: query.similarity(vector) })
            })
            .collect();
        let considered = candidates.len();
        if count < candidates.len() {
            candidates.select_nth_unstable_by(count, by_similarity);
            candidates.truncate(count);
        }
        candidates.sort_unstable_by(by_similarity);
        LandsFound { candidates, considered }
    }
}
