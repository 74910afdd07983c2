//! Where computations run: a bounded pool of threads beside the asynchronous ones.
//!
//! A job must not wait for a lock: while it waits for its own parts, its thread may take up another job, so a lock
//! that a job waits for may be held further down its own stack. Locks are taken before a job is handed in.

use crate::workflow::{Call, Refusal};
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// A bounded pool of threads.
#[derive(Debug)]
pub(crate) struct Pool {
    threads: rayon::ThreadPool,
    slots: Arc<Semaphore>,
    slots_max: usize,
}

impl Pool {
    /// A pool of `threads` (0 = one a core) that has at most `jobs` running or waiting.
    pub(crate) fn new(threads: usize, jobs: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|place| format!("compute-{place}"))
            // A panic ends its job, not the server: the caller sees that no answer came.
            .panic_handler(|_| tracing::error!("a computation panicked"))
            .build()?;
        Ok(Self { threads, slots: Arc::new(Semaphore::new(jobs)), slots_max: jobs })
    }

    /// Runs a job for a call. A job that has not begun when the call stops never begins.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        call: &Call,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let slot = self.slots.clone().try_acquire_owned();
        let slot = slot.map_err(|_| Refusal::Busy { max: self.slots_max })?;
        let (answer, answered) = oneshot::channel();
        let waiting = call.clone();
        self.threads.spawn(move || {
            let _slot = slot;
            let outcome = match waiting.stopped() {
                Some(refusal) => Err(refusal),
                None => Ok(job()),
            };
            // Nobody listens if the call was given up meanwhile.
            let _ = answer.send(outcome);
        });
        answered.await.unwrap_or(Err(Refusal::Broken { what: "a computation" }))
    }

    /// Runs a job of the server's own and waits for it on this thread.
    pub(crate) fn run_here<T: Send>(&self, job: impl FnOnce() -> T + Send) -> T {
        self.threads.install(job)
    }
}
