//! Kinds of mark on the command line: impressed or striated, each family with its own method.

use headstamp_engine::marks::MarkKind;
use headstamp_engine::striae::StriaKind;

/// A kind of mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Pressed into the metal: compared by cells.
    Impressed(MarkKind),
    /// Scratched along it: compared by segments of a profile.
    Striated(StriaKind),
}

impl Kind {
    /// The code used in manifests and on the command line.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Impressed(kind) => kind.code(),
            Self::Striated(kind) => kind.code(),
        }
    }

    /// Reads a code.
    pub(crate) fn parse(code: &str) -> Result<Self, String> {
        Self::all().find(|kind| kind.code() == code).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(Self::code).collect();
            format!("unknown kind of mark; known: {}", known.join(", "))
        })
    }

    fn all() -> impl Iterator<Item = Self> {
        let striated = StriaKind::ALL.into_iter().map(Self::Striated);
        MarkKind::ALL.into_iter().map(Self::Impressed).chain(striated)
    }
}
