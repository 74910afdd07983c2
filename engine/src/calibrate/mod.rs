//! From scores to their meaning; at this stage how well scores separate the two kinds of pair.

pub mod metrics;
