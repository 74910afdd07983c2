//! Files on their way in: announced, sent in chunks from the offset that has arrived, watched by nobody but their
//! length and SHA-256.

use super::{About, Call, Refusal, Workflow, check, fresh_id, once};
use crate::store::{Record as _, Step, Upload, now_micros};
use crate::wire;
use futures::{Stream, StreamExt as _};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::prepared::Kind;
use headstamp_proto::v1;
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use v1::upload_chunks_request::Message;

const HOUR_MICROS: i64 = 3_600_000_000;
/// Smallest and largest size of a photograph's pixel, micrometres.
const PIXEL_MICROMETRES: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

/// Why a stream of chunks broke.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Break {
    /// The client or the connection went away.
    Interrupted,
    /// A message was over the limit.
    TooLarge,
}

/// Held by whoever writes or finishes an upload.
pub(super) struct Busy<'a> {
    uploads: &'a Mutex<HashSet<String>>,
    id: String,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Workflow {
    /// Takes an upload for one writer.
    pub(super) fn occupy(&self, upload: &Upload) -> Result<Busy<'_>, Refusal> {
        let mut uploads = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if uploads.insert(upload.id.clone()) {
            Ok(Busy { uploads: &self.busy, id: upload.id.clone() })
        } else {
            Err(Refusal::UploadBusy)
        }
    }

    /// Announces a file.
    pub(crate) async fn start_upload(
        &self,
        call: &Call,
        r: v1::StartUploadRequest,
    ) -> Result<v1::StartUploadResponse, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        if let Some(earlier) = self.earlier::<v1::StartUploadResponse>(Some(&once)).await? {
            let offset_bytes = self.store.staging.offset(&earlier.upload_id).await?;
            return Ok(v1::StartUploadResponse { offset_bytes, ..earlier });
        }
        let upload = self.announced(r).await?;
        let open = self.store.open_uploads(self.oldest_upload()).await?;
        if open >= self.limits.open_uploads {
            return Err(Refusal::TooManyUploads { open, max: self.limits.open_uploads });
        }
        let same = self.store.scans_with_bytes(&upload.sha256).await?;
        let answer = v1::StartUploadResponse {
            upload_id: upload.id.clone(),
            offset_bytes: 0,
            same_bytes_scan_ids: same.into_iter().map(|scan| scan.id).collect(),
        };
        let detail = json!({
            "specimen_id": upload.specimen_id, "total_bytes": upload.total_bytes, "sha256": hex(&upload.sha256),
        });
        let about = About { subject: upload.id.clone(), detail };
        self.commit(call, &[Step::Insert(upload.row())], about, Some(&once), answer).await
    }

    /// The row of an announcement, checked.
    async fn announced(&self, r: v1::StartUploadRequest) -> Result<Upload, Refusal> {
        let metadata = r.metadata.unwrap_or_default();
        check::text("metadata.file_name", &metadata.file_name, check::NAME_MAX)?;
        check::text("metadata.instrument", &metadata.instrument, check::NAME_MAX)?;
        check::sha256("sha256", &r.sha256)?;
        if r.total_bytes == 0 {
            return Err(Refusal::FieldMissing { field: "total_bytes" });
        }
        let max = self.limits.file_bytes;
        let total_bytes = i64::try_from(r.total_bytes).ok().filter(|_| r.total_bytes <= max);
        let total_bytes = total_bytes.ok_or(Refusal::FileTooLarge { bytes: r.total_bytes, max })?;
        pixel("metadata.pixel_micrometres", metadata.pixel_micrometres)?;
        check::code::<v1::ScanDirection>("metadata.direction", metadata.direction, false)?;
        let specimen = if metadata.specimen_id.is_empty() {
            v1::Specimen::default()
        } else {
            self.existing::<v1::Specimen>("metadata.specimen_id", &metadata.specimen_id).await?
        };
        let kinds = kinds(&metadata.mark_kinds, &specimen)?;
        check::land(metadata.land, &specimen)?;
        Ok(Upload {
            id: fresh_id(),
            specimen_id: specimen.id,
            file_name: metadata.file_name,
            instrument: metadata.instrument,
            mark_kinds: kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(" "),
            pixel_micrometres: metadata.pixel_micrometres,
            land: metadata.land.into(),
            direction: metadata.direction.into(),
            total_bytes,
            sha256: r.sha256,
            finished: false,
            created_at_micros: now_micros(),
        })
    }

    /// Takes in chunks until the stream ends. What arrived before a refusal or a break stays: the client goes on from
    /// there. A stream that starts its upload leaves the event of the start besides its own.
    pub(crate) async fn upload_chunks(
        &self,
        call: &Call,
        mut messages: impl Stream<Item = Result<v1::UploadChunksRequest, Break>> + Unpin,
    ) -> Result<v1::UploadChunksResponse, Refusal> {
        let id = match self.first(messages.next().await)? {
            Message::UploadId(id) => id,
            Message::Start(start) => {
                let start_call = Call { action: "Ingest/StartUpload", ..call.clone() };
                self.start_upload(&start_call, start).await?.upload_id
            }
            Message::Chunk(_) => return Err(Refusal::MessageOutOfPlace),
        };
        let upload: Upload = self.existing("upload_id", &id).await?;
        if upload.finished {
            return Err(Refusal::UploadFinished);
        }
        let _busy = self.occupy(&upload)?;
        let mut file = self.store.staging.append(&upload.id).await?;
        let from = file.offset();
        let total = upload.total_bytes.unsigned_abs();
        let taken = loop {
            let message = tokio::select! {
                message = messages.next() => message,
                refusal = call.until_stopped() => break Err(match refusal {
                    Refusal::Cancelled => Refusal::UploadInterrupted { offset: file.offset() },
                    other => other,
                }),
            };
            let chunk = match message {
                None => break Ok(()),
                Some(Err(end)) => break Err(self.broken(end, file.offset())),
                Some(Ok(v1::UploadChunksRequest { message: Some(Message::Chunk(chunk)) })) => chunk,
                Some(Ok(_)) => break Err(Refusal::MessageOutOfPlace),
            };
            if let Err(refusal) = self.fits(&chunk, file.offset(), total) {
                break Err(refusal);
            }
            if let Err(error) = file.write(&chunk.data).await {
                break Err(error.into());
            }
        };
        let offset_bytes = file.offset();
        file.close().await?;
        taken?;
        let about = About { subject: upload.id.clone(), detail: json!({ "from": from, "to": offset_bytes }) };
        let answer = v1::UploadChunksResponse { upload_id: upload.id, offset_bytes, total_bytes: total };
        self.commit(call, &[], about, None, answer).await
    }

    /// The first message of a stream.
    fn first(&self, message: Option<Result<v1::UploadChunksRequest, Break>>) -> Result<Message, Refusal> {
        match message {
            Some(Ok(v1::UploadChunksRequest { message: Some(message) })) => Ok(message),
            Some(Ok(_)) | None => Err(Refusal::MessageOutOfPlace),
            Some(Err(end)) => Err(self.broken(end, 0)),
        }
    }

    fn broken(&self, end: Break, offset: u64) -> Refusal {
        match end {
            Break::Interrupted => Refusal::UploadInterrupted { offset },
            Break::TooLarge => Refusal::MessageTooLarge { max: self.limits.message_bytes },
        }
    }

    fn fits(&self, chunk: &v1::UploadChunk, expected: u64, total: u64) -> Result<(), Refusal> {
        let bytes = chunk.data.len() as u64;
        if bytes == 0 {
            return Err(Refusal::FieldMissing { field: "chunk.data" });
        }
        if bytes > self.limits.chunk_bytes {
            return Err(Refusal::ChunkTooLarge { bytes, max: self.limits.chunk_bytes });
        }
        if chunk.offset_bytes != expected {
            return Err(Refusal::ChunkOutOfOrder { expected, found: chunk.offset_bytes });
        }
        let end = expected + bytes;
        if end > total { Err(Refusal::ChunkBeyondEnd { end, total }) } else { Ok(()) }
    }

    /// How much has arrived.
    pub(crate) async fn upload_offset(
        &self,
        r: &v1::GetUploadOffsetRequest,
    ) -> Result<v1::GetUploadOffsetResponse, Refusal> {
        let upload: Upload = self.existing("upload_id", &r.upload_id).await?;
        let total_bytes = upload.total_bytes.unsigned_abs();
        let offset = self.store.staging.offset(&upload.id).await?;
        let offset_bytes = if upload.finished { total_bytes } else { offset };
        Ok(v1::GetUploadOffsetResponse { offset_bytes, total_bytes, finished: upload.finished })
    }

    /// Throws away staging files whose upload is finished, gone or too old. Called before calls are taken.
    pub(crate) async fn sweep_staging(&self) -> Result<(), Refusal> {
        let oldest = self.oldest_upload();
        for name in self.store.staging.names()? {
            let upload = self.store.get::<Upload>(&name).await?;
            if upload.is_none_or(|upload| upload.finished || upload.created_at_micros < oldest) {
                self.store.staging.discard(&name).await?;
            }
        }
        Ok(())
    }

    fn oldest_upload(&self) -> i64 {
        now_micros() - i64::from(self.limits.upload_hours) * HOUR_MICROS
    }
}

/// The kinds asked for; none = breech face impression, land of a bullet.
fn kinds(codes: &[i32], specimen: &v1::Specimen) -> Result<Vec<Kind>, Refusal> {
    let bullet = specimen.kind == i32::from(v1::SpecimenKind::Bullet);
    let mut kinds = Vec::new();
    for &value in codes {
        let kind = wire::mark_kind(value);
        let kind = kind.ok_or(Refusal::UnknownEnumValue { field: "metadata.mark_kinds", value })?;
        // A file to search with shows no specimen that could contradict.
        if !specimen.id.is_empty() && kind.on_bullet() != bullet {
            return Err(Refusal::MarkOfOtherSpecimen { kind, on_bullet: kind.on_bullet() });
        }
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() {
        kinds.push(if bullet { Kind::LAND } else { Kind::Impressed(MarkKind::BreechFaceImpression) });
    }
    Ok(kinds)
}

/// A believable size of a pixel.
pub(super) fn pixel(field: &'static str, micrometres: Option<f64>) -> Result<(), Refusal> {
    match micrometres {
        Some(size) if !PIXEL_MICROMETRES.contains(&size) => {
            let (low, high) = (PIXEL_MICROMETRES.start(), PIXEL_MICROMETRES.end());
            let allowed = format!("between {low} and {high} micrometres");
            Err(Refusal::OutOfBounds { field, value: size.to_string(), allowed })
        }
        _ => Ok(()),
    }
}

/// Bytes as people read them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
