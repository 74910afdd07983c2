//! Runs the program and reads what it says.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A file of the test data.
pub(crate) fn testdata(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name)
}

/// A scan of the test data.
pub(crate) fn scan(name: &str) -> String {
    testdata("breech_face").join(name).display().to_string()
}

/// What the program did.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The one JSON document on standard output: nothing before it, nothing after it.
    pub(crate) fn document(&self) -> Value {
        assert_eq!(self.status, Some(0), "exit status {:?}; {}", self.status, self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("not one JSON document: {error}\n{}", self.out))
    }
}

/// Runs the program with these arguments.
pub(crate) fn headstamp(arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_headstamp")).args(arguments).output().expect("the program starts");
    Run {
        status: status.code(),
        out: String::from_utf8(stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(stderr).expect("standard error is UTF-8"),
    }
}
