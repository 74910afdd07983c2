//! Pages for people: HTML that needs no other file and no network.

pub(crate) mod curve;
pub(crate) mod det;
pub(crate) mod explain;
pub(crate) mod figure;
pub(crate) mod page;
pub(crate) mod picture;
pub(crate) mod striae;

pub(crate) use page::{Page, escape};
