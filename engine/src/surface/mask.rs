//! Making samples missing: what lies at a border, and what hangs together with too little.

use ndarray::Array2;

/// Makes every sample missing that touches a missing one, or the border of the grid, along a row or column: the mask
/// shrinks by one sample.
pub fn erode(heights: &mut Array2<f32>) {
    let (rows, cols) = heights.dim();
    let before = heights.mapv(|height| height.is_nan());
    heights.indexed_iter_mut().for_each(|((row, col), height)| {
        let border = row == 0 || col == 0 || row + 1 == rows || col + 1 == cols;
        if border
            || before[[row - 1, col]]
            || before[[row + 1, col]]
            || before[[row, col - 1]]
            || before[[row, col + 1]]
        {
            *height = f32::NAN;
        }
    });
}

/// Makes every patch of fewer than `samples` samples missing; samples hang together along rows and columns.
pub fn drop_patches(heights: &mut Array2<f32>, samples: usize) {
    let (rows, cols) = heights.dim();
    let mut seen = heights.mapv(|height| height.is_nan());
    let mut patch = Vec::new();
    for start in 0..rows * cols {
        if seen[[start / cols, start % cols]] {
            continue;
        }
        patch.clear();
        patch.push(start);
        seen[[start / cols, start % cols]] = true;
        let mut next = 0;
        while next < patch.len() {
            let (row, col) = (patch[next] / cols, patch[next] % cols);
            next += 1;
            let mut visit = |row: usize, col: usize| {
                if !seen[[row, col]] {
                    seen[[row, col]] = true;
                    patch.push(row * cols + col);
                }
            };
            if row > 0 {
                visit(row - 1, col);
            }
            if row + 1 < rows {
                visit(row + 1, col);
            }
            if col > 0 {
                visit(row, col - 1);
            }
            if col + 1 < cols {
                visit(row, col + 1);
            }
        }
        if patch.len() < samples {
            for place in &patch {
                heights[[place / cols, place % cols]] = f32::NAN;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_shrinks_by_one_sample_and_a_speck_goes() {
        let mut heights = Array2::from_shape_fn((41, 61), |(row, col)| {
            let disc = (row as f32 - 20.0).hypot(col as f32 - 20.0) < 15.0;
            let speck = (18..22).contains(&row) && (50..54).contains(&col);
            if disc || speck { 1.0 } else { f32::NAN }
        });
        drop_patches(&mut heights, 17);
        assert!(heights[[20, 52]].is_nan(), "16 samples are fewer than 17");
        assert_eq!((heights[[20, 34]], heights[[20, 6]]), (1.0, 1.0));
        erode(&mut heights);
        assert!(heights[[20, 34]].is_nan() && heights[[20, 6]].is_nan());
        assert_eq!((heights[[20, 33]], heights[[20, 7]]), (1.0, 1.0));
    }
}
