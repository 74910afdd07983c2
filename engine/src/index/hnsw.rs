//! HNSW over the rotation-invariant vectors: the instant first answer. The only file that names hnsw_rs.
//!
//! The library has no delete, no duplicate or dimension check, and keeps a vector it panicked on; so everything is
//! checked before it sees it. Marks taken out stay in the graph as tombstones until these outnumber the living by half;
//! then the graph is built anew. Inserts are serial, in the caller's order, so the same calls give the same graph. Where
//! a filter leaves few marks the graph would be slower than looking at all of them, so then it does that.

use super::coherent::by_similarity;
use super::dot::dot;
use super::{Candidate, CandidateIndex, Found, IndexError};
use crate::features::invariant::DIMENSIONS;
use crate::features::products::Kernel;
use crate::features::{Descriptor, Query};
use crate::ids::MarkId;
use hnsw_rs::prelude::{Distance, Hnsw};
use rayon::prelude::*;
use std::collections::HashMap;

/// Links of a point and layer.
const LINKS: usize = 16;
/// Candidates looked at while a point is linked.
const EF_CONSTRUCTION: usize = 100;
/// Layers at most (the library's limit).
const LAYERS: usize = 16;
/// Least candidates looked at in a search; 98.8 % of the mates that an exact search puts in its first hundred.
const EF_SEARCH: usize = 200;
/// Up to this many eligible marks the vectors are compared one by one.
const EXACT_MAX: usize = 1000;
/// Share of eligible marks below which they are compared one by one.
const EXACT_SHARE: f64 = 0.5;

/// One minus the dot product of unit vectors.
#[derive(Clone, Copy)]
struct OneMinusDot(Kernel);

impl Distance<f32> for OneMinusDot {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        // Rounding may carry the dot product of equal vectors past one; the library expects no negative distance.
        (1.0 - dot(self.0, a, b)).max(0.0)
    }
}

/// The graph and the vectors it was built from.
pub struct Graph {
    kernel: Kernel,
    exact_max: usize,
    graph: Hnsw<'static, f32, OneMinusDot>,
    /// By slot; `None` for a tombstone.
    marks: Vec<Option<MarkId>>,
    /// `DIMENSIONS` steps of [`Descriptor::VECTOR_STEP`] a slot.
    vectors: Vec<i8>,
    slots: HashMap<MarkId, usize>,
}

impl Default for Graph {
    fn default() -> Self {
        Self::with_exact_max(EXACT_MAX)
    }
}

impl Graph {
    /// An empty graph that compares one by one up to this many eligible marks.
    pub fn with_exact_max(exact_max: usize) -> Self {
        let kernel = Kernel::fastest();
        Self { kernel, exact_max, graph: empty(kernel), marks: Vec::new(), vectors: Vec::new(), slots: HashMap::new() }
    }

    /// The marks held, in the order they were inserted.
    pub fn marks(&self) -> impl Iterator<Item = MarkId> {
        self.marks.iter().flatten().copied()
    }

    /// The vector of a mark, in steps of [`Descriptor::VECTOR_STEP`].
    pub fn vector(&self, mark: MarkId) -> Option<&[i8]> {
        self.slots.get(&mark).map(|&slot| self.steps(slot))
    }

    fn steps(&self, slot: usize) -> &[i8] {
        &self.vectors[slot * DIMENSIONS..(slot + 1) * DIMENSIONS]
    }

    fn floats(&self, slot: usize) -> Vec<f32> {
        let mut vector: Vec<f32> = self.steps(slot).iter().map(|&step| f32::from(step)).collect();
        let length = dot(self.kernel, &vector, &vector).sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
        vector
    }

    /// Builds the graph anew without tombstones.
    fn rebuild(&mut self) {
        let living: Vec<usize> = (0..self.marks.len()).filter(|&slot| self.marks[slot].is_some()).collect();
        let marks: Vec<Option<MarkId>> = living.iter().map(|&slot| self.marks[slot]).collect();
        let vectors = living.iter().flat_map(|&slot| self.steps(slot).iter().copied()).collect();
        self.marks = marks;
        self.vectors = vectors;
        self.slots = self.marks.iter().enumerate().filter_map(|(slot, mark)| mark.map(|mark| (mark, slot))).collect();
        self.graph = empty(self.kernel);
        for slot in 0..self.marks.len() {
            self.graph.insert_slice((&self.floats(slot), slot));
        }
    }

    /// Similarity of every listed slot: the best over all query vectors.
    fn exact(&self, slots: &[usize], vectors: &[Vec<f32>]) -> Vec<Candidate> {
        let similarity = |&slot: &usize| {
            let mark = self.marks[slot]?;
            let own = self.floats(slot);
            let similarity = vectors.iter().map(|query| dot(self.kernel, query, &own)).fold(f32::MIN, f32::max);
            Some(Candidate { mark, similarity, registration: None })
        };
        slots.par_iter().filter_map(similarity).collect()
    }
}

fn empty(kernel: Kernel) -> Hnsw<'static, f32, OneMinusDot> {
    // The expected number of points only sizes a first allocation.
    Hnsw::new(LINKS, 1024, LAYERS, EF_CONSTRUCTION, OneMinusDot(kernel))
}

impl CandidateIndex for Graph {
    fn engine(&self) -> &'static str {
        "hnsw"
    }

    fn complete(&self) -> bool {
        false
    }

    fn insert(&mut self, mark: MarkId, descriptor: &Descriptor) -> Result<(), IndexError> {
        if let Some(reason) = descriptor.unfit() {
            return Err(IndexError::Unfit { reason });
        }
        if descriptor.vector.iter().all(|&step| step == 0) {
            return Err(IndexError::Unfit { reason: "the vector is zero".into() });
        }
        if self.slots.contains_key(&mark) {
            return Err(IndexError::Duplicate(mark));
        }
        let slot = self.marks.len();
        self.marks.push(Some(mark));
        self.vectors.extend_from_slice(&descriptor.vector);
        self.slots.insert(mark, slot);
        self.graph.insert_slice((&self.floats(slot), slot));
        Ok(())
    }

    fn remove(&mut self, mark: MarkId) -> bool {
        let Some(slot) = self.slots.remove(&mark) else { return false };
        self.marks[slot] = None;
        if self.marks.len() > self.slots.len() + self.slots.len() / 2 {
            self.rebuild();
        }
        true
    }

    fn count(&self) -> usize {
        self.slots.len()
    }

    fn search(
        &self,
        query: &Query,
        eligible: &(dyn Fn(MarkId) -> bool + Sync),
        count: usize,
    ) -> Result<Found, IndexError> {
        let vectors = query.vectors(query.reach());
        let allowed = |slot: usize| self.marks.get(slot).copied().flatten().is_some_and(eligible);
        let slots: Vec<usize> = (0..self.marks.len()).filter(|&slot| allowed(slot)).collect();
        let few = slots.len() <= self.exact_max || (slots.len() as f64) < EXACT_SHARE * self.marks.len() as f64;
        let mut candidates = if few {
            self.exact(&slots, &vectors)
        } else {
            // A filter leaves at least half, so twice the count before it is enough of them.
            let wanted = count.saturating_mul(2).min(self.marks.len());
            let neighbours = |query: &Vec<f32>| self.graph.search(query, wanted, EF_SEARCH.max(wanted));
            let found: Vec<_> = vectors.par_iter().map(neighbours).collect();
            let mut slots: Vec<usize> = found.iter().flatten().map(|neighbour| neighbour.d_id).collect();
            slots.sort_unstable();
            slots.dedup();
            slots.retain(|&slot| allowed(slot));
            self.exact(&slots, &vectors)
        };
        let considered = candidates.len();
        candidates.sort_unstable_by(by_similarity);
        candidates.truncate(count);
        Ok(Found { candidates, considered })
    }
}
