//! File formats: what is read is what was written, and what is broken is refused with a clear sentence.

mod round_trip;
mod shared_data;
