//! `Ingest`.

use super::{Api, Flow};
use crate::workflow::Break;
use futures::StreamExt as _;
use headstamp_proto::v1;
use headstamp_proto::v1::ingest_server::Ingest;
use tonic::{Code, Request, Response, Status, Streaming};

#[tonic::async_trait]
impl Ingest for Api {
    async fn start_upload(
        &self,
        request: Request<v1::StartUploadRequest>,
    ) -> Result<Response<v1::StartUploadResponse>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.start_upload(&call, r).await };
        self.answer("Ingest/StartUpload", request, job).await
    }

    async fn upload_chunks(
        &self,
        request: Request<Streaming<v1::UploadChunksRequest>>,
    ) -> Result<Response<v1::UploadChunksResponse>, Status> {
        let job = |workflow: Flow, call, messages: Streaming<v1::UploadChunksRequest>| async move {
            let messages = messages.map(|message| message.map_err(|status| end_of(&status)));
            workflow.upload_chunks(&call, messages).await
        };
        self.answer("Ingest/UploadChunks", request, job).await
    }

    async fn get_upload_offset(
        &self,
        request: Request<v1::GetUploadOffsetRequest>,
    ) -> Result<Response<v1::GetUploadOffsetResponse>, Status> {
        let job = |workflow: Flow, _, r| async move { workflow.upload_offset(&r).await };
        self.answer("Ingest/GetUploadOffset", request, job).await
    }

    async fn finish_upload(
        &self,
        request: Request<v1::FinishUploadRequest>,
    ) -> Result<Response<v1::FinishUploadResponse>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.finish_upload(&call, r).await };
        self.answer("Ingest/FinishUpload", request, job).await
    }
}

/// Tonic refuses a message over the limit with OUT_OF_RANGE; everything else is a connection that broke.
fn end_of(status: &Status) -> Break {
    if status.code() == Code::OutOfRange { Break::TooLarge } else { Break::Interrupted }
}
