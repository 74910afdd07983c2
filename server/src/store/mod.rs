//! The evidence store: an SQL database for records, a content-addressed store for bytes, a staging directory for files
//! on their way in. All three live below one data directory that one process holds at a time.
//!
//! Nothing is changed but through [`Store::commit`]; nothing is acknowledged before it returns.

pub(crate) mod audit;
mod blobs;
mod cards;
mod commit;
mod error;
mod outcome;
mod record;
mod records;
mod upload;

pub(crate) use audit::{DONE, Event};
pub(crate) use blobs::Blobs;
pub(crate) use cards::Card;
pub(crate) use commit::{Committed, Earlier, Once, Step};
pub use error::StoreError;
pub(crate) use outcome::{Compared, StoredCandidate, StoredComparison, StoredItems, StoredSearch};
pub(crate) use record::{Record, RecordKind, Value};
pub(crate) use upload::{Staging, Upload};

use headstamp_proto::v1;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Row as _};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Readers at once; SQLite in WAL mode lets them run beside the one writer.
const CONNECTIONS: u32 = 8;

/// Most scans with the same bytes that are reported.
const SAME_BYTES_MAX: i64 = 100;

/// An open store.
#[derive(Debug)]
pub(crate) struct Store {
    pool: AnyPool,
    writer: tokio::sync::Mutex<()>,
    /// Original files and templates.
    pub(crate) blobs: Blobs,
    /// Files on their way in.
    pub(crate) staging: Staging,
    /// Held until the store is dropped; the system frees it when the process dies.
    _lock: File,
}

impl Store {
    /// Opens the store below `directory`, making or upgrading it if need be.
    pub(crate) async fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(StoreError::file(directory))?;
        let lock = lock(directory)?;
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // Acknowledged means on the disk: WAL with a sync at every commit.
                    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
                    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
                    Ok(())
                })
            })
            .connect(&url(&directory.join("evidence.sqlite")))
            .await?;
        sqlx::migrate!("./migrations").run(&pool).await?;
        sqlx::query("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING")
            .bind(vec![0_u8; 32])
            .execute(&pool)
            .await?;
        Ok(Self {
            pool,
            writer: tokio::sync::Mutex::new(()),
            blobs: Blobs::open(&directory.join("blobs"))?,
            staging: Staging::open(directory.join("uploads"))?,
            _lock: lock,
        })
    }

    /// The record with this id.
    pub(crate) async fn get<R: Record>(&self, id: &str) -> Result<Option<R>, StoreError> {
        Ok(record::list::<R>(&self.pool, &[("id", Value::Text(id.to_owned()))], "", 1).await?.pop())
    }

    /// Records with these values, in the order of creation, after the id `after`.
    pub(crate) async fn list<R: Record>(
        &self,
        filters: &[(&'static str, Value)],
        after: &str,
        count: i64,
    ) -> Result<Vec<R>, StoreError> {
        record::list(&self.pool, filters, after, count).await
    }

    /// Ids of the marks of a scan, in order.
    pub(crate) async fn marks_of_scan(&self, scan: &str) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT id FROM mark WHERE scan_id = $1 ORDER BY id")
            .bind(scan.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>().map_err(StoreError::Database)
    }

    /// With which instrument a scan was measured; empty if nobody said.
    pub(crate) async fn instrument_of(&self, scan: &str) -> Result<String, StoreError> {
        let query = sqlx::query("SELECT instrument FROM scan WHERE id = $1").bind(scan.to_owned());
        Ok(query.fetch_one(&self.pool).await?.try_get("instrument")?)
    }

    /// Scans with exactly these bytes, in order.
    pub(crate) async fn scans_with_bytes(&self, sha256: &[u8]) -> Result<Vec<v1::Scan>, StoreError> {
        self.list(&[("sha256", Value::Blob(sha256.to_vec()))], "", SAME_BYTES_MAX).await
    }

    /// Rows of a table.
    pub(crate) async fn count<R: Record>(&self) -> Result<u64, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) AS n FROM {}", R::TABLE));
        let rows: i64 = sqlx::query(sql).fetch_one(&self.pool).await?.try_get("n")?;
        Ok(rows.unsigned_abs())
    }

    /// Uploads announced since a time and not finished.
    pub(crate) async fn open_uploads(&self, since_micros: i64) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT count(*) AS n FROM upload WHERE finished = 0 AND created_at_micros >= $1")
            .bind(since_micros)
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get::<i64, _>("n")?.unsigned_abs())
    }

    /// Where the audit trail ends.
    pub(crate) async fn head(&self) -> Result<audit::Head, StoreError> {
        audit::head(&self.pool).await
    }

    /// Events of the audit trail, see [`audit::events`].
    pub(crate) async fn events(
        &self,
        filters: &[(&'static str, String)],
        after: i64,
        count: i64,
    ) -> Result<Vec<v1::AuditEvent>, StoreError> {
        audit::events(&self.pool, filters, after, count).await
    }

    /// Checks the audit trail, see [`audit::verify`].
    pub(crate) async fn verify(&self) -> Result<v1::VerifyResponse, StoreError> {
        audit::verify(&self.pool).await
    }

    /// Closes the database cleanly.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Microseconds since 1970-01-01 UTC.
pub(crate) fn now_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Takes the directory for this process.
fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("lock");
    let file = File::create(&path).map_err(StoreError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { directory: directory.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(StoreError::file(&path)(error)),
    }
}

/// URL of a database file that is made if it is missing.
fn url(file: &Path) -> String {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc")
}
