//! The only way to write: a change, its audit event and the answer to its idempotency key in one transaction.

use super::audit::{self, Event};
use super::record::{self, Row};
use super::{Store, StoreError, now_micros};
use headstamp_engine::ids::Digest;
use sqlx::{AnyConnection, Row as _};

/// One step of a change.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A new row.
    Insert(Row),
    /// The upload's scan is stored.
    FinishUpload {
        /// The upload.
        id: String,
    },
}

/// Makes a repeated request harmless.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    /// Service and method: keys of different methods do not meet.
    pub(crate) action: &'static str,
    /// The client's key.
    pub(crate) key: String,
    /// SHA-256 of the request: a key must not come with two requests.
    pub(crate) request: Digest,
}

/// What a key was used for before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Earlier {
    /// The same request: its answer.
    Answer(Vec<u8>),
    /// Another request.
    OtherRequest,
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Committed {
    /// Written as event `sequence`.
    Written {
        /// Place in the audit trail.
        sequence: i64,
    },
    /// Nothing was written: the key was used before.
    Repeated(Earlier),
}

impl Store {
    /// Applies `change` and appends `event` in one transaction. `answer` is what a repeat of `once` will be given.
    pub(crate) async fn commit(
        &self,
        change: &[Step],
        event: &Event,
        once: Option<(&Once, &[u8])>,
    ) -> Result<Committed, StoreError> {
        // SQLite has one writer: waiting here is fair, waiting on its lock is not.
        let _writer = self.writer.lock().await;
        let mut transaction = self.pool.begin().await?;
        let head = audit::advance(&mut transaction).await?;
        if let Some((once, _)) = once
            && let Some(earlier) = earlier(&mut transaction, once).await?
        {
            transaction.rollback().await?;
            return Ok(Committed::Repeated(earlier));
        }
        for step in change {
            apply(&mut transaction, step, head.sequence).await?;
        }
        audit::append(&mut transaction, &head, now_micros(), event).await?;
        if let Some((once, answer)) = once {
            remember(&mut transaction, once, answer, head.sequence).await?;
        }
        transaction.commit().await?;
        Ok(Committed::Written { sequence: head.sequence })
    }

    /// What a key was used for before.
    pub(crate) async fn earlier(&self, once: &Once) -> Result<Option<Earlier>, StoreError> {
        earlier(&mut *self.pool.acquire().await?, once).await
    }
}

async fn apply(connection: &mut AnyConnection, step: &Step, sequence: i64) -> Result<(), StoreError> {
    match step {
        Step::Insert(row) => record::insert(connection, row, sequence).await,
        Step::FinishUpload { id } => {
            sqlx::query("UPDATE upload SET finished = 1 WHERE id = $1").bind(id.clone()).execute(connection).await?;
            Ok(())
        }
    }
}

async fn earlier(connection: &mut AnyConnection, once: &Once) -> Result<Option<Earlier>, StoreError> {
    let row = sqlx::query("SELECT request_sha256, answer FROM idempotency WHERE action = $1 AND idempotency_key = $2")
        .bind(once.action.to_owned())
        .bind(once.key.clone())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let same = row.try_get::<Vec<u8>, _>("request_sha256")? == once.request.0;
    Ok(Some(if same { Earlier::Answer(row.try_get("answer")?) } else { Earlier::OtherRequest }))
}

async fn remember(connection: &mut AnyConnection, once: &Once, answer: &[u8], sequence: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO idempotency (action, idempotency_key, request_sha256, answer, sequence) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(once.action.to_owned())
    .bind(once.key.clone())
    .bind(once.request.0.to_vec())
    .bind(answer.to_vec())
    .bind(sequence)
    .execute(connection)
    .await?;
    Ok(())
}
