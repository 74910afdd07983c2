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
    /// First bytes of the stored form, version 1.
    pub const FORM: [u8; 7] = *b"HSMARK1";

    /// Heights in multiples of Sq, NaN outside the mark.
    pub fn map(&self) -> Array2<f32> {
        Array2::from_shape_fn((self.rows as usize, self.cols as usize), |(row, col)| {
            match self.heights[row * self.cols as usize + col] {
                Self::MISSING => f32::NAN,
                height => f32::from(height) * Self::STEP,
            }
        })
    }

    /// The stored form: [`Template::FORM`], then the fields by postcard. The same template gives the same bytes.
    ///
    /// # Errors
    /// [`TemplateError::Damaged`] if the template does not fit together.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TemplateError> {
        self.check()?;
        postcard::to_extend(self, Self::FORM.to_vec()).map_err(|error| damaged(error.to_string()))
    }

    /// Reads [`Template::to_bytes`].
    ///
    /// # Errors
    /// [`TemplateError::Damaged`] for anything else: wrong form, torn bytes, a map of another size, lengths that are
    /// not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TemplateError> {
        let fields = bytes.strip_prefix(&Self::FORM).ok_or_else(|| damaged("it does not begin with HSMARK1".into()))?;
        let (template, rest) = postcard::take_from_bytes::<Self>(fields).map_err(|error| damaged(error.to_string()))?;
        if !rest.is_empty() {
            return Err(damaged(format!("{} bytes too many", rest.len())));
        }
        template.check()?;
        Ok(template)
    }

    fn check(&self) -> Result<(), TemplateError> {
        let samples = u64::from(self.rows) * u64::from(self.cols);
        if samples == 0 || samples != self.heights.len() as u64 {
            let found = self.heights.len();
            return Err(damaged(format!("{} x {} samples declared, {found} held", self.rows, self.cols)));
        }
        let lengths = [self.pitch.metres(), self.sq.metres()];
        if !lengths.iter().all(|length| length.is_finite() && *length > 0.0) {
            return Err(damaged(format!("pitch {} m, Sq {} m", lengths[0], lengths[1])));
        }
        if !(self.origin.x.is_finite() && self.origin.y.is_finite()) {
            return Err(damaged(format!("origin ({}, {})", self.origin.x, self.origin.y)));
        }
        Ok(())
    }
}

fn damaged(reason: String) -> TemplateError {
    TemplateError::Damaged { reason }
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
