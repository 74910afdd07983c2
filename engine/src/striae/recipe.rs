//! What is done to each kind of striated mark, as physical lengths with their source.

use crate::units::{Metres, um};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which part of the firearm left the striae.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StriaKind {
    /// Land engraved area of a bullet.
    BulletLand,
    /// Groove engraved area of a bullet.
    BulletGroove,
    /// Shear of the primer on the edge of the firing-pin aperture.
    ApertureShear,
    /// Drag of the firing pin.
    FiringPinDrag,
    /// Scratches of extractor, ejector, ejection port or chamber.
    CycleScratch,
}

impl StriaKind {
    /// Every kind, in order.
    pub const ALL: [StriaKind; 5] =
        [Self::BulletLand, Self::BulletGroove, Self::ApertureShear, Self::FiringPinDrag, Self::CycleScratch];

    /// The code used in manifests and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BulletLand => "bullet_land_3d",
            Self::BulletGroove => "bullet_groove_3d",
            Self::ApertureShear => "aperture_shear_3d",
            Self::FiringPinDrag => "firing_pin_drag_3d",
            Self::CycleScratch => "cycle_scratch_3d",
        }
    }

    /// How marks of this kind are prepared and compared.
    pub const fn recipe(self) -> Recipe {
        match self {
            Self::BulletLand => Recipe { shoulders: true, ..LONG },
            // No walls to look for: a groove's scan shows the groove, its ends are the ends of the data.
            Self::BulletGroove => LONG,
            Self::ApertureShear | Self::FiringPinDrag | Self::CycleScratch => SHORT,
        }
    }
}

impl fmt::Display for StriaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BulletLand => "land engraved area",
            Self::BulletGroove => "groove engraved area",
            Self::ApertureShear => "aperture shear",
            Self::FiringPinDrag => "firing pin drag",
            Self::CycleScratch => "scratch of extractor, ejector or chamber",
        })
    }
}

/// How one kind of striated mark is prepared and compared. Sources: `docs/striae.md`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Whether the mark ends at walls that rise beside it, which are looked for and left out.
    pub shoulders: bool,
    /// Distance between samples of a signature.
    pub pitch: Metres,
    /// Longest waves of a signature: robust Gaussian regression of order 2.
    pub high_pass: Metres,
    /// Shortest waves of a signature: Gaussian.
    pub low_pass: Metres,
    /// Length of a segment of the vote.
    pub segment: Metres,
    /// Distance between the beginnings of two segments.
    pub step: Metres,
    /// Segments agree whose best lags lie within twice this.
    pub tolerance: Metres,
    /// Largest lag looked at, from middle on middle.
    pub reach: Metres,
    /// Share of the shorter signature that a correlation must overlap.
    pub overlap: f64,
    /// Shortest usable signature.
    pub width_min: Metres,
}

/// Lands and grooves, 1 to 3 mm wide. Band 250 to 12 um, segments of 200 um every 100 um and a tolerance of 16 um are
/// the best of those tried on 96 same-source and 1,500 different-source pairs of 7 barrels; below an overlap of 80 %
/// false correlations grow (`docs/striae.md`, section 2).
const LONG: Recipe = Recipe {
    shoulders: false,
    pitch: um(2.0),
    high_pass: um(250.0),
    low_pass: um(12.0),
    segment: um(200.0),
    step: um(100.0),
    tolerance: um(16.0),
    reach: um(500.0),
    overlap: 0.8,
    width_min: um(600.0),
};

/// Shear, drag and scratches, 0.3 to 1.5 mm wide. A vote of five segments needs segments of 100 um every 50 um; the
/// shortest overlap of 350 um is that of the Netherlands Forensic Institute's scores of aperture shear.
const SHORT: Recipe = Recipe { segment: um(100.0), step: um(50.0), reach: um(250.0), width_min: um(350.0), ..LONG };
