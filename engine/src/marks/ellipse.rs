//! Refinement of the aperture's curve (end of step 4) and the ellipse alternative (step 5).

use super::circle::{BINS, Round};
use super::edge::Edge;
use super::normal::NormalEquations;

/// Tolerance of the circle's refinement, micrometres, and its Gauss-Newton steps.
pub(super) const TOLERANCE: f64 = 20.0;
const STEPS: usize = 8;
/// Edges farther than this many tolerances have no weight.
const CUT_OFF: f64 = 4.0;
/// The total weight of a 2 degree bin is divided by itself or by this, whichever is larger: no sector dominates.
const BIN_WEIGHT: f64 = 0.25;
/// An edge this near, micrometres, supports the curve.
const SUPPORT: f64 = 25.0;
/// The ellipse's tolerance falls from the first to the second, micrometres, in this many steps.
const ELLIPSE_TOLERANCE: (f64, f64) = (80.0, 20.0);
const ELLIPSE_STEPS: usize = 10;
/// Pull of the ellipse's two amplitudes towards zero.
const RIDGE: f64 = 0.3;
/// Amplitudes of an ellipse taken, as part of the radius (below, a circle serves and a folded lip passes for an ellipse),
/// and by how much its support must exceed the circle's.
const AMPLITUDE: std::ops::Range<f64> = 0.02..0.10;
const GAIN_MIN: f64 = 0.15;

/// A closed curve R + a cos 2t + b sin 2t about a centre, micrometres; a circle if a = b = 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curve {
    pub(super) round: Round,
    pub(super) a: f64,
    pub(super) b: f64,
}

impl Curve {
    /// A circle.
    pub(super) fn circle(round: Round) -> Self {
        Self { round, a: 0.0, b: 0.0 }
    }
    /// Amplitude of the departure from a circle, as part of the radius.
    pub(super) fn amplitude(&self) -> f64 {
        self.a.hypot(self.b) / self.round.r
    }
    /// Distance from the centre to the curve in a direction, radians.
    pub(super) fn radius(&self, angle: f64) -> f64 {
        self.round.r + self.a * (2.0 * angle).cos() + self.b * (2.0 * angle).sin()
    }
    /// Signed radial distance of a point from the curve, outside positive.
    pub(super) fn distance(&self, x: f64, y: f64) -> f64 {
        let (dx, dy) = (x - self.round.x, y - self.round.y);
        let square = (dx * dx + dy * dy).max(1e-9);
        let (cos2, sin2) = ((dx * dx - dy * dy) / square, 2.0 * dx * dy / square);
        square.sqrt() - self.round.r - self.a * cos2 - self.b * sin2
    }
    /// One Gauss-Newton step on the edges `used`, weights `w / (1 + (d / tolerance)^2)^2`, bins balanced.
    fn step(&self, edges: &[Edge], tolerance: f64, elliptic: bool, used: impl Fn(&Edge) -> bool) -> Option<Curve> {
        let mut totals = [0.0; BINS];
        let mut near = Vec::with_capacity(edges.len());
        for edge in edges.iter().filter(|edge| used(edge)) {
            let distance = self.distance(edge.x, edge.y);
            if distance.abs() < CUT_OFF * tolerance {
                let weight = edge.weight / (1.0 + (distance / tolerance).powi(2)).powi(2);
                totals[edge.bin] += weight;
                near.push((edge, distance, weight));
            }
        }
        let mut normal = NormalEquations::<5>::new();
        for (edge, distance, weight) in near {
            let (dx, dy) = (edge.x - self.round.x, edge.y - self.round.y);
            let range = dx.hypot(dy).max(1e-9);
            let (cos, sin) = (dx / range, dy / range);
            let (cos2, sin2) = if elliptic { (cos * cos - sin * sin, 2.0 * cos * sin) } else { (0.0, 0.0) };
            let weight = weight / totals[edge.bin].max(BIN_WEIGHT);
            normal.add(&[cos, sin, 1.0, cos2, sin2], distance, weight);
        }
        normal.add(&[0.0, 0.0, 0.0, 1.0, 0.0], -self.a, RIDGE);
        normal.add(&[0.0, 0.0, 0.0, 0.0, 1.0], -self.b, RIDGE);
        let [x, y, r, a, b] = normal.solve()?;
        let round = Round { x: self.round.x + x, y: self.round.y + y, r: self.round.r + r };
        (round.r > 0.0).then_some(Curve { round, a: self.a + a, b: self.b + b })
    }
    /// The circle or ellipse that fits the edges `used` best, from this one.
    pub(super) fn refined(&self, edges: &[Edge], used: impl Fn(&Edge) -> bool + Copy) -> Option<Curve> {
        let elliptic = self.amplitude() > 0.0;
        (0..STEPS).try_fold(*self, |curve, _| curve.step(edges, TOLERANCE, elliptic, used))
    }
    /// Mean over the 2 degree bins of the largest `weight * exp(-d^2 / 2 tolerance^2)`, 0 to 1.
    pub(super) fn score(&self, edges: &[Edge]) -> f64 {
        let mut best = [0.0_f64; BINS];
        for edge in edges {
            let distance = self.distance(edge.x, edge.y) / TOLERANCE;
            best[edge.bin] = best[edge.bin].max(edge.weight * (-0.5 * distance * distance).exp());
        }
        best.iter().sum::<f64>() / BINS as f64
    }
    /// Which 2 degree bins hold an edge within 25 um of the curve, of those `counted`.
    pub(super) fn support(&self, edges: &[Edge], counted: impl Fn(&Edge) -> bool) -> [bool; BINS] {
        let mut supported = [false; BINS];
        for edge in edges.iter().filter(|edge| counted(edge)) {
            if self.distance(edge.x, edge.y).abs() < SUPPORT {
                supported[edge.bin] = true;
            }
        }
        supported
    }
}

/// The share of bins set.
pub(super) fn share(bins: &[bool; BINS]) -> f64 {
    bins.iter().filter(|bin| **bin).count() as f64 / BINS as f64
}

/// Whether an ellipse's support can exceed the circle's by enough to be taken.
pub(super) fn could_explain_more(circle: &Curve, edges: &[Edge]) -> bool {
    share(&circle.support(edges, |_| true)) + GAIN_MIN < 1.0
}

/// An ellipse instead of `circle`, from it or from `wide` (the best circle of a wide tolerance), if it is nearly round
/// and the turn it explains is clearly more.
///
/// It must be a possible aperture, and score no less than the circle: without both a crater's rim was taken.
pub(super) fn alternative(
    circle: &Curve,
    wide: Round,
    edges: &[Edge],
    possible: impl Fn(&Round) -> bool,
) -> Option<Curve> {
    let score = circle.score(edges);
    let explained = share(&circle.support(edges, |_| true));
    let mut best: Option<(f64, Curve)> = None;
    for start in [circle.round, wide] {
        let mut curve = Some(Curve::circle(start));
        for step in 0..ELLIPSE_STEPS {
            let part = step as f64 / (ELLIPSE_STEPS - 1) as f64;
            let tolerance = ELLIPSE_TOLERANCE.0 + part * (ELLIPSE_TOLERANCE.1 - ELLIPSE_TOLERANCE.0);
            curve = curve.and_then(|curve| curve.step(edges, tolerance, true, |_| true));
        }
        let Some(curve) = curve else { continue };
        let support = share(&curve.support(edges, |_| true));
        let taken = AMPLITUDE.contains(&curve.amplitude()) && possible(&curve.round) && curve.score(edges) >= score;
        if taken && best.is_none_or(|(most, _)| support > most) {
            best = Some((support, curve));
        }
    }
    best.filter(|(support, _)| *support > explained + GAIN_MIN).map(|(_, curve)| curve)
}
