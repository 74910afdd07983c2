//! Marks resampled for cell comparison: the reference on its own grid, the compared mark turned onto it.

use super::Registration;
use crate::template::Template;
use crate::units::{Metres, Point};
use std::ops::Range;

/// Samples along the side of a cell.
pub(super) const CELL: usize = 16;
/// Samples along the side of a block; a cell is two by two blocks, so that cells can overlap by half at no cost.
pub(super) const BLOCK: usize = CELL / 2;
/// Side of a cell: 450 um holds about nine waves of the shortest kind and two of the longest (`docs/method.md` section 5).
pub(super) const CELL_SIDE: Metres = Metres::from_micrometres(450.0);
/// Distance between samples: a sixteenth of a cell, 28.1 um.
pub(super) const PITCH: Metres = Metres::new(450e-6 / CELL as f64);

/// A template's map, averaged over two by two samples (25 um) against aliasing, ready to be read between samples.
#[derive(Clone, Debug)]
pub(super) struct Map {
    rows: usize,
    cols: usize,
    pitch: f64,
    /// The origin relative to the first averaged sample, metres.
    origin: Point,
    /// `[height * presence, presence]`, row by row.
    samples: Vec<[f32; 2]>,
}

impl Map {
    pub(super) fn of(template: &Template) -> Self {
        let (rows, cols) = (template.rows as usize, template.cols as usize);
        let held: Vec<[f32; 2]> = template
            .heights
            .iter()
            .map(|&height| match height {
                Template::MISSING => [0.0; 2],
                height => [f32::from(height) * Template::STEP, 1.0],
            })
            .collect();
        let at = |row: usize, col: usize| if row < rows && col < cols { held[row * cols + col] } else { [0.0; 2] };
        let mut samples = Vec::with_capacity(held.len());
        for row in 0..rows {
            for col in 0..cols {
                let [a, b] = [at(row, col), at(row, col + 1)];
                let [c, d] = [at(row + 1, col), at(row + 1, col + 1)];
                samples.push([(a[0] + b[0] + c[0] + d[0]) / 4.0, (a[1] + b[1] + c[1] + d[1]) / 4.0]);
            }
        }
        let pitch = template.pitch.metres();
        let origin = Point { x: template.origin.x - pitch / 2.0, y: template.origin.y - pitch / 2.0 };
        Self { rows, cols, pitch, origin, samples }
    }

    /// Height between samples, at fractional row and column; nothing where less than half is present.
    #[inline]
    fn at(&self, row: f64, col: f64) -> Option<f32> {
        if !(col >= 0.0 && row >= 0.0 && col < (self.cols - 1) as f64 && row < (self.rows - 1) as f64) {
            return None;
        }
        let (left, top) = (col as usize, row as usize);
        let (fx, fy) = ((col - left as f64) as f32, (row - top as f64) as f32);
        let place = top * self.cols + left;
        let (a, b) = (self.samples[place], self.samples[place + 1]);
        let (c, d) = (self.samples[place + self.cols], self.samples[place + self.cols + 1]);
        let mix = |part: usize| {
            (1.0 - fy) * ((1.0 - fx) * a[part] + fx * b[part]) + fy * ((1.0 - fx) * c[part] + fx * d[part])
        };
        let presence = mix(1);
        (presence >= 0.5).then(|| mix(0) / presence)
    }

    /// The grid of whole blocks that covers the map, anchored at the origin.
    pub(super) fn frame(&self) -> Frame {
        let blocks = |before: f64, samples: usize| {
            let side = BLOCK as f64 * PITCH.metres();
            let after = samples as f64 * self.pitch - before;
            (-(before / side).ceil() as i32)..((after / side).ceil() as i32)
        };
        Frame { down: blocks(self.origin.y, self.rows), across: blocks(self.origin.x, self.cols) }
    }

    /// Reads the map on `frame`, widened by `margin` samples on every side.
    ///
    /// Sample `p` of the frame shows what `placed` brings there: the point of this map that lands on `p`. Samples that are
    /// not `wanted` stay missing.
    pub(super) fn read(&self, frame: &Frame, margin: usize, placed: &Registration, wanted: Option<&[bool]>) -> Layer {
        let (rows, cols) = (frame.rows() + 2 * margin, frame.cols() + 2 * margin);
        let back = placed.inverse();
        // The motion is linear: one step along a row or column of the frame is the same step everywhere.
        let samples = |point: Point| {
            let own = back.apply(point);
            ((self.origin.x + own.x) / self.pitch, (self.origin.y + own.y) / self.pitch)
        };
        let margin = margin as f64;
        let (col, row) = samples(frame.point(-margin, -margin));
        let right = samples(frame.point(-margin, 1.0 - margin));
        let down = samples(frame.point(1.0 - margin, -margin));
        let (right, down) = ((right.0 - col, right.1 - row), (down.0 - col, down.1 - row));
        let mut layer = Layer::empty(rows, cols);
        for r in 0..rows {
            let (col, row) = (col + r as f64 * down.0, row + r as f64 * down.1);
            for c in 0..cols {
                if wanted.is_some_and(|wanted| !wanted[r * cols + c]) {
                    continue;
                }
                if let Some(height) = self.at(row + c as f64 * right.1, col + c as f64 * right.0) {
                    layer.set(r, c, height);
                }
            }
        }
        layer
    }
}

/// A grid of blocks about the origin of the reference, numbered from it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Block rows.
    pub(super) down: Range<i32>,
    /// Block columns.
    pub(super) across: Range<i32>,
}

impl Frame {
    pub(super) fn rows(&self) -> usize {
        self.down.len() * BLOCK
    }
    pub(super) fn cols(&self) -> usize {
        self.across.len() * BLOCK
    }
    /// Where a sample lies, relative to the origin: samples lie in the middle of their squares.
    pub(super) fn point(&self, row: f64, col: f64) -> Point {
        let place = |index: f64, first: i32| (index + 0.5 + f64::from(first) * BLOCK as f64) * PITCH.metres();
        Point { x: place(col, self.across.start), y: place(row, self.down.start) }
    }
}

/// Heights, presence and squared heights on a grid, zero where missing: what masked correlation multiplies.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) heights: Vec<f32>,
    pub(super) presence: Vec<f32>,
    pub(super) squares: Vec<f32>,
}

impl Layer {
    fn empty(rows: usize, cols: usize) -> Self {
        // Each asked for as zeros, which costs no copy.
        let zeros = || vec![0.0; rows * cols];
        Self { rows, cols, heights: zeros(), presence: zeros(), squares: zeros() }
    }
    fn set(&mut self, row: usize, col: usize, height: f32) {
        let place = row * self.cols + col;
        self.heights[place] = height;
        self.presence[place] = 1.0;
        self.squares[place] = height * height;
    }
}
