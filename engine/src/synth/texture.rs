//! Random fields: white noise from a seed, smoothed to a correlation length, brought to unit variance.

use crate::surface::fft::{Complex32, Direction, plane};
use crate::units::Metres;
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::PI;

/// Side of a field in samples: `2^6 * 5`, which transforms fast.
pub const SIDE: usize = 320;
/// Distance between samples.
pub const PITCH: Metres = crate::units::um(12.5);

/// A generator whose stream depends on every part of `seed` only.
pub fn generator(seed: [u64; 4]) -> ChaCha8Rng {
    let mut bytes = [0; 32];
    for (chunk, part) in bytes.chunks_exact_mut(8).zip(seed) {
        chunk.copy_from_slice(&part.to_le_bytes());
    }
    ChaCha8Rng::from_seed(bytes)
}

/// Uniform in `[0, 1)`.
pub fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Standard normal (Box and Muller).
pub fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - uniform(random)).ln()).sqrt();
    radius * (2.0 * PI * uniform(random)).cos()
}

/// A periodic Gaussian random field `SIDE x SIDE` of unit variance.
///
/// White noise smoothed by a Gaussian of standard deviation `sigma` across and `sigma * stretch` along `direction`
/// (radians). White noise is white in frequency too, so it is drawn there: only where the smoothing leaves something.
pub fn field(random: &mut ChaCha8Rng, sigma: Metres, stretch: f64, direction: f64) -> Array2<f32> {
    let mut samples = vec![Complex32::ZERO; SIDE * SIDE];
    let sigma = sigma.steps(PITCH);
    let (sin, cos) = direction.sin_cos();
    for (at, sample) in samples.iter_mut().enumerate() {
        let (fx, fy) = (frequency(at % SIDE), frequency(at / SIDE));
        let (along, across) = (fx * cos + fy * sin, fy * cos - fx * sin);
        let exponent = 2.0 * PI * PI * ((along * sigma * stretch).powi(2) + (across * sigma).powi(2));
        // exp(-14) is less than a millionth of the largest amplitude.
        if exponent < 14.0 {
            let radius = (-2.0 * (1.0 - uniform(random)).ln()).sqrt() * (-exponent).exp();
            let (sin, cos) = (2.0 * PI * uniform(random)).sin_cos();
            *sample = Complex32::new((radius * cos) as f32, (radius * sin) as f32);
        }
    }
    plane(&mut samples, SIDE, SIDE, Direction::Inverse);
    unit_variance(samples.iter().map(|sample| sample.re))
}

/// Keeps what a breech face mark keeps: Gaussian high-pass at `long`, low-pass at `short` (ISO 16610-61).
pub fn band_pass(heights: &Array2<f32>, short: Metres, long: Metres) -> Array2<f32> {
    let mut samples: Vec<Complex32> = heights.iter().map(|&height| Complex32::new(height, 0.0)).collect();
    plane(&mut samples, SIDE, SIDE, Direction::Forward);
    let transmission = |frequency: f64, cutoff: Metres| {
        let alpha_squared = 2f64.ln() / PI;
        (-PI * alpha_squared * (frequency * cutoff.steps(PITCH)).powi(2)).exp()
    };
    shape(&mut samples, |fx, fy| {
        let frequency = fx.hypot(fy);
        (1.0 - transmission(frequency, long)) * transmission(frequency, short)
    });
    plane(&mut samples, SIDE, SIDE, Direction::Inverse);
    unit_variance(samples.iter().map(|sample| sample.re))
}

/// Multiplies a spectrum by `gain(fx, fy)`, frequencies in cycles a sample.
fn shape(samples: &mut [Complex32], gain: impl Fn(f64, f64) -> f64) {
    for (at, sample) in samples.iter_mut().enumerate() {
        *sample *= gain(frequency(at % SIDE), frequency(at / SIDE)) as f32;
    }
}

/// Cycles a sample of place `index` of a transform.
fn frequency(index: usize) -> f64 {
    let signed = if index > SIDE / 2 { index as f64 - SIDE as f64 } else { index as f64 };
    signed / SIDE as f64
}

fn unit_variance(values: impl Iterator<Item = f32>) -> Array2<f32> {
    let values: Vec<f32> = values.collect();
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64;
    let power = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / values.len() as f64;
    let scale = 1.0 / power.sqrt().max(1e-30);
    Array2::from_shape_fn((SIDE, SIDE), |(row, col)| ((f64::from(values[row * SIDE + col]) - mean) * scale) as f32)
}
