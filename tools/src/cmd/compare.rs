//! `headstamp compare`: two files, no server.

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
use std::path::{Path, PathBuf};

/// Arguments of `headstamp compare`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The reference.
    reference: PathBuf,
    /// The scan compared with it.
    compared: PathBuf,
    /// Kind of mark.
    #[arg(long, value_parser = super::mark_kind, default_value = MarkKind::BreechFaceImpression.code())]
    kind: MarkKind,
    /// Write a page with the picture of every step.
    #[arg(long, value_name = "OUT.html")]
    explain: Option<PathBuf>,
    /// Folder of a laboratory's own calibration models (JSON), asked before the shipped ones.
    #[arg(long, value_name = "DIR")]
    calibration: Option<PathBuf>,
    /// Instrument of both scans, where the files do not name it.
    #[arg(long)]
    instrument: Option<String>,
    /// Do not ask whether one of the two scans is mirrored.
    #[arg(long)]
    no_mirror: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Compares and prints score, parts and registration.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut albums = [Album::default(), Album::default(), Album::default()];
    let [of_reference, of_compared, of_both] = &mut albums;
    let wanted = arguments.explain.is_some();
    let (reference, reference_mark) = prepare(&arguments.reference, arguments.kind, of_reference, wanted)?;
    let (compared, compared_mark) = prepare(&arguments.compared, arguments.kind, of_compared, wanted)?;
    let trace: &mut dyn Trace = if wanted { of_both } else { &mut NoTrace };
    let comparison = methods::newest(arguments.kind)
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
        let mut document = document(arguments, &reference, &compared, &comparison);
        pair::add(&mut document, arguments.kind, &said);
        return output::json(&document);
    }
    print(arguments, &comparison);
    print!("{}", pair::text(arguments.kind, &said));
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

fn document(arguments: &Arguments, reference: &Source, compared: &Source, comparison: &Comparison) -> Value {
    let side = |path: &Path, source: &Source| {
        json!({
            "file": path.display().to_string(),
            "sha256": source.sha256.to_string(),
            "format": source.decoded.format,
            "instrument": source.decoded.instrument(),
            "notes": source.decoded.notes,
        })
    };
    let lie = &comparison.registration;
    json!({
        "reference": side(&arguments.reference, reference),
        "compared": side(&arguments.compared, compared),
        "kind": arguments.kind.code(),
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
