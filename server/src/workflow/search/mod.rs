//! One mark against the marks of the named partitions: query, scope, scan, refinement, comparison, list, record.

mod list;
mod query;
mod scope;

use super::{About, Call, Refusal, Workflow, check, fresh_id, once, stored_answer};
use crate::galleries::{Shelves, Templates};
use crate::store::{Record as _, RecordKind, Step, Store, StoreError, StoredSearch, now_micros};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index;
use headstamp_engine::search::{Counts, Progress, Ranked, SearchError, SearchOptions, SearchResult, TemplateSource};
use headstamp_engine::template::Template;
use headstamp_proto::v1;
use list::Line;
use prost::Message as _;
use query::Query;
use scope::{Filter, Scope};
use serde_json::json;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Candidates wanted if the client names no number.
const TOP_DEFAULT: u32 = 20;
/// News of a search that may wait for a slow client; more are left out, the complete list has everything.
const NEWS_MAX: usize = 1024;

/// What a running search tells.
enum News {
    First { engine: &'static str, candidates: Vec<index::Candidate> },
    Scanned(Counts),
    Compared(Box<Ranked>),
}

/// Where news of a search go.
pub(crate) type Listener = mpsc::Sender<v1::SearchStreamResponse>;

impl Workflow {
    /// Searches and keeps the very list that is given.
    pub(crate) async fn search(
        &self,
        call: &Call,
        r: v1::SearchRequest,
        listener: Option<Listener>,
    ) -> Result<v1::SearchResponse, Refusal> {
        let once = if r.idempotency_key.is_empty() { None } else { Some(once(call, &r.idempotency_key, &r)?) };
        if let Some(earlier) = self.earlier(once.as_ref()).await? {
            return Ok(earlier);
        }
        check::text("purpose", &r.purpose, check::TEXT_MAX)?;
        let top = self.top(r.top)?;
        let partitions = self.partitions(&r.partition_ids).await?;
        let filter = Filter::of(r.filter.as_ref())?;
        let query = self.query(call, &r).await?;
        self.galleries.follow().await?;
        let shelves = self.galleries.read().await;
        let options = SearchOptions {
            compared: SearchOptions::default().compared.max(top),
            exhaustive: r.exhaustive,
            mirror: !r.no_mirror,
            ..SearchOptions::default()
        };
        let (scope, found, lines) = self.scan(call, shelves, &query, &partitions, &filter, options, listener).await?;
        let mut candidates = Vec::new();
        for (line, rank) in list::arrange(lines, top).iter().zip(1..) {
            candidates.push(self.candidate(&query, &scope, line, rank, r.with_cells).await?);
        }
        let models = self.named_models(query.kind, &candidates);
        let answer = v1::SearchResponse {
            search_id: fresh_id(),
            method: query.template.method.clone(),
            engine: found.engine.to_owned(),
            counts: Some(counts(&scope, &found.counts)),
            candidates,
            excluded: Some(scope.excluded),
            contradicting: Some(scope.contradicting),
            mode: found.plan.mode.name().to_owned(),
            notes: [query.notes.as_slice(), found.plan.said().as_slice()].concat(),
            query_sha256: query.sha256.0.to_vec(),
            created_at_micros: now_micros(),
            models,
        };
        let about = About { subject: answer.search_id.clone(), detail: detail(&r, &query, &answer) };
        let answer = self.commit(call, &steps(r, &query, &answer), about, once.as_ref(), answer).await?;
        if let Some(upload) = &query.upload {
            self.store.staging.discard(upload).await?;
        }
        Ok(answer)
    }

    /// The list of an earlier search.
    pub(crate) async fn get_search(&self, r: &v1::GetSearchRequest) -> Result<v1::SearchResponse, Refusal> {
        let id = check::id("search_id", &r.search_id)?;
        stored_answer(self.store.search_answer(&id).await?, RecordKind::Search, id, "search")
    }

    fn top(&self, top: u32) -> Result<usize, Refusal> {
        let max = self.limits.candidates;
        if top > max {
            let allowed = format!("at most {max}");
            return Err(Refusal::OutOfBounds { field: "top", value: top.to_string(), allowed });
        }
        Ok(if top == 0 { TOP_DEFAULT.min(max) } else { top } as usize)
    }

    /// The named partitions; each has to exist.
    async fn partitions(&self, ids: &[String]) -> Result<HashSet<Uuid>, Refusal> {
        if ids.is_empty() {
            return Err(Refusal::NoPartition);
        }
        let max = self.limits.partitions;
        if ids.len() > max {
            let allowed = format!("at most {max} partitions");
            return Err(Refusal::OutOfBounds { field: "partition_ids", value: format!("{} ids", ids.len()), allowed });
        }
        let mut partitions = HashSet::new();
        for id in ids {
            let partition: v1::Partition = self.existing("partition_ids", id).await?;
            let id = Uuid::try_parse(partition.id()).map_err(|_| Refusal::NotAnId { field: "partition_ids" })?;
            partitions.insert(id);
        }
        Ok(partitions)
    }

    /// Runs the engine on the pool and passes on what it tells.
    #[allow(clippy::too_many_arguments, reason = "the stations of one walk, each made by the line before")]
    async fn scan(
        &self,
        call: &Call,
        shelves: Arc<Shelves>,
        query: &Query,
        partitions: &HashSet<Uuid>,
        filter: &Filter,
        options: SearchOptions,
        listener: Option<Listener>,
    ) -> Result<(Scope, SearchResult, Vec<Line>), Refusal> {
        let shelf = shelves.of(query.kind).ok_or(Refusal::Broken { what: "a shelf" })?;
        let newest = shelf.gallery.method().id();
        if query.template.method != newest {
            let (mark, method) = (query.mark_id.clone(), query.template.method.clone());
            return Err(Refusal::MethodOutdated { mark, method, newest });
        }
        let scope = Arc::new(Scope::of(shelf, partitions, filter, query.scan));
        let (tell, mut told) = mpsc::channel(NEWS_MAX);
        let wanted = listener.is_some();
        let source = Source {
            store: self.store.clone(),
            templates: self.templates.clone(),
            runtime: tokio::runtime::Handle::current(),
        };
        let (kind, template, stop, eligible) = (query.kind, query.template.clone(), call.clone(), scope.clone());
        let running = self.pool.run(call, move || {
            let shelf = shelves.of(kind)?;
            let mut progress = |progress: Progress<'_>| {
                if wanted {
                    // A full channel means a slow client: it gets the complete list at the end.
                    let _ = tell.try_send(News::of(&progress));
                }
                if stop.stopped().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            Some(shelf.gallery.search_among(&template, &eligible.slots, &source, &options, &mut progress))
        });
        let telling = async {
            while let Some(news) = told.recv().await {
                let Some(listener) = &listener else { continue };
                let event = self.event(query, filter, &scope, news).await?;
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
        let lines = lines.collect();
        let scope = Arc::into_inner(scope).ok_or(Refusal::Broken { what: "a search" })?;
        Ok((scope, found, lines))
    }

    /// News as the client sees them.
    async fn event(
        &self,
        query: &Query,
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
                Event::Candidate(self.candidate(query, scope, &line, 0, false).await?)
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
        Ok(Some((*self.templates.get(card.template).await?).clone()))
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
    }
}

/// What the audit trail says of a search.
fn detail(r: &v1::SearchRequest, query: &Query, answer: &v1::SearchResponse) -> serde_json::Value {
    let counts = answer.counts.unwrap_or_default();
    json!({
        "purpose": r.purpose,
        "query_mark_id": query.mark_id,
        "query_sha256": query.sha256.to_string(),
        "partition_ids": r.partition_ids,
        "top": r.top,
        "exhaustive": r.exhaustive,
        "exclude": r.filter.as_ref().is_some_and(|filter| filter.exclude),
        "method": answer.method,
        "engine": answer.engine,
        "total": counts.total,
        "eligible": counts.eligible,
        "compared": counts.compared,
        "listed": answer.candidates.len(),
        "models": crate::wire::named(&answer.models),
    })
}

/// What a search writes: itself, its list, and the end of its upload.
fn steps(mut r: v1::SearchRequest, query: &Query, answer: &v1::SearchResponse) -> Vec<Step> {
    if let Some(v1::search_request::Query::Scan(scan)) = &mut r.query {
        // The file is a blob already, under its SHA-256.
        scan.data = Vec::new();
    }
    let search = StoredSearch {
        id: answer.search_id.clone(),
        query_mark_id: query.mark_id.clone(),
        query_sha256: answer.query_sha256.clone(),
        method: answer.method.clone(),
        engine: answer.engine.clone(),
        request: r.encode_to_vec(),
        answer: answer.encode_to_vec(),
        created_at_micros: answer.created_at_micros,
    };
    let lines: Vec<_> = answer.candidates.iter().map(list::stored).collect();
    let finish = query.upload.iter().map(|id| Step::FinishUpload { id: id.clone() });
    search.steps(&lines).into_iter().chain(finish).collect()
}
