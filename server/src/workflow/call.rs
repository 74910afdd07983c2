//! One call of a client: who makes it, what it is, when it has to stop.

use super::Refusal;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// One call of a client.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Who makes it.
    pub(crate) actor: String,
    /// Service and method, for example `Records/CreateFirearm`.
    pub(crate) action: &'static str,
    /// Cancelled when the client goes away, when the deadline passes or when the server stops.
    pub(crate) stop: CancellationToken,
    /// When the client stops waiting.
    pub(crate) deadline: Instant,
}

impl Call {
    /// The refusal to give if the call has to stop now.
    pub(crate) fn stopped(&self) -> Option<Refusal> {
        if Instant::now() >= self.deadline {
            Some(Refusal::DeadlineExceeded)
        } else if self.stop.is_cancelled() {
            Some(Refusal::Cancelled)
        } else {
            None
        }
    }

    /// Ends when the call has to stop.
    pub(crate) async fn until_stopped(&self) -> Refusal {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep_until(self.deadline.into()) => {}
        }
        self.stopped().unwrap_or(Refusal::Cancelled)
    }
}
