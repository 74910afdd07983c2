//! `Compare`.

use super::{Api, Flow};
use headstamp_proto::v1;
use headstamp_proto::v1::compare_server::Compare;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Compare for Api {
    async fn compare(&self, request: Request<v1::CompareRequest>) -> Result<Response<v1::CompareResponse>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.compare(&call, r).await };
        self.answer("Compare/Compare", request, job).await
    }
    async fn get_comparison(
        &self,
        request: Request<v1::GetComparisonRequest>,
    ) -> Result<Response<v1::CompareResponse>, Status> {
        let job = |workflow: Flow, _, r| async move { workflow.get_comparison(&r).await };
        self.answer("Compare/GetComparison", request, job).await
    }
    async fn compare_items(
        &self,
        request: Request<v1::CompareItemsRequest>,
    ) -> Result<Response<v1::CompareItemsResponse>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.compare_items(&call, r).await };
        self.answer("Compare/CompareItems", request, job).await
    }
    async fn get_item_comparison(
        &self,
        request: Request<v1::GetComparisonRequest>,
    ) -> Result<Response<v1::CompareItemsResponse>, Status> {
        let job = |workflow: Flow, _, r| async move { workflow.get_item_comparison(&r).await };
        self.answer("Compare/GetItemComparison", request, job).await
    }
}
