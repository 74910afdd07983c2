//! Synthetic breech face marks: lots of consecutively made firearms, their firearms, their shots, as templates.
//!
//! The model and its figures are those fitted to the Fadul, Weller and DFSC marks (`docs/method.md`): a lot shares its
//! tool's direction, aperture and part of its texture (subclass); a firearm adds its own texture; a shot adds wear,
//! partial contact, noise and elastic distortion, and is scanned at any angle.

use super::distractors::coded;
use super::texture::{PITCH, SIDE, band_pass, field, generator, normal, uniform};
use crate::marks::{Grade, MarkKind, OriginKind};
use crate::methods::impression;
use crate::template::Template;
use crate::units::{Circle, Metres, Point, um};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::{PI, TAU};

/// Firearms that follow each other from one machine run.
pub const LOT_FIREARMS: u64 = 4;
/// Weight of the lot's kind of texture, drawn fresh for each firearm.
const KIND_WEIGHT: f32 = 1.0;
/// Weight of the texture the whole lot shares, for machined lots.
const SUBCLASS_WEIGHT: f32 = 0.6;
/// Share of the texture's power lost from one shot to the next.
const WEAR_PER_SHOT: f64 = 0.01;
/// Root mean square elastic distortion.
const ELASTIC: Metres = um(7.5);
/// Root mean square error of the aperture circle's centre along one axis.
const ORIGIN_ERROR: Metres = um(18.0);
/// The band of a prepared mark.
const BAND: (Metres, Metres) = (um(16.0), um(250.0));

/// How the breech face of a lot was finished: a class characteristic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Blasted or cast: no direction.
    Granular,
    /// Parallel tool marks.
    Milled,
    /// Tool marks about a point 4 to 9 mm away.
    Arched,
    /// Two sets of parallel tool marks.
    Cross,
}

impl Finish {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granular => "granular",
            Self::Milled => "milled",
            Self::Arched => "arched",
            Self::Cross => "cross-hatched",
        }
    }
}

/// The breech face of one synthetic firearm.
#[derive(Clone, Debug)]
pub struct BreechFace {
    seed: u64,
    firearm: u64,
    finish: Finish,
    texture: Array2<f32>,
    aperture: Metres,
    offset: (f64, f64),
    difficulty: f64,
}

impl BreechFace {
    /// Breech face of firearm number `firearm` of the population `seed`. Difficulty (noise over texture) is drawn
    /// log-uniformly from 0.05 to 0.6: same-source correlations from 0.3 to 0.67.
    pub fn new(seed: u64, firearm: u64) -> Self {
        let mut lot = generator([seed, 1, firearm / LOT_FIREARMS, 0]);
        let finish =
            [Finish::Granular, Finish::Milled, Finish::Arched, Finish::Cross][(uniform(&mut lot) * 4.0) as usize];
        let direction = uniform(&mut lot) * PI;
        let aperture = um(950.0 + 400.0 * uniform(&mut lot));
        let offset_length = um(100.0 + 350.0 * uniform(&mut lot)).metres();
        let offset_angle = uniform(&mut lot) * TAU;
        let shared = finished(&mut lot, finish, direction);

        let mut own = generator([seed, 2, firearm, 0]);
        let granules = [(0.7, 30.0), (0.5, 55.0), (0.3, 18.0)]
            .map(|(weight, sigma)| (weight, field(&mut own, um(sigma), 1.0, 0.0)));
        let pits = field(&mut own, um(22.0), 1.0, 0.0);
        let turned = direction + 0.03 * normal(&mut own);
        let kind = finished(&mut own, finish, turned);
        let subclass = if finish == Finish::Granular { 0.0 } else { SUBCLASS_WEIGHT };
        let texture = Array2::from_shape_fn((SIDE, SIDE), |at| {
            let individual: f32 = granules.iter().map(|(weight, field)| weight * field[at]).sum();
            let pit = if pits[at].abs() > 2.2 { 0.6 * pits[at] } else { 0.0 };
            individual + pit + KIND_WEIGHT * kind[at] + subclass * shared[at]
        });
        let difficulty = (0.05f64.ln() + uniform(&mut own) * (0.6f64 / 0.05).ln()).exp();
        let offset = (offset_length * offset_angle.cos(), offset_length * offset_angle.sin());
        Self { seed, firearm, finish, texture, aperture, offset, difficulty }
    }

    /// The same of a population in which a share of the firearms leaves weak marks, as casework does: their difficulty
    /// is drawn evenly from 0.8 to 1.2, same-source correlations from 0.17 to 0.4.
    pub fn in_casework(seed: u64, firearm: u64, weak_share: f64) -> Self {
        let mut random = generator([seed, 10, firearm, 0]);
        let (draw, difficulty) = (uniform(&mut random), 0.8 + 0.4 * uniform(&mut random));
        let face = Self::new(seed, firearm);
        if draw < weak_share { face.with_difficulty(difficulty) } else { face }
    }

    /// The same breech face with another noise over texture: 0.25 makes marks as clear as Fadul's, 0.8 as weak as DFSC's.
    pub fn with_difficulty(mut self, difficulty: f64) -> Self {
        self.difficulty = difficulty;
        self
    }

    /// Shot number `shot`, scanned at a random angle.
    pub fn shot(&self, shot: u64) -> Template {
        self.shot_turned(shot, self.turn(shot))
    }

    /// The angle at which shot number `shot` lies when no other is asked for, radians.
    pub(super) fn turn(&self, shot: u64) -> f64 {
        uniform(&mut generator([self.seed, 3, self.firearm, shot])) * TAU
    }

    /// Shot number `shot`, turned by `turn` radians against the firearm.
    pub fn shot_turned(&self, shot: u64, turn: f64) -> Template {
        let mut pressed = self.pressed(shot, turn);
        pressed.heights = band_pass(&pressed.heights, BAND.0, BAND.1);
        let map: Vec<Option<f32>> = (0..SIDE * SIDE)
            .map(|at| {
                let (u, v) = pressed.on_face(at / SIDE, at % SIDE);
                let inside = u.hypot(v) >= self.aperture.metres() && pressed.beyond_rim(u, v) <= 0.0;
                inside.then(|| pressed.height(u, v))
            })
            .collect();
        let origin = pressed.seen_centre();
        template(&map, origin, Circle { centre: origin, radius: self.aperture })
    }

    /// How the breech face was finished.
    pub fn finish(&self) -> Finish {
        self.finish
    }

    /// Noise over texture.
    pub fn difficulty(&self) -> f64 {
        self.difficulty
    }

    /// Radius of the firing-pin aperture.
    pub fn aperture(&self) -> Metres {
        self.aperture
    }

    /// What shot number `shot` presses into the primer, lying turned by `turn` radians.
    pub(super) fn pressed(&self, shot: u64, turn: f64) -> Pressed {
        let mut random = generator([self.seed, 4, self.firearm, shot]);
        let worn = (WEAR_PER_SHOT * shot as f64).min(1.0);
        let wear = field(&mut random, um(35.0), 1.0, 0.0);
        let contact = field(&mut random, um(400.0), 1.0, 0.0);
        let noise = [(0.7, 28.0), (0.5, 60.0), (0.3, 14.0)]
            .map(|(weight, sigma)| (weight, field(&mut random, um(sigma), 1.0, 0.0)));
        let bend = [field(&mut random, um(600.0), 1.0, 0.0), field(&mut random, um(600.0), 1.0, 0.0)];
        let heights = Array2::from_shape_fn((SIDE, SIDE), |at| {
            let texture = (1.0 - worn).sqrt() as f32 * self.texture[at] + worn.sqrt() as f32 * wear[at];
            // Where the primer hardly touched the breech face little of its texture is left.
            let gain = 1.0 / (1.0 + (-1.6 - contact[at]).exp());
            let noise: f32 = noise.iter().map(|(weight, field)| weight * field[at]).sum();
            texture * gain + self.difficulty as f32 * noise
        });
        let mut off = |spread: Metres| (spread.metres() * normal(&mut random), spread.metres() * normal(&mut random));
        let shift = off(um(50.0));
        let slip = off(um(60.0));
        let error = off(ORIGIN_ERROR);
        let outer = um(1700.0 + 45.0 * normal(&mut random));
        let rim = (self.offset.0 + slip.0, self.offset.1 + slip.1);
        Pressed { heights, bend, turn: turn.sin_cos(), shift, error, rim, outer, random }
    }
}

/// The primer after one shot, in the frame of its scan: the breech face lies turned, its aperture near the middle.
pub(super) struct Pressed {
    /// On the field of the breech face, in multiples of the texture's unit.
    pub(super) heights: Array2<f32>,
    bend: [Array2<f32>; 2],
    turn: (f64, f64),
    shift: (f64, f64),
    error: (f64, f64),
    rim: (f64, f64),
    outer: Metres,
    /// Where the draws for this shot go on.
    pub(super) random: ChaCha8Rng,
}

impl Pressed {
    const MIDDLE: f64 = (SIDE - 1) as f64 / 2.0;

    /// The place on the breech face, metres from its aperture's centre, that a sample of the scan shows.
    pub(super) fn on_face(&self, row: usize, col: usize) -> (f64, f64) {
        let pitch = PITCH.metres();
        let x = (col as f64 - Self::MIDDLE) * pitch - self.shift.0;
        let y = (row as f64 - Self::MIDDLE) * pitch - self.shift.1;
        let (sin, cos) = self.turn;
        (cos * x + sin * y, cos * y - sin * x)
    }

    /// Metres beyond the rim of the primer, negative inside it.
    pub(super) fn beyond_rim(&self, u: f64, v: f64) -> f64 {
        (u - self.rim.0).hypot(v - self.rim.1) - self.outer.metres()
    }

    /// Where the aperture's centre is seen on the scan: a little beside where it is.
    pub(super) fn seen_centre(&self) -> Point {
        let middle = Self::MIDDLE * PITCH.metres();
        Point { x: middle + self.shift.0 + self.error.0, y: middle + self.shift.1 + self.error.1 }
    }

    /// The height at a place on the breech face, bent as the primer gave way.
    pub(super) fn height(&self, u: f64, v: f64) -> f32 {
        let (col, row) = (u / PITCH.metres() + Self::MIDDLE, v / PITCH.metres() + Self::MIDDLE);
        let bend = |field: &Array2<f32>| ELASTIC.steps(PITCH) * f64::from(interpolated(field, col, row));
        interpolated(&self.heights, col + bend(&self.bend[0]), row + bend(&self.bend[1]))
    }
}

/// One draw of a finish.
fn finished(random: &mut ChaCha8Rng, finish: Finish, direction: f64) -> Array2<f32> {
    match finish {
        Finish::Granular => field(random, um(25.0), 1.0, 0.0),
        Finish::Milled => field(random, um(25.0), 25.0, direction),
        Finish::Cross => {
            let first = field(random, um(25.0), 20.0, direction);
            let second = field(random, um(25.0), 20.0, direction + 1.2);
            (first + second).mapv(|height| height * std::f32::consts::FRAC_1_SQRT_2)
        }
        Finish::Arched => {
            let profile = field(random, um(27.0), 1.0, 0.0);
            let distance = um(4000.0 + 5000.0 * uniform(random)).metres();
            let middle = (SIDE - 1) as f64 / 2.0;
            let pitch = PITCH.metres();
            Array2::from_shape_fn((SIDE, SIDE), |(row, col)| {
                let (x, y) = ((col as f64 - middle) * pitch, (row as f64 - middle) * pitch);
                let from_turning = (x - distance * direction.cos()).hypot(y - distance * direction.sin());
                interpolated(&profile, (from_turning - distance) / pitch + middle, middle)
            })
        }
    }
}

/// Bilinear, periodic.
fn interpolated(field: &Array2<f32>, col: f64, row: f64) -> f32 {
    let (left, top) = (col.floor(), row.floor());
    let (fx, fy) = ((col - left) as f32, (row - top) as f32);
    let wrap = |at: f64| at.rem_euclid(SIDE as f64) as usize % SIDE;
    let (left, right) = (wrap(left), wrap(left + 1.0));
    let (top, bottom) = (wrap(top), wrap(top + 1.0));
    (1.0 - fy) * ((1.0 - fx) * field[(top, left)] + fx * field[(top, right)])
        + fy * ((1.0 - fx) * field[(bottom, left)] + fx * field[(bottom, right)])
}

fn template(map: &[Option<f32>], origin: Point, aperture: Circle) -> Template {
    Template {
        method: impression::ID.into(),
        kind: MarkKind::BreechFaceImpression,
        rows: SIDE as u32,
        cols: SIDE as u32,
        pitch: PITCH,
        heights: coded(map),
        sq: um(1.5),
        origin,
        origin_kind: OriginKind::Aperture,
        grade: Grade::Good,
        aperture: Some(aperture),
        outer: None,
        support: None,
    }
}
