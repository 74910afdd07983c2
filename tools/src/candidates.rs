//! The list a search gave: as JSON, as a table for the terminal.

use headstamp_proto::v1::{Candidate, SearchCounts, SearchResponse};
use serde_json::{Value, json};
use std::fmt::Write;

/// The whole answer as JSON.
pub(crate) fn document(answer: &SearchResponse) -> Value {
    let counts = answer.counts.unwrap_or_default();
    json!({
        "search_id": answer.search_id,
        "method": answer.method,
        "engine": answer.engine,
        "counts": {
            "total": counts.total, "eligible": counts.eligible, "considered": counts.considered,
            "refined": counts.refined, "compared": counts.compared,
        },
        "mode": answer.mode,
        "notes": answer.notes,
        "candidates": answer.candidates.iter().map(candidate).collect::<Vec<_>>(),
    })
}

fn candidate(one: &Candidate) -> Value {
    let known = |text: &String| (!text.is_empty()).then(|| text.clone());
    let strength = one.strength.clone().unwrap_or_default();
    json!({
        "rank": one.rank,
        "specimen": one.specimen_label,
        "firearm": known(&one.firearm_reference),
        "incident": known(&one.incident_reference),
        "score": one.score,
        "parts": one.parts.map(|parts| json!({
            "cmc_forward": parts.cmc_forward, "cmc_reverse": parts.cmc_reverse,
            "cells_forward": parts.cells_forward, "cells_reverse": parts.cells_reverse,
            "cmc_fraction": parts.cmc_fraction, "weighted_fraction": parts.weighted_fraction,
            "correlation": parts.correlation,
        })),
        "log10_lr": strength.log10_lr,
        "log10_lr_reason": known(&strength.absent_reason),
        "registration": one.registration.map(|lie| json!({
            "angle_deg": lie.angle_degrees, "dx_um": lie.dx_micrometres, "dy_um": lie.dy_micrometres,
            "mirrored": lie.mirrored, "correlation": lie.correlation,
        })),
        "similarity": one.similarity,
        "refined": one.refined,
        "class_conflicts": one.class_conflicts,
        "same_specimen": one.same_specimen,
        "same_bytes": one.same_bytes,
        "mark_id": one.mark_id,
        "scan_id": one.scan_id,
        "specimen_id": one.specimen_id,
        "partition_id": one.partition_id,
    })
}

/// How many marks each stage saw, in a sentence.
pub(crate) fn counts(engine: &str, counts: &SearchCounts) -> String {
    format!(
        "{} marks held, {} eligible, {} looked at by {engine}, {} refined, {} compared in full",
        counts.total, counts.eligible, counts.considered, counts.refined, counts.compared
    )
}

/// Headings of the table of candidates.
pub(crate) const HEADINGS: [&str; 7] =
    ["rank", "specimen", "source", "score", "congruent cells", "in reverse", "log10 LR"];

/// One candidate as cells of that table.
pub(crate) fn row(one: &Candidate) -> Vec<String> {
    let cells = |congruent: u32, of: u32| format!("{congruent} of {of}");
    let source = match (one.firearm_reference.as_str(), one.incident_reference.as_str()) {
        ("", "") => "unknown".to_owned(),
        ("", incident) => incident.to_owned(),
        (firearm, _) => firearm.to_owned(),
    };
    let mirrored = one.registration.is_some_and(|lie| lie.mirrored);
    let strength = one.strength.clone().unwrap_or_default();
    vec![
        one.rank.to_string(),
        format!(
            "{}{}{}",
            one.specimen_label,
            if one.same_specimen { " (the query's own)" } else { "" },
            if mirrored { " (mirrored)" } else { "" }
        ),
        source,
        one.score.map_or_else(|| "–".into(), |score| format!("{score:.3}")),
        one.parts.map_or_else(|| "–".into(), |parts| cells(parts.cmc_forward, parts.cells_forward)),
        one.parts.map_or_else(|| "–".into(), |parts| cells(parts.cmc_reverse, parts.cells_reverse)),
        strength.log10_lr.map_or_else(|| "none".into(), |llr| format!("{llr:.2}")),
    ]
}

/// The list for the terminal.
pub(crate) fn text(answer: &SearchResponse) -> String {
    let rows: Vec<Vec<String>> = answer.candidates.iter().map(row).collect();
    let width = |at: usize| {
        rows.iter().map(|row| row[at].chars().count()).chain([HEADINGS[at].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let mut out = String::new();
    let headings = HEADINGS.map(str::to_owned).to_vec();
    for row in std::iter::once(&headings).chain(&rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    let reasons: std::collections::BTreeSet<&str> = answer
        .candidates
        .iter()
        .filter_map(|one| one.strength.as_ref())
        .map(|strength| strength.absent_reason.as_str())
        .filter(|reason| !reason.is_empty())
        .collect();
    for reason in reasons {
        let _ = writeln!(out, "  no likelihood ratio: {reason}");
    }
    let _ = writeln!(out, "  {}", counts(&answer.engine, &answer.counts.unwrap_or_default()));
    out
}
