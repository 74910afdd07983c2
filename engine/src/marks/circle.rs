//! Robust circles through border points.

use super::normal::NormalEquations;
use crate::units::{Circle, Metres, Point};

/// Gauss-Newton steps of the Cauchy fit.
const STEPS: usize = 25;
/// Cauchy's tuning constant: 95 % efficiency on normal errors (Rey 1983).
const CAUCHY: f64 = 2.385;
/// The scale never falls below half a cell of 12.5 um, so that exact points stay equal.
const SCALE_MIN: f64 = 6.25;
/// Number of 2 degree bins round a circle.
pub(super) const BINS: usize = 180;

/// A circle in micrometres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Round {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) r: f64,
}

impl Round {
    /// Signed distance of a point from the circle, outside positive.
    pub(super) fn distance(&self, (x, y): (f64, f64)) -> f64 {
        (x - self.x).hypot(y - self.y) - self.r
    }
    /// Distance between two centres.
    pub(super) fn offset(&self, other: &Round) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
    /// In metres.
    pub(super) fn circle(&self) -> Circle {
        Circle { centre: Point { x: self.x * 1e-6, y: self.y * 1e-6 }, radius: Metres::from_micrometres(self.r) }
    }
    /// Least-squares circle with Cauchy weights, started from the algebraic fit (Kasa 1976).
    pub(super) fn cauchy(points: &[(f64, f64)]) -> Option<Round> {
        let mut round = Self::algebraic(points)?;
        let mut distances = Vec::with_capacity(points.len());
        for _ in 0..STEPS {
            distances.clear();
            distances.extend(points.iter().map(|&point| round.distance(point).abs()));
            let middle = distances.len() / 2;
            let spread = 1.4826 * *distances.select_nth_unstable_by(middle, f64::total_cmp).1;
            let scale = (CAUCHY * spread).max(SCALE_MIN);
            let mut normal = NormalEquations::<3>::new();
            for &(x, y) in points {
                let (dx, dy) = (x - round.x, y - round.y);
                let range = dx.hypot(dy).max(1e-9);
                let distance = range - round.r;
                normal.add(&[dx / range, dy / range, 1.0], distance, 1.0 / (1.0 + (distance / scale).powi(2)));
            }
            let [dx, dy, dr] = normal.solve()?;
            round = Round { x: round.x + dx, y: round.y + dy, r: round.r + dr };
            if dx.abs() + dy.abs() + dr.abs() < 1e-4 {
                break;
            }
        }
        (round.r.is_finite() && round.r > 0.0).then_some(round)
    }
    /// Kasa's algebraic circle: x^2 + y^2 = 2ax + 2by + c.
    fn algebraic(points: &[(f64, f64)]) -> Option<Round> {
        if points.len() < 3 {
            return None;
        }
        let count = points.len() as f64;
        let (mx, my) = points.iter().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x / count, sy + y / count));
        let mut normal = NormalEquations::<3>::new();
        for (x, y) in points {
            let (u, v) = ((x - mx) * 1e-3, (y - my) * 1e-3);
            normal.add(&[2.0 * u, 2.0 * v, 1.0], u * u + v * v, 1.0);
        }
        let [a, b, c] = normal.solve()?;
        let square = c + a * a + b * b;
        (square > 0.0).then(|| Round { x: mx + a * 1e3, y: my + b * 1e3, r: square.sqrt() * 1e3 })
    }
    /// The circle through three points, unless they lie on a line.
    pub(super) fn through(p: (f64, f64), q: (f64, f64), s: (f64, f64)) -> Option<Round> {
        let (ax, ay, bx, by) = (q.0 - p.0, q.1 - p.1, s.0 - p.0, s.1 - p.1);
        let cross = 2.0 * (ax * by - ay * bx);
        if cross.abs() < 1.0 {
            return None;
        }
        let (aa, bb) = (ax * ax + ay * ay, bx * bx + by * by);
        let (ux, uy) = ((by * aa - ay * bb) / cross, (ax * bb - bx * aa) / cross);
        Some(Round { x: p.0 + ux, y: p.1 + uy, r: ux.hypot(uy) })
    }
}

/// The 2 degree bin of a direction.
pub(super) fn bin(dx: f64, dy: f64) -> usize {
    let turn = dy.atan2(dx) / std::f64::consts::TAU;
    ((turn.rem_euclid(1.0) * BINS as f64) as usize).min(BINS - 1)
}

/// Which point of a bin to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Border {
    Innermost,
    Outermost,
}

/// The innermost or outermost of the points in each 2 degree bin about `centre`.
pub(super) fn border(points: impl Iterator<Item = (f64, f64)>, centre: (f64, f64), border: Border) -> Vec<(f64, f64)> {
    let mut kept: [Option<(f64, f64, f64)>; BINS] = [None; BINS];
    for (x, y) in points {
        let (dx, dy) = (x - centre.0, y - centre.1);
        let range = dx * dx + dy * dy;
        let slot = &mut kept[bin(dx, dy)];
        let better = slot.is_none_or(|(best, ..)| match border {
            Border::Innermost => range < best,
            Border::Outermost => range > best,
        });
        if better {
            *slot = Some((range, x, y));
        }
    }
    kept.iter().flatten().map(|&(_, x, y)| (x, y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_border_torn_away_moves_the_circle_by_less_than_2_um() {
        let points: Vec<(f64, f64)> = (0..BINS)
            .map(|step| {
                let (sin, cos) = (step as f64 * 2.0).to_radians().sin_cos();
                let r = if step % 3 == 0 { 1200.0 + 7.0 * (step % 40) as f64 } else { 1200.0 };
                (2000.0 + r * cos, 1900.0 + r * sin)
            })
            .collect();
        let round = Round::cauchy(&points).unwrap();
        let off = (round.x - 2000.0).hypot(round.y - 1900.0);
        assert!(off < 2.0 && (round.r - 1200.0).abs() < 2.0, "{round:?} is {off:.2} off");
    }

    #[test]
    fn three_points_of_a_3_4_5_triangle_give_radius_2_5() {
        let round = Round::through((0.0, 0.0), (3.0, 0.0), (0.0, 4.0)).unwrap();
        assert!((round.r - 2.5).abs() < 1e-12 && (round.x - 1.5).abs() < 1e-12 && (round.y - 2.0).abs() < 1e-12);
    }
}
