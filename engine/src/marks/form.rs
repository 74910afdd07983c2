//! The form of the primer: a robust quadratic surface, taken off before edges are looked for.

use super::field::{Field, MAD_TO_SIGMA, median};
use super::normal::NormalEquations;

/// Reweightings of the fit.
const STEPS: usize = 6;
/// Most cells a fit looks at; beyond that every n-th, which moves the form by less than a nanometre.
const CELLS_MAX: usize = 12_000;

/// z = c0 + c1 u + c2 v + c3 u^2 + c4 u v + c5 v^2 with u, v in millimetres about a point; z in micrometres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    x: f64,
    y: f64,
    coefficients: [f64; 6],
    /// Robust standard deviation of the residuals, micrometres.
    pub(super) sigma: f32,
}

impl Form {
    /// Fits the present cells among `cells`, with weights (1 + (residual / 2 sigma)^2)^-2 (`docs/method.md` section 2).
    /// `None` if they are fewer than 50 or lie on a line.
    pub(super) fn fit(field: &Field, cells: &[bool]) -> Option<Form> {
        let present: Vec<usize> = (0..cells.len()).filter(|&i| cells[i] && !field.values[i].is_nan()).collect();
        if present.len() < 50 {
            return None;
        }
        let stride = present.len().div_ceil(CELLS_MAX);
        let sample: Vec<usize> = present.into_iter().step_by(stride).collect();
        let (x, y) = field.position(sample[sample.len() / 2]);
        let mut form = Form { x, y, coefficients: [0.0; 6], sigma: f32::INFINITY };
        for _ in 0..STEPS {
            let mut normal = NormalEquations::<6>::new();
            for &place in &sample {
                let row = form.row(field.position(place));
                let height = f64::from(field.values[place]);
                let weight = if form.sigma.is_finite() {
                    let excess = (height - form.height(&row)) / (2.0 * f64::from(form.sigma));
                    (1.0 + excess * excess).powi(-2)
                } else {
                    1.0
                };
                normal.add(&row, height, weight);
            }
            form.coefficients = normal.solve()?;
            let residuals = sample.iter().map(|&place| form.residual(field, place).abs());
            form.sigma = (MAD_TO_SIGMA * median(residuals)?).max(1e-3);
        }
        Some(form)
    }
    /// Height over the form at a cell, NaN where missing.
    pub(super) fn residual(&self, field: &Field, place: usize) -> f32 {
        let row = self.row(field.position(place));
        (f64::from(field.values[place]) - self.height(&row)) as f32
    }
    /// The field with the form taken off.
    pub(super) fn removed(&self, field: &Field) -> Field {
        field.with((0..field.values.len()).map(|place| self.residual(field, place)).collect())
    }
    fn row(&self, (x, y): (f64, f64)) -> [f64; 6] {
        let (u, v) = ((x - self.x) * 1e-3, (y - self.y) * 1e-3);
        [1.0, u, v, u * u, u * v, v * v]
    }
    fn height(&self, row: &[f64; 6]) -> f64 {
        row.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum()
    }
}
