//! `Search`.

use super::{Api, Flow, status};
use crate::workflow::Refusal;
use futures::Stream;
use headstamp_proto::v1;
use headstamp_proto::v1::search_server::Search;
use headstamp_proto::v1::search_stream_response::Event;
use std::pin::Pin;
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

/// News that may wait for a client.
const NEWS_MAX: usize = 16;

type News = Pin<Box<dyn Stream<Item = Result<v1::SearchStreamResponse, Status>> + Send>>;

#[tonic::async_trait]
impl Search for Api {
    async fn search(&self, request: Request<v1::SearchRequest>) -> Result<Response<v1::SearchResponse>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.search(&call, r, None).await };
        self.answer("Search/Search", request, job).await
    }

    type SearchStreamStream = News;

    async fn search_stream(&self, request: Request<v1::SearchRequest>) -> Result<Response<News>, Status> {
        let call = self.call("Search/SearchStream", &request);
        let message = request.into_inner();
        let (tell, told) = mpsc::channel(NEWS_MAX);
        let (ends, end) = mpsc::channel(1);
        let stop = call.stop.clone();
        let searching =
            self.spawn(call, move |workflow, call| async move { workflow.search(&call, message, Some(tell)).await });
        tokio::spawn(async move {
            let outcome = tokio::select! {
                outcome = searching => outcome.unwrap_or(Err(Refusal::Broken { what: "a call" })),
                () = ends.closed() => {
                    stop.cancel();
                    return;
                }
            };
            let last = match outcome {
                Ok(complete) => Ok(v1::SearchStreamResponse { event: Some(Event::Complete(complete)) }),
                Err(refusal) => Err(status::of(&refusal)),
            };
            // The client may have gone in this moment: the list is kept and can be fetched.
            let _ = ends.send(last).await;
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(told).map(Ok).chain(ReceiverStream::new(end)))))
    }

    async fn get_search(&self, request: Request<v1::GetSearchRequest>) -> Result<Response<v1::SearchResponse>, Status> {
        self.answer("Search/GetSearch", request, |workflow, _, r| async move { workflow.get_search(&r).await }).await
    }
}
