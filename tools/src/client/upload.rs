//! A file to the server in pieces, going on after a break where the server's bytes end.

use super::records::key;
use super::{Client, failure};
use crate::kind::{self, Kind};
use anyhow::{Context, Result, bail, ensure};
use headstamp_engine::ids::Digest;
use headstamp_proto::v1::upload_chunks_request::Message;
use headstamp_proto::v1::{self, UploadChunk, UploadChunksRequest};
use tonic::Code;
use uuid::Uuid;

/// Size of a piece: well below the server's limit, large enough that framing costs nothing.
const PIECE_BYTES: usize = 1 << 20;
/// How often a broken upload is taken up again before it counts as failed.
const ATTEMPTS: usize = 3;

/// A file to send.
pub(crate) struct Upload<'a> {
    /// The specimen it shows; empty for a file to search with.
    pub(crate) specimen_id: &'a str,
    /// Its name, for people.
    pub(crate) file_name: &'a str,
    /// Instrument, or empty.
    pub(crate) instrument: &'a str,
    /// The mark to prepare; `None` for what the kind of specimen suggests.
    pub(crate) kind: Option<Kind>,
    /// Number of the land it shows, from 1; 0 = none, or not numbered.
    pub(crate) land: u32,
    /// Whether the scan is declared to lie with the bullet's nose up.
    pub(crate) nose_up: bool,
    /// Its bytes.
    pub(crate) bytes: &'a [u8],
}

/// How a scan is declared to lie.
pub(crate) const fn direction(nose_up: bool) -> v1::ScanDirection {
    if nose_up { v1::ScanDirection::NoseUp } else { v1::ScanDirection::Unspecified }
}

/// A file that arrived and was stored.
pub(crate) struct Enrolled {
    /// It had been stored before.
    pub(crate) already: bool,
    /// Ids of its marks.
    pub(crate) marks: Vec<String>,
    /// What the server noted on its quality.
    pub(crate) notes: Vec<String>,
}

impl Client {
    /// The scan of this specimen with exactly these bytes, if the server has it.
    pub(crate) async fn stored(&mut self, specimen_id: &str, bytes: &[u8]) -> Result<Option<Enrolled>> {
        let request =
            v1::ListScansRequest { page: None, specimen_id: specimen_id.into(), sha256: Digest::of(bytes).0.to_vec() };
        let page = self.records.list_scans(request).await.map_err(|status| failure(&status))?.into_inner();
        let enrolled = |scan: v1::Scan| Enrolled { already: true, marks: scan.mark_ids, notes: Vec::new() };
        Ok(page.scans.into_iter().next().map(enrolled))
    }

    /// Sends a file and has it stored.
    pub(crate) async fn enroll(&mut self, upload: &Upload<'_>) -> Result<Enrolled> {
        let digest = Digest::of(upload.bytes);
        let mut parts = vec![upload.specimen_id.to_owned(), digest.to_string(), upload.file_name.into()];
        parts.push(upload.instrument.into());
        if upload.kind.is_some() || upload.land > 0 || upload.nose_up {
            let kind = upload.kind.map_or("", Kind::code);
            parts.extend([kind.to_owned(), upload.land.to_string(), upload.nose_up.to_string()]);
        }
        let parts: Vec<&str> = std::iter::once("upload").chain(parts.iter().map(String::as_str)).collect();
        let name = key(&parts);
        let (id, already) = self.send(upload, &name).await?;
        let request = v1::FinishUploadRequest { idempotency_key: key(&["finish", &id]), upload_id: id };
        let answer = self.ingest.finish_upload(request).await.map_err(|status| failure(&status))?.into_inner();
        Ok(Enrolled {
            already: already || answer.already_stored,
            marks: answer.marks.into_iter().map(|mark| mark.id).collect(),
            notes: answer.quality_notes,
        })
    }

    /// Sends a file to search with; the answer names it.
    pub(crate) async fn send_query(&mut self, upload: &Upload<'_>) -> Result<String> {
        Ok(self.send(upload, &Uuid::now_v7().to_string()).await?.0)
    }

    /// Sends what the server does not have yet; gives the upload's id and whether an earlier run had finished it.
    async fn send(&mut self, upload: &Upload<'_>, name: &str) -> Result<(String, bool)> {
        let mut id = self.start(upload, name).await?;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let arrived = self.ingest.get_upload_offset(v1::GetUploadOffsetRequest { upload_id: id.clone() }).await;
            let arrived = match arrived {
                Ok(arrived) => arrived.into_inner(),
                // It was announced so long ago that the server has dropped it.
                Err(status) if status.code() == Code::NotFound => {
                    id = self.start(upload, &Uuid::now_v7().to_string()).await?;
                    continue;
                }
                Err(status) => return Err(failure(&status)),
            };
            if arrived.finished || arrived.offset_bytes >= upload.bytes.len() as u64 {
                return Ok((id, arrived.finished));
            }
            match self.pieces(upload.bytes, &id, arrived.offset_bytes).await {
                Ok(()) => return Ok((id, false)),
                Err(status) if matches!(status.code(), Code::Unavailable | Code::Aborted | Code::Cancelled) => {
                    last = Some(status);
                }
                Err(status) => return Err(failure(&status)),
            }
        }
        match last {
            Some(status) => Err(failure(&status)).context("the upload broke off again and again"),
            None => bail!("the server keeps dropping the upload"),
        }
    }

    async fn start(&mut self, upload: &Upload<'_>, name: &str) -> Result<String> {
        let request = v1::StartUploadRequest {
            idempotency_key: name.into(),
            metadata: Some(v1::ScanMetadata {
                specimen_id: upload.specimen_id.into(),
                file_name: upload.file_name.into(),
                instrument: upload.instrument.into(),
                mark_kinds: upload.kind.map(|kind| kind::wire(kind).into()).into_iter().collect(),
                pixel_micrometres: None,
                land: upload.land,
                direction: direction(upload.nose_up).into(),
            }),
            total_bytes: upload.bytes.len() as u64,
            sha256: Digest::of(upload.bytes).0.to_vec(),
        };
        let answer = self.ingest.start_upload(request).await.map_err(|status| failure(&status))?.into_inner();
        ensure!(!answer.upload_id.is_empty(), "the server gave the upload no id");
        Ok(answer.upload_id)
    }

    async fn pieces(&mut self, bytes: &[u8], id: &str, from: u64) -> Result<(), tonic::Status> {
        let start = usize::try_from(from).unwrap_or(bytes.len()).min(bytes.len());
        let mut messages = vec![UploadChunksRequest { message: Some(Message::UploadId(id.into())) }];
        let mut offset = start;
        for piece in bytes[start..].chunks(PIECE_BYTES) {
            let chunk = UploadChunk { offset_bytes: offset as u64, data: piece.to_vec() };
            messages.push(UploadChunksRequest { message: Some(Message::Chunk(chunk)) });
            offset += piece.len();
        }
        self.ingest.upload_chunks(tokio_stream::iter(messages)).await.map(|_| ())
    }
}
