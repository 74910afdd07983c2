//! Which cells can have a counterpart: those on the area that both marks show under the registration.
//!
//! Among two whole marks every cell counts: where one shows nothing, that is a difference. A part of a mark shows nothing
//! of the rest because it is a part, and counting cells of the whole mark there would say how large the part is and
//! not how well it agrees (`docs/weak-marks.md`). Where one of the marks is a part only common cells count, and the
//! comparison says what share of all cells these are.

use super::correlate::{CutCell, OVERLAP_MIN};
use super::patch::{CELL, Frame, Layer};
use crate::features::plan::WHOLE_TURN;
use crate::units::{Metres, um};

/// Directions in which a mark is looked for: 5 degrees, 3 samples of 28 um at 1 mm from the origin.
const DIRECTIONS: usize = 72;
/// Step from cell to cell: half a side, so a cell stands for 0.05 mm2.
const STEP: Metres = um(225.0);
/// A direction counts at least so many cells: 1 mm2. On less, a few strangers' cells that agree by chance would be a
/// large share of all.
const COUNTED_MIN: usize = (1e-6 / (STEP.metres() * STEP.metres())) as usize;

/// Whether a mark covers less than 60 % of the turn about its origin, as a search sees it too.
pub(super) fn is_part(layer: &Layer, frame: &Frame) -> bool {
    let mut seen = [false; DIRECTIONS];
    // Every other row and column: 56 um, less than a direction is wide from 0.65 mm on.
    let places = (0..layer.rows).step_by(2).flat_map(|row| (0..layer.cols).step_by(2).map(move |col| (row, col)));
    for (row, col) in places.filter(|&(row, col)| layer.presence[row * layer.cols + col] > 0.0) {
        let point = frame.point(row as f64, col as f64);
        let turn = (point.y.atan2(point.x) / std::f64::consts::TAU).rem_euclid(1.0);
        seen[((turn * DIRECTIONS as f64) as usize).min(DIRECTIONS - 1)] = true;
    }
    let turn = seen.iter().filter(|seen| **seen).count() as f32 / DIRECTIONS as f32;
    turn < WHOLE_TURN
}

/// For each cell, whether at least half of its samples on `own` are present in `other` too, which lies on the same grid.
pub(super) fn common(cells: &[CutCell], own: &Layer, other: &Layer) -> Vec<bool> {
    let shared = |cell: &CutCell| {
        let rows = cell.row..cell.row + CELL;
        let count: f32 = rows
            .map(|row| row * own.cols + cell.col)
            .map(|start| {
                let [own, other] = [own, other].map(|layer| &layer.presence[start..start + CELL]);
                own.iter().zip(other).map(|(a, b)| a * b).sum::<f32>()
            })
            .sum();
        count >= OVERLAP_MIN * cell.samples
    };
    cells.iter().map(shared).collect()
}

/// How many of `all` cells count where `common` of them lie on the common area.
pub(super) fn counted(common: usize, all: usize) -> usize {
    common.max(COUNTED_MIN).min(all)
}

#[cfg(test)]
mod tests {
    use super::super::patch::PITCH;
    use super::*;

    #[test]
    fn one_square_millimetre_holds_nineteen_half_overlapping_cells() {
        assert!((f64::from(COUNTED_MIN as u32) * (225e-6f64).powi(2) - 1e-6).abs() < 0.05e-6);
        assert_eq!((counted(5, 60), counted(30, 60), counted(5, 12)), (19, 30, 12));
        assert!((PITCH.metres() * CELL as f64 - 2.0 * STEP.metres()).abs() < 1e-12);
    }
}
