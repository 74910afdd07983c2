//! Turns and shifts a scan as if it had lain otherwise under the instrument, so that no measured figure can rest on how
//! the files happen to lie.
//!
//! Bicubic (Keys 1981, a = -1/2) where all sixteen neighbours are present, bilinear over the present ones where less;
//! a point with less than half of its bilinear weight present stays missing, so a hole neither grows nor fills.

use headstamp_engine::formats::Topography;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Largest shift along each axis, metres: as far as marks lay off in the design's measurements (60 um).
const SHIFT_MAX: f64 = 60e-6;
/// Largest tilt of a striated mark, degrees: as far as the striae of scans that were laid square by hand lean.
const TILT_MAX: f64 = 5.0;

/// How one scan is turned and shifted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Degrees, from x towards y.
    pub(crate) angle: f64,
    /// Metres along x and y.
    pub(crate) shift: (f64, f64),
}

impl Turn {
    /// The turn that `seed` gives to the scan called `name`: it depends on nothing else, so not on the other scans.
    pub(crate) fn drawn(seed: u64, name: &str) -> Self {
        let mut random = dice(seed, name);
        let angle = random.random_range(0.0..360.0);
        Self { angle, shift: shift(&mut random) }
    }

    /// The turn that `seed` gives to a scan called `name` of an object called `whole`: quarter turns common to all scans
    /// of the object, and a tilt and a shift of the scan's own.
    pub(crate) fn square(seed: u64, whole: &str, name: &str) -> Self {
        let quarters = dice(seed, whole).random_range(0..4_u8);
        let mut random = dice(seed, name);
        let tilt = random.random_range(-TILT_MAX..TILT_MAX);
        Self { angle: 90.0 * f64::from(quarters) + tilt, shift: shift(&mut random) }
    }

    /// Whole quarter turns, 0 to 3.
    pub(crate) fn quarters(self) -> i64 {
        (self.angle / 90.0).round().rem_euclid(4.0) as i64
    }

    /// The turned scan, in a frame that holds all of it, on a square grid of the finer of its two pitches.
    pub(crate) fn apply(self, scan: &Topography) -> Topography {
        let (rows, cols) = scan.heights.dim();
        let (pitch_x, pitch_y) = (scan.pitch_x.metres(), scan.pitch_y.metres());
        let pitch = pitch_x.min(pitch_y);
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let (width, height) =
            (cols.max(1).saturating_sub(1) as f64 * pitch_x, rows.max(1).saturating_sub(1) as f64 * pitch_y);
        let out_width = (width * cos).abs() + (height * sin).abs() + 2.0 * SHIFT_MAX;
        let out_height = (width * sin).abs() + (height * cos).abs() + 2.0 * SHIFT_MAX;
        let (out_cols, out_rows) = ((out_width / pitch).ceil() as usize + 1, (out_height / pitch).ceil() as usize + 1);
        let (middle_x, middle_y) = ((out_cols - 1) as f64 * pitch / 2.0, (out_rows - 1) as f64 * pitch / 2.0);
        let heights = Array2::from_shape_fn((out_rows, out_cols), |(row, col)| {
            let x = col as f64 * pitch - middle_x - self.shift.0;
            let y = row as f64 * pitch - middle_y - self.shift.1;
            // Backwards: where on the scan this point comes from.
            let from_x = x * cos + y * sin + width / 2.0;
            let from_y = -x * sin + y * cos + height / 2.0;
            sample(&scan.heights, from_y / pitch_y, from_x / pitch_x)
        });
        let pitch = if pitch_x <= pitch_y { scan.pitch_x } else { scan.pitch_y };
        Topography { heights, pitch_x: pitch, pitch_y: pitch, datum: scan.datum }
    }
}

/// Random numbers that depend on seed and name alone.
fn dice(seed: u64, name: &str) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(name.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}

fn shift(random: &mut ChaCha8Rng) -> (f64, f64) {
    (random.random_range(-SHIFT_MAX..SHIFT_MAX), random.random_range(-SHIFT_MAX..SHIFT_MAX))
}

/// The height at a place between samples; NaN where missing.
fn sample(heights: &Array2<f32>, row: f64, col: f64) -> f32 {
    let (top, left) = (row.floor(), col.floor());
    let (down, right) = (row - top, col - left);
    let (top, left) = (top as i64, left as i64);
    cubic(heights, top, left, down, right).unwrap_or_else(|| linear(heights, top, left, down, right))
}

/// `None` if one of the sixteen neighbours is missing.
fn cubic(heights: &Array2<f32>, top: i64, left: i64, down: f64, right: f64) -> Option<f32> {
    let (across, along) = (keys(down), keys(right));
    let mut sum = 0.0;
    for (i, row_weight) in across.iter().enumerate() {
        for (j, col_weight) in along.iter().enumerate() {
            sum += row_weight * col_weight * present(heights, top - 1 + i as i64, left - 1 + j as i64)?;
        }
    }
    Some(sum as f32)
}

fn linear(heights: &Array2<f32>, top: i64, left: i64, down: f64, right: f64) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (i, row_weight) in [1.0 - down, down].into_iter().enumerate() {
        for (j, col_weight) in [1.0 - right, right].into_iter().enumerate() {
            if let Some(height) = present(heights, top + i as i64, left + j as i64) {
                sum += row_weight * col_weight * height;
                weight += row_weight * col_weight;
            }
        }
    }
    if weight >= 0.5 { (sum / weight) as f32 } else { f32::NAN }
}

/// Weights of four neighbours at `t` between the second and the third.
fn keys(t: f64) -> [f64; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [(-t3 + 2.0 * t2 - t) / 2.0, (3.0 * t3 - 5.0 * t2 + 2.0) / 2.0, (-3.0 * t3 + 4.0 * t2 + t) / 2.0, (t3 - t2) / 2.0]
}

fn present(heights: &Array2<f32>, row: i64, col: i64) -> Option<f64> {
    let at = (usize::try_from(row).ok()?, usize::try_from(col).ok()?);
    heights.get(at).filter(|height| !height.is_nan()).map(|height| f64::from(*height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use headstamp_engine::units::{Metres, um};

    fn wave(rows: usize, cols: usize) -> Topography {
        let heights = Array2::from_shape_fn((rows, cols), |(row, col)| {
            ((row as f32 * 0.11).sin() + (col as f32 * 0.07).cos()) * 1e-6
        });
        Topography { heights, pitch_x: um(6.25), pitch_y: um(6.25), datum: Metres::new(0.0) }
    }

    #[test]
    fn a_quarter_turn_moves_every_sample_to_its_place() {
        let scan = wave(40, 61);
        let turned = Turn { angle: 90.0, shift: (0.0, 0.0) }.apply(&scan);
        let (rows, cols) = turned.heights.dim();
        // Sample (row, col) lies at (x, y) from the middle and comes to (-y, x).
        let (row, col) = (11, 43);
        let (x, y) = (col as f64 - 30.0, row as f64 - 19.5);
        let found = sample(&turned.heights, (rows - 1) as f64 / 2.0 + x, (cols - 1) as f64 / 2.0 - y);
        assert!((found - scan.heights[[row, col]]).abs() < 2e-9, "{found} against {}", scan.heights[[row, col]]);
    }

    #[test]
    fn turning_there_and_back_gives_the_surface_back_within_a_nanometre() {
        let scan = wave(80, 90);
        let there = Turn { angle: 33.0, shift: (20e-6, -10e-6) }.apply(&scan);
        let (sin, cos) = (-33.0_f64).to_radians().sin_cos();
        let shift = (-(20e-6 * cos + 10e-6 * sin), -(20e-6 * sin - 10e-6 * cos));
        let back = Turn { angle: -33.0, shift }.apply(&there);
        let (rows, cols) = back.heights.dim();
        for (row, col) in [(40, 45), (25, 60), (60, 30)] {
            let at = |n: usize, place: usize, of: usize| (n - 1) as f64 / 2.0 + place as f64 - (of - 1) as f64 / 2.0;
            let found = sample(&back.heights, at(rows, row, 80), at(cols, col, 90));
            assert!((found - scan.heights[[row, col]]).abs() < 1e-9, "({row}, {col}) {found}");
        }
    }

    #[test]
    fn a_hole_stays_a_hole_of_the_same_size() {
        let mut scan = wave(100, 100);
        scan.heights.slice_mut(ndarray::s![40..60, 40..60]).fill(f32::NAN);
        let turned = Turn::drawn(7, "a").apply(&scan);
        let present = turned.heights.iter().filter(|height| !height.is_nan()).count() as f64;
        assert!((present / 9600.0 - 1.0).abs() < 0.03, "{present} samples of 9600");
    }

    #[test]
    fn a_turn_depends_on_seed_and_name_alone() {
        assert_eq!(Turn::drawn(1, "a").angle, Turn::drawn(1, "a").angle);
        assert_ne!(Turn::drawn(1, "a").angle, Turn::drawn(1, "b").angle);
        assert_ne!(Turn::drawn(1, "a").angle, Turn::drawn(2, "a").angle);
    }

    #[test]
    fn the_lands_of_a_bullet_are_turned_by_the_same_quarters_and_tilted_by_at_most_five_degrees() {
        let quarters = |bullet: &str, land: &str| {
            let angle = Turn::square(3, bullet, land).angle;
            let quarters = (angle / 90.0).round();
            assert!((angle - 90.0 * quarters).abs() <= 5.0, "{angle}");
            quarters
        };
        assert_eq!(quarters("bullet", "land 1"), quarters("bullet", "land 2"));
        let turns: std::collections::BTreeSet<u64> = (0..40).map(|n| quarters(&n.to_string(), "a") as u64).collect();
        assert_eq!(turns.len(), 4);
    }
}
