//! The walk over striated marks: lists of the query's lands, marks or bullets out of them, comparison.

use super::super::lands::WaitingReader;
use super::super::meaning::no_population;
use super::super::{Call, Refusal, Workflow};
use super::list::{arrange, weighed};
use super::query::Query;
use super::scope::{Filter, Scope};
use super::{Listed, Listener, NEWS_MAX, Walk};
use crate::store::Card;
use crate::wire;
use headstamp_engine::bullets::{
    BULLETS_COMPARED, BulletLands, Counts, LISTED, LandsError, LandsProgress, RankedLands, Wanted,
};
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;
use headstamp_engine::ids::MarkId;
use headstamp_engine::prepared::Kind;
use headstamp_proto::v1;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::mpsc;
use v1::search_stream_response::Event;

/// What a running search tells.
enum News {
    First { engine: &'static str, candidates: Vec<RankedLands> },
    Scanned(Counts),
    Compared(Box<RankedLands>),
}

impl News {
    fn of(progress: &LandsProgress<'_>) -> Self {
        match progress {
            LandsProgress::FirstAnswer { engine, candidates } => {
                Self::First { engine, candidates: candidates.to_vec() }
            }
            LandsProgress::Scanned(counts) => Self::Scanned(*counts),
            LandsProgress::Compared(ranked) => Self::Compared(Box::new((*ranked).clone())),
        }
    }
}

/// A ranked candidate, the card of its mark and how it contradicts the filter.
struct Line {
    ranked: RankedLands,
    card: Card,
    conflicts: Vec<String>,
}

/// Marks of a scope and, where bullets are wanted, how many bullets they are of.
struct Counted {
    scope: Scope,
    bullets: u64,
}

impl Workflow {
    /// Runs the engine on the pool and passes on what it tells.
    pub(super) async fn among_lands(
        &self,
        call: &Call,
        walk: Walk<'_>,
        own: Arc<BulletLands>,
        wanted: Wanted,
        listener: Option<Listener>,
    ) -> Result<Listed, Refusal> {
        let Walk { shelves, query, partitions, filter, top, request } = walk;
        let broken = || Refusal::Broken { what: "a shelf" };
        let Kind::Striated(kind) = query.kind else { return Err(broken()) };
        let shelf = shelves.lands_of(kind).ok_or_else(broken)?;
        let of_query = |slot: usize, mark: &crate::galleries::Brief<'_>| match wanted {
            Wanted::Marks => query.scan == Some(mark.scan),
            Wanted::Bullets => shelf.gallery.row(slot).is_some_and(|row| row.bullet == own.bullet),
        };
        let scope = Scope::of(&shelf.briefs, partitions, filter, of_query);
        let bullets: HashSet<_> = match wanted {
            Wanted::Marks => HashSet::new(),
            Wanted::Bullets => {
                scope.slots.iter().filter_map(|slot| shelf.gallery.row(slot).map(|row| row.bullet)).collect()
            }
        };
        let counted = Arc::new(Counted { scope, bullets: bullets.len() as u64 });
        let compared = match wanted {
            Wanted::Marks => LISTED.max(top),
            Wanted::Bullets => BULLETS_COMPARED.max(top),
        };
        let (tell, mut told) = mpsc::channel(NEWS_MAX);
        let heard = listener.is_some();
        let source = WaitingReader { reader: self.lands(), runtime: tokio::runtime::Handle::current() };
        let (stop, eligible, exhaustive) = (call.clone(), counted.clone(), request.exhaustive);
        let shelves = shelves.clone();
        let running = self.pool.run(call, move || {
            let shelf = shelves.lands_of(kind)?;
            let mut progress = |progress: LandsProgress<'_>| {
                if heard {
                    // A full channel means a slow client: it gets the complete list at the end.
                    let _ = tell.try_send(News::of(&progress));
                }
                if stop.stopped().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let may = |slot: usize| eligible.scope.slots.holds(slot);
            Some(shelf.gallery.search(&own, wanted, &may, &source, (compared, exhaustive), &mut progress))
        });
        let telling = async {
            while let Some(news) = told.recv().await {
                let Some(listener) = &listener else { continue };
                let event = self.lands_event(query, filter, &counted, news).await?;
                if listener.send(v1::SearchStreamResponse { event: Some(event) }).await.is_err() {
                    call.stop.cancel();
                }
            }
            Ok::<_, Refusal>(())
        };
        let (found, told) = tokio::join!(running, telling);
        let found = found?.ok_or_else(broken)?.map_err(|error| match error {
            LandsError::Stopped => call.stopped().unwrap_or(Refusal::Cancelled),
            LandsError::Striae(error) => Refusal::IncomparableStriae(error),
        })?;
        told?;
        let lines = self.land_lines(filter, found.candidates).await?;
        let mut candidates = Vec::new();
        for (line, rank) in arrange(lines, Line::weight, top).iter().zip(1..) {
            candidates.push(self.land_candidate(query, line, rank).await?);
        }
        let Counted { scope, bullets } = Arc::into_inner(counted).ok_or(Refusal::Broken { what: "a search" })?;
        let counts = counts(&scope, bullets, &found.counts);
        Ok(Listed { engine: found.engine, mode: "usual", scope, counts, candidates, notes: Vec::new() })
    }

    /// Candidates with what the store knows of them.
    async fn land_lines(&self, filter: &Filter, ranked: Vec<RankedLands>) -> Result<Vec<Line>, Refusal> {
        let marks: Vec<MarkId> = ranked.iter().map(|ranked| ranked.mark).collect();
        let cards = self.store.cards_of(&marks).await?;
        let line = |ranked: RankedLands| {
            let card = cards.get(&ranked.mark)?.clone();
            Some(Line { ranked, conflicts: filter.conflicts(&card), card })
        };
        Ok(ranked.into_iter().filter_map(line).collect())
    }

    /// A line as the client sees it; `rank` 0 = not known yet.
    async fn land_candidate(&self, query: &Query, line: &Line, rank: u32) -> Result<v1::Candidate, Refusal> {
        let comparison = line.ranked.comparison.as_ref();
        let why = if comparison.is_some() { no_population(query.kind) } else { Uncalibrated::NotCompared };
        Ok(v1::Candidate {
            rank,
            score: comparison.map(|found| found.score),
            bullet: comparison.map(wire::lands::bullet),
            strength: Some(wire::strength(query.kind, &Err(why))),
            similarity: line.ranked.similarity.into(),
            class_conflicts: line.conflicts.clone(),
            ..self.known(query, &line.card).await?
        })
    }

    /// News as the client sees them.
    async fn lands_event(
        &self,
        query: &Query,
        filter: &Filter,
        counted: &Counted,
        news: News,
    ) -> Result<Event, Refusal> {
        Ok(match news {
            News::First { engine, candidates: found } => {
                let mut candidates = Vec::with_capacity(found.len());
                for (line, rank) in self.land_lines(filter, found).await?.iter().zip(1..) {
                    candidates.push(self.land_candidate(query, line, rank).await?);
                }
                Event::FirstAnswer(v1::FirstAnswer { engine: engine.to_owned(), candidates })
            }
            News::Scanned(seen) => Event::Scanned(counts(&counted.scope, counted.bullets, &seen)),
            News::Compared(ranked) => {
                let line = self.land_lines(filter, vec![*ranked]).await?.pop();
                let line = line.ok_or(Refusal::Broken { what: "a mark of the gallery" })?;
                Event::Candidate(self.land_candidate(query, &line, 0).await?)
            }
        })
    }
}

impl Line {
    /// What it is placed by; a candidate that was not compared has nothing.
    fn weight(&self) -> Option<f64> {
        Some(weighed(self.ranked.comparison.as_ref()?.score, &self.conflicts))
    }
}

/// What each stage saw, of the named partitions only.
fn counts(scope: &Scope, bullets: u64, seen: &Counts) -> v1::SearchCounts {
    v1::SearchCounts {
        total: scope.total,
        eligible: scope.eligible,
        considered: seen.considered as u64,
        refined: seen.listed as u64,
        compared: seen.compared as u64,
        bullets,
    }
}
