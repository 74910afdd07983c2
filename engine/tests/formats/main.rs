//! File formats: what is read is what was written, and what is broken is refused with a clear sentence.

mod broken;
mod documents;
mod instruments;
mod instruments_broken;
mod interop;
mod meaning;
mod memory;
mod mutated;
mod rasters;
mod round_trip;
mod samples;
mod shared_data;
