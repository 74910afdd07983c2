//! Each scan asks the gallery of all others and of distractors: where do the marks of its own firearm come?
//!
//! The gallery mixes every set. A mate is a scan of the same firearm, of whatever set; two scans of one object are
//! neither. **The rank of a mate is one more than the number of non-mates above it**, so every mate can have rank 1
//! (every ordered pair counts). Ranks are taken after each stage of one and the same search: the graph's first answer,
//! the complete scan, the order that refinement leaves, the full comparison.
//!
//! | file | job |
//! |---|---|
//! | `degraded` | what is done to the query alone: noise, a sector |
//! | `overlap` | how much of a part its mate shows |
//! | `gallery` | marks and distractors, described and indexed |
//! | `ask` | one search and the ranks of its mates |
//! | `tail` | the upper tail of a query's different-source similarities |
//! | `growth` | shares by size of the gallery: measured, and extrapolated by the tails |
//! | `shares` | the figures of a set |
//! | `tables`, `section` | csv files; text and page |

pub(crate) mod ask;
pub(crate) mod degraded;
pub(crate) mod gallery;
pub(crate) mod growth;
pub(crate) mod overlap;
pub(crate) mod section;
pub(crate) mod shares;
pub(crate) mod tables;
pub(crate) mod tail;

pub(crate) use ask::{Questions, ask};
pub(crate) use degraded::Degraded;
pub(crate) use gallery::Built;
pub(crate) use shares::Retrieval;

/// Names of the stages of a search, as in [`ask::MatePair::ranks`].
pub(crate) const STAGES: [&str; 4] = ["first_answer", "scan", "refined", "compared"];
