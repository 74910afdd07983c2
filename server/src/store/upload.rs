//! Announced files: a row each, and the bytes that have arrived so far in one staging file each.
//!
//! What has arrived is the length of the staging file: no second counter can disagree with it. The SHA-256 of the
//! whole file is checked before anything of it becomes evidence, so a staging file torn by a power cut is harmless.

use super::StoreError;
use super::record::{Record, RecordKind, Value};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt as _;

/// An announced file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Upload {
    /// Id.
    pub(crate) id: String,
    /// The specimen it shows; empty for a file to search with.
    pub(crate) specimen_id: String,
    /// Name the sender gave it.
    pub(crate) file_name: String,
    /// Instrument, in the sender's words.
    pub(crate) instrument: String,
    /// Codes of the mark kinds to prepare, separated by spaces.
    pub(crate) mark_kinds: String,
    /// Size of a photograph's pixel, micrometres.
    pub(crate) pixel_micrometres: Option<f64>,
    /// Number of the land shown, from 1; 0 = not numbered.
    pub(crate) land: i64,
    /// Wire value of how a scan of a striated mark lies.
    pub(crate) direction: i64,
    /// Announced length, bytes.
    pub(crate) total_bytes: i64,
    /// Announced SHA-256.
    pub(crate) sha256: Vec<u8>,
    /// True once its scan is stored.
    pub(crate) finished: bool,
    /// Microseconds since 1970.
    pub(crate) created_at_micros: i64,
}

impl Record for Upload {
    const KIND: RecordKind = RecordKind::Upload;
    const TABLE: &'static str = "upload";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "specimen_id",
        "file_name",
        "instrument",
        "mark_kinds",
        "pixel_micrometres",
        "total_bytes",
        "sha256",
        "finished",
        "created_at_micros",
        "land",
        "direction",
    ];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![
            Value::Text(self.id.clone()),
            Value::reference(&self.specimen_id),
            Value::Text(self.file_name.clone()),
            Value::Text(self.instrument.clone()),
            Value::Text(self.mark_kinds.clone()),
            Value::RealOrNull(self.pixel_micrometres),
            Value::Whole(self.total_bytes),
            Value::Blob(self.sha256.clone()),
            Value::Whole(self.finished.into()),
            Value::Whole(self.created_at_micros),
            Value::Whole(self.land),
            Value::Whole(self.direction),
        ]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            specimen_id: row.try_get::<Option<String>, _>("specimen_id")?.unwrap_or_default(),
            file_name: row.try_get("file_name")?,
            instrument: row.try_get("instrument")?,
            mark_kinds: row.try_get("mark_kinds")?,
            pixel_micrometres: row.try_get("pixel_micrometres")?,
            total_bytes: row.try_get("total_bytes")?,
            sha256: row.try_get("sha256")?,
            finished: row.try_get::<i64, _>("finished")? != 0,
            created_at_micros: row.try_get("created_at_micros")?,
            land: row.try_get("land")?,
            direction: row.try_get("direction")?,
        })
    }
}

/// The directory of staging files.
#[derive(Clone, Debug)]
pub(crate) struct Staging {
    directory: PathBuf,
}

impl Staging {
    /// Opens the directory, making it if need be.
    pub(crate) fn open(directory: PathBuf) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&directory).map_err(StoreError::file(&directory))?;
        Ok(Self { directory })
    }

    /// Bytes of an upload that have arrived.
    pub(crate) async fn offset(&self, upload: &str) -> Result<u64, StoreError> {
        let path = self.path(upload);
        match tokio::fs::metadata(&path).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(StoreError::file(&path)(error)),
        }
    }

    /// Opens the file of an upload for further bytes.
    pub(crate) async fn append(&self, upload: &str) -> Result<StagingFile, StoreError> {
        let path = self.path(upload);
        let opened = tokio::fs::OpenOptions::new().create(true).append(true).open(&path).await;
        let file = opened.map_err(StoreError::file(&path))?;
        let offset = file.metadata().await.map_err(StoreError::file(&path))?.len();
        Ok(StagingFile { path, file, offset })
    }

    /// All bytes of an upload.
    pub(crate) async fn read(&self, upload: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.path(upload);
        tokio::fs::read(&path).await.map_err(StoreError::file(&path))
    }

    /// Throws away what has arrived; nothing happens if nothing has.
    pub(crate) async fn discard(&self, upload: &str) -> Result<(), StoreError> {
        let path = self.path(upload);
        match tokio::fs::remove_file(&path).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::file(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Names of the uploads with a staging file.
    pub(crate) fn names(&self) -> Result<Vec<String>, StoreError> {
        let entries = std::fs::read_dir(&self.directory).map_err(StoreError::file(&self.directory))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        names.collect::<Result<_, _>>().map_err(StoreError::file(&self.directory))
    }

    /// Upload ids are UUIDs checked at the edge, so they name no other directory.
    fn path(&self, upload: &str) -> PathBuf {
        self.directory.join(upload)
    }
}

/// A staging file that is being written.
#[derive(Debug)]
pub(crate) struct StagingFile {
    path: PathBuf,
    file: tokio::fs::File,
    offset: u64,
}

impl StagingFile {
    /// Bytes it holds.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }
    /// Adds bytes at the end.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).await.map_err(StoreError::file(&self.path))?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
    /// Brings everything to the disk.
    pub(crate) async fn close(mut self) -> Result<(), StoreError> {
        let path: &Path = &self.path;
        self.file.flush().await.map_err(StoreError::file(path))?;
        self.file.sync_all().await.map_err(StoreError::file(path))
    }
}
