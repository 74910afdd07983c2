//! Features, registration, indexes and search, on synthetic marks and on the scans in `testdata`.

mod features;
mod registration;
