//! Prepared marks of both families, and their kinds: pressed into the metal, or scratched along it.
//!
//! A stored form says by its first bytes of which family it is, so that a store keeps both on one path and never has to
//! be told what it hands out. Nothing ranks or compares marks of two kinds.

use crate::formats::Scan;
use crate::marks::{MarkError, MarkKind};
use crate::methods;
use crate::striae::{self, Signature, SignatureError, StriaKind};
use crate::template::{Template, TemplateError};
use crate::trace::Trace;
use std::fmt;

/// A kind of mark: one evidence class each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Pressed into the metal: compared by cells.
    Impressed(MarkKind),
    /// Scratched along it: compared by segments of a profile.
    Striated(StriaKind),
}

impl Kind {
    /// A land engraved area.
    pub const LAND: Kind = Kind::Striated(StriaKind::BulletLand);

    /// Every kind, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        let striated = StriaKind::ALL.into_iter().map(Self::Striated);
        MarkKind::ALL.into_iter().map(Self::Impressed).chain(striated)
    }

    /// The code used in manifests, in records and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Impressed(kind) => kind.code(),
            Self::Striated(kind) => kind.code(),
        }
    }

    /// Reads [`Kind::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|kind| kind.code() == code)
    }

    /// Name and version of the newest method for marks of this kind.
    pub fn method(self) -> &'static str {
        match self {
            Self::Impressed(kind) => methods::newest(kind).id(),
            Self::Striated(_) => striae::ID,
        }
    }

    /// True of marks that a barrel leaves on a bullet; all others are on a cartridge case.
    pub const fn on_bullet(self) -> bool {
        match self {
            Self::Striated(StriaKind::BulletLand | StriaKind::BulletGroove) => true,
            Self::Striated(StriaKind::ApertureShear | StriaKind::FiringPinDrag | StriaKind::CycleScratch)
            | Self::Impressed(_) => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impressed(kind) => kind.fmt(f),
            Self::Striated(kind) => kind.fmt(f),
        }
    }
}

/// A prepared mark of either family.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// A map of heights.
    Impression(Template),
    /// A profile across striae.
    Striae(Signature),
}

impl Prepared {
    /// Finds and prepares the mark of `kind` on a scan, by the newest method.
    ///
    /// # Errors
    /// [`MarkError`] if the scan holds no usable mark; its text says why.
    pub fn of(scan: &Scan, kind: Kind, trace: &mut dyn Trace) -> Result<Self, MarkError> {
        match (kind, scan) {
            (Kind::Impressed(kind), scan) => methods::newest(kind).template(scan, kind, trace).map(Self::Impression),
            (Kind::Striated(kind), Scan::Topography(topography)) => {
                striae::signature(topography, kind, trace).map(Self::Striae)
            }
            (Kind::Striated(_), Scan::Profile(_) | Scan::Points(_) | Scan::Photograph(_)) => {
                Err(MarkError::Unsuitable { reason: format!("a {kind} is read from a topography, and this is none") })
            }
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Impression(template) => Kind::Impressed(template.kind),
            Self::Striae(signature) => Kind::Striated(signature.kind),
        }
    }

    /// Method and version that made it.
    pub fn method(&self) -> &str {
        match self {
            Self::Impression(template) => &template.method,
            Self::Striae(signature) => &signature.method,
        }
    }

    /// Bytes of its heights in memory.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Impression(template) => template.heights.len(),
            Self::Striae(signature) => 2 * signature.heights.len(),
        }
    }

    /// The stored form of its family. The same mark gives the same bytes.
    ///
    /// # Errors
    /// [`PreparedError`] if it does not fit together.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PreparedError> {
        Ok(match self {
            Self::Impression(template) => template.to_bytes()?,
            Self::Striae(signature) => signature.to_bytes()?,
        })
    }

    /// Reads [`Prepared::to_bytes`]; the first bytes say of which family it is.
    ///
    /// # Errors
    /// [`PreparedError`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PreparedError> {
        if bytes.starts_with(&Signature::FORM) {
            Ok(Self::Striae(Signature::from_bytes(bytes)?))
        } else {
            Ok(Self::Impression(Template::from_bytes(bytes)?))
        }
    }
}

/// Why stored bytes are not a prepared mark.
#[derive(Debug, thiserror::Error)]
pub enum PreparedError {
    /// A damaged impression, or neither form.
    #[error(transparent)]
    Impression(#[from] TemplateError),
    /// A damaged signature.
    #[error(transparent)]
    Striae(#[from] SignatureError),
}
