//! `headstamp demo`: the whole walk on real scans: a server, enrolment over gRPC, a search for every questioned
//! specimen, a report with pictures; and a bullet of a barrel that does not exist.

mod bullets;

use crate::client::{Client, Known, ServerArguments, failure};
use crate::report::{Page, picture};
use crate::{candidates, manifest, output, progress, source};
use anyhow::{Context, Result, bail, ensure};
use bullets::Bullets;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::template::Template;
use headstamp_engine::trace::{Album, NoTrace};
use headstamp_proto::v1::{MarkKind as WireKind, SearchRequest, SearchResponse, search_request::Query};
use headstamp_server::config::Config;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::sync::oneshot;

/// Candidates shown of each list.
const SHOWN: u32 = 5;

/// Arguments of `headstamp demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the scans and their manifest. Default: `testdata` here, else that of the source tree.
    #[arg(long)]
    testdata: Option<PathBuf>,
    /// Where to write the page. Default: the folder for temporary files.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// One questioned specimen and what the search gave.
struct Asked {
    specimen: String,
    file: PathBuf,
    true_firearm: String,
    rank: Option<u32>,
    answer: SearchResponse,
}

#[derive(Serialize)]
struct Document {
    queries: Vec<QueryDocument>,
    bullet: BulletDocument,
    report: String,
}

#[derive(Serialize)]
struct BulletDocument {
    rank: Option<u32>,
    bullets_eligible: u64,
    /// Land 1 of the questioned bullet lies on this land of the first candidate.
    land_1_on: Option<u32>,
}

#[derive(Serialize)]
struct QueryDocument {
    specimen: String,
    true_firearm: String,
    rank: Option<u32>,
    eligible: u64,
}

/// Runs the demonstration.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let rows = manifest::read(&folder(arguments)?.join("manifest.tsv"))?;
    ensure!(rows.iter().any(|row| row.role == "questioned"), "the manifest has no questioned specimen");
    let data = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (asked, bullets) = super::runtime()?.block_on(walk(&rows, data.path()))?;
    let path = match &arguments.report {
        Some(path) => path.clone(),
        None => std::env::temp_dir().join("headstamp-demo.html"),
    };
    std::fs::write(&path, html(&rows, &asked, &bullets)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    if arguments.json {
        let query = |one: &Asked| QueryDocument {
            specimen: one.specimen.clone(),
            true_firearm: one.true_firearm.clone(),
            rank: one.rank,
            eligible: one.answer.counts.unwrap_or_default().eligible,
        };
        let pairs = bullets.answer.candidates.first().and_then(|first| first.bullet.as_ref()).map(|parts| &parts.pairs);
        let on = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.reference_land == 1));
        let bullet = BulletDocument {
            rank: bullets.rank,
            bullets_eligible: bullets.answer.counts.unwrap_or_default().bullets,
            land_1_on: on.map(|pair| pair.compared_land),
        };
        let report = path.display().to_string();
        output::json(&Document { queries: asked.iter().map(query).collect(), bullet, report })?;
    } else {
        print(&rows, &asked, &bullets, &path);
    }
    Ok(())
}

fn folder(arguments: &Arguments) -> Result<PathBuf> {
    if let Some(folder) = &arguments.testdata {
        return Ok(folder.clone());
    }
    let source_tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let here =
        [PathBuf::from("testdata"), source_tree].into_iter().find(|folder| folder.join("manifest.tsv").is_file());
    here.context("no folder `testdata` here; name one with --testdata")
}

/// Starts a server, enrols every row, searches every questioned one, stops the server.
async fn walk(rows: &[manifest::Row], data: &Path) -> Result<(Vec<Asked>, Bullets)> {
    let config = Config { listen: ([127, 0, 0, 1], 0).into(), data: data.join("store"), ..Config::default() };
    let (ready, bound) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = headstamp_server::serve(config, ready, async {
        let _ = stopped.await;
    });
    let client = async {
        let address = bound.await.context("the server ended before it listened")?;
        eprintln!("a server listens on {address}");
        let arguments = ServerArguments::plain(format!("http://{address}"), "headstamp demo");
        let asked = ask(&arguments, rows).await;
        let _ = stop.send(());
        asked
    };
    let (served, asked) = tokio::join!(server, client);
    // Why the server failed says more than that the client then found none.
    served.context("the server failed")?;
    asked
}

async fn ask(arguments: &ServerArguments, rows: &[manifest::Row]) -> Result<(Vec<Asked>, Bullets)> {
    let mut client = Client::connect(arguments).await?;
    let mut known = Known::default();
    let mut marks = Vec::new();
    let bar = progress::bar("enrolling", rows.len());
    for row in rows {
        let entry = super::enroll::entry_of(row.clone(), 0);
        let enrolled = super::enroll::one(&mut client, &mut known, &entry, false).await.context(row.path.clone())?;
        let Some(mark) = enrolled.marks.into_iter().next() else {
            bail!("{} gave no mark: {}", row.path, enrolled.notes.join("; "));
        };
        marks.push(mark);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let partitions: Vec<String> = client.partitions(&[]).await?.into_iter().map(|partition| partition.id).collect();
    let questioned = || rows.iter().zip(&marks).filter(|(row, _)| row.role == "questioned");
    let bar = progress::bar("searching", questioned().count());
    let mut asked = Vec::new();
    for (row, mark) in questioned() {
        let request = SearchRequest {
            query: Some(Query::MarkId(mark.clone())),
            kind: WireKind::BreechFaceImpression.into(),
            partition_ids: partitions.clone(),
            top: rows.len() as u32,
            purpose: "demonstration".into(),
            ..Default::default()
        };
        let answer = client.search.search(request).await.map_err(|status| failure(&status))?.into_inner();
        let own = answer.candidates.iter().find(|candidate| candidate.firearm_reference == row.firearm);
        asked.push(Asked {
            specimen: row.specimen(),
            file: row.file.clone(),
            true_firearm: row.firearm.clone(),
            rank: own.map(|candidate| candidate.rank),
            answer,
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    let bullets = bullets::ask(&mut client, &mut known).await.context("the bullets")?;
    Ok((asked, bullets))
}

fn print(rows: &[manifest::Row], asked: &[Asked], bullets: &Bullets, report: &Path) {
    let questioned = asked.len();
    println!(
        "{} test fires of manufacturers and {questioned} questioned specimens of incidents, enrolled over gRPC.",
        rows.len() - questioned
    );
    for one in asked {
        let mut shown = one.answer.clone();
        shown.candidates.truncate(SHOWN as usize);
        println!("\nquestioned specimen {}: the first {SHOWN} candidates", one.specimen);
        print!("{}", candidates::text(&shown));
        println!("  known from the study: fired by {}, which is at {}", one.true_firearm, place(one.rank));
    }
    bullets.print();
    let first = asked.iter().filter(|one| one.rank == Some(1)).count();
    println!("\n{first} of {questioned} questioned specimens have their own firearm's test fire first.");
    println!("The lists are candidates to look at, not conclusions. Report with pictures: {}", report.display());
}

fn place(rank: Option<u32>) -> String {
    rank.map_or_else(|| "no place on the list".into(), |rank| format!("rank {rank}"))
}

fn html(rows: &[manifest::Row], asked: &[Asked], bullets: &Bullets) -> Result<String> {
    let questioned = asked.len();
    let mut page = Page::new(
        "Demonstration: whose firearm fired these cartridge cases?",
        &format!(
            "{} test fires of manufacturers and {questioned} questioned specimens of incidents were enrolled over gRPC; each questioned one searched all others.",
            rows.len() - questioned
        ),
    );
    page.text("The scans are breech face topographies of two published studies (Fadul et al. 2011, Weller et al. 2012; CC BY 4.0, see testdata/README.md) with consecutively made Ruger slides, the hardest case for a comparison: the tools that cut them were the same. The server was not told which firearm fired a questioned specimen; the studies say so, and that is shown here as the true firearm.");
    page.heading("Overview");
    let overview = asked.iter().map(|one| {
        let best = one.answer.candidates.first();
        let second = one.answer.candidates.iter().find(|candidate| candidate.firearm_reference != one.true_firearm);
        let score = |candidate: Option<&headstamp_proto::v1::Candidate>| {
            candidate.and_then(|candidate| candidate.score).map_or_else(|| "–".into(), |score| format!("{score:.3}"))
        };
        vec![
            one.specimen.clone(),
            one.true_firearm.clone(),
            one.rank.map_or_else(|| "–".into(), |rank| rank.to_string()),
            one.answer.counts.unwrap_or_default().eligible.to_string(),
            score(best),
            score(second),
        ]
    });
    page.table(
        &[
            "questioned specimen",
            "true firearm",
            "its rank",
            "marks eligible",
            "first score",
            "best score of any other source",
        ],
        &overview.collect::<Vec<_>>(),
    );
    let files: BTreeMap<String, &Path> = rows.iter().map(|row| (row.specimen(), row.file.as_path())).collect();
    for one in asked {
        page.heading(&format!("Questioned specimen {}", one.specimen));
        let (headings, mut shown) = candidates::table(&one.answer);
        shown.truncate(SHOWN as usize);
        page.text(&format!("{}.", candidates::counts(&one.answer.engine, &one.answer.counts.unwrap_or_default())));
        page.table(headings, &shown);
        for sentence in candidates::meaning(&one.answer) {
            page.text(&sentence);
        }
        let Some(first) = one.answer.candidates.first() else { continue };
        let Some(file) = files.get(&first.specimen_label) else { continue };
        page.subheading(&format!("The first candidate beside it: {}", first.specimen_label));
        for step in compare(&one.file, file)?.0 {
            page.figure(&picture::inline(&step.image, &step.step)?, &step.caption);
        }
    }
    bullets.section(&mut page)?;
    page.heading("What this does not say");
    page.list([
        "A list ranks what is in the collection. The firearm that fired a questioned specimen need not be in it, and something is always first.",
        "The score is a raw similarity, no probability. The likelihood ratio weighs two propositions against each other in a reference population of ten slides; these very scans are part of it, so the ratios here show how a list looks, not how well the method does.",
        "These scans are clean, of two studies and one instrument. Casework marks are worn, partial and more varied.",
        "The bullets are drawn by a program. They show the walk, not how well real bullets are told apart (docs/striae.md says what was measured on real ones).",
        "The conclusion is an examiner's, who sees the marks themselves.",
    ]);
    Ok(page.finish())
}

/// The pictures of one comparison, the questioned mark as the reference.
fn compare(reference: &Path, compared: &Path) -> Result<Album> {
    const KIND: MarkKind = MarkKind::BreechFaceImpression;
    let method = methods::newest(KIND);
    let mark = |path: &Path| -> Result<Template> {
        let scan = source::open(path)?.decoded.scan;
        method.template(&scan, KIND, &mut NoTrace).with_context(|| path.display().to_string())
    };
    let mut album = Album::default();
    method.compare(&mark(reference)?, &mark(compared)?, &[], true, &mut album)?;
    Ok(album)
}
