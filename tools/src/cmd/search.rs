//! `headstamp search`: a file or a stored mark against the marks of a server.

use crate::client::{Client, ServerArguments, Upload, failure};
use crate::{candidates, output, progress, source};
use anyhow::{Context, Result, bail, ensure};
use headstamp_proto::v1::search_stream_response::Event;
use headstamp_proto::v1::{MarkKind as WireKind, QueryScan, SearchRequest, SearchResponse, search_request::Query};
use std::path::Path;
use uuid::Uuid;

/// Largest file that goes inside the request; a larger one is uploaded first.
const INLINE_BYTES_MAX: usize = 16 << 20;

/// Arguments of `headstamp search`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A scan, or the id of a stored mark.
    query: String,
    #[command(flatten)]
    server: ServerArguments,
    /// Candidates wanted.
    #[arg(long, default_value_t = 20)]
    top: u32,
    /// Compare every eligible mark in full.
    #[arg(long)]
    exhaustive: bool,
    /// Instrument of the file, where the file does not name it.
    #[arg(long)]
    instrument: Option<String>,
    /// Do not ask whether one of two scans is mirrored.
    #[arg(long)]
    no_mirror: bool,
    /// Partitions the search may touch, by name; may be given again. All if not given.
    #[arg(long)]
    partition: Vec<String>,
    /// Why it is asked, for the audit trail.
    #[arg(long, default_value = "")]
    purpose: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Searches and prints the list.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    ensure!(arguments.top > 0, "--top must be at least 1");
    let answer = super::runtime()?.block_on(search(arguments))?;
    if arguments.json {
        let mut document = candidates::document(&answer);
        document["query"] = arguments.query.clone().into();
        return output::json(&document);
    }
    println!("{}", arguments.query);
    for note in &answer.notes {
        println!("  note: {note}");
    }
    print!("{}", candidates::text(&answer));
    Ok(())
}

async fn search(arguments: &Arguments) -> Result<SearchResponse> {
    let path = Path::new(&arguments.query);
    let mark = Uuid::parse_str(&arguments.query).ok().filter(|_| !path.exists());
    if mark.is_none() && !path.exists() {
        bail!("`{}` is neither a file nor the id of a mark", arguments.query);
    }
    let mut client = Client::connect(&arguments.server).await?;
    let query = match mark {
        Some(mark) => Query::MarkId(mark.to_string()),
        None => of_file(&mut client, path, arguments.instrument.as_deref().unwrap_or_default()).await?,
    };
    let partitions = client.partitions(&arguments.partition).await?;
    ensure!(!partitions.is_empty(), "the server holds no partition yet: nothing to search");
    let request = SearchRequest {
        query: Some(query),
        kind: WireKind::BreechFaceImpression.into(),
        partition_ids: partitions.into_iter().map(|partition| partition.id).collect(),
        top: arguments.top,
        exhaustive: arguments.exhaustive,
        no_mirror: arguments.no_mirror,
        purpose: arguments.purpose.clone(),
        ..Default::default()
    };
    let mut stream = client.search.search_stream(request).await.map_err(|status| failure(&status))?.into_inner();
    let bar = progress::bar("comparing", 0);
    while let Some(news) = stream.message().await.map_err(|status| failure(&status))? {
        match news.event {
            Some(Event::Scanned(counts)) => bar.set_length(counts.eligible.min(u64::from(arguments.top.max(50)))),
            Some(Event::Candidate(_)) => bar.inc(1),
            Some(Event::Complete(answer)) => {
                bar.finish_and_clear();
                return Ok(answer);
            }
            Some(Event::FirstAnswer(_)) | None => {}
        }
    }
    bail!("the server ended the search without a list")
}

async fn of_file(client: &mut Client, path: &Path, instrument: &str) -> Result<Query> {
    let bytes = source::bytes(path)?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if bytes.len() <= INLINE_BYTES_MAX {
        return Ok(Query::Scan(QueryScan {
            data: bytes,
            file_name,
            pixel_micrometres: None,
            instrument: instrument.into(),
        }));
    }
    let upload = Upload { specimen_id: "", file_name: &file_name, instrument, bytes: &bytes };
    Ok(Query::UploadId(client.send_query(&upload).await.context("sending the scan")?))
}
