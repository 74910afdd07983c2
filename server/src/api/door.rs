//! Calls that the transport refuses before a handler sees them: unknown methods, broken or oversized messages. They get
//! a reason like all others and leave an audit event.

use super::{caller, status};
use crate::workflow::Workflow;
use headstamp_proto::REASON_METADATA;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::{HeaderValue, Request, Response};
use tower::{Layer, Service};

/// Paths of this interface; health and reflection are not evidence.
const OWN: &str = "/headstamp.v1.";
/// Longest path kept in an event, characters.
const PATH_MAX: usize = 100;

/// Puts a [`Door`] before a service.
#[derive(Clone)]
pub(crate) struct DoorLayer {
    workflow: Arc<Workflow>,
}

impl DoorLayer {
    /// Events go to the store of `workflow`.
    pub(crate) fn new(workflow: Arc<Workflow>) -> Self {
        Self { workflow }
    }
}

impl<S> Layer<S> for DoorLayer {
    type Service = Door<S>;
    fn layer(&self, inner: S) -> Door<S> {
        Door { inner, workflow: self.workflow.clone() }
    }
}

/// Looks at the answers of a service.
#[derive(Clone)]
pub(crate) struct Door<S> {
    inner: S,
    workflow: Arc<Workflow>,
}

impl<S> Service<Request<Body>> for Door<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let own = request.uri().path().starts_with(OWN);
        let actor = caller::actor(request.headers(), request.extensions());
        let action: String = request.uri().path().trim_start_matches(OWN).chars().take(PATH_MAX).collect();
        let (workflow, answering) = (self.workflow.clone(), self.inner.call(request));
        Box::pin(async move {
            let mut response = answering.await?;
            let reasoned = response.headers().contains_key(REASON_METADATA);
            // A refusal without a message has its status among the headers.
            if let Some(refused) = Status::from_header_map(response.headers()).filter(|_| own && !reasoned)
                && refused.code() != tonic::Code::Ok
            {
                let reason = status::reason_of_code(refused.code());
                let message = refused.message().to_owned();
                workflow.refused_at_the_door(actor, action, reason.to_owned(), message).await;
                response.headers_mut().insert(REASON_METADATA, HeaderValue::from_static(reason));
            }
            Ok(response)
        })
    }
}
