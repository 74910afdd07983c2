//! The line of the aperture's edge, and positions relative to it.

use super::PrimerKind;
use crate::synth::dice::Dice;

/// Harmonics of the edge's waviness.
const HARMONICS: std::ops::Range<usize> = 3..16;

/// The aperture's edge.
pub(super) struct EdgeLine {
    centre: (f64, f64),
    radius: f64,
    shape: Shape,
    /// Amplitude and phase of each of [`HARMONICS`], micrometres and radians.
    waves: Vec<(f64, f64)>,
}

enum Shape {
    Circle,
    /// Amplitude of cos 2t as part of the radius, and the direction of the long axis.
    Ellipse(f64, f64),
    /// Half width as part of half length, corner radius in micrometres, and direction.
    Rectangle(f64, f64, f64),
}

/// A point seen from the edge.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Micrometres outside the edge.
    pub(super) outside: f64,
    /// Direction from the aperture's centre, radians.
    pub(super) angle: f64,
}

impl EdgeLine {
    pub(super) fn new(dice: &mut Dice, kind: PrimerKind, centre: (f64, f64), radius: f64) -> Self {
        let shape = match kind {
            PrimerKind::Ellipse => Shape::Ellipse(dice.within(0.04, 0.08), dice.turn()),
            PrimerKind::Rectangle => Shape::Rectangle(dice.within(0.6, 0.9), dice.within(100.0, 300.0), dice.turn()),
            PrimerKind::Normal | PrimerKind::Hard | PrimerKind::Partial | PrimerKind::Cut | PrimerKind::None => {
                Shape::Circle
            }
        };
        let rms = if kind == PrimerKind::Hard { 9.0 } else { dice.within(1.0, 4.0) };
        let mut waves: Vec<(f64, f64)> =
            HARMONICS.map(|harmonic| (dice.normal() / (harmonic as f64).sqrt(), dice.turn())).collect();
        let total = waves.iter().map(|(amplitude, _)| amplitude * amplitude / 2.0).sum::<f64>().sqrt();
        for (amplitude, _) in &mut waves {
            *amplitude *= rms / total.max(1e-9);
        }
        Self { centre, radius, shape, waves }
    }
    /// Where a point lies.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        let angle = dy.atan2(dx);
        let range = dx.hypot(dy);
        let outside = match self.shape {
            Shape::Circle => range - self.radius,
            Shape::Ellipse(amplitude, axis) => range - self.radius * (1.0 + amplitude * (2.0 * (angle - axis)).cos()),
            Shape::Rectangle(aspect, corner, axis) => {
                let (sin, cos) = axis.sin_cos();
                let (u, v) = ((dx * cos + dy * sin).abs(), (dy * cos - dx * sin).abs());
                let (u, v) = (u - self.radius + corner, v - self.radius * aspect + corner);
                u.max(0.0).hypot(v.max(0.0)) + u.max(v).min(0.0) - corner
            }
        };
        // Far from the edge its waviness does not matter.
        if outside.abs() > 400.0 {
            return Place { outside, angle };
        }
        let wave: f64 = HARMONICS
            .zip(&self.waves)
            .map(|(harmonic, (amplitude, phase))| amplitude * (harmonic as f64 * angle + phase).cos())
            .sum();
        Place { outside: outside - wave, angle }
    }
    /// A point outside the edge by `outside` micrometres in a direction.
    pub(super) fn point(&self, angle: f64, outside: f64) -> (f64, f64) {
        let (sin, cos) = angle.sin_cos();
        let (mut near, mut far) = (0.0, 2.0 * self.radius);
        for _ in 0..40 {
            let middle = (near + far) / 2.0;
            let place = self.place(self.centre.0 + middle * cos, self.centre.1 + middle * sin);
            if place.outside < outside { near = middle } else { far = middle }
        }
        (self.centre.0 + near * cos, self.centre.1 + near * sin)
    }
    /// Centre of the aperture.
    pub(super) fn centre(&self) -> (f64, f64) {
        self.centre
    }
}

/// An arc that fades in and out over `fade` radians at its ends.
#[derive(Clone, Copy)]
pub(super) struct Arc {
    middle: f64,
    half: f64,
    fade: f64,
}

impl Arc {
    /// An arc in a random direction, of a length in degrees between the two.
    pub(super) fn random(dice: &mut Dice, shortest: f64, longest: f64) -> Self {
        let half = dice.within(shortest, longest).to_radians() / 2.0;
        Self { middle: dice.turn(), half, fade: dice.within(3.0, 12.0).to_radians() }
    }
    /// 1 on the arc, 0 off it.
    pub(super) fn weight(&self, angle: f64) -> f64 {
        let off = (angle - self.middle).rem_euclid(std::f64::consts::TAU);
        let off = off.min(std::f64::consts::TAU - off);
        ((self.half - off) / self.fade + 0.5).clamp(0.0, 1.0)
    }
}
