//! `headstamp bench`: what galleries of a hundred thousand or a million marks take and how fast they answer, here.
//!
//! The engine is measured, not the service: marks are drawn as codes and not as scans, and calls go to the gallery and
//! the pool of threads a server uses, not over a socket.

use crate::bench::table::{Document, Measured};
use crate::bench::{Marks, ask, gallery, process, realism};
use crate::evaluate::marks;
use crate::{manifest, output};
use anyhow::{Context, Result, ensure};
use headstamp_engine::marks::MarkKind;
use std::path::{Path, PathBuf};

/// Arguments of `headstamp bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Numbers of marks, ascending.
    #[arg(long, value_delimiter = ',', default_value = "100000")]
    gallery: Vec<usize>,
    /// Numbers of clients that search at once.
    #[arg(long, value_delimiter = ',', default_value = "1,8")]
    clients: Vec<usize>,
    /// Real marks that search, at most.
    #[arg(long, default_value_t = 48)]
    queries: usize,
    /// Table of the real scans. Default: that of `testdata` here or in the source tree.
    #[arg(long, value_name = "M.tsv")]
    manifest: Option<PathBuf>,
    /// Sets of the table to use; all if none is named.
    #[arg(long, value_delimiter = ',')]
    set: Vec<String>,
    /// Folder that keeps the galleries, so that a later run finds them filled. Default: a temporary one.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Seed of the strangers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    const KIND: MarkKind = MarkKind::BreechFaceImpression;
    ensure!(arguments.clients.iter().all(|&clients| clients > 0), "at least one client searches");
    let mut rows = manifest::read(&table(arguments)?)?;
    rows.retain(|row| row.kind == KIND.code() && (arguments.set.is_empty() || arguments.set.contains(&row.set)));
    let (real, _) = marks::prepare(&rows, KIND, None)?;
    ensure!(!real.is_empty(), "the manifest has no usable scan");
    let marks = Marks::new(real, arguments.seed)?;
    let asked = ask::queries(&marks, arguments.queries);
    ensure!(!asked.is_empty(), "no mark of the manifest has a mate to be found");
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = arguments.data.as_deref().unwrap_or(temporary.path());
    let (processor, cores) = process::processor();
    let mut document = Document {
        processor,
        cores,
        real_marks: marks.real.len(),
        template_bytes: marks.template_bytes(),
        realism: realism::measure(&marks, KIND)?,
        galleries: Vec::new(),
    };
    for &count in &arguments.gallery {
        let (gallery, mut filled) = gallery::filled(&folder.join(count.to_string()), &marks, count, KIND)?;
        ask::warm(&gallery, &marks, &asked)?;
        let (stages, graph_loss) = ask::stages(&gallery, &marks, &asked, KIND);
        let clients: Result<Vec<_>> =
            arguments.clients.iter().map(|&clients| ask::clients(&gallery, &marks, &asked, clients)).collect();
        filled.memory = process::memory();
        document.galleries.push(Measured { filled, stages, graph_loss, clients: clients? });
    }
    match arguments.json {
        true => output::json(&document)?,
        false => print!("{}", document.text()),
    }
    Ok(())
}

fn table(arguments: &Arguments) -> Result<PathBuf> {
    if let Some(manifest) = &arguments.manifest {
        return Ok(manifest.clone());
    }
    let source_tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/manifest.tsv");
    let here = [PathBuf::from("testdata/manifest.tsv"), source_tree].into_iter().find(|table| table.is_file());
    here.context("no folder `testdata` here; name a manifest with --manifest")
}
