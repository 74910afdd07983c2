//! The figures of striated marks for people: lines for the terminal, a page to keep.

use super::Evaluation;
use super::bullets::BulletPair;
use super::marks::Land;
use super::pairs::Pair;
use super::summary::{Bullets, Set, sides};
use crate::evaluate::report::{line, number, three};
use crate::evaluate::summary::Spread;
use crate::meaning::section as meaning;
use crate::report::{Page, det, figure, picture};
use anyhow::Result;
use headstamp_engine::calibrate::metrics;
use headstamp_engine::striae::compare::plot::plot;
use std::fmt::Write;

/// Pairs of each kind that are shown.
const SHOWN: usize = 3;

/// A few lines for the terminal.
pub(crate) fn text(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let summary = &evaluation.summary;
    for (name, set) in &summary.sets {
        let _ = writeln!(
            out,
            "{name}: {} marks of {} barrels, {} unsuitable; {} same-source and {} different-source pairs",
            set.scans,
            set.firearms.len(),
            set.unsuitable,
            set.n_km,
            set.n_knm
        );
        for (figure, spread) in &set.scores {
            let _ = writeln!(out, "  {figure:<10} {}", line(spread));
        }
    }
    for (name, set) in &summary.bullets {
        let _ = writeln!(
            out,
            "{name}, whole bullets: {} of them, {} pairs from one barrel and {} from two; {} of {} phases found",
            set.bullets, set.n_km, set.n_knm, set.phases_found, set.phases
        );
        for (figure, spread) in &set.scores {
            let _ = writeln!(out, "  {figure:<10} {}", line(spread));
        }
    }
    for scan in &summary.unsuitable {
        let _ = writeln!(out, "no mark from {}: {}", scan.path, scan.reason);
    }
    let cpu = &summary.cpu_ms;
    let _ = writeln!(
        out,
        "CPU ms, one thread, medians: prepare {}, describe {}, pair {}, vote both ways {}",
        number(cpu.prepare),
        number(cpu.describe),
        number(cpu.pair),
        number(cpu.vote)
    );
    out
}

/// The page.
pub(crate) fn html(evaluation: &Evaluation) -> Result<String> {
    let Evaluation { summary, lands, pairs, bullets, calibrated, figures } = evaluation;
    let pooled = &summary.sets["pooled"];
    let mut page = Page::new(
        "Evaluation on striated marks of known source",
        &format!(
            "Method {}, kind {}; {} marks of {} barrels, {} same-source and {} different-source pairs.",
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
            "Every scan was turned before anything else was done (seed {seed}): by quarter turns, the same for all lands of a bullet, and tilted by up to 5 degrees. The direction of the scans counted as unknown: each pair was also read from opposite ends, and the better of the two counts."
        ),
        None => "The scans lay as their files have them, and their direction was taken as declared; --turn-seed turns them.".into(),
    });
    page.text("All pairs inside a set were compared. Two marks are of one source if the same land of the same barrel cut them; two lands of one barrel are different sources.");
    page.caution(
        "These are few barrels of one maker and few bullets. Pairs that share a land, a bullet or a barrel are not independent. Casework bullets are fragments, deformed and more varied: expect less than this.",
    );
    overview(&mut page, evaluation);
    for (name, set) in summary.sets.iter().filter(|(name, _)| *name != "pooled") {
        section(&mut page, name, set, lands, pairs)?;
    }
    whole_bullets(&mut page, evaluation, bullets);
    meaning::write(&mut page, calibrated, figures)?;
    page.heading("Unsuitable scans");
    if summary.unsuitable.is_empty() {
        page.text("None: every scan of the manifest gave a signature.");
    } else {
        page.text("A scan without detectable striae supports no conclusion, and least of all an exclusion.");
        let rows = summary.unsuitable.iter().map(|scan| vec![scan.path.clone(), scan.set.clone(), scan.reason.clone()]);
        page.table(&["scan", "set", "reason"], &rows.collect::<Vec<_>>());
    }
    page.heading("Cost");
    let cpu = &summary.cpu_ms;
    page.table(
        &["step", "CPU ms, one thread, median"],
        &[
            vec!["scan to signature".into(), number(cpu.prepare)],
            vec!["signature to vector".into(), number(cpu.describe)],
            vec!["pair, with all that is shown".into(), number(cpu.pair)],
            vec!["vote both ways alone".into(), number(cpu.vote)],
        ],
    );
    page.heading("Words");
    page.list([
        "score: of lands and grooves the vote, of short marks the correlation. It is no probability and no likelihood ratio.",
        "vote: share of the 200 um segments of one signature that find their best place on the other at one common lag, mean of both ways.",
        "soft: mean over segments of the best correlation near one lag. ccf: largest correlation of the whole signatures. cms: longest run of striae that lie together, for display only.",
        "Score of a bullet: mean vote of the phase (offset of land numbers) at which it is largest; contrast: how far that phase stands out of the others, in standard deviations of all votes.",
    ]);
    Ok(page.finish())
}

fn overview(page: &mut Page, evaluation: &Evaluation) {
    page.heading("Overview");
    let row = |name: String, km: usize, knm: usize, spread: &Spread| {
        vec![
            name,
            km.to_string(),
            knm.to_string(),
            number(spread.auc),
            number(spread.eer),
            three(spread.km),
            three(spread.knm),
            number(spread.gap),
        ]
    };
    let single = |(name, set): (&String, &Set)| row(name.clone(), set.n_km, set.n_knm, &set.scores["score"]);
    let whole = |(name, set): (&String, &Bullets)| {
        row(format!("{name}, whole bullets"), set.n_km, set.n_knm, &set.scores["score"])
    };
    let summary = &evaluation.summary;
    let rows: Vec<_> = summary.sets.iter().map(single).chain(summary.bullets.iter().map(whole)).collect();
    page.table(
        &[
            "set",
            "same source",
            "different",
            "AUC",
            "EER",
            "same source: lowest / median / highest",
            "different source",
            "gap",
        ],
        &rows,
    );
}

fn section(page: &mut Page, name: &str, set: &Set, lands: &[Land], pairs: &[Pair]) -> Result<()> {
    page.heading(&format!("Set {name}"));
    page.text(&format!(
        "{} marks of {} ({}); {} unsuitable.",
        set.scans,
        set.firearms.join(", "),
        set.instruments.join(", "),
        set.unsuitable
    ));
    let inside: Vec<&Pair> = pairs.iter().filter(|pair| lands[pair.a].row.set == *name).collect();
    let (km, knm) = sides(&inside, |pair| pair.same_source, |pair| pair.found.score);
    page.figure(&figure::histograms(&km, &knm, "score"), "Score of all pairs of the set.");
    if let Some(points) = metrics::roc(&km, &knm) {
        let mut curves =
            vec![(figure::roc(&points), format!("ROC curve of the score, AUC {}.", number(set.scores["score"].auc)))];
        curves
            .extend(det::det(&points).map(|drawing| (drawing, "DET curve of the score: both error rates.".to_owned())));
        page.figures(&curves);
    }
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
    extremes(page, &inside, lands)
}

/// The same-source pairs that score lowest and the different-source pairs that score highest, laid on each other.
fn extremes(page: &mut Page, pairs: &[&Pair], lands: &[Land]) -> Result<()> {
    page.subheading("The hardest pairs");
    page.text("Blue: the reference. Vermilion: the compared mark at its best lag. Shaded: segments that agree.");
    let mut sorted: Vec<&&Pair> = pairs.iter().collect();
    sorted.sort_by(|a, b| a.found.score.total_cmp(&b.found.score));
    let weakest = sorted.iter().filter(|pair| pair.same_source).take(SHOWN);
    let strongest = sorted.iter().rev().filter(|pair| !pair.same_source).take(SHOWN);
    for pair in weakest.chain(strongest) {
        let (a, b, found) = (&lands[pair.a], &lands[pair.b], &pair.found);
        let drawing = picture::inline(&plot(a.ready.signature(), b.ready.signature(), found), "two signatures")?;
        let caption = format!(
            "{}: {} against {}. Score {:.3}, ccf {:.3}, {} of {} and {} of {} segments agree, lag {:.0} um.",
            if pair.same_source { "Same source" } else { "Different source" },
            a.row.path,
            b.row.path,
            found.score,
            found.ccf.value,
            found.forward.agreeing,
            found.forward.segments.len(),
            found.backward.agreeing,
            found.backward.segments.len(),
            found.lag.micrometres()
        );
        page.figure(&drawing, &caption);
    }
    Ok(())
}

fn whole_bullets(page: &mut Page, evaluation: &Evaluation, pairs: &[BulletPair]) {
    page.heading("Whole bullets");
    let Some(pooled) = evaluation.summary.bullets.get("pooled") else {
        page.text("None: the manifest numbers no lands (an object's name ends in `land` and its number), or no bullet has three.");
        return;
    };
    page.text(&format!(
        "{} bullets with at least three lands, each laid on every other of its set at all phases. {} of {} true phases were found.",
        pooled.bullets, pooled.phases_found, pooled.phases
    ));
    let rows = pairs.iter().map(|pair| {
        vec![
            pair.a.clone(),
            pair.b.clone(),
            if pair.same_source { "one barrel" } else { "two barrels" }.to_owned(),
            format!("{:.3}", pair.found.score),
            format!("{:.2}", pair.found.contrast),
            pair.found.phase.offset.to_string(),
            pair.found.phase.lands.to_string(),
            match pair.phase_found {
                Some(true) => "true",
                Some(false) => "wrong",
                None => "",
            }
            .to_owned(),
        ]
    });
    page.table(
        &["reference", "compared", "known source", "score", "contrast", "offset", "lands", "phase"],
        &rows.collect::<Vec<_>>(),
    );
}
