//! Striated marks of specimens: lands laid on each other as bullets, a gallery of them, and the walk of a search.
//!
//! The science is that of [`crate::striae`]; here it is put together from what a record says of a specimen: how many lands
//! the rifling has, which of them a scan shows, how it was scanned, and each of these may be unknown.

mod gallery;
mod lands;

pub use gallery::{
    BULLETS_COMPARED, Counts, LISTED, LandGallery, LandSource, LandsError, LandsFound, LandsProgress, RankedLands,
    Subject, Wanted,
};
pub use lands::{BulletLands, Laid, Land, LandsComparison, LandsTogether, ReadyBullet};
