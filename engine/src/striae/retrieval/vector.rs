//! A land as 76 numbers: its band-limited spectrum with the phases kept.
//!
//! What tells lands apart is where their striae lie, and that is in the phases: a spectrum without them finds the kind of
//! bullet (rank 1 in 17 % of queries among 5,118 lands, against 76 %; `docs/striae.md`, section 3). By Parseval's theorem
//! the inner product of two such vectors is a band-limited cross-correlation at one lag; other lags are *probes*, the
//! query's spectrum times `exp(2 pi i k shift / width)`, so a land is held once.

use crate::striae::Signature;
use crate::surface::fft::forward_rows;
use crate::units::{Metres, um};
use std::f64::consts::{PI, TAU};

/// Length of the window on a land, about its middle.
const WINDOW: Metres = um(1800.0);
/// Length over which the window's ends fade.
const FADE: Metres = um(80.0);
/// Distance between the samples in the window, that of a signature.
const PITCH: Metres = um(2.0);
/// Waves kept: from 250 um (the signature's own limit) to 40 um.
const BINS: std::ops::RangeInclusive<usize> = 8..=45;
/// Number of waves.
const WAVES: usize = *BINS.end() - *BINS.start() + 1;
/// Numbers of a vector: real and imaginary parts.
pub const DIMENSIONS: usize = 2 * WAVES;
/// Heights are squeezed by `tanh` of their share of this many standard deviations: a loud gouge must not decide.
const SQUEEZE: f32 = 1.5;
/// Step between the shifts of two probes.
const STEP: Metres = um(16.0);
/// Largest shift of a land found between two walls.
const REACH: Metres = um(160.0);
/// Largest shift of a land with a wall missing: its middle is not known.
const REACH_UNSURE: Metres = um(320.0);
/// Mean power of a land's waves by their number `k`: `1 / (1 + (k / 26)^3.5)`. Frozen: it follows the shares of power
/// .22, .28, .15, .11 and .06 in the bands 250-120, 120-80, 80-60, 60-45 and 45-35 um of 118 lands of 7 barrels.
const POWER: (f64, f64) = (26.0, 3.5);
/// Exponent of the whitening.
const WHITENING: f64 = -0.25;

/// A land's vector: unit length, real parts and then imaginary parts.
#[derive(Clone, Debug, PartialEq)]
pub struct LandVector(Box<[f32; DIMENSIONS]>);

impl LandVector {
    /// The numbers.
    pub fn values(&self) -> &[f32; DIMENSIONS] {
        &self.0
    }

    /// The vector of the same land moved by `shift`.
    fn moved(&self, shift: Metres) -> Self {
        let mut moved = self.0.clone();
        for wave in 0..WAVES {
            let turn = TAU * (wave + BINS.start()) as f64 * shift.steps(WINDOW);
            let (sin, cos) = (turn.sin() as f32, turn.cos() as f32);
            let (re, im) = (self.0[wave], self.0[WAVES + wave]);
            moved[wave] = re * cos - im * sin;
            moved[WAVES + wave] = re * sin + im * cos;
        }
        Self(moved)
    }
}

/// A land as it is asked for: its vector at every shift that its walls leave open.
#[derive(Clone, Debug)]
pub struct LandQuery {
    probes: Vec<LandVector>,
}

impl LandQuery {
    /// 21 probes within 160 um; 41 within 320 um where a wall is missing. `None` of a land without waves in the band.
    pub fn of(signature: &Signature) -> Option<Self> {
        let vector = land_vector(signature)?;
        let reach = if signature.walls == [true; 2] { REACH } else { REACH_UNSURE };
        let steps = reach.steps(STEP).round() as i32;
        let shift = |step: i32| Metres::new(f64::from(step) * STEP.metres());
        Some(Self { probes: (-steps..=steps).map(|step| vector.moved(shift(step))).collect() })
    }

    /// The probes, by shift.
    pub fn probes(&self) -> &[LandVector] {
        &self.probes
    }

    /// Best similarity over the probes.
    pub fn similarity(&self, values: &[f32; DIMENSIONS]) -> f32 {
        self.probes.iter().map(|probe| dot(probe.values(), values)).fold(-1.0, f32::max)
    }
}

/// The vector of a land; `None` if its signature has no waves in the band or another pitch than 2 um.
pub fn land_vector(signature: &Signature) -> Option<LandVector> {
    if (signature.pitch.metres() - PITCH.metres()).abs() > 1e-3 * PITCH.metres() {
        return None;
    }
    let spectrum = forward_rows(&window(&signature.profile()), WINDOW.steps(PITCH).round() as usize);
    let mut values = Box::new([0.0; DIMENSIONS]);
    for (wave, bin) in BINS.enumerate() {
        let gain = (1.0 + (bin as f64 / POWER.0).powf(POWER.1)).powf(-WHITENING) as f32;
        values[wave] = spectrum.get(bin)?.re * gain;
        values[WAVES + wave] = spectrum.get(bin)?.im * gain;
    }
    let length = dot(&values, &values).sqrt();
    if !(length.is_finite() && length > 0.0) {
        return None;
    }
    values.iter_mut().for_each(|value| *value /= length);
    Some(LandVector(values))
}

/// The squeezed heights about the middle of the land, faded at both ends, zero where missing.
fn window(profile: &[f32]) -> Vec<f32> {
    let length = WINDOW.steps(PITCH).round() as usize;
    let present = || profile.iter().filter(|height| !height.is_nan()).map(|height| f64::from(*height));
    let deviation = (present().map(|height| height * height).sum::<f64>() / present().count().max(1) as f64).sqrt();
    let mut window = vec![0.0; length];
    let (skip, start) = (profile.len().saturating_sub(length) / 2, length.saturating_sub(profile.len()) / 2);
    let used = profile.len().min(length);
    let fade = FADE.steps(PITCH);
    for place in 0..used {
        let height = profile[skip + place];
        let inside = (place.min(used - 1 - place) as f64 + 0.5) / fade;
        let weight = if inside < 1.0 { 0.5 - 0.5 * (PI * inside).cos() } else { 1.0 };
        if !height.is_nan() && deviation > 0.0 {
            window[start + place] = (height / (SQUEEZE * deviation as f32)).tanh() * weight as f32;
        }
    }
    window
}

/// Inner product in four fixed partial sums.
pub(super) fn dot(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    let mut sums = [0.0_f32; 4];
    for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::striae::{StriaKind, signature_of_profile};

    fn line(from: usize, length: usize) -> Vec<f32> {
        let corner = |place: usize| ((place * 7919 + place * place * 10_473) % 2003) as f32 / 1001.5 - 1.0;
        (from..from + length)
            .map(|place| {
                let share = (place % 10) as f32 / 10.0;
                (corner(place / 10) * (1.0 - share) + corner(place / 10 + 1) * share) * 1e-6
            })
            .collect()
    }

    #[test]
    fn a_land_moved_by_a_hundred_micrometres_is_found_by_a_probe_and_not_without() {
        let kind = StriaKind::BulletLand;
        let own = signature_of_profile(&line(500, 1000), kind).unwrap();
        let moved = land_vector(&signature_of_profile(&line(548, 1000), kind).unwrap()).unwrap();
        let query = LandQuery::of(&own).unwrap();
        let (with, without) =
            (query.similarity(moved.values()), dot(land_vector(&own).unwrap().values(), moved.values()));
        assert!(with > 0.8 && without < 0.4, "with probes {with}, without {without}");
        assert_eq!(query.probes().len(), 41, "a line has no walls");
    }
}
