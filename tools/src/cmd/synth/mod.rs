//! `headstamp synth`: scans of firearms that do not exist, with a manifest of their known sources.

pub(super) mod lands;

use crate::kind::{self, Kind};
use crate::{output, progress};
use anyhow::{Context, Result, bail, ensure};
use headstamp_engine::formats::Topography;
use headstamp_engine::formats::x3p::{Provenance, X3pDocument};
use headstamp_engine::ids::Digest;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::synth::impression::{BreechFace, LOT_FIREARMS};
use headstamp_engine::synth::{scan, texture};
use headstamp_engine::units::Metres;
use indicatif::ProgressBar;
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Most scans of one call: 20,000 of them take about 2 GB.
const SCANS_MAX: u64 = 20_000;
/// Columns of the manifest: those of every collection of scans, and what `enroll` and `demo` look at.
const COLUMNS: [&str; 15] = [
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
    "land",
    "land_count",
];

/// Arguments of `headstamp synth`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Kind of mark: breech face impressions, or all lands of bullets.
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
    lots: Option<u64>,
    shots: u64,
    scans: usize,
    bytes: u64,
    manifest: PathBuf,
}

/// Draws, writes and says what was written.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (firearms, shots) = (arguments.firearms, arguments.shots);
    let (each, shoot): (usize, Shoot) = match arguments.kind {
        FACE => (1, shoot),
        Kind::LAND => (lands::LANDS, lands::shoot),
        other => {
            let (kind, faces, lands) = (other.code(), FACE.code(), Kind::LAND.code());
            bail!("there is no generator for marks of kind {kind}; there are some for {faces} and {lands}");
        }
    };
    let scans = firearms.saturating_mul(shots).saturating_mul(each as u64);
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
        lots: (arguments.kind == FACE).then(|| firearms.div_ceil(LOT_FIREARMS)),
        shots,
        scans: written.len(),
        bytes: written.iter().map(|scan| scan.bytes).sum(),
        manifest,
    };
    if arguments.json {
        return output::json(&report);
    }
    let lots = report.lots.map_or_else(String::new, |lots| format!(" in {lots} lots"));
    println!("{} scans of {firearms} firearms{lots}: {}", report.scans, report.manifest.display());
    Ok(())
}

/// Draws all shots of one firearm.
type Shoot = fn(&Arguments, u64, &ProgressBar) -> Result<Vec<Written>>;

/// The kind whose firearms come in lots.
const FACE: Kind = Kind::Impressed(MarkKind::BreechFaceImpression);

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
    let lot = firearm / LOT_FIREARMS;
    let drawn = format!("seed {}, firearm {firearm}, shot {shot}", arguments.seed);
    let topography = scan::scan(face, shot).with_context(|| drawn.clone())?;
    Drawn {
        name: format!("f{firearm:05}_s{shot:03}"),
        source: format!("synthetic-{}-{firearm:05}", arguments.seed),
        item: format!("s{shot:03}"),
        pitch: texture::PITCH,
        notes: format!("lot {lot}, {}, noise over texture {:.3}", face.finish().name(), face.difficulty()),
        land: None,
        topography,
        drawn,
    }
    .write(arguments)
}

/// A scan that was drawn.
struct Drawn {
    topography: Topography,
    /// Name of the file without ending.
    name: String,
    /// Known source.
    source: String,
    /// The object.
    item: String,
    /// From what it was drawn.
    drawn: String,
    pitch: Metres,
    notes: String,
    /// Number of the land, from 1, and how many there are.
    land: Option<(usize, usize)>,
}

impl Drawn {
    fn write(self, arguments: &Arguments) -> Result<Written> {
        let kind = arguments.kind.code();
        let provenance = Provenance {
            creator: "headstamp synth".into(),
            comment: format!("Synthetic, no firearm exists: {}", self.drawn),
            ..Provenance::default()
        };
        let bytes = X3pDocument::from_topography(&self.topography, &provenance)?.write()?;
        let name = format!("{kind}/{}.x3p", self.name);
        let file = arguments.out.join(Path::new(&name));
        std::fs::write(&file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
        let row = [
            name,
            kind.into(),
            "synthetic".into(),
            self.source,
            self.item,
            "synthetic".into(),
            format!("{:.3e}", self.pitch.metres()),
            Digest::of(&bytes).to_string(),
            "headstamp synth".into(),
            self.drawn,
            "synthetic, free of rights".into(),
            self.notes,
            "known".into(),
            self.land.map_or_else(String::new, |(land, _)| land.to_string()),
            self.land.map_or_else(String::new, |(_, lands)| lands.to_string()),
        ];
        Ok(Written { row: row.join("\t"), bytes: bytes.len() as u64 })
    }
}
