//! The rotation-invariant vector that HNSW holds: products of neighbouring rings, in which a common rotation cancels.
//!
//! `p(r, l, k) = c_r(k) conj(c_{r+l}(k))`, lags of one to three rings, square-rooted in length, weighted by coverage, of
//! unit length; then a fixed random rotation (signs and a Walsh-Hadamard transform) of which [`DIMENSIONS`] coordinates
//! are kept, so that angles between vectors survive (Johnson and Lindenstrauss 1984). It finds whole, clear marks at
//! once and loses weak ones: the first answer, never the last.

use super::rings::{COARSE, COARSE_LAYOUT};
use super::spectrum::Spectrum;
use crate::surface::fft::Complex32;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::LazyLock;

/// Length of the vector.
pub const DIMENSIONS: usize = 1024;
/// Rings apart that are multiplied.
const LAGS: usize = 3;
/// Transform length: the next power of two over the 5438 real products.
const TRANSFORM: usize = 8192;
/// Floor under a product's length before its square root is taken.
const FLOOR: f32 = 0.05;
/// Seed of the random rotation: part of the method version.
const SEED: u64 = 0x6865_6164_7374_616d;

/// Signs before the transform and coordinates kept after it.
static ROTATION: LazyLock<(Vec<f32>, Vec<u16>)> = LazyLock::new(|| {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let signs = (0..TRANSFORM).map(|_| if random.next_u32() & 1 == 1 { 1.0 } else { -1.0 }).collect();
    let mut kept: Vec<u16> = (0..TRANSFORM as u16).collect();
    for at in 0..DIMENSIONS {
        let other = at + (random.next_u64() % (TRANSFORM - at) as u64) as usize;
        kept.swap(at, other);
    }
    kept.truncate(DIMENSIONS);
    (signs, kept)
});

/// The vector of a coarse spectrum, of unit length; with `mirrored` that of the mirrored mark.
///
/// `coverage` is the share of each coarse ring on the mark.
pub fn vector(spectrum: &Spectrum, coverage: &[f32], mirrored: bool) -> Vec<f32> {
    let products = products(spectrum, coverage, mirrored);
    let (signs, kept) = &*ROTATION;
    let mut values = vec![0.0f32; TRANSFORM];
    for ((value, product), sign) in values.iter_mut().zip(products).zip(signs) {
        *value = product * sign;
    }
    walsh_hadamard(&mut values);
    let mut vector: Vec<f32> = kept.iter().map(|&at| values[at as usize]).collect();
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

fn products(spectrum: &Spectrum, coverage: &[f32], mirrored: bool) -> Vec<f32> {
    let live = COARSE_LAYOUT.components.iter().filter(|component| spectrum.live >> component.ring & 1 == 1).count();
    // The spectrum has unit length: bring its components to about 1 before the floor is added.
    let scale = live as f32;
    let mut products = Vec::with_capacity(TRANSFORM);
    for span in &COARSE_LAYOUT.spans {
        let component = |ring: usize| {
            let slot = (span.quads.start + (ring - span.rings.start) / 2) * 4 + (ring - span.rings.start) % 2;
            Complex32::new(spectrum.values[slot], spectrum.values[slot + 2])
        };
        for lag in 1..=LAGS {
            for ring in span.rings.start..span.rings.end.saturating_sub(lag) {
                let covered = coverage[ring].min(coverage[ring + lag]);
                if covered <= 0.0 {
                    products.extend([0.0, 0.0]);
                    continue;
                }
                let product = component(ring) * component(ring + lag).conj() * scale
                    / (coverage[ring] * coverage[ring + lag]).sqrt();
                let product = product * covered.sqrt() / (product.norm() + FLOOR).sqrt();
                products.extend([product.re, if mirrored { -product.im } else { product.im }]);
            }
        }
    }
    debug_assert!(products.len() <= TRANSFORM && COARSE.count <= 64);
    products
}

fn walsh_hadamard(values: &mut [f32]) {
    let mut half = 1;
    while half < values.len() {
        for block in values.chunks_exact_mut(2 * half) {
            let (left, right) = block.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}
