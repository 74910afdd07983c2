//! A signature made ready for many comparisons: unit variance, presence, windows' norms and spectra, computed once.

use crate::striae::{Recipe, Signature};
use crate::surface::fft::{Complex32, forward_rows};
use crate::units::Metres;

/// Shortest transform: long enough for two signatures of 3.4 mm at 2 um that overlap by 80 %.
const TRANSFORM_MIN: usize = 2048;
/// Zeros after a line, so that a block of lags may read past its end.
pub(super) const PADDING: usize = 32;

/// A signature ready to be compared.
#[derive(Clone, Debug)]
pub struct Ready {
    pub(super) signature: Signature,
    pub(super) recipe: Recipe,
    /// At the signature's pitch.
    pub(super) fine: Line,
    /// At twice the pitch: what segments are cut from.
    pub(super) coarse: Line,
    /// By start: reciprocal of the norm of the coarse window of one segment's length less its mean; 0 where it is flat.
    pub(super) norms: Vec<f32>,
    pub(super) spectra: Spectra,
}

/// Samples with unit variance.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Samples, without [`PADDING`].
    pub(super) length: usize,
    /// Distance between samples.
    pub(super) pitch: Metres,
    /// Mean 0 and variance 1 over what is present, 0 where missing, then [`PADDING`] zeros.
    pub(super) values: Vec<f32>,
    /// 1 where present, 0 where missing.
    pub(super) presence: Vec<f32>,
    /// Squares of the values.
    pub(super) squares: Vec<f32>,
    /// Whether anything is missing.
    pub(super) gaps: bool,
}

impl Line {
    fn of(heights: &[f32], pitch: Metres) -> Self {
        let present = || heights.iter().filter(|height| !height.is_nan()).map(|height| f64::from(*height));
        let count = present().count().max(1) as f64;
        let mean = present().sum::<f64>() / count;
        let variance = present().map(|height| (height - mean).powi(2)).sum::<f64>() / count;
        let scale = if variance > 0.0 { variance.sqrt().recip() } else { 0.0 };
        let value = |height: &f32| if height.is_nan() { 0.0 } else { ((f64::from(*height) - mean) * scale) as f32 };
        let mut values: Vec<f32> = heights.iter().map(value).collect();
        let mut presence: Vec<f32> = heights.iter().map(|height| f32::from(u8::from(!height.is_nan()))).collect();
        let gaps = presence.contains(&0.0);
        values.resize(heights.len() + PADDING, 0.0);
        presence.resize(heights.len() + PADDING, 0.0);
        let squares = values.iter().map(|value| value * value).collect();
        Self { length: heights.len(), pitch, values, presence, squares, gaps }
    }
    /// The values themselves.
    pub(super) fn samples(&self) -> &[f32] {
        &self.values[..self.length]
    }
}

/// Spectra of values, presence and squares, zero-padded to `length`.
#[derive(Clone, Debug)]
pub(super) struct Spectra {
    pub(super) length: usize,
    pub(super) values: Vec<Complex32>,
    pub(super) presence: Vec<Complex32>,
    pub(super) squares: Vec<Complex32>,
}

impl Spectra {
    /// With nothing missing only the values are transformed.
    pub(super) fn of(line: &Line, length: usize, gaps: bool) -> Self {
        let transform = |samples: &[f32]| {
            let mut padded = samples[..line.length].to_vec();
            padded.resize(length, 0.0);
            forward_rows(&padded, length)
        };
        let (presence, squares) =
            if gaps { (transform(&line.presence), transform(&line.squares)) } else { (Vec::new(), Vec::new()) };
        Self { length, values: transform(&line.values), presence, squares }
    }
}

/// Length of a transform for two lines of at most `samples` that overlap by most of the shorter.
pub(super) fn transform_length(samples: usize) -> usize {
    (samples + samples.div_ceil(5)).next_power_of_two().max(TRANSFORM_MIN)
}

impl Ready {
    /// Prepares a signature for comparison.
    pub fn of(signature: &Signature) -> Self {
        let recipe = signature.kind.recipe();
        let profile = signature.profile();
        let fine = Line::of(&profile, signature.pitch);
        let halved: Vec<f32> = profile
            .chunks_exact(2)
            .map(|pair| match (pair[0].is_nan(), pair[1].is_nan()) {
                (false, false) => (pair[0] + pair[1]) / 2.0,
                (true, _) => pair[1],
                (false, true) => pair[0],
            })
            .collect();
        let coarse = Line::of(&halved, Metres::new(2.0 * signature.pitch.metres()));
        let norms = norms(coarse.samples(), recipe.segment.steps(coarse.pitch).round() as usize);
        let spectra = Spectra::of(&fine, transform_length(fine.length), fine.gaps);
        Self { signature: signature.clone(), recipe, fine, coarse, norms, spectra }
    }

    /// The same mark read from the other end.
    pub fn reversed(&self) -> Self {
        Self::of(&self.signature.reversed())
    }

    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

/// Reciprocal norms of all windows of `window` samples less their means.
fn norms(values: &[f32], window: usize) -> Vec<f32> {
    if window < 2 || values.len() < window {
        return Vec::new();
    }
    values
        .windows(window)
        .map(|window| {
            let (sum, squares) = window.iter().fold((0.0_f64, 0.0_f64), |(sum, squares), value| {
                let value = f64::from(*value);
                (sum + value, squares + value * value)
            });
            let rest = squares - sum * sum / window.len() as f64;
            if rest > 1e-9 { rest.sqrt().recip() as f32 } else { 0.0 }
        })
        .collect()
}
