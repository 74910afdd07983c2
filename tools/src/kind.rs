//! Kinds of mark on the command line and on the wire.

pub(crate) use headstamp_engine::prepared::Kind;

use headstamp_engine::marks::MarkKind;
use headstamp_engine::striae::StriaKind;
use headstamp_proto::v1;

/// Reads a code.
pub(crate) fn parse(code: &str) -> Result<Kind, String> {
    Kind::from_code(code).ok_or_else(|| {
        let known: Vec<_> = Kind::all().map(Kind::code).collect();
        format!("unknown kind of mark; known: {}", known.join(", "))
    })
}

/// The wire's value of a kind.
pub(crate) const fn wire(kind: Kind) -> v1::MarkKind {
    match kind {
        Kind::Impressed(MarkKind::BreechFaceImpression) => v1::MarkKind::BreechFaceImpression,
        Kind::Impressed(MarkKind::FiringPinImpression) => v1::MarkKind::FiringPinImpression,
        Kind::Impressed(MarkKind::EjectorImpression) => v1::MarkKind::EjectorImpression,
        Kind::Striated(StriaKind::BulletLand) => v1::MarkKind::BulletLand,
        Kind::Striated(StriaKind::BulletGroove) => v1::MarkKind::BulletGroove,
        Kind::Striated(StriaKind::ApertureShear) => v1::MarkKind::ApertureShear,
        Kind::Striated(StriaKind::FiringPinDrag) => v1::MarkKind::FiringPinDrag,
        Kind::Striated(StriaKind::CycleScratch) => v1::MarkKind::CycleScratch,
    }
}
