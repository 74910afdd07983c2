//! Measuring the method on scans of known source.
//!
//! `marks` turns and prepares, `pairs` compares, `retrieval` searches, `summary` describes, `report` shows;
//! `scores` does the same for a bare table of scores, `lands` for striated marks.

pub(crate) mod lands;
pub(crate) mod marks;
pub(crate) mod pairs;
pub(crate) mod published;
pub(crate) mod report;
pub(crate) mod retrieval;
pub(crate) mod scores;
pub(crate) mod summary;
pub(crate) mod timing;
pub(crate) mod turn;
