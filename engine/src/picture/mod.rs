//! Pictures of surfaces and comparisons for an examiner.
//!
//! Plain shapes in, pixels out: nothing here knows what a comparison is. Colours are told apart with any colour vision
//! (Okabe and Ito 2008), and every picture of a surface carries a bar of known length.

pub mod cells;
pub mod profiles;
pub mod region;
pub mod registration;
pub mod relief;
pub mod scale;
