//! Congruent matching cells, both ways: the fine comparison of two impressed marks.

use super::cells::{ANGLES, Fit, fits, search};
use super::common::{common, counted, is_part};
use super::consensus::consensus;
use super::correlate::Cut;
use super::patch::{Frame, Layer, Map};
use super::{Cell, CompareError, Comparison, Parts, Registration, register};
use crate::template::Template;
use crate::units::{Metres, Point, um};

/// Registrations whose cells are searched: the right one was among the best two of every same-source pair measured.
const HYPOTHESES: usize = 2;
/// A registration on which this share of the weight of fully agreeing cells stands is not doubted: no other is tried.
const SETTLED: f64 = 0.4;
/// Pitches of templates that can be compared: the filters that made them leave nothing finer or coarser.
const PITCHES: std::ops::RangeInclusive<Metres> = um(5.0)..=um(25.0);

/// Compares two impressed marks of the method `method`.
///
/// The cells of each mark (450 um, overlapping by half so that the score does not hang on how the grid falls) are
/// searched in the other within 6 degrees and 141 um of a registration; those that agree on one motion count. With no
/// `hypotheses` the whole circle is searched, mirrored too if `mirror`. The score is the sum of
/// `correlation * sqrt(overlap)` of the agreeing cells over the number of all cells, both ways together: 0 to 1, and as
/// steady where cells agree well as where they agree badly, which the weights, as Fisher's z, are not. Where one mark is a
/// part, the cells counted are those on the area that both show ([`super::common`]).
///
/// # Errors
/// [`CompareError`] if the marks are of different kinds, or of another method than `method`, or on an odd grid.
pub fn compare_impressions(
    method: &str,
    reference: &Template,
    compared: &Template,
    hypotheses: &[Registration],
    mirror: bool,
) -> Result<Comparison, CompareError> {
    check(method, reference, compared)?;
    let registered;
    let hypotheses = if hypotheses.is_empty() {
        registered = register(reference, compared, mirror);
        registered.as_slice()
    } else {
        hypotheses
    };
    let (own, other) = (Side::of(reference), Side::of(compared));
    let forward = own.best(&other, hypotheses);
    let registration = forward.placed;
    let reverse = other.searched_in(&own, &registration.inverse());
    let weight = forward.weight + reverse.weight;
    let all = own.count() + other.count();
    let [cells_forward, cells_reverse] = match own.is_part || other.is_part {
        false => [own.count(), other.count()],
        true => [own.counted(&other, &forward), other.counted(&own, &reverse)],
    };
    let cells = cells_forward + cells_reverse;
    let congruent = [&forward, &reverse].map(|direction| direction.found.iter().filter(|cell| cell.congruent).count());
    let share = |sum: f64| if cells == 0 { 0.0 } else { sum / cells as f64 };
    let parts = Parts {
        cmc_forward: congruent[0] as u32,
        cmc_reverse: congruent[1] as u32,
        cells_forward: cells_forward as u32,
        cells_reverse: cells_reverse as u32,
        common: if all == 0 { 1.0 } else { cells as f64 / all as f64 },
        cmc_fraction: share((congruent[0] + congruent[1]) as f64),
        weighted_fraction: share(weight),
        correlation: registration.correlation,
    };
    Ok(Comparison {
        method: method.into(),
        score: share(forward.agreement + reverse.agreement),
        parts,
        registration,
        forward: forward.cells(&registration),
        reverse: reverse.cells(&registration.inverse()),
    })
}

fn check(method: &str, reference: &Template, compared: &Template) -> Result<(), CompareError> {
    if reference.kind != compared.kind {
        return Err(CompareError::KindsDiffer);
    }
    if reference.method != method || compared.method != method {
        let (reference, compared) = (reference.method.clone(), compared.method.clone());
        return Err(CompareError::MethodsDiffer { reference, compared });
    }
    for template in [reference, compared] {
        let samples = template.rows as usize * template.cols as usize;
        if !PITCHES.contains(&template.pitch) || samples != template.heights.len() {
            return Err(CompareError::OddGrid {
                rows: template.rows,
                cols: template.cols,
                pitch: template.pitch.micrometres(),
            });
        }
    }
    Ok(())
}

/// One of the two marks, cut into cells and ready to be searched.
struct Side {
    map: Map,
    frame: Frame,
    layer: Layer,
    cut: Cut,
    is_part: bool,
}

impl Side {
    fn of(template: &Template) -> Self {
        let map = Map::of(template);
        let frame = map.frame();
        let layer = map.read(&frame, 0, &Registration::NONE, None);
        let (cut, is_part) = (Cut::of(&layer), is_part(&layer, &frame));
        Self { map, frame, layer, cut, is_part }
    }

    fn count(&self) -> usize {
        self.cut.cells.len()
    }

    /// How many cells count by the area common with `other`, as `direction` lays that; the congruent ones always do.
    fn counted(&self, other: &Self, direction: &Direction) -> usize {
        let there = other.map.read(&self.frame, 0, &direction.placed, None);
        let common = common(&self.cut.cells, &self.layer, &there);
        let counting = common.iter().zip(&direction.found).filter(|(common, cell)| **common || cell.congruent).count();
        counted(counting, self.count())
    }

    /// The search around the registration on which the cells agree best.
    fn best(&self, other: &Self, hypotheses: &[Registration]) -> Direction {
        let first = hypotheses.first().copied().unwrap_or(Registration::NONE);
        let mut best = self.searched_in(other, &first);
        for placed in hypotheses.iter().take(HYPOTHESES).skip(1) {
            if best.weight >= SETTLED * self.count() as f64 {
                break;
            }
            let direction = self.searched_in(other, placed);
            if direction.weight > best.weight {
                best = direction;
            }
        }
        best
    }

    /// Searches around `placed`, corrects it by what the cells agree on, and asks them again exactly there: the angles
    /// searched are 2 degrees apart, and what a cell says must not hang on where between two of them the truth lies.
    fn searched_in(&self, other: &Self, placed: &Registration) -> Direction {
        let searched = search(&self.cut, &self.frame, &other.map, placed);
        let agreed = consensus(&searched);
        let corrected = if agreed.weight > 0.0 { agreed.corrected(placed) } else { *placed };
        let again = fits(&self.cut, &self.frame, &other.map, &corrected);
        let found: Vec<Found> = searched
            .iter()
            .zip(&again)
            .map(|(cell, fit)| {
                if agreed.weight > 0.0 && agreed.confirms(cell, fit) {
                    Found { x: cell.x, y: cell.y, fit: *fit, at: corrected, congruent: true }
                } else {
                    let at = placed.turned(ANGLES[cell.best]);
                    Found { x: cell.x, y: cell.y, fit: cell.fits[cell.best], at, congruent: false }
                }
            })
            .collect();
        let congruent = || found.iter().filter(|cell| cell.congruent).map(|cell| cell.fit);
        let weight = congruent().map(|fit| fit.weight()).sum();
        let agreement = congruent().map(|fit| fit.quality()).sum();
        Direction { found, weight, agreement, placed: corrected }
    }
}

/// The cells of one mark searched in the other.
struct Direction {
    found: Vec<Found>,
    /// Sum of the weights of the congruent cells.
    weight: f64,
    /// Sum of their correlations, each times the square root of its overlap.
    agreement: f64,
    /// How the other mark lies by the agreement of the cells.
    placed: Registration,
}

/// A cell, and where it was found in the other mark as `at` lays it.
struct Found {
    x: f64,
    y: f64,
    fit: Fit,
    at: Registration,
    congruent: bool,
}

impl Direction {
    /// The cells with angles and shifts relative to `registration`.
    fn cells(&self, registration: &Registration) -> Vec<Cell> {
        let cell = |found: &Found| {
            let there = Point { x: found.x + found.fit.dx, y: found.y + found.fit.dy };
            let on_registration = registration.apply(found.at.inverse().apply(there));
            let turn = (found.at.angle - registration.angle + 180.0).rem_euclid(360.0) - 180.0;
            Cell {
                x: found.x,
                y: found.y,
                correlation: found.fit.correlation,
                angle: turn,
                dx: Metres::new(on_registration.x - found.x),
                dy: Metres::new(on_registration.y - found.y),
                congruent: found.congruent,
            }
        };
        self.found.iter().map(cell).collect()
    }
}
