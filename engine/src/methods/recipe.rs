//! What a kind of impressed mark asks of the one method: how much smaller it is than a breech face, and its form.
//!
//! A firing pin's or an ejector's marks are a breech face's marks on a smaller scale, so nothing of the method is written
//! twice: every length of it, from the samples to the rings, is divided by the same number. That number follows from the
//! cells, 450 um wide on breech faces and 125 um on firing pins (Netherlands Forensic Institute, Scratch).

use crate::marks::MarkKind;
use crate::units::{Metres, um};

/// Cells of a breech face over those of a firing pin impression.
const SMALL: f64 = 450.0 / 125.0;

/// The shape that is taken off before waves are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A robust quadratic: faces.
    Quadratic,
    /// A robust sphere: the tip of a firing pin.
    Sphere,
}

/// What a kind asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Recipe {
    /// Every length of the method is divided by this.
    pub(crate) magnification: f64,
    /// What is taken off.
    pub(crate) form: Form,
    /// Coarsest scan.
    pub(crate) input_pitch_max: Metres,
}

impl Recipe {
    /// The recipe of a kind.
    pub(crate) const fn of(kind: MarkKind) -> Self {
        // The fine features of faces begin at 65 um, two samples at 25 um are 50 um; those of small marks at 18 um, and 8 um
        // still sample that twice.
        match kind {
            MarkKind::BreechFaceImpression => {
                Self { magnification: 1.0, form: Form::Quadratic, input_pitch_max: um(25.0) }
            }
            MarkKind::FiringPinImpression => {
                Self { magnification: SMALL, form: Form::Sphere, input_pitch_max: um(8.0) }
            }
            MarkKind::EjectorImpression => {
                Self { magnification: SMALL, form: Form::Quadratic, input_pitch_max: um(8.0) }
            }
        }
    }

    /// A length of the method on marks of this kind.
    pub(crate) fn length(&self, on_breech_faces: Metres) -> Metres {
        Metres::new(on_breech_faces.metres() / self.magnification)
    }
}
