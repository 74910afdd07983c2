//! What indexes hold and ask: whitened polar spectra about the origin, 2-bit codes, the rotation-invariant vector.
//!
//! | file | job |
//! |---|---|
//! | [`rings`] | which polar frequencies are kept and in what order |
//! | [`blur`], [`field`], [`polar`] | a smoothed map; its heights on rings about an origin |
//! | [`spectrum`] | whitened spectra and their coherent correlation in floating point |
//! | [`code`], [`lanes`], [`products`], [`turns`] | gallery marks in 2 and 4 bits, queries in bytes, their products |
//! | [`invariant`] | the rotation-invariant vector |
//! | [`probes`] | how many shifted origins are tried |
//! | [`descriptor`], [`query`] | the two sides of a search |
//! | [`plan`] | how a mark is searched for, from its template |

pub mod blur;
pub mod code;
pub mod descriptor;
pub mod field;
pub mod invariant;
pub mod lanes;
pub mod plan;
pub mod polar;
pub mod probes;
pub mod products;
pub mod query;
pub mod rings;
pub mod spectrum;
pub mod turns;

pub use descriptor::Descriptor;
pub use plan::{Mode, Placed, SearchPlan};
pub use query::{Query, QueryOptions};
