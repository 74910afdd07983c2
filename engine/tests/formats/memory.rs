//! Refusing a file takes no memory that grows with what the file claims.

use crate::samples::{names, sample};
use headstamp_engine::formats::x3p::X3pDocument;
use headstamp_engine::formats::{ReadSettings, read};
use std::process::Command;

/// Set for the process that reads under a limit.
const INSIDE: &str = "HEADSTAMP_TEST_READ_BROKEN";
/// Address space of that process, KiB: the program, its threads' stacks and heaps, and little else.
const LIMIT_KIB: &str = "400000";

/// Headers of the samples claim up to 10^18 samples and 1.2 GB of zeros; a failed allocation ends the process.
#[test]
fn every_broken_sample_is_refused_within_400_megabytes_of_address_space() {
    if std::env::var_os(INSIDE).is_some() {
        for name in names("broken") {
            let bytes = sample("broken", &name);
            let _ = read(&bytes, &ReadSettings::default());
            let _ = X3pDocument::read(&bytes, &ReadSettings::default());
        }
        return;
    }
    if !cfg!(target_os = "linux") {
        println!("skipped: the limit on the address space is set the way of Linux");
        return;
    }
    let name = "memory::every_broken_sample_is_refused_within_400_megabytes_of_address_space";
    let program = std::env::current_exe().unwrap();
    let script = format!("ulimit -v {LIMIT_KIB} && exec \"$0\" --exact {name} --test-threads=1");
    let output = Command::new("sh").arg("-c").arg(script).arg(program).env(INSIDE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{}: {said}", output.status);
}
