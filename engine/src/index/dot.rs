//! Dot product of two float vectors, in sixteen fixed partial sums, so the portable and the AVX2 build give the same bits.
//!
//! `unsafe` only promises the AVX2 instructions that [`Kernel`] has seen.
#![allow(unsafe_code)]

use crate::features::products::Kernel;

const PARTS: usize = 16;

/// `sum a[i] b[i]` over the shorter of both.
#[inline]
pub fn dot(kernel: Kernel, a: &[f32], b: &[f32]) -> f32 {
    match kernel {
        Kernel::Portable => sum(a, b),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
        Kernel::Avx2 => unsafe { sum_avx2(a, b) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn sum_avx2(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b)
}

#[inline(always)]
fn sum(a: &[f32], b: &[f32]) -> f32 {
    let mut parts = [0.0f32; PARTS];
    let (whole_a, whole_b) = (a.chunks_exact(PARTS), b.chunks_exact(PARTS));
    let rest: f32 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in whole_a.zip(whole_b) {
        for lane in 0..PARTS {
            parts[lane] += a[lane] * b[lane];
        }
    }
    parts.iter().sum::<f32>() + rest
}
