//! The service from outside: a real client over a real loopback socket, real scans.

mod audit;
mod bad_input;
mod bullets;
mod harness;
mod ingest;
mod items;
mod life;
mod meaning;
mod records;
mod search;
mod snapshots;
mod upgrade;
