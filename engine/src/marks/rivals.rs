//! The circle taken from a draw: the best after refinement, not before.
//!
//! A sheared edge leaves two walls some 40 um apart. Which of two rival triples scores higher hangs on a few drop-outs, so
//! every rival near the best is refined and scored again; the centre then stays where it is when the scan is turned.

use super::circle::Round;
use super::edge::Edge;
use super::ellipse::Curve;
use super::ransac::Draw;

/// A rival lies within this of the best circle in centre and radius, micrometres; what is farther is another circle.
const NEAR: f64 = 100.0;
/// A rival scores at least this part of the best.
const SHARE_MIN: f64 = 0.85;
/// Rivals closer than this, micrometres, are refined once.
const APART: f64 = 15.0;
/// Most rivals refined.
const RIVALS_MAX: usize = 8;

/// The refined circle that scores highest among the best of a draw and its rivals.
pub(super) fn best(draw: &Draw, edges: &[Edge]) -> Option<Curve> {
    let best = draw.best;
    let mut starts = vec![best.round];
    let mut circles = draw.circles.clone();
    circles.sort_by(|one, other| other.score.total_cmp(&one.score));
    for circle in circles {
        if starts.len() == RIVALS_MAX || circle.score < SHARE_MIN * best.score {
            break;
        }
        let round = circle.round;
        if apart(&round, &best.round) < NEAR && starts.iter().all(|start| apart(&round, start) > APART) {
            starts.push(round);
        }
    }
    let refined = starts.into_iter().filter_map(|start| Curve::circle(start).refined(edges, |_| true));
    let scored = refined.map(|curve| (curve.score(edges), curve));
    scored.reduce(|kept, other| if other.0 > kept.0 { other } else { kept }).map(|(_, curve)| curve)
}

fn apart(one: &Round, other: &Round) -> f64 {
    one.offset(other).max((one.r - other.r).abs())
}
