//! What the server is and holds, and snapshots of its index.

use super::calibres::CALIBRES;
use super::{About, Call, Refusal, Workflow, once};
use headstamp_engine::methods::impression;
use headstamp_engine::striae;
use headstamp_proto::v1;
use serde_json::json;

impl Workflow {
    /// What the server is and holds.
    pub(crate) async fn info(&self) -> Result<v1::InfoResponse, Refusal> {
        let limits = &self.limits;
        Ok(v1::InfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            methods: [impression::ID, striae::ID].map(str::to_owned).into(),
            calibres: CALIBRES.map(|(code, name)| v1::CalibreCode { code: code.into(), name: name.into() }).into(),
            specimens: self.store.count::<v1::Specimen>().await?,
            scans: self.store.count::<v1::Scan>().await?,
            marks: self.store.count::<v1::Mark>().await?,
            indexed_marks: self.galleries.read().await.count() as u64,
            index_origin: self.galleries.origin().to_owned(),
            audit_sequence: self.store.head().await?.sequence,
            limits: Some(v1::Limits {
                file_bytes: limits.file_bytes,
                chunk_bytes: limits.chunk_bytes,
                message_bytes: limits.message_bytes as u64,
                page_records: limits.page_records,
                candidates: limits.candidates,
                calls_per_connection: u32::try_from(limits.calls_per_connection).unwrap_or(u32::MAX),
            }),
        })
    }

    /// Writes the search index to disk.
    pub(crate) async fn snapshot(&self, call: &Call, r: v1::SnapshotRequest) -> Result<v1::SnapshotResponse, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        if let Some(earlier) = self.earlier(Some(&once)).await? {
            return Ok(earlier);
        }
        self.galleries.follow().await?;
        let (sequence, marks) = self.galleries.save().await?;
        let about = About { subject: String::new(), detail: json!({ "sequence": sequence, "marks": marks }) };
        self.commit(call, &[], about, Some(&once), v1::SnapshotResponse { sequence, marks }).await
    }
}
