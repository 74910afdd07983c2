//! One profile out of many rows: rows that agree with the rest carry it, rows that do not are left out.

use super::angle::central;
use super::filter::median;
use ndarray::Array2;

/// Rounds of weighting rows by their agreement with the weighted mean.
const ROUNDS: usize = 4;
/// Share of a row's samples that must be present.
const PRESENT_MIN: f64 = 0.5;
/// Share of the rows, those that agree least, that is left out: from a half to nine tenths bring lands together across
/// instruments (lowest vote .43 to .57), three tenths do not (.33; `docs/striae.md`, section 1).
const WORST: f64 = 0.6;
/// Samples further from their column's median than this many median absolute deviations are left out.
const REJECT_MADS: f32 = 3.0;
/// Share of the rows in use that a column must have.
const COLUMN_MIN: f64 = 0.4;
/// Rows of one block when the rows are split into two halves: 50 um.
const HALF_BLOCK: usize = 25;

/// How much every row counts: its squared correlation with the weighted mean of all, zero for the worst.
///
/// `rows`: high-passed and upright, NaN where missing. Correlations use the central part of the width only.
pub(super) fn row_weights(rows: &Array2<f32>) -> Vec<f32> {
    let middle = central(rows.ncols());
    let usable: Vec<bool> = rows
        .rows()
        .into_iter()
        .map(|row| {
            let present = row.iter().skip(middle.start).take(middle.len()).filter(|height| !height.is_nan()).count();
            present as f64 >= PRESENT_MIN * middle.len() as f64
        })
        .collect();
    let mut weights: Vec<f32> = usable.iter().map(|&usable| f32::from(u8::from(usable))).collect();
    for _ in 0..ROUNDS {
        let consensus = mean(rows, &weights);
        for (row, (weight, usable)) in weights.iter_mut().zip(&usable).enumerate() {
            let own = rows.row(row);
            *weight = match own.as_slice() {
                Some(own) if *usable => pearson(&own[middle.clone()], &consensus[middle.clone()]).max(0.0).powi(2),
                _ => 0.0,
            };
        }
    }
    let mut order: Vec<usize> = (0..usable.len()).filter(|&row| usable[row]).collect();
    order.sort_by(|&a, &b| weights[a].total_cmp(&weights[b]).then(a.cmp(&b)));
    for &row in &order[..(WORST * order.len() as f64) as usize] {
        weights[row] = 0.0;
    }
    weights
}

/// Weighted mean of the rows, column by column; NaN where nothing weighs.
pub(super) fn mean(rows: &Array2<f32>, weights: &[f32]) -> Vec<f32> {
    let cols = rows.ncols();
    let (mut sums, mut totals) = (vec![0.0_f32; cols], vec![0.0_f32; cols]);
    for (row, &weight) in rows.rows().into_iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        for ((sum, total), height) in sums.iter_mut().zip(&mut totals).zip(row) {
            let present = !height.is_nan();
            *sum += if present { weight * height } else { 0.0 };
            *total += if present { weight } else { 0.0 };
        }
    }
    sums.iter().zip(&totals).map(|(sum, total)| if *total > 0.0 { sum / total } else { f32::NAN }).collect()
}

/// The weighted means of two halves of the rows, in alternating blocks, so that both see the whole length of the striae.
pub(super) fn halves(rows: &Array2<f32>, weights: &[f32]) -> [Vec<f32>; 2] {
    [0, 1].map(|half| {
        let kept: Vec<f32> = weights
            .iter()
            .enumerate()
            .map(|(row, weight)| if row / HALF_BLOCK % 2 == half { *weight } else { 0.0 })
            .collect();
        mean(rows, &kept)
    })
}

/// Correlation of two lines over the samples that both have; 0 where either does not vary.
pub(super) fn pearson(a: &[f32], b: &[f32]) -> f32 {
    let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0.0_f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (&a, &b) in a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan()) {
        let (a, b) = (f64::from(a), f64::from(b));
        n += 1.0;
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    let scale = ((n * xx - x * x) * (n * yy - y * y)).sqrt();
    if scale > 0.0 { ((n * xy - x * y) / scale) as f32 } else { 0.0 }
}

/// The mean profile of the rows that weigh, unfiltered.
///
/// Every row is first moved up or down to lie on the median profile; then each column averages the rows within 3 median
/// absolute deviations of its median. A column needs 40 % of the rows. NaN where it has fewer.
pub(super) fn profile(rows: &Array2<f32>, weights: &[f32]) -> Vec<f32> {
    let used: Vec<usize> = (0..rows.nrows()).filter(|&row| weights[row] > 0.0).collect();
    let cols = rows.ncols();
    let needed = (COLUMN_MIN * used.len() as f64).ceil().max(1.0) as usize;
    let mut column = Vec::with_capacity(used.len());
    let first: Vec<f32> = (0..cols)
        .map(|col| {
            column.clear();
            column.extend(used.iter().map(|&row| rows[[row, col]]).filter(|height| !height.is_nan()));
            if column.len() < needed { f32::NAN } else { median(&mut column).unwrap_or(f32::NAN) }
        })
        .collect();
    let mut differences = Vec::with_capacity(cols);
    let offsets: Vec<f32> = used
        .iter()
        .map(|&row| {
            differences.clear();
            differences.extend(rows.row(row).iter().zip(&first).map(|(a, b)| a - b).filter(|rest| !rest.is_nan()));
            median(&mut differences).unwrap_or(0.0)
        })
        .collect();
    (0..cols)
        .map(|col| {
            column.clear();
            let levelled = used.iter().zip(&offsets).map(|(&row, offset)| rows[[row, col]] - offset);
            column.extend(levelled.filter(|height| !height.is_nan()));
            if column.len() < needed { f32::NAN } else { mean_within(&mut column) }
        })
        .collect()
}

/// Mean of the values within [`REJECT_MADS`] of their median.
fn mean_within(values: &mut [f32]) -> f32 {
    let Some(middle) = median(values) else { return f32::NAN };
    let mut sizes: Vec<f32> = values.iter().map(|value| (value - middle).abs()).collect();
    let limit = REJECT_MADS * median(&mut sizes).unwrap_or(0.0);
    // Differences to the median, summed in double: the order in which a selection leaves the values may not matter.
    let (sum, count) = values
        .iter()
        .map(|value| value - middle)
        .filter(|rest| rest.abs() <= limit)
        .fold((0.0_f64, 0), |(sum, count), rest| (sum + f64::from(rest), count + 1));
    middle + (sum / f64::from(count.max(1))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_dirt_do_not_reach_the_profile() {
        let striae = |col: usize| (col as f32 * 0.7).sin() + (col as f32 * 0.31).cos();
        let noise =
            |row: usize, col: usize| ((row * 7919 + col * 104_729 + row * col * 31) % 2003) as f32 / 1001.5 - 1.0;
        let dirty = |row: usize| row.is_multiple_of(5);
        let rows = Array2::from_shape_fn((100, 400), |(row, col)| {
            if dirty(row) { 3.0 * noise(row, col) } else { striae(col) + 0.3 * noise(row, col) + row as f32 }
        });
        let levelled = Array2::from_shape_fn((100, 400), |(row, col)| {
            rows[[row, col]] - if dirty(row) { 0.0 } else { row as f32 }
        });
        let weights = row_weights(&levelled);
        assert!((0..100).filter(|&row| dirty(row)).all(|row| weights[row] == 0.0));
        let truth: Vec<f32> = (0..400).map(striae).collect();
        let agreement = pearson(&profile(&rows, &weights), &truth);
        assert!(agreement > 0.995, "agreement {agreement}");
    }
}
