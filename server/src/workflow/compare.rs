//! One stored mark against another.

use super::meaning::{Measured, setting};
use super::{About, Call, Refusal, Workflow, check, fresh_id, once, stored_answer};
use crate::store::{RecordKind, StoredComparison, now_micros};
use crate::wire;
use headstamp_engine::methods::{self, Method};
use headstamp_engine::trace::NoTrace;
use headstamp_proto::v1;
use prost::Message as _;
use serde_json::json;

impl Workflow {
    /// Compares two marks in full and keeps the outcome.
    pub(crate) async fn compare(&self, call: &Call, r: v1::CompareRequest) -> Result<v1::CompareResponse, Refusal> {
        let once = if r.idempotency_key.is_empty() { None } else { Some(once(call, &r.idempotency_key, &r)?) };
        if let Some(earlier) = self.earlier(once.as_ref()).await? {
            return Ok(earlier);
        }
        let reference: v1::Mark = self.existing("reference_mark_id", &r.reference_mark_id).await?;
        let compared: v1::Mark = self.existing("compared_mark_id", &r.compared_mark_id).await?;
        let method = method(&reference)?;
        let templates = [self.template(&reference).await?, self.template(&compared).await?];
        let mirror = !r.no_mirror;
        let [one, other] = templates.clone();
        let comparison = self.pool.run(call, move || method.compare(&one, &other, &[], mirror, &mut NoTrace));
        let comparison = comparison.await??;
        let scans: [v1::Scan; 2] =
            [self.existing("scan_id", &reference.scan_id).await?, self.existing("scan_id", &compared.scan_id).await?];
        let measured = [0, 1].map(|at| Measured { template: &templates[at], instrument: &scans[at].instrument });
        let (kind, meaning) = (templates[0].kind, self.models.meaning(&setting(measured, &comparison), &comparison));
        let model = meaning.as_ref().ok().map(|meaning| wire::model(kind, meaning.by));
        let answer = v1::CompareResponse {
            comparison_id: fresh_id(),
            method: comparison.method.clone(),
            score: comparison.score,
            parts: Some(wire::parts(&comparison)),
            registration: Some(wire::registration(&comparison.registration)),
            forward: wire::cells(&comparison.forward),
            reverse: wire::cells(&comparison.reverse),
            strength: Some(wire::strength(kind, &meaning)),
            created_at_micros: now_micros(),
            model,
        };
        let row = StoredComparison {
            id: answer.comparison_id.clone(),
            reference_mark_id: reference.id.clone(),
            compared_mark_id: compared.id.clone(),
            method: answer.method.clone(),
            score: answer.score,
            answer: answer.encode_to_vec(),
            created_at_micros: answer.created_at_micros,
        };
        let detail = json!({
            "reference_mark_id": reference.id, "compared_mark_id": compared.id, "method": answer.method,
            "score": answer.score, "model": wire::named(answer.model.as_slice()),
        });
        let about = About { subject: answer.comparison_id.clone(), detail };
        self.commit(call, &[row.step()], about, once.as_ref(), answer).await
    }

    /// The outcome of an earlier comparison.
    pub(crate) async fn get_comparison(&self, r: &v1::GetComparisonRequest) -> Result<v1::CompareResponse, Refusal> {
        let id = check::id("comparison_id", &r.comparison_id)?;
        let stored = self.store.comparison_answer(&id).await?;
        stored_answer(stored, RecordKind::Comparison, id, "comparison")
    }

    /// The template of a mark.
    pub(super) async fn template(
        &self,
        mark: &v1::Mark,
    ) -> Result<std::sync::Arc<headstamp_engine::template::Template>, Refusal> {
        Ok(self.templates.get(super::prepare::digest(&mark.template_sha256)?).await?)
    }
}

/// The method that prepared a mark.
fn method(mark: &v1::Mark) -> Result<&'static dyn Method, Refusal> {
    let gone = || Refusal::MethodGone { mark: mark.id.clone(), method: mark.method.clone() };
    methods::by_id(&mark.method).ok_or_else(gone)
}
