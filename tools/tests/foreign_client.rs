//! A client of another make (Python, PyPI `grpcio` with stubs by `grpcio-tools`) uploads a scan in chunks, searches and
//! reads the list that the command line prints. Skipped with a line where Python or its registry is missing.

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Enroller, ServerProcess, turned};

/// Scans enrolled before the foreign client comes.
const SCANS: usize = 6;

/// A virtual environment with `grpcio` and `grpcio-tools`, kept below `target`; or why there is none.
fn environment() -> Result<PathBuf, String> {
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("grpcio");
    let python = place.join("bin/python");
    let run = |command: &mut Command| match command.output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(String::from_utf8_lossy(&done.stderr).lines().last().unwrap_or_default().to_owned()),
        Err(error) => Err(error.to_string()),
    };
    if run(Command::new(&python).args(["-c", "import grpc, grpc_tools"])).is_ok() {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&place)).map_err(|error| format!("no Python: {error}"))?;
    let install = ["-m", "pip", "install", "--quiet", "--timeout", "20", "grpcio", "grpcio-tools"];
    run(Command::new(&python).args(install)).map_err(|error| format!("no grpcio: {error}"))?;
    Ok(python)
}

fn json(command: &mut Command) -> Value {
    let done = command.output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("one JSON document")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_client_reads_the_list_that_the_command_line_prints() {
    let python = match environment() {
        Ok(python) => python,
        Err(reason) => {
            println!("skipped: {reason}");
            return;
        }
    };
    let data = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(data.path());
    let mut enroller = Enroller::connect(&server.url).await.expect("a connection");
    for number in 0..SCANS {
        enroller.enrol(&format!("case {number}"), &turned(number)).await.expect("a scan");
    }
    let query = data.path().join("query.x3p");
    std::fs::write(&query, turned(11)).expect("a file");

    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let foreign = json(
        Command::new(python)
            .arg(here.join("tests/foreign_client.py"))
            .arg(here.join("../proto"))
            .arg(server.url.trim_start_matches("http://"))
            .arg(&query),
    );
    let own = json(Command::new(env!("CARGO_BIN_EXE_headstamp")).arg("search").arg(&query).args([
        "--server",
        &server.url,
        "--json",
    ]));
    let lines = |list: &Value| {
        let line = |line: &Value| (line["rank"].clone(), line["mark_id"].clone(), line["score"].clone());
        list["candidates"].as_array().expect("a list").iter().map(line).collect::<Vec<_>>()
    };
    // The Python client enrolled the query as well, as a specimen of its own, before it searched.
    assert_eq!(lines(&foreign).len(), SCANS + 1);
    assert_eq!(lines(&foreign), lines(&own));
    assert_eq!(foreign["candidates"][0]["specimen"], "foreign case");
    assert_eq!(foreign["candidates"][1]["specimen"], "case 0", "the same case turned by another angle");
    assert_eq!(foreign["counts"]["compared"], own["counts"]["compared"]);
}
