//! The list a search gave: as JSON, as a table for the terminal.

mod lands;

use headstamp_proto::v1::{
    CalibrationModel, Candidate, ExpectedDifferentSource, SearchCounts, SearchResponse, Strength,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
            "refined": counts.refined, "compared": counts.compared, "bullets": counts.bullets,
        },
        "mode": answer.mode,
        "notes": answer.notes,
        "models": answer.models.iter().map(model).collect::<Vec<_>>(),
        "candidates": answer.candidates.iter().map(candidate).collect::<Vec<_>>(),
    })
}

fn model(one: &CalibrationModel) -> Value {
    json!({
        "id": one.id,
        "sha256": one.sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "method": one.method,
        "acquisition": one.acquisition,
        "population": one.population,
        "firearms": one.firearms,
        "same_source_pairs": one.same_source_pairs,
        "different_source_pairs": one.different_source_pairs,
        "source": one.source,
        "bounds": [one.log10_lr_lowest, one.log10_lr_highest],
        "propositions": {
            "same_source": one.same_source_proposition, "different_source": one.different_source_proposition,
        },
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
            "correlation": parts.correlation, "common": parts.common,
        })),
        "log10_lr": strength.log10_lr,
        "log10_lr_reason": known(&strength.absent_reason),
        "log10_lr_interval": strength.log10_lr_low.zip(strength.log10_lr_high).map(|(low, high)| [low, high]),
        "at_bound": strength.log10_lr.map(|_| strength.at_bound),
        "support": known(&strength.support),
        "statement": known(&strength.statement),
        "model": known(&strength.model_id),
        "population": known(&strength.population),
        "expected_different_source": one.expected.as_ref().map(|expected| json!({
            "eligible": expected.eligible, "seen": expected.seen, "of": expected.of, "count": expected.count,
            "count_upper": expected.count_upper, "count_upper_by_firearms": expected.count_upper_by_firearms,
        })),
        "registration": one.registration.map(|lie| json!({
            "angle_deg": lie.angle_degrees, "dx_um": lie.dx_micrometres, "dy_um": lie.dy_micrometres,
            "mirrored": lie.mirrored, "correlation": lie.correlation,
        })),
        "bullet": one.bullet.as_ref().map(lands::document),
        "land": (one.land > 0).then_some(one.land),
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
    let SearchCounts { total, eligible, considered, refined, compared, bullets } = counts;
    if *bullets > 0 {
        return format!(
            "{total} lands held, {eligible} of {bullets} bullets eligible, {considered} looked at by {engine}, {refined} bullets listed, {compared} compared in full"
        );
    }
    format!(
        "{total} marks held, {eligible} eligible, {considered} looked at by {engine}, {refined} refined, {compared} compared in full"
    )
}

/// Headings of the table of impressions.
const HEADINGS: [&str; 9] = [
    "rank",
    "specimen",
    "source",
    "score",
    "congruent cells",
    "in reverse",
    "log10 LR",
    "support",
    "other sources expected",
];

/// Headings and rows of the table of candidates, as the kind of list asks for.
pub(crate) fn table(answer: &SearchResponse) -> (&'static [&'static str], Vec<Vec<String>>) {
    let bullets = answer.counts.is_some_and(|counts| counts.bullets > 0);
    let rows = |row: fn(&Candidate) -> Vec<String>| answer.candidates.iter().map(row).collect();
    match (answer.method.as_str(), bullets) {
        (_, true) => (&lands::BULLETS, rows(lands::bullet_row)),
        (headstamp_engine::striae::ID, false) => (&lands::MARKS, rows(lands::mark_row)),
        _ => (&HEADINGS, rows(row)),
    }
}

/// Where a candidate comes from, as far as the store knows.
fn source(one: &Candidate) -> String {
    match (one.firearm_reference.as_str(), one.incident_reference.as_str()) {
        ("", "") => "unknown".to_owned(),
        ("", incident) => incident.to_owned(),
        (firearm, _) => firearm.to_owned(),
    }
}

/// Its specimen, and what is odd about it.
fn specimen(one: &Candidate) -> String {
    let mirrored = one.registration.is_some_and(|lie| lie.mirrored);
    format!(
        "{}{}{}",
        one.specimen_label,
        if one.same_specimen { " (the query's own)" } else { "" },
        if mirrored { " (mirrored)" } else { "" }
    )
}

/// An impression as cells of its table.
fn row(one: &Candidate) -> Vec<String> {
    let cells = |congruent: u32, of: u32| format!("{congruent} of {of}");
    let strength = one.strength.clone().unwrap_or_default();
    vec![
        one.rank.to_string(),
        specimen(one),
        source(one),
        one.score.map_or_else(|| "–".into(), |score| format!("{score:.3}")),
        one.parts.map_or_else(|| "–".into(), |parts| cells(parts.cmc_forward, parts.cells_forward)),
        one.parts.map_or_else(|| "–".into(), |parts| cells(parts.cmc_reverse, parts.cells_reverse)),
        log10_lr(&strength),
        support(&strength),
        one.expected.as_ref().map_or_else(|| "–".into(), expected),
    ]
}

/// The likelihood ratio in a few characters.
fn log10_lr(strength: &Strength) -> String {
    let Some(value) = strength.log10_lr else { return "none".into() };
    let mut text = format!("{value:.2}");
    match strength.log10_lr_low.zip(strength.log10_lr_high) {
        _ if strength.at_bound => text.push_str(" (bound)"),
        Some((low, high)) if low < high => {
            let _ = write!(text, " ({low:.2} to {high:.2})");
        }
        _ => {}
    }
    text
}

/// The step of the verbal scale and which proposition it favours.
fn support(strength: &Strength) -> String {
    match strength.log10_lr {
        None => "–".into(),
        Some(value) if strength.support.starts_with("no ") || value == 0.0 => "none for either".into(),
        Some(value) => {
            let step = strength.support.trim_end_matches(" support");
            format!("{step} for {}", if value > 0.0 { "one source" } else { "two sources" })
        }
    }
}

/// How many marks of other sources to expect at or above a score: the bound alone where none was seen.
fn expected(expected: &ExpectedDifferentSource) -> String {
    let upper = count(expected.count_upper);
    if expected.seen == 0 { format!("below {upper}") } else { format!("{}, below {upper}", count(expected.count)) }
}

/// A count to about two digits.
fn count(count: f64) -> String {
    match count {
        _ if count >= 10.0 => format!("{count:.0}"),
        _ if count >= 1.0 => format!("{count:.1}"),
        _ => format!("{count:.2}"),
    }
}

/// What the likelihood ratios and expected numbers of a list rest on, in sentences.
pub(crate) fn meaning(answer: &SearchResponse) -> Vec<String> {
    let mut sentences = lands::meaning(&answer.candidates);
    for model in &answer.models {
        sentences.push(format!(
            "log10 LR weighs two propositions: that {}; against it, that {}. It is held between {:.2} and {:.2}; in brackets stands its 95 % interval over the firearms of the population.",
            model.same_source_proposition,
            model.different_source_proposition,
            model.log10_lr_lowest,
            model.log10_lr_highest
        ));
        sentences.push(format!(
            "Reference population: {}; {} firearms, {} same-source and {} different-source pairs, measured with {}. Model {}.",
            model.population,
            model.firearms,
            model.same_source_pairs,
            model.different_source_pairs,
            model.acquisition,
            model.id
        ));
    }
    if let Some(first) = answer.candidates.iter().find_map(|one| one.expected.as_ref()) {
        sentences.push(format!(
            "Other sources expected: how many marks of other firearms to expect at or above the score among the {} eligible, with its 95 % upper bound, from the different-source pairs of the population. Pairs share firearms; if only pairs of firearms count as independent the bound of the first candidate is {} instead of {}.",
            first.eligible,
            count(first.count_upper_by_firearms),
            count(first.count_upper)
        ));
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for strength in answer.candidates.iter().filter_map(|one| one.strength.as_ref()) {
        if !strength.absent_reason.is_empty() {
            *reasons.entry(&strength.absent_reason).or_default() += 1;
        }
    }
    let of = answer.candidates.len();
    sentences.extend(reasons.into_iter().map(|(reason, count)| {
        format!("No likelihood ratio and no expected number for {count} of {of} candidates: {reason}.")
    }));
    sentences
}

/// The list for the terminal.
pub(crate) fn text(answer: &SearchResponse) -> String {
    let (headings, rows) = table(answer);
    let width = |at: usize| {
        rows.iter().map(|row| row[at].chars().count()).chain([headings[at].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let mut out = String::new();
    let _ = writeln!(out, "  {}", counts(&answer.engine, &answer.counts.unwrap_or_default()));
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    for row in std::iter::once(&headings).chain(&rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    for sentence in meaning(answer) {
        let _ = writeln!(out, "  {sentence}");
    }
    out
}
