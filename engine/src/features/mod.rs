//! What indexes hold and ask: whitened polar spectra about the origin, 2-bit codes, the rotation-invariant vector.

pub mod field;
pub mod polar;
pub mod probes;
pub mod rings;
pub mod spectrum;

use crate::template::Template;

/// What the indexes hold of one mark.
#[derive(Clone, Debug)]
pub struct Descriptor {}

impl Descriptor {
    /// Extracts the descriptor of a template.
    pub fn of(_template: &Template) -> Self {
        unimplemented!()
    }
}

/// How to ask.
#[derive(Clone, Debug, Default)]
pub struct QueryOptions {
    /// Ask also whether a mark agrees if one of the two is mirrored.
    pub mirror: bool,
}

/// One mark as a question: spectra about several shifted origins.
#[derive(Clone, Debug)]
pub struct Query {}

impl Query {
    /// Extracts the probes of a template; their number follows from the origin's kind and grade.
    pub fn of(_template: &Template, _options: &QueryOptions) -> Self {
        unimplemented!()
    }
}
