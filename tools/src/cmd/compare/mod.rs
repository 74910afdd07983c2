//! `headstamp compare`: two files, no server.

mod impressed;
mod striated;

use crate::kind::{self, Kind};
use crate::source::Source;
use anyhow::Result;
use headstamp_engine::marks::MarkKind;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `headstamp compare`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The reference.
    reference: PathBuf,
    /// The scan compared with it.
    compared: PathBuf,
    /// Kind of mark.
    #[arg(long, value_parser = kind::parse, default_value = MarkKind::BreechFaceImpression.code())]
    kind: Kind,
    /// Write a page with the picture of every step.
    #[arg(long, value_name = "OUT.html")]
    explain: Option<PathBuf>,
    /// Folder of a laboratory's own calibration models (JSON), asked before the shipped ones.
    #[arg(long, value_name = "DIR")]
    calibration: Option<PathBuf>,
    /// Instrument of both scans, where the files do not name it.
    #[arg(long)]
    instrument: Option<String>,
    /// Do not ask whether one of the two scans is mirrored.
    #[arg(long)]
    no_mirror: bool,
    /// Both scans of a striated mark are known to run the same way: do not try one from its other end.
    #[arg(long)]
    declared: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Compares and prints score, parts and how the two lie on each other.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments.kind {
        Kind::Impressed(kind) => impressed::run(arguments, kind),
        Kind::Striated(kind) => striated::run(arguments, kind),
    }
}

/// One of the two files in the document.
fn side(path: &Path, source: &Source) -> Value {
    json!({
        "file": path.display().to_string(),
        "sha256": source.sha256.to_string(),
        "format": source.decoded.format,
        "instrument": source.decoded.instrument(),
        "notes": source.decoded.notes,
    })
}
