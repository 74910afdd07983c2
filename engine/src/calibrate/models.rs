//! The models at hand, shipped and a laboratory's own: the first that fits a score says what it means.

use super::CalibrateError;
use super::expected::Expected;
use super::fit::UNBOUNDED;
use super::inputs;
use super::model::{CalibrationModel, LogLr};
use super::setting::Setting;
use super::uncalibrated::Uncalibrated;
use super::verbal::{self, Propositions, Support};
use crate::compare::Comparison;
use crate::ids::Digest;

/// The documents that come with the program, by id. Each is fitted by `engine/models/refit.sh` from the table of scores
/// that lies in `testdata/scores`; a test fits them again and compares the bytes.
const SHIPPED: [(&str, &str); 1] =
    [("breech_face_3d-nanofocus-10x", include_str!("../../models/breech_face_3d-nanofocus-10x.json"))];

/// A model and which one it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Name of its file without the ending.
    pub id: String,
    /// SHA-256 of its document.
    pub digest: Digest,
    /// The model.
    pub model: CalibrationModel,
}

impl Held {
    /// Reads a document.
    ///
    /// # Errors
    /// As [`CalibrationModel::from_json`].
    pub fn read(id: &str, text: &str) -> Result<Self, CalibrateError> {
        let model = CalibrationModel::from_json(text)?;
        Ok(Self { id: id.to_owned(), digest: Digest::of(text.as_bytes()), model })
    }
}

/// Models in the order in which they are asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Models {
    held: Vec<Held>,
}

/// What a score means in the population of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning<'a> {
    /// The model that speaks.
    pub by: &'a Held,
    /// The likelihood ratio.
    pub log_lr: LogLr,
}

impl Models {
    /// The models that come with the program.
    ///
    /// # Errors
    /// [`CalibrateError::Document`]: never for a program whose tests passed.
    pub fn shipped() -> Result<Self, CalibrateError> {
        let held = SHIPPED.iter().map(|(id, text)| Held::read(id, text)).collect::<Result<_, _>>()?;
        Ok(Self { held })
    }

    /// The same with `own` models asked first, in their order; one with the id of a model here takes its place.
    #[must_use]
    pub fn behind(self, own: Vec<Held>) -> Self {
        let (mut held, replaced) = (own, |own: &[Held], id: &str| own.iter().any(|own| own.id == id));
        let count = held.len();
        for behind in self.held {
            if !replaced(&held[..count], &behind.id) {
                held.push(behind);
            }
        }
        Self { held }
    }

    /// The models in the order in which they are asked.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// What a comparison means, by the first model that fits.
    ///
    /// # Errors
    /// [`Uncalibrated`]: why the model that came nearest does not fit.
    pub fn meaning(&self, setting: &Setting, comparison: &Comparison) -> Result<Meaning<'_>, Uncalibrated> {
        let mut nearest = Uncalibrated::Kind { kind: setting.scope.mark_kind.clone() };
        for held in &self.held {
            match held.meaning(setting, comparison) {
                Ok(meaning) => return Ok(meaning),
                Err(reason) if reason.depth() > nearest.depth() => nearest = reason,
                Err(_) => {}
            }
        }
        Err(nearest)
    }

    /// How many different-source candidates to expect at or above the score of a comparison among `eligible` marks, by
    /// the first model whose population is like the two marks; it says so even where it gives no likelihood ratio.
    pub fn expected(&self, setting: &Setting, comparison: &Comparison, eligible: u64) -> Option<(&Held, Expected)> {
        let held = self.held.iter().find(|held| held.model.applies(setting).is_ok())?;
        Some((held, held.expected(comparison, eligible)?))
    }
}

impl Held {
    fn meaning(&self, setting: &Setting, comparison: &Comparison) -> Result<Meaning<'_>, Uncalibrated> {
        self.model.applies(setting)?;
        let column = |name: &str| inputs::column(comparison, name);
        let log_lr = self.model.log10_lr(column).map_err(|error| Uncalibrated::Term(error.to_string()))?;
        if let Some([different, same]) = self.model.unseen
            && different < log_lr.unbounded
            && log_lr.unbounded < same
        {
            return Err(Uncalibrated::Between { different, same });
        }
        if comparison.registration.mirrored && log_lr.value > 0.0 {
            return Err(Uncalibrated::Mirrored);
        }
        Ok(Meaning { by: self, log_lr })
    }

    /// How many different-source candidates to expect at or above the score of a comparison among `eligible` marks of a
    /// setting to which the model applies.
    pub fn expected(&self, comparison: &Comparison, eligible: u64) -> Option<Expected> {
        let column = |name: &str| inputs::column(comparison, name);
        let curve = &self.model.false_matches;
        let unbounded = || self.model.log10_lr(column).ok().map(|log_lr| log_lr.unbounded);
        let score = if curve.score == UNBOUNDED { unbounded() } else { column(&curve.score) };
        curve.expected(score?, eligible)
    }
}

impl Meaning<'_> {
    /// The two propositions; `mark` names the kind of mark.
    pub fn propositions(&self, mark: &str) -> Propositions {
        Propositions::about(mark, &self.by.model.population.name)
    }

    /// The step of the verbal scale: `weak support`, ..., or `no support` for either proposition over the other.
    pub fn words(&self) -> &'static str {
        Support::of(self.log_lr.value).words().unwrap_or("no support")
    }

    /// The likelihood ratio in a sentence with both propositions; `mark` names the kind of mark.
    pub fn statement(&self, mark: &str) -> String {
        verbal::statement(&self.log_lr, &self.propositions(mark))
    }
}
