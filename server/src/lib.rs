//! The evidence service of Headstamp: store, use cases, gRPC handlers.
//!
//! ```text
//! client -api-> workflow -> store      (one transaction: change + audit event)
//!                      \--> galleries  (derived from the store, rebuilt at will)
//!                       \-> pool       (engine computations, never on the threads that serve calls)
//! ```
//!
//! | module | job |
//! |---|---|
//! | [`config`] | settings, a limit on everything |
//! | [`calibration`] | the calibration models, shipped and a laboratory's own |
//! | `serve` | open, listen, drain |
//! | `api` | thin handlers; one table from refusals to gRPC codes |
//! | `workflow` | one use case a file |
//! | `pool`, `tls` | threads that compute; certificates |
//! | `galleries` | the searchable marks in memory, followed from the store |
//! | `store` | records, blobs, uploads on their way in, the audit chain |
//! | `wire` | engine types as messages |
//!
//! No algorithm lives here; nothing is acknowledged before its transaction is on the disk.

mod api;
pub mod calibration;
pub mod config;
mod galleries;
mod pool;
mod serve;
mod store;
mod tls;
mod wire;
mod workflow;

pub use serve::{ServeError, serve};
pub use store::StoreError;
pub use tls::TlsError;
