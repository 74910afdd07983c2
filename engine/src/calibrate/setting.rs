//! What a score was taken from: kind of mark, acquisition, method, and what the two marks are like.
//!
//! A model speaks about its like only. How marks were measured is the instrument's name, as a record or the file states
//! it; what a mark is like is what a score hangs on beside its source: how its origin was found, how much of the breech
//! face it holds, and how high it stands (noise makes a mark higher, wear and a soft imprint make it lower).

use super::CalibrateError;
use super::model::Scope;
use super::uncalibrated::Uncalibrated;
use crate::template::Template;
use serde::{Deserialize, Serialize};

/// What stands for an acquisition, a method or a kind of mark that nobody stated. It fits nothing, not even itself.
pub const NOT_STATED: &str = "not stated";
/// How far beyond the marks of a population a mark may lie, as a share of the value. The same scan, turned otherwise and
/// prepared anew, gives an area up to 0.3 % and a height up to 1.1 % from the first (59 scans, `docs/calibration.md`);
/// this is about three times that.
pub const MARGIN: f64 = 0.03;

/// How a pair was measured: one instrument, or two in the order of their names; an empty name is [`NOT_STATED`].
pub fn acquisition(a: &str, b: &str) -> String {
    let mut both = [a, b].map(|name| if name.is_empty() { NOT_STATED } else { name });
    both.sort_unstable();
    if both[0] == both[1] { both[0].to_owned() } else { both.join(" with ") }
}

/// What a mark is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    /// What its origin is the centre of, as [`crate::marks::OriginKind::code`].
    pub origin: &'static str,
    /// Area of its samples, square millimetres.
    pub area_mm2: f64,
    /// Root mean square height after the band-pass, micrometres.
    pub sq_um: f64,
}

impl Traits {
    /// What the mark of a template is like.
    pub fn of(template: &Template) -> Self {
        let samples = template.heights.iter().filter(|height| **height != Template::MISSING).count();
        let pitch_mm = template.pitch.micrometres() / 1e3;
        Self {
            origin: template.origin_kind.code(),
            area_mm2: samples as f64 * pitch_mm * pitch_mm,
            sq_um: template.sq.micrometres(),
        }
    }
}

/// What a score was taken from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Kind of mark, acquisition and method.
    pub scope: Scope,
    /// The two marks.
    pub marks: [Traits; 2],
}

/// What the marks of a population are like, lowest and highest of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkRange {
    /// What their origins are the centres of, sorted.
    pub origins: Vec<String>,
    /// Areas, square millimetres.
    pub area_mm2: [f64; 2],
    /// Root mean square heights, micrometres.
    pub sq_um: [f64; 2],
}

impl MarkRange {
    /// Why a mark is not like those of the population.
    ///
    /// # Errors
    /// [`Uncalibrated::Origin`], [`Uncalibrated::Area`] or [`Uncalibrated::Height`].
    pub fn holds(&self, mark: &Traits) -> Result<(), Uncalibrated> {
        if !self.origins.iter().any(|origin| origin == mark.origin) {
            let (found, known) = (mark.origin, self.origins.join(", "));
            return Err(Uncalibrated::Origin { found, known });
        }
        let within =
            |value: f64, [low, high]: [f64; 2]| (low * (1.0 - MARGIN)..=high * (1.0 + MARGIN)).contains(&value);
        if !within(mark.area_mm2, self.area_mm2) {
            let [low, high] = self.area_mm2;
            return Err(Uncalibrated::Area { found: mark.area_mm2, low, high });
        }
        if !within(mark.sq_um, self.sq_um) {
            let [low, high] = self.sq_um;
            return Err(Uncalibrated::Height { found: mark.sq_um, low, high });
        }
        Ok(())
    }

    /// Checks that the ranges are ranges.
    pub(super) fn check(&self) -> Result<(), CalibrateError> {
        let range = |[low, high]: [f64; 2]| low.is_finite() && high.is_finite() && 0.0 < low && low <= high;
        if self.origins.is_empty() || !range(self.area_mm2) || !range(self.sq_um) {
            let reason = format!(
                "marks of {} origins, areas {:?} mm2, heights {:?} um",
                self.origins.len(),
                self.area_mm2,
                self.sq_um
            );
            return Err(CalibrateError::Document { reason });
        }
        Ok(())
    }
}
