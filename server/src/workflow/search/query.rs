//! What is searched for: a stored mark, a file sent along, or an upload without a specimen.

use super::super::prepare::{Prepared, digest};
use super::super::upload::pixel;
use super::super::{Call, Refusal, Workflow, check, ingest};
use crate::store::Upload;
use crate::wire;
use headstamp_engine::ids::Digest;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::template::Template;
use headstamp_proto::v1;
use std::sync::Arc;
use uuid::Uuid;
use v1::search_request::Query as Asked;

/// What is searched for.
pub(super) struct Query {
    pub(super) kind: MarkKind,
    pub(super) template: Arc<Template>,
    /// The stored mark; empty for a file.
    pub(super) mark_id: String,
    /// The scan of the stored mark: its own marks are never candidates.
    pub(super) scan: Option<Uuid>,
    /// Its specimen.
    pub(super) specimen: Option<Uuid>,
    /// With which instrument it was measured; empty if nobody said.
    pub(super) instrument: String,
    /// The file.
    pub(super) sha256: Digest,
    /// What an examiner should know of it.
    pub(super) notes: Vec<String>,
    /// The upload to close, if one was used.
    pub(super) upload: Option<String>,
}

impl Workflow {
    /// Reads what a request asks about.
    pub(super) async fn query(&self, call: &Call, r: &v1::SearchRequest) -> Result<Query, Refusal> {
        let kind = match r.kind {
            0 => MarkKind::BreechFaceImpression,
            value => wire::mark_kind(value).ok_or(Refusal::UnknownEnumValue { field: "kind", value })?,
        };
        match r.query.as_ref().ok_or(Refusal::FieldMissing { field: "query" })? {
            Asked::MarkId(id) => self.stored_mark(id).await,
            Asked::Scan(scan) => {
                check::text("scan.file_name", &scan.file_name, check::NAME_MAX)?;
                check::text("scan.instrument", &scan.instrument, check::NAME_MAX)?;
                pixel("scan.pixel_micrometres", scan.pixel_micrometres)?;
                let (bytes, max) = (scan.data.len() as u64, self.limits.file_bytes);
                if bytes > max {
                    return Err(Refusal::FileTooLarge { bytes, max });
                }
                let bytes = Arc::new(scan.data.clone());
                let sha256 = self.hash(call, &bytes).await?;
                self.file(call, kind, bytes, sha256, scan.pixel_micrometres, &scan.instrument).await
            }
            Asked::UploadId(id) => self.upload(call, kind, id).await,
        }
    }

    async fn stored_mark(&self, id: &str) -> Result<Query, Refusal> {
        let mark: v1::Mark = self.existing("mark_id", id).await?;
        let scan: v1::Scan = self.existing("scan_id", &mark.scan_id).await?;
        let kind = wire::mark_kind(mark.kind).ok_or(Refusal::UnknownEnumValue { field: "kind", value: mark.kind })?;
        let template = self.template(&mark).await?;
        Ok(Query {
            kind,
            notes: ingest::quality(kind, &template).into_iter().collect(),
            template,
            scan: Uuid::try_parse(&mark.scan_id).ok(),
            specimen: Uuid::try_parse(&mark.specimen_id).ok(),
            mark_id: mark.id,
            instrument: scan.instrument,
            sha256: digest(&scan.sha256)?,
            upload: None,
        })
    }

    async fn upload(&self, call: &Call, kind: MarkKind, id: &str) -> Result<Query, Refusal> {
        let upload: Upload = self.existing("upload_id", id).await?;
        if !upload.specimen_id.is_empty() {
            return Err(Refusal::UploadIsEvidence);
        }
        let sha256 = digest(&upload.sha256)?;
        let bytes = if upload.finished {
            Arc::new(self.store.blobs.get(sha256).await?)
        } else {
            self.arrived(call, &upload).await?
        };
        let query = self.file(call, kind, bytes, sha256, upload.pixel_micrometres, &upload.instrument).await?;
        Ok(Query { upload: Some(upload.id), ..query })
    }

    /// Prepares the mark of a file and keeps the file, so that the search can be repeated.
    async fn file(
        &self,
        call: &Call,
        kind: MarkKind,
        bytes: Arc<Vec<u8>>,
        sha256: Digest,
        pixel_micrometres: Option<f64>,
        instrument: &str,
    ) -> Result<Query, Refusal> {
        let Prepared { mut notes, marks, instrument: of_file, .. } =
            self.prepare(call, &bytes, vec![kind], pixel_micrometres).await?;
        let found = marks.into_iter().next().ok_or(Refusal::Broken { what: "the preparation of a mark" })?;
        let template = found.1?;
        let instrument = ingest::stated(instrument, of_file, &mut notes);
        notes.extend(ingest::quality(kind, &template));
        let bytes = Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec());
        self.store.blobs.put(sha256, bytes).await?;
        let template = Arc::new(template);
        let (mark_id, scan, specimen, upload) = (String::new(), None, None, None);
        Ok(Query { kind, template, mark_id, scan, specimen, instrument, sha256, notes, upload })
    }
}
