//! Engine types as messages of the interface. Lengths leave as micrometres, angles as degrees.

use headstamp_engine::compare::{Cell, Comparison, Registration};
use headstamp_engine::marks::{Grade, MarkKind, OriginKind};
use headstamp_engine::template::Template;
use headstamp_proto::v1;

/// The engine's kind of a wire value; `None` if it is unspecified or unknown.
pub(crate) fn mark_kind(value: i32) -> Option<MarkKind> {
    match v1::MarkKind::try_from(value) {
        Ok(v1::MarkKind::BreechFaceImpression) => Some(MarkKind::BreechFaceImpression),
        Ok(v1::MarkKind::Unspecified) | Err(_) => None,
    }
}

/// The wire value of a kind.
pub(crate) fn mark_kind_code(kind: MarkKind) -> i32 {
    match kind {
        MarkKind::BreechFaceImpression => v1::MarkKind::BreechFaceImpression.into(),
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

/// No likelihood ratio is given while no calibration exists.
pub(crate) fn strength() -> v1::Strength {
    v1::Strength { log10_lr: None, absent_reason: "uncalibrated: no reference population fits".into() }
}

/// What the origin is the centre of.
pub(crate) fn origin(kind: OriginKind) -> &'static str {
    match kind {
        OriginKind::Aperture => "aperture",
        OriginKind::Crop => "crop",
        OriginKind::Outer => "outer",
        OriginKind::Manual => "manual",
    }
}

/// How far the origin can be trusted.
pub(crate) fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor",
    }
}

/// Share of a template's map that holds the mark, 0 to 1.
pub(crate) fn coverage(template: &Template) -> f64 {
    let held = template.heights.iter().filter(|height| **height != Template::MISSING).count();
    held as f64 / template.heights.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::{mark_kind, mark_kind_code};
    use headstamp_engine::marks::MarkKind;
    use headstamp_proto::v1;

    #[test]
    fn every_mark_kind_has_a_wire_value_of_its_own_and_every_wire_value_a_mark_kind() {
        for kind in MarkKind::ALL {
            assert_eq!(mark_kind(mark_kind_code(kind)), Some(kind));
        }
        let wire = (1..).map_while(|value| v1::MarkKind::try_from(value).ok()).count();
        assert_eq!(wire, MarkKind::ALL.len());
    }
}
