//! Two scans of impressed marks.

use super::Arguments;
use crate::meaning::pair::{self, Pair};
use crate::output;
use crate::report::explain;
use crate::source::{self, Source};
use anyhow::{Context, Result};
use headstamp_engine::compare::Comparison;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::template::Template;
use headstamp_engine::trace::{Album, NoTrace, Trace};
use headstamp_server::calibration;
use serde_json::{Value, json};
use std::path::Path;

/// Compares and prints score, parts and registration.
pub(super) fn run(arguments: &Arguments, kind: MarkKind) -> Result<()> {
    let mut albums = [Album::default(), Album::default(), Album::default()];
    let [of_reference, of_compared, of_both] = &mut albums;
    let wanted = arguments.explain.is_some();
    let (reference, reference_mark) = prepare(&arguments.reference, kind, of_reference, wanted)?;
    let (compared, compared_mark) = prepare(&arguments.compared, kind, of_compared, wanted)?;
    let trace: &mut dyn Trace = if wanted { of_both } else { &mut NoTrace };
    let comparison = methods::newest(kind)
        .compare(&reference_mark, &compared_mark, &[], !arguments.no_mirror, trace)
        .context("the two scans cannot be compared")?;
    let models = calibration::models(arguments.calibration.as_deref())?;
    let instrument = |side: &Source| arguments.instrument.clone().or_else(|| side.decoded.instrument());
    let pair = Pair {
        marks: [&reference_mark, &compared_mark],
        instruments: [&reference, &compared].map(|side| instrument(side).unwrap_or_default()),
        comparison: &comparison,
    };
    let said = pair.said(&models);
    if let Some(path) = &arguments.explain {
        let sides = [
            explain::Side { file: &arguments.reference, source: &reference, mark: &reference_mark, album: &albums[0] },
            explain::Side { file: &arguments.compared, source: &compared, mark: &compared_mark, album: &albums[1] },
        ];
        let page = explain::html(&sides, &comparison, &said, &albums[2])?;
        std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        let mut document = document(arguments, kind, &reference, &compared, &comparison);
        pair::add(&mut document, kind, &said);
        return output::json(&document);
    }
    print(arguments, &comparison);
    print!("{}", pair::text(kind, &said));
    if let Some(path) = &arguments.explain {
        println!("written     {}", path.display());
    }
    Ok(())
}

fn prepare(path: &Path, kind: MarkKind, album: &mut Album, wanted: bool) -> Result<(Source, Template)> {
    let source = source::open(path)?;
    let trace: &mut dyn Trace = if wanted { album } else { &mut NoTrace };
    let mark = methods::newest(kind)
        .template(&source.decoded.scan, kind, trace)
        .with_context(|| format!("no mark from {}", path.display()))?;
    Ok((source, mark))
}

fn document(
    arguments: &Arguments,
    kind: MarkKind,
    reference: &Source,
    compared: &Source,
    comparison: &Comparison,
) -> Value {
    let lie = &comparison.registration;
    json!({
        "reference": super::side(&arguments.reference, reference),
        "compared": super::side(&arguments.compared, compared),
        "kind": kind.code(),
        "method": comparison.method,
        "score": comparison.score,
        "parts": comparison.parts,
        "registration": {
            "angle_deg": lie.angle, "dx_um": lie.dx.micrometres(), "dy_um": lie.dy.micrometres(),
            "mirrored": lie.mirrored, "correlation": lie.correlation,
        },
        "explain": arguments.explain.as_ref().map(|path| path.display().to_string()),
    })
}

fn print(arguments: &Arguments, comparison: &Comparison) {
    let (parts, lie) = (&comparison.parts, &comparison.registration);
    println!("reference   {}", arguments.reference.display());
    println!("compared    {}", arguments.compared.display());
    println!("score       {:.3} ({})", comparison.score, comparison.method);
    println!(
        "cells       {} of {} congruent, in reverse {} of {}; {:.0} % of all",
        parts.cmc_forward,
        parts.cells_forward,
        parts.cmc_reverse,
        parts.cells_reverse,
        parts.cmc_fraction * 100.0
    );
    if parts.common < 1.0 {
        println!("common      one mark is a part: {:.0} % of all cells lie on both and count", parts.common * 100.0);
    }
    println!("correlation {:.3} of the whole marks", parts.correlation);
    println!(
        "lies        turned by {:.1} degrees, moved by {:.0} and {:.0} um",
        lie.angle,
        lie.dx.micrometres(),
        lie.dy.micrometres()
    );
    if lie.mirrored {
        println!("caution     they agree best with one of the two scans mirrored: check how the files were exported");
    }
}
