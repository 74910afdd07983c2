//! Heights on rings about an origin.
//!
//! Angle `a` of ring `r` lies at `(r cos a, r sin a)` from the origin in the axes of [`crate::units::Point`]. A ring
//! with less than 12 % of its turn on the mark is dropped. Every other ring is brought to unit rms over its valid part,
//! so that a ring weighs as much as it covers, and cut off at +-3.

use super::field::Field;
use super::rings::{ANGLES, COARSE, FINE, Rings};
use crate::units::Metres;
use std::sync::LazyLock;

/// Least share of a ring that must lie on the mark.
const COVERAGE_MIN: f32 = 0.12;
/// Largest height of a ring in multiples of its rms.
const CLIP: f32 = 3.0;
/// Weight of the neighbouring fine rings in a coarse one: a Gaussian of sigma 21 um along the radius, which with the
/// 65 um low-pass of the field makes one of 130 um.
const NEIGHBOUR: f32 = 0.36;

static DIRECTIONS: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    (0..ANGLES).map(|angle| (angle as f64).to_radians()).map(|angle| (angle.cos(), angle.sin())).collect()
});

/// Heights on the fine rings about one origin, as the field has them.
#[derive(Clone, Debug)]
pub struct Polar {
    /// `[height * validity, validity]`, ring by ring.
    samples: Vec<[f32; 2]>,
}

/// Rings ready for their transform.
#[derive(Clone, Debug)]
pub struct RingMap {
    /// `count x ANGLES` heights, 0 where missing.
    pub rows: Vec<f32>,
    /// Share of each ring on the mark; 0 for a dropped one.
    pub coverage: Vec<f32>,
}

impl Polar {
    /// Samples `field` about the point `(dx, dy)` from its origin.
    pub fn about(field: &Field, dx: Metres, dy: Metres) -> Self {
        let (dx, dy) = (dx.metres(), dy.metres());
        let mut samples = Vec::with_capacity(FINE.count * ANGLES);
        for ring in 0..FINE.count {
            let radius = FINE.radius(ring).metres();
            samples.extend(DIRECTIONS.iter().map(|(cos, sin)| match field.at(dx + radius * cos, dy + radius * sin) {
                Some(height) => [height, 1.0],
                None => [0.0, 0.0],
            }));
        }
        Self { samples }
    }

    /// The rings of [`FINE`].
    pub fn fine(&self) -> RingMap {
        normalised(&FINE, self.samples.iter().copied())
    }

    /// The rings of [`COARSE`]: every other fine ring, smoothed along the radius.
    pub fn coarse(&self) -> RingMap {
        let ring = |ring: usize| &self.samples[ring * ANGLES..(ring + 1) * ANGLES];
        let smooth = (0..COARSE.count).flat_map(|index| {
            let centre = 2 * index;
            let below = ring(centre.saturating_sub(1));
            let above = ring((centre + 1).min(FINE.count - 1));
            ring(centre).iter().zip(below).zip(above).map(|((&[height, valid], below), above)| {
                let mass = valid + NEIGHBOUR * (below[1] + above[1]);
                // At least half of the full weight, as for the field.
                if mass < 0.5 * (1.0 + 2.0 * NEIGHBOUR) {
                    return [0.0, 0.0];
                }
                [(height + NEIGHBOUR * (below[0] + above[0])) / mass, 1.0]
            })
        });
        normalised(&COARSE, smooth)
    }

    /// Share of the turn in which some ring lies on the mark: 1 for a whole annulus, 0.33 for a 120 degree sector.
    pub fn turn(&self) -> f32 {
        let seen = (0..ANGLES)
            .filter(|angle| (0..FINE.count).any(|ring| self.samples[ring * ANGLES + angle][1] > 0.0))
            .count();
        seen as f32 / ANGLES as f32
    }
}

fn normalised(rings: &Rings, samples: impl Iterator<Item = [f32; 2]>) -> RingMap {
    let mut rows = Vec::with_capacity(rings.count * ANGLES);
    let mut valid = Vec::with_capacity(rings.count * ANGLES);
    for [height, validity] in samples {
        rows.push(height);
        valid.push(validity);
    }
    let coverage = rows
        .chunks_exact_mut(ANGLES)
        .zip(valid.chunks_exact(ANGLES))
        .map(|(row, valid)| {
            let count: f32 = valid.iter().sum();
            let energy: f32 = row.iter().map(|height| height * height).sum();
            if count < COVERAGE_MIN * ANGLES as f32 || energy <= 0.0 {
                row.fill(0.0);
                return 0.0;
            }
            let scale = (count / energy).sqrt();
            row.iter_mut().for_each(|height| *height = (*height * scale).clamp(-CLIP, CLIP));
            count / ANGLES as f32
        })
        .collect();
    RingMap { rows, coverage }
}
