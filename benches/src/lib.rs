//! Fixtures of the benches: the real scans that the product ships, decoded once.

use headstamp_engine::formats::{self, ReadSettings, Scan};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods::{self, Method};
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use std::path::Path;

/// The method under the benches.
pub fn method() -> &'static dyn Method {
    methods::newest(MarkKind::BreechFaceImpression)
}

/// Bytes of a scan of `testdata/breech_face`, by name without ending.
///
/// # Panics
/// If the checkout lacks the file: a bench has no other input.
pub fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/breech_face").join(format!("{name}.x3p"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The decoded scan.
///
/// # Panics
/// See [`bytes`].
pub fn scan(name: &str) -> Scan {
    formats::read(&bytes(name), &ReadSettings::default()).unwrap_or_else(|error| panic!("{name}: {error}")).scan
}

/// The template of the scan.
///
/// # Panics
/// See [`bytes`].
pub fn template(name: &str) -> Template {
    method()
        .template(&scan(name), MarkKind::BreechFaceImpression, &mut NoTrace)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Rayon with one thread, so that a figure is work and not the number of cores.
///
/// # Panics
/// If the pool was already built by someone else.
pub fn one_thread() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is built once, here");
}
