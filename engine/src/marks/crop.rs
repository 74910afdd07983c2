//! Scans that were cropped to the annulus before they came here: the mask is taken as it is, and the inner border's
//! circle is the origin (`docs/method.md` section 3).
//!
//! A crop is told from a raw scan by two things a person's or a program's crop leaves on any instrument: everything
//! present lies near one quadratic form (no wall, crater or headstamp), and the hole inside is void to its border.

use super::Grade;
use super::cells::{components, rim};
use super::circle::{BINS, Border, Round, bin, border};
use super::field::{Field, quantile};
use super::form::Form;
use super::grade::longest_gap;

/// Nearly all heights of a crop lie within this of its form, micrometres: 69 filtered crops of three instruments reach
/// 9 and marks before filtering 15; walls of apertures, craters and moats 33 to 300.
const SPREAD_MAX: f32 = 20.0;
/// Share of the heights that must.
const SPREAD_SHARE: f64 = 0.995;
/// Every so many-th cell is looked at first; of these a smaller share must, for specks not yet taken out.
const SAMPLED: usize = 10;
const SAMPLED_SHARE: f64 = 0.98;
/// Largest share of the hole, this far inside its border (micrometres), that may be present.
const HOLE_PRESENT_MAX: f64 = 0.02;
const HOLE_INSET: f64 = 50.0;
/// Radii of the hole, micrometres: apertures from 800, and a crop may stand off the edge by some 150; void craters are
/// smaller.
const RADIUS: (f64, f64) = (800.0, 1850.0);
/// Islands smaller than this, square millimetres, are no part of a mark.
const ISLAND_MIN: f64 = 0.03;
/// A bin supports the circle if its innermost cell lies within this of it, micrometres.
const SUPPORT: f64 = 25.0;
/// Least support and longest gap (degrees) of each grade.
const GOOD: (f64, f64) = (0.60, 120.0);
const FAIR: (f64, f64) = (0.35, 200.0);

/// A crop's mask and borders.
pub(super) struct Crop {
    pub(super) cells: Vec<bool>,
    pub(super) inner: Round,
    pub(super) outer: Round,
    pub(super) grade: Grade,
}

/// What was measured to tell a crop from a raw scan.
struct Signs {
    /// Micrometres from the form within which 99.5 % of the heights lie.
    spread: f32,
    /// Share of the hole that is present.
    hole_present: f64,
    /// Radius of the hole, micrometres.
    radius: f64,
}

/// The crop, if the scan is one.
pub(super) fn recognise(field: &Field) -> Option<Crop> {
    let (crop, signs) = examine(field)?;
    let cropped = signs.spread <= SPREAD_MAX
        && signs.hole_present <= HOLE_PRESENT_MAX
        && (RADIUS.0..RADIUS.1).contains(&signs.radius);
    cropped.then_some(crop)
}

/// Measures the signs and finds the borders as if the scan were a crop; `None` if it plainly is none.
fn examine(field: &Field) -> Option<(Crop, Signs)> {
    let present: Vec<bool> = field.values.iter().map(|value| !value.is_nan()).collect();
    // Most raw scans show their walls already in a sample.
    let rough = Form::fit(field, &present)?;
    let sample = (0..present.len()).step_by(SAMPLED).map(|place| rough.residual(field, place).abs());
    if quantile(sample, SAMPLED_SHARE)? > SPREAD_MAX {
        return None;
    }
    let island_min = (ISLAND_MIN / field.cell_mm2()) as usize;
    let mut cells = vec![false; present.len()];
    for place in components(&present, field.rows, field.cols, island_min).into_iter().flatten() {
        cells[place] = true;
    }
    let form = Form::fit(field, &cells)?;
    let kept: Vec<usize> = (0..cells.len()).filter(|&place| cells[place]).collect();
    let spread = quantile(kept.iter().map(|&place| form.residual(field, place).abs()), SPREAD_SHARE)?;
    let count = kept.len() as f64;
    let middle = kept.iter().fold((0.0, 0.0), |(sx, sy), &place| {
        let (x, y) = field.position(place);
        (sx + x / count, sy + y / count)
    });
    let rim = rim(&cells, field.rows, field.cols);
    let points = || rim.iter().map(|&place| field.position(place));
    let outer = twice(points, middle, Border::Outermost)?;
    let inner = twice(points, (outer.x, outer.y), Border::Innermost)?;
    let mut supported = [false; BINS];
    for (x, y) in border(points(), (inner.x, inner.y), Border::Innermost) {
        supported[bin(x - inner.x, y - inner.y)] = inner.distance((x, y)).abs() < SUPPORT;
    }
    let support = supported.iter().filter(|bin| **bin).count() as f64 / BINS as f64;
    let gap = longest_gap(&supported);
    let hole = (0..present.len()).filter(|&place| inner.distance(field.position(place)) < -HOLE_INSET);
    let (inside, filled) = hole.fold((0, 0), |(all, filled), place| (all + 1, filled + usize::from(present[place])));
    let hole_present = f64::from(filled as u32) / f64::from(inside.max(1));
    let reaches = |bar: (f64, f64)| support >= bar.0 && gap <= bar.1;
    let grade = if reaches(GOOD) {
        Grade::Good
    } else if reaches(FAIR) {
        Grade::Fair
    } else {
        Grade::Poor
    };
    let signs = Signs { spread, hole_present, radius: inner.r };
    Some((Crop { cells, inner, outer, grade }, signs))
}

/// The border's circle seen from `centre`, and once more from its own.
fn twice<I: Iterator<Item = (f64, f64)>>(points: impl Fn() -> I, centre: (f64, f64), which: Border) -> Option<Round> {
    let first = Round::cauchy(&border(points(), centre, which))?;
    Round::cauchy(&border(points(), (first.x, first.y), which))
}
