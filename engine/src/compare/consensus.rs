//! Which cells agree on one rotation and one shift: the densest cluster, not the median, which strangers pull along.
//!
//! Each cell proposes the shift at which it fits best. About each proposal the cells that agree within 50 um are
//! gathered, a small turn and shift are fitted to them, and the cells within 30 um of what the fit predicts for their
//! place are counted. A whole-mark error of one degree moves a cell at 1.5 mm by 26 um: without the turn the limit could
//! not be this tight, and a loose limit is what lets strangers agree by chance.

use super::Registration;
use super::cells::{ANGLES, Fit, Searched};
use crate::units::Metres;

/// Least correlation of a cell that counts. NIST uses 0.5 for 3D breech faces (Chu et al. 2013), `docs/method.md` section 5 0.40;
/// half-way between, because weak marks fall below 0.5 and strangers below 0.45.
const CORRELATION_MIN: f64 = 0.45;
/// A cell counts at an angle if it fits best within this many degrees of it (`docs/method.md` section 5).
const ANGLE_TOLERANCE: f64 = 4.0;
/// Cells are gathered within this distance of a proposed shift, metres (`docs/method.md` section 5).
const GATHERED: f64 = 50e-6;
/// Cells are counted within this distance of the fitted shift at their place, metres: about one sample of search grid.
const COUNTED: f64 = 30e-6;
/// Rounds of gathering and fitting.
const ROUNDS: usize = 2;
/// Fewest cells that may turn the fit.
const CELLS_TURNING: usize = 3;
/// Largest turn of the fit, radians: the angles searched are 2 degrees apart.
const TURN_MAX: f64 = 0.035;
/// The turn is held back as if by cells at rest one cell away from the others, metres: few cells that lie close
/// together do not turn the mark.
const TURN_PRIOR: f64 = 900e-6;

/// The cells that agree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Consensus {
    /// Index of the angle they agree at.
    pub(super) angle: usize,
    /// For each cell, whether it agrees.
    pub(super) members: Vec<bool>,
    /// Sum of the weights of those that do.
    pub(super) weight: f64,
    motion: Motion,
}

impl Consensus {
    /// The registration on which the agreeing cells do not move: `placed`, around which they were searched, corrected.
    pub(super) fn corrected(&self, placed: &Registration) -> Registration {
        // At this angle a point p of the cells was found at p + d + turn x p: take d off, then turn back.
        let turned = placed.turned(ANGLES[self.angle]);
        let dx = Metres::new(turned.dx.metres() - self.motion.dx);
        let dy = Metres::new(turned.dy.metres() - self.motion.dy);
        Registration { dx, dy, ..turned }.turned(-self.motion.turn.to_degrees())
    }

    /// Whether a cell agrees once the mark lies as [`Consensus::corrected`] says, where it fits as `fit` says.
    pub(super) fn confirms(&self, cell: &Searched, fit: &Fit) -> bool {
        fit.correlation >= CORRELATION_MIN
            && (ANGLES[cell.best] - ANGLES[self.angle]).abs() <= ANGLE_TOLERANCE
            && fit.dx.hypot(fit.dy) <= COUNTED
    }
}

/// The set of cells with the largest weight over all angles and proposals; the first one where several are equal.
pub(super) fn consensus(cells: &[Searched]) -> Consensus {
    let mut best = Consensus { angle: 0, members: vec![false; cells.len()], weight: 0.0, motion: Motion::NONE };
    for (angle, offset) in ANGLES.into_iter().enumerate() {
        let able: Vec<usize> = (0..cells.len())
            .filter(|&cell| {
                cells[cell].fits[angle].correlation >= CORRELATION_MIN
                    && (ANGLES[cells[cell].best] - offset).abs() <= ANGLE_TOLERANCE
            })
            .collect();
        for &seed in &able {
            let proposed = &cells[seed].fits[angle];
            let mut motion = Motion { dx: proposed.dx, dy: proposed.dy, turn: 0.0 };
            for _ in 0..ROUNDS {
                let gathered = motion.within(GATHERED, cells, &able, angle);
                if gathered.len() < CELLS_TURNING {
                    break;
                }
                motion = Motion::of(&gathered, cells, angle);
            }
            let counted = motion.within(COUNTED, cells, &able, angle);
            let weight: f64 = counted.iter().map(|&cell| cells[cell].fits[angle].weight()).sum();
            if weight > best.weight {
                let mut members = vec![false; cells.len()];
                counted.iter().for_each(|&cell| members[cell] = true);
                best = Consensus { angle, members, weight, motion };
            }
        }
    }
    best
}

/// A small turn about the origin and a shift.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Motion {
    dx: f64,
    dy: f64,
    turn: f64,
}

impl Motion {
    const NONE: Self = Self { dx: 0.0, dy: 0.0, turn: 0.0 };

    /// Least squares over the fits of `members`, their turn held back by the prior.
    fn of(members: &[usize], cells: &[Searched], angle: usize) -> Self {
        let count = members.len() as f64;
        let mean =
            |part: &dyn Fn(&Searched) -> f64| members.iter().map(|&cell| part(&cells[cell])).sum::<f64>() / count;
        let (x, y) = (mean(&|cell| cell.x), mean(&|cell| cell.y));
        let (dx, dy) = (mean(&|cell| cell.fits[angle].dx), mean(&|cell| cell.fits[angle].dy));
        let moment =
            mean(&|cell| (cell.x - x) * (cell.fits[angle].dy - dy) - (cell.y - y) * (cell.fits[angle].dx - dx));
        let inertia = mean(&|cell| (cell.x - x).powi(2) + (cell.y - y).powi(2));
        let turn = (moment / (inertia + TURN_PRIOR.powi(2) / count)).clamp(-TURN_MAX, TURN_MAX);
        Self { dx: dx + turn * y, dy: dy - turn * x, turn }
    }

    /// Those of `able` whose fit lies within `limit` of this motion at their place.
    fn within(&self, limit: f64, cells: &[Searched], able: &[usize], angle: usize) -> Vec<usize> {
        let near = |cell: &Searched| {
            let fit = &cell.fits[angle];
            let (dx, dy) = (self.dx - self.turn * cell.y, self.dy + self.turn * cell.x);
            (fit.dx - dx).hypot(fit.dy - dy) <= limit
        };
        able.iter().copied().filter(|&cell| near(&cells[cell])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Point;

    /// Twenty-four cells on a ring of 1.5 mm that agree on a shift and a turn, and twelve that disagree.
    fn ring(turn: f64) -> Vec<Searched> {
        (0..36)
            .map(|number| {
                let (sin, cos) = (f64::from(number) * 10.0_f64).to_radians().sin_cos();
                let (x, y) = (1500e-6 * cos, 1500e-6 * sin);
                let astray = number % 3 == 0;
                let (dx, dy) = if astray {
                    (f64::from(number % 7) * 40e-6 - 120e-6, f64::from(number % 5) * 50e-6 - 100e-6)
                } else {
                    (20e-6 - turn * y, -40e-6 + turn * x)
                };
                let fit = Fit { correlation: 0.6, overlap: 1.0, dx, dy };
                let mut fits = [Fit { correlation: 0.1, ..fit }; ANGLES.len()];
                fits[3] = fit;
                Searched { x, y, fits, best: 3 }
            })
            .collect()
    }

    fn count(consensus: &Consensus) -> usize {
        consensus.members.iter().filter(|member| **member).count()
    }

    #[test]
    fn cells_that_share_a_shift_and_a_turn_of_one_degree_are_all_found() {
        let found = consensus(&ring(1.0_f64.to_radians()));
        let agreeing = (0..36).filter(|number| number % 3 != 0 && found.members[*number]).count();
        assert_eq!((found.angle, agreeing), (3, 24));
        assert!(count(&found) <= 26, "{} of 12 strangers agree by chance", count(&found) - 24);
        assert!((found.weight / count(&found) as f64 - 0.6_f64.atanh()).abs() < 1e-9);
    }

    #[test]
    fn the_corrected_registration_takes_the_shift_and_the_turn_off() {
        let placed = Registration { angle: 70.0, ..Registration::NONE };
        let found = consensus(&ring(1.0_f64.to_radians()));
        let corrected = found.corrected(&placed);
        // Cells were found turned by one degree more than searched, less what the prior on the turn holds back.
        assert!((corrected.angle - 69.0).abs() < 0.1, "{corrected:?}");
        let lands = |by: &Registration| by.apply(placed.inverse().apply(Point { x: 0.0, y: 0.0 }));
        let moved = lands(&corrected);
        assert!((moved.x + 20e-6).abs() < 3e-6 && (moved.y - 40e-6).abs() < 3e-6, "{moved:?}");
    }

    #[test]
    fn nothing_agrees_where_nothing_correlates() {
        let mut cells = ring(0.0);
        cells.iter_mut().for_each(|cell| cell.fits[3].correlation = 0.44);
        let found = consensus(&cells);
        assert_eq!((count(&found), found.weight), (0, 0.0));
    }
}
