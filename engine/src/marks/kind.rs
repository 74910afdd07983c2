//! One row a mark kind.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a mark: which part of the firearm made it. Closed on purpose; a new kind is a new row here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Breech face impression on the primer of a cartridge case, as topography.
    BreechFaceImpression,
    /// Firing pin impression in the primer of a cartridge case, as topography.
    FiringPinImpression,
    /// Ejector's mark on the head of a cartridge case, as topography cut to it.
    EjectorImpression,
}

impl MarkKind {
    /// Every kind, in order.
    pub const ALL: [MarkKind; 3] =
        [MarkKind::BreechFaceImpression, MarkKind::FiringPinImpression, MarkKind::EjectorImpression];

    /// The code used in manifests and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            MarkKind::BreechFaceImpression => "breech_face_3d",
            MarkKind::FiringPinImpression => "firing_pin_3d",
            MarkKind::EjectorImpression => "ejector_3d",
        }
    }
    /// Reads [`MarkKind::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for MarkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MarkKind::BreechFaceImpression => "breech face impression",
            MarkKind::FiringPinImpression => "firing pin impression",
            MarkKind::EjectorImpression => "ejector impression",
        })
    }
}
