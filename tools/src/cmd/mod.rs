//! The subcommands, one a file.

mod bench;
mod calibrate;
mod compare;
mod convert;
mod demo;
mod enroll;
mod evaluate;
mod inspect;
mod search;
mod serve;
mod synth;

use anyhow::{Context, Result};
use clap::Subcommand;

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole walk on the scans that come with the program: enrol, search, compare.
    Demo(demo::Arguments),
    /// Run the evidence service.
    Serve(serve::Arguments),
    /// Send scans to a server.
    Enroll(enroll::Arguments),
    /// Search a server for a scan or a mark.
    Search(search::Arguments),
    /// Compare two scans, without a server.
    Compare(compare::Arguments),
    /// Turn a scan of an instrument's own format into X3P, with where it comes from kept inside.
    Convert(convert::Arguments),
    /// Say what a file of a scan holds and whether a mark can be prepared from it.
    Inspect(inspect::Arguments),
    /// Measure on scans of known source how well the method tells firearms apart.
    Evaluate(evaluate::Arguments),
    /// Measure what large galleries take and how fast they answer on this machine.
    Bench(bench::Arguments),
    /// Fit a calibration model to scores of known source: what a score means, and how far that goes.
    Calibrate(calibrate::Arguments),
    /// Write scans of firearms that do not exist, with their manifest: for tests of scale and for training.
    Synth(synth::Arguments),
}

/// Runs one subcommand.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Enroll(arguments) => enroll::run(&arguments),
        Command::Search(arguments) => search::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Calibrate(arguments) => calibrate::run(&arguments),
        Command::Synth(arguments) => synth::run(&arguments),
    }
}

/// The threads that wait for the network.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")
}
