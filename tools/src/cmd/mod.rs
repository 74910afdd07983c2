//! The subcommands, one a file.

mod calibrate;
mod evaluate;
mod inspect;

use anyhow::Result;
use clap::Subcommand;
use headstamp_engine::marks::MarkKind;

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a file of a scan holds and whether a mark can be prepared from it.
    Inspect(inspect::Arguments),
    /// Measure on scans of known source how well the method tells firearms apart.
    Evaluate(evaluate::Arguments),
    /// Fit a calibration model to scores of known source: what a score means, and how far that goes.
    Calibrate(calibrate::Arguments),
}

/// Runs one subcommand.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Calibrate(arguments) => calibrate::run(&arguments),
    }
}

/// Reads the code of a mark kind on the command line.
fn mark_kind(code: &str) -> Result<MarkKind, String> {
    MarkKind::from_code(code).ok_or_else(|| {
        let known: Vec<_> = MarkKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("unknown kind of mark; known: {}", known.join(", "))
    })
}
