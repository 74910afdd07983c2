//! Compiles `headstamp/v1/*.proto` without a system `protoc` and writes the descriptor set that reflection serves.

use prost::Message as _;
use std::{env, error::Error, fs, path::PathBuf};

const FILES: [&str; 7] = [
    "headstamp/v1/common.proto",
    "headstamp/v1/records.proto",
    "headstamp/v1/ingest.proto",
    "headstamp/v1/search.proto",
    "headstamp/v1/compare.proto",
    "headstamp/v1/audit.proto",
    "headstamp/v1/admin.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=headstamp");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?).join("headstamp_descriptor.bin");
    fs::write(out, descriptors.encode_to_vec())?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
