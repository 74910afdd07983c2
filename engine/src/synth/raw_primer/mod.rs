//! Synthetic raw scans of whole primers, with the true aperture known: the test of region finding.
//!
//! Built after `docs/method.md` section 2 from what five real raw scans show: a tilted dome, the aperture's wall rising
//! inward with ridge, fold and trench, a void crater off centre, drag marks and ears through the edge, a moat or void
//! outside, steep walls void, noise and drop-outs. The texture is a random field with striae, since a shipped program
//! cannot carry the scans. Everything follows from a seed; nothing here looks at how regions are found.

mod edge_line;
pub mod evaluate;
mod parts;
mod texture;
mod voids;

pub use evaluate::evaluate;

use super::dice::Dice;
use crate::surface::Surface;
use crate::units::{Circle, Metres, Point, um};
use edge_line::EdgeLine;
use ndarray::Array2;
use serde::Serialize;
use std::fmt;

/// Distance between samples, micrometres.
pub(super) const PITCH: f64 = 12.5;

/// What is special about a synthetic scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PrimerKind {
    /// A usual primer.
    Normal,
    /// Two broad trenches, more ears, steep slopes void, up to 35 % drop-outs, a wavy edge.
    Hard,
    /// Only a sector of 160 to 260 degrees was measured.
    Partial,
    /// The aperture is an ellipse of 4 to 8 %.
    Ellipse,
    /// The frame cuts the primer off on one side.
    Cut,
    /// No aperture left a step.
    None,
    /// A rectangular aperture.
    Rectangle,
}

impl PrimerKind {
    /// Every kind, in the order of the printed table.
    pub const ALL: [PrimerKind; 7] = [
        PrimerKind::Normal,
        PrimerKind::Hard,
        PrimerKind::Partial,
        PrimerKind::Ellipse,
        PrimerKind::Cut,
        PrimerKind::None,
        PrimerKind::Rectangle,
    ];
}

impl fmt::Display for PrimerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            PrimerKind::Normal => "normal",
            PrimerKind::Hard => "hard",
            PrimerKind::Partial => "partial",
            PrimerKind::Ellipse => "ellipse",
            PrimerKind::Cut => "cut",
            PrimerKind::None => "none",
            PrimerKind::Rectangle => "rectangle",
        })
    }
}

/// A synthetic raw scan and what is true of it.
#[derive(Clone, Debug)]
pub struct RawPrimer {
    /// Heights at 12.5 um in metres, NaN where missing.
    pub surface: Surface,
    /// The firing-pin aperture: centre and mean radius.
    pub aperture: Circle,
    /// The primer's flat annulus ends here.
    pub outer: Circle,
    /// Share of the cells taken out as drop-outs, walls and voids not counted.
    pub drop_outs: f64,
}

/// Scan number `index` of this kind under `seed`.
pub fn raw_primer(kind: PrimerKind, seed: u64, index: u64) -> RawPrimer {
    let mut dice = Dice::new(seed ^ ((kind as u64 + 1) << 56), index);
    let hard = kind == PrimerKind::Hard;
    let primer_radius = dice.within(1530.0, 1830.0);
    let (frame, primer) = frame(&mut dice, kind, primer_radius);
    let aperture_radius = dice.within(1050.0, 1400.0).min(primer_radius - 200.0);
    let shift = dice.within(0.0, (primer_radius - aperture_radius - 110.0).min(280.0));
    let (sin, cos) = dice.turn().sin_cos();
    let aperture = (primer.0 + shift * cos, primer.1 + shift * sin);
    let line = EdgeLine::new(&mut dice, kind, aperture, aperture_radius);
    let mut heights = parts::Heights::new(frame, primer, primer_radius);
    heights.form(&mut dice);
    heights.texture(&mut dice, &line);
    if kind != PrimerKind::None {
        heights.wall(&mut dice, &line);
    }
    heights.trenches(&mut dice, &line, hard);
    heights.crater(&mut dice, aperture, aperture_radius);
    heights.drag(&mut dice, &line);
    heights.ears(&mut dice, &line, hard);
    heights.outside(&mut dice);
    let mut cells = heights.cells;
    voids::walls(&mut cells, &heights.optical, &mut dice, hard);
    voids::sector(&mut cells, primer, &mut dice, kind);
    parts::noise(&mut cells, &mut dice);
    let drop_outs = voids::drop_outs(&mut cells, &mut dice, hard);
    RawPrimer {
        surface: Surface { heights: cells.mapv(|micrometres| micrometres * 1e-6), pitch: um(PITCH) },
        aperture: circle(aperture, aperture_radius),
        outer: circle(primer, primer_radius),
        drop_outs,
    }
}

/// Rows and columns of the scan, and the primer's centre on it in micrometres.
fn frame(dice: &mut Dice, kind: PrimerKind, primer_radius: f64) -> ((usize, usize), (f64, f64)) {
    let margin = dice.within(60.0, 700.0);
    let half = primer_radius + margin;
    let side = (2.0 * half / PITCH) as usize;
    let mut centre = (half + dice.within(-60.0, 60.0), half + dice.within(-60.0, 60.0));
    if kind == PrimerKind::Cut {
        let cut = margin + dice.within(150.0, 600.0);
        let (sin, cos) = dice.turn().sin_cos();
        centre = (centre.0 + cut * cos, centre.1 + cut * sin);
    }
    ((side, side), centre)
}

fn circle((x, y): (f64, f64), radius: f64) -> Circle {
    Circle { centre: Point { x: x * 1e-6, y: y * 1e-6 }, radius: Metres::from_micrometres(radius) }
}

/// Position of a cell in micrometres.
fn position(row: usize, col: usize) -> (f64, f64) {
    (col as f64 * PITCH, row as f64 * PITCH)
}

/// Adds `height(x, y)` to every present cell.
fn add(cells: &mut Array2<f32>, height: impl Fn(f64, f64) -> f64) {
    for ((row, col), cell) in cells.indexed_iter_mut() {
        let (x, y) = position(row, col);
        *cell += height(x, y) as f32;
    }
}
