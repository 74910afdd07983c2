//! Resampling by area averaging: the first step of every preparation, and the only one that changes the grid.
//!
//! Every output cell is the mean of the input cells it covers, weighted by the area they share. A missing sample carries
//! no weight, and a cell is missing unless more than half of it is covered (`docs/method.md` section 2): a drop-out neither
//! pulls its neighbours nor is filled. Sums run in a fixed order, so the same input gives the same bytes.

use super::Surface;
use crate::units::Metres;
use ndarray::Array2;

/// Share of an output cell that must be covered by present samples.
const COVERAGE_MIN: f32 = 0.5;

/// Averages heights on a rectangular grid into square cells of `pitch`.
///
/// - `heights`: `(rows, cols)` in metres, NaN where missing, columns `pitch_x` and rows `pitch_y` apart.
/// - Result: cell `(0, 0)` begins at the outer edge of sample `(0, 0)`, so result sample `(0, 0)` sits at
///   `((pitch - pitch_x) / 2, (pitch - pitch_y) / 2)` in the frame of the input. A last cell that would lie mostly
///   outside the input is left out. Equal pitches return the input unchanged.
/// - A whole multiple averages blocks; any other ratio shares border samples by area. A `pitch` finer than the input's
///   repeats samples: it adds no detail.
pub fn area_average(heights: &Array2<f32>, pitch_x: Metres, pitch_y: Metres, pitch: Metres) -> Surface {
    let (rows, cols) = heights.dim();
    let across = Cells::new(cols, pitch.steps(pitch_x));
    let down = Cells::new(rows, pitch.steps(pitch_y));
    let mut sums = vec![0.0_f32; down.count() * across.count()];
    let mut weights = vec![0.0_f32; down.count() * across.count()];
    let mut row_sums = vec![0.0_f32; across.count()];
    let mut row_weights = vec![0.0_f32; across.count()];
    let mut folded: Option<usize> = None;
    for cell in 0..down.count() {
        for share in down.shares(cell) {
            if folded != Some(share.sample) {
                fold_row(heights, share.sample, &across, &mut row_sums, &mut row_weights);
                folded = Some(share.sample);
            }
            let start = cell * across.count();
            for place in 0..across.count() {
                sums[start + place] += share.weight * row_sums[place];
                weights[start + place] += share.weight * row_weights[place];
            }
        }
    }
    let averaged = Array2::from_shape_fn((down.count(), across.count()), |(row, col)| {
        let place = row * across.count() + col;
        if weights[place] > COVERAGE_MIN { sums[place] / weights[place] } else { f32::NAN }
    });
    Surface { heights: averaged, pitch }
}

/// Height between samples, at fractional row and column: bilinear over the present ones of its four neighbours, NaN where
/// these carry less than half of the weight or outside the grid.
pub fn bilinear(heights: &Array2<f32>, row: f64, col: f64) -> f32 {
    let (rows, cols) = heights.dim();
    if !(row >= 0.0 && col >= 0.0 && row < rows as f64 - 1.0 && col < cols as f64 - 1.0) {
        return f32::NAN;
    }
    let (top, left) = (row as usize, col as usize);
    let (down, right) = ((row - top as f64) as f32, (col - left as f64) as f32);
    let corners = [
        ((top, left), (1.0 - down) * (1.0 - right)),
        ((top, left + 1), (1.0 - down) * right),
        ((top + 1, left), down * (1.0 - right)),
        ((top + 1, left + 1), down * right),
    ];
    let (mut sum, mut weight) = (0.0, 0.0);
    for (at, share) in corners {
        if !heights[at].is_nan() {
            sum += share * heights[at];
            weight += share;
        }
    }
    if weight >= 0.5 { sum / weight } else { f32::NAN }
}

/// The same cells as [`area_average`], each read between the samples: for a `pitch` finer than the input's, where averages
/// would repeat samples as steps.
pub fn interpolated(heights: &Array2<f32>, pitch_x: Metres, pitch_y: Metres, pitch: Metres) -> Surface {
    let (rows, cols) = heights.dim();
    let (across, down) = (Cells::new(cols, pitch.steps(pitch_x)), Cells::new(rows, pitch.steps(pitch_y)));
    let place = |cell: usize, step: f64| (cell as f64 + 0.5) * step - 0.5;
    let read = |(row, col)| bilinear(heights, place(row, pitch.steps(pitch_y)), place(col, pitch.steps(pitch_x)));
    Surface { heights: Array2::from_shape_fn((down.count(), across.count()), read), pitch }
}

/// Averages one input row into the output's columns: weighted sums and the weight present.
fn fold_row(heights: &Array2<f32>, row: usize, across: &Cells, sums: &mut [f32], weights: &mut [f32]) {
    let samples = heights.row(row);
    for cell in 0..across.count() {
        let (mut sum, mut weight) = (0.0, 0.0);
        for share in across.shares(cell) {
            let height = samples[share.sample];
            if !height.is_nan() {
                sum += share.weight * height;
                weight += share.weight;
            }
        }
        sums[cell] = sum;
        weights[cell] = weight;
    }
}

/// The part of a cell, 0 to 1, that one input sample fills.
struct Share {
    sample: usize,
    weight: f32,
}

/// The output cells along one axis and the input samples under each.
struct Cells {
    shares: Vec<Share>,
    starts: Vec<usize>,
}

impl Cells {
    /// `samples` inputs, `ratio` of them a cell.
    fn new(samples: usize, ratio: f64) -> Self {
        let mut cells = Self { shares: Vec::new(), starts: vec![0] };
        if samples == 0 || ratio.is_nan() || ratio <= 0.0 {
            return cells;
        }
        // A sliver of rounding must not cost the last whole cell, nor add an empty one.
        let count = (samples as f64 / ratio + 0.5 - 1e-6).floor() as usize;
        for cell in 0..count.max(1) {
            let (from, to) = (cell as f64 * ratio, (cell + 1) as f64 * ratio);
            let last = ((to - 1e-9).floor() as usize).min(samples - 1);
            for sample in (from + 1e-9).floor() as usize..=last {
                let shared = (to.min(sample as f64 + 1.0) - from.max(sample as f64)).max(0.0);
                cells.shares.push(Share { sample, weight: (shared / ratio) as f32 });
            }
            cells.starts.push(cells.shares.len());
        }
        cells
    }
    fn count(&self) -> usize {
        self.starts.len() - 1
    }
    fn shares(&self, cell: usize) -> &[Share] {
        &self.shares[self.starts[cell]..self.starts[cell + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::um;

    #[test]
    fn a_ramp_keeps_its_slope_at_any_ratio() {
        let ramp = Array2::from_shape_fn((90, 120), |(row, col)| 2.0 * col as f32 - 3.0 * row as f32);
        for micrometres in [2.0, 2.5, 3.7, 1.0] {
            let coarse = area_average(&ramp, um(1.0), um(1.0), um(micrometres));
            let (right, down) = (coarse.heights[[7, 27]], coarse.heights[[19, 7]]);
            let slope = f64::from(right - coarse.heights[[7, 7]]) / 20.0 / micrometres;
            assert!((slope - 2.0).abs() < 0.02, "{micrometres} um: slope {slope} across");
            let slope = f64::from(down - coarse.heights[[7, 7]]) / 12.0 / micrometres;
            assert!((slope + 3.0).abs() < 0.03, "{micrometres} um: slope {slope} down");
        }
    }

    #[test]
    fn a_cell_half_covered_is_missing_and_one_three_quarters_covered_is_the_mean_of_its_samples() {
        let mut heights = Array2::from_elem((4, 4), 1.0_f32);
        heights[[0, 0]] = f32::NAN;
        heights[[0, 1]] = f32::NAN;
        heights[[0, 2]] = f32::NAN;
        heights[[1, 3]] = 4.0;
        let coarse = area_average(&heights, um(6.25), um(6.25), um(12.5));
        assert_eq!(coarse.heights.dim(), (2, 2));
        assert!(coarse.heights[[0, 0]].is_nan(), "half covered");
        assert!((coarse.heights[[0, 1]] - 2.0).abs() < 1e-6, "(1 + 1 + 4) / 3, got {}", coarse.heights[[0, 1]]);
    }

    #[test]
    fn equal_pitch_changes_nothing_and_unequal_axes_become_square() {
        let heights = Array2::from_shape_fn((30, 40), |(row, col)| (row * 40 + col) as f32);
        assert_eq!(area_average(&heights, um(12.5), um(12.5), um(12.5)).heights, heights);
        assert_eq!(area_average(&heights, um(12.5), um(6.25), um(12.5)).heights.dim(), (15, 40));
    }

    #[test]
    fn between_samples_a_plane_stays_a_plane_and_a_hole_carries_no_weight() {
        let mut plane = Array2::from_shape_fn((9, 9), |(row, col)| 3.0 * row as f32 + 2.0 * col as f32);
        assert!((bilinear(&plane, 2.25, 4.5) - 15.75).abs() < 1e-5);
        plane[[3, 5]] = f32::NAN;
        assert!(bilinear(&plane, 2.25, 4.5) < 15.75, "the highest neighbour is missing");
        assert!(bilinear(&plane, 2.9, 4.9).is_nan() && bilinear(&plane, 8.5, 1.0).is_nan());
    }

    #[test]
    fn a_slope_read_on_a_grid_three_times_finer_stays_a_slope() {
        let slope = Array2::from_shape_fn((20, 30), |(row, col)| (2 * row + 3 * col) as f32);
        let fine = interpolated(&slope, um(6.0), um(6.0), um(2.0));
        assert_eq!(fine.heights.dim(), (60, 90));
        // Fine sample 31 lies at (31.5 * 2 - 3) / 6 = 10 samples, and 46 at 15.
        assert!((fine.heights[[31, 46]] - 65.0).abs() < 1e-4);
        assert!((fine.heights[[31, 47]] - fine.heights[[31, 46]] - 1.0).abs() < 1e-4);
    }
}
