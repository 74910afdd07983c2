//! What the instrument did not see: steep walls, sectors never measured, drop-outs in blobs and specks.

use super::{PITCH, PrimerKind, position};
use crate::synth::dice::Dice;
use ndarray::Array2;

/// Takes out slopes above 0.25 to 0.5 wholly (hard), above 0.5 to 1.2 with a chance of 40 to 95 % (others), and the cells
/// listed in `optical`.
pub(super) fn walls(cells: &mut Array2<f32>, optical: &Array2<bool>, dice: &mut Dice, hard: bool) {
    let limit = if hard { dice.within(0.25, 0.5) } else { dice.within(0.5, 1.2) };
    let share = if hard { 1.0 } else { dice.within(0.4, 0.95) };
    let (rows, cols) = cells.dim();
    let seen = cells.clone();
    for row in 1..rows - 1 {
        for col in 1..cols - 1 {
            let along_x = f64::from(seen[[row, col + 1]] - seen[[row, col - 1]]) / (2.0 * PITCH);
            let along_y = f64::from(seen[[row + 1, col]] - seen[[row - 1, col]]) / (2.0 * PITCH);
            if along_x.hypot(along_y) > limit && dice.chance(share) {
                cells[[row, col]] = f32::NAN;
            }
        }
    }
    for (cell, void) in cells.iter_mut().zip(optical) {
        if *void {
            *cell = f32::NAN;
        }
    }
}

/// Leaves only a sector of the primer if the scan is partial.
pub(super) fn sector(cells: &mut Array2<f32>, primer: (f64, f64), dice: &mut Dice, kind: PrimerKind) {
    if kind != PrimerKind::Partial {
        return;
    }
    let (middle, half) = (dice.turn(), dice.within(160.0, 260.0).to_radians() / 2.0);
    for ((row, col), cell) in cells.indexed_iter_mut() {
        let (x, y) = position(row, col);
        let off = ((y - primer.1).atan2(x - primer.0) - middle).rem_euclid(std::f64::consts::TAU);
        if off.min(std::f64::consts::TAU - off) > half {
            *cell = f32::NAN;
        }
    }
}

/// Takes out 5 to 20 % (hard: 15 to 35 %) of the cells, half in blobs of 25 to 75 um, half in specks. Returns the share.
pub(super) fn drop_outs(cells: &mut Array2<f32>, dice: &mut Dice, hard: bool) -> f64 {
    let share = if hard { dice.within(0.15, 0.35) } else { dice.within(0.05, 0.20) };
    let (rows, cols) = cells.dim();
    let mut left = (share / 2.0 * cells.len() as f64) as isize;
    while left > 0 {
        let (row, col) = (dice.count(0, rows - 1) as isize, dice.count(0, cols - 1) as isize);
        let reach = dice.within(2.0, 6.0);
        let span = reach as isize;
        for (down, right) in (-span..=span).flat_map(|down| (-span..=span).map(move |right| (down, right))) {
            let inside = ((down * down + right * right) as f64) < reach * reach;
            let place = (usize::try_from(row + down), usize::try_from(col + right));
            if let (true, (Ok(row), Ok(col))) = (inside, place)
                && row < rows
                && col < cols
            {
                cells[[row, col]] = f32::NAN;
                left -= 1;
            }
        }
    }
    for cell in cells.iter_mut() {
        if dice.chance(share / 2.0) {
            *cell = f32::NAN;
        }
    }
    share
}
