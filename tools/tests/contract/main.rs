//! The command contract from outside: the real program is run, its exit status, standard output and files are read.

mod bullets;
mod compare;
mod convert;
mod demo;
mod evaluate;
#[path = "../support/process.rs"]
mod process;
mod program;
mod search;
mod synth;
mod usage;
