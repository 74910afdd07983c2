//! One mark against the marks of the named partitions, or one bullet against the bullets: query, scope, walk, list,
//! record. The walk is that of the mark's family.

mod impressions;
mod lands;
mod list;
mod query;
mod scope;

use super::{About, Call, Refusal, Workflow, check, fresh_id, once, stored_answer};
use crate::galleries::Shelves;
use crate::store::{Record as _, RecordKind, Step, StoredSearch, now_micros};
use headstamp_proto::v1;
use prost::Message as _;
use query::{Query, Subject};
use scope::{Filter, Scope};
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Candidates wanted if the client names no number.
const TOP_DEFAULT: u32 = 20;
/// News of a search that may wait for a slow client; more are left out, the complete list has everything.
const NEWS_MAX: usize = 1024;

/// News that a walk tells while it runs go to the listener; all it has at the end is here.
struct Listed {
    engine: &'static str,
    /// `usual` or `thorough`.
    mode: &'static str,
    scope: Scope,
    counts: v1::SearchCounts,
    /// Best first, with their ranks.
    candidates: Vec<v1::Candidate>,
    /// How the walk was made, and why.
    notes: Vec<String>,
}

/// What a walk walks over.
struct Walk<'a> {
    shelves: Arc<Shelves>,
    query: &'a Query,
    partitions: &'a HashSet<Uuid>,
    filter: &'a Filter,
    top: usize,
    request: &'a v1::SearchRequest,
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
        let filter = filter.of_ring(query.asked.ring());
        self.galleries.follow().await?;
        let shelves = self.galleries.read().await;
        let walk = Walk { shelves, query: &query, partitions: &partitions, filter: &filter, top, request: &r };
        let listed = match &query.asked {
            Subject::Impression(template) => self.among_impressions(call, walk, template.clone(), listener).await?,
            Subject::Lands(lands, wanted) => self.among_lands(call, walk, lands.clone(), *wanted, listener).await?,
        };
        let models = self.named_models(query.kind, &listed.candidates);
        let answer = v1::SearchResponse {
            search_id: fresh_id(),
            method: query.asked.method().to_owned(),
            engine: listed.engine.to_owned(),
            counts: Some(listed.counts),
            candidates: listed.candidates,
            excluded: Some(listed.scope.excluded),
            contradicting: Some(listed.scope.contradicting),
            mode: listed.mode.to_owned(),
            notes: [query.notes.as_slice(), listed.notes.as_slice()].concat(),
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
}

/// What the audit trail says of a search.
fn detail(r: &v1::SearchRequest, query: &Query, answer: &v1::SearchResponse) -> serde_json::Value {
    let counts = answer.counts.unwrap_or_default();
    json!({
        "purpose": r.purpose,
        "query_mark_id": query.mark_id,
        "query_specimen_id": query.specimen_id,
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
        query_specimen_id: query.specimen_id.clone(),
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
