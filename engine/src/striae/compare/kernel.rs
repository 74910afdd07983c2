//! The inner loop of the vote: one segment against another line at many neighbouring lags.
//!
//! Lags are the lanes of a vector register, so every sum runs in the order of the segment's samples. The same Rust code
//! is compiled twice, for the baseline and for AVX2, and chosen at run time; both multiply and add in the same order
//! without fusing, so they give the same bits. `unsafe` only calls the AVX2 copy after the processor was asked for it.
#![allow(unsafe_code)]

use super::ready::Line;

/// Lags of one block: four registers of sums.
const LAGS: usize = 32;
/// Lags of one block where samples are missing: six sums of two registers.
const LAGS_MASKED: usize = 16;

/// `products[lag] = sum of segment[i] * other[first + lag + i]`.
///
/// `other` must reach 32 samples beyond the last one used.
pub(super) fn products(segment: &[f32], other: &[f32], first: usize, products: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has just said that it knows AVX2.
        return unsafe { products_avx2(segment, other, first, products) };
    }
    products_here(segment, other, first, products);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn products_avx2(segment: &[f32], other: &[f32], first: usize, products: &mut [f32]) {
    products_here(segment, other, first, products);
}

#[inline(always)]
fn products_here(segment: &[f32], other: &[f32], first: usize, products: &mut [f32]) {
    for (block, out) in products.chunks_mut(LAGS).enumerate() {
        let start = first + block * LAGS;
        let Some(line) = other.get(start..start + segment.len() + LAGS) else { continue };
        let mut sums = [0.0_f32; LAGS];
        for (value, window) in segment.iter().zip(line.windows(LAGS)) {
            for lag in 0..LAGS {
                sums[lag] += value * window[lag];
            }
        }
        out.copy_from_slice(&sums[..out.len()]);
    }
}

/// Correlation at every lag over the samples that both have; lags with fewer than `least` of them get `f32::NAN`.
///
/// `start` is the segment's first sample on `own`, `first` the sample of `other` under it at the first lag.
pub(super) fn masked(
    (own, start, length): (&Line, usize, usize),
    (other, first): (&Line, usize),
    least: f32,
    correlations: &mut [f32],
) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has just said that it knows AVX2.
        return unsafe { masked_avx2((own, start, length), (other, first), least, correlations) };
    }
    masked_here((own, start, length), (other, first), least, correlations);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn masked_avx2(own: (&Line, usize, usize), other: (&Line, usize), least: f32, correlations: &mut [f32]) {
    masked_here(own, other, least, correlations);
}

#[inline(always)]
fn masked_here(
    (own, start, length): (&Line, usize, usize),
    (other, first): (&Line, usize),
    least: f32,
    correlations: &mut [f32],
) {
    let cut = |plane: &'_ [f32]| -> Vec<f32> { plane[start..start + length].to_vec() };
    let (a, ma, aa) = (cut(&own.values), cut(&own.presence), cut(&own.squares));
    for (block, out) in correlations.chunks_mut(LAGS_MASKED).enumerate() {
        let at = first + block * LAGS_MASKED;
        let reach = at..at + length + LAGS_MASKED;
        let planes = [&other.values, &other.presence, &other.squares].map(|plane| plane.get(reach.clone()));
        let [Some(values), Some(presence), Some(squares)] = planes else {
            out.fill(f32::NAN);
            continue;
        };
        let mut sums = [[0.0_f32; LAGS_MASKED]; 6];
        for i in 0..length {
            let (b, mb, bb) =
                (&values[i..i + LAGS_MASKED], &presence[i..i + LAGS_MASKED], &squares[i..i + LAGS_MASKED]);
            for lag in 0..LAGS_MASKED {
                sums[0][lag] += ma[i] * mb[lag];
                sums[1][lag] += a[i] * mb[lag];
                sums[2][lag] += ma[i] * b[lag];
                sums[3][lag] += aa[i] * mb[lag];
                sums[4][lag] += ma[i] * bb[lag];
                sums[5][lag] += a[i] * b[lag];
            }
        }
        for (lag, correlation) in out.iter_mut().enumerate() {
            let [n, x, y, xx, yy, xy] = sums.map(|sum| sum[lag]);
            let scale = (n * xx - x * x).max(0.0) * (n * yy - y * y).max(0.0);
            *correlation = if n < least {
                f32::NAN
            } else if scale > 0.0 {
                (n * xy - x * y) / scale.sqrt()
            } else {
                0.0
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(length: usize, seed: usize) -> Vec<f32> {
        (0..length).map(|at| ((at * 7919 + seed * 104_729 + at * at * 31) % 2003) as f32 / 500.0 - 2.0).collect()
    }

    #[test]
    fn the_chosen_kernel_gives_the_bits_of_the_plain_one_and_the_sums_of_a_plain_loop() {
        let (segment, other) = (line(50, 1), line(400, 2));
        let (mut chosen, mut plain) = (vec![0.0; 251], vec![0.0; 251]);
        products(&segment, &other, 20, &mut chosen);
        products_here(&segment, &other, 20, &mut plain);
        assert_eq!(chosen, plain);
        let expected: f32 = (0..50).map(|i| segment[i] * other[20 + 137 + i]).sum();
        assert!((chosen[137] - expected).abs() < 1e-3, "{} against {expected}", chosen[137]);
    }
}
