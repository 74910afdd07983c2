//! One row a mark kind.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a mark: which part of the firearm made it. Closed on purpose; a new kind is a new row here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Breech face impression on the primer of a cartridge case, as topography.
    BreechFaceImpression,
}

impl MarkKind {
    /// Every kind, in order.
    pub const ALL: [MarkKind; 1] = [MarkKind::BreechFaceImpression];

    /// The code used in manifests and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            MarkKind::BreechFaceImpression => "breech_face_3d",
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
        })
    }
}
