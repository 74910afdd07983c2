//! The rotation-invariant vector as one bit a coordinate: 128 bytes, compared by counting differing bits.
//!
//! The coordinates are random projections, so the share of differing signs is the angle between two vectors over pi
//! (Goemans and Williamson 1995): what 1024 whole numbers say, at an eighth of the bytes. `unsafe` only promises the
//! instructions that [`Kernel`] has seen; every processor with AVX2 has POPCNT.
#![allow(unsafe_code)]

use crate::features::invariant::DIMENSIONS;
use crate::features::products::Kernel;

/// Bytes of a sketch.
pub const SKETCH_BYTES: usize = DIMENSIONS / 8;
const WORDS: usize = SKETCH_BYTES / 8;

/// Signs of a vector's coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch([u64; WORDS]);

impl Sketch {
    /// The signs of [`DIMENSIONS`] coordinates; zero counts as positive.
    pub fn of<T: PartialOrd + Default>(vector: &[T]) -> Self {
        let mut words = [0; WORDS];
        for (at, _) in vector.iter().enumerate().take(DIMENSIONS).filter(|(_, value)| **value < T::default()) {
            words[at / 64] |= 1 << (at % 64);
        }
        Self(words)
    }

    /// Reads [`Sketch::bytes`]; a row of another length reads as zeros.
    #[inline(always)]
    pub fn read(bytes: &[u8]) -> Self {
        let mut words = [0; WORDS];
        // Pieces of a known length: a loop over a slice copies byte by byte through memory.
        if let Some((pieces, [])) = bytes.first_chunk::<SKETCH_BYTES>().map(|bytes| bytes.as_chunks::<8>()) {
            for (word, piece) in words.iter_mut().zip(pieces) {
                *word = u64::from_le_bytes(*piece);
            }
        }
        Self(words)
    }

    #[inline(always)]
    fn differing(&self, other: &Self) -> u16 {
        let mut differing = 0;
        for (a, b) in self.0.iter().zip(&other.0) {
            differing += (a ^ b).count_ones();
        }
        differing as u16
    }

    /// Stored form.
    pub fn bytes(&self) -> [u8; SKETCH_BYTES] {
        let mut bytes = [0; SKETCH_BYTES];
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The cosine that goes with so many differing bits.
    pub fn cosine(distance: u16) -> f32 {
        (std::f32::consts::PI * f32::from(distance) / DIMENSIONS as f32).cos()
    }
}

/// The least number of bits in which each stored sketch differs from any of `queries`, handed to `each` in turn.
pub fn distances<'a>(
    kernel: Kernel,
    queries: &[Sketch],
    stored: impl Iterator<Item = &'a [u8]>,
    each: impl FnMut(u16),
) {
    match kernel {
        Kernel::Portable => count(queries, stored, each),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
        Kernel::Avx2 => unsafe { count_avx2(queries, stored, each) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn count_avx2<'a>(queries: &[Sketch], stored: impl Iterator<Item = &'a [u8]>, each: impl FnMut(u16)) {
    count(queries, stored, each);
}

#[inline(always)]
fn count<'a>(queries: &[Sketch], stored: impl Iterator<Item = &'a [u8]>, mut each: impl FnMut(u16)) {
    for bytes in stored {
        let other = Sketch::read(bytes);
        let mut least = u16::MAX;
        for query in queries {
            least = least.min(query.differing(&other));
        }
        each(least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_at_sixty_degrees_differ_in_a_third_of_their_signs() {
        // Sums of four uniform numbers each, near enough to normal (Steele, Lea and Flood 2014).
        let uniform = |at: u64| {
            let mut mixed = at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let noise = |seed: u64| {
            (0..DIMENSIONS as u64).map(move |at| (1..=4).map(|part| uniform((seed + at) * 4 + part)).sum::<f64>())
        };
        let a: Vec<f64> = noise(1).collect();
        let b: Vec<f64> = noise(5000).collect();
        let turned: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 0.5 * a + 0.75f64.sqrt() * b).collect();
        let stored = [Sketch::of(&turned).bytes(), Sketch::of(&a).bytes(), Sketch::of(&b).bytes()];
        for kernel in Kernel::available() {
            let mut found = Vec::new();
            distances(kernel, &[Sketch::of(&a)], stored.iter().map(|bytes| &bytes[..]), |distance| {
                found.push(distance)
            });
            assert!((f32::from(found[0]) / DIMENSIONS as f32 - 1.0 / 3.0).abs() < 0.06, "{found:?}");
            assert!((Sketch::cosine(found[0]) - 0.5).abs() < 0.15);
            assert_eq!(found[1], 0);
            assert!((f32::from(found[2]) / DIMENSIONS as f32 - 0.5).abs() < 0.06, "{found:?}");
            let both = [Sketch::of(&a), Sketch::of(&b)];
            let mut least = Vec::new();
            distances(kernel, &both, stored.iter().map(|bytes| &bytes[..]), |distance| least.push(distance));
            assert_eq!(least[1..], [0, 0], "each stored sketch counts by the nearer query");
        }
    }
}
