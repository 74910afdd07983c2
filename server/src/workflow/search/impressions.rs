//! The walk over impressions: first answer, scan, refinement, comparison.

use super::super::{Call, Refusal, Workflow};
use super::list::{self, Line};
use super::query::Query;
use super::scope::{Filter, Scope};
use super::{Listed, Listener, NEWS_MAX, Walk};
use crate::galleries::Templates;
use crate::store::{Store, StoreError};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index;
use headstamp_engine::prepared::Prepared;
use headstamp_engine::search::{Counts, Progress, Ranked, SearchError, SearchOptions, TemplateSource};
use headstamp_engine::template::Template;
use headstamp_proto::v1;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What a running search tells.
enum News {
    First { engine: &'static str, candidates: Vec<index::Candidate> },
    Scanned(Counts),
    Compared(Box<Ranked>),
}

impl Workflow {
    /// Runs the engine on the pool and passes on what it tells.
    pub(super) async fn among_impressions(
        &self,
        call: &Call,
        walk: Walk<'_>,
        template: Arc<Template>,
        listener: Option<Listener>,
    ) -> Result<Listed, Refusal> {
        let Walk { shelves, query, partitions, filter, top, request } = walk;
        let options = SearchOptions {
            compared: SearchOptions::default().compared.max(top),
            exhaustive: request.exhaustive,
            mirror: !request.no_mirror,
            ..SearchOptions::default()
        };
        let shelf = shelves.of(template.kind).ok_or(Refusal::Broken { what: "a shelf" })?;
        let newest = shelf.gallery.method().id();
        if template.method != newest {
            let (mark, method) = (query.mark_id.clone(), template.method.clone());
            return Err(Refusal::MethodOutdated { mark, method, newest });
        }
        let scope = Arc::new(Scope::of(&shelf.briefs, partitions, filter, |_, mark| query.scan == Some(mark.scan)));
        let (tell, mut told) = mpsc::channel(NEWS_MAX);
        let wanted = listener.is_some();
        let source = Source {
            store: self.store.clone(),
            templates: self.templates.clone(),
            runtime: tokio::runtime::Handle::current(),
        };
        let (own, stop, eligible) = (template.clone(), call.clone(), scope.clone());
        let running = self.pool.run(call, move || {
            let shelf = shelves.of(own.kind)?;
            let mut progress = |progress: Progress<'_>| {
                if wanted {
                    // A full channel means a slow client: it gets the complete list at the end.
                    let _ = tell.try_send(News::of(&progress));
                }
                if stop.stopped().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            Some(shelf.gallery.search_among(&own, &eligible.slots, &source, &options, &mut progress))
        });
        let telling = async {
            while let Some(news) = told.recv().await {
                let Some(listener) = &listener else { continue };
                let event = self.event(query, &template, filter, &scope, news).await?;
                if listener.send(v1::SearchStreamResponse { event: Some(event) }).await.is_err() {
                    call.stop.cancel();
                }
            }
            Ok::<_, Refusal>(())
        };
        let (found, told) = tokio::join!(running, telling);
        let found = found?.ok_or(Refusal::Broken { what: "a shelf" })?;
        let mut found = found.map_err(|error| match error {
            SearchError::Stopped => call.stopped().unwrap_or(Refusal::Cancelled),
            SearchError::Compare(error) => Refusal::Incomparable(error),
            SearchError::Index(_) => Refusal::Index(error),
        })?;
        told?;
        let marks: Vec<MarkId> = found.candidates.iter().map(|ranked| ranked.mark).collect();
        let mut cards = self.store.cards_of(&marks).await?;
        let lines = std::mem::take(&mut found.candidates).into_iter().filter_map(|ranked| {
            let card = cards.remove(&ranked.mark)?;
            Some(Line { ranked, conflicts: filter.conflicts(&card), card })
        });
        let scope = Arc::into_inner(scope).ok_or(Refusal::Broken { what: "a search" })?;
        let mut candidates = Vec::new();
        for (line, rank) in
            list::arrange(lines.collect(), |line: &Line| line.weight(found.plan.placed), top).iter().zip(1..)
        {
            candidates.push(self.candidate(query, &template, &scope, line, rank, request.with_cells).await?);
        }
        Ok(Listed {
            engine: found.engine,
            mode: found.plan.mode.name(),
            counts: counts(&scope, &found.counts),
            scope,
            candidates,
            notes: found.plan.said().into_iter().collect(),
        })
    }

    /// News as the client sees them.
    async fn event(
        &self,
        query: &Query,
        template: &Template,
        filter: &Filter,
        scope: &Scope,
        news: News,
    ) -> Result<v1::search_stream_response::Event, Refusal> {
        use v1::search_stream_response::Event;
        Ok(match news {
            News::First { engine, candidates: found } => {
                let marks: Vec<MarkId> = found.iter().map(|candidate| candidate.mark).collect();
                let cards = self.store.cards_of(&marks).await?;
                let mut candidates = Vec::with_capacity(found.len());
                for (candidate, rank) in found.iter().zip(1..) {
                    let Some(card) = cards.get(&candidate.mark) else { continue };
                    candidates.push(self.first_candidate(query, filter, candidate, card, rank).await?);
                }
                Event::FirstAnswer(v1::FirstAnswer { engine: engine.to_owned(), candidates })
            }
            News::Scanned(seen) => Event::Scanned(counts(scope, &seen)),
            News::Compared(ranked) => {
                let ranked = *ranked;
                let missing = Refusal::Broken { what: "a mark of the gallery" };
                let card = self.store.card(ranked.mark).await?.ok_or(missing)?;
                let line = Line { ranked, conflicts: filter.conflicts(&card), card };
                Event::Candidate(self.candidate(query, template, scope, &line, 0, false).await?)
            }
        })
    }
}

impl News {
    fn of(progress: &Progress<'_>) -> Self {
        match progress {
            Progress::FirstAnswer { engine, candidates } => Self::First { engine, candidates: candidates.to_vec() },
            Progress::Scanned(counts) => Self::Scanned(*counts),
            Progress::Compared(ranked) => Self::Compared(Box::new((*ranked).clone())),
        }
    }
}

/// Templates by mark, for threads that may wait.
struct Source {
    store: Arc<Store>,
    templates: Arc<Templates>,
    runtime: tokio::runtime::Handle,
}

impl Source {
    async fn read(&self, mark: MarkId) -> Result<Option<Template>, StoreError> {
        let Some(card) = self.store.card(mark).await? else { return Ok(None) };
        Ok(match &*self.templates.get(card.template).await? {
            Prepared::Impression(template) => Some(template.clone()),
            Prepared::Striae(_) => None,
        })
    }
}

impl TemplateSource for Source {
    fn template(&self, mark: MarkId) -> Option<Template> {
        self.runtime.block_on(self.read(mark)).unwrap_or_else(|error| {
            tracing::error!(%mark, %error, "a candidate cannot be compared");
            None
        })
    }
}

/// What each stage saw, of the named partitions only.
fn counts(scope: &Scope, seen: &Counts) -> v1::SearchCounts {
    v1::SearchCounts {
        total: scope.total,
        eligible: scope.eligible,
        considered: seen.considered as u64,
        refined: seen.refined as u64,
        compared: seen.compared as u64,
        bullets: 0,
    }
}
