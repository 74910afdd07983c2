//! The centre of a border of which only an arc is there.
//!
//! Three unknowns swim on a short arc; where the radius is known from the class of firearm two remain, and these hold
//! down to arcs of 90 degrees (`docs/weak-marks.md`). Cauchy weights keep torn and cut edges from pulling.

use super::circle::{Border, Round, border};
use super::normal::NormalEquations;
use crate::units::{Circle, Metres, Point};

/// Gauss-Newton steps between two looks at the border.
const STEPS: usize = 15;
/// Looks at the border, each from the centre found last: from 62 um off, the third moves by less than 2 um.
const LOOKS: usize = 4;
/// Scale of the Cauchy weights, micrometres: a sample of 12.5 um and the unevenness of a border.
const SCALE: f64 = 25.0;

/// The circle of the innermost points, one for every 2 degrees about `start`; `None` if they lie on none.
pub fn inner_circle(points: &[Point], start: Point) -> Option<Circle> {
    let first = Round::cauchy(&innermost(points, (start.x * 1e6, start.y * 1e6)))?;
    Some(Round::cauchy(&innermost(points, (first.x, first.y)))?.circle())
}

/// The centre of the innermost points, one for every 2 degrees about `start`, on a circle of known `radius`; `None` if
/// they do not determine it.
pub fn inner_centre(points: &[Point], start: Point, radius: Metres) -> Option<Point> {
    let mut round = Round { x: start.x * 1e6, y: start.y * 1e6, r: radius.micrometres() };
    for _ in 0..LOOKS {
        let border = innermost(points, (round.x, round.y));
        for _ in 0..STEPS {
            let mut normal = NormalEquations::<2>::new();
            for &(x, y) in &border {
                let (dx, dy) = (x - round.x, y - round.y);
                let range = dx.hypot(dy).max(1e-9);
                let distance = range - round.r;
                normal.add(&[dx / range, dy / range], distance, 1.0 / (1.0 + (distance / SCALE).powi(2)));
            }
            let [dx, dy] = normal.solve()?;
            round = Round { x: round.x + dx, y: round.y + dy, ..round };
            if dx.abs() + dy.abs() < 1e-3 {
                break;
            }
        }
    }
    Some(round.circle().centre)
}

fn innermost(points: &[Point], centre: (f64, f64)) -> Vec<(f64, f64)> {
    border(points.iter().map(|point| (point.x * 1e6, point.y * 1e6)), centre, Border::Innermost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_a_border_of_known_radius_gives_the_centre_within_2_um() {
        let centre = Point { x: 2.0e-3, y: 1.9e-3 };
        let points: Vec<Point> = (0..90)
            .flat_map(|degree| {
                let (sin, cos) = f64::from(degree).to_radians().sin_cos();
                (0..30).map(move |step| {
                    let range = 1200e-6 + f64::from(step) * 12.5e-6;
                    Point { x: centre.x + range * cos, y: centre.y + range * sin }
                })
            })
            .collect();
        let start = Point { x: centre.x + 60e-6, y: centre.y - 60e-6 };
        let found = inner_centre(&points, start, Metres::from_micrometres(1200.0)).unwrap();
        let off = found.distance(centre).micrometres();
        assert!(off < 2.0, "{off:.2} um off");
        // A radius 20 um too large moves it along the arc's axis only: less than 20 um / sin(45 degrees).
        let wrong = inner_centre(&points, start, Metres::from_micrometres(1220.0)).unwrap();
        let off = wrong.distance(centre).micrometres();
        assert!(off < 28.3, "{off:.2} um off");
    }
}
