//! The angle of the striae against the columns, and the shear that makes them stand upright.
//!
//! Striae at an angle put the energy of the two-dimensional spectrum on a line through its origin. For every angle the
//! energy on that line is the mean over wavelengths of `|mean over rows of F_row exp(2 pi i k y tan(angle))|^2`, where
//! each wavelength is first brought to unit mean power; its largest value, 0 to 1, is the *coherence*: how much of the
//! rows' roughness is common to them.

use crate::surface::fft::forward_rows;
use crate::units::Metres;
use ndarray::Array2;
use std::f64::consts::TAU;
use std::ops::Range;

/// Largest angle looked at, degrees: real scans reach 8.5.
const LIMIT: f64 = 15.0;
/// Step of the first look, degrees.
const COARSE: f64 = 0.5;
/// Step of the second look, degrees.
const FINE: f64 = 0.05;
/// Wavelengths that striae have.
const WAVES: (Metres, Metres) = (crate::units::um(12.0), crate::units::um(200.0));
/// Distance between the rows looked at: at 15 degrees a shift of 1 um, far below the shortest wave.
const ROW_STEP: Metres = crate::units::um(4.0);
/// Share of the width looked at, in the middle: walls beside the mark have an angle of their own.
pub(super) const CENTRAL: f64 = 0.7;

/// The angle of striae and how strongly rows agree on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Angle {
    /// Degrees: a positive one runs to the right going down.
    pub(super) degrees: f64,
    /// Share of the rows' power that is common to them, 0 to 1.
    pub(super) coherence: f64,
}

/// Columns in the middle [`CENTRAL`] of the width.
pub(super) fn central(cols: usize) -> Range<usize> {
    let margin = ((1.0 - CENTRAL) / 2.0 * cols as f64) as usize;
    margin..cols - margin
}

/// Finds the angle on high-passed rows (NaN where missing) at `pitch` along both axes.
pub(super) fn angle(rows: &Array2<f32>, pitch: Metres) -> Angle {
    let spectra = Spectra::of(rows, pitch);
    let best = |angles: &mut dyn Iterator<Item = f64>| {
        angles.map(|degrees| Angle { degrees, coherence: spectra.energy(degrees) }).fold(
            Angle { degrees: 0.0, coherence: -1.0 },
            |best, next| if next.coherence > best.coherence { next } else { best },
        )
    };
    let steps = (LIMIT / COARSE).round() as i32;
    let coarse = best(&mut (-steps..=steps).map(|step| f64::from(step) * COARSE));
    let steps = (COARSE / FINE).round() as i32;
    let fine = best(&mut (-steps..=steps).map(|step| coarse.degrees + f64::from(step) * FINE));
    Angle { coherence: fine.coherence.max(0.0), ..fine }
}

/// Whitened spectra of some rows: real and imaginary parts apart, so that neighbouring wavelengths share a register.
struct Spectra {
    bins: usize,
    re: Vec<f32>,
    im: Vec<f32>,
    /// Cycles a metre of every bin.
    frequencies: Vec<f64>,
    /// Metres between the rows.
    step: f64,
}

impl Spectra {
    fn of(rows: &Array2<f32>, pitch: Metres) -> Self {
        let middle = central(rows.ncols());
        // Multiples of 32 transform fast.
        let length = middle.len() / 32 * 32;
        let stride = ROW_STEP.steps(pitch).round().max(1.0) as usize;
        let mut lines = Vec::with_capacity(rows.nrows().div_ceil(stride) * length);
        for row in rows.rows().into_iter().step_by(stride) {
            let line = row.iter().skip(middle.start).take(length);
            lines.extend(line.map(|height| if height.is_nan() { 0.0 } else { *height }));
        }
        let width = length as f64 * pitch.metres();
        let all = length / 2 + 1;
        let first = ((width / WAVES.1.metres()).ceil() as usize).clamp(1, all);
        let last = ((width / WAVES.0.metres()).floor() as usize + 1).clamp(first, all);
        let bins = last - first;
        let spectra = if length == 0 { Vec::new() } else { forward_rows(&lines, length) };
        let count = lines.len().checked_div(length).unwrap_or(0);
        let (mut re, mut im) = (vec![0.0; count * bins], vec![0.0; count * bins]);
        for bin in 0..bins {
            let at = |row: usize| spectra[row * all + first + bin];
            let power = (0..count).map(|row| at(row).norm_sqr()).sum::<f32>() / count.max(1) as f32;
            let scale = if power > 0.0 { power.sqrt().recip() } else { 0.0 };
            for row in 0..count {
                re[row * bins + bin] = at(row).re * scale;
                im[row * bins + bin] = at(row).im * scale;
            }
        }
        let frequencies = (first..last).map(|bin| bin as f64 / width).collect();
        Self { bins, re, im, frequencies, step: stride as f64 * pitch.metres() }
    }

    /// Energy on the line of this angle, 0 to 1.
    fn energy(&self, degrees: f64) -> f64 {
        let bins = self.bins;
        if bins == 0 || self.re.is_empty() {
            return 0.0;
        }
        let slope = degrees.to_radians().tan() * self.step;
        let turns: Vec<(f64, f64)> = self.frequencies.iter().map(|f| (TAU * f * slope).sin_cos()).collect();
        let sin: Vec<f32> = turns.iter().map(|turn| turn.0 as f32).collect();
        let cos: Vec<f32> = turns.iter().map(|turn| turn.1 as f32).collect();
        let (mut phase_re, mut phase_im) = (vec![1.0_f32; bins], vec![0.0_f32; bins]);
        let (mut sum_re, mut sum_im) = (vec![0.0_f32; bins], vec![0.0_f32; bins]);
        let mut count = 0;
        for (re, im) in self.re.chunks_exact(bins).zip(self.im.chunks_exact(bins)) {
            count += 1;
            for bin in 0..bins {
                let (pr, pi) = (phase_re[bin], phase_im[bin]);
                sum_re[bin] += re[bin] * pr - im[bin] * pi;
                sum_im[bin] += re[bin] * pi + im[bin] * pr;
                phase_re[bin] = pr * cos[bin] - pi * sin[bin];
                phase_im[bin] = pr * sin[bin] + pi * cos[bin];
            }
        }
        let total: f64 = sum_re.iter().zip(&sum_im).map(|(re, im)| f64::from(re * re + im * im)).sum();
        total / bins as f64 / f64::from(count).powi(2)
    }
}

/// Every row moved by its distance from the middle row times the tangent of the angle (linear between samples, missing
/// where either neighbour is): striae that ran at `degrees` run down the columns.
pub(super) fn sheared(surface: &Array2<f32>, degrees: f64) -> Array2<f32> {
    let (rows, cols) = surface.dim();
    let slope = degrees.to_radians().tan();
    let mut upright = Array2::from_elem((rows, cols), f32::NAN);
    for row in 0..rows {
        let shift = (row as f64 - (rows as f64 - 1.0) / 2.0) * slope;
        let whole = shift.floor();
        let (share, whole) = ((shift - whole) as f32, whole as isize);
        for col in 0..cols {
            let Some(left) = col.checked_add_signed(whole) else { continue };
            if left + 1 < cols {
                let (one, other) = (surface[[row, left]], surface[[row, left + 1]]);
                upright[[row, col]] = one + share * (other - one);
            }
        }
    }
    upright
}

/// A profile along the rows as a profile square to striae that lean by `degrees`: shorter by the cosine of the angle
/// (linear between samples, missing where either neighbour is).
///
/// A scan whose rows lie square to the bullet's axis cuts its striae at the twist of the rifling, one whose rows lie
/// square to the striae does not: without this the same land is 0.9 % longer on one instrument than on another.
pub(super) fn square_to_striae(profile: &[f32], degrees: f64) -> Vec<f32> {
    let cosine = degrees.to_radians().cos();
    let length = (profile.len() as f64 * cosine) as usize;
    (0..length)
        .map(|place| {
            let at = place as f64 / cosine;
            let left = at as usize;
            let share = (at - left as f64) as f32;
            match profile.get(left + 1) {
                Some(right) if share > 0.0 => profile[left] + share * (right - profile[left]),
                _ => profile[left],
            }
        })
        .collect()
}

/// The columns of the scan under samples of [`square_to_striae`].
pub(super) fn columns(samples: &Range<usize>, degrees: f64, cols: usize) -> Range<usize> {
    let cosine = degrees.to_radians().cos();
    let column = |sample: usize| ((sample as f64 / cosine).round() as usize).min(cols);
    column(samples.start)..column(samples.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    /// Striae at an angle: a broken line with a corner every 10 um, sampled 2 um apart.
    fn striae(degrees: f64) -> Array2<f32> {
        let corner = |place: i64| (place * 7919 + place * place * 104_729).rem_euclid(2003) as f64 / 1001.5 - 1.0;
        Array2::from_shape_fn((300, 900), |(row, col)| {
            let x = (col as f64 - (row as f64 - 149.5) * degrees.to_radians().tan()) / 5.0;
            let left = x.floor();
            (corner(left as i64) + (x - left) * (corner(left as i64 + 1) - corner(left as i64))) as f32
        })
    }

    #[test]
    fn the_angle_of_striae_is_found_to_a_tenth_of_a_degree_on_either_side() {
        for degrees in [-12.3, -5.5, 0.0, 0.7, 8.5] {
            let found = angle(&striae(degrees), um(2.0));
            assert!((found.degrees - degrees).abs() < 0.1, "{degrees}: found {}", found.degrees);
            assert!(found.coherence > 0.5, "{degrees}: coherence {}", found.coherence);
        }
    }

    #[test]
    fn sheared_striae_stand_upright() {
        let upright = sheared(&striae(6.0), 6.0);
        let found = angle(&upright.mapv(|height| if height.is_nan() { 0.0 } else { height }), um(2.0));
        assert!(found.degrees.abs() < 0.06, "still at {}", found.degrees);
    }
}
