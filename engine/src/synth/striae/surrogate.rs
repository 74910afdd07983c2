//! Surrogates: lands of no barrel with the power spectrum of a real one. A method that ranks them high measures what
//! kind of bullet it is, not which barrel marked it.

use crate::striae::Signature;
use crate::surface::fft::{Complex32, forward_rows, inverse_row};
use crate::synth::texture::{generator, uniform};
use std::f64::consts::TAU;

/// The signature with random phases: same width, walls and power spectrum.
pub fn surrogate(signature: &Signature, seed: u64, index: u64) -> Signature {
    let mut random = generator([seed, 25, index, 0]);
    let length = signature.heights.len();
    let heights: Vec<f32> = signature
        .heights
        .iter()
        .map(|&code| if code == Signature::MISSING { 0.0 } else { f32::from(code) / length.max(1) as f32 })
        .collect();
    let mut spectrum = forward_rows(&heights, length);
    for value in &mut spectrum {
        let turn = TAU * uniform(&mut random);
        *value = Complex32::from_polar(value.norm(), turn as f32);
    }
    let most = f32::from(i16::MAX);
    let code = |(height, &own): (f32, &i16)| {
        if own == Signature::MISSING { own } else { height.round().clamp(-most, most) as i16 }
    };
    let heights = inverse_row(&spectrum, length).into_iter().zip(&signature.heights).map(code).collect();
    Signature { heights, ..signature.clone() }
}
