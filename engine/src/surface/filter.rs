//! Gaussian filters that know of missing samples (ISO 16610-61 for the areal Gaussian, ISO 16610-71 for its robust
//! form; normalised convolution after Knutsson and Westin 1993).

use super::Surface;
use crate::units::Metres;
use ndarray::Array2;

/// Standard deviation of the Gaussian over its cut-off: a wave of the cut-off's length keeps half its amplitude
/// (ISO 16610-21: alpha = sqrt(ln 2 / pi), standard deviation = alpha / sqrt(2 pi)).
const SIGMA_OF_CUTOFF: f64 = 0.187_390_625;
/// The kernel ends where its value falls below 0.2 % of its middle.
const REACH_SIGMAS: f64 = 3.5;
/// Biweight limit in median absolute residuals (ISO 16610-71).
const BIWEIGHT_MADS: f32 = 4.4;
/// Below this sum of weights, as a share of a full neighbourhood, a mean says nothing and the sample stays missing.
const WEIGHT_MIN: f32 = 1e-3;

/// Why a surface cannot be filtered.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FilterError {
    /// The surface is too coarse for the filter.
    #[error("a cut-off of {:.1} um spans fewer than two samples of {:.1} um", cutoff.micrometres(), pitch.micrometres())]
    CutoffBelowNyquist {
        /// Cut-off asked for.
        cutoff: Metres,
        /// Distance between samples.
        pitch: Metres,
    },
}

/// Mean of the heights under a Gaussian of cut-off `cutoff`: what is longer than it.
///
/// - `surface`: heights in any unit, NaN where missing. Result: same shape, missing where `surface` is missing.
/// - A sinusoid of wavelength `cutoff` keeps 50 % of its amplitude. A missing sample carries no weight, so a hole does
///   not pull its neighbours down.
///
/// # Errors
/// [`FilterError::CutoffBelowNyquist`].
pub fn low_pass(surface: &Surface, cutoff: Metres) -> Result<Surface, FilterError> {
    let kernel = kernel(cutoff, surface.pitch)?;
    let weights = surface.heights.mapv(|height| if height.is_nan() { 0.0 } else { 1.0 });
    let heights = weighted_mean(&surface.heights, &weights, &kernel);
    Ok(Surface { heights, pitch: surface.pitch })
}

/// Takes off what is longer than `cutoff` by robust Gaussian regression of order 0 (ISO 16610-71).
///
/// The mean line is found `reweightings` times more after the first, each time with biweights that make samples far
/// from it (beyond 4.4 median absolute residuals) count for nothing: a deep scratch leaves no shoulders beside it.
///
/// # Errors
/// [`FilterError::CutoffBelowNyquist`].
pub fn robust_high_pass(surface: &Surface, cutoff: Metres, reweightings: usize) -> Result<Surface, FilterError> {
    let kernel = kernel(cutoff, surface.pitch)?;
    let heights = &surface.heights;
    let mut weights = heights.mapv(|height| if height.is_nan() { 0.0 } else { 1.0 });
    let mut residual = heights - &weighted_mean(heights, &weights, &kernel);
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
        residual = heights - &weighted_mean(heights, &weights, &kernel);
    }
    Ok(Surface { heights: residual, pitch: surface.pitch })
}

/// Half a Gaussian kernel, its middle first, the whole kernel summing to one.
fn kernel(cutoff: Metres, pitch: Metres) -> Result<Vec<f32>, FilterError> {
    let samples = cutoff.steps(pitch);
    if samples.is_nan() || samples < 2.0 {
        return Err(FilterError::CutoffBelowNyquist { cutoff, pitch });
    }
    let sigma = SIGMA_OF_CUTOFF * samples;
    let half: Vec<f64> =
        (0..=(REACH_SIGMAS * sigma).ceil() as usize).map(|step| (-0.5 * (step as f64 / sigma).powi(2)).exp()).collect();
    let sum = 2.0 * half.iter().sum::<f64>() - half[0];
    Ok(half.into_iter().map(|value| (value / sum) as f32).collect())
}

/// Normalised convolution: sum of kernel * weight * height over sum of kernel * weight; NaN where `heights` is.
fn weighted_mean(heights: &Array2<f32>, weights: &Array2<f32>, kernel: &[f32]) -> Array2<f32> {
    let mut sums = Array2::zeros(heights.dim());
    ndarray::Zip::from(&mut sums).and(heights).and(weights).for_each(|sum, &height, &weight| {
        *sum = if height.is_nan() { 0.0 } else { weight * height };
    });
    let sums = convolved(&sums, kernel);
    let mut mean = convolved(weights, kernel);
    ndarray::Zip::from(&mut mean).and(&sums).and(heights).for_each(|mean, &sum, &height| {
        *mean = if height.is_nan() || *mean < WEIGHT_MIN { f32::NAN } else { sum / *mean };
    });
    mean
}

/// Convolution with a symmetric separable kernel given by its half; nothing lies outside the grid. Each output is one
/// sum in a fixed order, written so that neighbouring outputs share a vector register.
fn convolved(grid: &Array2<f32>, half: &[f32]) -> Array2<f32> {
    let (rows, cols) = grid.dim();
    let reach = half.len() - 1;
    let mut across = Array2::<f32>::zeros((rows + 2 * reach, cols));
    let mut padded = vec![0.0_f32; cols + 2 * reach];
    for (row, line) in grid.rows().into_iter().enumerate() {
        for (to, from) in padded[reach..].iter_mut().zip(line) {
            *to = *from;
        }
        let mut out = across.row_mut(row + reach);
        if let Some(out) = out.as_slice_mut() {
            fold(out, half, |step| (&padded[reach - step..][..cols], &padded[reach + step..][..cols]));
        }
    }
    let flat = across.as_slice().unwrap_or_default();
    let mut down = Array2::<f32>::zeros((rows, cols));
    for (row, mut out) in down.rows_mut().into_iter().enumerate() {
        if let Some(out) = out.as_slice_mut() {
            let line = |row: usize| &flat[row * cols..][..cols];
            fold(out, half, |step| (line(row + reach - step), line(row + reach + step)));
        }
    }
    down
}

/// `out = half[0] * middle + sum over steps of half[step] * (before + after)`.
fn fold<'a>(out: &mut [f32], half: &[f32], lines: impl Fn(usize) -> (&'a [f32], &'a [f32])) {
    let (middle, _) = lines(0);
    for (sum, value) in out.iter_mut().zip(middle) {
        *sum = half[0] * value;
    }
    for (step, factor) in half.iter().enumerate().skip(1) {
        let (before, after) = lines(step);
        for ((sum, one), other) in out.iter_mut().zip(before).zip(after) {
            *sum += factor * (one + other);
        }
    }
}

/// Median of the absolute values of what is present; zero if nothing is.
fn median_absolute(residual: &Array2<f32>) -> f32 {
    let mut sizes: Vec<f32> = residual.iter().filter(|rest| !rest.is_nan()).map(|rest| rest.abs()).collect();
    if sizes.is_empty() {
        return 0.0;
    }
    let middle = sizes.len() / 2;
    *sizes.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    /// A wave of `length` micrometres along x, amplitude 1, sampled every 5 micrometres.
    fn wave(length: f64) -> Surface {
        let heights = Array2::from_shape_fn((120, 400), |(_, col)| {
            (std::f64::consts::TAU * col as f64 * 5.0 / length).sin() as f32
        });
        Surface { heights, pitch: um(5.0) }
    }

    /// Amplitude along the middle row, away from the borders, from the mean square.
    fn amplitude(surface: &Surface) -> f32 {
        let middle: Vec<f32> = (100..300).map(|col| surface.heights[[60, col]]).collect();
        (2.0 * middle.iter().map(|height| height * height).sum::<f32>() / middle.len() as f32).sqrt()
    }

    #[test]
    fn a_wave_at_the_cutoff_keeps_half_its_amplitude() {
        for length in [100.0, 250.0] {
            let low = amplitude(&low_pass(&wave(length), um(length)).unwrap()) / amplitude(&wave(length));
            let high = robust_high_pass(&wave(length), um(length), 0).unwrap();
            let high = amplitude(&high) / amplitude(&wave(length));
            assert!((low - 0.50).abs() < 0.005, "low-pass kept {low:.4}, ISO 16610-61 says 0.500");
            assert!((high - 0.50).abs() < 0.005, "high-pass kept {high:.4}, ISO 16610-61 says 0.500");
        }
    }

    #[test]
    fn waves_on_both_sides_of_the_cutoff_keep_what_the_gaussian_says() {
        for length in [80.0_f64, 125.0, 500.0] {
            let kept = amplitude(&robust_high_pass(&wave(length), um(250.0), 0).unwrap()) / amplitude(&wave(length));
            let theory = 1.0 - 0.5_f64.powf((250.0 / length).powi(2));
            assert!((f64::from(kept) - theory).abs() < 0.01, "{length} um: kept {kept:.4}, theory {theory:.4}");
        }
    }

    #[test]
    fn a_deep_scratch_leaves_no_shoulders() {
        let mut surface = wave(40.0);
        surface.heights.indexed_iter_mut().for_each(|((_, col), height)| {
            *height -= if (195..205).contains(&col) { 30.0 } else { 0.0 };
        });
        let beside = |filtered: &Surface| (206..214).map(|col| filtered.heights[[60, col]]).sum::<f32>() / 8.0;
        let plain = beside(&robust_high_pass(&surface, um(250.0), 0).unwrap());
        let robust = beside(&robust_high_pass(&surface, um(250.0), 2).unwrap());
        assert!(plain > 5.0, "the plain filter raises the shoulder by {plain}");
        assert!(robust.abs() < 0.3, "the robust filter by {robust}");
    }

    #[test]
    fn a_hole_neither_spreads_nor_pulls() {
        let mut surface = wave(2000.0);
        surface.heights.fill(7.0);
        for row in 50..70 {
            for col in 180..260 {
                surface.heights[[row, col]] = f32::NAN;
            }
        }
        let high = robust_high_pass(&surface, um(250.0), 2).unwrap();
        let missing = high.heights.iter().filter(|height| height.is_nan()).count();
        assert_eq!(missing, 20 * 80);
        let worst = high.heights.iter().filter(|height| !height.is_nan()).fold(0.0_f32, |worst, h| worst.max(h.abs()));
        assert!(worst < 1e-4, "a flat surface with a hole leaves {worst}");
    }

    #[test]
    fn a_cutoff_below_two_samples_is_refused() {
        let error = low_pass(&wave(100.0), um(9.0)).unwrap_err();
        assert_eq!(error.to_string(), "a cut-off of 9.0 um spans fewer than two samples of 5.0 um");
    }
}
