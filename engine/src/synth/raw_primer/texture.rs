//! A random field in place of breech-face texture: three scales of isotropic relief and parallel striae.

use crate::synth::dice::Dice;
use ndarray::Array2;

/// Standard deviations of the smoothings, cells of 12.5 um, and their share of the variance. Wavelengths of about 90 to
/// 600 um, where processed breech faces have their power.
const SCALES: [(f64, f64); 3] = [(1.5, 0.30), (3.5, 0.35), (7.0, 0.35)];

/// Relief of unit standard deviation.
pub(super) fn field(dice: &mut Dice, (rows, cols): (usize, usize)) -> Array2<f32> {
    let mut sum = Array2::<f32>::zeros((rows, cols));
    for (sigma, share) in SCALES {
        let mut noise = Array2::from_shape_simple_fn((rows, cols), || dice.within(-1.0, 1.0) as f32);
        smooth(&mut noise, sigma);
        let rms = (noise.iter().map(|value| value * value).sum::<f32>() / noise.len() as f32).sqrt();
        sum.scaled_add(share.sqrt() as f32 / rms.max(1e-9), &noise);
    }
    let striae = dice.within(0.0, 0.8);
    let profile = profile(dice, rows + cols + 8);
    let (sin, cos) = dice.turn().sin_cos();
    for ((row, col), value) in sum.indexed_iter_mut() {
        let across = (row as f64 - rows as f64 / 2.0) * cos + (col as f64 - cols as f64 / 2.0) * sin;
        let place = across + profile.len() as f64 / 2.0;
        let (whole, part) = (place as usize, (place.fract()) as f32);
        let stria = profile[whole] * (1.0 - part) + profile[whole + 1] * part;
        *value = *value * (1.0 - striae).sqrt() as f32 + stria * striae.sqrt() as f32;
    }
    sum
}

/// A random line of unit standard deviation.
fn profile(dice: &mut Dice, length: usize) -> Vec<f32> {
    let mut line = Array2::from_shape_simple_fn((1, length), || dice.within(-1.0, 1.0) as f32);
    smooth(&mut line, 2.0);
    let rms = (line.iter().map(|value| value * value).sum::<f32>() / length as f32).sqrt();
    line.iter().map(|value| value / rms.max(1e-9)).collect()
}

/// Gaussian smoothing by three running means (the central limit theorem), borders wrapped.
fn smooth(cells: &mut Array2<f32>, sigma: f64) {
    let half = (((12.0 * sigma * sigma / 3.0 + 1.0).sqrt() - 1.0) / 2.0).round().max(1.0) as usize;
    let mut line = Vec::new();
    for _ in 0..3 {
        for mut row in cells.rows_mut() {
            running_mean(&mut row, half, &mut line);
        }
        if cells.nrows() > 1 {
            for mut col in cells.columns_mut() {
                running_mean(&mut col, half, &mut line);
            }
        }
    }
}

fn running_mean(values: &mut ndarray::ArrayViewMut1<f32>, half: usize, line: &mut Vec<f32>) {
    let count = values.len();
    line.clear();
    line.extend(values.iter());
    let width = 2 * half + 1;
    let mut sum: f64 = (0..width).map(|step| f64::from(line[(step + count * width - half) % count])).sum();
    for place in 0..count {
        values[place] = (sum / width as f64) as f32;
        sum += f64::from(line[(place + half + 1) % count]) - f64::from(line[(place + count * width - half) % count]);
    }
}
