//! Searches of a filled gallery: how long, and what they find.

use super::process::Took;
use super::{Marks, Spread, position};
use crate::progress;
use anyhow::Result;
use headstamp_engine::features::QueryOptions;
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::{Candidate, CandidateIndex as _, Slots};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::search::{Gallery, Progress, Ranked, SearchOptions};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Marks that the graph and the search of all sketches propose.
const PROPOSED: usize = 300;
/// Queries at most on which the stages are timed one by one.
const STAGED: usize = 24;

/// Shares of ordered mate pairs, other mates not counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Recall {
    /// Ordered mate pairs.
    pub(crate) pairs: usize,
    /// Mate at rank 1.
    pub(crate) first: f64,
    /// Mate among the first 50.
    pub(crate) fifty: f64,
}

/// One stage by itself, one search after the other, on every core.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stage {
    /// What is done.
    pub(crate) name: &'static str,
    /// Milliseconds on the wall.
    pub(crate) wall_ms: Spread,
    /// CPU milliseconds a search, the mean.
    pub(crate) cpu_ms: Option<f64>,
    /// What it finds.
    pub(crate) recall: Option<Recall>,
}

/// The graph against a search of all sketches, which differ in nothing else.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct GraphLoss {
    /// Queries.
    pub(crate) queries: usize,
    /// Share of the best 50 of all sketches that the graph proposes.
    pub(crate) best_fifty: f64,
    /// Mates that the search of all sketches proposes.
    pub(crate) mates_exact: usize,
    /// Of these, mates that the graph proposes.
    pub(crate) mates_graph: usize,
}

/// Whole searches by so many clients at once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Clients {
    /// Clients.
    pub(crate) clients: usize,
    /// Milliseconds to the first answer.
    pub(crate) first_ms: Spread,
    /// Milliseconds to the end of the scan and refinement.
    pub(crate) scanned_ms: Spread,
    /// Milliseconds to the complete list, the best 50 compared.
    pub(crate) complete_ms: Spread,
    /// CPU milliseconds a search.
    pub(crate) cpu_ms: Option<f64>,
    /// Searches a second of all clients.
    pub(crate) per_second: f64,
    /// What each stage finds.
    pub(crate) recall: BTreeMap<&'static str, Recall>,
}

/// Positions of the real marks that have a mate, spread evenly, at most `count`.
pub(crate) fn queries(marks: &Marks, count: usize) -> Vec<usize> {
    let asking: Vec<usize> = (0..marks.real.len()).filter(|&at| !mates(marks, at).is_empty()).collect();
    let taken = count.min(asking.len());
    (0..taken).map(|place| asking[place * asking.len() / taken]).collect()
}

fn mates(marks: &Marks, query: usize) -> Vec<usize> {
    let row = &marks.real[query].row;
    let is_mate = |at: &usize| marks.real[*at].row.firearm == row.firearm && !marks.real[*at].row.same_item(row);
    (0..marks.real.len()).filter(is_mate).collect()
}

/// Everything but the query's own item and its other scans.
fn eligible(gallery: &Gallery, marks: &Marks, query: usize) -> Slots {
    let row = &marks.real[query].row;
    gallery.choose(&|mark: MarkId| marks.real.get(position(mark)).is_none_or(|other| !other.row.same_item(row)))
}

/// Rank of each mate, not counting its fellows.
fn ranks(marks: &Marks, query: usize, list: &[usize], into: &mut Vec<Option<usize>>) {
    let mates = mates(marks, query);
    into.extend(mates.iter().map(|mate| {
        let place = list.iter().position(|at| at == mate)?;
        Some(1 + list[..place].iter().filter(|at| !mates.contains(at)).count())
    }));
}

fn recall(ranks: &[Option<usize>]) -> Recall {
    let within = |limit: usize| ranks.iter().flatten().filter(|&&rank| rank <= limit).count();
    let share = |count: usize| count as f64 / ranks.len().max(1) as f64;
    Recall { pairs: ranks.len(), first: share(within(1)), fifty: share(within(50)) }
}

fn positions(candidates: &[Candidate]) -> Vec<usize> {
    candidates.iter().map(|candidate| position(candidate.mark)).collect()
}

/// Times the stages that a search is made of, each by itself.
pub(crate) fn stages(gallery: &Gallery, marks: &Marks, asked: &[usize], kind: MarkKind) -> (Vec<Stage>, GraphLoss) {
    let method = methods::newest(kind);
    let parts = gallery.parts();
    let asked: Vec<usize> = asked.iter().copied().take(STAGED).collect();
    let mut stages = Vec::new();
    let mut lists: Vec<Vec<Vec<usize>>> = Vec::new();
    for name in ["graph (HNSW)", "all sketches", "first answer", "complete scan"] {
        let (mut wall, mut took, mut ranked) = (Vec::new(), Took::default(), Vec::new());
        let mut found = Vec::new();
        let bar = progress::bar(name, asked.len());
        for &query in &asked {
            let question = method.query(&marks.real[query].template, &QueryOptions { mirror: true });
            // Spectra about shifted origins are made once for all stages of a search.
            question.vectors(question.reach());
            question.probes(question.reach());
            let chosen = eligible(gallery, marks, query);
            let before = took.wall_s;
            let list = took.add(|| match name {
                "graph (HNSW)" => parts.graph.search_linked(&parts.roster, &question, &chosen, PROPOSED).candidates,
                "all sketches" => parts.graph.search_exact(&parts.roster, &question, &chosen, PROPOSED).candidates,
                "first answer" => gallery.first_answer(&question, &chosen).candidates,
                _ => parts.scan.search(&parts.roster, &question, &chosen, SearchOptions::default().refined).candidates,
            });
            wall.push((took.wall_s - before) * 1e3);
            let list = positions(&list);
            ranks(marks, query, &list, &mut ranked);
            found.push(list);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let count = asked.len().max(1) as f64;
        let cpu_ms = took.cpu_s.map(|seconds| seconds * 1e3 / count);
        stages.push(Stage { name, wall_ms: Spread::of(wall), cpu_ms, recall: Some(recall(&ranked)) });
        lists.push(found);
    }
    (stages, loss(marks, &asked, &lists[0], &lists[1]))
}

fn loss(marks: &Marks, asked: &[usize], graph: &[Vec<usize>], exact: &[Vec<usize>]) -> GraphLoss {
    let (mut wanted, mut held) = (0, 0);
    let (mut mates_exact, mut mates_graph) = (0, 0);
    for ((query, graph), exact) in asked.iter().zip(graph).zip(exact) {
        wanted += exact.len().min(50);
        held += exact.iter().take(50).filter(|at| graph.contains(at)).count();
        for mate in mates(marks, *query).iter().filter(|mate| exact.contains(mate)) {
            mates_exact += 1;
            mates_graph += usize::from(graph.contains(mate));
        }
    }
    GraphLoss { queries: asked.len(), best_fifty: held as f64 / wanted.max(1) as f64, mates_exact, mates_graph }
}

/// What one whole search told.
struct Told {
    query: usize,
    first_ms: f64,
    scanned_ms: f64,
    complete_ms: f64,
    first: Vec<usize>,
    ranked: Vec<Ranked>,
}

fn whole(gallery: &Gallery, marks: &Marks, query: usize) -> Result<Told> {
    let chosen = eligible(gallery, marks, query);
    let started = Instant::now();
    let elapsed = || started.elapsed().as_secs_f64() * 1e3;
    let (mut first_ms, mut scanned_ms, mut first) = (0.0, 0.0, Vec::new());
    let template = &marks.real[query].template;
    let answer = gallery.search_among(template, &chosen, marks, &SearchOptions::default(), &mut |news| {
        match news {
            Progress::FirstAnswer { candidates, .. } => {
                first_ms = elapsed();
                first = positions(candidates);
            }
            Progress::Scanned(_) => scanned_ms = elapsed(),
            Progress::Compared(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(Told { query, first_ms, scanned_ms, complete_ms: elapsed(), first, ranked: answer.candidates })
}

/// Whole searches: each of `asked` at least once, and at least four by each client.
pub(crate) fn clients(gallery: &Gallery, marks: &Marks, asked: &[usize], clients: usize) -> Result<Clients> {
    let searches = asked.len().max(4 * clients);
    let next = AtomicUsize::new(0);
    let told: Mutex<Vec<Result<Told>>> = Mutex::default();
    let bar = progress::bar("searching", searches);
    let mut took = Took::default();
    took.add(|| {
        std::thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= searches {
                            break;
                        }
                        let outcome = whole(gallery, marks, asked[number % asked.len()]);
                        told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(outcome);
                        bar.inc(1);
                    }
                });
            }
        });
    });
    bar.finish_and_clear();
    let told = told.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let told = told.into_iter().collect::<Result<Vec<Told>>>()?;
    let spread = |value: fn(&Told) -> f64| Spread::of(told.iter().map(value).collect());
    let mut found: BTreeMap<&'static str, Vec<Option<usize>>> = BTreeMap::new();
    for one in &told {
        ranks(marks, one.query, &one.first, found.entry("1 first answer").or_default());
        let by = |key: fn(&Ranked) -> f32| {
            let mut order: Vec<(f32, usize)> = one.ranked.iter().map(|one| (key(one), position(one.mark))).collect();
            order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            order.into_iter().map(|(_, at)| at).collect::<Vec<_>>()
        };
        ranks(marks, one.query, &by(|one| one.similarity), found.entry("2 scan").or_default());
        ranks(marks, one.query, &by(|one| one.similarity + one.refined), found.entry("3 refined").or_default());
        let last: Vec<usize> = one.ranked.iter().map(|one| position(one.mark)).collect();
        ranks(marks, one.query, &last, found.entry("4 compared").or_default());
    }
    Ok(Clients {
        clients,
        first_ms: spread(|one| one.first_ms),
        scanned_ms: spread(|one| one.scanned_ms),
        complete_ms: spread(|one| one.complete_ms),
        cpu_ms: took.cpu_s.map(|seconds| seconds * 1e3 / searches as f64),
        per_second: searches as f64 / took.wall_s,
        recall: found.into_iter().map(|(stage, ranks)| (stage, recall(&ranks))).collect(),
    })
}

/// Touches every mark once, so that the first search timed does not read the disk.
pub(crate) fn warm(gallery: &Gallery, marks: &Marks, asked: &[usize]) -> Result<()> {
    if let Some(&query) = asked.first() {
        whole(gallery, marks, query)?;
    }
    Ok(())
}
