//! What a scan and a pair of striated marks cost, as CPU time of one thread.

use super::marks::{Land, prepared, turned};
use crate::evaluate::summary::median;
use crate::evaluate::timing::{CpuClock, REPEATS, spread};
use anyhow::Result;
use headstamp_engine::striae::compare::vote_ready;
use headstamp_engine::striae::{Direction, StriaKind, compare::compare_ready, land_vector};
use serde::Serialize;
use std::hint::black_box;

/// Medians in milliseconds; `None` where nothing could be timed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct CpuMs {
    /// Scan to signature.
    pub(super) prepare: Option<f64>,
    /// Signature to what an index holds of it.
    pub(super) describe: Option<f64>,
    /// Two signatures to everything an examiner is shown.
    pub(super) pair: Option<f64>,
    /// Two signatures to the vote both ways, all that a ranking needs.
    pub(super) vote: Option<f64>,
}

/// Times the steps on marks spread evenly over the manifest.
pub(super) fn measure(lands: &[Land], kind: StriaKind, turn_seed: Option<u64>) -> Result<CpuMs> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| {
        let (mut prepare, mut describe, mut pair, mut vote) = (vec![], vec![], vec![], vec![]);
        for at in spread(lands.len()) {
            let (scan, _) = turned(&lands[at].row, turn_seed)?;
            let started = CpuClock::start();
            let _ = black_box(prepared(&scan, kind));
            prepare.push(started.elapsed_ms());
            let (own, other) = (&lands[at].ready, &lands[(at + 1) % lands.len()].ready);
            let repeated = |work: &mut dyn FnMut() -> Result<()>| -> Result<f64> {
                let started = CpuClock::start();
                for _ in 0..REPEATS {
                    work()?;
                }
                Ok(started.elapsed_ms() / f64::from(REPEATS))
            };
            describe.push(repeated(&mut || {
                black_box(land_vector(own.signature()));
                Ok(())
            })?);
            pair.push(repeated(&mut || {
                black_box(compare_ready(own, other, Direction::Declared)?);
                Ok(())
            })?);
            vote.push(repeated(&mut || {
                black_box(vote_ready(own, other)?);
                Ok(())
            })?);
        }
        Ok(CpuMs { prepare: median(&prepare), describe: median(&describe), pair: median(&pair), vote: median(&vote) })
    })
}
