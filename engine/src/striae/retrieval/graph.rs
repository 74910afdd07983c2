//! HNSW over land vectors: the instant first answer among very many lands (Malkov and Yashunin 2018).
//!
//! The library has no delete, no duplicate or dimension check, and keeps a vector it panicked on; so everything is
//! checked before it sees it. Lands taken out stay in the graph as tombstones until these outnumber the living by half;
//! then the graph is built anew. Inserts are serial, in the caller's order, so the same calls give the same graph.

use super::vector::{DIMENSIONS, dot};
use super::{LandCandidate, LandIndex, LandIndexError, LandQuery, LandRow, LandVector, LandsFound, by_similarity, fit};
use crate::ids::MarkId;
use hnsw_rs::prelude::{Distance, Hnsw};
use rayon::prelude::*;
use std::collections::HashMap;

/// Links of a point and layer.
const LINKS: usize = 16;
/// Candidates looked at while a point is linked.
const EF_CONSTRUCTION: usize = 200;
/// Layers at most (the library's limit).
const LAYERS: usize = 16;
/// Candidates looked at in the search of one probe: 97 % of its 50 nearest (`docs/striae.md`, section 3).
const EF_SEARCH: usize = 128;
/// Nearest lands taken of each probe, at least.
const PER_PROBE: usize = 50;
/// Up to this many eligible lands all are looked at.
const EXACT_MAX: usize = 1000;

/// One minus the inner product of unit vectors.
#[derive(Clone, Copy)]
struct OneMinusDot;

impl Distance<f32> for OneMinusDot {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        match (a.try_into(), b.try_into()) {
            // Rounding may carry the product of equal vectors past one; the library expects no negative distance.
            (Ok(a), Ok(b)) => (1.0 - dot(a, b)).max(0.0),
            _ => 2.0,
        }
    }
}

/// The graph and the vectors it was built from.
pub struct LandGraph {
    graph: Hnsw<'static, f32, OneMinusDot>,
    exact_max: usize,
    /// By slot; `None` for a tombstone.
    rows: Vec<Option<LandRow>>,
    vectors: Vec<[f32; DIMENSIONS]>,
    slots: HashMap<MarkId, usize>,
}

impl Default for LandGraph {
    fn default() -> Self {
        Self::with_exact_max(EXACT_MAX)
    }
}

impl LandGraph {
    /// An empty graph that looks at every land up to this many eligible ones.
    pub fn with_exact_max(exact_max: usize) -> Self {
        Self { graph: empty(), exact_max, rows: Vec::new(), vectors: Vec::new(), slots: HashMap::new() }
    }

    /// The lands nearest to one probe, nearest first.
    pub fn nearest(&self, probe: &LandVector, count: usize) -> Vec<LandCandidate> {
        let found = self.graph.search(probe.values(), count, EF_SEARCH.max(count));
        let mut candidates: Vec<LandCandidate> = found
            .iter()
            .filter_map(|neighbour| {
                let row = self.rows.get(neighbour.d_id).copied().flatten()?;
                Some(LandCandidate { row, similarity: 1.0 - neighbour.distance })
            })
            .collect();
        candidates.sort_unstable_by(by_similarity);
        candidates
    }

    fn rebuild(&mut self) {
        let (rows, vectors) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.vectors));
        self.graph = empty();
        self.slots.clear();
        for (row, vector) in rows.into_iter().zip(vectors) {
            if let Some(row) = row {
                self.keep(row, vector);
            }
        }
    }

    fn keep(&mut self, row: LandRow, vector: [f32; DIMENSIONS]) {
        let slot = self.rows.len();
        self.slots.insert(row.mark, slot);
        self.graph.insert_slice((&vector, slot));
        self.rows.push(Some(row));
        self.vectors.push(vector);
    }
}

fn empty() -> Hnsw<'static, f32, OneMinusDot> {
    // The expected number of points only sizes a first allocation.
    Hnsw::new(LINKS, 1024, LAYERS, EF_CONSTRUCTION, OneMinusDot)
}

impl LandIndex for LandGraph {
    fn engine(&self) -> &'static str {
        "hnsw lands"
    }

    fn complete(&self) -> bool {
        false
    }

    fn insert(&mut self, row: LandRow, vector: &LandVector) -> Result<(), LandIndexError> {
        fit(&row, vector)?;
        if self.slots.contains_key(&row.mark) {
            return Err(LandIndexError::Duplicate(row.mark));
        }
        self.keep(row, *vector.values());
        Ok(())
    }

    fn remove(&mut self, mark: MarkId) -> bool {
        let Some(slot) = self.slots.remove(&mark) else { return false };
        self.rows[slot] = None;
        if self.rows.len() > self.slots.len() + self.slots.len() / 2 {
            self.rebuild();
        }
        true
    }

    fn count(&self) -> usize {
        self.slots.len()
    }

    fn search(&self, query: &LandQuery, eligible: &(dyn Fn(&LandRow) -> bool + Sync), count: usize) -> LandsFound {
        let allowed = |slot: usize| self.rows[slot].filter(|row| eligible(row));
        let all: Vec<usize> = (0..self.rows.len()).filter(|&slot| allowed(slot).is_some()).collect();
        let slots = if all.len() <= self.exact_max || 2 * all.len() < self.rows.len() {
            all
        } else {
            // A filter leaves at least half, so twice the count before it is enough.
            let wanted = PER_PROBE.max(2 * count / query.probes().len().max(1)).min(self.rows.len());
            let near = |probe: &LandVector| self.graph.search(probe.values(), wanted, EF_SEARCH.max(wanted));
            let found: Vec<_> = query.probes().par_iter().map(near).collect();
            let mut slots: Vec<usize> = found.iter().flatten().map(|neighbour| neighbour.d_id).collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        };
        let similar = |&slot: &usize| {
            Some(LandCandidate { row: allowed(slot)?, similarity: query.similarity(&self.vectors[slot]) })
        };
        let mut candidates: Vec<LandCandidate> = slots.iter().filter_map(similar).collect();
        let considered = candidates.len();
        candidates.sort_unstable_by(by_similarity);
        candidates.truncate(count);
        LandsFound { candidates, considered }
    }
}
