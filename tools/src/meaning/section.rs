//! The part of a report that says what the scores mean: likelihood ratios, how they behave, what a list would hold.

use super::calibrated::population;
use super::{Calibrated, Figures, steps};
use crate::report::Page;
use crate::report::curve::{Axes, Curve, Stroke, draw};
use crate::report::figure::{DIFFERENT, SAME};
use anyhow::Result;
use headstamp_engine::calibrate::bootstrap::Interval;
use headstamp_engine::calibrate::curves;
use headstamp_engine::calibrate::expected::FalseMatchCurve;
use headstamp_engine::calibrate::terms::Term;
use std::collections::{BTreeMap, BTreeSet};

/// Sizes of gallery for which expected candidates are printed.
const GALLERIES: [u64; 3] = [1_000, 100_000, 1_000_000];
const GREY: &str = "#5b6875";

/// Writes the section.
pub(crate) fn write(page: &mut Page, calibrated: &Calibrated, figures: &BTreeMap<String, Figures>) -> Result<()> {
    page.heading("What the scores mean");
    let terms_written: Vec<String> = calibrated.terms.iter().map(Term::to_string).collect();
    page.text(&format!(
        "Likelihood ratio: how many times more probable the findings are if both marks come from one firearm than if they come from two. It is a logistic regression, both kinds of pair weighing the same, on {}. Each pair got its ratio from a model fitted without any pair that touches either of its firearms, on pairs of its own acquisition only.",
        terms_written.join(", ")
    ));
    page.text("No ratio goes beyond what the data can bear (ELUB, Vergeer et al. 2016): with K same-source pairs none much below 1/K, with N different-source pairs none much above N, however far apart the scores lie.");
    missing(page, calibrated);
    numbers(page, figures);
    steps::write(page, calibrated);
    let values = calibrated.values(None);
    let [same, different] = calibrated.reference.split(|place, _| values[place]);
    plots(page, &same, &different);
    carried_over(page, calibrated);
    candidates(page, calibrated)
}

/// Which pairs have no ratio, and why.
fn missing(page: &mut Page, calibrated: &Calibrated) {
    let mut without: BTreeMap<&str, (usize, BTreeSet<&String>)> = BTreeMap::new();
    let mut firearms: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    for (pair, log_lr) in calibrated.pairs.iter().zip(&calibrated.log_lrs) {
        firearms.entry(&pair.acquisition).or_default().extend(&pair.firearms);
        if log_lr.is_none() {
            let entry = without.entry(&pair.acquisition).or_default();
            entry.0 += 1;
            entry.1.insert(&pair.set);
        }
    }
    for (acquisition, (count, sets)) in without {
        let sets: Vec<&str> = sets.into_iter().map(String::as_str).collect();
        page.caution(&format!(
            "Uncalibrated: {count} pairs of {} (acquisition: {acquisition}). The reference population has {} firearms of this acquisition; without the two of a pair too few same-source and different-source pairs are left to fit a model.",
            sets.join(", "),
            firearms[acquisition].len()
        ));
    }
}

/// Figures as rows, sets as columns: `pooled` only where there are several sets to pool.
fn numbers(page: &mut Page, figures: &BTreeMap<String, Figures>) {
    let shown: Vec<(&String, &Figures)> =
        figures.iter().filter(|(name, _)| figures.len() > 2 || *name != "pooled").collect();
    let bits = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.3}"));
    let share = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{:.2} %", 100.0 * value));
    let row = |name: &str, value: &dyn Fn(&Figures) -> String| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(shown.iter().map(|(_, at)| value(at))).collect()
    };
    let range = |at: &Figures| at.range.map_or_else(|| "–".into(), |[low, high]| format!("{low:.2} to {high:.2}"));
    let rows = [
        row("same-source pairs with a ratio", &|at| at.n_km.to_string()),
        row("different-source pairs with a ratio", &|at| at.n_knm.to_string()),
        row("Cllr (95 % interval)", &|at| with_interval(at.cllr, at.cllr_interval)),
        row("Cllr_min", &|at| bits(at.cllr_min)),
        row("AUC (95 % interval)", &|at| with_interval(at.auc, at.auc_interval)),
        row("EER", &|at| share(at.eer)),
        row("LR below 1 on same-source pairs", &|at| share(at.misleading_km)),
        row("LR above 1 on different-source pairs", &|at| share(at.misleading_knm)),
        row("inconclusive (LR between 1/2 and 2): same source, different source", &|at| {
            format!("{}, {}", at.outcomes.inconclusive[0], at.outcomes.inconclusive[1])
        }),
        row("log10 LR given", &range),
        row("held at a bound", &|at| share(at.at_bound)),
    ];
    let headings: Vec<&str> = std::iter::once("").chain(shown.iter().map(|(name, _)| name.as_str())).collect();
    page.table(&headings, &rows);
    page.text("Cllr: cost of the likelihood ratios in bits, 0 perfect, 1 no information; Cllr_min is what is left of it after the best monotone recalibration. Intervals redraw whole firearms (500 times), since pairs that share a firearm are not independent; below five firearms there is none. Where no firearm of a set ever errs, its interval shows only how the bounds move.");
}

fn plots(page: &mut Page, same: &[f64], different: &[f64]) {
    let mut figures = Vec::new();
    if let Some(points) = curves::tippett(same, different) {
        let ends = [points[0].log10_lr.min(-1.0).floor(), points[points.len() - 1].log10_lr.max(1.0).ceil()];
        let stairs = |share: fn(&curves::TippettPoint) -> f64| {
            // The share at or above a threshold holds up to the value itself and falls just after it.
            let mut left = ends[0];
            let mut line = Vec::new();
            for point in &points {
                line.extend([(left, share(point)), (point.log10_lr, share(point))]);
                left = point.log10_lr;
            }
            line.extend([(left, 0.0), (ends[1], 0.0)]);
            line
        };
        let axes = Axes {
            name: "Tippett plot",
            x: "log10 likelihood ratio",
            y: "share of pairs at or above",
            x_range: ends,
            y_range: [0.0, 1.0],
        };
        let drawn = [
            Curve { name: "same source", colour: SAME, stroke: Stroke::Line, points: stairs(|point| point.same) },
            Curve {
                name: "different source",
                colour: DIFFERENT,
                stroke: Stroke::Line,
                points: stairs(|point| point.different),
            },
            Curve { name: "LR = 1", colour: GREY, stroke: Stroke::Dashed, points: vec![(0.0, 0.0), (0.0, 1.0)] },
        ];
        figures.push((
            draw(&axes, &drawn),
            "Tippett plot: the share of pairs of each kind with a likelihood ratio at or above the value. Same-source pairs left of 0 and different-source pairs right of it are misleading evidence.".to_owned(),
        ));
    }
    let reliability = curves::reliability(same, different).unwrap_or_default();
    if reliability.iter().any(|point| point.observed.is_some()) {
        let points = reliability;
        let observed: Vec<(f64, f64)> =
            points.iter().filter_map(|point| Some((point.stated, point.observed?))).collect();
        let reach = observed.iter().flat_map(|(x, y)| [x.abs(), y.abs()]).fold(1.0, f64::max).ceil();
        let axes = Axes {
            name: "Reliability",
            x: "stated log10 likelihood ratio",
            y: "observed log10 ratio of shares",
            x_range: [-reach, reach],
            y_range: [-reach, reach],
        };
        let ideal = vec![(-reach, -reach), (reach, reach)];
        let drawn = [
            Curve { name: "as stated", colour: GREY, stroke: Stroke::Dashed, points: ideal },
            Curve { name: "bins of half a unit", colour: SAME, stroke: Stroke::Dots, points: observed },
        ];
        let lone = points.iter().filter(|point| point.observed.is_none()).count();
        figures.push((
            draw(&axes, &drawn),
            format!(
                "Reliability: in each bin, the share of same-source pairs over the share of different-source pairs that fell into it, against what was stated. {lone} of {} bins hold one kind of pair only and show no dot.",
                points.len()
            ),
        ));
    }
    if let Some(points) = curves::ece(same, different) {
        let curve = |cost: fn(&curves::EcePoint) -> f64| -> Vec<(f64, f64)> {
            points.iter().map(|point| (point.log10_prior_odds, cost(point))).collect()
        };
        let axes = Axes {
            name: "Empirical cross-entropy",
            x: "log10 prior odds",
            y: "cross-entropy, bits",
            x_range: [-2.5, 2.5],
            y_range: [0.0, 1.0],
        };
        let drawn = [
            Curve { name: "stated", colour: DIFFERENT, stroke: Stroke::Line, points: curve(|point| point.system) },
            Curve {
                name: "recalibrated",
                colour: SAME,
                stroke: Stroke::Dashed,
                points: curve(|point| point.calibrated),
            },
            Curve { name: "LR = 1", colour: GREY, stroke: Stroke::Dashed, points: curve(|point| point.neutral) },
        ];
        figures.push((
            draw(&axes, &drawn),
            "Empirical cross-entropy: bits still missing from the truth for each prior. Below the grey line the likelihood ratios help; the distance to the blue line is what calibration leaves to gain.".to_owned(),
        ));
    }
    page.figures(&figures);
    if figures.len() == 2 {
        page.text("No reliability curve: no bin of likelihood ratios holds pairs of both kinds.");
    }
}

/// Whether a model fitted on one set holds on another.
fn carried_over(page: &mut Page, calibrated: &Calibrated) {
    if calibrated.transfer.is_empty() {
        return;
    }
    page.subheading("Does a calibration carry over?");
    let tested: BTreeSet<&String> = calibrated.transfer.values().flat_map(BTreeMap::keys).collect();
    let rows: Vec<Vec<String>> = calibrated
        .transfer
        .iter()
        .map(|(fitted, row)| {
            let cell = |set: &&String| {
                row.get(*set)
                    .map_or_else(String::new, |cost| cost.map_or_else(|| "–".into(), |cost| format!("{cost:.3}")))
            };
            std::iter::once(fitted.clone()).chain(tested.iter().map(cell)).collect()
        })
        .collect();
    let headings: Vec<String> =
        std::iter::once("fitted on".to_owned()).chain(tested.iter().map(|set| format!("tested on {set}"))).collect();
    page.table(&headings.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    page.text("Cllr on a whole set under a model fitted on another whole set; sets that share a firearm are left out. Where this is much larger than the set's own Cllr the calibration does not carry over, and a model must not be used there.");
}

/// What a list would hold of different-source candidates.
fn candidates(page: &mut Page, calibrated: &Calibrated) -> Result<()> {
    let pairs = &calibrated.pairs;
    let scored = pairs.iter().all(|pair| pair.columns.contains_key("score"));
    if !scored {
        return Ok(());
    }
    page.subheading("Different-source candidates to expect on a list");
    let mut by_acquisition: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, pair) in pairs.iter().enumerate() {
        by_acquisition.entry(&pair.acquisition).or_default().push(place);
    }
    let mut rows = Vec::new();
    for (acquisition, places) in by_acquisition {
        let scores: Vec<f64> = places.iter().map(|place| pairs[*place].columns["score"]).collect();
        let reference = population(pairs, &places, &calibrated.terms)?;
        let [mut same, different] = reference.split(|place, _| Some(scores[place]));
        if same.is_empty() || different.is_empty() {
            continue;
        }
        same.sort_by(f64::total_cmp);
        let curve = FalseMatchCurve::of(&reference, "score", &scores)?;
        for (which, score) in [("the lowest", same[0]), ("the median", same[same.len() / 2])] {
            let Some(share) = curve.expected(score, 1) else { continue };
            let mut row = vec![
                acquisition.to_owned(),
                which.to_owned(),
                format!("{score:.3}"),
                format!("{} of {}", share.seen, share.of),
                curve.firearm_pairs.to_string(),
            ];
            for eligible in GALLERIES {
                let Some(at) = curve.expected(score, eligible) else { continue };
                row.push(if share.seen == 0 {
                    format!("below {}", two_digits(at.count_upper))
                } else {
                    format!("{}, below {}", two_digits(at.count), two_digits(at.count_upper))
                });
            }
            rows.push(row);
        }
    }
    page.table(
        &[
            "acquisition",
            "same-source score",
            "at or above",
            "different-source pairs seen",
            "pairs of firearms",
            "expected of 1,000 eligible",
            "of 100,000",
            "of 1,000,000",
        ],
        &rows,
    );
    page.text("The share of different-source pairs at or above the score times the number of eligible marks, with its upper bound (Clopper and Pearson, 95 %), which is all that can be said where none was seen. The bound takes pairs as independent; they share few firearms, so it is optimistic, and a large database will hold firearms more alike than these.");
    Ok(())
}

/// A figure with its interval, where redraws differ.
pub(crate) fn with_interval(value: Option<f64>, interval: Option<Interval>) -> String {
    match (value, interval) {
        (None, _) => "–".into(),
        (Some(value), None) => format!("{value:.3}"),
        // All redraws alike: no pair ever erred, which redrawing these firearms can say nothing about.
        (Some(value), Some(interval)) if interval.lower == interval.upper => format!("{value:.3}"),
        (Some(value), Some(interval)) => format!("{value:.3} ({:.3} to {:.3})", interval.lower, interval.upper),
    }
}

/// A count to about two digits.
fn two_digits(count: f64) -> String {
    if count >= 10.0 {
        let unit = 10f64.powf(count.log10().floor() - 1.0);
        format!("{:.0}", (count / unit).round() * unit)
    } else {
        format!("{count:.1}")
    }
}
