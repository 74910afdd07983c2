//! The figures of an evaluation for people: lines for the terminal, a page to keep.

use super::marks::Mark;
use super::pairs::Pair;
use super::retrieval::section as retrieval;
use super::summary::{Set, Spread, Summary};
use crate::meaning::{Calibrated, Figures, section as meaning};
use crate::report::{Page, det, figure};
use anyhow::Result;
use headstamp_engine::calibrate::metrics;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A few lines for the terminal.
pub(crate) fn text(summary: &Summary) -> String {
    let mut out = String::new();
    if let Some(degraded) = &summary.degraded {
        let _ = writeln!(out, "the first mark of every pair: {degraded}");
    }
    for (name, set) in &summary.sets {
        let _ = writeln!(
            out,
            "{name}: {} scans, {} firearms, {} same-source and {} different-source pairs",
            set.scans,
            set.firearms.len(),
            set.n_km,
            set.n_knm
        );
        for (figure, spread) in &set.scores {
            let _ = writeln!(out, "  {figure:<18} {}", line(spread));
        }
        if let Some(cost) = set.llr.cllr {
            let llr = &set.llr;
            let of = format!("on {} + {} pairs, cross-validated by firearm", llr.n_km, llr.n_knm);
            let _ = writeln!(out, "  {:<18} Cllr {cost:.4}  Cllr_min {} {of}", "llr", number(llr.cllr_min));
        }
        if let Some(published) = &set.published {
            let _ = writeln!(out, "  on the {} + {} pairs with published counts:", published.n_km, published.n_knm);
            let _ = writeln!(out, "  {:<18} {}", "cmc_fraction", line(&published.cmc_fraction_ours));
            let _ = writeln!(out, "  {:<18} {}", "published", line(&published.cmc_fraction));
        }
    }
    for scan in &summary.unsuitable {
        let _ = writeln!(out, "no mark from {}: {}", scan.path, scan.reason);
    }
    out.push_str(&retrieval::text(summary));
    let cpu = &summary.cpu_ms;
    let _ = writeln!(
        out,
        "CPU ms, one thread, medians: prepare {}, describe {}, pair {}, pair from a known registration {}",
        number(cpu.prepare),
        number(cpu.describe),
        number(cpu.pair),
        number(cpu.pair_registered)
    );
    out
}

/// AUC, EER and both kinds of one figure, for the terminal.
pub(super) fn line(spread: &Spread) -> String {
    format!(
        "AUC {}  EER {}  same {}  different {}  gap {}",
        number(spread.auc),
        number(spread.eer),
        three(spread.km),
        three(spread.knm),
        number(spread.gap)
    )
}

/// The page.
pub(crate) fn html(
    summary: &Summary,
    marks: &[Mark],
    pairs: &[Pair],
    calibrated: &Calibrated,
    figures: &BTreeMap<String, Figures>,
) -> Result<String> {
    let pooled = &summary.sets["pooled"];
    let mut page = Page::new(
        "Evaluation on scans of known source",
        &format!(
            "Method {}, kind {}; {} scans of {} firearms, {} same-source and {} different-source pairs.",
            summary.method,
            summary.kind,
            pooled.scans,
            pooled.firearms.len(),
            pooled.n_km,
            pooled.n_knm
        ),
    );
    page.text(&match summary.turn_seed {
        Some(seed) => format!(
            "Every scan was turned by its own angle between 0 and 360 degrees and shifted by up to 60 um (seed {seed}) before anything else was done, so no figure rests on how the files happen to lie. All pairs inside a set were compared; two scans of one object are no pair. The mirrored hypothesis was searched throughout."
        ),
        None => "The scans lay as their files have them; --turn-seed turns them. All pairs inside a set were compared; two scans of one object are no pair. The mirrored hypothesis was searched throughout.".into(),
    });
    page.caution(
        "These are few firearms of few models, cleaned laboratory scans, one instrument and one ammunition in each set. Pairs that share a firearm or a scan are not independent: intervals redraw whole firearms, and where no firearm errs they show nothing of the error a further firearm may bring. Casework marks are worn, partial and more varied: expect less than this.",
    );
    overview(&mut page, &summary.sets);
    for (name, set) in summary.sets.iter().filter(|(name, _)| *name != "pooled") {
        section(&mut page, name, set, marks, pairs);
    }
    meaning::write(&mut page, calibrated, figures)?;
    retrieval::write(&mut page, summary);
    page.heading("Scans that gave no mark");
    if summary.unsuitable.is_empty() {
        page.text("None: every scan of the manifest was prepared.");
    } else {
        let rows = summary.unsuitable.iter().map(|scan| vec![scan.path.clone(), scan.set.clone(), scan.reason.clone()]);
        page.table(&["scan", "set", "reason"], &rows.collect::<Vec<_>>());
    }
    page.heading("Cost");
    let cpu = &summary.cpu_ms;
    page.table(
        &["step", "CPU ms, one thread, median"],
        &[
            vec!["scan to template".into(), number(cpu.prepare)],
            vec!["template to descriptor and query".into(), number(cpu.describe)],
            vec!["pair, nothing known of how the two lie".into(), number(cpu.pair)],
            vec!["pair from a known registration".into(), number(cpu.pair_registered)],
        ],
    );
    page.heading("Words");
    page.list([
        "score: raw similarity of two marks, larger for more alike. It is no probability and no likelihood ratio.",
        "cmc_fraction: share of the cells of both marks that agree on one rotation and shift (congruent cells); cmc_min: the smaller of the two directions' counts.",
        "AUC: how often a same-source pair scores above a different-source pair. EER: error rate at the threshold where both kinds of error are equally frequent. Cllr_min: cost in bits that discrimination alone leaves, 0 best, 1 no information.",
        "gap: lowest same-source minus highest different-source value; above 0 the two kinds do not overlap on these pairs.",
    ]);
    Ok(page.finish())
}

/// Figures as rows, sets as columns.
fn overview(page: &mut Page, sets: &BTreeMap<String, Set>) {
    page.heading("Overview");
    let row = |name: &str, value: &dyn Fn(&Set) -> String| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(sets.values().map(value)).collect()
    };
    let rows = [
        row("scans that gave a mark", &|set| set.scans.to_string()),
        row("unsuitable scans, which gave none", &|set| set.unsuitable.to_string()),
        row("firearms", &|set| set.firearms.len().to_string()),
        row("same-source pairs", &|set| set.n_km.to_string()),
        row("different-source pairs", &|set| set.n_knm.to_string()),
        row("AUC of the score (95 %)", &|set| meaning::with_interval(set.scores["score"].auc, set.auc_interval)),
        row("EER of the score", &|set| number(set.scores["score"].eer)),
        row("Cllr (95 %)", &|set| meaning::with_interval(set.cllr, set.llr.cllr_interval)),
        row("Cllr_min of the score", &|set| number(set.cllr_min)),
        row("gap of the score", &|set| number(set.scores["score"].gap)),
        row("gap of cmc_fraction", &|set| number(set.scores["cmc_fraction"].gap)),
        row("mirrored", &|set| set.mirrored.to_string()),
    ];
    let headings: Vec<&str> = std::iter::once("").chain(sets.keys().map(String::as_str)).collect();
    page.table(&headings, &rows);
    page.text("mirrored: pairs that agreed best with one of the two scans mirrored. Where that happens to same-source pairs, one of the scans was exported mirrored: check the source. The pooled column holds the pairs inside the sets, none across.");
}

fn section(page: &mut Page, name: &str, set: &Set, marks: &[Mark], pairs: &[Pair]) {
    page.heading(&format!("Set {name}"));
    page.text(&format!(
        "{} scans of {} firearms: {}. Measured with {}; {} more scans of the set gave no mark.",
        set.scans,
        set.firearms.len(),
        set.firearms.join(", "),
        set.instruments.join(", "),
        set.unsuitable
    ));
    let inside: Vec<&Pair> = pairs.iter().filter(|pair| marks[pair.a].row.set == name).collect();
    let side = |same: bool, value: fn(&Pair) -> f64| {
        inside.iter().filter(|pair| pair.same_source == same).map(|pair| value(pair)).collect::<Vec<_>>()
    };
    let (km, knm) = (side(true, |pair| pair.score), side(false, |pair| pair.score));
    let mut figures = vec![(
        figure::histograms(&km, &knm, "score"),
        "Scores of all pairs. Each kind is drawn as the share of its own pairs.".to_owned(),
    )];
    if let Some(points) = metrics::roc(&km, &knm) {
        figures
            .push((figure::roc(&points), format!("ROC curve of the score: AUC {}.", number(metrics::auc(&km, &knm)))));
        match det::det(&points) {
            Some(drawing) => figures.push((
                drawing,
                format!("DET curve of the score: both error rates, EER {}.", number(metrics::eer(&km, &knm))),
            )),
            None => page.text("No DET curve: no threshold errs on both kinds of pair, the scores do not overlap."),
        }
    }
    page.figures(&figures);
    let (km, knm) = (side(true, |pair| pair.parts.cmc_fraction), side(false, |pair| pair.parts.cmc_fraction));
    page.figure(
        &figure::histograms(&km, &knm, "cmc_fraction"),
        "Congruent share of all cells, both directions together.",
    );
    let rows = set.scores.iter().map(|(figure, spread)| {
        vec![
            (*figure).to_owned(),
            number(spread.auc),
            number(spread.eer),
            three(spread.km),
            three(spread.knm),
            number(spread.gap),
        ]
    });
    page.table(
        &["figure", "AUC", "EER", "same source: lowest / median / highest", "different source", "gap"],
        &rows.collect::<Vec<_>>(),
    );
    separated(page, &inside);
    if let Some(published) = &set.published {
        page.subheading("Beside the published counts");
        page.text(&format!(
            "Congruent share of the cells on the very same {} same-source and {} different-source pairs ({}). The cells of the two methods differ in size and number, so the shares are compared, not the counts.",
            published.n_km, published.n_knm, published.source
        ));
        let row = |name: &str, spread: &Spread| {
            vec![name.to_owned(), number(spread.auc), three(spread.km), three(spread.knm), number(spread.gap)]
        };
        page.table(
            &["", "AUC", "same source: lowest / median / highest", "different source", "gap"],
            &[row("this method", &published.cmc_fraction_ours), row("published", &published.cmc_fraction)],
        );
    }
    extremes(page, &inside, marks);
}

/// How many pairs one threshold sets right, with Wilson's interval.
fn separated(page: &mut Page, pairs: &[&Pair]) {
    let highest = pairs.iter().filter(|pair| !pair.same_source).map(|pair| pair.score).reduce(f64::max);
    let Some(highest) = highest else { return };
    let km: Vec<f64> = pairs.iter().filter(|pair| pair.same_source).map(|pair| pair.score).collect();
    let above = km.iter().filter(|score| **score > highest).count();
    if let Some((low, high)) = metrics::wilson_interval(above, km.len()) {
        page.text(&format!(
            "{above} of {} same-source pairs score above every different-source pair of the set (95 % after Wilson, pairs taken as independent: {:.1} to {:.1} %).",
            km.len(),
            low * 100.0,
            high * 100.0
        ));
    }
}

/// The pairs an examiner would want to see first.
fn extremes(page: &mut Page, pairs: &[&Pair], marks: &[Mark]) {
    const SHOWN: usize = 5;
    page.subheading("The hardest pairs");
    let mut sorted: Vec<&&Pair> = pairs.iter().collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let row = |pair: &&&Pair| {
        let parts = &pair.parts;
        vec![
            if pair.same_source { "same source" } else { "different source" }.to_owned(),
            marks[pair.a].row.path.clone(),
            marks[pair.b].row.path.clone(),
            format!("{:.3}", pair.score),
            format!("{} of {}", parts.cmc_forward, parts.cells_forward),
            format!("{} of {}", parts.cmc_reverse, parts.cells_reverse),
            if pair.registration.mirrored { "yes" } else { "no" }.to_owned(),
        ]
    };
    let weakest = sorted.iter().filter(|pair| pair.same_source).take(SHOWN).map(row);
    let strongest = sorted.iter().rev().filter(|pair| !pair.same_source).take(SHOWN).map(row);
    page.table(
        &["", "reference", "compared", "score", "congruent cells", "and in reverse", "mirrored"],
        &weakest.chain(strongest).collect::<Vec<_>>(),
    );
    page.text("The same-source pairs that score lowest and the different-source pairs that score highest.");
}

/// Three decimals, or a dash where there is no figure.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.3}"))
}

/// Lowest, median and highest, or a dash.
pub(super) fn three(values: Option<[f64; 3]>) -> String {
    values.map_or_else(|| "–".into(), |[low, middle, high]| format!("{low:.3} / {middle:.3} / {high:.3}"))
}
