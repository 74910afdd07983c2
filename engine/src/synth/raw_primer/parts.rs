//! The parts of a raw scan, each added to the heights in micrometres.

use super::edge_line::{Arc, EdgeLine};
use super::{PITCH, add, position, texture};
use crate::synth::dice::Dice;
use ndarray::Array2;

/// Heights under construction.
pub(super) struct Heights {
    /// Micrometres.
    pub(super) cells: Array2<f32>,
    /// Cells the instrument does not see whatever their slope: half-void trenches, crater bottoms, ragged outside.
    pub(super) optical: Array2<bool>,
    primer: (f64, f64),
    radius: f64,
}

/// 0 before, 1 after, smooth over `width` about 0.
fn ramp(distance: f64, width: f64) -> f64 {
    let part = (distance / width + 0.5).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// A bump of height 1 and standard deviation `width`.
fn bump(distance: f64, width: f64) -> f64 {
    (-0.5 * (distance / width).powi(2)).exp()
}

impl Heights {
    pub(super) fn new(frame: (usize, usize), primer: (f64, f64), radius: f64) -> Self {
        Self { cells: Array2::zeros(frame), optical: Array2::from_elem(frame, false), primer, radius }
    }
    /// Tilt up to 26 um/mm, dome up to 12 um/mm2, astigmatism up to 3.
    pub(super) fn form(&mut self, dice: &mut Dice) {
        let (tilt_x, tilt_y) = (dice.within(-26.0, 26.0), dice.within(-26.0, 26.0));
        let (dome, astigmatism, axis) = (dice.within(0.0, 12.0), dice.within(0.0, 3.0), dice.turn());
        let (cx, cy) = self.primer;
        add(&mut self.cells, |x, y| {
            let (u, v) = ((x - cx) * 1e-3, (y - cy) * 1e-3);
            let square = u * u + v * v;
            let cos2 = (u * u - v * v) * axis.cos() + 2.0 * u * v * axis.sin();
            tilt_x * u + tilt_y * v - dome * square + astigmatism * cos2
        });
    }
    /// Breech-face texture of Sq 1 to 2 um outside the edge; inside it a third of that.
    pub(super) fn texture(&mut self, dice: &mut Dice, line: &EdgeLine) {
        let sq = dice.within(1.0, 2.0);
        let field = texture::field(dice, self.cells.dim());
        add(&mut self.cells, |x, y| {
            let height = f64::from(field[[(y / PITCH).round() as usize, (x / PITCH).round() as usize]]);
            sq * height * if line.place(x, y).outside > 0.0 { 1.0 } else { 0.33 }
        });
    }
    /// The wall that rises inward by 12 to 60, its lip ridge, missing arc and fold. A fold moves the whole wall, so it is kept
    /// to 60 degrees: a longer one is an aperture elsewhere, which nothing on the scan could tell.
    pub(super) fn wall(&mut self, dice: &mut Dice, line: &EdgeLine) {
        let (step, width) = (dice.within(12.0, 60.0), dice.within(6.0, 33.0));
        let (modulation, phase) = (dice.within(0.0, 0.5), dice.turn());
        let missing = dice.chance(0.5).then(|| Arc::random(dice, 20.0, 90.0));
        let (ridge, ridge_width) = (dice.within(0.0, 30.0), dice.within(15.0, 40.0));
        let ridge_place = -dice.within(30.0, 70.0);
        let fold = dice.chance(0.3).then(|| (Arc::random(dice, 20.0, 60.0), dice.within(20.0, 80.0)));
        add(&mut self.cells, |x, y| {
            let place = line.place(x, y);
            let left = missing.map_or(1.0, |arc| 1.0 - arc.weight(place.angle));
            let folded = fold.map_or(0.0, |(arc, reach)| reach * arc.weight(place.angle));
            let height = step * (1.0 + modulation * (place.angle - phase).cos()) * left;
            height * ramp(folded - place.outside, width) + ridge * left * bump(place.outside - ridge_place, ridge_width)
        });
    }
    /// Trenches just outside the wall, half of their floor void in patches: one in 60 % of the scans, two broad ones if hard.
    pub(super) fn trenches(&mut self, dice: &mut Dice, line: &EdgeLine, hard: bool) {
        let count = if hard { 2 } else { usize::from(dice.chance(0.6)) };
        for _ in 0..count {
            let arc = if hard { Arc::random(dice, 60.0, 200.0) } else { Arc::random(dice, 40.0, 150.0) };
            let width = dice.within(40.0, if hard { 200.0 } else { 130.0 });
            let depth = dice.within(5.0, 25.0);
            let bank = dice.within(15.0, 35.0);
            let depth_at = |x, y| {
                let place = line.place(x, y);
                let inside = ramp(place.outside - 15.0, 20.0) * ramp(15.0 + width - place.outside, bank);
                arc.weight(place.angle) * inside
            };
            add(&mut self.cells, |x, y| -depth * depth_at(x, y));
            let patches = texture::field(dice, self.cells.dim());
            for ((row, col), void) in self.optical.indexed_iter_mut() {
                let (x, y) = position(row, col);
                *void |= patches[[row, col]] > 0.0 && depth_at(x, y) > 0.5;
            }
        }
    }
    /// The crater: 350 to 800 in radius, up to 250 off the aperture's centre, a ridge round it, void at the bottom in 60 %.
    pub(super) fn crater(&mut self, dice: &mut Dice, aperture: (f64, f64), aperture_radius: f64) {
        let radius = dice.within(350.0, 800.0_f64.min(aperture_radius - 150.0));
        let off = dice.within(0.0, 250.0_f64.min(aperture_radius - radius - 80.0).max(0.0));
        let (sin, cos) = dice.turn().sin_cos();
        let (cx, cy) = (aperture.0 + off * cos, aperture.1 + off * sin);
        let (depth, wall) = (dice.within(80.0, 250.0), dice.within(60.0, 160.0));
        let (ridge, ridge_width) = (dice.within(0.0, 40.0), dice.within(30.0, 70.0));
        add(&mut self.cells, |x, y| {
            let outside = (x - cx).hypot(y - cy) - radius;
            ridge * bump(outside - 0.6 * ridge_width, ridge_width) - depth * ramp(-outside - wall / 2.0, wall)
        });
        if dice.chance(0.6) {
            for ((row, col), void) in self.optical.indexed_iter_mut() {
                let (x, y) = position(row, col);
                *void |= (x - cx).hypot(y - cy) < radius - wall;
            }
        }
    }
    /// A drag mark of the firing pin through the edge, in half of the scans.
    pub(super) fn drag(&mut self, dice: &mut Dice, line: &EdgeLine) {
        if !dice.chance(0.5) {
            return;
        }
        let angle = dice.turn();
        let (half, depth, reach) = (dice.within(50.0, 150.0), dice.within(10.0, 40.0), dice.within(-100.0, 200.0));
        let (sin, cos) = angle.sin_cos();
        let (cx, cy) = line.centre();
        add(&mut self.cells, |x, y| {
            let (along, across) = ((x - cx) * cos + (y - cy) * sin, (y - cy) * cos - (x - cx) * sin);
            if along < 300.0 || across.abs() > 2.0 * half {
                return 0.0;
            }
            let outside = line.place(x, y).outside;
            -depth * ramp(half - across.abs(), 0.6 * half) * ramp(reach - outside, 120.0)
        });
    }
    /// Ears and notches at the edge: up to two, two to five if hard.
    pub(super) fn ears(&mut self, dice: &mut Dice, line: &EdgeLine, hard: bool) {
        let count = if hard { dice.count(2, 5) } else { dice.count(0, 2) };
        for _ in 0..count {
            let (x, y) = line.point(dice.turn(), dice.within(-60.0, 60.0));
            let (height, width) = (dice.within(-50.0, 60.0), dice.within(30.0, 90.0));
            add(&mut self.cells, |px, py| {
                let square = ((px - x).powi(2) + (py - y).powi(2)) / (width * width);
                if square > 16.0 { 0.0 } else { height * (-0.5 * square).exp() }
            });
        }
    }
    /// Outside the primer: roll-off, then a moat and the headstamp's plane, or ragged void.
    pub(super) fn outside(&mut self, dice: &mut Dice) {
        let roll = dice.within(30.0, 80.0);
        let drop = dice.within(10.0, 40.0);
        let (moat, moat_width) = (dice.within(150.0, 300.0), dice.within(100.0, 300.0));
        let plane = dice.within(-40.0, 80.0);
        let headstamp = dice.chance(0.5);
        let rough = texture::field(dice, self.cells.dim());
        let ragged = texture::field(dice, self.cells.dim());
        let (primer, radius) = (self.primer, self.radius);
        add(&mut self.cells, |x, y| {
            let outside = (x - primer.0).hypot(y - primer.1) - radius;
            if outside <= 0.0 {
                return 0.0;
            }
            let rolled = drop * (outside / roll).min(3.0).powi(2);
            if !headstamp {
                return -rolled;
            }
            let texture = f64::from(rough[[(y / PITCH).round() as usize, (x / PITCH).round() as usize]]);
            let edge = roll + moat_width;
            -rolled.min(moat) - moat * ramp(outside - roll, 60.0) * ramp(edge - outside, 60.0)
                + (plane + 3.0 * texture + rolled.min(moat)) * ramp(outside - edge, 60.0)
        });
        if !headstamp {
            for ((row, col), void) in self.optical.indexed_iter_mut() {
                let (x, y) = position(row, col);
                let outside = (x - primer.0).hypot(y - primer.1) - radius;
                *void |= outside > roll * (1.0 + 0.6 * f64::from(ragged[[row, col]]));
            }
        }
    }
}

/// White noise of 0.1 to 0.5 um, as instruments leave.
pub(super) fn noise(cells: &mut Array2<f32>, dice: &mut Dice) {
    let sigma = dice.within(0.1, 0.5);
    for cell in cells.iter_mut().filter(|cell| !cell.is_nan()) {
        *cell += (sigma * dice.normal()) as f32;
    }
}
