//! The figures of retrieval for people: lines for the terminal, a section of the page with the growth curves.

use super::shares::Retrieval;
use super::{STAGES, growth};
use crate::evaluate::summary::Summary;
use crate::report::curve::{self, Axes, Curve, Stroke};
use crate::report::{Page, figure};
use headstamp_engine::index::coherent::PASSED;
use std::collections::BTreeMap;
use std::fmt::Write;

type Sets = BTreeMap<String, Retrieval>;

/// Queries by name with their sets: the whole ones first.
fn searches(summary: &Summary) -> impl Iterator<Item = (&str, &Sets)> {
    let whole = summary.retrieval.iter().map(|sets| ("whole", sets));
    whole.chain(summary.degraded_retrieval.iter().map(|(name, sets)| (name.as_str(), sets)))
}

/// A few lines for the terminal.
pub(crate) fn text(summary: &Summary) -> String {
    let mut out = String::new();
    for (name, sets) in searches(summary) {
        for (set, shares) in sets {
            let (queries, pairs) = (shares.queries, shares.mate_pairs);
            let _ = writeln!(out, "retrieval {set}, {name}: {queries} queries, {pairs} ordered mate pairs");
            for stage in STAGES {
                let at = &shares.stages[stage];
                let _ = writeln!(
                    out,
                    "  {stage:<14} every mate at rank 1 {}, in 10 {}, in 100 {}, worst {}, not listed {}",
                    number(at.every_r1),
                    number(at.every_r10),
                    number(at.every_r100),
                    at.worst.map_or("–".into(), |worst| worst.to_string()),
                    at.absent
                );
            }
            let filter = &shares.filter;
            let _ = writeln!(
                out,
                "  surrogate above first mate {}; first filter: {} of {} mate pairs dropped, 90 % within the best {}, all within {}",
                number(shares.surrogate_above),
                filter.lost,
                filter.mate_pairs,
                number(filter.place_p90),
                number(filter.place_worst)
            );
            for class in shares.by_overlap.iter().filter(|class| class.mate_pairs > 0) {
                let _ = writeln!(
                    out,
                    "  mates that show {:.1} of the part or more: {}, at rank 1 {}",
                    class.from,
                    class.mate_pairs,
                    number(class.every_r1)
                );
            }
            for at in &shares.extrapolation {
                let _ = writeln!(
                    out,
                    "  extrapolated, {:>8} marks: after refinement rank 1 {} ({}), in 10 {} ({}), in 50 {} ({})",
                    at.gallery,
                    number(at.expected.r1),
                    number(at.heaviest.r1),
                    number(at.expected.r10),
                    number(at.heaviest.r10),
                    number(at.expected.r50),
                    number(at.heaviest.r50)
                );
            }
        }
    }
    out
}

/// The section of the page; nothing if no search was asked for.
pub(crate) fn write(page: &mut Page, summary: &Summary) {
    let Some(setting) = &summary.retrieval_setting else { return };
    page.heading("Retrieval");
    page.text("Each scan searched a gallery of all others, every set mixed. Rank of a mate: one more than the number of marks of other firearms above it. The first answer comes from an approximate index and is not complete; the scan looks at every mark; the refinement and the full comparison put the best of it in order.");
    let mix: Vec<String> = setting.distractors.iter().map(|(making, count)| format!("{count} {making}")).collect();
    if !mix.is_empty() {
        page.text(&format!(
            "Distractors, marks of no firearm: {}. Surrogates keep the mask and the spectrum of a scan and nothing else of it. The mirrored hypothesis was {}.",
            mix.join(", "),
            if setting.mirror { "searched, so there are no mirrored scans among them" } else { "not searched" }
        ));
    }
    if !setting.flipped.is_empty() {
        page.text(&format!("Turned over before anything else, as exported mirrored: {}.", setting.flipped.join(", ")));
    }
    for (name, sets) in searches(summary) {
        page.subheading(&format!("Queries: {name}"));
        if name != "whole" {
            page.text("The query alone is degraded; the gallery holds the marks as they were scanned.");
        }
        stages(page, sets);
        filters(page, sets);
        growth(page, sets);
    }
}

fn stages(page: &mut Page, sets: &Sets) {
    let rows = sets.iter().flat_map(|(set, shares)| {
        STAGES.iter().map(move |stage| {
            let at = &shares.stages[stage];
            let interval = shares.every_r1_interval.filter(|_| *stage == "compared");
            vec![
                set.clone(),
                stage.replace('_', " "),
                shares.mate_pairs.to_string(),
                shares.firearms.to_string(),
                number(at.every_r1),
                interval.map_or_else(String::new, |(low, high)| format!("{low:.3} to {high:.3}")),
                number(at.every_r10),
                number(at.every_r100),
                at.worst.map_or_else(String::new, |worst| worst.to_string()),
                at.absent.to_string(),
            ]
        })
    });
    page.table(
        &[
            "set of the query",
            "after",
            "ordered mate pairs",
            "firearms",
            "at rank 1",
            "95 % interval",
            "in the first 10",
            "in the first 100",
            "worst rank",
            "not listed",
        ],
        &rows.collect::<Vec<_>>(),
    );
    page.text(
        "The interval counts pairs as if they were independent. Pairs of one firearm are not, so it is too narrow.",
    );
}

fn filters(page: &mut Page, sets: &Sets) {
    let rows = sets.iter().map(|(set, shares)| {
        let filter = &shares.filter;
        vec![
            set.clone(),
            number(shares.surrogate_above),
            filter.queries.to_string(),
            filter.mate_pairs.to_string(),
            number(filter.place_p90),
            number(filter.place_worst),
            filter.lost.to_string(),
            number(filter.lost_share),
        ]
    });
    page.table(
        &[
            "set of the query",
            "queries with a surrogate above the first mate",
            "queries searched with the first filter",
            "mate pairs",
            "nine of ten within the best",
            "all within",
            "dropped by the filter",
            "share",
        ],
        &rows.collect::<Vec<_>>(),
    );
    page.text(&format!(
        "In large galleries the best {:.0} % of the marks that ask for as many probes pass the first filter; small ones, this \
         one perhaps, are filtered less.",
        100.0 * PASSED
    ));
}

fn growth(page: &mut Page, sets: &Sets) {
    let figures: Vec<(String, String)> = sets
        .iter()
        .filter(|(_, shares)| !shares.extrapolation.is_empty())
        .map(|(set, shares)| {
            (curves(shares), format!("{set}: share of ordered mate pairs after refinement, by size of the gallery. Solid: measured. Dashed: extrapolation, not a measurement."))
        })
        .collect();
    page.figures(&figures);
    let rows = sets.iter().flat_map(|(set, shares)| {
        shares.growth.iter().map(move |at| {
            vec![
                set.clone(),
                at.gallery.to_string(),
                number(at.refined.r1),
                number(at.refined.r50),
                number(at.every_r1),
                number(at.every_r10),
                number(at.every_r100),
            ]
        })
    });
    page.text("Measured, by size of the gallery.");
    page.table(
        &[
            "set of the query",
            "marks",
            "refined: at rank 1",
            "in the first 50",
            "compared: at rank 1",
            "in the first 10",
            "in the first 100",
        ],
        &rows.collect::<Vec<_>>(),
    );
    let rows: Vec<Vec<String>> = sets
        .iter()
        .flat_map(|(set, shares)| shares.extrapolation.iter().map(move |at| extrapolated(set, at)))
        .collect();
    if rows.is_empty() {
        return;
    }
    page.caution("Extrapolation, not a measurement: a generalised Pareto tail (shape 0 at least) is fitted to the upper 3 % of each query's different-source similarities, and says how many marks of a larger gallery would come above its mates. It takes a larger gallery to hold more marks like these distractors; real firearms of one machine run may be closer. In brackets: the heaviest tails that these data leave possible. The first row of a set is the measured size, to be held against the measured shares.");
    page.table(
        &[
            "set of the query",
            "marks",
            "handed to refinement",
            "refined: at rank 1",
            "in the first 10",
            "in the first 50, so compared",
            "in the first 100",
        ],
        &rows,
    );
}

fn extrapolated(set: &str, at: &growth::Extrapolated) -> Vec<String> {
    let both =
        |of: fn(&growth::Ranks) -> Option<f64>| format!("{} ({})", number(of(&at.expected)), number(of(&at.heaviest)));
    vec![
        set.to_owned(),
        at.gallery.to_string(),
        number(at.refined),
        both(|ranks| ranks.r1),
        both(|ranks| ranks.r10),
        both(|ranks| ranks.r50),
        both(|ranks| ranks.r100),
    ]
}

fn curves(shares: &Retrieval) -> String {
    let measured = |of: fn(&growth::Ranks) -> Option<f64>| {
        let points = shares.growth.iter().filter_map(|at| Some(((at.gallery as f64).log10(), of(&at.refined)?)));
        points.collect::<Vec<_>>()
    };
    let expected = |of: fn(&growth::Ranks) -> Option<f64>| {
        let points =
            shares.extrapolation.iter().filter_map(|at| Some(((at.gallery as f64).log10(), of(&at.expected)?)));
        points.collect::<Vec<_>>()
    };
    let axes = Axes {
        name: "Share of mates by size of the gallery: measured, and extrapolated",
        x: "log10 of the marks in the gallery (dashed: extrapolation, not a measurement)",
        y: "share of mate pairs",
        x_range: [1.5, 7.0],
        y_range: [0.0, 1.0],
    };
    let curve = |name, colour, stroke, points| Curve { name, colour, stroke, points };
    curve::draw(
        &axes,
        &[
            curve("in first 50", figure::DIFFERENT, Stroke::Line, measured(|ranks| ranks.r50)),
            curve("extrapolated", figure::DIFFERENT, Stroke::Dashed, expected(|ranks| ranks.r50)),
            curve("at rank 1", figure::SAME, Stroke::Line, measured(|ranks| ranks.r1)),
            curve("extrapolated", figure::SAME, Stroke::Dashed, expected(|ranks| ranks.r1)),
        ],
    )
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.3}"))
}
