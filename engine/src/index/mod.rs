//! Candidate indexes behind one seam: the exhaustive coherent scan, and sketches with HNSW.

pub mod adjacent;
pub mod coherent;
pub mod fine;
pub mod graph;
pub mod map;
pub mod roster;
pub mod rotations;
pub mod rows;
pub mod sketch;
pub mod slots;
pub mod snapshot;

pub use coherent::Coherent;
pub use graph::Graph;
pub use roster::Roster;
pub use slots::Slots;

use crate::compare::Registration;
use crate::features::{Descriptor, Query};
use crate::ids::MarkId;
use std::cmp::Ordering;

/// A mark an index proposes for comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The mark.
    pub mark: MarkId,
    /// Its slot in the gallery.
    pub slot: usize,
    /// Similarity in the index's own measure: it orders candidates and is never shown as evidence.
    pub similarity: f32,
    /// How the candidate lies on the query, if the index knows.
    pub registration: Option<Registration>,
}

/// Best first; ties by mark id.
fn by_similarity(a: &Candidate, b: &Candidate) -> Ordering {
    b.similarity.total_cmp(&a.similarity).then_with(|| a.mark.cmp(&b.mark))
}

/// What an index answered.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Name of the engine that looked, shown with every answer.
    pub engine: &'static str,
    /// Best first; ties by mark id.
    pub candidates: Vec<Candidate>,
    /// Marks whose similarity was really computed.
    pub considered: usize,
}

/// A store of descriptors by slot that proposes candidates. It can be deleted at any time: it is rebuilt from templates.
///
/// Slots are given by a [`Roster`], which also knows which of them hold a mark.
pub trait CandidateIndex: Send + Sync {
    /// True if the answer is complete: every eligible mark was looked at.
    fn complete(&self) -> bool;
    /// Puts a descriptor, which must be fit (see [`Descriptor::unfit`]), into the next slot.
    fn push(&mut self, descriptor: &Descriptor);
    /// The best `count` marks among the `eligible` slots, each of which holds a mark.
    fn search(&self, roster: &Roster, query: &Query, eligible: &Slots, count: usize) -> Found;
}

/// Why an index refuses.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The id is taken.
    #[error("mark {0} is already in the index")]
    Duplicate(MarkId),
    /// Wrong length or a value that is not finite.
    #[error("the descriptor does not fit the index: {reason}")]
    Unfit {
        /// What does not fit.
        reason: String,
    },
    /// Every slot is given.
    #[error("the gallery is full: {} marks", u32::MAX)]
    Full,
    /// A snapshot that cannot be trusted: rebuild.
    #[error("the snapshot cannot be used: {reason}")]
    Snapshot {
        /// What is wrong with it.
        reason: String,
    },
    /// The directory cannot be read or written.
    #[error("snapshot directory: {0}")]
    Io(#[from] std::io::Error),
}
