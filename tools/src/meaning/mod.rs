//! From scored pairs of known source to what their scores mean: likelihood ratios that no firearm gave itself.
//!
//! `pair` says what one comparison means. Of a whole population `table` reads pairs from a file, `calibrated` gives each its likelihood ratio, `figures` and `steps` describe them, `section`
//! shows them on a page. Pairs of different acquisitions are never calibrated together.

pub(crate) mod calibrated;
pub(crate) mod figures;
pub(crate) mod pair;
pub(crate) mod section;
pub(crate) mod steps;
pub(crate) mod table;

pub(crate) use calibrated::{Calibrated, ScoredPair};
pub(crate) use figures::Figures;
