//! Synthetic marks, raw scans and distractors, all from seeds.

pub mod degrade;
mod dice;
pub mod distractors;
pub mod impression;
pub mod raw_primer;
pub mod scan;
pub mod strangers;
pub mod striae;
pub mod texture;
