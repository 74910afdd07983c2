//! Whitened polar spectra and their coherent correlation.
//!
//! The Fourier components around each ring, with every wavelength brought to equal power and the whole to unit length,
//! so that the correlation of two marks over all rotations is one inverse transform of `X(k) = sum conj(g) q`.
//!
//! Each mark is whitened by its own power per wavelength: a shipped curve belongs to the instrument and filter it was
//! learnt on, and same-source pairs correlate alike in every octave, so every degree of freedom is worth the same.

use super::polar::RingMap;
use super::rings::{ANGLES, Layout, POWER_POINTS};
use crate::surface::fft::{self, Complex32};

/// Floor under the power, as a share of its mean: bounds the gain of wavelengths the mark does not hold.
const POWER_FLOOR: f32 = 0.02;

/// A whitened spectrum of unit length in the storage order of its [`Layout`].
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// Quads `[re r, re r+1, im r, im r+1]`; zero in dropped rings and padding.
    pub values: Vec<f32>,
    /// Bit `r` is set if ring `r` is on the mark.
    pub live: u64,
}

impl Spectrum {
    /// Transforms and whitens rings.
    pub fn of(map: &RingMap, layout: &Layout) -> Self {
        let mut spectrum = Self::raw(map, layout);
        whiten(&mut spectrum, layout);
        let length = spectrum.values.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            spectrum.values.iter_mut().for_each(|value| *value /= length);
        }
        spectrum
    }

    /// Transforms rings without whitening: `rfft / sqrt(angles)`.
    pub(super) fn raw(map: &RingMap, layout: &Layout) -> Self {
        let bins = ANGLES / 2 + 1;
        let covered: Vec<usize> = (0..map.coverage.len()).filter(|&ring| map.coverage[ring] > 0.0).collect();
        let rows: Vec<f32> =
            covered.iter().flat_map(|ring| &map.rows[ring * ANGLES..(ring + 1) * ANGLES]).copied().collect();
        let transformed = fft::forward_rows(&rows, ANGLES);
        let mut place = vec![None; map.coverage.len()];
        let mut live = 0;
        for (row, &ring) in covered.iter().enumerate() {
            place[ring] = Some(&transformed[row * bins..(row + 1) * bins]);
            live |= 1 << ring;
        }
        let scale = 1.0 / (ANGLES as f32).sqrt();
        let mut values = vec![0.0; layout.quads * 4];
        for component in &layout.components {
            let Some(transformed) = place[component.ring] else { continue };
            let value = transformed[component.order];
            values[component.slot] = value.re * scale;
            values[component.slot + 2] = value.im * scale;
        }
        Self { values, live }
    }

    /// True if no ring lies on the mark.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }
}

/// Mean power of a component at each point of the power curve over the mean of all; `None` of nothing.
pub(super) fn power(spectrum: &Spectrum, layout: &Layout) -> Option<[f32; POWER_POINTS]> {
    let mut power = [0.0f32; POWER_POINTS];
    let mut weight = [0.0f32; POWER_POINTS];
    for component in layout.components.iter().filter(|component| spectrum.live >> component.ring & 1 == 1) {
        let (point, share) = component.place;
        let energy = spectrum.values[component.slot].powi(2) + spectrum.values[component.slot + 2].powi(2);
        for (point, share) in [(point, 1.0 - share), (point + 1, share)] {
            power[point] += share * energy;
            weight[point] += share;
        }
    }
    let mean = power.iter().sum::<f32>() / weight.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    let relative = |at: usize| if weight[at] > 0.0 { power[at] / weight[at] / mean } else { 1.0 };
    (mean > 0.0).then(|| std::array::from_fn(relative))
}

fn whiten(spectrum: &mut Spectrum, layout: &Layout) {
    let Some(power) = power(spectrum, layout) else { return };
    let gain = power.map(|power| (power + POWER_FLOOR).powf(-0.5));
    for component in &layout.components {
        let (point, share) = component.place;
        let gain = gain[point] + share * (gain[point + 1] - gain[point]);
        spectrum.values[component.slot] *= gain;
        spectrum.values[component.slot + 2] *= gain;
    }
}

/// `X(k)` of `reference` and `compared` at every order `0..=layout.rings.orders`; `mirrored` takes the complex
/// conjugate of the compared one.
///
/// `sum over k of Re(X(k) exp(i k angle))` is the correlation with the compared mark turned by `angle` in the sense of
/// `R(angle)` of `compare::Registration`.
pub fn cross(reference: &Spectrum, compared: &Spectrum, layout: &Layout, mirrored: bool) -> Vec<Complex32> {
    let sign = if mirrored { -1.0 } else { 1.0 };
    let mut cross = vec![Complex32::ZERO; layout.rings.orders + 1];
    for span in &layout.spans {
        let values = span.quads.start * 4..span.quads.end * 4;
        let (reference, compared) = (&reference.values[values.clone()], &compared.values[values]);
        let mut sums = [0.0f32; 8];
        for (q, g) in reference.chunks_exact(4).zip(compared.chunks_exact(4)) {
            for half in 0..2 {
                sums[half] += g[half] * q[half];
                sums[2 + half] += g[half + 2] * q[half + 2];
                sums[4 + half] += g[half] * q[half + 2];
                sums[6 + half] += g[half + 2] * q[half];
            }
        }
        let [a0, a1, b0, b1, c0, c1, d0, d1] = sums;
        cross[span.order] = Complex32::new((a0 + a1) + sign * (b0 + b1), (c0 + c1) - sign * (d0 + d1));
    }
    cross
}
