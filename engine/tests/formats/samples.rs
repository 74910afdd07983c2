//! The committed samples, made by `testdata/make_broken.py` and `testdata/make_instruments.py`.

use std::path::PathBuf;

/// Bytes of `testdata/<folder>/<name>`.
pub(crate) fn sample(folder: &str, name: &str) -> Vec<u8> {
    let path = directory(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of the files in `testdata/<folder>`, sorted.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(directory(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "README.md");
    names.sort();
    names
}

fn directory(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(folder)
}
