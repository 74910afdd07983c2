//! A grid of micrometres for region finding: heights relative to their median, NaN where missing.
//!
//! Region finding works in micrometres throughout, so its constants read as in `docs/method.md` section 2. Sample `(row, col)` sits
//! at `x = col * pitch`, `y = row * pitch`, as on a [`Surface`].

use crate::surface::Surface;
use crate::units::Metres;
use ndarray::Array2;

/// A cell that stands out by this many robust sigma from the median of its 3 x 3 is a spike.
const SPIKE_SIGMAS: f32 = 15.0;
/// Every so many-th cell is enough for their spread.
const SPIKE_SAMPLED: usize = 7;
/// From the median absolute deviation to the standard deviation of a normal distribution.
pub(super) const MAD_TO_SIGMA: f32 = 1.4826;

/// Micrometres on a square grid.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// Micrometres between neighbours.
    pub(super) pitch: f64,
    /// Row by row.
    pub(super) values: Vec<f32>,
}

impl Field {
    /// The surface in micrometres about its median, spikes made missing (`docs/method.md` section 2).
    pub(super) fn of(surface: &Surface) -> Self {
        let (rows, cols) = surface.heights.dim();
        let mut values: Vec<f32> = surface.heights.iter().map(|height| height * 1e6).collect();
        let datum = median(values.iter().copied()).unwrap_or(0.0);
        for value in &mut values {
            *value = if value.is_finite() { *value - datum } else { f32::NAN };
        }
        let mut field = Self { rows, cols, pitch: surface.pitch.micrometres(), values };
        field.drop_spikes();
        field
    }
    /// Same grid, other values.
    pub(super) fn with(&self, values: Vec<f32>) -> Self {
        Self { rows: self.rows, cols: self.cols, pitch: self.pitch, values }
    }
    /// The cell that holds a point in micrometres, if it is on the grid.
    pub(super) fn cell(&self, x: f64, y: f64) -> Option<usize> {
        let (col, row) = (x / self.pitch + 0.5, y / self.pitch + 0.5);
        (col >= 0.0 && row >= 0.0 && col < self.cols as f64 && row < self.rows as f64)
            .then(|| row as usize * self.cols + col as usize)
    }
    /// Bilinear value at a point in micrometres; NaN outside or beside a missing value.
    pub(super) fn at(&self, x: f64, y: f64) -> f32 {
        let (col, row) = (x / self.pitch, y / self.pitch);
        if col < 0.0 || row < 0.0 || col >= (self.cols - 1) as f64 || row >= (self.rows - 1) as f64 {
            return f32::NAN;
        }
        let (left, top) = (col as usize, row as usize);
        let (u, v) = ((col - left as f64) as f32, (row - top as f64) as f32);
        let place = top * self.cols + left;
        let upper = self.values[place] * (1.0 - u) + self.values[place + 1] * u;
        let lower = self.values[place + self.cols] * (1.0 - u) + self.values[place + self.cols + 1] * u;
        upper * (1.0 - v) + lower * v
    }
    /// Position of a cell in micrometres.
    pub(super) fn position(&self, place: usize) -> (f64, f64) {
        ((place % self.cols) as f64 * self.pitch, (place / self.cols) as f64 * self.pitch)
    }
    /// Square millimetres of one cell.
    pub(super) fn cell_mm2(&self) -> f64 {
        self.pitch * self.pitch * 1e-6
    }
    /// In metres.
    pub(super) fn surface(&self) -> Surface {
        let heights =
            Array2::from_shape_fn((self.rows, self.cols), |(row, col)| self.values[row * self.cols + col] * 1e-6);
        Surface { heights, pitch: Metres::from_micrometres(self.pitch) }
    }
    /// A mask of this grid as an array.
    pub(super) fn mask(&self, cells: &[bool]) -> Array2<bool> {
        Array2::from_shape_fn((self.rows, self.cols), |(row, col)| cells[row * self.cols + col])
    }

    fn drop_spikes(&mut self) {
        let sample = (0..self.values.len()).step_by(SPIKE_SAMPLED).map(|place| self.departure(place).abs());
        let Some(spread) = median(sample) else { return };
        let limit = SPIKE_SIGMAS * MAD_TO_SIGMA * spread;
        if limit <= 0.0 {
            return;
        }
        // Where the 3 x 3 spans less than the limit nothing can stand out by it.
        let (low, high) = (self.around(f32::min), self.around(f32::max));
        let spikes: Vec<usize> = (0..self.values.len())
            .filter(|&place| high[place] - low[place] > limit && self.departure(place).abs() > limit)
            .collect();
        for place in spikes {
            self.values[place] = f32::NAN;
        }
    }
    /// Height over the median of the present cells of the 3 x 3 about it; NaN where missing.
    fn departure(&self, place: usize) -> f32 {
        let (row, col) = (place / self.cols, place % self.cols);
        if self.values[place].is_nan() {
            return f32::NAN;
        }
        let mut around = [0.0_f32; 9];
        let mut count = 0;
        for near_row in row.saturating_sub(1)..(row + 2).min(self.rows) {
            let start = near_row * self.cols;
            for &value in &self.values[start + col.saturating_sub(1)..start + (col + 2).min(self.cols)] {
                if !value.is_nan() {
                    around[count] = value;
                    count += 1;
                }
            }
        }
        let (_, middle, _) = around[..count].select_nth_unstable_by(count / 2, f32::total_cmp);
        self.values[place] - *middle
    }
    /// The lowest or highest of the 3 x 3 about each cell; missing cells do not count.
    fn around(&self, pick: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let (rows, cols) = (self.rows, self.cols);
        let mut across = self.values.clone();
        for (target, source) in across.chunks_mut(cols).zip(self.values.chunks(cols)) {
            for col in 1..cols {
                target[col] = pick(target[col], source[col - 1]);
                target[col - 1] = pick(target[col - 1], source[col]);
            }
        }
        let mut result = across.clone();
        for row in 1..rows {
            for col in 0..cols {
                let (above, here) = ((row - 1) * cols + col, row * cols + col);
                result[here] = pick(result[here], across[above]);
                result[above] = pick(result[above], across[here]);
            }
        }
        result
    }
}

/// Median of the values that are not NaN (the upper one of an even count).
pub(super) fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    quantile(values, 0.5)
}

/// The value at `share` (0 to 1) of the sorted values that are not NaN.
pub(super) fn quantile(values: impl Iterator<Item = f32>, share: f64) -> Option<f32> {
    let mut present: Vec<f32> = values.filter(|value| !value.is_nan()).collect();
    if present.is_empty() {
        return None;
    }
    let place = ((present.len() as f64 * share) as usize).min(present.len() - 1);
    Some(*present.select_nth_unstable_by(place, f32::total_cmp).1)
}
