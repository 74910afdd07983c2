//! From the bytes of a file to prepared marks, on the pool.

use super::{Call, Refusal, Workflow};
use crate::store::{StoreError, Upload};
use headstamp_engine::formats::{self, ReadSettings};
use headstamp_engine::ids::Digest;
use headstamp_engine::marks::MarkError;
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::trace::NoTrace;
use std::sync::Arc;

/// A file that was read.
pub(super) struct ReadFile {
    /// Format, for example `X3P`.
    pub(super) format: &'static str,
    /// The instrument as the file names it; empty if it does not.
    pub(super) instrument: String,
    /// Odd but readable things.
    pub(super) notes: Vec<String>,
    /// A mark a kind, or why there is none.
    pub(super) marks: Vec<(Kind, Result<Prepared, MarkError>)>,
}

impl Workflow {
    /// SHA-256 of bytes, computed on the pool.
    pub(super) async fn hash(&self, call: &Call, bytes: &Arc<Vec<u8>>) -> Result<Digest, Refusal> {
        let bytes = bytes.clone();
        self.pool.run(call, move || Digest::of(&bytes)).await
    }

    /// Decodes a file and prepares its marks.
    pub(super) async fn prepare(
        &self,
        call: &Call,
        bytes: &Arc<Vec<u8>>,
        kinds: Vec<Kind>,
        pixel_micrometres: Option<f64>,
    ) -> Result<ReadFile, Refusal> {
        let settings =
            ReadSettings { file_bytes_max: self.limits.file_bytes, pixel_micrometres, ..ReadSettings::default() };
        let bytes = bytes.clone();
        let prepared = self.pool.run(call, move || {
            let decoded = formats::read(&bytes, &settings)?;
            let prepared = |kind| (kind, Prepared::of(&decoded.scan, kind, &mut NoTrace));
            let marks = kinds.into_iter().map(prepared).collect();
            // One line a note, so that lines can be told apart again.
            let notes = decoded.notes.iter().map(|note| note.replace('\n', " ")).collect();
            let instrument = decoded.instrument().unwrap_or_default();
            Ok::<_, formats::FormatError>(ReadFile { format: decoded.format, instrument, notes, marks })
        });
        Ok(prepared.await??)
    }

    /// All bytes of an upload, if they have all arrived and are the announced ones. Others are thrown away, so that
    /// the client can send them again.
    pub(super) async fn arrived(&self, call: &Call, upload: &Upload) -> Result<Arc<Vec<u8>>, Refusal> {
        let total = upload.total_bytes.unsigned_abs();
        let offset = self.store.staging.offset(&upload.id).await?;
        if offset < total {
            return Err(Refusal::UploadIncomplete { offset, total });
        }
        let bytes = Arc::new(self.store.staging.read(&upload.id).await?);
        let (found, announced) = (self.hash(call, &bytes).await?, digest(&upload.sha256)?);
        if found != announced {
            self.store.staging.discard(&upload.id).await?;
            return Err(Refusal::Sha256Mismatch { announced: announced.to_string(), found: found.to_string() });
        }
        Ok(bytes)
    }
}

/// A stored SHA-256.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest, Refusal> {
    let damaged = || StoreError::DamagedRow { table: "scan", reason: format!("SHA-256 of {} bytes", bytes.len()) };
    Ok(Digest(bytes.try_into().map_err(|_| damaged())?))
}
