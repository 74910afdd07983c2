//! How one scan lies against another: as it is, turned, mirrored, or with its axes swapped.
//!
//! A scan taken from the other end is turned by 180 degrees: its signature reads from right to left and its striae keep
//! their angle. A mirrored file reads from right to left too, but its striae lean the other way: no bullet of this
//! firearm has such striae, the file is wrong. A file with its axes swapped (transposed) is a mirrored one that also had
//! to be rotated.

use crate::striae::Signature;

/// Angles below this, degrees, do not tell which way striae lean.
const LEAN_MIN: f64 = 1.0;

/// How the compared scan lies against the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// The same way.
    Upright,
    /// Turned by 180 degrees: the signature reads from right to left, the striae lean the same way.
    Turned,
    /// Mirrored: the signature reads from right to left and the striae lean the other way.
    Mirrored,
    /// Mirrored, and the two files lie along different axes: one of them was transposed instead of rotated.
    Transposed,
    /// The signature reads from right to left, and the striae are too steep to tell why.
    Reversed,
}

impl Lie {
    pub(super) fn of(reference: &Signature, compared: &Signature, reversed: bool) -> Self {
        if !reversed {
            return Self::Upright;
        }
        let (Some(one), Some(other)) = (&reference.areal, &compared.areal) else { return Self::Reversed };
        if one.angle.abs() < LEAN_MIN || other.angle.abs() < LEAN_MIN {
            return Self::Reversed;
        }
        if one.angle.signum() == other.angle.signum() {
            Self::Turned
        } else if one.orientation.rotated != other.orientation.rotated {
            Self::Transposed
        } else {
            Self::Mirrored
        }
    }

    /// One word, as records and tables have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Upright => "upright",
            Self::Turned => "turned",
            Self::Mirrored => "mirrored",
            Self::Transposed => "transposed",
            Self::Reversed => "reversed",
        }
    }

    /// Whether the compared signature was read from right to left.
    pub fn reversed(self) -> bool {
        self != Self::Upright
    }
}
