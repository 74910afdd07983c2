//! Refusing a file takes no memory that grows with what the file claims.

use crate::samples::{names, sample};
use headstamp_engine::formats::x3p::X3pDocument;
use headstamp_engine::formats::{ReadSettings, read};
use std::process::Command;

/// Set for the process that reads under a limit.
const INSIDE: &str = "HEADSTAMP_TEST_UNDER_LIMIT";
/// Address space of that process, KiB: the program, its threads' stacks and heaps, and little else.
const LIMIT_KIB: &str = "400000";

/// Runs the tests whose path starts with `filter` in a process of its own with little memory: a failed allocation ends it.
fn passes_under_the_limit(filter: &str) {
    if !cfg!(target_os = "linux") {
        println!("skipped: the limit on the address space is set the way of Linux");
        return;
    }
    let script = format!("ulimit -v {LIMIT_KIB} && exec \"$0\" {filter} --test-threads=1");
    let program = std::env::current_exe().unwrap();
    let output = Command::new("sh").arg("-c").arg(script).arg(program).env(INSIDE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("test result: ok"), "{}: {said}", output.status);
    assert!(!said.contains("running 0 tests"), "no test is called {filter}");
}

/// Headers of the samples claim up to 10^18 samples and 1.2 GB of zeros.
#[test]
fn every_broken_sample_is_refused_within_400_megabytes_of_address_space() {
    if std::env::var_os(INSIDE).is_none() {
        return passes_under_the_limit("memory::every_broken_sample");
    }
    for name in names("broken") {
        let bytes = sample("broken", &name);
        let _ = read(&bytes, &ReadSettings::default());
        let _ = X3pDocument::read(&bytes, &ReadSettings::default());
    }
}

#[test]
fn damaged_files_take_no_more_than_400_megabytes_of_address_space() {
    if std::env::var_os(INSIDE).is_none() {
        passes_under_the_limit("mutated::");
    }
}

#[test]
fn broken_files_of_instruments_are_refused_within_400_megabytes_of_address_space() {
    if std::env::var_os(INSIDE).is_none() {
        passes_under_the_limit("instruments_broken::");
    }
}
