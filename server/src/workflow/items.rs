//! Questioned items against another item or a firearm's test fires, by all marks they have in common, and what these say
//! together.

use super::{About, Call, Refusal, Workflow, check, fresh_id, once, stored_answer};
use crate::store::{Record as _, RecordKind, StoredItems, Value, now_micros};
use crate::wire;
use headstamp_engine::calibrate::fusion::{ASSUMPTION, Finding, Fused, fuse};
use headstamp_engine::prepared::Kind;
use headstamp_proto::v1;
use prost::Message as _;
use serde_json::json;
use v1::compare_items_request::Against;

/// Most pairs that one call compares.
const PAIRS_MAX: usize = 200;
/// Most marks of a specimen and specimens of a firearm that are looked at: more than a call may compare.
const RECORDS_MAX: i64 = 1000;

/// An item with its marks.
struct Item {
    specimen: v1::Specimen,
    marks: Vec<v1::Mark>,
}

/// Two things to compare.
enum Pair<'a> {
    /// Two marks of one kind.
    Marks(Kind, [&'a v1::Mark; 2]),
    /// Two bullets by all of their lands.
    Bullets([&'a v1::Specimen; 2]),
}

impl Workflow {
    /// Compares all marks that the items have in common, weighs each, and keeps the outcome.
    pub(crate) async fn compare_items(
        &self,
        call: &Call,
        r: v1::CompareItemsRequest,
    ) -> Result<v1::CompareItemsResponse, Refusal> {
        let once = if r.idempotency_key.is_empty() { None } else { Some(once(call, &r.idempotency_key, &r)?) };
        if let Some(earlier) = self.earlier(once.as_ref()).await? {
            return Ok(earlier);
        }
        let own = self.questioned(&r.specimen_ids).await?;
        let others = self.against(&r, &own).await?;
        let mut notes = Vec::new();
        let mut pairs = Vec::new();
        for (item, other) in own.iter().flat_map(|item| others.iter().map(move |other| (item, other))) {
            let common = in_common(item, other);
            if common.is_empty() && item.specimen.kind == other.specimen.kind {
                notes.push(format!(
                    "{} and {} have no kind of mark in common",
                    item.specimen.label, other.specimen.label
                ));
            }
            pairs.extend(common);
        }
        if pairs.is_empty() {
            return Err(Refusal::NothingInCommon);
        }
        if pairs.len() > PAIRS_MAX {
            return Err(Refusal::TooManyPairs { pairs: pairs.len(), max: PAIRS_MAX });
        }
        let (mut findings, mut weighed, mut models) = (Vec::new(), Vec::new(), Vec::<v1::CalibrationModel>::new());
        for pair in &pairs {
            let (kind, found, model) = self.finding(call, pair, !r.no_mirror).await?;
            weighed.push(Finding {
                part: wire::part(kind),
                log10_lr: found.strength.as_ref().and_then(|strength| strength.log10_lr),
            });
            findings.push(found);
            models.extend(model.filter(|model| !models.iter().any(|known| known.id == model.id)));
        }
        let mut answer = answer(&fuse(&weighed));
        (answer.findings, answer.models, answer.notes) = (findings, models, notes);
        let (id, at) = (answer.comparison_id.clone(), answer.created_at_micros);
        let row = StoredItems {
            id: id.clone(),
            request: r.encode_to_vec(),
            answer: answer.encode_to_vec(),
            created_at_micros: at,
        };
        let detail = json!({
            "specimen_ids": r.specimen_ids,
            "against": match &r.against {
                Some(Against::OtherSpecimenId(id) | Against::FirearmId(id)) => id.as_str(),
                None => "",
            },
            "findings": answer.findings.len(),
            "log10_lr_if_independent": answer.log10_lr_if_independent,
            "log10_lr_if_dependent": answer.log10_lr_if_dependent,
            "absent_reason": answer.absent_reason,
            "models": wire::named(&answer.models),
        });
        self.commit(call, &[row.step()], About { subject: id, detail }, once.as_ref(), answer).await
    }

    /// The outcome of an earlier comparison of items.
    pub(crate) async fn get_item_comparison(
        &self,
        r: &v1::GetComparisonRequest,
    ) -> Result<v1::CompareItemsResponse, Refusal> {
        let id = check::id("comparison_id", &r.comparison_id)?;
        stored_answer(self.store.items_answer(&id).await?, RecordKind::Comparison, id, "item_comparison")
    }

    async fn questioned(&self, ids: &[String]) -> Result<Vec<Item>, Refusal> {
        if ids.is_empty() {
            return Err(Refusal::FieldMissing { field: "specimen_ids" });
        }
        if ids.len() > PAIRS_MAX {
            return Err(Refusal::TooManyPairs { pairs: ids.len(), max: PAIRS_MAX });
        }
        let mut items: Vec<Item> = Vec::new();
        for id in ids {
            let specimen: v1::Specimen = self.existing("specimen_ids", id).await?;
            if !items.iter().any(|item| item.specimen.id == specimen.id) {
                items.push(self.item(specimen).await?);
            }
        }
        Ok(items)
    }

    /// What the items are compared with; an item is never compared with itself.
    async fn against(&self, r: &v1::CompareItemsRequest, own: &[Item]) -> Result<Vec<Item>, Refusal> {
        let specimens = match r.against.as_ref().ok_or(Refusal::FieldMissing { field: "against" })? {
            Against::OtherSpecimenId(id) => vec![self.existing::<v1::Specimen>("other_specimen_id", id).await?],
            Against::FirearmId(id) => {
                let firearm: v1::Firearm = self.existing("firearm_id", id).await?;
                let filter = [("firearm_id", Value::Text(firearm.id().to_owned()))];
                self.store.list::<v1::Specimen>(&filter, "", RECORDS_MAX).await?
            }
        };
        let mut items = Vec::new();
        for specimen in specimens {
            if !own.iter().any(|item| item.specimen.id == specimen.id) {
                items.push(self.item(specimen).await?);
            }
        }
        Ok(items)
    }

    async fn item(&self, specimen: v1::Specimen) -> Result<Item, Refusal> {
        let filter = [("specimen_id", Value::Text(specimen.id.clone()))];
        let marks = self.store.list::<v1::Mark>(&filter, "", RECORDS_MAX).await?;
        Ok(Item { specimen, marks })
    }

    /// Compares a pair in full.
    async fn finding(
        &self,
        call: &Call,
        pair: &Pair<'_>,
        mirror: bool,
    ) -> Result<(Kind, v1::MarkFinding, Option<v1::CalibrationModel>), Refusal> {
        let (kind, found, outcome) = match pair {
            Pair::Marks(kind, [one, other]) => {
                let found = v1::MarkFinding {
                    specimen_id: one.specimen_id.clone(),
                    other_specimen_id: other.specimen_id.clone(),
                    mark_id: one.id.clone(),
                    other_mark_id: other.id.clone(),
                    ..Default::default()
                };
                (*kind, found, self.marks_together(call, [one, other], mirror).await?)
            }
            Pair::Bullets([one, other]) => {
                let ((own, _), (others, _)) = (self.bullet(&one.id).await?, self.bullet(&other.id).await?);
                let found = v1::MarkFinding {
                    specimen_id: one.id.clone(),
                    other_specimen_id: other.id.clone(),
                    ..Default::default()
                };
                (Kind::LAND, found, self.compare_lands(call, own, others, Kind::LAND).await?)
            }
        };
        let found = v1::MarkFinding {
            kind: wire::mark_kind_code(kind),
            part: wire::part(kind).to_string(),
            method: outcome.method,
            score: outcome.score,
            strength: outcome.strength,
            ..found
        };
        Ok((kind, found, outcome.model))
    }
}

/// The pairs of marks of one kind and method; the lands of two bullets are one pair.
fn in_common<'a>(item: &'a Item, other: &'a Item) -> Vec<Pair<'a>> {
    let land = wire::mark_kind_code(Kind::LAND);
    let has_lands = |item: &Item| item.marks.iter().any(|mark| mark.kind == land);
    let mut pairs = Vec::new();
    if has_lands(item) && has_lands(other) {
        pairs.push(Pair::Bullets([&item.specimen, &other.specimen]));
    }
    for one in item.marks.iter().filter(|mark| mark.kind != land) {
        for other in other.marks.iter().filter(|other| (other.kind, &other.method) == (one.kind, &one.method)) {
            if let Some(kind) = wire::mark_kind(one.kind) {
                pairs.push(Pair::Marks(kind, [one, other]));
            }
        }
    }
    pairs
}

/// What all findings say together, before they are put in.
fn answer(fused: &Fused) -> v1::CompareItemsResponse {
    let parts = fused.parts.iter().map(|part| v1::PartFinding {
        part: part.part.to_string(),
        log10_lr: part.log10_lr,
        weighed: part.weighed as u32,
        unweighed: part.unweighed as u32,
    });
    let combined = fused.combined.as_ref();
    v1::CompareItemsResponse {
        comparison_id: fresh_id(),
        parts: parts.collect(),
        log10_lr_if_independent: combined.ok().map(|combined| combined.independent),
        log10_lr_if_dependent: combined.ok().map(|combined| combined.dependent),
        absent_reason: combined.err().map(ToString::to_string).unwrap_or_default(),
        assumption: ASSUMPTION.to_owned(),
        created_at_micros: now_micros(),
        ..Default::default()
    }
}
