//! From scored pairs of known source to what their scores mean: likelihood ratios that no firearm gave itself.
//!
//! `table` reads pairs from a file, `calibrated` gives each its likelihood ratio, `figures` describes them, `section`
//! shows them on a page. Pairs of different acquisitions are never calibrated together.

pub(crate) mod calibrated;
pub(crate) mod figures;
pub(crate) mod section;
pub(crate) mod table;

pub(crate) use calibrated::{Calibrated, ScoredPair};
pub(crate) use figures::Figures;
