//! `headstamp`: the one program. Each subcommand is one file in `cmd`.
//!
//! Contract: with `--json` standard output holds exactly one JSON document; progress and messages go to standard
//! error; the exit status is 0 only on success, 2 on bad usage and 1 on failure, with one clear line.

mod bench;
mod candidates;
mod client;
mod cmd;
mod evaluate;
mod kind;
mod manifest;
mod meaning;
mod output;
mod progress;
mod report;
mod source;
mod striation;

use clap::Parser;
use std::process::ExitCode;

/// Open ballistic comparison: breech face topographies in, ranked candidates with their evidence out.
///
/// The program lists candidates and scores. It never concludes that two marks come from one firearm: that is for an
/// examiner, who sees the marks.
#[derive(Debug, Parser)]
#[command(name = "headstamp", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: cmd::Command,
}

fn main() -> ExitCode {
    match cmd::run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", output::one_line(&error));
            ExitCode::FAILURE
        }
    }
}
