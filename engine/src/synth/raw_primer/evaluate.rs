//! How well regions are found on synthetic raw scans: the table of `docs/method.md` section 2 on any seed.

use super::{PrimerKind, RawPrimer, raw_primer};
use crate::marks::{Grade, MarkKind, locate};
use crate::trace::NoTrace;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;

/// One row a kind of scan. Lengths in micrometres.
#[derive(Clone, Debug, Serialize)]
pub struct RegionTable {
    /// Seed of the scans.
    pub seed: u64,
    /// Rows in the order of [`PrimerKind::ALL`].
    pub rows: Vec<KindRow>,
}

/// What was found on the scans of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct KindRow {
    /// Kind of the scans.
    pub kind: PrimerKind,
    /// How many.
    pub count: usize,
    /// Distance of the centre found from the true one: median, 90 %, largest; scans without a region left out.
    pub centre: [f64; 3],
    /// How many centres are more than 30, 60 and 130 off.
    pub over: [usize; 3],
    /// Radius found less the true one: 10 %, median, 90 %.
    pub radius: [f64; 3],
    /// Distance of the outer circle's centre: median, 90 %, largest.
    pub outer: [f64; 3],
    /// By grade, good, fair, poor.
    pub grades: [GradeCell; 3],
    /// No region at all: an error.
    pub none: usize,
}

/// The scans of one grade.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct GradeCell {
    /// How many.
    pub count: usize,
    /// Largest distance of the centre.
    pub largest: f64,
    /// How many are more than 30 and 60 off.
    pub over: [usize; 2],
}

/// What was found on one scan.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Distance of the aperture's centre (or the origin, without one) from the true centre.
    pub centre: f64,
    /// Radius less the true one.
    pub radius: f64,
    /// Distance of the outer circle's centre.
    pub outer: f64,
    /// The grade given.
    pub grade: Grade,
}

/// Finds the region of one scan and measures it against the truth; `None` if there is none.
pub fn measure(primer: &RawPrimer) -> Option<Found> {
    let region = locate(&primer.surface, MarkKind::BreechFaceImpression, &mut NoTrace).ok()?;
    let centre = region.aperture.map_or(region.origin, |aperture| aperture.centre);
    let radius = region.aperture.map_or(f64::NAN, |aperture| aperture.radius.micrometres());
    Some(Found {
        centre: centre.distance(primer.aperture.centre).micrometres(),
        radius: radius - primer.aperture.radius.micrometres(),
        outer: region.outer.map_or(f64::NAN, |outer| outer.centre.distance(primer.outer.centre).micrometres()),
        grade: region.grade,
    })
}

/// Evaluates `count` normal scans, three eighths as many hard ones and about a thirteenth of each other kind.
///
/// Scans run in parallel and are gathered in order: the table depends on `count` and `seed` alone.
pub fn evaluate(count: usize, seed: u64) -> RegionTable {
    let rows = PrimerKind::ALL.into_iter().map(|kind| {
        let number = match kind {
            PrimerKind::Normal => count,
            PrimerKind::Hard => (count * 3).div_ceil(8),
            PrimerKind::Partial | PrimerKind::Ellipse | PrimerKind::Cut | PrimerKind::None | PrimerKind::Rectangle => {
                (count * 3).div_ceil(40)
            }
        };
        evaluate_kind(kind, number, seed)
    });
    RegionTable { seed, rows: rows.collect() }
}

/// Evaluates `count` scans of one kind.
pub fn evaluate_kind(kind: PrimerKind, count: usize, seed: u64) -> KindRow {
    let scans = (0..count as u64).into_par_iter();
    let found: Vec<Option<Found>> = scans.map(|index| measure(&raw_primer(kind, seed, index))).collect();
    let present: Vec<Found> = found.iter().copied().flatten().collect();
    let grades = [Grade::Good, Grade::Fair, Grade::Poor].map(|grade| {
        let graded = || present.iter().filter(move |found| found.grade == grade).map(|found| found.centre);
        GradeCell {
            count: graded().count(),
            largest: graded().fold(0.0, f64::max),
            over: [30.0, 60.0].map(|limit| graded().filter(|centre| *centre > limit).count()),
        }
    });
    KindRow {
        kind,
        count,
        centre: quantiles(present.iter().map(|found| found.centre), [0.5, 0.9, 1.0]),
        over: [30.0, 60.0, 130.0].map(|limit| present.iter().filter(|found| found.centre > limit).count()),
        radius: quantiles(present.iter().map(|found| found.radius), [0.1, 0.5, 0.9]),
        outer: quantiles(present.iter().map(|found| found.outer), [0.5, 0.9, 1.0]),
        grades,
        none: count - present.len(),
    }
}

fn quantiles(values: impl Iterator<Item = f64>, shares: [f64; 3]) -> [f64; 3] {
    let mut sorted: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    shares.map(|share| match sorted.len() {
        0 => f64::NAN,
        count => sorted[((count as f64 * share) as usize).min(count - 1)],
    })
}

impl fmt::Display for RegionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "synthetic raw scans, seed {}; lengths in um", self.seed)?;
        writeln!(
            f,
            "kind         n  centre p50/p90/max   >30/>60/>130  radius p10/p50/p90  outer p50/p90/max  \
             good: n max >30 >60   fair: n max >30 >60   poor: n max >30 >60   none"
        )?;
        for row in &self.rows {
            write!(f, "{:<10}{:>4}", row.kind, row.count)?;
            let triple = |values: [f64; 3]| format!("{:.0}/{:.0}/{:.0}", values[0], values[1], values[2]);
            write!(f, "  {:<18}", triple(row.centre))?;
            write!(f, "  {:<13}", format!("{}/{}/{}", row.over[0], row.over[1], row.over[2]))?;
            write!(f, "  {:<18}  {:<17}", triple(row.radius), triple(row.outer))?;
            for cell in &row.grades {
                let text = format!("{} {:.0} {} {}", cell.count, cell.largest, cell.over[0], cell.over[1]);
                write!(f, "  {text:<20}")?;
            }
            writeln!(f, "  {}", row.none)?;
        }
        Ok(())
    }
}
