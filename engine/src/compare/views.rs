//! Pictures of a comparison: the two marks laid over each other, and where the cells of each were found in the other.

use super::patch::CELL_SIDE;
use super::{Cell, Comparison, Registration};
use crate::picture::cells::{Square, draw_cells};
use crate::picture::registration::{below, beside, overlay};
use crate::picture::relief::{heights, relief};
use crate::picture::scale::{enlarge, with_bar};
use crate::surface::resample::bilinear;
use crate::template::Template;
use crate::trace::Trace;
use crate::units::{Metres, Point};
use ndarray::Array2;

/// Pixels a sample of a template is drawn with.
const ENLARGED: u32 = 2;
/// Heights beyond this, in multiples of Sq, are black or white.
const CLIP: f32 = 3.0;
/// Cells overlap by half: the middle of each is drawn, so that they tile.
const DRAWN_SIDE: Metres = Metres::new(CELL_SIDE.metres() / 2.0);

/// Leaves the pictures of `comparison` in `trace`. Cells are so many times smaller than those of breech faces.
pub(crate) fn draw(
    reference: &Template,
    compared: &Template,
    comparison: &Comparison,
    magnification: f64,
    trace: &mut dyn Trace,
) {
    if !trace.wanted() {
        return;
    }
    let placed = &comparison.registration;
    let (own, other) = (reference.map(), compared.map());
    let on_reference = laid(&other, compared, reference, placed);
    let on_compared = laid(&own, reference, compared, &placed.inverse());
    let bar = |image: &image::RgbImage| with_bar(image, Metres::new(reference.pitch.metres() / f64::from(ENLARGED)));
    let big = |map: &Array2<f32>| enlarge(&relief(map, CLIP), ENLARGED);

    let difference = &own - &on_reference;
    let above = [big(&own), big(&on_reference)];
    let laid_over =
        [overlay(&own, &on_reference, CLIP), heights(&difference, CLIP)].map(|image| enlarge(&image, ENLARGED));
    let mirrored =
        if placed.mirrored { ", after mirroring the compared mark: check how both scans were made" } else { "" };
    trace.picture(
        "registration",
        &format!(
            "Above: the reference, and the compared mark turned by {:.1} degrees and moved by {:.0} and {:.0} \
             um{mirrored}. Below: the compared mark (orange) on the reference (blue), grey where both agree; and \
             reference less compared, an even grey where both agree.",
            placed.angle,
            placed.dx.micrometres(),
            placed.dy.micrometres()
        ),
        bar(&below(&[beside(&above), beside(&laid_over)])),
    );

    let forward = pair_of_panels(&own, &on_reference, reference, &comparison.forward, magnification);
    let reverse = pair_of_panels(&other, &on_compared, compared, &comparison.reverse, magnification);
    let parts = &comparison.parts;
    trace.picture(
        "cells",
        &format!(
            "Blue: cells that agree on one rotation and shift. Orange with a dot: cells that do not. Each cell is {:.0} \
             um wide and overlaps its neighbours by half; its middle is drawn. Above: the reference ({} of {} agree) and \
             where its cells were found in the compared mark; below: the compared mark ({} of {}) and where its cells \
             were found in the reference.",
            CELL_SIDE.micrometres() / magnification,
            parts.cmc_forward,
            parts.cells_forward,
            parts.cmc_reverse,
            parts.cells_reverse
        ),
        bar(&below(&[beside(&forward), beside(&reverse)])),
    );
}

/// A mark with its cells, and the other mark laid on it with the cells where they were found.
fn pair_of_panels(
    own: &Array2<f32>,
    other: &Array2<f32>,
    template: &Template,
    cells: &[Cell],
    magnification: f64,
) -> [image::RgbImage; 2] {
    let pixel = template.pitch.metres() / f64::from(ENLARGED);
    let square = |cell: &Cell, x: f64, y: f64, angle: f64| Square {
        x: ((template.origin.x + x) / pixel) as f32,
        y: ((template.origin.y + y) / pixel) as f32,
        side: (DRAWN_SIDE.metres() / magnification / pixel) as f32,
        angle: angle as f32,
        congruent: cell.congruent,
    };
    let at_home: Vec<Square> = cells.iter().map(|cell| square(cell, cell.x, cell.y, 0.0)).collect();
    let found: Vec<Square> = cells
        .iter()
        .map(|cell| square(cell, cell.x + cell.dx.metres(), cell.y + cell.dy.metres(), -cell.angle))
        .collect();
    [(own, at_home), (other, found)].map(|(map, squares)| {
        let mut image = enlarge(&relief(map, CLIP), ENLARGED);
        draw_cells(&mut image, &squares);
        image
    })
}

/// `map` of template `from` as it lies on the grid of template `to`.
fn laid(map: &Array2<f32>, from: &Template, to: &Template, placed: &Registration) -> Array2<f32> {
    let back = placed.inverse();
    let (pitch, own) = (to.pitch.metres(), from.pitch.metres());
    Array2::from_shape_fn((to.rows as usize, to.cols as usize), |(row, col)| {
        let point = Point { x: col as f64 * pitch - to.origin.x, y: row as f64 * pitch - to.origin.y };
        let there = back.apply(point);
        bilinear(map, (from.origin.y + there.y) / own, (from.origin.x + there.x) / own)
    })
}
