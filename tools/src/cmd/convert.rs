//! `headstamp convert`: a scan of any readable format as X3P, with where it comes from kept inside.
//!
//! Heights, pitch and missing points are those that were read, bit for bit: nothing is levelled, filtered or filled. The
//! file is read again and compared before it is saved, and no existing file is written over.

use crate::{output, source};
use anyhow::{Context, Result, bail, ensure};
use headstamp_engine::formats::x3p::{Origin, X3pDocument};
use headstamp_engine::formats::{self, ReadSettings, Scan};
use headstamp_engine::ids::Digest;
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `headstamp convert`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The scan: AL3D, SUR, SDF, TMD, PLU or OPD.
    file: PathBuf,
    /// The X3P file to make; it must not exist.
    out: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Reads, converts, reads again, compares, saves.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { file, out, json } = arguments;
    let source = source::open(file)?;
    let decoded = &source.decoded;
    ensure!(decoded.format != "X3P", "{} is an X3P file already", file.display());
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let sha256 = source.sha256.to_string();
    let provenance = Origin { name: &name, sha256: &sha256, bytes: source.byte_count, decoded }.provenance();
    let document = match &decoded.scan {
        Scan::Topography(map) => X3pDocument::from_topography(map, &provenance)?,
        Scan::Profile(profile) => X3pDocument::from_profile(profile, &provenance)?,
        Scan::Points(_) => bail!("{} holds points without a grid: not converted", file.display()),
        Scan::Photograph(_) => bail!("{} is a photograph: X3P holds heights", file.display()),
    };
    let bytes = document.write()?;
    let again = formats::read(&bytes, &ReadSettings::default()).context("reading the converted file again")?;
    ensure!(
        are_equal(&decoded.scan, &again.scan),
        "the converted file does not hold the heights of {}",
        file.display()
    );
    save(out, &bytes)?;
    let digest = Digest::of(&bytes).to_string();
    if *json {
        return output::json(&json!({
            "file": file.display().to_string(),
            "format": decoded.format,
            "sha256": sha256,
            "out": out.display().to_string(),
            "out_sha256": digest,
            "out_bytes": bytes.len(),
            "holds": source::scan_word(&decoded.scan),
            "notes": decoded.notes,
        }));
    }
    println!("{} ({}) -> {}", file.display(), decoded.format, out.display());
    println!("  SHA-256   {sha256} -> {digest}");
    decoded.notes.iter().for_each(|note| println!("  note      {note}"));
    Ok(())
}

/// True if every height has the same bits, and pitch and size are the same.
fn are_equal(before: &Scan, after: &Scan) -> bool {
    match (before, after) {
        (Scan::Topography(a), Scan::Topography(b)) => {
            let heights = a.heights.iter().zip(&b.heights).all(|(a, b)| a.to_bits() == b.to_bits());
            let places = (a.pitch_x, a.pitch_y, a.datum) == (b.pitch_x, b.pitch_y, b.datum);
            heights && places && a.heights.dim() == b.heights.dim()
        }
        (Scan::Profile(a), Scan::Profile(b)) => {
            let heights = a.heights.iter().zip(&b.heights).all(|(a, b)| a.to_bits() == b.to_bits());
            heights && a.pitch == b.pitch && a.heights.len() == b.heights.len()
        }
        _ => false,
    }
}

/// Writes a file that must not exist; one that could not be written whole is taken away again.
fn save(out: &PathBuf, bytes: &[u8]) -> Result<()> {
    let mut file = File::create_new(out).with_context(|| format!("cannot create {}", out.display()))?;
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        let _ = std::fs::remove_file(out);
        return Err(error).with_context(|| format!("cannot write {}", out.display()));
    }
    Ok(())
}
