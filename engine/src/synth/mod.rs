//! Synthetic marks, raw scans and distractors, all from seeds.

pub mod impression;
pub mod texture;
