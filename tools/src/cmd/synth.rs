//! `headstamp synth`: scans of firearms that do not exist, with a manifest of their known sources.

use crate::kind::{self, Kind};
use crate::{output, progress};
use anyhow::{Context, Result, bail, ensure};
use headstamp_engine::formats::x3p::{Provenance, X3pDocument};
use headstamp_engine::ids::Digest;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::synth::impression::{BreechFace, LOT_FIREARMS};
use headstamp_engine::synth::{scan, texture};
use indicatif::ProgressBar;
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Most scans of one call: 20,000 of them take about 2 GB.
const SCANS_MAX: u64 = 20_000;
/// Columns of the manifest: those of every collection of scans, and what `enroll` and `demo` look at.
const COLUMNS: [&str; 13] = [
    "path",
    "kind",
    "set",
    "firearm_id",
    "item_id",
    "instrument",
    "lateral_resolution_m",
    "sha256",
    "source_repo",
    "source_path",
    "licence",
    "notes",
    "role",
];

/// Arguments of `headstamp synth`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Kind of mark; so far breech face impressions.
    #[arg(long, value_parser = kind::parse, default_value = MarkKind::BreechFaceImpression.code())]
    kind: Kind,
    /// Number of firearms. Four that follow each other come from one machine run and share its traces.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=SCANS_MAX))]
    firearms: u64,
    /// Shots of each firearm, in order: it wears from one to the next.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=SCANS_MAX))]
    shots: u64,
    /// Everything follows from it: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Share of the firearms that leave weak marks, 0 to 1. Casework looks like 0.15 to 0.2.
    #[arg(long, default_value_t = 0.0)]
    weak_share: f64,
    /// Folder for the scans and manifest.tsv; made if it is not there.
    #[arg(long)]
    out: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Report {
    kind: &'static str,
    seed: u64,
    weak_share: f64,
    firearms: u64,
    lots: u64,
    shots: u64,
    scans: usize,
    bytes: u64,
    manifest: PathBuf,
}

/// Draws, writes and says what was written.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (firearms, shots) = (arguments.firearms, arguments.shots);
    if arguments.kind != Kind::Impressed(MarkKind::BreechFaceImpression) {
        let (kind, known) = (arguments.kind.code(), MarkKind::BreechFaceImpression.code());
        bail!("there is no generator for marks of kind {kind}; there is one for {known}");
    }
    let scans = firearms.saturating_mul(shots);
    ensure!(scans <= SCANS_MAX, "{firearms} firearms with {shots} shots are {scans} scans, more than {SCANS_MAX}");
    ensure!((0.0..=1.0).contains(&arguments.weak_share), "--weak-share is {}, not 0 to 1", arguments.weak_share);
    let manifest = arguments.out.join("manifest.tsv");
    ensure!(!manifest.exists(), "{} is there already; give another folder", manifest.display());
    let folder = arguments.out.join(arguments.kind.code());
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;

    let bar = progress::bar("drawing", scans as usize);
    let written: Vec<Vec<Written>> =
        (0..firearms).into_par_iter().map(|firearm| shoot(arguments, firearm, &bar)).collect::<Result<_>>()?;
    bar.finish_and_clear();
    let written: Vec<Written> = written.into_iter().flatten().collect();
    let rows: String = written.iter().map(|scan| format!("{}\n", scan.row)).collect();
    std::fs::write(&manifest, format!("{}\n{rows}", COLUMNS.join("\t")))
        .with_context(|| format!("cannot write {}", manifest.display()))?;

    let report = Report {
        kind: arguments.kind.code(),
        seed: arguments.seed,
        weak_share: arguments.weak_share,
        firearms,
        lots: firearms.div_ceil(LOT_FIREARMS),
        shots,
        scans: written.len(),
        bytes: written.iter().map(|scan| scan.bytes).sum(),
        manifest,
    };
    if arguments.json {
        return output::json(&report);
    }
    println!("{} scans of {firearms} firearms in {} lots: {}", report.scans, report.lots, report.manifest.display());
    Ok(())
}

/// A scan on disk.
struct Written {
    row: String,
    bytes: u64,
}

/// All shots of one firearm.
fn shoot(arguments: &Arguments, firearm: u64, bar: &ProgressBar) -> Result<Vec<Written>> {
    let face = BreechFace::in_casework(arguments.seed, firearm, arguments.weak_share);
    (1..=arguments.shots)
        .map(|shot| {
            let written = write(arguments, &face, firearm, shot)?;
            bar.inc(1);
            Ok(written)
        })
        .collect()
}

fn write(arguments: &Arguments, face: &BreechFace, firearm: u64, shot: u64) -> Result<Written> {
    let (seed, kind) = (arguments.seed, arguments.kind.code());
    let drawn = format!("seed {seed}, firearm {firearm}, shot {shot}");
    let provenance = Provenance {
        creator: "headstamp synth".into(),
        comment: format!("Synthetic, no firearm exists: {drawn}"),
        ..Provenance::default()
    };
    let topography = scan::scan(face, shot).with_context(|| drawn.clone())?;
    let bytes = X3pDocument::from_topography(&topography, &provenance)?.write()?;
    let name = format!("{kind}/f{firearm:05}_s{shot:03}.x3p");
    let file = arguments.out.join(Path::new(&name));
    std::fs::write(&file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    let lot = firearm / LOT_FIREARMS;
    let row = [
        name,
        kind.into(),
        "synthetic".into(),
        format!("synthetic-{seed}-{firearm:05}"),
        format!("s{shot:03}"),
        "synthetic".into(),
        format!("{:.3e}", texture::PITCH.metres()),
        Digest::of(&bytes).to_string(),
        "headstamp synth".into(),
        drawn,
        "synthetic, free of rights".into(),
        format!("lot {lot}, {}, noise over texture {:.3}", face.finish().name(), face.difficulty()),
        "known".into(),
    ];
    Ok(Written { row: row.join("\t"), bytes: bytes.len() as u64 })
}
