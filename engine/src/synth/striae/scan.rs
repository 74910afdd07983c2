//! A whole scan of a synthetic land: arc, twist, walls and drop-outs about the profile.

use super::{Barrel, PITCH};
use crate::formats::Topography;
use crate::synth::texture::{generator, normal, uniform};
use crate::units::{Metres, um};
use ndarray::Array2;

/// Radius of the bullet.
const RADIUS: Metres = um(4500.0);
/// Length of striae scanned.
const LENGTH: Metres = um(780.0);
/// Height of a wall, least and most.
const WALL: (f64, f64) = (30e-6, 60e-6);
/// Length over which a wall rises.
const WALL_WIDTH: Metres = um(30.0);
/// Groove scanned beside each wall, least and most.
const BESIDE: (f64, f64) = (40e-6, 240e-6);
/// Twist of the rifling, degrees, least and most.
const TWIST: (f64, f64) = (5.0, 8.0);
/// Share of samples that drop out, least and most.
const MISSING: (f64, f64) = (0.03, 0.12);
/// Noise of the instrument, metres.
const NOISE: f64 = 0.15e-6;

/// The scan of land `land` on shot `shot`, striae running down the rows, samples `pitch` apart. The second value is the
/// distance between the feet of its walls along the rows.
pub fn scan(barrel: &Barrel, shot: u64, land: usize, pitch: Metres) -> (Topography, Metres) {
    let profile = barrel.profile(shot, land);
    let mut random = generator([barrel.seed[0], 24, barrel.seed[1] << 20 | shot, land as u64]);
    let mut within = |(low, high): (f64, f64)| low + (high - low) * uniform(&mut random);
    let twist = within(TWIST).to_radians();
    let (left, right) = (within(BESIDE), within(BESIDE));
    let (left_wall, right_wall) = (within(WALL), within(WALL));
    let missing = within(MISSING);
    let (grid, pitch) = (pitch, pitch.metres());
    let rows = LENGTH.steps(grid) as usize;
    // Along the rows, which cut the striae at the twist.
    let width = profile.len() as f64 * PITCH.metres() / twist.cos();
    let cols = ((left + width + right) / pitch) as usize;
    let middle = left + width / 2.0;
    let heights = Array2::from_shape_fn((rows, cols), |(row, col)| {
        if uniform(&mut random) < missing {
            return f32::NAN;
        }
        let x = col as f64 * pitch - (row as f64 - rows as f64 / 2.0) * pitch * twist.tan();
        let arc = -(x - middle).powi(2) / (2.0 * RADIUS.metres());
        let rise = |beyond: f64| (beyond / WALL_WIDTH.metres()).clamp(0.0, 1.0);
        let wall = left_wall * rise(left - x) + right_wall * rise(x - left - width);
        let at = ((x - left) * twist.cos() / PITCH.metres()).clamp(0.0, profile.len() as f64 - 1.001);
        let (floor, share) = (at as usize, (at - at.floor()) as f32);
        let next = profile[(floor + 1).min(profile.len() - 1)];
        let striae = profile[floor] + share * (next - profile[floor]);
        (arc + wall + f64::from(striae) + NOISE * normal(&mut random)) as f32
    });
    let scan = Topography { heights, pitch_x: grid, pitch_y: grid, datum: Metres::new(0.0) };
    (scan, Metres::new(width))
}
