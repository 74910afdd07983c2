//! Two scans of striated marks.

use super::Arguments;
use crate::report::striae::{self, Side};
use crate::source::{self, Source};
use crate::{output, striation};
use anyhow::{Context, Result};
use headstamp_engine::striae::{Direction, Signature, StriaKind, StriaeComparison, compare};
use headstamp_engine::trace::{Album, NoTrace, Trace};
use serde_json::{Value, json};
use std::path::Path;

/// Why no likelihood ratio is given.
const UNCALIBRATED: &str = "uncalibrated: no reference population of striated marks comes with the program";

/// Compares and prints score, parts and lag.
pub(super) fn run(arguments: &Arguments, kind: StriaKind) -> Result<()> {
    let mut albums = [Album::default(), Album::default()];
    let [of_reference, of_compared] = &mut albums;
    let wanted = arguments.explain.is_some();
    let (reference, own) = prepare(&arguments.reference, kind, of_reference, wanted)?;
    let (compared, other) = prepare(&arguments.compared, kind, of_compared, wanted)?;
    let direction = if arguments.declared { Direction::Declared } else { Direction::Unknown };
    let found = compare(&own, &other, direction).context("the two scans cannot be compared")?;
    if let Some(path) = &arguments.explain {
        let sides = [
            Side { file: &arguments.reference, source: &reference, signature: &own, album: &albums[0] },
            Side { file: &arguments.compared, source: &compared, signature: &other, album: &albums[1] },
        ];
        let page = striae::html(&sides, &found, UNCALIBRATED)?;
        std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        return output::json(&document(arguments, kind, [&reference, &compared], [&own, &other], &found));
    }
    print(arguments, &found);
    if let Some(path) = &arguments.explain {
        println!("written     {}", path.display());
    }
    Ok(())
}

fn prepare(path: &Path, kind: StriaKind, album: &mut Album, wanted: bool) -> Result<(Source, Signature)> {
    let source = source::open(path)?;
    let trace: &mut dyn Trace = if wanted { album } else { &mut NoTrace };
    let signature = striation::signature_of(&source.decoded.scan, kind, trace)
        .with_context(|| format!("no mark from {}", path.display()))?;
    Ok((source, signature))
}

fn document(
    arguments: &Arguments,
    kind: StriaKind,
    [reference, compared]: [&Source; 2],
    [own, other]: [&Signature; 2],
    found: &StriaeComparison,
) -> Value {
    json!({
        "reference": super::side(&arguments.reference, reference),
        "compared": super::side(&arguments.compared, compared),
        "kind": kind.code(),
        "method": found.method,
        "score": found.score,
        "parts": {
            "vote": found.vote, "soft": found.soft, "ccf": found.ccf.value, "cms": found.cms.longest,
            "agreeing_forward": found.forward.agreeing, "segments_forward": found.forward.segments.len(),
            "agreeing_backward": found.backward.agreeing, "segments_backward": found.backward.segments.len(),
        },
        "lies": {
            "lag_um": found.lag.micrometres(), "stretch": found.stretch,
            "overlap_um": found.overlap.micrometres(), "direction": striation::lie_word(found.lie),
        },
        "signatures": {
            "reference": striation::described(own), "compared": striation::described(other),
        },
        "log10_lr": Value::Null,
        "log10_lr_reason": UNCALIBRATED,
        "explain": arguments.explain.as_ref().map(|path| path.display().to_string()),
    })
}

fn print(arguments: &Arguments, found: &StriaeComparison) {
    println!("reference   {}", arguments.reference.display());
    println!("compared    {}", arguments.compared.display());
    println!("score       {:.3} ({})", found.score, found.method);
    println!(
        "segments    {} of {} agree, in reverse {} of {}",
        found.forward.agreeing,
        found.forward.segments.len(),
        found.backward.agreeing,
        found.backward.segments.len()
    );
    println!(
        "correlation {:.3} of the whole signatures; {} striae in a row lie together",
        found.ccf.value, found.cms.longest
    );
    println!(
        "lies        moved by {:.0} um, stretched by {:.2} %, {:.0} um in common",
        found.lag.micrometres(),
        100.0 * found.stretch,
        found.overlap.micrometres()
    );
    if let Some(caution) = striation::caution(found.lie) {
        println!("caution     {caution}");
    }
    println!("log10 LR    none: {UNCALIBRATED}");
}
