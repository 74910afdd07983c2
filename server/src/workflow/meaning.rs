//! What the score of a comparison means: the calibration model that fits the two marks, or why none does.

use super::{Refusal, Workflow};
use headstamp_engine::calibrate::model::Scope;
use headstamp_engine::calibrate::setting::{Setting, Traits, acquisition};
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;
use headstamp_engine::compare::Comparison;
use headstamp_engine::prepared::Kind;
use headstamp_engine::template::Template;
use uuid::Uuid;

/// A mark and with which instrument it was measured; empty if nobody said.
#[derive(Clone, Copy)]
pub(super) struct Measured<'a> {
    pub(super) template: &'a Template,
    pub(super) instrument: &'a str,
}

/// What the score of a comparison of two marks was taken from.
pub(super) fn setting(marks: [Measured<'_>; 2], found: &Comparison) -> Setting {
    let [reference, compared] = marks;
    let scope = Scope {
        mark_kind: reference.template.kind.code().to_owned(),
        acquisition: acquisition(reference.instrument, compared.instrument),
        method: found.method.clone(),
    };
    Setting { scope, marks: marks.map(|mark| Traits::of(mark.template)) }
}

/// Why a score of striated marks has no likelihood ratio: no reference population of theirs comes with the program, and a
/// model speaks about maps of impressions only.
pub(super) fn no_population(kind: Kind) -> Uncalibrated {
    Uncalibrated::Kind { kind: kind.code().to_owned() }
}

impl Workflow {
    /// The instrument of a scan.
    pub(super) async fn instrument(&self, scan: Uuid) -> Result<String, Refusal> {
        Ok(self.store.instrument_of(&scan.to_string()).await?)
    }
}
