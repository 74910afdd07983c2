//! Evaluation of a bare table of scores: the same figures and page, without scans.

use super::summary::Spread;
use crate::meaning::calibrated::transfer;
use crate::meaning::table::Table;
use crate::meaning::{Calibrated, Figures, ScoredPair, section};
use crate::report::{Page, det, figure};
use anyhow::{Context, Result};
use headstamp_engine::calibrate::metrics;
use headstamp_engine::calibrate::terms::Term;
use headstamp_engine::ids::Digest;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// `summary.json` of a score table.
#[derive(Debug, Serialize)]
pub(crate) struct ScoresSummary {
    /// The table's file name.
    pub(crate) table: String,
    /// SHA-256 of the table.
    pub(crate) sha256: String,
    /// What the models look at.
    pub(crate) terms: Vec<String>,
    /// Rows left out because they repeat a pair in the other order.
    pub(crate) repeated: usize,
    /// By set, and `pooled`.
    pub(crate) sets: BTreeMap<String, ScoreSet>,
    /// Cllr of a set (second name) under a model fitted on another (first name).
    pub(crate) transfer: BTreeMap<String, BTreeMap<String, Option<f64>>>,
    /// No scan was touched: nothing to time.
    pub(crate) cpu_ms: Untimed,
}

/// Times that do not exist.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Untimed {
    prepare: Option<f64>,
    describe: Option<f64>,
    pair: Option<f64>,
}

/// One set of pairs.
#[derive(Debug, Serialize)]
pub(crate) struct ScoreSet {
    /// Number of firearms.
    pub(crate) firearms: usize,
    /// Same-source pairs.
    pub(crate) n_km: usize,
    /// Different-source pairs.
    pub(crate) n_knm: usize,
    /// Cost of the likelihood ratios, bits.
    pub(crate) cllr: Option<f64>,
    /// What their discrimination alone costs, bits.
    pub(crate) cllr_min: Option<f64>,
    /// The likelihood ratios in full.
    pub(crate) llr: Figures,
    /// The columns that are read, and the ratios as one more.
    pub(crate) scores: BTreeMap<String, Spread>,
}

/// Evaluates the table at `path`, with the tables `against` in its transfer table, and writes `pairs.csv`, `summary.json` and `report.html` into `out`.
pub(crate) fn evaluate(path: &Path, against: &[PathBuf], terms: &[Term], out: &Path) -> Result<ScoresSummary> {
    let table = Table::read(path)?;
    let digest = Digest::of(&std::fs::read(path).with_context(|| format!("reading {} again", path.display()))?);
    let terms = if terms.is_empty() { table.usual_terms()? } else { terms.to_vec() };
    let mut calibrated = Calibrated::of(table.pairs.clone(), terms)?;
    if !against.is_empty() {
        let mut pairs = table.pairs.clone();
        for other in against {
            pairs.extend(Table::read(other)?.pairs);
        }
        calibrated.transfer = transfer(&pairs, &calibrated.terms)?;
    }
    let figures = Figures::by_set(&calibrated);
    let sets = figures.iter().map(|(set, figures)| (set.clone(), describe(&calibrated, set, figures)));
    let summary = ScoresSummary {
        table: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        sha256: digest.to_string(),
        terms: calibrated.terms.iter().map(Term::to_string).collect(),
        repeated: table.repeated,
        sets: sets.collect(),
        transfer: calibrated.transfer.clone(),
        cpu_ms: Untimed::default(),
    };
    write_pairs(&out.join("pairs.csv"), &table, &calibrated)?;
    let file = out.join("report.html");
    std::fs::write(&file, page(&summary, &calibrated, &figures)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(summary)
}

fn describe(calibrated: &Calibrated, set: &str, figures: &Figures) -> ScoreSet {
    let set = (set != "pooled").then_some(set);
    let inside: Vec<&ScoredPair> =
        calibrated.pairs.iter().filter(|pair| set.is_none_or(|set| pair.set == set)).collect();
    let columns: BTreeSet<&str> = calibrated.terms.iter().flat_map(Term::columns).chain(["score"]).collect();
    let mut scores = BTreeMap::new();
    for column in columns {
        let side = |same: bool| -> Vec<f64> {
            let kind = inside.iter().filter(|pair| pair.same_source == same);
            kind.filter_map(|pair| pair.columns.get(column).copied()).collect()
        };
        let (km, knm) = (side(true), side(false));
        if !(km.is_empty() && knm.is_empty()) {
            scores.insert(column.to_owned(), Spread::of(&km, &knm, metrics::auc(&km, &knm), metrics::eer(&km, &knm)));
        }
    }
    let values = calibrated.values(set);
    let [km, knm] = calibrated.reference.split(|place, _| values[place]);
    scores.insert("llr".into(), Spread::of(&km, &knm, figures.auc, figures.eer));
    let same = inside.iter().filter(|pair| pair.same_source).count();
    ScoreSet {
        firearms: inside.iter().flat_map(|pair| &pair.firearms).collect::<BTreeSet<_>>().len(),
        n_km: same,
        n_knm: inside.len() - same,
        cllr: figures.cllr,
        cllr_min: figures.cllr_min,
        llr: figures.clone(),
        scores,
    }
}

/// The table again, with the likelihood ratio of each pair and whether it was held at a bound.
fn write_pairs(path: &Path, table: &Table, calibrated: &Calibrated) -> Result<()> {
    let named = || format!("cannot write {}", path.display());
    let mut out = csv::Writer::from_path(path).with_context(named)?;
    let kept: Vec<usize> = (0..table.heading.len()).filter(|at| !LLR.contains(&table.heading[*at].as_str())).collect();
    let heading = kept.iter().map(|at| table.heading[*at].as_str()).chain(LLR);
    out.write_record(heading).with_context(named)?;
    for (row, log_lr) in table.rows.iter().zip(&calibrated.log_lrs) {
        let value = |of: fn(&headstamp_engine::calibrate::model::LogLr) -> f64| {
            log_lr.as_ref().map_or_else(String::new, |log_lr| format!("{:.6}", of(log_lr)))
        };
        let fields = kept.iter().map(|at| row[*at].clone());
        out.write_record(fields.chain([value(|log_lr| log_lr.value), value(|log_lr| log_lr.unbounded)]))
            .with_context(named)?;
    }
    out.flush().with_context(named)
}

/// Columns that are added; a table that has them already gets new values.
const LLR: [&str; 2] = ["llr", "llr_unbounded"];

fn page(summary: &ScoresSummary, calibrated: &Calibrated, figures: &BTreeMap<String, Figures>) -> Result<String> {
    let pooled = &summary.sets["pooled"];
    let mut page = Page::new(
        "Evaluation of scores of known source",
        &format!(
            "Table {}: {} firearms, {} same-source and {} different-source pairs.",
            summary.table, pooled.firearms, pooled.n_km, pooled.n_knm
        ),
    );
    page.text(&format!(
        "SHA-256 of the table: {}. The scores are taken as they are; no scan was looked at.",
        summary.sha256
    ));
    if summary.repeated > 0 {
        page.text(&format!("{} rows that repeat a pair in the other order were left out.", summary.repeated));
    }
    page.heading("Scores");
    let mut drawings = Vec::new();
    let mut rows = Vec::new();
    for (column, spread) in &pooled.scores {
        let (km, knm): (Vec<f64>, Vec<f64>) = if column == "llr" {
            let values = calibrated.values(None);
            let [km, knm] = calibrated.reference.split(|place, _| values[place]);
            (km, knm)
        } else {
            let side = |same: bool| {
                let kind = calibrated.pairs.iter().filter(move |pair| pair.same_source == same);
                kind.filter_map(|pair| pair.columns.get(column).copied()).collect()
            };
            (side(true), side(false))
        };
        drawings.push((figure::histograms(&km, &knm, column), format!("{column} of all pairs.")));
        if let Some(points) = metrics::roc(&km, &knm) {
            drawings.push((figure::roc(&points), format!("ROC curve of {column}.")));
            drawings.extend(det::det(&points).map(|drawing| (drawing, format!("DET curve of {column}."))));
        }
        let three = |values: Option<[f64; 3]>| {
            values.map_or_else(|| "–".into(), |[low, middle, high]| format!("{low:.3} / {middle:.3} / {high:.3}"))
        };
        let number = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.4}"));
        rows.push(vec![
            column.clone(),
            number(spread.auc),
            number(spread.eer),
            three(spread.km),
            three(spread.knm),
            number(spread.gap),
        ]);
    }
    page.table(&["figure", "AUC", "EER", "same source: lowest / median / highest", "different source", "gap"], &rows);
    page.figures(&drawings);
    section::write(&mut page, calibrated, figures)?;
    Ok(page.finish())
}

/// The transfer table for the terminal.
fn carried_over(summary: &ScoresSummary) -> String {
    let mut text = String::new();
    for (fitted, row) in &summary.transfer {
        for (tested, cost) in row {
            let cost = cost.map_or_else(|| "-".into(), |cost| format!("{cost:.3}"));
            text.push_str(&format!("Cllr {cost} on {tested} under a model fitted on {fitted}\n"));
        }
    }
    text
}

/// A few lines for the terminal.
pub(crate) fn text(summary: &ScoresSummary) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.4}"));
    let mut text = String::new();
    for (name, set) in &summary.sets {
        let llr = &set.llr;
        text.push_str(&format!(
            "{name}: {} firearms, {} same-source and {} different-source pairs\n  terms {}\n  Cllr {}",
            set.firearms,
            set.n_km,
            set.n_knm,
            summary.terms.join(", "),
            number(llr.cllr)
        ));
        if let Some(interval) = llr.cllr_interval {
            text.push_str(&format!(" (95 % over firearms {:.4} to {:.4})", interval.lower, interval.upper));
        }
        text.push_str(&format!(
            "  Cllr_min {}  AUC {}  EER {}\n",
            number(llr.cllr_min),
            number(llr.auc),
            number(llr.eer)
        ));
        if let (Some(km), Some(knm), Some([low, high])) = (llr.misleading_km, llr.misleading_knm, llr.range) {
            text.push_str(&format!(
                "  LR < 1 on {:.2} % of same-source, LR > 1 on {:.2} % of different-source pairs; log10 LR {low:.2} to {high:.2}\n",
                100.0 * km,
                100.0 * knm
            ));
        }
    }
    text.push_str(&carried_over(summary));
    text
}
