//! Steps 3 to 6 in order: the firing-pin aperture's curve, found about the primer's centre and once more about its own.

use super::circle::Round;
use super::edge::{self, Edge};
use super::ellipse::{self, Curve, TOLERANCE};
use super::outer::Levelled;
use super::ransac::{self, Scored};
use super::{EdgeSupport, Grade};
use super::{grade, rivals};

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
    let first = Curve::circle(ransac::draw(&edges, outer, TOLERANCE)?.best.round).refined(&edges, |_| true)?.round;
    let edges = edge::candidates(levelled, (first.x, first.y), outer);
    let draw = ransac::draw(&edges, outer, TOLERANCE)?;
    let circle = rivals::best(&draw, &edges)?;
    // Refinement may slide off to a crater's rim.
    if !ransac::admissible(&circle.round, outer) {
        return None;
    }
    let wide = ellipse::could_explain_more(&circle, &edges)
        .then(|| ransac::draw(&edges, outer, WIDE).map(|draw| draw.best.round))
        .flatten();
    let possible = |round: &Round| ransac::admissible(round, outer);
    let curve = wide.and_then(|wide| ellipse::alternative(&circle, wide, &edges, possible)).unwrap_or(circle);
    let (support, runner) = grade::support(&curve, &edges, &draw.circles);
    Some(Aperture { curve, grade: grade::grade(&support, &curve), support, runner, edges })
}
