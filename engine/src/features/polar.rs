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
    /// Rings with a valid sample.
    seen: Vec<bool>,
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
        let mut samples = vec![[0.0; 2]; FINE.count * ANGLES];
        let mut seen = vec![false; FINE.count];
        for (ring, samples) in samples.chunks_exact_mut(ANGLES).enumerate() {
            let radius = FINE.radius(ring).metres();
            if !field.reaches(radius, dx.hypot(dy)) {
                continue;
            }
            for (sample, (cos, sin)) in samples.iter_mut().zip(DIRECTIONS.iter()) {
                if let Some(height) = field.at(dx + radius * cos, dy + radius * sin) {
                    *sample = [height, 1.0];
                    seen[ring] = true;
                }
            }
        }
        Self { samples, seen }
    }

    fn ring(&self, ring: usize) -> &[[f32; 2]] {
        &self.samples[ring * ANGLES..(ring + 1) * ANGLES]
    }

    /// The rings of [`FINE`].
    pub fn fine(&self) -> RingMap {
        let mut map = RingMap::empty(&FINE);
        for ring in (0..FINE.count).filter(|&ring| self.seen[ring]) {
            map.fill(ring, self.ring(ring).iter().copied());
        }
        map
    }

    /// The rings of [`COARSE`]: every other fine ring, smoothed along the radius.
    pub fn coarse(&self) -> RingMap {
        let mut map = RingMap::empty(&COARSE);
        for ring in (0..COARSE.count).filter(|&ring| self.seen[2 * ring]) {
            let centre = self.ring(2 * ring);
            let below = self.ring((2 * ring).saturating_sub(1));
            let above = self.ring((2 * ring + 1).min(FINE.count - 1));
            let smooth = centre.iter().zip(below).zip(above).map(|((&[height, valid], below), above)| {
                let mass = valid + NEIGHBOUR * (below[1] + above[1]);
                // At least half of the full weight, as for the field.
                if mass < 0.5 * (1.0 + 2.0 * NEIGHBOUR) {
                    return [0.0, 0.0];
                }
                [(height + NEIGHBOUR * (below[0] + above[0])) / mass, 1.0]
            });
            map.fill(ring, smooth);
        }
        map
    }

    /// Share of the turn in which some ring lies on the mark: 1 for a whole annulus, 0.33 for a 120 degree sector.
    pub fn turn(&self) -> f32 {
        let seen = (0..ANGLES)
            .filter(|angle| (0..FINE.count).any(|ring| self.samples[ring * ANGLES + angle][1] > 0.0))
            .count();
        seen as f32 / ANGLES as f32
    }
}

impl RingMap {
    fn empty(rings: &Rings) -> Self {
        Self { rows: vec![0.0; rings.count * ANGLES], coverage: vec![0.0; rings.count] }
    }

    /// Brings one ring to unit rms, or drops it.
    fn fill(&mut self, ring: usize, samples: impl Iterator<Item = [f32; 2]>) {
        let row = &mut self.rows[ring * ANGLES..(ring + 1) * ANGLES];
        let (mut count, mut energy) = (0.0f32, 0.0f32);
        for (to, [height, validity]) in row.iter_mut().zip(samples) {
            *to = height;
            count += validity;
            energy += height * height;
        }
        if count < COVERAGE_MIN * ANGLES as f32 || energy <= 0.0 {
            row.fill(0.0);
            return;
        }
        let scale = (count / energy).sqrt();
        row.iter_mut().for_each(|height| *height = (*height * scale).clamp(-CLIP, CLIP));
        self.coverage[ring] = count / ANGLES as f32;
    }
}
