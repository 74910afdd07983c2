//! The end of an upload: bytes become a scan with its marks, all in one step or not at all.

use super::prepare::{ReadFile, digest};
use super::{About, Call, Refusal, Workflow, fresh_id, once};
use crate::store::{Once, Record as _, Step, StoreError, Upload, Value, now_micros};
use crate::wire;
use headstamp_engine::ids::Digest;
use headstamp_engine::marks::Grade;
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::striae::Signature;
use headstamp_proto::v1;
use serde_json::json;
use std::sync::Arc;

/// More marks than a scan can have.
const MARKS_MAX: i64 = 1000;

impl Workflow {
    /// Checks an upload, reads it, prepares its marks and stores all of it. A file that cannot be read leaves nothing
    /// but the audit event; a file without a usable mark is stored, and the notes say why it has none.
    pub(crate) async fn finish_upload(
        &self,
        call: &Call,
        r: v1::FinishUploadRequest,
    ) -> Result<v1::FinishUploadResponse, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        if let Some(earlier) = self.earlier(Some(&once)).await? {
            return Ok(earlier);
        }
        let upload: Upload = self.existing("upload_id", &r.upload_id).await?;
        let _busy = self.occupy(&upload)?;
        // Read again: it may have been finished while this call waited for nothing but the row.
        let upload: Upload = self.existing("upload_id", &upload.id).await?;
        if upload.finished {
            return Err(Refusal::UploadFinished);
        }
        if upload.specimen_id.is_empty() {
            return Err(Refusal::UploadIsQuery);
        }
        let bytes = self.arrived(call, &upload).await?;
        let answer = match self.store_scan(call, &upload, bytes.clone(), &once).await {
            // Another upload brought the same bytes of the same specimen in this moment: now they are there.
            Err(Refusal::Store(StoreError::Taken { table: "scan" })) => {
                self.store_scan(call, &upload, bytes, &once).await?
            }
            other => other?,
        };
        self.galleries.follow_soon();
        self.store.staging.discard(&upload.id).await?;
        Ok(answer)
    }

    /// Stores what an upload brought, or says that it is stored already.
    async fn store_scan(
        &self,
        call: &Call,
        upload: &Upload,
        bytes: Arc<Vec<u8>>,
        once: &Once,
    ) -> Result<v1::FinishUploadResponse, Refusal> {
        let same = self.store.scans_with_bytes(&upload.sha256).await?;
        let (own, others): (Vec<_>, Vec<_>) = same.into_iter().partition(|scan| scan.specimen_id == upload.specimen_id);
        let same_bytes_scan_ids: Vec<String> = others.into_iter().map(|scan| scan.id).collect();
        let finish = Step::FinishUpload { id: upload.id.clone() };
        if let Some(earlier) = own.into_iter().next() {
            let scan = self.with_marks(earlier).await?;
            let marks = self.store.list(&[("scan_id", Value::Text(scan.id.clone()))], "", MARKS_MAX).await?;
            let about = About { subject: scan.id.clone(), detail: json!({ "already_stored": true }) };
            let notes = vec!["this specimen already has exactly these bytes: nothing was added".to_owned()];
            let answer = v1::FinishUploadResponse {
                scan: Some(scan),
                marks,
                quality_notes: notes,
                already_stored: true,
                same_bytes_scan_ids,
            };
            self.commit(call, &[finish], about, Some(once), answer).await
        } else {
            let (steps, answer) = self.evidence(call, upload, bytes, same_bytes_scan_ids).await?;
            let steps: Vec<Step> = steps.into_iter().chain([finish]).collect();
            let about = About {
                subject: answer.scan.as_ref().map(|scan| scan.id.clone()).unwrap_or_default(),
                detail: json!({
                    "specimen_id": upload.specimen_id,
                    "sha256": super::upload::hex(&upload.sha256),
                    "marks": answer.marks.iter().map(|mark| mark.id.clone()).collect::<Vec<_>>(),
                }),
            };
            self.commit(call, &steps, about, Some(once), answer).await
        }
    }

    /// The rows of a new scan and its marks. Blobs are written here, before the rows that name them.
    async fn evidence(
        &self,
        call: &Call,
        upload: &Upload,
        bytes: Arc<Vec<u8>>,
        same_bytes_scan_ids: Vec<String>,
    ) -> Result<(Vec<Step>, v1::FinishUploadResponse), Refusal> {
        let kinds = upload.mark_kinds.split(' ').filter_map(Kind::from_code).collect();
        let prepared = match self.prepare(call, &bytes, kinds, upload.pixel_micrometres).await {
            Err(refusal @ Refusal::UnreadableFile(_)) => {
                self.store.staging.discard(&upload.id).await?;
                return Err(refusal);
            }
            other => other?,
        };
        let ReadFile { format, instrument: of_file, mut notes, marks: found } = prepared;
        let instrument = stated(&upload.instrument, of_file, &mut notes);
        let mut scan = v1::Scan {
            id: fresh_id(),
            specimen_id: upload.specimen_id.clone(),
            sha256: upload.sha256.clone(),
            total_bytes: bytes.len() as u64,
            file_name: upload.file_name.clone(),
            instrument,
            format: format.to_owned(),
            notes,
            mark_ids: Vec::new(),
            created_at_micros: now_micros(),
        };
        let mut quality_notes = scan.notes.clone();
        let mut marks = Vec::new();
        for (kind, prepared) in found {
            match prepared {
                Ok(prepared) => {
                    quality_notes.extend(quality(&prepared));
                    marks.push(self.mark(&scan, upload, &prepared).await?);
                }
                Err(error) => quality_notes.push(format!("no {kind}: {error}")),
            }
        }
        let bytes = Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec());
        self.store.blobs.put(digest(&upload.sha256)?, bytes).await?;
        let steps = std::iter::once(scan.row()).chain(marks.iter().map(|mark| mark.row())).map(Step::Insert).collect();
        scan.mark_ids = marks.iter().map(|mark| mark.id.clone()).collect();
        let scan = Some(scan);
        let answer =
            v1::FinishUploadResponse { scan, marks, quality_notes, already_stored: false, same_bytes_scan_ids };
        Ok((steps, answer))
    }

    /// The record of a mark; its template is stored.
    async fn mark(&self, scan: &v1::Scan, upload: &Upload, prepared: &Prepared) -> Result<v1::Mark, Refusal> {
        let bytes = prepared.to_bytes();
        let damaged = |error| StoreError::DamagedRow { table: "mark", reason: format!("{error}") };
        let bytes = bytes.map_err(damaged)?;
        let digest = Digest::of(&bytes);
        self.store.blobs.put(digest, bytes).await?;
        Ok(v1::Mark {
            id: fresh_id(),
            scan_id: scan.id.clone(),
            specimen_id: scan.specimen_id.clone(),
            template_sha256: digest.0.to_vec(),
            created_at_micros: now_micros(),
            // Both were checked when the upload was announced.
            land: u32::try_from(upload.land).unwrap_or(0),
            direction: i32::try_from(upload.direction).unwrap_or(0),
            ..wire::mark(prepared)
        })
    }
}

/// With which instrument a scan was measured: what the sender says, else what the file says. Where the two differ a note
/// says so, because a likelihood ratio hangs on it.
pub(super) fn stated(by_sender: &str, of_file: String, notes: &mut Vec<String>) -> String {
    if by_sender.is_empty() {
        return of_file;
    }
    if !of_file.is_empty() && of_file != by_sender {
        notes
            .push(format!("the file names its instrument `{of_file}`, the sender `{by_sender}`: the sender's is kept"));
    }
    by_sender.to_owned()
}

/// What an examiner should know of a mark.
pub(super) fn quality(prepared: &Prepared) -> Option<String> {
    let kind = prepared.kind();
    match prepared {
        Prepared::Impression(template) => match template.grade {
            Grade::Good => None,
            Grade::Fair => Some(format!("{kind}: the origin is fair, probably within 130 um")),
            Grade::Poor => Some(format!("{kind}: the origin is poor and not to be relied on: scan again if possible")),
        },
        Prepared::Striae(signature) => walls(kind, signature),
    }
}

/// Which walls of a land are missing.
fn walls(kind: Kind, signature: &Signature) -> Option<String> {
    let missing = match signature.walls {
        _ if !signature.kind.recipe().shoulders => return None,
        [true, true] => return None,
        [false, true] => "no wall was found at its left end",
        [true, false] => "no wall was found at its right end",
        [false, false] => "no walls were found",
    };
    Some(format!("{kind}: {missing}: it ends with the data, and its middle is uncertain"))
}
