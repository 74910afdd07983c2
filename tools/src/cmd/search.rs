//! `headstamp search`: a file, a stored mark or a stored bullet against those of a server.

use crate::client::{Client, ServerArguments, Upload, direction, failure};
use crate::{candidates, kind, output, progress, source};
use anyhow::{Context, Result, bail, ensure};
use headstamp_engine::marks::MarkKind;
use headstamp_proto::v1::search_stream_response::Event;
use headstamp_proto::v1::{QueryScan, SearchRequest, SearchResponse, search_request::Query};
use std::path::Path;
use uuid::Uuid;

/// Largest file that goes inside the request; a larger one is uploaded first.
const INLINE_BYTES_MAX: usize = 16 << 20;

/// Arguments of `headstamp search`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A scan, or the id of a stored mark; with --bullet the number or id of a stored bullet.
    query: String,
    /// Search for a stored bullet by all of its lands.
    #[arg(long)]
    bullet: bool,
    /// Kind of mark on the scan.
    #[arg(long, value_parser = kind::parse, default_value = MarkKind::BreechFaceImpression.code())]
    kind: kind::Kind,
    /// The scan of a striated mark lies with the bullet's nose up: do not read it from both ends.
    #[arg(long)]
    nose_up: bool,
    #[command(flatten)]
    server: ServerArguments,
    /// Candidates wanted.
    #[arg(long, default_value_t = 20)]
    top: u32,
    /// Compare every eligible mark or bullet in full.
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
    let mut client = Client::connect(&arguments.server).await?;
    let query = query(&mut client, arguments).await?;
    let partitions = client.partitions(&arguments.partition).await?;
    ensure!(!partitions.is_empty(), "the server holds no partition yet: nothing to search");
    let request = SearchRequest {
        query: Some(query),
        kind: kind::wire(arguments.kind).into(),
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
            Some(Event::Scanned(counts)) => bar.set_length(counts.refined.min(u64::from(arguments.top.max(50)))),
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

/// What the command line asks for.
async fn query(client: &mut Client, arguments: &Arguments) -> Result<Query> {
    let path = Path::new(&arguments.query);
    let id = Uuid::parse_str(&arguments.query).ok();
    if arguments.bullet {
        if let Some(id) = id {
            return Ok(Query::SpecimenId(id.to_string()));
        }
        let mut found = client.specimens_named(&arguments.query).await?;
        return match (found.pop(), found.len()) {
            (Some(bullet), 0) => Ok(Query::SpecimenId(bullet.id)),
            (None, _) => bail!("the server has no specimen `{}`", arguments.query),
            (Some(_), others) => {
                bail!("{} partitions have a specimen `{}`: give its id", others + 1, arguments.query)
            }
        };
    }
    match id.filter(|_| !path.exists()) {
        Some(mark) => Ok(Query::MarkId(mark.to_string())),
        None if path.exists() => of_file(client, path, arguments).await,
        None => bail!("`{}` is neither a file nor the id of a mark", arguments.query),
    }
}

async fn of_file(client: &mut Client, path: &Path, arguments: &Arguments) -> Result<Query> {
    let bytes = source::bytes(path)?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let instrument = arguments.instrument.as_deref().unwrap_or_default();
    if bytes.len() <= INLINE_BYTES_MAX {
        return Ok(Query::Scan(QueryScan {
            data: bytes,
            file_name,
            pixel_micrometres: None,
            instrument: instrument.into(),
            direction: direction(arguments.nose_up).into(),
        }));
    }
    let upload = Upload {
        specimen_id: "",
        file_name: &file_name,
        instrument,
        kind: Some(arguments.kind),
        land: 0,
        nose_up: arguments.nose_up,
        bytes: &bytes,
    };
    Ok(Query::UploadId(client.send_query(&upload).await.context("sending the scan")?))
}
