//! The named columns of a comparison, for terms to read.

use crate::compare::{Comparison, Parts};

/// Terms of impressed marks: the congruent share weighted by correlation, on a logarithmic scale since its differences
/// matter most near nothing, and the correlation of the whole marks after registration.
///
/// The number of cells is left out: whole marks differ too little in it for few firearms to teach its weight.
pub const IMPRESSION: [&str; 2] = ["ln(0.02+weighted_fraction)", "correlation"];

/// The value of a named column of a comparison of impressed marks; `None` for a name it does not have.
pub fn column(comparison: &Comparison, name: &str) -> Option<f64> {
    if name == "score" { Some(comparison.score) } else { part(&comparison.parts, name) }
}

/// The value of a named score part of impressed marks; `None` for a name there is not.
pub fn part(parts: &Parts, name: &str) -> Option<f64> {
    Some(match name {
        "cmc_forward" => f64::from(parts.cmc_forward),
        "cmc_reverse" => f64::from(parts.cmc_reverse),
        "cells_forward" => f64::from(parts.cells_forward),
        "cells_reverse" => f64::from(parts.cells_reverse),
        "cmc_fraction" => parts.cmc_fraction,
        "weighted_fraction" => parts.weighted_fraction,
        "correlation" => parts.correlation,
        "common" => parts.common,
        _ => return None,
    })
}
