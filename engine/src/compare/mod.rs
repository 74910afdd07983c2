//! Two marks in, score parts and one score out.

mod cells;
mod common;
mod consensus;
mod correlate;
mod kernel;
mod pair;
mod patch;
pub mod refine;
pub mod register;
mod views;

pub use pair::compare_impressions;
pub use register::register;
pub(crate) use views::draw as draw_comparison;

use crate::units::{Metres, Point};
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

impl Registration {
    /// Origin on origin, not turned.
    pub const NONE: Self =
        Self { angle: 0.0, dx: Metres::new(0.0), dy: Metres::new(0.0), mirrored: false, correlation: 0.0 };

    /// Where a point of the compared mark lands on the reference; both relative to their origins.
    pub fn apply(&self, point: Point) -> Point {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let y = if self.mirrored { -point.y } else { point.y };
        Point { x: cos * point.x - sin * y + self.dx.metres(), y: sin * point.x + cos * y + self.dy.metres() }
    }

    /// The same, turned by `degrees` more about the reference's origin.
    pub fn turned(&self, degrees: f64) -> Self {
        let turn = Self { angle: degrees, ..Self::NONE };
        let shift = turn.apply(Point { x: self.dx.metres(), y: self.dy.metres() });
        let angle = (self.angle + degrees).rem_euclid(360.0);
        Self { angle, dx: Metres::new(shift.x), dy: Metres::new(shift.y), ..*self }
    }

    /// The same with shifts so many times larger.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        let length = |length: Metres| Metres::new(length.metres() * factor);
        Self { dx: length(self.dx), dy: length(self.dy), ..*self }
    }

    /// How the reference lies on the compared mark: undoes [`Registration::apply`].
    pub fn inverse(&self) -> Self {
        // p = R M q + d gives q = M R' p - M R' d; and M R' = R M, so a mirrored one keeps its angle.
        let angle = if self.mirrored { self.angle } else { (-self.angle).rem_euclid(360.0) };
        let turned = Self { angle, dx: Metres::new(0.0), dy: Metres::new(0.0), ..*self };
        let shift = turned.apply(Point { x: -self.dx.metres(), y: -self.dy.metres() });
        Self { dx: Metres::new(shift.x), dy: Metres::new(shift.y), ..turned }
    }
}

/// One cell of a congruent-matching-cells comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Centre of the cell on its own mark, relative to the origin, metres.
    pub x: f64,
    /// See `x`.
    pub y: f64,
    /// Correlation of the cell where it was found in the other mark, -1 to 1.
    pub correlation: f64,
    /// Turn of the other mark, degrees, beyond the registration, at which it was found.
    pub angle: f64,
    /// How far from its own place its centre was found on the other mark as the registration lays it.
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

impl Comparison {
    /// The same with every length so many times larger.
    pub(crate) fn scaled(mut self, factor: f64) -> Self {
        self.registration = self.registration.scaled(factor);
        for cell in self.forward.iter_mut().chain(&mut self.reverse) {
            let length = |length: Metres| Metres::new(length.metres() * factor);
            *cell = Cell { x: cell.x * factor, y: cell.y * factor, dx: length(cell.dx), dy: length(cell.dy), ..*cell };
        }
        self
    }
}

/// Score parts of an impression comparison (`docs/method.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// Congruent cells, reference into compared.
    pub cmc_forward: u32,
    /// Congruent cells, compared into reference.
    pub cmc_reverse: u32,
    /// Cells that count, reference into compared: all of them, or, where one of the marks is a part, those on the common
    /// area.
    pub cells_forward: u32,
    /// Cells that count, compared into reference.
    pub cells_reverse: u32,
    /// Share of all cells that count, both ways together: 1 among whole marks.
    #[serde(default = "all")]
    pub common: f64,
    /// Congruent share of the cells that count, both ways together, 0 to 1.
    pub cmc_fraction: f64,
    /// Sum over congruent cells of `atanh(correlation) * sqrt(overlap)` over the cells that count, both ways together.
    pub weighted_fraction: f64,
    /// Fine polar correlation of the whole marks after registration, -1 to 1.
    pub correlation: f64,
}

/// What a comparison stored before parts were told apart says of the cells that count.
const fn all() -> f64 {
    1.0
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
    /// A template that this method did not make.
    #[error("a template of {rows} x {cols} samples of {pitch:.1} um cannot be compared: extract it again")]
    OddGrid {
        /// Rows of the map.
        rows: u32,
        /// Columns of the map.
        cols: u32,
        /// Distance between samples, micrometres.
        pitch: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    #[test]
    fn the_inverse_undoes_a_registration_mirrored_or_not() {
        for mirrored in [false, true] {
            let placed = Registration { angle: 123.0, dx: um(40.0), dy: um(-70.0), mirrored, correlation: 0.5 };
            let point = Point { x: 1.1e-3, y: -0.4e-3 };
            let back = placed.inverse().apply(placed.apply(point));
            assert!(back.distance(point).micrometres() < 1e-6, "mirrored {mirrored}: {back:?}");
            let again = placed.inverse().inverse();
            assert!(
                (again.angle - placed.angle).abs() < 1e-9 && (again.dx.metres() - placed.dx.metres()).abs() < 1e-15
            );
        }
    }

    #[test]
    fn turning_a_registration_turns_where_points_land() {
        let placed = Registration { angle: 350.0, dx: um(40.0), dy: um(-70.0), mirrored: true, correlation: 0.5 };
        let point = Point { x: 1.1e-3, y: -0.4e-3 };
        let (before, after) = (placed.apply(point), placed.turned(90.0).apply(point));
        assert!((after.x + before.y).abs() < 1e-12 && (after.y - before.x).abs() < 1e-12, "{before:?} {after:?}");
    }
}
