//! The stored form of a prepared mark: everything comparison and index need, without the scan.

use crate::marks::{EdgeSupport, Grade, MarkKind, OriginKind};
use crate::units::{Circle, Metres, Point};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// A prepared mark.
///
/// Heights are in multiples of the mark's Sq (root mean square height), clipped at +-3 and held in steps of 3/127.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Method and version that made it.
    pub method: String,
    /// Kind of the mark.
    pub kind: MarkKind,
    /// Rows of the map.
    pub rows: u32,
    /// Columns of the map.
    pub cols: u32,
    /// Distance between samples.
    pub pitch: Metres,
    /// Row by row: `127` is +3 Sq, `-127` is -3 Sq, [`Template::MISSING`] is outside the mark.
    pub heights: Vec<i8>,
    /// Root mean square height of the band-passed mark.
    pub sq: Metres,
    /// Origin of every feature, on this map.
    pub origin: Point,
    /// What the origin is the centre of.
    pub origin_kind: OriginKind,
    /// How far the origin can be trusted.
    pub grade: Grade,
    /// The firing-pin aperture on this map, if found.
    pub aperture: Option<Circle>,
    /// The primer's outer circle on this map, if found.
    pub outer: Option<Circle>,
    /// What the grade rests on.
    pub support: Option<EdgeSupport>,
}

impl Template {
    /// Code of a sample outside the mark.
    pub const MISSING: i8 = i8::MIN;
    /// Height of one step, in multiples of Sq.
    pub const STEP: f32 = 3.0 / 127.0;

    /// Heights in multiples of Sq, NaN outside the mark.
    pub fn map(&self) -> Array2<f32> {
        Array2::from_shape_fn((self.rows as usize, self.cols as usize), |(row, col)| {
            match self.heights[row * self.cols as usize + col] {
                Self::MISSING => f32::NAN,
                height => f32::from(height) * Self::STEP,
            }
        })
    }
}

/// Why stored bytes are not a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The bytes are damaged.
    #[error("the stored template is damaged: {reason}")]
    Damaged {
        /// What does not fit.
        reason: String,
    },
}
