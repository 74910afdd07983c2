//! A gallery of marks of one evidence class and the walk of a search: scan, refine, compare.

pub mod gallery;

pub use crate::features::{Mode, Placed, SearchPlan};
pub use gallery::Gallery;

use crate::compare::{CompareError, Comparison, Registration};
use crate::ids::MarkId;
use crate::index::{Candidate, IndexError};
use crate::template::Template;

/// Hands out stored templates by mark.
pub trait TemplateSource: Sync {
    /// The template of a mark; `None` if it is gone.
    fn template(&self, mark: MarkId) -> Option<Template>;
}

/// How far a search goes.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// Candidates of the scan that are refined.
    pub refined: usize,
    /// Candidates that are compared in full.
    pub compared: usize,
    /// Compare every eligible mark in full.
    pub exhaustive: bool,
    /// Ask also for mirrored marks.
    pub mirror: bool,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { refined: 1000, compared: 50, exhaustive: false, mirror: true }
    }
}

/// How many marks each stage of a search saw: always shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Marks in the gallery.
    pub total: usize,
    /// Marks the filters left.
    pub eligible: usize,
    /// Marks whose similarity was computed.
    pub considered: usize,
    /// Marks whose registration was refined.
    pub refined: usize,
    /// Marks compared in full.
    pub compared: usize,
}

/// A candidate in its place.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The mark.
    pub mark: MarkId,
    /// Similarity in the scan.
    pub similarity: f32,
    /// Correlation after refinement.
    pub refined: f32,
    /// What orders candidates that are not compared, and so decides which are. In a usual search the sum of the scan's
    /// similarity and the refined correlation, which puts every mate of whole marks first among 7,000 distractors
    /// (`docs/retrieval.md`); in a thorough one the correlation alone.
    pub order: f32,
    /// How the candidate lies on the query.
    pub registration: Registration,
    /// The full comparison (reference = query, compared = candidate), for the best ones.
    pub comparison: Option<Comparison>,
}

impl Ranked {
    /// What the candidate is placed by among the compared ones; `None` if it was not compared.
    pub fn weight(&self, placed: Placed) -> Option<f64> {
        let score = self.comparison.as_ref()?.score;
        Some(match placed {
            Placed::ByScore => score,
            Placed::ByCorrelation => self.refined.into(),
        })
    }
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct SearchResult {
    /// Engine of the complete scan.
    pub engine: &'static str,
    /// How the mark was searched for, and why.
    pub plan: SearchPlan,
    /// Counts of the stages.
    pub counts: Counts,
    /// Best first: compared ones as the plan places them, then the others by [`Ranked::order`].
    pub candidates: Vec<Ranked>,
}

/// What a search tells while it runs.
#[derive(Debug)]
pub enum Progress<'a> {
    /// The instant answer, from sketches: not complete.
    FirstAnswer {
        /// Engine.
        engine: &'static str,
        /// Best first.
        candidates: &'a [Candidate],
    },
    /// The scan and refinement are done.
    Scanned(Counts),
    /// One candidate was compared.
    Compared(&'a Ranked),
}

/// Why a search ends without an answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index refused.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The comparison refused.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The caller stopped it.
    #[error("the search was stopped")]
    Stopped,
}
