//! Scans of a manifest to signatures, in parallel and in the manifest's order.

use crate::evaluate::marks::{Unsuitable, scan};
use crate::evaluate::turn::Turn;
use crate::manifest::{Row, Seat};
use crate::{progress, striation};
use anyhow::Result;
use headstamp_engine::formats::Scan;
use headstamp_engine::striae::{Ready, StriaKind};
use headstamp_engine::trace::NoTrace;
use rayon::prelude::*;

/// A prepared striated mark.
pub(crate) struct Land {
    /// Its row in the manifest.
    pub(super) row: Row,
    /// Where it sits on its bullet, if the manifest says: the object's name ends in `land` and its number.
    pub(super) seat: Option<Seat>,
    /// Whether the evaluation turned it so that its signature reads from the other end.
    pub(super) turned: bool,
    /// Its signature, ready to be compared.
    pub(super) ready: Ready,
}

impl Land {
    /// The firearm: what stands before the slash of `barrel/land`.
    pub(super) fn barrel(&self) -> &str {
        barrel(&self.row.firearm)
    }
}

/// The firearm of a known source `barrel/land`.
pub(super) fn barrel(source: &str) -> &str {
    source.split_once('/').map_or(source, |(barrel, _)| barrel)
}

/// The turn a seed gives to a row's scan. The lands of one bullet are turned by the same quarter turns: whoever scans a
/// bullet base up scans all of it so.
fn turn(row: &Row, seed: u64) -> Turn {
    let seat = row.seat.as_ref();
    let whole = seat.map_or_else(|| row.path.clone(), |seat| format!("{} {}", row.set, seat.bullet));
    Turn::square(seed, &whole, &row.path)
}

/// Reads a row's scan and turns it; beside it the instrument.
pub(super) fn turned(row: &Row, turn_seed: Option<u64>) -> Result<(Scan, String)> {
    let (scan, instrument) = scan(row, None)?;
    let (Scan::Topography(map), Some(seed)) = (&scan, turn_seed) else { return Ok((scan, instrument)) };
    Ok((Scan::Topography(turn(row, seed).apply(map)), instrument))
}

/// Whether a turned scan's signature reads from the other end than the untouched scan's.
///
/// Preparation rotates a scan whose striae run along the rows by a quarter, in the sense of [`Turn`]; two quarters in
/// all, more or less than for the untouched scan, turn the signature about.
fn reads_backwards(turn: Turn, ready: &Ready) -> bool {
    let Some(areal) = &ready.signature().areal else { return false };
    let quarters = turn.quarters();
    let before = areal.orientation.rotated != (quarters % 2 == 1);
    let all = quarters + i64::from(areal.orientation.rotated) - i64::from(before);
    all.rem_euclid(4) == 2
}

/// The signature on a scan, ready to be compared, or why there is none.
pub(super) fn prepared(scan: &Scan, kind: StriaKind) -> Result<Ready> {
    Ok(Ready::of(&striation::signature_of(scan, kind, &mut NoTrace)?))
}

/// Prepares every row.
pub(super) fn prepare(rows: &[Row], kind: StriaKind, turn_seed: Option<u64>) -> Result<(Vec<Land>, Vec<Unsuitable>)> {
    let bar = progress::bar("preparing", rows.len());
    let outcomes: Vec<Result<Result<Land, Unsuitable>>> = rows
        .par_iter()
        .map(|row| {
            let (scan, instrument) = turned(row, turn_seed)?;
            let outcome = prepared(&scan, kind);
            bar.inc(1);
            let row = Row { instrument, ..row.clone() };
            Ok(match outcome {
                Ok(ready) => Ok(Land {
                    seat: row.seat.clone(),
                    turned: turn_seed.is_some_and(|seed| reads_backwards(turn(&row, seed), &ready)),
                    row,
                    ready,
                }),
                Err(reason) => Err(Unsuitable { row, reason: reason.to_string() }),
            })
        })
        .collect();
    bar.finish_and_clear();
    let (mut lands, mut unsuitable) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome? {
            Ok(land) => lands.push(land),
            Err(scan) => unsuitable.push(scan),
        }
    }
    Ok((lands, unsuitable))
}
