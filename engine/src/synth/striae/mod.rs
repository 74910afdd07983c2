//! Synthetic barrels and what they mark: lands for galleries of any size, and whole scans of them.
//!
//! For scale, never for claims of accuracy: different-source votes agree with real ones to a few hundredths, same-source
//! votes spread more widely (`docs/striae.md`, section 6). All numbers come from a seed.

mod line;
mod scan;
mod surrogate;

pub use scan::scan;
pub use surrogate::surrogate;

use crate::marks::MarkError;
use crate::striae::{Signature, StriaKind, signature_of_profile};
use crate::synth::texture::{generator, normal, uniform};
use crate::units::{Metres, um};
use line::{Line, field, master};
use rand_chacha::ChaCha8Rng;

/// Distance between samples of a profile: that of a signature.
const PITCH: Metres = um(2.0);
/// Width of a land: mean, and standard deviation between barrels and between shots (9 mm class, six lands).
const WIDTH: (Metres, Metres, Metres) = (um(1900.0), um(40.0), um(25.0));
/// Stretch of a shot, standard deviation.
const STRETCH: f64 = 0.004;
/// Correlation length of the contact between barrel and bullet.
const CONTACT: Metres = um(120.0);
/// Correlation length of a shot's own slow waves.
const WANDER: Metres = um(200.0);
/// Range of these waves from valley to peak (four standard deviations), least and most.
const WANDER_HEIGHT: (Metres, Metres) = (um(1.0), um(5.0));
/// Height of striae that are not the barrel's, as a share of its own.
const FOREIGN: f64 = 0.9;
/// Noise of a profile.
const NOISE: Metres = um(0.05);
/// Standard deviation of the logarithm of a shot's gain.
const GAIN: f64 = 0.15;

/// A barrel: lands that mark every bullet alike, as far as they touch it.
#[derive(Clone, Debug)]
pub struct Barrel {
    seed: [u64; 2],
    /// Lands of its rifling.
    pub lands: usize,
    /// Width of a land.
    width: Metres,
    /// How well it repeats itself, 0 to 1.
    quality: f64,
    masters: Vec<Line>,
}

impl Barrel {
    /// Barrel number `index` under `seed`, with `lands` lands. `subclass`, 0 to 0.3, is the share of the variance that
    /// all barrels of the seed have in common, as consecutively made ones may.
    pub fn new(seed: u64, index: u64, lands: usize, subclass: f64) -> Self {
        let mut random = generator([seed, 20, index, 0]);
        let width = Metres::new(WIDTH.0.metres() + normal(&mut random) * WIDTH.1.metres());
        let quality = 0.25 + 0.72 * beta(&mut random, 2.6, 1.6);
        // Room for the widest shot.
        let samples = (width.metres() + 8.0 * WIDTH.2.metres()) / PITCH.metres();
        let masters = (0..lands)
            .map(|land| {
                let own = master(&mut generator([seed, 21, index, land as u64]), samples as usize);
                let makers = master(&mut generator([seed, 22, 0, land as u64]), samples as usize);
                let (one, other) = ((1.0 - subclass).max(0.0).sqrt(), subclass.max(0.0).sqrt());
                own.iter().zip(&makers).map(|(own, makers)| one * own + other * makers).collect()
            })
            .collect();
        Self { seed: [seed, index], lands, width, quality, masters }
    }

    /// Heights in metres, 2 um apart, of land `land` (modulo the number of lands) on shot `shot`, without form.
    pub fn profile(&self, shot: u64, land: usize) -> Vec<f32> {
        let place = land % self.lands.max(1);
        let mut random = generator([self.seed[0], 23, self.seed[1] << 20 | shot, place as u64]);
        let Some(own) = self.masters.get(place) else { return Vec::new() };
        let length = (self.width.metres() + normal(&mut random) * WIDTH.2.metres()) / PITCH.metres();
        let length = (length.max(2.0) as usize).min(own.len());
        let stretch = 1.0 + STRETCH * normal(&mut random);
        let foreign = master(&mut random, length);
        let contact = field(&mut random, length, CONTACT);
        let wander = field(&mut random, length, WANDER);
        let height =
            WANDER_HEIGHT.0.metres() + (WANDER_HEIGHT.1.metres() - WANDER_HEIGHT.0.metres()) * uniform(&mut random);
        let gain = (GAIN * normal(&mut random)).exp();
        let logit = (self.quality / (1.0 - self.quality)).ln();
        (0..length)
            .map(|at| {
                let x = own.len() as f64 / 2.0 + (at as f64 - length as f64 / 2.0) * stretch;
                let left = (x.max(0.0) as usize).min(own.len() - 2);
                let master = own[left] + (x - left as f64) * (own[left + 1] - own[left]);
                let touch = 1.0 / (1.0 + (-(1.6 * contact[at] + 1.3 * logit)).exp());
                let striae = touch * master + (1.0 - touch) * FOREIGN * foreign[at];
                (gain * striae + height / 4.0 * wander[at] + NOISE.metres() * normal(&mut random)) as f32
            })
            .collect()
    }

    /// The signature of land `land` on shot `shot`, as if its walls had been found exactly.
    ///
    /// # Errors
    /// [`MarkError::Unsuitable`] if the profile is too short.
    pub fn signature(&self, shot: u64, land: usize) -> Result<Signature, MarkError> {
        let mut signature = signature_of_profile(&self.profile(shot, land), StriaKind::BulletLand)?;
        signature.walls = [true; 2];
        Ok(signature)
    }
}

/// A number between 0 and 1 of the beta distribution, from two gamma ones (Marsaglia and Tsang 2000; shapes of 1 and
/// more).
fn beta(random: &mut ChaCha8Rng, a: f64, b: f64) -> f64 {
    let mut gamma = |shape: f64| {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = normal(random);
            let v = (1.0 + c * x).powi(3);
            let u = 1.0 - uniform(random);
            if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    };
    let (one, other) = (gamma(a), gamma(b));
    one / (one + other)
}
