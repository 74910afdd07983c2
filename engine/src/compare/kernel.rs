//! The inner loop of cell comparison: sums over 8 x 8 samples of two marks, eight lanes wide.
//!
//! The same Rust code is compiled twice, for the baseline and for AVX2, and chosen at run time. Both multiply and add in
//! the same order without fusing (Rust never contracts), so they give the same bits. `unsafe` is needed only to call the
//! AVX2 copy after the processor was asked for it.
#![allow(unsafe_code)]

use super::patch::{BLOCK, Layer};

/// Samples searched on every side: 141 um, the nearest to the 150 um of `docs/method.md` section 5 that is whole.
pub(super) const REACH: usize = 5;
/// Shifts along one axis.
pub(super) const SIDE: usize = 2 * REACH + 1;
/// Shifts, row by row from `(-REACH, -REACH)`, filled up to whole vector registers.
pub(super) const SHIFTS: usize = (SIDE * SIDE).next_multiple_of(8);

/// Sums over jointly present samples at every shift: count, a, b, aa, bb, ab.
pub(super) type Sums = [[f32; SHIFTS]; 6];

/// A block of the reference: heights, presence and squares, cut out of the layer.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// First row on the reference's grid.
    pub(super) row: usize,
    /// First column.
    pub(super) col: usize,
    planes: [[[f32; BLOCK]; BLOCK]; 3],
}

impl Block {
    /// The block whose first sample is `(row, col)`.
    pub(super) fn of(layer: &Layer, row: usize, col: usize) -> Self {
        let cut = |plane: &[f32]| {
            std::array::from_fn(|down| std::array::from_fn(|right| plane[(row + down) * layer.cols + col + right]))
        };
        Self { row, col, planes: [cut(&layer.heights), cut(&layer.presence), cut(&layer.squares)] }
    }
    /// Samples present.
    pub(super) fn count(&self) -> f32 {
        self.planes[1].iter().flatten().sum()
    }
}

/// Sums of every block against `other`, which is wider by [`REACH`] samples on every side, at every shift.
pub(super) fn block_sums(blocks: &[Block], other: &Layer) -> Vec<Sums> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has just said that it knows AVX2.
        return unsafe { block_sums_avx2(blocks, other) };
    }
    block_sums_here(blocks, other)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn block_sums_avx2(blocks: &[Block], other: &Layer) -> Vec<Sums> {
    block_sums_here(blocks, other)
}

#[inline(always)]
fn block_sums_here(blocks: &[Block], other: &Layer) -> Vec<Sums> {
    let mut all = vec![[[0.0; SHIFTS]; 6]; blocks.len()];
    for (sums, block) in all.iter_mut().zip(blocks) {
        for shift in 0..SIDE * SIDE {
            let first = (block.row + shift / SIDE) * other.cols + block.col + shift % SIDE;
            let last = first + (BLOCK - 1) * other.cols + BLOCK;
            let planes = [&other.heights, &other.presence, &other.squares].map(|plane| plane.get(first..last));
            if let [Some(heights), Some(presence), Some(squares)] = planes {
                let six = sums_of(&block.planes, [heights, presence, squares], other.cols);
                for (sum, value) in sums.iter_mut().zip(six) {
                    sum[shift] = value;
                }
            }
        }
    }
    all
}

/// Sums of one block against the window of the other layer that begins at the first sample of each plane.
#[inline(always)]
fn sums_of(own: &[[[f32; BLOCK]; BLOCK]; 3], other: [&[f32]; 3], cols: usize) -> [f32; 6] {
    let mut lanes = [[0.0_f32; BLOCK]; 6];
    let [heights, presence, squares] = own;
    for down in 0..BLOCK {
        let [b, mb, bb] = other.map(|plane| &plane[down * cols..down * cols + BLOCK]);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(cols: usize, seed: usize) -> Layer {
        let value = |at: usize| ((at * 7919 + seed * 104_729) % 2003) as f32 / 500.0 - 2.0;
        let presence: Vec<f32> =
            (0..cols * cols).map(|at| f32::from(u8::from(!(at * 31 + seed).is_multiple_of(5)))).collect();
        let heights: Vec<f32> = presence.iter().enumerate().map(|(at, present)| present * value(at)).collect();
        let squares = heights.iter().map(|height| height * height).collect();
        Layer { rows: cols, cols, heights, presence, squares }
    }

    #[test]
    fn the_chosen_kernel_gives_the_bits_of_the_plain_one_and_the_sums_of_a_plain_loop() {
        let (own, other) = (layer(32, 1), layer(42, 2));
        let blocks: Vec<Block> = (0..16).map(|place| Block::of(&own, place / 4 * BLOCK, place % 4 * BLOCK)).collect();
        let (chosen, plain) = (block_sums(&blocks, &other), block_sums_here(&blocks, &other));
        assert_eq!(chosen, plain);
        let mut expected = 0.0_f64;
        for row in 8..16 {
            for col in 16..24 {
                expected += f64::from(own.heights[row * 32 + col]) * f64::from(other.heights[(row + 3) * 42 + col + 9]);
            }
        }
        let found = f64::from(chosen[4 + 2][5][3 * SIDE + 9]);
        assert!((found - expected).abs() < 1e-3, "{found} against {expected}");
    }
}
