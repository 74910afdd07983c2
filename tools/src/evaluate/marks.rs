//! Scans of a manifest to templates: read, checked, turned, prepared, all in parallel and in the manifest's order.

use super::turn::Turn;
use crate::manifest::Row;
use crate::{progress, source};
use anyhow::{Context, Result};
use headstamp_engine::formats::{self, ReadSettings, Scan};
use headstamp_engine::ids::Digest;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use ndarray::Axis;
use rayon::prelude::*;

/// A prepared scan.
pub(crate) struct Mark {
    /// Its row in the manifest.
    pub(crate) row: Row,
    /// The prepared mark.
    pub(crate) template: Template,
}

/// A scan that gave no mark.
pub(crate) struct Unsuitable {
    /// Its row in the manifest.
    pub(crate) row: Row,
    /// Why.
    pub(crate) reason: String,
}

/// Decodes one scan, turns it over if it was exported mirrored, and turns it about if a seed is given; beside it the
/// instrument, as the manifest or else the file names it.
///
/// A file that cannot be read or is not the one the manifest means is an error, not an unsuitable scan: the figures
/// would be about other data.
pub(crate) fn scan(row: &Row, turn_seed: Option<u64>) -> Result<(Scan, String)> {
    let bytes = source::bytes(&row.file)?;
    let digest = Digest::of(&bytes).to_string();
    if !row.sha256.is_empty() && row.sha256 != digest {
        anyhow::bail!("{} has SHA-256 {digest}, the manifest says {}", row.file.display(), row.sha256);
    }
    let decoded = formats::read(&bytes, &ReadSettings::default()).with_context(|| row.path.clone())?;
    let stated = Some(row.instrument.clone()).filter(|name| !name.is_empty());
    let instrument = stated.or_else(|| decoded.instrument()).unwrap_or_default();
    let mut scan = decoded.scan;
    if let (Scan::Topography(map), true) = (&mut scan, row.mirrored) {
        map.heights.invert_axis(Axis(0));
    }
    let scan = match (scan, turn_seed) {
        (Scan::Topography(map), Some(seed)) => Scan::Topography(Turn::drawn(seed, &row.path).apply(&map)),
        (scan, _) => scan,
    };
    Ok((scan, instrument))
}

/// Prepares every row.
pub(crate) fn prepare(rows: &[Row], kind: MarkKind, turn_seed: Option<u64>) -> Result<(Vec<Mark>, Vec<Unsuitable>)> {
    let bar = progress::bar("preparing", rows.len());
    let method = methods::newest(kind);
    let prepared: Vec<Result<Result<Mark, Unsuitable>>> = rows
        .par_iter()
        .map(|row| {
            let (scan, instrument) = scan(row, turn_seed)?;
            let outcome = method.template(&scan, kind, &mut NoTrace);
            bar.inc(1);
            Ok(match outcome {
                Ok(template) => Ok(Mark { row: Row { instrument, ..row.clone() }, template }),
                Err(error) => Err(Unsuitable { row: row.clone(), reason: error.to_string() }),
            })
        })
        .collect();
    bar.finish_and_clear();
    let (mut marks, mut unsuitable) = (Vec::new(), Vec::new());
    for outcome in prepared {
        match outcome? {
            Ok(mark) => marks.push(mark),
            Err(scan) => unsuitable.push(scan),
        }
    }
    Ok((marks, unsuitable))
}
