//! `headstamp evaluate`: how well the method tells firearms apart, measured on scans of known source.

use crate::evaluate::marks::Mark;
use crate::evaluate::retrieval::{self, Built, Degraded, Questions, Retrieval};
use crate::evaluate::summary::{self, RetrievalSetting, Summary};
use crate::evaluate::{lands, marks, pairs, report, scores, timing};
use crate::kind::{self, Kind};
use crate::manifest::Row;
use crate::meaning::{Calibrated, Figures};
use crate::{manifest, output};
use anyhow::{Context, Result, bail};
use headstamp_engine::calibrate::inputs;
use headstamp_engine::calibrate::terms::Term;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::striae::StriaKind;
use headstamp_engine::synth::raw_primer;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Arguments of `headstamp evaluate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Table of scans with their known source (tab separated: path, kind, set, firearm_id, item_id, ...).
    #[arg(long, required_unless_present_any = ["regions", "scores"])]
    manifest: Option<PathBuf>,
    /// Kind of mark.
    #[arg(long, value_parser = kind::parse, default_value = MarkKind::BreechFaceImpression.code())]
    kind: Kind,
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
    /// What is done to the queries of --retrieval, with commas between: whole, noise:STRENGTH (noise of so many Sq),
    /// sector:DEGREES (its origin found again from what is left), sector:DEGREES:true-origin. The gallery stays whole.
    #[arg(long, value_delimiter = ',', default_value = "whole", requires = "retrieval")]
    query: Vec<Degraded>,
    /// Sets of the manifest whose scans ask, with commas between; all if not given. The gallery holds every set.
    #[arg(long, value_delimiter = ',', requires = "retrieval")]
    ask: Vec<String>,
    /// Give the figures of --retrieval also for the odd-numbered and the even-numbered firearms of each set.
    #[arg(long, requires = "retrieval")]
    split_firearms: bool,
    /// How often each degraded query is drawn.
    #[arg(long, default_value_t = 1, requires = "retrieval", value_parser = clap::value_parser!(u16).range(1..=100))]
    draws: u16,
    /// Search without the mirrored hypothesis. Distractors are then also mirrored scans and chimeras of their sectors.
    #[arg(long, requires = "retrieval")]
    no_mirror: bool,
    /// Turn over the scans whose path holds one of these texts (commas between): exported mirrored, as the manifest's
    /// column `mirrored` says too.
    #[arg(long, value_delimiter = ',')]
    flip: Vec<String>,
    /// What is done to the first mark of every pair that is compared: as --query, drawn from --seed.
    #[arg(long, value_name = "QUERY", default_value = "whole")]
    degrade: Degraded,
    /// Search only: compare no pairs.
    #[arg(long, requires = "retrieval")]
    no_pairs: bool,
    /// Seed of the distractors, of what degrades queries, and of --regions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Evaluate instead a table of scores with known source (comma separated), such as published ones.
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["manifest", "retrieval", "regions", "set", "turn_seed"])]
    scores: Option<PathBuf>,
    /// More tables of scores: a model fitted on each set of any table is tested on every other set.
    #[arg(long, value_name = "TABLE", value_delimiter = ',', requires = "scores")]
    against: Vec<PathBuf>,
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
        let summary = scores::evaluate(table, &arguments.against, &arguments.terms, out)?;
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
    for set in arguments.set.iter().chain(&arguments.ask) {
        if !rows.iter().any(|row| row.set == *set) {
            bail!("the manifest {} has no set `{set}` of kind {}", manifest.display(), arguments.kind.code());
        }
    }
    rows.retain(|row| arguments.set.is_empty() || arguments.set.contains(&row.set));
    if rows.is_empty() {
        bail!("the manifest {} has no scan of kind {}", manifest.display(), arguments.kind.code());
    }
    for row in &mut rows {
        row.mirrored |= arguments.flip.iter().any(|text| row.path.contains(text.as_str()));
    }
    make(out)?;
    let kind = match arguments.kind {
        Kind::Impressed(kind) => kind,
        Kind::Striated(kind) => return striated(arguments, &rows, kind, out),
    };

    let turn_seed = arguments.turn_seed.or(arguments.retrieval.then_some(arguments.seed));
    let (marks, unsuitable) = marks::prepare(&rows, kind, turn_seed)?;
    let pairs =
        if arguments.no_pairs { Vec::new() } else { pairs::compare(&marks, kind, arguments.degrade, arguments.seed)? };
    let terms = if arguments.terms.is_empty() {
        inputs::IMPRESSION.iter().map(|term| term.parse()).collect::<Result<_, _>>()?
    } else {
        arguments.terms.clone()
    };
    let calibrated = Calibrated::of(pairs::scored(&marks, &pairs), terms)?;
    let figures = Figures::by_set(&calibrated);
    pairs::write(&out.join("pairs.csv"), &marks, &pairs, kind, &calibrated)?;
    let mut searched = if arguments.retrieval { Some(search(arguments, kind, &marks, out)?) } else { None };
    let summary = Summary {
        kind: kind.code(),
        method: methods::newest(kind).id().to_owned(),
        turn_seed,
        degraded: Some(arguments.degrade.to_string()).filter(|_| arguments.degrade != Degraded::Whole),
        sets: summary::sets(manifest, &marks, &unsuitable, &pairs, &calibrated, &figures)?,
        terms: calibrated.terms.iter().map(Term::to_string).collect(),
        transfer: calibrated.transfer.clone(),
        unsuitable: summary::rejected(&unsuitable),
        cpu_ms: timing::measure(&marks, &pairs, kind, turn_seed)?,
        retrieval: searched.as_mut().and_then(|(_, queries)| queries.remove(&Degraded::Whole.to_string())),
        degraded_retrieval: searched.as_mut().map(|(_, queries)| std::mem::take(queries)).unwrap_or_default(),
        retrieval_setting: searched.map(|(setting, _)| setting),
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

/// Measures striated marks, writes the files and prints the figures.
fn striated(arguments: &Arguments, rows: &[Row], kind: StriaKind, out: &Path) -> Result<()> {
    if arguments.retrieval {
        bail!("--retrieval is for impressed marks; {kind} is evaluated by pairs and by whole bullets");
    }
    let found = lands::evaluate(rows, kind, arguments.turn_seed, &arguments.terms, out)?;
    write_summary(out, &found.summary)?;
    let path = out.join("report.html");
    std::fs::write(&path, lands::html(&found)?).with_context(|| format!("cannot write {}", path.display()))?;
    if arguments.json {
        return output::json(&found.summary);
    }
    print!("{}", lands::text(&found));
    println!("written: {}", out.display());
    Ok(())
}

/// The figures of each kind of query by its name, and by set.
type Queries = BTreeMap<String, BTreeMap<String, Retrieval>>;

/// Lets every mark search the others and the distractors, once for each kind of query.
fn search(arguments: &Arguments, kind: MarkKind, marks: &[Mark], out: &Path) -> Result<(RetrievalSetting, Queries)> {
    let mirror = !arguments.no_mirror;
    let built = Built::new(marks, arguments.distractors, arguments.seed, mirror, kind)?;
    let mut asked = Vec::new();
    for degraded in &arguments.query {
        let questions = Questions {
            degraded: *degraded,
            draws: arguments.draws.into(),
            seed: arguments.seed,
            sets: &arguments.ask,
        };
        asked.push((*degraded, retrieval::ask(&built, &questions)?));
    }
    retrieval::tables::write(out, marks, &asked)?;
    let shares = asked.iter().map(|(degraded, asked)| {
        (degraded.to_string(), retrieval::shares::summarise(&built, asked, arguments.split_firearms))
    });
    let setting = RetrievalSetting {
        mirror,
        flipped: arguments.flip.clone(),
        seed: arguments.seed,
        draws: arguments.draws.into(),
        distractors: built.mix(),
    };
    Ok((setting, shares.collect()))
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn write_summary(folder: &Path, summary: &impl Serialize) -> Result<()> {
    let path = folder.join("summary.json");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    serde_json::to_writer_pretty(file, summary).with_context(|| format!("cannot write {}", path.display()))
}
