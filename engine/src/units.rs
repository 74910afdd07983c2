//! Lengths and points with their unit spelled out: metres inside, as in X3P (ISO 25178-72).

use serde::{Deserialize, Serialize};

/// A length in metres. The field is private, so a value enters and leaves with its unit spelled out.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Metres(f64);

impl Metres {
    /// A length given in metres.
    pub const fn new(metres: f64) -> Self {
        Self(metres)
    }
    /// A length given in micrometres.
    pub const fn from_micrometres(micrometres: f64) -> Self {
        Self(micrometres * 1e-6)
    }
    /// The length in metres.
    pub const fn metres(self) -> f64 {
        self.0
    }
    /// The length in micrometres.
    pub const fn micrometres(self) -> f64 {
        self.0 * 1e6
    }
    /// How many steps of `pitch` fit in this length; not rounded.
    pub fn steps(self, pitch: Metres) -> f64 {
        self.0 / pitch.0
    }
}

/// Short for [`Metres::from_micrometres`], for tables of parameters.
pub const fn um(micrometres: f64) -> Metres {
    Metres::from_micrometres(micrometres)
}

/// A point on a surface in metres: `x` runs along a row (column index times pitch), `y` down the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Along a row, in metres.
    pub x: f64,
    /// Down the rows, in metres.
    pub y: f64,
}

impl Point {
    /// Distance between two points.
    pub fn distance(self, other: Point) -> Metres {
        Metres((self.x - other.x).hypot(self.y - other.y))
    }
}

/// A circle on a surface.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Circle {
    /// Centre in metres on the surface.
    pub centre: Point,
    /// Radius.
    pub radius: Metres,
}
