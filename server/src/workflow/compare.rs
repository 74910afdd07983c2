//! One stored mark against another; one bullet against another by all of their lands.

use super::meaning::{Measured, no_population, setting};
use super::{About, Call, Refusal, Workflow, check, fresh_id, once, stored_answer};
use crate::store::{Compared, RecordKind, StoredComparison, now_micros};
use crate::wire;
use headstamp_engine::bullets::{BulletLands, ReadyBullet};
use headstamp_engine::ids::MarkId;
use headstamp_engine::methods::{self, Method};
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::trace::NoTrace;
use headstamp_proto::v1;
use prost::Message as _;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

impl Workflow {
    /// Compares two marks or two bullets in full and keeps the outcome.
    pub(crate) async fn compare(&self, call: &Call, r: v1::CompareRequest) -> Result<v1::CompareResponse, Refusal> {
        let once = if r.idempotency_key.is_empty() { None } else { Some(once(call, &r.idempotency_key, &r)?) };
        if let Some(earlier) = self.earlier(once.as_ref()).await? {
            return Ok(earlier);
        }
        let (marks, specimens) = (
            !(r.reference_mark_id.is_empty() && r.compared_mark_id.is_empty()),
            !(r.reference_specimen_id.is_empty() && r.compared_specimen_id.is_empty()),
        );
        let outcome = match (marks, specimens) {
            (true, true) => return Err(Refusal::TwoSubjects),
            (false, true) => self.compare_bullets(call, &r).await?,
            (_, false) => self.compare_marks(call, &r).await?,
        };
        let Outcome { of, reference, compared, mut answer } = outcome;
        answer.comparison_id = fresh_id();
        answer.created_at_micros = now_micros();
        let row = StoredComparison {
            id: answer.comparison_id.clone(),
            of,
            reference_id: reference.clone(),
            compared_id: compared.clone(),
            method: answer.method.clone(),
            score: answer.score,
            answer: answer.encode_to_vec(),
            created_at_micros: answer.created_at_micros,
        };
        let [own, other] = match of {
            Compared::Marks => ["reference_mark_id", "compared_mark_id"],
            Compared::Bullets => ["reference_specimen_id", "compared_specimen_id"],
        };
        let detail = json!({
            own: reference, other: compared, "method": answer.method,
            "score": answer.score, "model": wire::named(answer.model.as_slice()),
        });
        let about = About { subject: answer.comparison_id.clone(), detail };
        self.commit(call, &[row.step()], about, once.as_ref(), answer).await
    }

    /// Two marks of one kind.
    async fn compare_marks(&self, call: &Call, r: &v1::CompareRequest) -> Result<Outcome, Refusal> {
        let reference: v1::Mark = self.existing("reference_mark_id", &r.reference_mark_id).await?;
        let compared: v1::Mark = self.existing("compared_mark_id", &r.compared_mark_id).await?;
        let answer = self.marks_together(call, [&reference, &compared], !r.no_mirror).await?;
        Ok(Outcome { of: Compared::Marks, reference: reference.id, compared: compared.id, answer })
    }

    /// What two marks of one kind give; without id and time.
    pub(super) async fn marks_together(
        &self,
        call: &Call,
        [reference, compared]: [&v1::Mark; 2],
        mirror: bool,
    ) -> Result<v1::CompareResponse, Refusal> {
        let prepared = [self.prepared(reference).await?, self.prepared(compared).await?];
        match [&*prepared[0], &*prepared[1]] {
            [Prepared::Impression(_), Prepared::Impression(_)] => {
                self.compare_impressions(call, [reference, compared], prepared, mirror).await
            }
            [Prepared::Striae(one), Prepared::Striae(other)] if one.kind == other.kind => {
                let ids = [mark_id(reference)?, mark_id(compared)?];
                let gone = |mark: &v1::Mark| Refusal::MethodGone { mark: mark.id.clone(), method: mark.method.clone() };
                let own = self.lands().of_mark(ids[0]).await?.ok_or_else(|| gone(reference))?;
                let other = self.lands().of_mark(ids[1]).await?.ok_or_else(|| gone(compared))?;
                self.compare_lands(call, own, other, Kind::Striated(one.kind)).await
            }
            [one, other] => Err(Refusal::KindsDiffer { reference: one.kind(), compared: other.kind() }),
        }
    }

    /// Two bullets by all of their lands.
    async fn compare_bullets(&self, call: &Call, r: &v1::CompareRequest) -> Result<Outcome, Refusal> {
        let reference: v1::Specimen = self.existing("reference_specimen_id", &r.reference_specimen_id).await?;
        let compared: v1::Specimen = self.existing("compared_specimen_id", &r.compared_specimen_id).await?;
        let ((own, _), (other, _)) = (self.bullet(&reference.id).await?, self.bullet(&compared.id).await?);
        let answer = self.compare_lands(call, own, other, Kind::LAND).await?;
        Ok(Outcome { of: Compared::Bullets, reference: reference.id, compared: compared.id, answer })
    }

    async fn compare_impressions(
        &self,
        call: &Call,
        marks: [&v1::Mark; 2],
        prepared: [Arc<Prepared>; 2],
        mirror: bool,
    ) -> Result<v1::CompareResponse, Refusal> {
        let method = method(marks[0])?;
        let pair = prepared.clone();
        let comparison = self.pool.run(call, move || match [&*pair[0], &*pair[1]] {
            [Prepared::Impression(one), Prepared::Impression(other)] => {
                method.compare(one, other, &[], mirror, &mut NoTrace).map(Some)
            }
            _ => Ok(None),
        });
        let comparison = comparison.await??.ok_or(Refusal::Broken { what: "a comparison" })?;
        let scans: [v1::Scan; 2] =
            [self.existing("scan_id", &marks[0].scan_id).await?, self.existing("scan_id", &marks[1].scan_id).await?];
        let [Prepared::Impression(one), Prepared::Impression(other)] = [&*prepared[0], &*prepared[1]] else {
            return Err(Refusal::Broken { what: "a comparison" });
        };
        let measured = [(one, &scans[0]), (other, &scans[1])]
            .map(|(template, scan)| Measured { template, instrument: &scan.instrument });
        let (kind, meaning) = (prepared[0].kind(), self.models.meaning(&setting(measured, &comparison), &comparison));
        let model = meaning.as_ref().ok().map(|meaning| wire::model(kind, meaning.by));
        Ok(v1::CompareResponse {
            method: comparison.method.clone(),
            score: comparison.score,
            parts: Some(wire::parts(&comparison)),
            registration: Some(wire::registration(&comparison.registration)),
            forward: wire::cells(&comparison.forward),
            reverse: wire::cells(&comparison.reverse),
            strength: Some(wire::strength(kind, &meaning)),
            model,
            ..Default::default()
        })
    }

    /// What the lands of two specimens give; without id and time.
    pub(super) async fn compare_lands(
        &self,
        call: &Call,
        own: BulletLands,
        other: BulletLands,
        kind: Kind,
    ) -> Result<v1::CompareResponse, Refusal> {
        let comparing = self.pool.run(call, move || ReadyBullet::of(&own)?.compare(&ReadyBullet::of(&other)?)).await?;
        let found = comparing?.ok_or(Refusal::Broken { what: "a comparison" })?;
        Ok(v1::CompareResponse {
            method: found.method.to_owned(),
            score: found.score,
            strength: Some(wire::strength(kind, &Err(no_population(kind)))),
            bullet: Some(wire::lands::bullet(&found)),
            ..Default::default()
        })
    }

    /// The outcome of an earlier comparison.
    pub(crate) async fn get_comparison(&self, r: &v1::GetComparisonRequest) -> Result<v1::CompareResponse, Refusal> {
        let id = check::id("comparison_id", &r.comparison_id)?;
        let stored = self.store.comparison_answer(&id).await?;
        stored_answer(stored, RecordKind::Comparison, id, "comparison")
    }

    /// The prepared form of a mark.
    pub(super) async fn prepared(&self, mark: &v1::Mark) -> Result<Arc<Prepared>, Refusal> {
        Ok(self.templates.get(super::prepare::digest(&mark.template_sha256)?).await?)
    }
}

/// What a comparison gave, before it has an id.
struct Outcome {
    of: Compared,
    reference: String,
    compared: String,
    answer: v1::CompareResponse,
}

/// The id of a stored mark, as the engine has it.
pub(super) fn mark_id(mark: &v1::Mark) -> Result<MarkId, Refusal> {
    Uuid::try_parse(&mark.id).map(MarkId).map_err(|_| Refusal::NotAnId { field: "mark_id" })
}

/// The method that prepared a mark.
fn method(mark: &v1::Mark) -> Result<&'static dyn Method, Refusal> {
    let gone = || Refusal::MethodGone { mark: mark.id.clone(), method: mark.method.clone() };
    methods::by_id(&mark.method).ok_or_else(gone)
}
