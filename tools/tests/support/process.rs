//! `headstamp serve` as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `headstamp serve`; killed when dropped.
pub(crate) struct ServerProcess {
    /// `http://127.0.0.1:port`.
    pub(crate) url: String,
    child: Child,
}

impl ServerProcess {
    /// Starts a server on a free port and waits until it takes calls.
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_headstamp"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("headstamp serve starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut told = Vec::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the server ended:\n{}", told.join("\n")) };
            if let Some(url) = line.strip_prefix("headstamp listens on ") {
                break url.trim().to_owned();
            }
            told.push(line);
        };
        // The pipe has to be read on, or the server would wait for room in it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { url, child }
    }

    /// SIGKILL: no time for last words.
    pub(crate) fn kill(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
