//! Striated marks: bullet lands and grooves, aperture shear, drag marks, scratches of the cycle.
//!
//! Method `striation/1` (`docs/striae.md`): a scan becomes a *signature*, the band-passed profile across its striae, and
//! signatures are compared by a vote of short segments. Pure and deterministic: the same scan gives the same bytes.

mod angle;
pub mod compare;
mod consensus;
mod filter;
mod orientation;
mod prepare;
mod quality;
mod recipe;
pub mod retrieval;
mod shoulders;
mod signature;

pub use compare::{
    Bullet, BulletComparison, Direction, Ready, StriaeComparison, StriaeError, compare, compare_bullets,
};
pub use orientation::Orientation;
pub use prepare::{ID, signature, signature_of_profile};
pub use quality::Quality;
pub use recipe::{Recipe, StriaKind};
pub use retrieval::{LandVector, land_vector};
pub use signature::{Areal, Signature, SignatureError};
