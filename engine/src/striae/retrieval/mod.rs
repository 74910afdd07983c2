//! Finding candidates among very many lands: a short vector a land, an exact scan, a graph, and bullets as sets of lands.

mod bullets;
mod exact;
mod graph;
mod rerank;
mod vector;

pub use bullets::{BulletCandidate, LandLists, bullets};
pub use exact::ExactLands;
pub use graph::LandGraph;
pub use rerank::{Reranked, rerank};
pub use vector::{DIMENSIONS, LandQuery, LandVector, land_vector};

use crate::ids::MarkId;
use uuid::Uuid;

/// Identifies a bullet as a set of lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BulletId(pub Uuid);

/// A land in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LandRow {
    /// The mark.
    pub mark: MarkId,
    /// The bullet it is on.
    pub bullet: BulletId,
    /// Its number on the bullet, from 0.
    pub place: usize,
    /// Lands of the bullet's rifling, missing ones counted.
    pub ring: usize,
}

/// A land that an index proposes for comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LandCandidate {
    /// The land.
    pub row: LandRow,
    /// Best similarity over the query's probes, -1 to 1: it orders candidates and is never shown as evidence.
    pub similarity: f32,
}

/// What an index of lands answered.
#[derive(Clone, Debug, Default)]
pub struct LandsFound {
    /// Best first; ties by mark id.
    pub candidates: Vec<LandCandidate>,
    /// Lands whose similarity was really computed.
    pub considered: usize,
}

/// A store of land vectors that proposes candidates; rebuilt from signatures at any time.
pub trait LandIndex: Send + Sync {
    /// Name of the engine, shown with every answer.
    fn engine(&self) -> &'static str;
    /// True if every eligible land is looked at.
    fn complete(&self) -> bool;
    /// Adds a land.
    ///
    /// # Errors
    /// [`LandIndexError`] if the mark is there already or the row or vector do not fit.
    fn insert(&mut self, row: LandRow, vector: &LandVector) -> Result<(), LandIndexError>;
    /// Takes a land out; false if it was not there.
    fn remove(&mut self, mark: MarkId) -> bool;
    /// Lands held.
    fn count(&self) -> usize;
    /// The best `count` lands among those `eligible` says yes to.
    fn search(&self, query: &LandQuery, eligible: &(dyn Fn(&LandRow) -> bool + Sync), count: usize) -> LandsFound;
}

/// Why an index of lands refuses.
#[derive(Debug, thiserror::Error)]
pub enum LandIndexError {
    /// The id is taken.
    #[error("mark {0} is already in the index")]
    Duplicate(MarkId),
    /// A land beyond the ring.
    #[error("land {place} of {ring} (counted from 0) does not exist")]
    Place {
        /// Number on the bullet.
        place: usize,
        /// Lands of the rifling.
        ring: usize,
    },
    /// A vector that is not of unit length.
    #[error("the vector has length {length}, not 1")]
    Length {
        /// Its length.
        length: f32,
    },
}

/// Everything that must hold before an index keeps a land.
fn fit(row: &LandRow, vector: &LandVector) -> Result<(), LandIndexError> {
    if row.place >= row.ring {
        return Err(LandIndexError::Place { place: row.place, ring: row.ring });
    }
    let length = vector::dot(vector.values(), vector.values()).sqrt();
    // NaN fails the comparison too.
    if (length - 1.0).abs() < 1e-3 { Ok(()) } else { Err(LandIndexError::Length { length }) }
}

/// Best first; ties by mark id.
fn by_similarity(a: &LandCandidate, b: &LandCandidate) -> std::cmp::Ordering {
    b.similarity.total_cmp(&a.similarity).then(a.row.mark.cmp(&b.row.mark))
}
