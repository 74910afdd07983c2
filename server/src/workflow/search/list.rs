//! The list an examiner sees: candidates in their places, with what is known of each.

use super::super::meaning::{Measured, setting};
use super::super::{Refusal, Workflow};
use super::query::Query;
use super::scope::{Filter, Scope};
use crate::store::{Card, StoredCandidate};
use crate::wire;
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;
use headstamp_engine::index;
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::search::{Placed, Ranked};
use headstamp_engine::template::Template;
use headstamp_proto::v1;

/// A candidate that contradicts the filter is placed by this share of its score. A judgement, not a measurement: scores
/// of same-source pairs are several times those of different-source pairs, so a fifth off decides between near equals
/// and never puts a clear same-source candidate behind a stranger.
const CONFLICT_WEIGHT: f64 = 0.8;

/// A ranked candidate, its card and how it contradicts the filter.
pub(super) struct Line {
    pub(super) ranked: Ranked,
    pub(super) card: Card,
    pub(super) conflicts: Vec<String>,
}

impl Line {
    /// What it is placed by; a candidate that was not compared has nothing.
    pub(super) fn weight(&self, placed: Placed) -> Option<f64> {
        Some(weighed(self.ranked.weight(placed)?, &self.conflicts))
    }
}

/// What a score or correlation places a candidate by that contradicts the filter in some ways.
pub(super) fn weighed(score: f64, conflicts: &[String]) -> f64 {
    if conflicts.is_empty() || score <= 0.0 { score } else { score * CONFLICT_WEIGHT }
}

/// Puts `lines` (the engine's order, best first) in the order of the list by their `weight` and cuts it: every candidate of
/// the engine's first `top` stays, whatever the filter says.
pub(super) fn arrange<L>(lines: Vec<L>, weight: impl Fn(&L) -> Option<f64>, top: usize) -> Vec<L> {
    let mut placed: Vec<(usize, L)> = lines.into_iter().enumerate().collect();
    // A stable sort: without contradictions the engine's order stays as it is.
    placed.sort_by(|(_, a), (_, b)| match (weight(a), weight(b)) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    let listed = placed.into_iter().enumerate().filter(|(place, (before, _))| *place < top || *before < top);
    listed.map(|(_, (_, line))| line).collect()
}

impl Workflow {
    /// A line as the client sees it; `rank` 0 = not known yet.
    pub(super) async fn candidate(
        &self,
        query: &Query,
        own: &Template,
        scope: &Scope,
        line: &Line,
        rank: u32,
        with_cells: bool,
    ) -> Result<v1::Candidate, Refusal> {
        let comparison = line.ranked.comparison.as_ref();
        let (strength, expected) = self.strength(query, own, scope, line).await?;
        let cells = comparison.filter(|_| with_cells);
        Ok(v1::Candidate {
            rank,
            score: comparison.map(|comparison| comparison.score),
            parts: comparison.map(wire::parts),
            registration: Some(wire::registration(
                comparison.map_or(&line.ranked.registration, |comparison| &comparison.registration),
            )),
            strength: Some(strength),
            expected,
            similarity: line.ranked.similarity.into(),
            refined: line.ranked.refined.into(),
            class_conflicts: line.conflicts.clone(),
            forward: cells.map(|comparison| wire::cells(&comparison.forward)).unwrap_or_default(),
            reverse: cells.map(|comparison| wire::cells(&comparison.reverse)).unwrap_or_default(),
            ..self.known(query, &line.card).await?
        })
    }

    /// What the score of a line means, and how many marks of other sources to expect at or above it.
    async fn strength(
        &self,
        query: &Query,
        own: &Template,
        scope: &Scope,
        line: &Line,
    ) -> Result<(v1::Strength, Option<v1::ExpectedDifferentSource>), Refusal> {
        let Some(comparison) = &line.ranked.comparison else {
            return Ok((wire::strength(query.kind, &Err(Uncalibrated::NotCompared)), None));
        };
        let prepared = self.templates.get(line.card.template).await?;
        let Prepared::Impression(template) = &*prepared else { return Err(Refusal::Broken { what: "a template" }) };
        let instrument = self.instrument(line.card.scan).await?;
        let own = Measured { template: own, instrument: &query.instrument };
        let setting = setting([own, Measured { template, instrument: &instrument }], comparison);
        let eligible = scope.eligible;
        let expected = self.models.expected(&setting, comparison, eligible);
        let expected = expected.map(|(held, expected)| wire::expected(held, eligible, &expected));
        Ok((wire::strength(query.kind, &self.models.meaning(&setting, comparison)), expected))
    }

    /// The models that candidates name, in the order in which models are asked.
    pub(super) fn named_models(&self, kind: Kind, candidates: &[v1::Candidate]) -> Vec<v1::CalibrationModel> {
        let named = |id: &str| {
            candidates.iter().any(|candidate| {
                candidate.strength.as_ref().is_some_and(|strength| strength.model_id == id)
                    || candidate.expected.as_ref().is_some_and(|expected| expected.model_id == id)
            })
        };
        let held = self.models.held().iter().filter(|held| named(&held.id));
        held.map(|held| wire::model(kind, held)).collect()
    }

    /// A candidate of the instant answer.
    pub(super) async fn first_candidate(
        &self,
        query: &Query,
        filter: &Filter,
        found: &index::Candidate,
        card: &Card,
        rank: u32,
    ) -> Result<v1::Candidate, Refusal> {
        Ok(v1::Candidate {
            rank,
            registration: found.registration.as_ref().map(wire::registration),
            strength: Some(wire::strength(query.kind, &Err(Uncalibrated::NotCompared))),
            similarity: found.similarity.into(),
            class_conflicts: filter.conflicts(card),
            ..self.known(query, card).await?
        })
    }

    /// What the store knows of a mark.
    pub(super) async fn known(&self, query: &Query, card: &Card) -> Result<v1::Candidate, Refusal> {
        let source = self.store.source_of(&card.specimen.to_string()).await?;
        Ok(v1::Candidate {
            mark_id: card.mark.to_string(),
            scan_id: card.scan.to_string(),
            specimen_id: card.specimen.to_string(),
            specimen_label: source.label,
            partition_id: card.partition.to_string(),
            firearm_id: source.firearm_id,
            firearm_reference: source.firearm_reference,
            part_id: source.part_id,
            incident_id: source.incident_id,
            incident_reference: source.incident_reference,
            same_bytes: card.scan_sha256 == query.sha256,
            same_specimen: query.specimen == Some(card.specimen),
            land: u32::try_from(card.land).unwrap_or(0),
            ..v1::Candidate::default()
        })
    }
}

/// A line of the list as it is kept.
pub(super) fn stored(candidate: &v1::Candidate) -> StoredCandidate {
    StoredCandidate {
        place: candidate.rank,
        mark_id: candidate.mark_id.clone(),
        score: candidate.score,
        refined: candidate.refined,
        similarity: candidate.similarity,
    }
}
