//! Candidate indexes behind one seam: the exhaustive coherent scan and HNSW.

pub mod adjacent;
pub mod coherent;
pub mod dot;
pub mod hnsw;
pub mod rotations;
pub mod snapshot;

pub use coherent::Coherent;
pub use hnsw::Graph;

use crate::compare::Registration;
use crate::features::{Descriptor, Query};
use crate::ids::MarkId;

/// A mark an index proposes for comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The mark.
    pub mark: MarkId,
    /// Similarity in the index's own measure: it orders candidates and is never shown as evidence.
    pub similarity: f32,
    /// How the candidate lies on the query, if the index knows.
    pub registration: Option<Registration>,
}

/// What an index answered.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Best first; ties by mark id.
    pub candidates: Vec<Candidate>,
    /// Marks whose similarity was really computed.
    pub considered: usize,
}

/// A store of descriptors that proposes candidates. It can be deleted at any time: it is rebuilt from templates.
pub trait CandidateIndex: Send + Sync {
    /// Name of the engine, shown with every answer.
    fn engine(&self) -> &'static str;
    /// True if the answer is complete: every eligible mark was looked at.
    fn complete(&self) -> bool;
    /// Adds a mark.
    ///
    /// # Errors
    /// [`IndexError`] if the mark is already there or the descriptor does not fit.
    fn insert(&mut self, mark: MarkId, descriptor: &Descriptor) -> Result<(), IndexError>;
    /// Takes a mark out; false if it was not there.
    fn remove(&mut self, mark: MarkId) -> bool;
    /// Marks held.
    fn count(&self) -> usize;
    /// The best `count` marks among those `eligible` says yes to.
    ///
    /// # Errors
    /// [`IndexError`] if the query does not fit the index.
    fn search(
        &self,
        query: &Query,
        eligible: &(dyn Fn(MarkId) -> bool + Sync),
        count: usize,
    ) -> Result<Found, IndexError>;
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
