//! Masked correlation of cells over a square of shifts.
//!
//! Sums run over samples present in both marks, and both means are taken off over just these (Padfield 2012): a
//! zero-filled hole would count as agreement. The sums are taken once for every block of 8 x 8 samples, eight lanes
//! wide in a fixed order, and a cell adds up its four blocks.

use super::kernel::{Block, REACH, SHIFTS, Sums, block_sums};
use super::patch::{BLOCK, CELL, Layer};

/// Share of a cell that must be present on its own mark (`docs/method.md` section 5).
const PRESENT_MIN: f32 = 0.4;
/// Share of the cell's present samples that must be present in the other mark too (`docs/method.md` section 5).
pub(super) const OVERLAP_MIN: f32 = 0.5;

/// How well one cell fits at every shift, row by row from `(-REACH, -REACH)`; only the first `SIDE * SIDE` count.
#[derive(Clone, Debug)]
pub(super) struct Landscape {
    /// Correlation, -1 to 1; -1 where too little overlaps.
    pub(super) correlation: [f32; SHIFTS],
    /// Share of the cell's own samples that were present in both.
    pub(super) overlap: [f32; SHIFTS],
}

/// The cells of a reference, cut up for correlation.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    blocks: Vec<Block>,
    /// Samples of a layer wider by [`REACH`] on every side that the search can touch, row by row.
    pub(super) touched: Vec<bool>,
    /// In order of rows, then columns.
    pub(super) cells: Vec<CutCell>,
}

/// One cell of a [`Cut`].
#[derive(Clone, Debug)]
pub(super) struct CutCell {
    /// First row of the cell on the reference's grid.
    pub(super) row: usize,
    /// First column.
    pub(super) col: usize,
    /// Present samples.
    pub(super) samples: f32,
    blocks: Vec<usize>,
}

impl Cut {
    /// Cuts out every cell that has enough samples; one begins at every block, so neighbours overlap by half.
    pub(super) fn of(reference: &Layer) -> Self {
        let (rows, cols) = (reference.rows / BLOCK, reference.cols / BLOCK);
        let mut blocks = Vec::new();
        let mut numbers = vec![None; rows * cols];
        let mut counts = vec![0.0_f32; rows * cols];
        for (number, place) in numbers.iter_mut().zip(0..) {
            let (row, col) = (place / cols * BLOCK, place % cols * BLOCK);
            let block = Block::of(reference, row, col);
            counts[place] = block.count();
            if counts[place] > 0.0 {
                *number = Some(blocks.len());
                blocks.push(block);
            }
        }
        let mut cells = Vec::new();
        for row in 0..rows.saturating_sub(1) {
            for col in 0..cols.saturating_sub(1) {
                let four = [row * cols + col, row * cols + col + 1, (row + 1) * cols + col, (row + 1) * cols + col + 1];
                let samples: f32 = four.iter().map(|&place| counts[place]).sum();
                if samples >= PRESENT_MIN * (CELL * CELL) as f32 {
                    let blocks = four.iter().filter_map(|&place| numbers[place]).collect();
                    cells.push(CutCell { row: row * BLOCK, col: col * BLOCK, samples, blocks });
                }
            }
        }
        let wide = reference.cols + 2 * REACH;
        let mut touched = vec![false; (reference.rows + 2 * REACH) * wide];
        for block in &blocks {
            for row in block.row..block.row + BLOCK + 2 * REACH {
                touched[row * wide + block.col..][..BLOCK + 2 * REACH].fill(true);
            }
        }
        Self { blocks, touched, cells }
    }

    /// Correlates every cell with `compared`, which is wider by [`REACH`] samples on every side, at every shift. A shift
    /// `s` compares sample `p` of the cell with sample `p + s`.
    pub(super) fn landscapes<'a>(&'a self, compared: &Layer) -> impl Iterator<Item = Landscape> + 'a {
        let sums = block_sums(&self.blocks, compared);
        self.cells.iter().map(move |cell| {
            let mut total: Sums = [[0.0; SHIFTS]; 6];
            for &block in &cell.blocks {
                for (total, part) in total.iter_mut().zip(&sums[block]) {
                    for (sum, value) in total.iter_mut().zip(part) {
                        *sum += value;
                    }
                }
            }
            landscape(&total, cell.samples)
        })
    }
}

/// Correlation coefficients from sums; -1 where less than half of the cell's `samples` overlaps or one side is flat.
fn landscape([count, a, b, aa, bb, ab]: &Sums, samples: f32) -> Landscape {
    let (mut correlation, mut overlap) = ([-1.0; SHIFTS], [0.0; SHIFTS]);
    for shift in 0..SHIFTS {
        let n = count[shift];
        let share = n / samples;
        let each = 1.0 / n.max(1.0);
        let spread_a = aa[shift] - a[shift] * a[shift] * each;
        let spread_b = bb[shift] - b[shift] * b[shift] * each;
        // Heights are multiples of Sq: a mean square below one millionth is rounding.
        let flat = n * 1e-6;
        let product = (spread_a * spread_b).max(f32::MIN_POSITIVE);
        let value = (ab[shift] - a[shift] * b[shift] * each) / product.sqrt();
        let known = share >= OVERLAP_MIN && spread_a > flat && spread_b > flat;
        correlation[shift] = if known { value } else { -1.0 };
        overlap[shift] = if known { share } else { 0.0 };
    }
    Landscape { correlation, overlap }
}
