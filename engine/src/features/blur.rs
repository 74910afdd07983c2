//! Separable correlation of a map with a symmetric kernel, nothing beyond its border.
//!
//! The same plain Rust compiled twice, so both give the same bits; `unsafe` only promises the AVX2 instructions that
//! [`Kernel`] has seen.
#![allow(unsafe_code)]

use super::products::Kernel;

/// Correlates `samples` (`rows x cols`) with `weights`, one half of the kernel, centre first.
pub fn blur(kernel: Kernel, samples: &[f32], rows: usize, cols: usize, weights: &[f32]) -> Vec<f32> {
    match kernel {
        Kernel::Portable => both_ways(samples, rows, cols, weights),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
        Kernel::Avx2 => unsafe { both_ways_avx2(samples, rows, cols, weights) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn both_ways_avx2(samples: &[f32], rows: usize, cols: usize, weights: &[f32]) -> Vec<f32> {
    both_ways(samples, rows, cols, weights)
}

#[inline(always)]
fn both_ways(samples: &[f32], rows: usize, cols: usize, weights: &[f32]) -> Vec<f32> {
    let reach = weights.len() - 1;
    let mut out = vec![0.0f32; samples.len()];
    let mut padded = vec![0.0f32; cols + 2 * reach];
    for (row, to) in out.chunks_exact_mut(cols.max(1)).enumerate().take(rows) {
        let sum = &mut padded[reach..reach + cols];
        sum.fill(0.0);
        for (step, &weight) in weights.iter().enumerate() {
            let above = (step > 0 && row >= step).then(|| row - step);
            let below = (row + step < rows).then_some(row + step);
            for from in [above, below].into_iter().flatten() {
                add(sum, &samples[from * cols..(from + 1) * cols], weight);
            }
        }
        for (step, &weight) in weights.iter().enumerate() {
            if step > 0 {
                add(to, &padded[reach - step..reach - step + cols], weight);
            }
            add(to, &padded[reach + step..reach + step + cols], weight);
        }
    }
    out
}

#[inline(always)]
fn add(to: &mut [f32], from: &[f32], weight: f32) {
    for (value, sample) in to.iter_mut().zip(from) {
        *value += weight * sample;
    }
}
