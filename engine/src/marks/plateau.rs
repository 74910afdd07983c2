//! Step 1: the smooth plateau of the primer's annulus, told from headstamp plane and fragments by its round outer border.

use super::cells::{components, opened, rim};
use super::circle::{BINS, Border, Round, bin, border};
use super::field::{Field, median};
use super::form::Form;
use super::smooth::{gaussian, gradient};

/// Standard deviation of the smoothing before slopes are taken, and of the slopes' own, micrometres.
const SIGMA: f64 = 25.0;
/// Flat: less steep than this against the region's tilt, micrometres per micrometre.
const SLOPE_MAX: f32 = 0.12;
/// Flat: more of the neighbourhood present than this.
const COVERAGE_MIN: f32 = 0.45;
/// Every so many-th cell is enough for the tilt.
const SAMPLED: usize = 5;
/// Smallest region considered, square millimetres.
const AREA_MIN: f64 = 0.35;
/// How many of the largest regions are considered.
const REGIONS_MAX: usize = 10;
/// Radii of primers, micrometres: small pistol 2.22 mm over all, large 2.67 mm; the flat part ends before the edge.
pub(super) const RADIUS: (f64, f64) = (1350.0, 2900.0);
/// Score of a region with another radius is multiplied by this.
const ODD_RADIUS: f64 = 0.1;
/// A bin supports the circle if its outermost cell lies within this, micrometres.
const SUPPORT: f64 = 60.0;
/// A region larger by the first (micrometres) round the best one, with more of its turn on its circle than the second, is
/// the annulus, and the best was the floor inside a wide aperture; unless their heights differ by more than the third
/// (micrometres): apertures rise 10 to 60, a moat outside the primer is 150 to 300 deep.
const ENCLOSING: f64 = 100.0;
const ENCLOSING_SUPPORT: f64 = 0.5;
const ENCLOSING_HEIGHT: f32 = 100.0;
/// Cells join the grown plateau within the larger of this many sigma and the micrometres after it.
const GROW_SIGMAS: f32 = 4.0;
const GROW_MIN: f32 = 5.0;

/// The annulus of the primer before its borders are found.
pub(super) struct Plateau {
    /// Quadratic form of the plateau.
    pub(super) form: Form,
    /// Circle round it.
    pub(super) round: Round,
}

/// The flat region that best fills a primer: area times the squared share of its border on a circle.
///
/// `Err` holds the clause for the user.
pub(super) fn find(field: &Field) -> Result<Plateau, String> {
    let flat = flat(field);
    let size_min = (AREA_MIN / field.cell_mm2()).ceil() as usize;
    let mut outlined: Vec<Outlined> = Vec::new();
    let regions = components(&opened(&flat, field.rows, field.cols), field.rows, field.cols, size_min);
    let count = regions.len();
    for cells in regions.into_iter().take(REGIONS_MAX) {
        let Some((round, support)) = outline(field, &cells) else { continue };
        let area = cells.len() as f64 * field.cell_mm2();
        let usual = (RADIUS.0..RADIUS.1).contains(&round.r);
        let score = area * support * support * if usual { 1.0 } else { ODD_RADIUS };
        let level = median(cells.iter().map(|&place| field.values[place])).unwrap_or(f32::NAN);
        outlined.push(Outlined { score, round, support, usual, level, cells });
    }
    let highest = outlined.iter().map(|region| region.score).fold(0.0, f64::max);
    let first = outlined.iter().position(|region| region.score >= highest);
    let Some(first) = first else {
        return Err(format!("no flat region of {AREA_MIN} mm2 or more with a border ({count} regions seen)"));
    };
    let (inner, level) = (outlined[first].round, outlined[first].level);
    let encloses = |region: &Outlined| {
        region.usual
            && region.support > ENCLOSING_SUPPORT
            && (region.level - level).abs() < ENCLOSING_HEIGHT
            && region.round.r > inner.r + ENCLOSING
            && region.round.offset(&inner) + inner.r < region.round.r
    };
    let taken = outlined.iter().position(encloses).unwrap_or(first);
    let Outlined { round, cells, .. } = outlined.swap_remove(taken);
    grow(field, &flat, cells, round)
}

/// A flat region and the circle round it.
struct Outlined {
    score: f64,
    round: Round,
    /// Share of the turn whose outermost cell lies on the circle.
    support: f64,
    /// Of a primer's radius.
    usual: bool,
    /// Median height, micrometres.
    level: f32,
    cells: Vec<usize>,
}

/// Cells less steep than [`SLOPE_MAX`] against the median slope of the flat cells, with enough neighbours present.
fn flat(field: &Field) -> Vec<bool> {
    let smoothed = gaussian(field, SIGMA);
    let (along_x, along_y) = gradient(&smoothed.field);
    let mut flat: Vec<bool> = smoothed.coverage.iter().map(|coverage| *coverage > COVERAGE_MIN).collect();
    for pass in 0..2 {
        let typical = |slopes: &[f32]| {
            let sample = slopes.iter().zip(&flat).step_by(SAMPLED);
            median(sample.map(|(slope, flat)| if *flat { *slope } else { f32::NAN }))
        };
        let (Some(tilt_x), Some(tilt_y)) = (typical(&along_x), typical(&along_y)) else { return flat };
        let steepness = along_x.iter().zip(&along_y).zip(&smoothed.coverage).map(|((x, y), coverage)| {
            if *coverage > COVERAGE_MIN { ((x - tilt_x).powi(2) + (y - tilt_y).powi(2)).sqrt() } else { f32::NAN }
        });
        let mut steepness = field.with(steepness.collect());
        // The first pass only finds the tilt.
        if pass > 0 {
            steepness = gaussian(&steepness, SIGMA).field;
        }
        for ((flat, slope), coverage) in flat.iter_mut().zip(&steepness.values).zip(&smoothed.coverage) {
            *flat = *slope < SLOPE_MAX && *coverage > COVERAGE_MIN;
        }
    }
    flat
}

/// The circle through a region's outermost cells and the share of the turn that lies on it.
fn outline(field: &Field, region: &[usize]) -> Option<(Round, f64)> {
    let count = region.len() as f64;
    let (mut x, mut y) = region.iter().fold((0.0, 0.0), |(x, y), &place| {
        let (px, py) = field.position(place);
        (x + px / count, y + py / count)
    });
    let mut cells = vec![false; field.values.len()];
    for &place in region {
        cells[place] = true;
    }
    let rim = rim(&cells, field.rows, field.cols);
    let mut round = None;
    for _ in 0..2 {
        let points = border(rim.iter().map(|&place| field.position(place)), (x, y), Border::Outermost);
        let found = Round::cauchy(&points)?;
        (x, y) = (found.x, found.y);
        round = Some((found, points));
    }
    let (round, points) = round?;
    let mut supported = [false; BINS];
    for &(px, py) in points.iter().filter(|&&point| round.distance(point).abs() < SUPPORT) {
        supported[bin(px - round.x, py - round.y)] = true;
    }
    Some((round, supported.iter().filter(|bin| **bin).count() as f64 / BINS as f64))
}

/// Adds the flat cells near the region's form inside its circle and refits both, twice.
fn grow(field: &Field, flat: &[bool], region: Vec<usize>, mut round: Round) -> Result<Plateau, String> {
    let mut cells = vec![false; flat.len()];
    for &place in &region {
        cells[place] = true;
    }
    let too_few = || format!("the flattest region of {} cells has too few heights for its form", region.len());
    let mut form = Form::fit(field, &cells).ok_or_else(too_few)?;
    for _ in 0..2 {
        let limit = (GROW_SIGMAS * form.sigma).max(GROW_MIN);
        for place in 0..cells.len() {
            if flat[place] && !cells[place] && round.distance(field.position(place)) < 0.0 {
                cells[place] = form.residual(field, place).abs() < limit;
            }
        }
        form = Form::fit(field, &cells).ok_or_else(too_few)?;
        let inside = rim(&cells, field.rows, field.cols).into_iter().map(|place| field.position(place));
        if let Some(refitted) = Round::cauchy(&border(inside, (round.x, round.y), Border::Outermost)) {
            round = refitted;
        }
    }
    Ok(Plateau { form, round })
}
