//! Features, registration, indexes and search, on synthetic marks and on the scans in `testdata`.

mod conformance;
mod features;
mod marks;
mod plan;
mod population;
mod registration;
mod scan;
mod snapshots;
mod surrogates;
mod testdata;
