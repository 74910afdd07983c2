//! The evidence service of Headstamp.
mod store;
