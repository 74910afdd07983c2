//! Region finding against the truth of synthetic raw scans and the repeatability of real ones.

mod real;
mod synthetic;
