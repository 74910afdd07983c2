//! `Admin`.

use super::{Api, Flow};
use headstamp_proto::v1;
use headstamp_proto::v1::admin_server::Admin;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Admin for Api {
    async fn info(&self, request: Request<v1::InfoRequest>) -> Result<Response<v1::InfoResponse>, Status> {
        self.answer("Admin/Info", request, |workflow, _, _| async move { workflow.info().await }).await
    }
    async fn snapshot(&self, request: Request<v1::SnapshotRequest>) -> Result<Response<v1::SnapshotResponse>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.snapshot(&call, r).await };
        self.answer("Admin/Snapshot", request, job).await
    }
}
