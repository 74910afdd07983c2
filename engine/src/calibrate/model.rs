//! A calibration model: a small JSON document that turns score parts into a log10 likelihood ratio, and says for what.
//!
//! The document names the mark kind, the acquisition, the method version and the reference population with its counts;
//! a score from anything else has no likelihood ratio. Coefficients and bounds are in log10 units, so that an auditor can
//! recompute a value by hand: `intercept + sum of weight * (term - mean) / scale`, held within the bounds.

use super::CalibrateError;
use super::bounds::{Bound, Bounds};
use super::expected::FalseMatchCurve;
use super::setting::{MarkRange, NOT_STATED, Setting};
use super::terms::Term;
use super::uncalibrated::Uncalibrated;
use serde::{Deserialize, Serialize};

/// What the `format` field of a model document says.
pub const FORMAT: &str = "headstamp-calibration/1";

/// A fitted model and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationModel {
    /// [`FORMAT`].
    pub format: String,
    /// To which scores the model applies.
    pub scope: Scope,
    /// On which pairs it was fitted.
    pub population: Population,
    /// log10 LR where every term is at its mean.
    pub intercept: f64,
    /// The terms and their weights.
    pub terms: Vec<WeightedTerm>,
    /// The range of log10 LR that the population supports.
    pub bounds: Bounds,
    /// Where the two kinds of pair do not overlap: the highest log10 LR before the bounds of a different-source pair and
    /// the lowest of a same-source pair. Between them no pair was seen, and the line there is only drawn.
    pub unseen: Option<[f64; 2]>,
    /// Covariance of the intercept and the weights, in that order, over firearms redrawn; absent for fewer than
    /// [`super::bootstrap::FIREARMS_MIN`] firearms.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// How often different-source pairs of the population reach a score.
    pub false_matches: FalseMatchCurve,
}

/// To which scores a model applies. All three must be equal; nothing is "close enough".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Code of the mark kind, such as `breech_face_3d`.
    pub mark_kind: String,
    /// How the marks were measured: the instrument, as the manifest or the file names it.
    pub acquisition: String,
    /// Method and version that gave the score parts.
    pub method: String,
}

/// The pairs a model was fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Name of the population.
    pub name: String,
    /// Number of firearms.
    pub firearms: usize,
    /// Number of same-source pairs.
    pub same_source_pairs: usize,
    /// Number of different-source pairs.
    pub different_source_pairs: usize,
    /// Where the pairs come from: citation, licence or file digest.
    pub source: String,
    /// What its marks are like; absent if the scores do not tell, and then any mark is taken as like them.
    pub marks: Option<MarkRange>,
}

/// One term of the line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedTerm {
    /// What is read from the comparison.
    pub term: Term,
    /// Mean over the population.
    pub mean: f64,
    /// Standard deviation over the population.
    pub scale: f64,
    /// log10 LR gained for one standard deviation.
    pub weight: f64,
}

/// A log10 likelihood ratio and how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLr {
    /// log10 of the likelihood ratio, held within the bounds.
    pub value: f64,
    /// The value before the bounds: orders pairs, is no evidence.
    pub unbounded: f64,
    /// The end of the range the value was moved to, if it was outside.
    pub bound: Option<Bound>,
    /// 95 % interval over the choice of firearms in the population, held within the bounds.
    pub interval: Option<(f64, f64)>,
}

impl CalibrationModel {
    /// Reads a model document.
    ///
    /// # Errors
    /// [`CalibrateError::Document`] if it is no JSON, has unknown or missing keys; else as [`CalibrationModel::check`].
    pub fn from_json(text: &str) -> Result<Self, CalibrateError> {
        let model: Self =
            serde_json::from_str(text).map_err(|error| CalibrateError::Document { reason: error.to_string() })?;
        model.check()?;
        Ok(model)
    }

    /// Writes the model document, ending in a new line.
    ///
    /// # Errors
    /// As [`CalibrationModel::check`]: a model that could not be read again is not written.
    pub fn to_json(&self) -> Result<String, CalibrateError> {
        self.check()?;
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| CalibrateError::Document { reason: error.to_string() })?;
        text.push('\n');
        Ok(text)
    }

    /// Checks the numbers of a model against each other.
    ///
    /// # Errors
    /// [`CalibrateError::Document`] with the first thing that is wrong.
    pub fn check(&self) -> Result<(), CalibrateError> {
        let wrong = |reason: String| Err(CalibrateError::Document { reason });
        if self.format != FORMAT {
            return wrong(format!("format is `{}`, this version reads `{FORMAT}`", self.format));
        }
        if self.terms.is_empty() {
            return wrong("a model needs at least one term".to_owned());
        }
        for WeightedTerm { term, mean, scale, weight } in &self.terms {
            if !(mean.is_finite() && scale.is_finite() && *scale > 0.0 && weight.is_finite()) {
                return wrong(format!("term `{term}` has mean {mean}, scale {scale}, weight {weight}"));
            }
        }
        let Bounds { lower, upper } = self.bounds;
        if !(self.intercept.is_finite() && lower.is_finite() && upper.is_finite() && lower <= 0.0 && upper >= 0.0) {
            return wrong(format!("intercept {} with bounds {lower} to {upper}", self.intercept));
        }
        let Population { firearms, same_source_pairs, different_source_pairs, ref marks, .. } = self.population;
        if firearms == 0 || same_source_pairs == 0 || different_source_pairs == 0 {
            return wrong(format!(
                "{same_source_pairs} same-source and {different_source_pairs} different-source pairs of {firearms} firearms"
            ));
        }
        marks.as_ref().map_or(Ok(()), MarkRange::check)?;
        if let Some([low, high]) =
            self.unseen.filter(|[low, high]| !(low.is_finite() && high.is_finite() && low < high))
        {
            return wrong(format!("no pair between log10 LR {low} and {high}"));
        }
        let size = self.terms.len() + 1;
        if let Some(rows) = &self.covariance {
            let square = rows.len() == size && rows.iter().all(|row| row.len() == size);
            if !square || rows.iter().flatten().any(|value| !value.is_finite()) {
                return wrong(format!("the covariance must be {size} by {size} finite numbers"));
            }
        }
        self.false_matches.check()
    }

    /// Whether the model speaks about a score.
    ///
    /// # Errors
    /// [`Uncalibrated`]: the first thing in which the score is not like the population.
    pub fn applies(&self, setting: &Setting) -> Result<(), Uncalibrated> {
        let (own, of_score) = (&self.scope, &setting.scope);
        let stated = |text: &str| text != NOT_STATED;
        if own.mark_kind != of_score.mark_kind || !stated(&own.mark_kind) {
            return Err(Uncalibrated::Kind { kind: of_score.mark_kind.clone() });
        }
        if own.method != of_score.method || !stated(&own.method) {
            return Err(Uncalibrated::Method { of_score: of_score.method.clone(), known: own.method.clone() });
        }
        if of_score.acquisition.split(" with ").any(|instrument| !stated(instrument)) {
            return Err(Uncalibrated::AcquisitionNotStated);
        }
        if own.acquisition != of_score.acquisition {
            return Err(Uncalibrated::Acquisition {
                of_score: of_score.acquisition.clone(),
                known: own.acquisition.clone(),
                population: self.population.name.clone(),
            });
        }
        let alike = |range: &MarkRange| setting.marks.iter().try_for_each(|mark| range.holds(mark));
        self.population.marks.as_ref().map_or(Ok(()), alike)
    }

    /// The log10 likelihood ratio of a comparison whose named columns `column` gives.
    ///
    /// # Errors
    /// As [`Term::value`].
    pub fn log10_lr(&self, column: impl Fn(&str) -> Option<f64>) -> Result<LogLr, CalibrateError> {
        let mut inputs = vec![1.0];
        let mut unbounded = self.intercept;
        for term in &self.terms {
            let input = (term.term.value(&column)? - term.mean) / term.scale;
            unbounded += term.weight * input;
            inputs.push(input);
        }
        let (value, bound) = self.bounds.hold(unbounded);
        let interval = self.covariance.as_ref().map(|rows| {
            let variance: f64 = rows
                .iter()
                .zip(&inputs)
                .map(|(row, x)| x * row.iter().zip(&inputs).map(|(c, y)| c * y).sum::<f64>())
                .sum();
            let half = NORMAL_95 * variance.max(0.0).sqrt();
            (self.bounds.hold(unbounded - half).0, self.bounds.hold(unbounded + half).0)
        });
        Ok(LogLr { value, unbounded, bound, interval })
    }
}

/// Half width of a 95 % interval of a normal distribution, standard deviations.
const NORMAL_95: f64 = 1.959_963_984_540_054;
