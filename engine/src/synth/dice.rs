//! Random numbers for synthetic marks: the same seed gives the same numbers on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded source of random numbers.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Number `index` of the independent sources under `seed`.
    pub(super) fn new(seed: u64, index: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(index);
        Self(generator)
    }
    /// Evenly spread from `low` to `high`.
    pub(super) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// A direction, radians.
    pub(super) fn turn(&mut self) -> f64 {
        self.within(0.0, std::f64::consts::TAU)
    }
    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.within(0.0, 1.0) < probability
    }
    /// A whole number from `low` to `high`, both possible.
    pub(super) fn count(&mut self, low: usize, high: usize) -> usize {
        low + (self.within(0.0, 1.0) * (high - low + 1) as f64) as usize
    }
    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.within(0.0, 1.0)).ln()).sqrt();
        radius * self.turn().cos()
    }
}
