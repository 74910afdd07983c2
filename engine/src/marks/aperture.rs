//! Steps 3 to 6 in order: the firing-pin aperture's curve, found about the primer's centre and once more about its own.

use super::circle::Round;
use super::edge::{self, Edge};
use super::ellipse::{self, Curve, TOLERANCE};
use super::grade;
use super::outer::Levelled;
use super::ransac::{self, Scored};
use super::{EdgeSupport, Grade};

/// Tolerance of the draw an ellipse may start from, micrometres.
const WIDE: f64 = 60.0;

/// The aperture and what speaks for it.
pub(super) struct Aperture {
    pub(super) curve: Curve,
    pub(super) grade: Grade,
    pub(super) support: EdgeSupport,
    /// The best other circle.
    pub(super) runner: Option<Scored>,
    /// Every candidate, for the examiner's picture.
    pub(super) edges: Vec<Edge>,
}

/// The aperture's curve, or `None` if no admissible circle runs through the edge candidates.
pub(super) fn find(levelled: &Levelled, outer: &Round) -> Option<Aperture> {
    let edges = edge::candidates(levelled, (outer.x, outer.y), outer);
    let first = Curve::circle(ransac::draw(&edges, outer, TOLERANCE)?.best.round).refined(&edges, |_| true)?;
    let edges = edge::candidates(levelled, (first.round.x, first.round.y), outer);
    let draw = ransac::draw(&edges, outer, TOLERANCE)?;
    let circle = Curve::circle(draw.best.round).refined(&edges, |_| true)?;
    let wide = ransac::draw(&edges, outer, WIDE).map(|draw| draw.best.round);
    let curve = ellipse::alternative(&circle, wide, &edges).unwrap_or(circle);
    let (support, runner) = grade::support(&curve, &edges, &draw.circles);
    Some(Aperture { curve, grade: grade::grade(&support, &curve), support, runner, edges })
}
