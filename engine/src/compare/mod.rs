//! Two marks in, score parts and one score out.

pub mod refine;
pub mod register;

pub use register::register;

use crate::units::Metres;
use serde::{Deserialize, Serialize};

/// How a compared mark lies on a reference mark.
///
/// A point `p` of the compared mark, relative to its origin, lands at `R(angle) * M * p + (dx, dy)` relative to the
/// reference's origin; `M` is the identity, or `(x, y) -> (x, -y)` if `mirrored`, and
/// `R(a) = [[cos a, -sin a], [sin a, cos a]]` in the axes of [`crate::units::Point`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    /// Degrees, 0 to 360.
    pub angle: f64,
    /// Shift along x.
    pub dx: Metres,
    /// Shift along y.
    pub dy: Metres,
    /// True if the compared mark has to be mirrored: a sign that one of the two scans was exported mirrored.
    pub mirrored: bool,
    /// Correlation at this registration, -1 to 1.
    pub correlation: f64,
}

/// One cell of a congruent-matching-cells comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Centre of the cell on its own mark, relative to the origin, metres.
    pub x: f64,
    /// See `x`.
    pub y: f64,
    /// Best correlation of the cell in the other mark, -1 to 1.
    pub correlation: f64,
    /// Angle at which it was best, degrees, relative to the registration.
    pub angle: f64,
    /// Shift at which it was best, relative to the registration.
    pub dx: Metres,
    /// See `dx`.
    pub dy: Metres,
    /// True if it agrees with the consensus of its direction.
    pub congruent: bool,
}

/// The outcome of comparing two marks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Method and version.
    pub method: String,
    /// The one score candidates are ordered by; raw similarity, no probability.
    pub score: f64,
    /// What the score is made of.
    pub parts: Parts,
    /// How the compared mark lies on the reference.
    pub registration: Registration,
    /// Cells of the reference searched in the compared mark.
    pub forward: Vec<Cell>,
    /// Cells of the compared mark searched in the reference.
    pub reverse: Vec<Cell>,
}

/// Score parts of an impression comparison (`docs/method.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// Congruent cells, reference into compared.
    pub cmc_forward: u32,
    /// Congruent cells, compared into reference.
    pub cmc_reverse: u32,
    /// Cells tried, reference into compared.
    pub cells_forward: u32,
    /// Cells tried, compared into reference.
    pub cells_reverse: u32,
    /// Congruent share of all cells, both ways together, 0 to 1.
    pub cmc_fraction: f64,
    /// Sum over congruent cells of `atanh(correlation) * sqrt(overlap)` over all cells, both ways together.
    pub weighted_fraction: f64,
    /// Fine polar correlation of the whole marks after registration, -1 to 1.
    pub correlation: f64,
}

/// Why two templates cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// They come from different methods or versions.
    #[error("a template of {reference} cannot be compared with one of {compared}: extract one of them again")]
    MethodsDiffer {
        /// Method of the reference.
        reference: String,
        /// Method of the compared.
        compared: String,
    },
    /// They show different kinds of mark.
    #[error("marks of different kinds cannot be compared")]
    KindsDiffer,
}
