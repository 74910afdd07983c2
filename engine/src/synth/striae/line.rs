//! Random lines: the master of a land and smooth fields along it.

use super::PITCH;
use crate::synth::texture::{normal, uniform};
use crate::units::{Metres, um};
use rand_chacha::ChaCha8Rng;

/// Heights in metres or plain numbers, one every 2 um.
pub(super) type Line = Vec<f64>;

/// Mean distance between gouges: 27 a millimetre.
const GOUGE_DISTANCE: Metres = um(1000.0 / 27.0);
/// Standard deviation of a gouge's Gaussian cross-section: median, and deviation of its logarithm.
const GOUGE_WIDTH: (Metres, f64) = (um(11.5), 0.6);
/// Height of a gouge: median, and deviation of its logarithm.
const GOUGE_HEIGHT: (Metres, f64) = (um(0.75), 0.7);
/// Share of gouges that go down.
const DOWN: f64 = 0.6;
/// Fine texture between gouges: correlation length and height.
const TEXTURE: (Metres, Metres) = (um(6.0), um(0.25));
/// Gouges further than this many standard deviations do not reach a sample.
const REACH_SIGMAS: f64 = 4.0;

/// What a land of a barrel engraves: gouges at random (Poisson) places over a fine texture; metres.
pub(super) fn master(random: &mut ChaCha8Rng, samples: usize) -> Line {
    let mut line: Line =
        field(random, samples, TEXTURE.0).into_iter().map(|height| height * TEXTURE.1.metres()).collect();
    let mut place = 0.0;
    loop {
        place -= GOUGE_DISTANCE.steps(PITCH) * (1.0 - uniform(random)).ln();
        if place >= samples as f64 {
            return line;
        }
        let sigma = GOUGE_WIDTH.0.steps(PITCH) * (GOUGE_WIDTH.1 * normal(random)).exp();
        let height = GOUGE_HEIGHT.0.metres() * (GOUGE_HEIGHT.1 * normal(random)).exp();
        let height = if uniform(random) < DOWN { -height } else { height };
        let first = (place - REACH_SIGMAS * sigma).max(0.0) as usize;
        let last = ((place + REACH_SIGMAS * sigma) as usize + 1).min(samples);
        for (at, value) in line.iter_mut().enumerate().take(last).skip(first) {
            *value += height * (-0.5 * ((at as f64 - place) / sigma).powi(2)).exp();
        }
    }
}

/// Gaussian noise smoothed to a standard deviation of `length`, of unit variance.
pub(super) fn field(random: &mut ChaCha8Rng, samples: usize, length: Metres) -> Line {
    let sigma = length.steps(PITCH).max(0.1);
    let reach = (3.5 * sigma).ceil() as usize;
    let kernel: Vec<f64> =
        (0..=2 * reach).map(|at| (-0.5 * ((at as f64 - reach as f64) / sigma).powi(2)).exp()).collect();
    let scale = kernel.iter().map(|value| value * value).sum::<f64>().sqrt().recip();
    let noise: Vec<f64> = (0..samples + 2 * reach).map(|_| normal(random)).collect();
    (0..samples)
        .map(|at| scale * kernel.iter().zip(&noise[at..]).map(|(weight, value)| weight * value).sum::<f64>())
        .collect()
}
