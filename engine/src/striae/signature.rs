//! The stored form of a striated mark: its signature, and how it was found.

use super::{Orientation, Quality, StriaKind};
use crate::units::Metres;
use serde::{Deserialize, Serialize};

/// A prepared striated mark: a band-passed profile across its striae, left to right with the scan's far end up.
///
/// Heights are held in steps of [`Signature::step`], clipped at +-6 robust standard deviations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// Method and version that made it.
    pub method: String,
    /// Kind of the mark.
    pub kind: StriaKind,
    /// Distance between samples.
    pub pitch: Metres,
    /// Height of one step.
    pub step: Metres,
    /// From wall to wall; [`Signature::MISSING`] where the scan has nothing.
    pub heights: Vec<i16>,
    /// Robust standard deviation of the heights.
    pub sigma: Metres,
    /// Whether a wall was found at the left and at the right end; where not, the mark ends with the data.
    pub walls: [bool; 2],
    /// What only an areal scan tells; `None` of a single line.
    pub areal: Option<Areal>,
}

/// What only an areal scan tells of a striated mark.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Areal {
    /// How the scan was turned.
    pub orientation: Orientation,
    /// Angle of the striae against the scan's axis, degrees, to the right going down.
    pub angle: f64,
    /// What the verdict of suitability rests on.
    pub quality: Quality,
}

impl Signature {
    /// Code of a missing sample.
    pub const MISSING: i16 = i16::MIN;
    /// First bytes of the stored form, version 1.
    pub const FORM: [u8; 7] = *b"HSSTRI1";
    /// Robust standard deviations at which heights are clipped.
    pub(super) const CLIP_SIGMAS: f32 = 6.0;
    /// Longest signature: 65 mm at 2 um, longer than any mark.
    const SAMPLES_MAX: usize = 1 << 15;

    /// Heights in metres, NaN where missing.
    pub fn profile(&self) -> Vec<f32> {
        let step = self.step.metres() as f32;
        let height = |&code: &i16| if code == Self::MISSING { f32::NAN } else { f32::from(code) * step };
        self.heights.iter().map(height).collect()
    }

    /// Distance from end to end.
    pub fn width(&self) -> Metres {
        Metres::new(self.heights.len() as f64 * self.pitch.metres())
    }

    /// The signature of the same mark scanned the other way round: read from right to left. Turning a scan by 180
    /// degrees leaves the angle of the striae as it is.
    pub fn reversed(&self) -> Self {
        let mut turned = self.clone();
        turned.heights.reverse();
        turned.walls.reverse();
        turned
    }

    /// The stored form: [`Signature::FORM`], then the fields by postcard. The same signature gives the same bytes.
    ///
    /// # Errors
    /// [`SignatureError::Damaged`] if the signature does not fit together.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SignatureError> {
        self.check()?;
        postcard::to_extend(self, Self::FORM.to_vec()).map_err(|error| damaged(error.to_string()))
    }

    /// Reads [`Signature::to_bytes`].
    ///
    /// # Errors
    /// [`SignatureError::Damaged`] for anything else: wrong form, torn bytes, lengths that are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        let fields = bytes.strip_prefix(&Self::FORM).ok_or_else(|| damaged("it does not begin with HSSTRI1".into()))?;
        let (signature, rest) =
            postcard::take_from_bytes::<Self>(fields).map_err(|error| damaged(error.to_string()))?;
        if !rest.is_empty() {
            return Err(damaged(format!("{} bytes too many", rest.len())));
        }
        signature.check()?;
        Ok(signature)
    }

    /// Whether lengths are finite and the number of samples is one to compare.
    ///
    /// # Errors
    /// [`SignatureError::Damaged`].
    pub fn check(&self) -> Result<(), SignatureError> {
        let lengths = [self.pitch.metres(), self.step.metres(), self.sigma.metres()];
        if !lengths.iter().all(|length| length.is_finite() && *length > 0.0) {
            return Err(damaged(format!("pitch {} m, step {} m, deviation {} m", lengths[0], lengths[1], lengths[2])));
        }
        if let Some(areal) = &self.areal
            && !areal.angle.is_finite()
        {
            return Err(damaged(format!("angle {}", areal.angle)));
        }
        let present = self.heights.iter().filter(|code| **code != Self::MISSING).count();
        if present < 2 || self.heights.len() > Self::SAMPLES_MAX {
            let (held, most) = (self.heights.len(), Self::SAMPLES_MAX);
            return Err(damaged(format!("{present} of {held} samples present, at most {most}")));
        }
        Ok(())
    }
}

fn damaged(reason: String) -> SignatureError {
    SignatureError::Damaged { reason }
}

/// Why stored bytes are not a signature.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// The bytes are damaged.
    #[error("the stored signature is damaged: {reason}")]
    Damaged {
        /// What does not fit.
        reason: String,
    },
}
