//! Step 3: where the aperture's edge may lie. The breech face's metal rises inward there, in a wall that is partly void.
//!
//! Crater and flow-back ridge have edges too; what tells them apart is that no plateau lies just outside them, so every
//! candidate is weighed by the plateau beside it. Order: by ray, outward; the same scan gives the same list.

use super::circle::{BINS, Round};
use super::outer::{Levelled, RAYS, STEP, direction};

/// Nearest to the centre and to the outer circle that an edge is sought, micrometres.
const INNERMOST: f64 = 300.0;
const RIM: f64 = 40.0;
/// Steepest point of a wall: least slope, and least step in micrometres between the ends of the reach about it.
const SLOPE_MIN: f32 = 0.15;
const STEP_MIN: f32 = 5.0;
const REACH: f64 = 40.0;
/// A void from the first to the second length with a step across is a wall the instrument did not see; one of the third
/// or longer is less sure. Walls are 20 to 60 wide: the void of a longer gap is a trench outside the wall, so the edge
/// lies no farther out than half the widest wall from its inner end.
const GAP: (f64, f64) = (12.5, 260.0);
const WALL_HALF: f64 = 30.0;
const GAP_WIDE: f64 = 100.0;
const GAP_WIDE_FACTOR: f64 = 0.6;
/// Weight of the outer end of a longer void.
const VOID_FACTOR: f64 = 0.12;
/// Where the plateau must lie outside a wall and outside a void, micrometres.
const BESIDE_WALL: (f64, f64) = (30.0, 150.0);
const BESIDE_VOID: (f64, f64) = (12.0, 130.0);
/// A step of this many micrometres has full weight, smaller ones no less than the share after it.
const STEP_FULL: f64 = 12.0;
const STEP_SHARE_MIN: f64 = 0.4;
/// Weight of an edge that falls inward, as a crater's rim does.
const FALLING: f64 = 0.15;
/// Lighter candidates are dropped.
const WEIGHT_MIN: f64 = 0.05;

/// A point where the aperture's edge may run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Micrometres.
    pub(super) x: f64,
    pub(super) y: f64,
    /// 0.05 to 1.
    pub(super) weight: f64,
    /// 2 degree bin about the rays' origin.
    pub(super) bin: usize,
    /// Higher inside than outside.
    pub(super) rises: bool,
}

/// Candidates on 720 rays from `origin` out to the outer circle.
pub(super) fn candidates(levelled: &Levelled, origin: (f64, f64), outer: &Round) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut ray = Ray::default();
    for index in 0..RAYS {
        let (cos, sin) = direction(index);
        let (dx, dy) = (origin.0 - outer.x, origin.1 - outer.y);
        let along = dx * cos + dy * sin;
        let square = along * along - (dx * dx + dy * dy) + outer.r * outer.r;
        let end = square.max(0.0).sqrt() - along - RIM;
        if end <= INNERMOST {
            continue;
        }
        ray.sample(levelled, origin, (cos, sin), end);
        let mut keep = |r: f64, weight: f64, rises: bool| {
            if weight >= WEIGHT_MIN {
                let bin = index * BINS / RAYS;
                edges.push(Edge { x: origin.0 + r * cos, y: origin.1 + r * sin, weight, bin, rises });
            }
        };
        ray.walls(&mut keep);
        ray.voids(&mut keep);
    }
    edges
}

/// Heights along one ray, outward.
#[derive(Default)]
struct Ray {
    start: f64,
    /// Samples up to the last place an edge may lie; the arrays go on for [`BESIDE_WALL`].
    count: usize,
    heights: Vec<f32>,
    present: Vec<bool>,
    /// Running count of plateau samples.
    plateau: Vec<f32>,
}

impl Ray {
    fn sample(&mut self, levelled: &Levelled, origin: (f64, f64), (cos, sin): (f64, f64), end: f64) {
        self.start = INNERMOST;
        self.count = ((end - self.start) / STEP) as usize;
        let total = self.count + (BESIDE_WALL.1 / STEP) as usize + 1;
        self.heights.clear();
        self.present.clear();
        self.plateau.clear();
        self.plateau.push(0.0);
        let mut on_plateau = 0.0;
        for step in 0..total {
            let r = self.start + step as f64 * STEP;
            let (x, y) = (origin.0 + r * cos, origin.1 + r * sin);
            let cell = levelled.residual.cell(x, y);
            let height = levelled.residual.at(x, y);
            self.heights.push(height);
            self.present.push(cell.is_some_and(|cell| levelled.present[cell]) && !height.is_nan());
            on_plateau += f32::from(u8::from(cell.is_some_and(|cell| levelled.plateau[cell])));
            self.plateau.push(on_plateau);
        }
    }
    fn radius(&self, step: f64) -> f64 {
        self.start + step * STEP
    }
    /// Share of plateau between the two distances outside a sample.
    fn beside(&self, step: usize, (from, to): (f64, f64)) -> f64 {
        let last = self.plateau.len() - 1;
        let first = (step + (from / STEP).ceil() as usize).min(last);
        let past = (step + (to / STEP) as usize + 1).min(last);
        if past > first { f64::from(self.plateau[past] - self.plateau[first]) / (past - first) as f64 } else { 0.0 }
    }
    /// (a): local maxima of the slope.
    fn walls(&self, keep: &mut impl FnMut(f64, f64, bool)) {
        let reach = (REACH / STEP) as usize;
        let slope = |step: usize| {
            let usable = self.present[step - 1] && self.present[step] && self.present[step + 1];
            if usable { (self.heights[step + 1] - self.heights[step - 1]) / (2.0 * STEP as f32) } else { 0.0 }
        };
        for step in 2..self.count.saturating_sub(2) {
            let here = slope(step).abs();
            if here <= SLOPE_MIN || here < slope(step - 1).abs() || here <= slope(step + 1).abs() {
                continue;
            }
            let inner = (1..=reach.min(step)).take_while(|back| self.present[step - back]).last();
            let outer = (1..=reach).take_while(|ahead| self.present[step + ahead]).last();
            let (Some(inner), Some(outer)) = (inner, outer) else { continue };
            let rise = self.heights[step - inner] - self.heights[step + outer];
            if rise.abs() > STEP_MIN && (rise > 0.0) == (slope(step) < 0.0) {
                let weight = self.beside(step, BESIDE_WALL) * step_weight(rise);
                keep(self.radius(step as f64), weight, rise > 0.0);
            }
        }
    }
    /// (b) and (c): voids between present samples, and the outer ends of long ones.
    fn voids(&self, keep: &mut impl FnMut(f64, f64, bool)) {
        let mut step = 0;
        while step < self.count {
            if self.present[step] {
                step += 1;
                continue;
            }
            let first = step;
            while step < self.count && !self.present[step] {
                step += 1;
            }
            if step >= self.count {
                return;
            }
            let length = (step - first) as f64 * STEP;
            let beside = self.beside(step, BESIDE_VOID);
            if first == 0 || length > GAP.1 {
                keep(self.radius(step as f64 - 0.5), VOID_FACTOR * beside, false);
            } else if length >= GAP.0 {
                let rise = self.heights[first - 1] - self.heights[step];
                if rise.abs() > STEP_MIN {
                    let wide = if length >= GAP_WIDE { GAP_WIDE_FACTOR } else { 1.0 };
                    let middle = self.radius(first as f64 - 0.5) + (length / 2.0).min(WALL_HALF);
                    keep(middle, beside * step_weight(rise) * wide, rise > 0.0);
                }
            }
        }
    }
}

/// How much a step of `rise` micrometres counts.
fn step_weight(rise: f32) -> f64 {
    let size = (f64::from(rise.abs()) / STEP_FULL).clamp(STEP_SHARE_MIN, 1.0);
    if rise > 0.0 { size } else { size * FALLING }
}
