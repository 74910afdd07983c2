//! What the indexes hold of one mark.

use super::code::{Code, Depth};
use super::field::Field;
use super::invariant;
use super::polar::Polar;
use super::rings::{COARSE_LAYOUT, FINE_LAYOUT};
use super::spectrum::Spectrum;
use crate::marks::{Grade, OriginKind};
use crate::template::Template;
use crate::units::Metres;
use serde::{Deserialize, Serialize};

/// Spectra of one mark about its origin, quantised, and its rotation-invariant vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descriptor {
    /// What the origin is the centre of.
    pub origin_kind: OriginKind,
    /// How far the origin can be trusted.
    pub grade: Grade,
    /// 2-bit code of the coarse spectrum, for the scan.
    pub coarse: Code,
    /// 4-bit code of the fine spectrum on the live rings, for the refinement.
    pub fine: Code,
    /// [`invariant::vector`], in steps of [`Descriptor::VECTOR_STEP`].
    pub vector: Vec<i8>,
}

impl Descriptor {
    /// Step of the stored vector: eight standard deviations of a coordinate fill the range.
    pub const VECTOR_STEP: f32 = 8.0 / (127.0 * 32.0);

    /// Extracts the descriptor of a template.
    pub fn of(template: &Template) -> Self {
        let polar = Polar::about(&Field::of(template), Metres::new(0.0), Metres::new(0.0));
        let map = polar.coarse();
        let coarse = Spectrum::of(&map, &COARSE_LAYOUT);
        let fine = Spectrum::of(&polar.fine(), &FINE_LAYOUT);
        Self::of_spectra((template.origin_kind, template.grade), &coarse, &map.coverage, &fine)
    }

    /// The descriptor of a mark with these spectra; `coverage` is the share of each coarse ring on the mark.
    pub fn of_spectra(origin: (OriginKind, Grade), coarse: &Spectrum, coverage: &[f32], fine: &Spectrum) -> Self {
        let vector = invariant::vector(coarse, coverage, false);
        Self {
            origin_kind: origin.0,
            grade: origin.1,
            coarse: Code::whole(coarse, &COARSE_LAYOUT, Depth::Two),
            fine: Code::trimmed(fine, &FINE_LAYOUT, Depth::Four),
            vector: vector.iter().map(|value| (value / Self::VECTOR_STEP).round().clamp(-127.0, 127.0) as i8).collect(),
        }
    }

    /// Why the descriptor cannot be used, if so: wrong lengths, values that are not finite, a mark without rings.
    pub fn unfit(&self) -> Option<String> {
        let lengths = [
            ("coarse code", self.coarse.packed.len(), Code::whole_bytes(&COARSE_LAYOUT, Depth::Two)),
            ("fine code", self.fine.packed.len(), Code::trimmed_bytes(&FINE_LAYOUT, Depth::Four, self.fine.live)),
            ("vector", self.vector.len(), invariant::DIMENSIONS),
        ];
        if let Some((name, found, expected)) = lengths.into_iter().find(|(_, found, expected)| found != expected) {
            return Some(format!("{name} has {found} bytes, {expected} expected"));
        }
        if (self.coarse.depth, self.fine.depth) != (Depth::Two, Depth::Four) {
            return Some("codes of another depth".into());
        }
        let usable = |length: f32| length.is_finite() && length > 0.0;
        if !usable(self.coarse.length) || !usable(self.fine.length) {
            return Some("no ring about the origin lies on the mark".into());
        }
        None
    }
}
