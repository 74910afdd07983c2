//! The audit trail: a chain of events in which each holds the hash of the one before.
//!
//! `hash = SHA-256(hash of the event before || canonical bytes of this event)`; the first event follows 32 zero bytes.
//! The head row holds the last sequence and hash, so that a cut tail shows too.

use super::StoreError;
use headstamp_proto::v1;
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row as _};

/// Events read at a time while the chain is checked.
const VERIFY_PAGE: i64 = 1000;
/// Separates this chain's hashes from all other uses of SHA-256.
const DOMAIN: &[u8] = b"headstamp-audit-1";

/// What happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Who.
    pub(crate) actor: String,
    /// Service and method.
    pub(crate) action: String,
    /// `done` or the reason of a refusal.
    pub(crate) outcome: String,
    /// The record it is about, or empty.
    pub(crate) subject_id: String,
    /// Details.
    pub(crate) detail: serde_json::Value,
}

/// Outcome of what was done.
pub(crate) const DONE: &str = "done";

/// The end of the chain.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) sequence: i64,
    pub(crate) hash: Vec<u8>,
}

/// Takes the next place of the chain. The first statement of every write: it takes the write lock before anything is
/// read (SQLite) and locks the row (PostgreSQL), so that writes are in one order.
pub(crate) async fn advance(connection: &mut AnyConnection) -> Result<Head, StoreError> {
    let row = sqlx::query("UPDATE audit_head SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence, hash")
        .fetch_one(connection)
        .await?;
    Ok(Head { sequence: row.try_get("sequence")?, hash: row.try_get("hash")? })
}

/// Writes the event for the place that [`advance`] took.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    head: &Head,
    at_micros: i64,
    event: &Event,
) -> Result<(), StoreError> {
    let mut written = v1::AuditEvent {
        sequence: head.sequence,
        at_micros,
        actor: event.actor.clone(),
        action: event.action.clone(),
        outcome: event.outcome.clone(),
        subject_id: event.subject_id.clone(),
        detail: event.detail.to_string(),
        hash: Vec::new(),
    };
    written.hash = hash(&head.hash, &written);
    sqlx::query(
        "INSERT INTO audit_event (sequence, at_micros, actor, action, outcome, subject_id, detail, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(written.sequence)
    .bind(written.at_micros)
    .bind(written.actor)
    .bind(written.action)
    .bind(written.outcome)
    .bind(written.subject_id)
    .bind(written.detail)
    .bind(written.hash.clone())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE audit_head SET hash = $1 WHERE id = 1").bind(written.hash).execute(connection).await?;
    Ok(())
}

/// Hash of an event that follows `previous`.
fn hash(previous: &[u8], event: &v1::AuditEvent) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(DOMAIN);
    hasher.update(event.sequence.to_be_bytes());
    hasher.update(event.at_micros.to_be_bytes());
    for field in [&event.actor, &event.action, &event.outcome, &event.subject_id, &event.detail] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().to_vec()
}

fn read(row: &AnyRow) -> Result<v1::AuditEvent, sqlx::Error> {
    Ok(v1::AuditEvent {
        sequence: row.try_get("sequence")?,
        at_micros: row.try_get("at_micros")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        outcome: row.try_get("outcome")?,
        subject_id: row.try_get("subject_id")?,
        detail: row.try_get("detail")?,
        hash: row.try_get("hash")?,
    })
}

/// The end of the chain.
pub(crate) async fn head(pool: &AnyPool) -> Result<Head, StoreError> {
    let row = sqlx::query("SELECT sequence, hash FROM audit_head WHERE id = 1").fetch_one(pool).await?;
    Ok(Head { sequence: row.try_get("sequence")?, hash: row.try_get("hash")? })
}

/// Events after a sequence, oldest first. `filters` are columns and the exact text wanted.
pub(crate) async fn events(
    pool: &AnyPool,
    filters: &[(&'static str, String)],
    after: i64,
    count: i64,
) -> Result<Vec<v1::AuditEvent>, StoreError> {
    let conditions: String =
        filters.iter().enumerate().map(|(place, (column, _))| format!(" AND {column} = ${}", place + 3)).collect();
    let sql = format!(
        "SELECT sequence, at_micros, actor, action, outcome, subject_id, detail, hash FROM audit_event \
         WHERE sequence > $1{conditions} ORDER BY sequence LIMIT $2"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(count);
    for (_, wanted) in filters {
        query = query.bind(wanted.clone());
    }
    let rows = query.fetch_all(pool).await?;
    rows.iter().map(read).collect::<Result<_, _>>().map_err(StoreError::Database)
}

/// Computes the chain again from its first event up to the head of this moment.
pub(crate) async fn verify(pool: &AnyPool) -> Result<v1::VerifyResponse, StoreError> {
    let head = head(pool).await?;
    let mut previous = vec![0; 32];
    let mut sequence = 0;
    while sequence < head.sequence {
        let page = events(pool, &[], sequence, VERIFY_PAGE).await?;
        let missing = page.is_empty();
        for event in page.into_iter().filter(|event| event.sequence <= head.sequence) {
            if event.sequence != sequence + 1 {
                return Ok(broken(sequence, sequence + 1, "the event is missing", head));
            }
            if hash(&previous, &event) != event.hash {
                let reason = "its hash does not follow from its content and the event before";
                return Ok(broken(sequence, event.sequence, reason, head));
            }
            sequence = event.sequence;
            previous = event.hash;
        }
        if missing {
            return Ok(broken(sequence, sequence + 1, "the event is missing", head));
        }
    }
    if previous != head.hash {
        return Ok(broken(sequence, sequence, "it is not the event that the head of the chain names", head));
    }
    Ok(v1::VerifyResponse { intact: true, events: sequence, head_hash: head.hash, ..Default::default() })
}

fn broken(events: i64, sequence: i64, reason: &str, head: Head) -> v1::VerifyResponse {
    let reason = reason.to_owned();
    v1::VerifyResponse { intact: false, events, broken_sequence: sequence, reason, head_hash: head.hash }
}
