//! `Audit`.

use super::Api;
use headstamp_proto::v1;
use headstamp_proto::v1::audit_server::Audit;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Audit for Api {
    async fn query_events(
        &self,
        request: Request<v1::QueryEventsRequest>,
    ) -> Result<Response<v1::QueryEventsResponse>, Status> {
        self.answer("Audit/QueryEvents", request, |workflow, _, r| async move { workflow.query_events(&r).await }).await
    }
    async fn verify(&self, request: Request<v1::VerifyRequest>) -> Result<Response<v1::VerifyResponse>, Status> {
        self.answer("Audit/Verify", request, |workflow, _, _| async move { workflow.verify_audit().await }).await
    }
}
