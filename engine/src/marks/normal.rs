//! Normal equations of the small least-squares fits behind regions: at most six unknowns, dense, double precision.

/// Sums of a weighted linear least-squares problem with `N` unknowns.
#[derive(Clone, Copy, Debug)]
pub(super) struct NormalEquations<const N: usize> {
    matrix: [[f64; N]; N],
    right: [f64; N],
}

impl<const N: usize> NormalEquations<N> {
    /// No observation yet.
    pub(super) fn new() -> Self {
        Self { matrix: [[0.0; N]; N], right: [0.0; N] }
    }
    /// Adds one observation: `row . unknowns = value`, counted `weight` times.
    pub(super) fn add(&mut self, row: &[f64; N], value: f64, weight: f64) {
        for i in 0..N {
            let scaled = weight * row[i];
            self.right[i] += scaled * value;
            for (sum, factor) in self.matrix[i].iter_mut().zip(row) {
                *sum += scaled * factor;
            }
        }
    }
    /// The unknowns, or `None` if the observations do not determine them (Gaussian elimination, partial pivoting).
    pub(super) fn solve(&self) -> Option<[f64; N]> {
        let mut a = self.matrix;
        let mut b = self.right;
        for column in 0..N {
            let pivot = (column..N).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()))?;
            if a[pivot][column].is_nan() || a[pivot][column].abs() < 1e-12 * (self.matrix[column][column].abs() + 1e-30)
            {
                return None;
            }
            a.swap(column, pivot);
            b.swap(column, pivot);
            for row in column + 1..N {
                let factor = a[row][column] / a[column][column];
                let known = a[column];
                for (value, pivot) in a[row].iter_mut().zip(known).skip(column) {
                    *value -= factor * pivot;
                }
                b[row] -= factor * b[column];
            }
        }
        for row in (0..N).rev() {
            let known: f64 = (row + 1..N).map(|j| a[row][j] * b[j]).sum();
            b[row] = (b[row] - known) / a[row][row];
        }
        b.iter().all(|value| value.is_finite()).then_some(b)
    }
}
