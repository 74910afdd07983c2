//! Parts of a firearm that leave marks. A mark speaks about the part that made it, and parts can be replaced.

use std::fmt;

/// A part of a firearm that leaves marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Carries the breech face and the edge of the firing-pin aperture.
    SlideOrBolt,
    /// Engraves lands and grooves.
    Barrel,
    /// Strikes and drags.
    FiringPin,
    /// Extractor, ejector, ejection port or chamber: a scratch of the cycle does not say which.
    Cycle,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SlideOrBolt => "slide or bolt",
            Self::Barrel => "barrel",
            Self::FiringPin => "firing pin",
            Self::Cycle => "extractor, ejector or chamber",
        })
    }
}
