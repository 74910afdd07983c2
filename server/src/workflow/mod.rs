//! What can be done with the store, one use case a file. No network here: requests and answers are plain messages.
//!
//! Every use case that changes something ends in [`Workflow::commit`]; every refusal passes [`Workflow::refused`]. So
//! each call that changes or searches leaves one audit event, and each refused call leaves one.

mod admin;
mod audit;
mod calibres;
mod call;
mod check;
mod compare;
mod ingest;
mod items;
mod lands;
mod meaning;
mod prepare;
mod records;
mod refusal;
mod search;
mod upload;

pub(crate) use call::Call;
pub(crate) use refusal::Refusal;
pub(crate) use upload::Break;

use crate::config::Limits;
use crate::galleries::{Galleries, Templates};
use crate::pool::Pool;
use crate::store::{Committed, DONE, Earlier, Event, Once, Record, RecordKind, Step, Store, StoreError};
use headstamp_engine::calibrate::models::Models;
use headstamp_engine::ids::Digest;
use prost::Message;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// The use cases and what they work on.
pub(crate) struct Workflow {
    pub(crate) store: Arc<Store>,
    pub(crate) galleries: Arc<Galleries>,
    pub(crate) templates: Arc<Templates>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) models: Models,
    pub(crate) limits: Limits,
    /// Uploads that a stream is writing or that are being finished.
    busy: Mutex<HashSet<String>>,
}

/// What a commit is about.
struct About {
    /// The record.
    subject: String,
    /// Details.
    detail: serde_json::Value,
}

impl Workflow {
    /// The use cases on an open store.
    pub(crate) fn new(
        store: Arc<Store>,
        galleries: Arc<Galleries>,
        templates: Arc<Templates>,
        pool: Arc<Pool>,
        models: Models,
        limits: Limits,
    ) -> Self {
        Self { store, galleries, templates, pool, models, limits, busy: Mutex::default() }
    }

    /// Leaves the event of a refused call. Details of the server's own failures go to the log, not to the client.
    pub(crate) async fn refused(&self, call: &Call, refusal: &Refusal) {
        if let Refusal::Store(_) | Refusal::Index(_) | Refusal::Broken { .. } = refusal {
            tracing::error!(action = call.action, actor = call.actor, ?refusal, "the server failed");
        }
        let event = Event {
            actor: call.actor.clone(),
            action: call.action.to_owned(),
            outcome: refusal.reason().to_owned(),
            subject_id: String::new(),
            detail: serde_json::json!({ "message": refusal.to_string() }),
        };
        if let Err(error) = self.store.commit(&[], &event, None).await {
            tracing::error!(action = call.action, %error, "the event of a refusal could not be written");
        }
    }

    /// Leaves the event of a call that was refused before it reached a use case.
    pub(crate) async fn refused_at_the_door(&self, actor: String, action: String, outcome: String, message: String) {
        let detail = serde_json::json!({ "message": message });
        let event = Event { actor, action, outcome, subject_id: String::new(), detail };
        if let Err(error) = self.store.commit(&[], &event, None).await {
            tracing::error!(%error, "the event of a refusal could not be written");
        }
    }

    /// The answer that was given to this very request before.
    async fn earlier<A: Message + Default>(&self, once: Option<&Once>) -> Result<Option<A>, Refusal> {
        let Some(once) = once else { return Ok(None) };
        self.store.earlier(once).await?.map(answer).transpose()
    }

    /// Applies a change with its event; a repeat gets the first answer.
    async fn commit<A: Message + Default>(
        &self,
        call: &Call,
        change: &[Step],
        about: About,
        once: Option<&Once>,
        given: A,
    ) -> Result<A, Refusal> {
        let event = Event {
            actor: call.actor.clone(),
            action: call.action.to_owned(),
            outcome: DONE.to_owned(),
            subject_id: about.subject,
            detail: about.detail,
        };
        let encoded = given.encode_to_vec();
        let once = once.map(|once| (once, encoded.as_slice()));
        match self.store.commit(change, &event, once).await? {
            Committed::Written { .. } => Ok(given),
            Committed::Repeated(earlier) => answer(earlier),
        }
    }

    /// The record with this id.
    async fn existing<R: Record>(&self, field: &'static str, id: &str) -> Result<R, Refusal> {
        let id = check::id(field, id)?;
        self.store.get::<R>(&id).await?.ok_or(Refusal::Unknown { kind: R::KIND, id })
    }

    /// A page of records and the token of the next one.
    async fn page<R: Record>(
        &self,
        page: Option<&headstamp_proto::v1::Page>,
        filters: &[(&'static str, crate::store::Value)],
    ) -> Result<(Vec<R>, String), Refusal> {
        let (after, size) = check::page(page, self.limits.page_records)?;
        let mut records = self.store.list::<R>(filters, &after, i64::from(size) + 1).await?;
        let more = records.len() > size as usize;
        records.truncate(size as usize);
        let next = if more { records.last().map(|last| last.id().to_owned()) } else { None };
        Ok((records, next.unwrap_or_default()))
    }
}

/// The key of a request that must have one.
fn once(call: &Call, key: &str, request: &impl Message) -> Result<Once, Refusal> {
    check::key(key)?;
    let request = Digest::of(&request.encode_to_vec());
    Ok(Once { action: call.action, key: key.to_owned(), request })
}

/// A fresh id: a UUIDv7, so that ids sort by the time they were given.
fn fresh_id() -> String {
    Uuid::now_v7().to_string()
}

fn answer<A: Message + Default>(earlier: Earlier) -> Result<A, Refusal> {
    match earlier {
        Earlier::Answer(bytes) => A::decode(bytes.as_slice()).map_err(|error| {
            Refusal::Store(StoreError::DamagedRow { table: "idempotency", reason: error.to_string() })
        }),
        Earlier::OtherRequest => Err(Refusal::KeyReused),
    }
}

/// The stored bytes of an answer, read.
fn stored_answer<A: Message + Default>(
    bytes: Option<Vec<u8>>,
    kind: RecordKind,
    id: String,
    table: &'static str,
) -> Result<A, Refusal> {
    let bytes = bytes.ok_or(Refusal::Unknown { kind, id })?;
    let damaged = |error: prost::DecodeError| StoreError::DamagedRow { table, reason: error.to_string() };
    Ok(A::decode(bytes.as_slice()).map_err(damaged)?)
}
