//! What a scan and a pair cost, as CPU time of one thread.
//!
//! Measured apart from the parallel run, in a pool of one thread, on scans and pairs spread evenly over the manifest.
//! On Linux the thread's CPU time is read from `/proc/thread-self/schedstat`; elsewhere the clock on the wall stands in.

use super::marks::{self, Mark};
use super::pairs::Pair;
use anyhow::Result;
use headstamp_engine::features::QueryOptions;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::trace::NoTrace;
use serde::Serialize;
use std::hint::black_box;
use std::time::Instant;

/// Most scans, and most pairs, that are timed.
const SAMPLES: usize = 12;
/// How often a short step is repeated: Linux counts a running thread's time in ticks of a few milliseconds.
pub(super) const REPEATS: u32 = 16;

/// Medians in milliseconds; `None` where nothing could be timed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct CpuMs {
    /// Scan to template.
    pub(crate) prepare: Option<f64>,
    /// Template to what the indexes hold and to what is asked of them.
    pub(crate) describe: Option<f64>,
    /// Two templates, nothing known of how they lie, to a comparison.
    pub(crate) pair: Option<f64>,
    /// The same from a known registration: cells in both directions.
    pub(crate) pair_registered: Option<f64>,
}

/// Times the steps.
pub(crate) fn measure(marks: &[Mark], pairs: &[Pair], kind: MarkKind, turn_seed: Option<u64>) -> Result<CpuMs> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| {
        let method = methods::newest(kind);
        let (mut prepare, mut describe, mut pair_times, mut registered) = (vec![], vec![], vec![], vec![]);
        for at in spread(marks.len()) {
            let (scan, _) = marks::scan(&marks[at].row, turn_seed)?;
            let started = CpuClock::start();
            let template = method.template(&scan, kind, &mut NoTrace);
            prepare.push(started.elapsed_ms());
            if let Ok(template) = template {
                let started = CpuClock::start();
                for _ in 0..REPEATS {
                    black_box(method.descriptor(&template));
                    black_box(method.query(&template, &QueryOptions { mirror: true }));
                }
                describe.push(started.elapsed_ms() / f64::from(REPEATS));
            }
        }
        for at in spread(pairs.len()) {
            let (a, b) = (&marks[pairs[at].a].template, &marks[pairs[at].b].template);
            let started = CpuClock::start();
            method.compare(a, b, &[], true, &mut NoTrace)?;
            pair_times.push(started.elapsed_ms());
            let started = CpuClock::start();
            for _ in 0..REPEATS {
                method.compare(a, b, &[pairs[at].registration], true, &mut NoTrace)?;
            }
            registered.push(started.elapsed_ms() / f64::from(REPEATS));
        }
        Ok(CpuMs {
            prepare: super::summary::median(&prepare),
            describe: super::summary::median(&describe),
            pair: super::summary::median(&pair_times),
            pair_registered: super::summary::median(&registered),
        })
    })
}

/// At most [`SAMPLES`] positions spread evenly over `count`.
pub(super) fn spread(count: usize) -> impl Iterator<Item = usize> {
    let samples = count.min(SAMPLES);
    (0..samples).map(move |n| n * count / samples)
}

/// CPU time of this thread, or the wall's where the system does not tell.
pub(super) struct CpuClock {
    cpu_ns: Option<u64>,
    wall: Instant,
}

impl CpuClock {
    pub(super) fn start() -> Self {
        Self { cpu_ns: cpu_ns(), wall: Instant::now() }
    }
    pub(super) fn elapsed_ms(&self) -> f64 {
        match (self.cpu_ns, cpu_ns()) {
            (Some(before), Some(now)) => now.saturating_sub(before) as f64 / 1e6,
            _ => self.wall.elapsed().as_secs_f64() * 1e3,
        }
    }
}

fn cpu_ns() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}
