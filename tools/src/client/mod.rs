//! The client of a server: connection, records that are made once, uploads that go on after a break.

mod connection;
mod records;
mod upload;

pub(crate) use connection::{Client, ServerArguments, failure};
pub(crate) use records::{Known, Place, Specimen, What};
pub(crate) use upload::{Enrolled, Upload, direction};
