//! `headstamp evaluate`: how well the method tells firearms apart, measured on scans of known source.

use crate::evaluate::summary::{self, Summary};
use crate::evaluate::{marks, pairs, report, retrieval, scores, timing};
use crate::meaning::{Calibrated, Figures};
use crate::{manifest, output};
use anyhow::{Context, Result, bail};
use headstamp_engine::calibrate::inputs;
use headstamp_engine::calibrate::terms::Term;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::synth::raw_primer;
use serde::Serialize;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Arguments of `headstamp evaluate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Table of scans with their known source (tab separated: path, kind, set, firearm_id, item_id, ...).
    #[arg(long, required_unless_present_any = ["regions", "scores"])]
    manifest: Option<PathBuf>,
    /// Kind of mark.
    #[arg(long, value_parser = super::mark_kind, default_value = MarkKind::BreechFaceImpression.code())]
    kind: MarkKind,
    /// Sets of the manifest, with commas between; all if not given.
    #[arg(long, value_delimiter = ',')]
    set: Vec<String>,
    /// Turn every scan by an angle drawn from this seed and shift it by up to 60 um.
    #[arg(long)]
    turn_seed: Option<u64>,
    /// Folder for pairs.csv, summary.json and report.html; made if it is not there.
    #[arg(long, required_unless_present = "regions")]
    out: Option<PathBuf>,
    /// Let each scan search all others too. Scans are then always turned: by --turn-seed, else by --seed.
    #[arg(long)]
    retrieval: bool,
    /// Marks of no firearm to add to the gallery of --retrieval.
    #[arg(long, default_value_t = 0, requires = "retrieval")]
    distractors: usize,
    /// Seed of the distractors and of --regions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Evaluate instead a table of scores with known source (comma separated), such as published ones.
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["manifest", "retrieval", "regions", "set", "turn_seed"])]
    scores: Option<PathBuf>,
    /// What the calibration looks at, with commas between: `column`, `column/column`, `ln(column)`, `ln(number+column)`.
    #[arg(long, value_delimiter = ',')]
    terms: Vec<Term>,
    /// Measure instead how well the region of the mark is found, on so many synthetic raw scans.
    #[arg(long, value_name = "COUNT", conflicts_with_all = ["manifest", "retrieval"])]
    regions: Option<usize>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Measures, writes the files and prints the figures.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(count) = arguments.regions {
        let table = raw_primer::evaluate(count, arguments.seed);
        if arguments.json {
            return output::json(&table);
        }
        print!("{table}");
        return Ok(());
    }
    let Some(out) = &arguments.out else { bail!("--out is needed") };
    if let Some(table) = &arguments.scores {
        make(out)?;
        let summary = scores::evaluate(table, &arguments.terms, out)?;
        write_summary(out, &summary)?;
        if arguments.json {
            return output::json(&summary);
        }
        print!("{}", scores::text(&summary));
        println!("written: {}", out.display());
        return Ok(());
    }
    let Some(manifest) = &arguments.manifest else { bail!("--manifest is needed") };
    let mut rows = manifest::read(manifest)?;
    rows.retain(|row| row.kind == arguments.kind.code());
    for set in &arguments.set {
        if !rows.iter().any(|row| row.set == *set) {
            bail!("the manifest {} has no set `{set}` of kind {}", manifest.display(), arguments.kind.code());
        }
    }
    rows.retain(|row| arguments.set.is_empty() || arguments.set.contains(&row.set));
    if rows.is_empty() {
        bail!("the manifest {} has no scan of kind {}", manifest.display(), arguments.kind.code());
    }
    make(out)?;

    let turn_seed = arguments.turn_seed.or(arguments.retrieval.then_some(arguments.seed));
    let (marks, unsuitable) = marks::prepare(&rows, arguments.kind, turn_seed)?;
    let pairs = pairs::compare(&marks, arguments.kind)?;
    let terms = if arguments.terms.is_empty() {
        inputs::IMPRESSION.iter().map(|term| term.parse()).collect::<Result<_, _>>()?
    } else {
        arguments.terms.clone()
    };
    let calibrated = Calibrated::of(pairs::scored(&marks, &pairs), terms)?;
    let figures = Figures::by_set(&calibrated);
    pairs::write(&out.join("pairs.csv"), &marks, &pairs, arguments.kind, &calibrated)?;
    let retrieval = if arguments.retrieval {
        let distractors = retrieval::distractors(&marks, arguments.distractors, arguments.seed);
        let asked = retrieval::ask(&marks, &distractors, arguments.kind)?;
        retrieval::write(out, &marks, &asked)?;
        Some(retrieval::summarise(&marks, &distractors, &asked))
    } else {
        None
    };
    let summary = Summary {
        kind: arguments.kind.code(),
        method: methods::newest(arguments.kind).id().to_owned(),
        turn_seed,
        sets: summary::sets(manifest, &marks, &pairs, &figures)?,
        terms: calibrated.terms.iter().map(Term::to_string).collect(),
        transfer: calibrated.transfer.clone(),
        unsuitable: summary::rejected(&unsuitable),
        cpu_ms: timing::measure(&marks, &pairs, arguments.kind, turn_seed)?,
        retrieval,
    };
    write_summary(out, &summary)?;
    let path = out.join("report.html");
    std::fs::write(&path, report::html(&summary, &marks, &pairs, &calibrated, &figures)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    if arguments.json {
        return output::json(&summary);
    }
    print!("{}", report::text(&summary));
    println!("written: {}", out.display());
    Ok(())
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn write_summary(folder: &Path, summary: &impl Serialize) -> Result<()> {
    let path = folder.join("summary.json");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    serde_json::to_writer_pretty(file, summary).with_context(|| format!("cannot write {}", path.display()))
}
