//! The stored form of a prepared mark: everything comparison and index need, without the scan.

use crate::marks::{EdgeSupport, Grade, MarkKind, OriginKind};
use crate::units::{Circle, Metres, Point};
use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::io::{Read as _, Write as _};

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
    /// First bytes of the stored form, version 2: the fields by postcard, heights as differences to the sample on their
    /// left (modulo 256), deflated (RFC 1951).
    pub const FORM: [u8; 7] = *b"HSMARK2";
    /// First bytes of version 1, which is still read: the fields by postcard as they are.
    pub const FORM_1: [u8; 7] = *b"HSMARK1";
    /// Most samples of a map: 50 mm square at 12.5 um, several times any breech face.
    pub const SAMPLES_MAX: usize = 15 << 20;
    /// Most bytes that a stored form inflates to: the samples and room for the other fields.
    const INFLATED_MAX: u64 = 16 << 20;

    /// Heights in multiples of Sq, NaN outside the mark.
    pub fn map(&self) -> Array2<f32> {
        Array2::from_shape_fn((self.rows as usize, self.cols as usize), |(row, col)| {
            match self.heights[row * self.cols as usize + col] {
                Self::MISSING => f32::NAN,
                height => f32::from(height) * Self::STEP,
            }
        })
    }

    /// The same map with every length along the surface so many times larger.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        let length = |length: Metres| Metres::new(length.metres() * factor);
        let point = |point: Point| Point { x: point.x * factor, y: point.y * factor };
        let circle = |circle: Circle| Circle { centre: point(circle.centre), radius: length(circle.radius) };
        Self {
            pitch: length(self.pitch),
            origin: point(self.origin),
            aperture: self.aperture.map(circle),
            outer: self.outer.map(circle),
            ..self.clone()
        }
    }

    /// The stored form. The same template gives the same bytes.
    ///
    /// # Errors
    /// [`TemplateError::Damaged`] if the template does not fit together, [`TemplateError::TooLarge`] if it could not be read
    /// again.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TemplateError> {
        self.check()?;
        let stored = Self { heights: differences(&self.heights), ..self.clone() };
        let fields = postcard::to_allocvec(&stored).map_err(|error| damaged(error.to_string()))?;
        if fields.len() as u64 > Self::INFLATED_MAX {
            return Err(TemplateError::TooLarge { bytes: fields.len() as u64, max: Self::INFLATED_MAX });
        }
        let mut deflated = DeflateEncoder::new(Self::FORM.to_vec(), Compression::default());
        deflated.write_all(&fields).and_then(|()| deflated.finish()).map_err(|error| damaged(error.to_string()))
    }

    /// Reads [`Template::to_bytes`] of this version and the one before.
    ///
    /// # Errors
    /// [`TemplateError::Damaged`] for anything else: wrong form, torn bytes, a map of another size, lengths that are
    /// not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TemplateError> {
        if let Some(fields) = bytes.strip_prefix(&Self::FORM_1) {
            return Self::from_fields(fields);
        }
        let deflated = bytes
            .strip_prefix(&Self::FORM)
            .ok_or_else(|| damaged("it begins with neither HSMARK2 nor HSMARK1".into()))?;
        let mut inflating = DeflateDecoder::new(deflated);
        let mut fields = Vec::new();
        let inflated = (&mut inflating).take(Self::INFLATED_MAX).read_to_end(&mut fields);
        inflated.map_err(|error| damaged(error.to_string()))?;
        let left = deflated.len() as u64 - inflating.total_in();
        if left > 0 {
            return Err(damaged(format!("{left} bytes too many")));
        }
        let mut template = Self::from_fields(&fields)?;
        let mut last = 0;
        for height in &mut template.heights {
            last = height.wrapping_add(last);
            *height = last;
        }
        Ok(template)
    }

    fn from_fields(fields: &[u8]) -> Result<Self, TemplateError> {
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

fn differences(heights: &[i8]) -> Vec<i8> {
    let before = std::iter::once(0).chain(heights.iter().copied());
    heights.iter().zip(before).map(|(height, before)| height.wrapping_sub(before)).collect()
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
    /// Over what a stored form may inflate to: it would be written and never read again.
    #[error("the mark's map takes {bytes} bytes, at most {max} are stored")]
    TooLarge {
        /// Bytes of the fields.
        bytes: u64,
        /// Allowed.
        max: u64,
    },
}
