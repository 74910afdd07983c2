//! The scan's first filter: do neighbouring orders agree on a rotation?
//!
//! `D1 = |sum over k of X(k) conj(X(k+1))|^2` is large when the phases of `X` advance evenly, as those of a true rotation
//! do, and costs a fiftieth of the transform. Measured: same-source pairs lie among the best 5 % of whole marks, 22 to
//! 32 % at noise of 1.5 Sq.
//!
//! The products are summed as they arise and never stored, for two marks side by side, so that each row of the query is
//! read once for both. Whole numbers up to `X(k)`, then the same few sums in the same order, so both implementations
//! give the same bits. `unsafe` as in [`crate::features::products`]: the AVX2 instructions are promised by [`Kernel`],
//! and loads are by address, all of arrays held by reference.
#![allow(unsafe_code)]

use crate::features::lanes::{GROUP, Lanes};
use crate::features::products::{Kernel, Wave};

/// Marks looked at side by side.
pub const SIDE: usize = 2;

/// `|D1|` of every lane under the direct and the mirrored hypothesis, of each mark.
pub type Agreement = [[f32; GROUP]; 2];

/// The agreement of two marks, given as the levels of all their quads.
pub fn agreements(kernel: Kernel, levels: [&[u8]; SIDE], lanes: &Lanes<1>) -> [Agreement; SIDE] {
    match kernel {
        Kernel::Portable => levels.map(|levels| portable(levels, lanes)),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
        Kernel::Avx2 => unsafe { avx2(levels, lanes) },
    }
}

fn portable(levels: &[u8], lanes: &Lanes<1>) -> Agreement {
    let mut waves = vec![[Wave::default(); 1]; lanes.segments.len()];
    Kernel::Portable.products(levels, lanes, 0..lanes.segments.len(), &mut waves);
    let mut sums = [[0.0f32; GROUP]; 4];
    for pair in waves.windows(2) {
        let ([a], [b]) = (&pair[0], &pair[1]);
        let [re, im, mirrored_re, mirrored_im] = &mut sums;
        for lane in 0..GROUP {
            re[lane] += a.re[lane] * b.re[lane] + a.im[lane] * b.im[lane];
            im[lane] += a.im[lane] * b.re[lane] - a.re[lane] * b.im[lane];
            mirrored_re[lane] += a.mirrored_re[lane] * b.mirrored_re[lane] + a.mirrored_im[lane] * b.mirrored_im[lane];
            mirrored_im[lane] += a.mirrored_im[lane] * b.mirrored_re[lane] - a.mirrored_re[lane] * b.mirrored_im[lane];
        }
    }
    lengths(&sums)
}

fn lengths([re, im, mirrored_re, mirrored_im]: &[[f32; GROUP]; 4]) -> Agreement {
    [
        std::array::from_fn(|lane| (re[lane] * re[lane] + im[lane] * im[lane]).sqrt()),
        std::array::from_fn(|lane| {
            (mirrored_re[lane] * mirrored_re[lane] + mirrored_im[lane] * mirrored_im[lane]).sqrt()
        }),
    ]
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(levels: [&[u8]; SIDE], lanes: &Lanes<1>) -> [Agreement; SIDE] {
    use std::arch::x86_64::*;
    let plus = _mm256_set1_epi16(1);
    let minus = _mm256_set1_epi32(0xFFFF_0001_u32 as i32);
    // Real and imaginary part, direct and mirrored, of the order before and of the sums.
    let mut before = [[_mm256_setzero_ps(); 4]; SIDE];
    let mut sums = [[_mm256_setzero_ps(); 4]; SIDE];
    for (segment, offsets) in lanes.segments.iter().zip(lanes.offsets.chunks_exact(2)) {
        let range = segment.quads.start * 4..segment.quads.end * 4;
        let rows = &lanes.rows[segment.rows..segment.rows + segment.quads.len() * 2];
        let quads = [&levels[0][range.clone()], &levels[1][range]];
        let mut products = [[_mm256_setzero_si256(); 2]; SIDE];
        for ((rows, first), second) in rows.chunks_exact(2).zip(quads[0].chunks_exact(4)).zip(quads[1].chunks_exact(4))
        {
            let (straight, swapped) = (vector(&rows[0].0), vector(&rows[1].0));
            let first = _mm256_set1_epi32(i32::from_le_bytes([first[0], first[1], first[2], first[3]]));
            let second = _mm256_set1_epi32(i32::from_le_bytes([second[0], second[1], second[2], second[3]]));
            products[0][0] = _mm256_add_epi16(products[0][0], _mm256_maddubs_epi16(first, straight));
            products[0][1] = _mm256_add_epi16(products[0][1], _mm256_maddubs_epi16(first, swapped));
            products[1][0] = _mm256_add_epi16(products[1][0], _mm256_maddubs_epi16(second, straight));
            products[1][1] = _mm256_add_epi16(products[1][1], _mm256_maddubs_epi16(second, swapped));
        }
        let offsets = (words(&offsets[0].0), words(&offsets[1].0));
        for ((products, before), sums) in products.iter().zip(&mut before).zip(&mut sums) {
            let straight = _mm256_sub_epi16(_mm256_add_epi16(products[0], products[0]), offsets.0);
            let swapped = _mm256_sub_epi16(_mm256_add_epi16(products[1], products[1]), offsets.1);
            let now = [
                _mm256_cvtepi32_ps(_mm256_madd_epi16(straight, plus)),
                _mm256_cvtepi32_ps(_mm256_madd_epi16(swapped, minus)),
                _mm256_cvtepi32_ps(_mm256_madd_epi16(straight, minus)),
                _mm256_cvtepi32_ps(_mm256_madd_epi16(swapped, plus)),
            ];
            for (re, im) in [(0, 1), (2, 3)] {
                let (a_re, a_im, b_re, b_im) = (before[re], before[im], now[re], now[im]);
                let along = _mm256_add_ps(_mm256_mul_ps(a_re, b_re), _mm256_mul_ps(a_im, b_im));
                let across = _mm256_sub_ps(_mm256_mul_ps(a_im, b_re), _mm256_mul_ps(a_re, b_im));
                sums[re] = _mm256_add_ps(sums[re], along);
                sums[im] = _mm256_add_ps(sums[im], across);
            }
            *before = now;
        }
    }
    sums.map(|sums| {
        let mut stored = [[0.0f32; GROUP]; 4];
        for (to, sum) in stored.iter_mut().zip(sums) {
            // SAFETY: eight floats of an array.
            unsafe { _mm256_storeu_ps(to.as_mut_ptr(), sum) }
        }
        lengths(&stored)
    })
}

/// 32 bytes of an array.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
fn vector(bytes: &[i8; 32]) -> std::arch::x86_64::__m256i {
    // SAFETY: 32 bytes of an array held by reference.
    unsafe { std::arch::x86_64::_mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// 16 words of an array.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
fn words(words: &[i16; 16]) -> std::arch::x86_64::__m256i {
    // SAFETY: 32 bytes of an array held by reference.
    unsafe { std::arch::x86_64::_mm256_loadu_si256(words.as_ptr().cast()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::code::Depth;
    use crate::features::rings::COARSE_LAYOUT;
    use crate::features::spectrum::Spectrum;

    #[test]
    fn every_kernel_gives_the_same_bits_for_both_marks_of_a_pair() {
        let layout = &*COARSE_LAYOUT;
        let spectrum = |seed: f32| Spectrum {
            values: (0..layout.quads * 4).map(|at| (at as f32 * seed).sin()).collect(),
            live: (1 << layout.rings.count) - 1,
        };
        let spectra = [spectrum(0.3), spectrum(1.7), spectrum(2.9)];
        let lanes = Lanes::<1>::pack(&spectra.iter().collect::<Vec<_>>(), layout, Depth::Two);
        let levels = |seed: usize| -> Vec<u8> { (0..layout.quads * 4).map(|at| (at * seed % 4) as u8).collect() };
        // 7 and 5 leave different levels after division by 4.
        let (a, b) = (levels(7), levels(5));
        for kernel in Kernel::available() {
            let found = agreements(kernel, [&a, &b], &lanes);
            assert_eq!(found, agreements(Kernel::Portable, [&a, &b], &lanes));
            assert_eq!(found[1], agreements(kernel, [&b, &a], &lanes)[0]);
            assert!(found[0][0][0] > 0.0 && found[0] != found[1]);
        }
    }
}
