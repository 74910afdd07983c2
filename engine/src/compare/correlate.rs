//! Masked correlation of cells over a square of shifts.
//!
//! Sums run over samples present in both marks, and both means are taken off over just these (Padfield 2012): a
//! zero-filled hole would count as agreement. The sums are taken once for every block of 8 x 8 samples, eight lanes
//! wide in a fixed order, and a cell adds up its four blocks.

use super::patch::{BLOCK, CELL, Layer};

/// Share of a cell that must be present on its own mark (`impressed.md` A4).
const PRESENT_MIN: f32 = 0.4;
/// Share of the cell's present samples that must be present in the other mark too (`impressed.md` A4).
const OVERLAP_MIN: f32 = 0.5;

/// Correlation and overlap of one cell at every shift.
#[derive(Clone, Debug)]
pub(super) struct Landscape {
    /// Correlation, -1 to 1, row by row from `(-reach, -reach)`; -1 where too little overlaps.
    pub(super) correlation: Vec<f32>,
    /// Share of the cell's own samples that were present in both.
    pub(super) overlap: Vec<f32>,
}

/// A block of the reference: heights, presence, squares.
#[derive(Clone, Debug)]
struct Block {
    row: usize,
    col: usize,
    planes: [[[f32; BLOCK]; BLOCK]; 3],
}

/// The cells of a reference, cut up for correlation.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    blocks: Vec<Block>,
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

/// Sums over jointly present samples: count, a, b, aa, bb, ab.
type Sums = [f32; 6];

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
            counts[place] = block.planes[1].iter().flatten().sum();
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
        Self { blocks, cells }
    }

    /// Correlates every cell with `compared`, which is wider by `reach` samples on every side, at every shift of up to
    /// `reach` samples. A shift `s` compares sample `p` of the cell with sample `p + s`.
    pub(super) fn landscapes(&self, compared: &Layer, reach: usize) -> Vec<Landscape> {
        let shifts = (2 * reach + 1) * (2 * reach + 1);
        let empty = Landscape { correlation: vec![-1.0; shifts], overlap: vec![0.0; shifts] };
        let mut landscapes = vec![empty; self.cells.len()];
        let mut sums = vec![[0.0; 6]; self.blocks.len()];
        for shift in 0..shifts {
            let (down, right) = (shift / (2 * reach + 1), shift % (2 * reach + 1));
            for (sums, block) in sums.iter_mut().zip(&self.blocks) {
                *sums = block.sums(compared, block.row + down, block.col + right);
            }
            for (cell, landscape) in self.cells.iter().zip(&mut landscapes) {
                let mut total: Sums = [0.0; 6];
                for &block in &cell.blocks {
                    for (sum, part) in total.iter_mut().zip(sums[block]) {
                        *sum += part;
                    }
                }
                let overlap = total[0] / cell.samples;
                if overlap >= OVERLAP_MIN {
                    landscape.correlation[shift] = correlation(&total);
                    landscape.overlap[shift] = overlap;
                }
            }
        }
        landscapes
    }
}

impl Block {
    fn of(layer: &Layer, row: usize, col: usize) -> Self {
        let cut = |plane: &[f32]| {
            std::array::from_fn(|down| std::array::from_fn(|right| plane[(row + down) * layer.cols + col + right]))
        };
        Self { row, col, planes: [cut(&layer.heights), cut(&layer.presence), cut(&layer.squares)] }
    }

    /// Sums over the samples present in this block and in `other` at `(row, col)`.
    #[inline]
    fn sums(&self, other: &Layer, row: usize, col: usize) -> Sums {
        let mut lanes = [[0.0_f32; BLOCK]; 6];
        let [heights, presence, squares] = &self.planes;
        for down in 0..BLOCK {
            let place = (row + down) * other.cols + col;
            let line = |plane: &'_ [f32]| plane[place..].first_chunk::<BLOCK>().copied();
            let (Some(b), Some(mb), Some(bb)) = (line(&other.heights), line(&other.presence), line(&other.squares))
            else {
                break;
            };
            let (a, ma, aa) = (&heights[down], &presence[down], &squares[down]);
            for lane in 0..BLOCK {
                lanes[0][lane] += ma[lane] * mb[lane];
                lanes[1][lane] += a[lane] * mb[lane];
                lanes[2][lane] += ma[lane] * b[lane];
                lanes[3][lane] += aa[lane] * mb[lane];
                lanes[4][lane] += ma[lane] * bb[lane];
                lanes[5][lane] += a[lane] * b[lane];
            }
        }
        lanes.map(|lane| ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])))
    }
}

/// Correlation coefficient from sums; -1 if one side is flat.
fn correlation(&[count, a, b, aa, bb, ab]: &Sums) -> f32 {
    let (spread_a, spread_b) = (aa - a * a / count, bb - b * b / count);
    let product = spread_a * spread_b;
    // Heights are multiples of Sq: a mean square below one millionth is rounding.
    if spread_a <= count * 1e-6 || spread_b <= count * 1e-6 { -1.0 } else { (ab - a * b / count) / product.sqrt() }
}
