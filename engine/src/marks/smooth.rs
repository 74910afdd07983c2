//! Normalised Gaussian smoothing and slopes for region finding.
//!
//! Normalised convolution (Knutsson and Westin 1993): missing cells carry no weight and the weight present is returned as
//! coverage, so a caller decides what is filled and what stays a hole.

use super::field::Field;

/// A smoothed field and how much of each cell's neighbourhood was present.
pub(super) struct Smoothed {
    /// NaN where nothing lies within reach.
    pub(super) field: Field,
    /// 0 to 1, 0 outside the grid.
    pub(super) coverage: Vec<f32>,
}

/// Gaussian smoothing of standard deviation `sigma` micrometres, cut off at 3 sigma.
pub(super) fn gaussian(field: &Field, sigma: f64) -> Smoothed {
    let kernel = kernel(sigma / field.pitch);
    let mut heights: Vec<f32> = field.values.iter().map(|value| if value.is_nan() { 0.0 } else { *value }).collect();
    let mut coverage: Vec<f32> = field.values.iter().map(|value| f32::from(u8::from(!value.is_nan()))).collect();
    convolve(&mut heights, field.rows, field.cols, &kernel);
    convolve(&mut coverage, field.rows, field.cols, &kernel);
    for (height, weight) in heights.iter_mut().zip(&coverage) {
        *height = if *weight > 1e-3 { *height / weight } else { f32::NAN };
    }
    Smoothed { field: field.with(heights), coverage }
}

/// Half a kernel, the middle first; the whole sums to 1.
fn kernel(sigma_cells: f64) -> Vec<f32> {
    let reach = (3.0 * sigma_cells).ceil() as usize;
    let half: Vec<f64> = (0..=reach).map(|step| (-0.5 * (step as f64 / sigma_cells).powi(2)).exp()).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f64>();
    half.iter().map(|weight| (weight / sum) as f32).collect()
}

fn convolve(values: &mut [f32], rows: usize, cols: usize, kernel: &[f32]) {
    let mut across = vec![0.0_f32; values.len()];
    for row in 0..rows {
        let source = &values[row * cols..(row + 1) * cols];
        let target = &mut across[row * cols..(row + 1) * cols];
        add(target, source, kernel[0]);
        for (step, &weight) in kernel.iter().enumerate().skip(1).take(cols.saturating_sub(1)) {
            add(&mut target[step..], &source[..cols - step], weight);
            add(&mut target[..cols - step], &source[step..], weight);
        }
    }
    values.fill(0.0);
    for row in 0..rows {
        let target = &mut values[row * cols..(row + 1) * cols];
        for (step, &weight) in kernel.iter().enumerate() {
            if row >= step {
                add(target, &across[(row - step) * cols..(row - step + 1) * cols], weight);
            }
            if step > 0 && row + step < rows {
                add(target, &across[(row + step) * cols..(row + step + 1) * cols], weight);
            }
        }
    }
}

fn add(target: &mut [f32], source: &[f32], weight: f32) {
    for (sum, value) in target.iter_mut().zip(source) {
        *sum += weight * value;
    }
}

/// Central differences in micrometres per micrometre along x and y; NaN at the border and beside missing cells.
pub(super) fn gradient(field: &Field) -> (Vec<f32>, Vec<f32>) {
    let (rows, cols) = (field.rows, field.cols);
    let mut along_x = vec![f32::NAN; field.values.len()];
    let mut along_y = vec![f32::NAN; field.values.len()];
    let scale = (0.5 / field.pitch) as f32;
    for row in 1..rows.saturating_sub(1) {
        for col in 1..cols.saturating_sub(1) {
            let place = row * cols + col;
            along_x[place] = (field.values[place + 1] - field.values[place - 1]) * scale;
            along_y[place] = (field.values[place + cols] - field.values[place - cols]) * scale;
        }
    }
    (along_x, along_y)
}
