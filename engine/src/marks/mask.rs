//! Step 7: the part of the annulus that bears the mark.

use super::cells::{components, eroded, opened};
use super::circle::Round;
use super::ellipse::Curve;
use super::field::Field;
use super::outer::Levelled;

/// Distance kept from the aperture's edge and from the outer circle, micrometres: the compromise of `docs/method.md` section 2.
const FROM_APERTURE: f64 = 75.0;
const FROM_RIM: f64 = 60.0;
/// Within the larger of this many sigma of the form and the micrometres after it.
const HEIGHT_SIGMAS: f32 = 6.0;
const HEIGHT_MIN: f32 = 10.0;
/// Less steep than this.
const SLOPE_MAX: f32 = 0.6;
/// Smaller islands are dropped, cells of 12.5 um.
const ISLAND_MIN: usize = 200;

/// Cells of the mark. Openings, islands and erosion look at voids wider than the smoothing, not at single drop-outs:
/// these are left out at the end, cell by cell, and nothing is filled.
pub(super) fn mark(field: &Field, levelled: &Levelled, aperture: Option<&Curve>, outer: &Round) -> Vec<bool> {
    let limit = (HEIGHT_SIGMAS * levelled.sigma).max(HEIGHT_MIN);
    let cells: Vec<bool> = (0..field.values.len())
        .map(|place| {
            let (x, y) = field.position(place);
            levelled.present[place]
                && levelled.residual.values[place].abs() < limit
                && levelled.slope[place] < SLOPE_MAX
                && outer.distance((x, y)) < -FROM_RIM
                && aperture.is_none_or(|curve| curve.distance(x, y) > FROM_APERTURE)
        })
        .collect();
    let cells = opened(&cells, field.rows, field.cols);
    let mut kept = vec![false; cells.len()];
    for place in components(&cells, field.rows, field.cols, ISLAND_MIN).into_iter().flatten() {
        kept[place] = true;
    }
    let mut kept = eroded(&kept, field.rows, field.cols);
    for (cell, height) in kept.iter_mut().zip(&field.values) {
        *cell &= !height.is_nan();
    }
    kept
}
