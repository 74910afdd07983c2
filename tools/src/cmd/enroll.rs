//! `headstamp enroll`: scans into a server, one by one, from a manifest, a folder or files.
//!
//! A run can be repeated: records are found again by name, a scan that is stored is not stored twice, and a file that
//! was half sent goes on where it broke off.

use crate::client::{Client, Known, Place, ServerArguments, Specimen, Upload, What};
use crate::{kind, manifest, output, progress, source};
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use headstamp_engine::formats::is_known_ending;
use headstamp_engine::marks::MarkKind;
use headstamp_proto::v1::PartitionKind;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The mark that scans show where nothing else is said.
const FACE: kind::Kind = kind::Kind::Impressed(MarkKind::BreechFaceImpression);

/// Arguments of `headstamp enroll`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Scans, folders of scans, or one manifest (.tsv with the columns path, kind, set, firearm_id, item_id, ...).
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
    /// Ask the server first which scans it has, and send only the others.
    #[arg(long)]
    resume: bool,
    /// Write a table of the scans that were not enrolled or gave no mark, with the reason.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Partition to enrol into; made if it is not there. Default: what a manifest's column `role` says, else `research`.
    #[arg(long)]
    partition: Option<String>,
    /// What the partition holds, if it has to be made.
    #[arg(long, value_enum, requires = "partition")]
    partition_kind: Option<Kind>,
    /// Firearm that fired the specimens; a manifest says so itself.
    #[arg(long, conflicts_with = "incident")]
    firearm: Option<String>,
    /// Incident the specimens belong to: they are questioned. A manifest's firearms are then left out.
    #[arg(long)]
    incident: Option<String>,
    /// Kind of mark on the scans; a manifest says so itself.
    #[arg(long, value_parser = kind::parse, default_value = MarkKind::BreechFaceImpression.code())]
    kind: kind::Kind,
    /// The files are the lands of one bullet with this number, in their order around it, the first being land 1.
    #[arg(long, value_name = "NUMBER")]
    bullet: Option<String>,
    /// Lands of the bullets' rifling, as far as known; without it lands stay unnumbered and are compared one by one. A
    /// manifest's column `land_count` goes before it.
    #[arg(long, default_value_t = 0)]
    land_count: u32,
    /// All scans lie with the bullet's nose up: do not read them from both ends. A manifest says so itself.
    #[arg(long)]
    nose_up: bool,
    /// Sets of the manifest, with commas between; all if not given.
    #[arg(long, value_delimiter = ',')]
    set: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What a partition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Crime,
    Manufacture,
    Seizure,
    Research,
}

impl Kind {
    const fn wire(self) -> PartitionKind {
        match self {
            Kind::Crime => PartitionKind::Crime,
            Kind::Manufacture => PartitionKind::Manufacture,
            Kind::Seizure => PartitionKind::Seizure,
            Kind::Research => PartitionKind::Research,
        }
    }
}

/// One scan and where it goes.
pub(crate) struct Entry {
    /// The file.
    pub(crate) file: PathBuf,
    /// The specimen it shows.
    pub(crate) specimen: Specimen,
    /// Instrument, or empty.
    pub(crate) instrument: String,
    /// SHA-256 the manifest gives, or empty.
    pub(crate) sha256: String,
    /// The mark on it.
    pub(crate) kind: kind::Kind,
    /// Number of the land, from 1; 0 = none, or not numbered.
    pub(crate) land: u32,
    /// The scan is declared to lie with the bullet's nose up.
    pub(crate) nose_up: bool,
}

/// What became of the scans.
#[derive(Debug, Default, Serialize)]
struct Report {
    enrolled: usize,
    already_enrolled: usize,
    without_mark: usize,
    rejected: usize,
    rejects: Vec<Reject>,
}

#[derive(Debug, Serialize)]
struct Reject {
    path: String,
    reason: String,
    stored: bool,
}

/// Enrols and says what became of each scan.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let entries = entries(arguments)?;
    ensure!(!entries.is_empty(), "there is nothing to enrol");
    let report = super::runtime()?.block_on(enroll(arguments, &entries))?;
    if let Some(path) = &arguments.rejects {
        write(path, &report.rejects).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        output::json(&report)?;
    } else {
        println!(
            "{} enrolled, {} were there already, {} stored without a mark, {} rejected",
            report.enrolled, report.already_enrolled, report.without_mark, report.rejected
        );
        for reject in &report.rejects {
            println!("  {}: {}", reject.path, reject.reason);
        }
    }
    if report.rejected > 0 {
        bail!("{} of {} scans were rejected", report.rejected, entries.len());
    }
    Ok(())
}

async fn enroll(arguments: &Arguments, entries: &[Entry]) -> Result<Report> {
    let mut client = Client::connect(&arguments.server).await?;
    let (mut known, mut report) = (Known::default(), Report::default());
    let bar = progress::bar("enrolling", entries.len());
    for entry in entries {
        match one(&mut client, &mut known, entry, arguments.resume).await {
            Ok(enrolled) if enrolled.already => report.already_enrolled += 1,
            Ok(enrolled) if enrolled.marks.is_empty() => {
                report.without_mark += 1;
                let reason = format!("stored, but it gave no mark: {}", enrolled.notes.join("; "));
                report.rejects.push(Reject { path: entry.file.display().to_string(), reason, stored: true });
            }
            Ok(_) => report.enrolled += 1,
            Err(error) => {
                report.rejected += 1;
                let reason = output::one_line(&error);
                report.rejects.push(Reject { path: entry.file.display().to_string(), reason, stored: false });
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(report)
}

/// Enrols one scan.
pub(crate) async fn one(
    client: &mut Client,
    known: &mut Known,
    entry: &Entry,
    ask_first: bool,
) -> Result<crate::client::Enrolled> {
    let bytes = source::bytes(&entry.file)?;
    let digest = headstamp_engine::ids::Digest::of(&bytes).to_string();
    ensure!(
        entry.sha256.is_empty() || entry.sha256 == digest,
        "the file has SHA-256 {digest}, the manifest says {}",
        entry.sha256
    );
    let specimen_id = client.specimen(known, &entry.specimen).await?;
    if ask_first && let Some(stored) = client.stored(&specimen_id, &bytes).await? {
        return Ok(stored);
    }
    let file_name = entry.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let upload = Upload {
        specimen_id: &specimen_id,
        file_name: &file_name,
        instrument: &entry.instrument,
        kind: (entry.kind != FACE).then_some(entry.kind),
        land: entry.land,
        nose_up: entry.nose_up,
        bytes: &bytes,
    };
    client.enroll(&upload).await
}

/// The scans that are asked for.
fn entries(arguments: &Arguments) -> Result<Vec<Entry>> {
    if let [path] = arguments.paths.as_slice()
        && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"))
    {
        return of_manifest(path, arguments);
    }
    ensure!(arguments.set.is_empty(), "--set needs a manifest");
    let mut files = Vec::new();
    for path in &arguments.paths {
        if path.is_dir() {
            scans_below(path, &mut files)?;
        } else {
            ensure!(path.exists(), "{} does not exist", path.display());
            files.push(path.clone());
        }
    }
    let kind = if arguments.bullet.is_some() && arguments.kind == FACE { kind::Kind::LAND } else { arguments.kind };
    ensure!(kind.on_bullet() || arguments.bullet.is_none(), "--bullet names a bullet, and a {kind} is on none");
    let entry = |(file, number): (PathBuf, u32)| {
        let own_name = || file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let specimen = Specimen {
            place: place(arguments),
            label: arguments.bullet.clone().unwrap_or_else(own_name),
            firearm: arguments.firearm.clone(),
            incident: arguments.incident.clone(),
            what: what(kind, arguments.land_count),
        };
        // Without a count there is no ring for numbers to go around.
        let land = if arguments.bullet.is_some() && arguments.land_count > 0 { number } else { 0 };
        Entry {
            specimen,
            instrument: String::new(),
            sha256: String::new(),
            kind,
            land,
            nose_up: arguments.nose_up,
            file,
        }
    };
    Ok(files.into_iter().zip(1..).map(entry).collect())
}

/// The specimen that carries a mark.
fn what(kind: kind::Kind, land_count: u32) -> What {
    if kind.on_bullet() { What::Bullet { land_count } } else { What::CartridgeCase }
}

fn of_manifest(path: &Path, arguments: &Arguments) -> Result<Vec<Entry>> {
    ensure!(arguments.firearm.is_none(), "--firearm does not go with a manifest, which names the firearms itself");
    let mut rows = manifest::read(path)?;
    ensure!(arguments.bullet.is_none(), "--bullet does not go with a manifest, which names the bullets itself");
    rows.retain(|row| kind::Kind::from_code(&row.kind).is_some());
    for set in &arguments.set {
        ensure!(
            rows.iter().any(|row| row.set == *set),
            "the manifest {} has no scans of a set `{set}`",
            path.display()
        );
    }
    rows.retain(|row| arguments.set.is_empty() || arguments.set.contains(&row.set));
    Ok(rows.into_iter().map(|row| of_row(row, arguments)).collect())
}

fn of_row(row: manifest::Row, arguments: &Arguments) -> Entry {
    let mut entry = entry_of(row, arguments.land_count);
    if arguments.partition.is_some() {
        entry.specimen.place = place(arguments);
    }
    if let Some(incident) = &arguments.incident {
        entry.specimen.firearm = None;
        entry.specimen.incident = Some(incident.clone());
    }
    entry
}

/// A row of a manifest as a specimen: `known` is a manufacturer's test fire of its firearm, `questioned` belongs to an
/// incident and its firearm is not told to the server, without a role it is research material with a known firearm.
/// The lands of a bullet go to one specimen; `land_count` is that of rows that do not say.
pub(crate) fn entry_of(row: manifest::Row, land_count: u32) -> Entry {
    let kind = kind::Kind::from_code(&row.kind).unwrap_or(FACE);
    let land_count = if row.land_count > 0 { row.land_count } else { land_count };
    let (label, firearm) =
        if kind.on_bullet() { (row.bullet(), row.barrel()) } else { (row.specimen(), row.firearm.as_str()) };
    let questioned = row.role == "questioned";
    let place = match row.role.as_str() {
        "questioned" => Place { partition: "crime".into(), kind: PartitionKind::Crime },
        "known" => Place { partition: "manufacture".into(), kind: PartitionKind::Manufacture },
        _ => Place { partition: "research".into(), kind: PartitionKind::Research },
    };
    let specimen = Specimen {
        place,
        firearm: (!questioned && !row.firearm.is_empty()).then(|| firearm.to_owned()),
        incident: questioned.then(|| format!("incident {label}")),
        label,
        what: what(kind, land_count),
    };
    let numbered = row.seat.filter(|_| kind.on_bullet() && land_count > 0);
    let land = numbered.map_or(0, |seat| seat.place as u32 + 1);
    Entry { file: row.file, specimen, instrument: row.instrument, sha256: row.sha256, kind, land, nose_up: row.nose_up }
}

/// Where the command line wants the scans.
fn place(arguments: &Arguments) -> Place {
    Place {
        partition: arguments.partition.clone().unwrap_or_else(|| "research".into()),
        kind: arguments.partition_kind.unwrap_or(Kind::Research).wire(),
    }
}

/// Files below a folder that may be scans, in the order of their names.
fn scans_below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let listed = || format!("cannot list {}", folder.display());
    let mut inside = std::fs::read_dir(folder)
        .with_context(listed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(listed)?;
    inside.sort();
    for path in inside {
        if path.is_dir() {
            scans_below(&path, files)?;
        } else if path.extension().and_then(|ending| ending.to_str()).is_some_and(is_known_ending) {
            files.push(path);
        }
    }
    Ok(())
}

fn write(path: &Path, rejects: &[Reject]) -> Result<()> {
    let mut out = csv::WriterBuilder::new().delimiter(b'\t').from_path(path)?;
    out.write_record(["path", "reason", "stored"])?;
    for reject in rejects {
        out.write_record([reject.path.as_str(), reject.reason.as_str(), if reject.stored { "1" } else { "0" }])?;
    }
    out.flush()?;
    Ok(())
}
