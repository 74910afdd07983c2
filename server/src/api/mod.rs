//! Thin gRPC handlers: each names its action and hands the message to one use case.
//!
//! A use case runs in a task of its own, so that a client that goes away cannot leave it between two steps: its change
//! and its audit event are written together or not at all. What goes away with the client is only the wish to go on.

mod admin;
mod audit;
mod caller;
mod compare;
mod door;
mod ingest;
mod records;
mod search;
mod status;

pub(crate) use door::DoorLayer;

use crate::workflow::{Call, Refusal, Workflow};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

/// What a handler works with.
type Flow = Arc<Workflow>;

/// The handlers of all services.
#[derive(Clone)]
pub(crate) struct Api {
    workflow: Arc<Workflow>,
    calls: Arc<Semaphore>,
    calls_max: usize,
    patience: Duration,
    /// Cancelled when the server has waited long enough for running calls.
    stop: CancellationToken,
}

impl Api {
    /// Handlers that give up when `stop` is cancelled.
    pub(crate) fn new(workflow: Arc<Workflow>, stop: CancellationToken) -> Self {
        let calls_max = workflow.limits.calls;
        let patience = Duration::from_secs(workflow.limits.call_seconds);
        Self { calls: Arc::new(Semaphore::new(calls_max)), calls_max, patience, stop, workflow }
    }

    /// What a request says about its caller.
    fn call<T>(&self, action: &'static str, request: &Request<T>) -> Call {
        let headers = request.metadata().as_ref();
        Call {
            actor: caller::actor(headers, request.extensions()),
            action,
            stop: self.stop.child_token(),
            deadline: Instant::now() + caller::patience(headers, self.patience),
        }
    }

    /// Runs a use case in a task of its own; its refusal leaves an event there.
    fn spawn<A, F, Fut>(&self, call: Call, job: F) -> tokio::task::JoinHandle<Result<A, Refusal>>
    where
        A: Send + 'static,
        F: FnOnce(Arc<Workflow>, Call) -> Fut + Send + 'static,
        Fut: Future<Output = Result<A, Refusal>> + Send,
    {
        let (workflow, calls, max) = (self.workflow.clone(), self.calls.clone(), self.calls_max);
        tokio::spawn(async move {
            let outcome = match calls.try_acquire_owned() {
                Ok(_running) => job(workflow.clone(), call.clone()).await,
                Err(_) => Err(Refusal::TooManyCalls { max }),
            };
            if let Err(refusal) = &outcome {
                workflow.refused(&call, refusal).await;
            }
            outcome
        })
    }

    /// Answers a unary call.
    async fn answer<T, A, F, Fut>(
        &self,
        action: &'static str,
        request: Request<T>,
        job: F,
    ) -> Result<Response<A>, Status>
    where
        T: Send + 'static,
        A: Send + 'static,
        F: FnOnce(Arc<Workflow>, Call, T) -> Fut + Send + 'static,
        Fut: Future<Output = Result<A, Refusal>> + Send,
    {
        let call = self.call(action, &request);
        let message = request.into_inner();
        // Dropped with this future when the client goes away.
        let _stop = call.stop.clone().drop_guard();
        let task = self.spawn(call.clone(), move |workflow, call| job(workflow, call, message));
        let outcome = tokio::select! {
            outcome = task => outcome.unwrap_or(Err(Refusal::Broken { what: "a call" })),
            refusal = call.until_stopped() => Err(refusal),
        };
        outcome.map(Response::new).map_err(|refusal| status::of(&refusal))
    }
}
