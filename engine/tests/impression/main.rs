//! The impression method on the real scans in `testdata`: templates, comparison, pictures.

mod comparison;
mod scans;
mod small;
mod templates;
