//! Engine types as messages of the interface. Lengths leave as micrometres, angles as degrees.

pub(crate) mod lands;

use headstamp_engine::calibrate::expected::Expected;
use headstamp_engine::calibrate::fusion::Part;
use headstamp_engine::calibrate::models::{Held, Meaning};
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;
use headstamp_engine::calibrate::verbal::Propositions;
use headstamp_engine::compare::{Cell, Comparison, Registration};
use headstamp_engine::marks::{Grade, MarkKind};
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::striae::StriaKind;
use headstamp_engine::template::Template;
use headstamp_proto::v1;

/// The engine's kind of a wire value; `None` if it is unspecified or unknown.
pub(crate) fn mark_kind(value: i32) -> Option<Kind> {
    Some(match v1::MarkKind::try_from(value) {
        Ok(v1::MarkKind::BreechFaceImpression) => Kind::Impressed(MarkKind::BreechFaceImpression),
        Ok(v1::MarkKind::FiringPinImpression) => Kind::Impressed(MarkKind::FiringPinImpression),
        Ok(v1::MarkKind::EjectorImpression) => Kind::Impressed(MarkKind::EjectorImpression),
        Ok(v1::MarkKind::BulletLand) => Kind::Striated(StriaKind::BulletLand),
        Ok(v1::MarkKind::BulletGroove) => Kind::Striated(StriaKind::BulletGroove),
        Ok(v1::MarkKind::ApertureShear) => Kind::Striated(StriaKind::ApertureShear),
        Ok(v1::MarkKind::FiringPinDrag) => Kind::Striated(StriaKind::FiringPinDrag),
        Ok(v1::MarkKind::CycleScratch) => Kind::Striated(StriaKind::CycleScratch),
        Ok(v1::MarkKind::Unspecified) | Err(_) => return None,
    })
}

/// The wire value of a kind.
pub(crate) fn mark_kind_code(kind: Kind) -> i32 {
    match kind {
        Kind::Impressed(MarkKind::BreechFaceImpression) => v1::MarkKind::BreechFaceImpression,
        Kind::Impressed(MarkKind::FiringPinImpression) => v1::MarkKind::FiringPinImpression,
        Kind::Impressed(MarkKind::EjectorImpression) => v1::MarkKind::EjectorImpression,
        Kind::Striated(StriaKind::BulletLand) => v1::MarkKind::BulletLand,
        Kind::Striated(StriaKind::BulletGroove) => v1::MarkKind::BulletGroove,
        Kind::Striated(StriaKind::ApertureShear) => v1::MarkKind::ApertureShear,
        Kind::Striated(StriaKind::FiringPinDrag) => v1::MarkKind::FiringPinDrag,
        Kind::Striated(StriaKind::CycleScratch) => v1::MarkKind::CycleScratch,
    }
    .into()
}

/// The part of the firearm that makes marks of a kind.
pub(crate) fn part(kind: Kind) -> Part {
    match kind {
        Kind::Impressed(MarkKind::BreechFaceImpression) | Kind::Striated(StriaKind::ApertureShear) => Part::SlideOrBolt,
        Kind::Striated(StriaKind::BulletLand | StriaKind::BulletGroove) => Part::Barrel,
        Kind::Impressed(MarkKind::FiringPinImpression) | Kind::Striated(StriaKind::FiringPinDrag) => Part::FiringPin,
        Kind::Impressed(MarkKind::EjectorImpression) | Kind::Striated(StriaKind::CycleScratch) => Part::Cycle,
    }
}

/// How a mark lies on another.
pub(crate) fn registration(registration: &Registration) -> v1::Registration {
    v1::Registration {
        angle_degrees: registration.angle,
        dx_micrometres: registration.dx.micrometres(),
        dy_micrometres: registration.dy.micrometres(),
        mirrored: registration.mirrored,
        correlation: registration.correlation,
    }
}

/// What a score is made of.
pub(crate) fn parts(comparison: &Comparison) -> v1::ScoreParts {
    let parts = &comparison.parts;
    v1::ScoreParts {
        cmc_forward: parts.cmc_forward,
        cmc_reverse: parts.cmc_reverse,
        cells_forward: parts.cells_forward,
        cells_reverse: parts.cells_reverse,
        cmc_fraction: parts.cmc_fraction,
        weighted_fraction: parts.weighted_fraction,
        correlation: parts.correlation,
        common: parts.common,
    }
}

/// Cells of one direction.
pub(crate) fn cells(cells: &[Cell]) -> Vec<v1::Cell> {
    cells
        .iter()
        .map(|cell| v1::Cell {
            x_micrometres: cell.x * 1e6,
            y_micrometres: cell.y * 1e6,
            correlation: cell.correlation,
            angle_degrees: cell.angle,
            dx_micrometres: cell.dx.micrometres(),
            dy_micrometres: cell.dy.micrometres(),
            congruent: cell.congruent,
        })
        .collect()
}

/// What a score means, or why nothing can be said.
pub(crate) fn strength(kind: Kind, meaning: &Result<Meaning<'_>, Uncalibrated>) -> v1::Strength {
    match meaning {
        Ok(meaning) => v1::Strength {
            log10_lr: Some(meaning.log_lr.value),
            absent_reason: String::new(),
            log10_lr_low: meaning.log_lr.interval.map(|(low, _)| low),
            log10_lr_high: meaning.log_lr.interval.map(|(_, high)| high),
            at_bound: meaning.log_lr.bound.is_some(),
            support: meaning.words().to_owned(),
            statement: meaning.statement(&kind.to_string()),
            model_id: meaning.by.id.clone(),
            population: meaning.by.model.population.name.clone(),
        },
        Err(reason) => v1::Strength { absent_reason: reason.to_string(), ..v1::Strength::default() },
    }
}

/// A calibration model with its population and propositions.
pub(crate) fn model(kind: Kind, held: &Held) -> v1::CalibrationModel {
    let (scope, population) = (&held.model.scope, &held.model.population);
    let propositions = Propositions::about(&kind.to_string(), &population.name);
    v1::CalibrationModel {
        id: held.id.clone(),
        sha256: held.digest.0.to_vec(),
        method: scope.method.clone(),
        acquisition: scope.acquisition.clone(),
        population: population.name.clone(),
        firearms: population.firearms as u64,
        same_source_pairs: population.same_source_pairs as u64,
        different_source_pairs: population.different_source_pairs as u64,
        source: population.source.clone(),
        log10_lr_lowest: held.model.bounds.lower,
        log10_lr_highest: held.model.bounds.upper,
        same_source_proposition: propositions.same_source,
        different_source_proposition: propositions.different_source,
    }
}

/// How many different-source candidates to expect among `eligible` marks.
pub(crate) fn expected(held: &Held, eligible: u64, expected: &Expected) -> v1::ExpectedDifferentSource {
    v1::ExpectedDifferentSource {
        eligible,
        seen: expected.seen as u64,
        of: expected.of as u64,
        count: expected.count,
        count_upper: expected.count_upper,
        count_upper_by_firearms: expected.count_upper_by_firearms,
        model_id: held.id.clone(),
    }
}

/// What the audit trail says of the models of an answer.
pub(crate) fn named(models: &[v1::CalibrationModel]) -> Vec<serde_json::Value> {
    let digest = |sha256: &[u8]| sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    models.iter().map(|model| serde_json::json!({ "id": model.id, "sha256": digest(&model.sha256) })).collect()
}

/// How far the origin can be trusted.
fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor",
    }
}

/// A prepared mark as a record: what is measured on its map or profile. Ids, land and times are the caller's.
pub(crate) fn mark(prepared: &Prepared) -> v1::Mark {
    let share = |held: usize, of: usize| held as f64 / of.max(1) as f64;
    let mark =
        v1::Mark { kind: mark_kind_code(prepared.kind()), method: prepared.method().to_owned(), ..v1::Mark::default() };
    match prepared {
        Prepared::Impression(template) => {
            let held = template.heights.iter().filter(|height| **height != Template::MISSING).count();
            v1::Mark {
                rows: template.rows,
                cols: template.cols,
                pitch_micrometres: template.pitch.micrometres(),
                sq_micrometres: template.sq.micrometres(),
                coverage: share(held, template.heights.len()),
                origin: template.origin_kind.code().to_owned(),
                grade: grade(template.grade).to_owned(),
                ..mark
            }
        }
        Prepared::Striae(signature) => lands::measured(signature, mark),
    }
}

#[cfg(test)]
mod tests {
    use super::{mark_kind, mark_kind_code};
    use headstamp_engine::prepared::Kind;
    use headstamp_proto::v1;

    #[test]
    fn every_mark_kind_has_a_wire_value_of_its_own_and_every_wire_value_a_mark_kind() {
        for kind in Kind::all() {
            assert_eq!(mark_kind(mark_kind_code(kind)), Some(kind));
        }
        let wire = (1..).map_while(|value| v1::MarkKind::try_from(value).ok()).count();
        assert_eq!(wire, Kind::all().count());
    }
}
