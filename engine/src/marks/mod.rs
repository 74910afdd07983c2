//! Mark kinds and the region of a scan that holds a mark.

mod aperture;
pub mod arc;
mod cells;
mod circle;
mod crop;
mod edge;
mod ellipse;
mod field;
mod form;
mod grade;
pub mod kind;
pub mod locate;
mod mask;
mod normal;
mod outer;
mod plateau;
mod ransac;
mod rivals;
mod show;
mod small;
mod smooth;

pub use kind::MarkKind;
pub use locate::locate;

use crate::units::{Circle, Metres, Point};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Where a mark lies on a surface and which point is its origin.
#[derive(Clone, Debug)]
pub struct Region {
    /// Same shape as the surface; `true` where the mark is.
    pub mask: Array2<bool>,
    /// Origin of every feature of the mark.
    pub origin: Point,
    /// What the origin is the centre of.
    pub origin_kind: OriginKind,
    /// How far the origin can be trusted.
    pub grade: Grade,
    /// The firing-pin aperture's edge, if found.
    pub aperture: Option<Circle>,
    /// The primer's outer circle, if found.
    pub outer: Option<Circle>,
    /// What the grade rests on; `None` for crops.
    pub support: Option<EdgeSupport>,
}

/// What the origin of a mark is the centre of (`docs/method.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OriginKind {
    /// The firing-pin aperture's edge, found on a raw scan: part of the breech face, so it stays from shot to shot.
    Aperture,
    /// The inner border of a scan that was cropped before it came here.
    Crop,
    /// The outer primer circle: the fallback, it moves from shot to shot.
    Outer,
    /// Set by an examiner.
    Manual,
    /// The middle of a small mark itself: the apex of a firing pin's sphere, the centre of an ejector's mark.
    Middle,
}

impl OriginKind {
    /// One word, as records and tables have it.
    pub const fn code(self) -> &'static str {
        match self {
            OriginKind::Aperture => "aperture",
            OriginKind::Crop => "crop",
            OriginKind::Outer => "outer",
            OriginKind::Manual => "manual",
            OriginKind::Middle => "middle",
        }
    }
}

/// How far an origin can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Within about 30 um.
    Good,
    /// Probably within 130 um: a search sends more probes.
    Fair,
    /// Not to be relied on.
    Poor,
}

/// What the grade of an aperture circle rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeSupport {
    /// Share of the 2 degree bins with an inward-rising edge within 25 um of the circle.
    pub rise: f64,
    /// Longest arc without support, degrees.
    pub gap: f64,
    /// Jackknife standard error of the centre.
    pub se: Metres,
    /// Mean weight of the best edge per bin, 0 to 1.
    pub score: f64,
    /// Score of the best other circle over `score`.
    pub runner: f64,
}

/// Why a scan gives no mark.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// The scan is not of a kind that can carry the mark.
    #[error("a {found} cannot hold a {kind}: a topography is needed")]
    NotATopography {
        /// What the file holds.
        found: &'static str,
        /// The mark asked for.
        kind: MarkKind,
    },
    /// Nothing usable is on the scan.
    #[error("unsuitable: {reason}")]
    Unsuitable {
        /// One clear clause with the numbers.
        reason: String,
    },
}
