//! Filters along one line: Gaussian smoothing, robust Gaussian regression of order 2, and a quick trend.
//!
//! ISO 16610-21 and -31, with normalised convolution (Knutsson and Westin 1993): a missing sample (NaN) carries no
//! weight and stays missing. The standard deviation of every Gaussian is that of ISO 16610-21; the regression of order 2
//! keeps it too (ISO 16610-31 would widen it for order 2), because every figure of `docs/striae.md` was measured so.

use crate::units::Metres;

/// Standard deviation of the Gaussian over its cut-off: `0.4697 / sqrt(2 pi)` (ISO 16610-21).
const SIGMA_OF_CUTOFF: f64 = 0.187_390_625;
/// The kernel ends where its value falls below 0.2 % of its middle.
const REACH_SIGMAS: f64 = 3.5;
/// Biweight limit in median absolute residuals (ISO 16610-31).
const BIWEIGHT_MADS: f32 = 4.4;
/// Below this share of a full neighbourhood a mean says nothing and the sample stays missing.
const WEIGHT_MIN: f32 = 1e-3;
/// A trend is found on blocks this many times shorter than the cut-off: 25 of them, ten a standard deviation.
const TREND_BLOCKS: f64 = 25.0;

/// Half a Gaussian, its middle first, not normalised.
fn half_kernel(sigma: f64) -> Vec<f64> {
    (0..=(REACH_SIGMAS * sigma).ceil() as usize).map(|step| (-0.5 * (step as f64 / sigma).powi(2)).exp()).collect()
}

/// The line under a Gaussian low-pass: a wave of `cutoff` keeps half its amplitude. Missing samples stay missing.
pub(super) fn low_pass(line: &[f32], cutoff: Metres, pitch: Metres) -> Vec<f32> {
    let sigma = SIGMA_OF_CUTOFF * cutoff.steps(pitch);
    if sigma.is_nan() || sigma < 0.1 {
        return line.to_vec();
    }
    let mut smooth = spread(line, sigma);
    for (value, height) in smooth.iter_mut().zip(line) {
        if height.is_nan() {
            *value = f32::NAN;
        }
    }
    smooth
}

/// Normalised convolution with a Gaussian; a value also where the line misses one but its neighbours do not.
fn spread(line: &[f32], sigma: f64) -> Vec<f32> {
    let half: Vec<f32> = half_kernel(sigma).into_iter().map(|value| value as f32).collect();
    let full = 2.0 * half.iter().sum::<f32>() - half[0];
    let reach = half.len() - 1;
    let length = line.len();
    let mut sums = vec![0.0_f32; length + 2 * reach];
    let mut weights = vec![0.0_f32; length + 2 * reach];
    for (place, height) in line.iter().enumerate().filter(|(_, height)| !height.is_nan()) {
        sums[place + reach] = *height;
        weights[place + reach] = 1.0;
    }
    let folded = |from: &[f32]| {
        let mut out: Vec<f32> = from[reach..][..length].iter().map(|value| half[0] * value).collect();
        for (step, factor) in half.iter().enumerate().skip(1) {
            let (before, after) = (&from[reach - step..][..length], &from[reach + step..][..length]);
            for ((sum, one), other) in out.iter_mut().zip(before).zip(after) {
                *sum += factor * (one + other);
            }
        }
        out
    };
    let (mut sums, weights) = (folded(&sums), folded(&weights));
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum = if weight > WEIGHT_MIN * full { *sum / weight } else { f32::NAN };
    }
    sums
}

/// What is shorter than about `cutoff`, quickly: the trend is smoothed on means of short blocks and joined by straight
/// lines. Good for finding striae; the signature itself uses [`robust_high_pass`].
pub(super) fn quick_high_pass(line: &mut [f32], cutoff: Metres, pitch: Metres) {
    let block = (cutoff.steps(pitch) / TREND_BLOCKS).round().max(1.0) as usize;
    let means: Vec<f32> = line
        .chunks(block)
        .map(|chunk| {
            let (sum, count) = sum_of(chunk);
            if count == 0 { f32::NAN } else { sum / count as f32 }
        })
        .collect();
    let trend = spread(&means, SIGMA_OF_CUTOFF * cutoff.steps(pitch) / block as f64);
    let middle = (block as f32 - 1.0) / 2.0;
    for (place, height) in line.iter_mut().enumerate() {
        let at = ((place as f32 - middle) / block as f32).clamp(0.0, (trend.len() - 1) as f32);
        let left = (at as usize).min(trend.len().saturating_sub(2));
        let share = at - left as f32;
        let right = trend[(left + 1).min(trend.len() - 1)];
        *height -= match (trend[left].is_nan(), right.is_nan()) {
            (false, false) => trend[left] + share * (right - trend[left]),
            (false, true) => trend[left],
            _ => right,
        };
    }
}

fn sum_of(values: &[f32]) -> (f32, usize) {
    values.iter().filter(|value| !value.is_nan()).fold((0.0, 0), |(sum, count), value| (sum + value, count + 1))
}

/// Takes off what is longer than `cutoff` by robust Gaussian regression of order 2 (ISO 16610-31).
///
/// About every sample a parabola is fitted under a Gaussian; `reweightings` times more with biweights that make
/// samples beyond 4.4 median absolute residuals count for nothing. Order 2 follows the arc of a bullet up to its ends.
pub(super) fn robust_high_pass(line: &[f32], cutoff: Metres, pitch: Metres, reweightings: usize) -> Vec<f32> {
    let kernel = half_kernel((SIGMA_OF_CUTOFF * cutoff.steps(pitch)).max(0.5));
    let mut weights: Vec<f32> = line.iter().map(|height| if height.is_nan() { 0.0 } else { 1.0 }).collect();
    let mut residual = without_parabolas(line, &weights, &kernel);
    for _ in 0..reweightings {
        let limit = BIWEIGHT_MADS * median_absolute(&residual);
        if limit <= 0.0 {
            break;
        }
        for (weight, &rest) in weights.iter_mut().zip(&residual) {
            let share = rest / limit;
            // NaN fails the comparison too: a missing sample keeps weight zero.
            *weight = if share.abs() < 1.0 { (1.0 - share * share).powi(2) } else { 0.0 };
        }
        residual = without_parabolas(line, &weights, &kernel);
    }
    residual
}

/// Samples whose parabolas are fitted together.
const BLOCK: usize = 4;

/// `line` less the middle of the weighted parabola about every sample.
fn without_parabolas(line: &[f32], weights: &[f32], half: &[f64]) -> Vec<f32> {
    let reach = half.len() - 1;
    let padded_length = line.len().next_multiple_of(BLOCK) + 2 * reach;
    let (mut padded, mut products) = (vec![0.0_f64; padded_length], vec![0.0_f64; padded_length]);
    for (place, (&height, &weight)) in line.iter().zip(weights).enumerate().filter(|(_, (_, weight))| **weight > 0.0) {
        padded[place + reach] = f64::from(weight);
        products[place + reach] = f64::from(weight) * f64::from(height);
    }
    let scale = 1.0 / reach.max(1) as f64;
    let full = 2.0 * half.iter().sum::<f64>() - half[0];
    let mut rest = Vec::with_capacity(line.len() + BLOCK);
    for start in (0..line.len()).step_by(BLOCK) {
        // Moments of the weights (powers 0 to 4 of the distance) and of weighted heights (0 to 2), a column a sample.
        let (mut m, mut z) = ([[0.0_f64; BLOCK]; 5], [[0.0_f64; BLOCK]; 3]);
        for (step, kernel) in half.iter().enumerate() {
            let t = step as f64 * scale;
            // The middle sample is its own mirror image: half of it from either side.
            let s = if step == 0 { 0.5 * kernel } else { *kernel };
            let powers = [s, s * t, s * t * t, s * t * t * t, s * t * t * t * t];
            let (before, after) = (start + reach - step, start + reach + step);
            let (wb, wa) = (&padded[before..before + BLOCK], &padded[after..after + BLOCK]);
            let (pb, pa) = (&products[before..before + BLOCK], &products[after..after + BLOCK]);
            for at in 0..BLOCK {
                let (even, odd) = (wa[at] + wb[at], wa[at] - wb[at]);
                let (even_z, odd_z) = (pa[at] + pb[at], pa[at] - pb[at]);
                m[0][at] += powers[0] * even;
                m[1][at] += powers[1] * odd;
                m[2][at] += powers[2] * even;
                m[3][at] += powers[3] * odd;
                m[4][at] += powers[4] * even;
                z[0][at] += powers[0] * even_z;
                z[1][at] += powers[1] * odd_z;
                z[2][at] += powers[2] * even_z;
            }
        }
        for at in 0..BLOCK {
            let height = line.get(start + at).copied().unwrap_or(f32::NAN);
            let mean = middle_of_parabola(m.map(|row| row[at]), z.map(|row| row[at]), full);
            rest.push(mean.map_or(f32::NAN, |mean| (f64::from(height) - mean) as f32));
        }
    }
    rest.truncate(line.len());
    rest
}

/// The constant term of the parabola with moments `m` and `z` (Cramer's rule); `None` where too few samples weigh.
fn middle_of_parabola(m: [f64; 5], z: [f64; 3], full: f64) -> Option<f64> {
    if m[0] < f64::from(WEIGHT_MIN) * full {
        return None;
    }
    let minors = [m[2] * m[4] - m[3] * m[3], m[1] * m[4] - m[3] * m[2], m[1] * m[3] - m[2] * m[2]];
    let determinant = m[0] * minors[0] - m[1] * minors[1] + m[2] * minors[2];
    if determinant.abs() < 1e-9 * m[0].powi(3) {
        return Some(z[0] / m[0]);
    }
    let z_minors = [z[1] * m[4] - m[3] * z[2], z[1] * m[3] - m[2] * z[2]];
    Some((z[0] * minors[0] - m[1] * z_minors[0] + m[2] * z_minors[1]) / determinant)
}

/// Median of the sizes of what is present; zero if nothing is.
pub(super) fn median_absolute(line: &[f32]) -> f32 {
    let mut sizes: Vec<f32> = line.iter().filter(|value| !value.is_nan()).map(|value| value.abs()).collect();
    median(&mut sizes).unwrap_or(0.0)
}

/// The middle value (the upper one of two), `None` of nothing. `values` holds no NaN and comes into another order.
pub(super) fn median(values: &mut [f32]) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    fn wave(length: f64) -> Vec<f32> {
        (0..1000).map(|place| (std::f64::consts::TAU * f64::from(place) * 2.0 / length).sin() as f32).collect()
    }

    fn amplitude(line: &[f32]) -> f32 {
        (2.0 * line[250..750].iter().map(|height| height * height).sum::<f32>() / 500.0).sqrt()
    }

    #[test]
    fn a_wave_at_the_low_pass_cutoff_keeps_half_its_amplitude() {
        let kept = amplitude(&low_pass(&wave(100.0), um(100.0), um(2.0)));
        assert!((kept - 0.5).abs() < 0.005, "kept {kept:.4}, ISO 16610-21 says 0.500");
    }

    #[test]
    fn an_arc_is_taken_off_up_to_its_ends_and_short_waves_stay() {
        let arc: Vec<f32> = (0..1000).map(|place| (place as f32 - 480.0).powi(2) * 1e-3).collect();
        let rest = robust_high_pass(&arc, um(250.0), um(2.0), 2);
        let worst = rest.iter().fold(0.0_f32, |worst, rest| worst.max(rest.abs()));
        assert!(worst < 1e-3, "{worst} is left of an arc of 270");
        let kept = amplitude(&robust_high_pass(&wave(40.0), um(250.0), um(2.0), 2));
        assert!((kept - 1.0).abs() < 0.02, "kept {kept}");
    }

    #[test]
    fn the_quick_trend_keeps_what_the_exact_one_keeps() {
        for length in [40.0, 125.0, 250.0, 500.0] {
            let mut quick = wave(length);
            quick_high_pass(&mut quick, um(250.0), um(2.0));
            let theory = 1.0 - 0.5_f64.powf((250.0 / length).powi(2));
            assert!((f64::from(amplitude(&quick)) - theory).abs() < 0.03, "{length} um: {}", amplitude(&quick));
        }
    }

    #[test]
    fn a_gap_neither_spreads_nor_pulls() {
        let mut line = vec![7.0_f32; 1000];
        line[400..450].fill(f32::NAN);
        for rest in [robust_high_pass(&line, um(250.0), um(2.0), 2), low_pass(&line, um(12.0), um(2.0))] {
            assert_eq!(rest.iter().filter(|height| height.is_nan()).count(), 50);
            let present: Vec<f32> = rest.into_iter().filter(|height| !height.is_nan()).collect();
            assert!(present.iter().all(|height| (height - present[0]).abs() < 1e-4));
        }
    }
}
