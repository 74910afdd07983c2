//! The real program as a server process, small scans, and a client that goes on where it was broken off.

mod enroller;
mod process;
mod scans;

pub(crate) use enroller::Enroller;
pub(crate) use process::ServerProcess;
pub(crate) use scans::turned;
