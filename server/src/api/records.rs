//! `Records`.

use super::{Api, Flow};
use bytes::Bytes;
use futures::Stream;
use headstamp_proto::v1;
use headstamp_proto::v1::records_server::Records;
use std::pin::Pin;
use tonic::{Request, Response, Status};

type Pieces = Pin<Box<dyn Stream<Item = Result<v1::DownloadScanResponse, Status>> + Send>>;

/// Bytes of a file sent in one message.
const PIECE: usize = 1 << 20;

/// A file in pieces.
fn pieces(bytes: Vec<u8>) -> Pieces {
    let bytes = Bytes::from(bytes);
    let count = bytes.len().div_ceil(PIECE);
    Box::pin(futures::stream::iter((0..count).map(move |place| {
        let end = bytes.len().min((place + 1) * PIECE);
        Ok(v1::DownloadScanResponse { data: bytes[place * PIECE..end].to_vec() })
    })))
}

#[tonic::async_trait]
impl Records for Api {
    async fn create_agency(&self, request: Request<v1::CreateAgencyRequest>) -> Result<Response<v1::Agency>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_agency(&call, r).await };
        self.answer("Records/CreateAgency", request, job).await
    }
    async fn get_agency(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Agency>, Status> {
        self.answer("Records/GetAgency", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_agencies(
        &self,
        request: Request<v1::ListAgenciesRequest>,
    ) -> Result<Response<v1::ListAgenciesResponse>, Status> {
        self.answer("Records/ListAgencies", request, |workflow, _, r| async move { workflow.list_agencies(&r).await })
            .await
    }
    async fn create_actor(&self, request: Request<v1::CreateActorRequest>) -> Result<Response<v1::Actor>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_actor(&call, r).await };
        self.answer("Records/CreateActor", request, job).await
    }
    async fn get_actor(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Actor>, Status> {
        self.answer("Records/GetActor", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_actors(
        &self,
        request: Request<v1::ListActorsRequest>,
    ) -> Result<Response<v1::ListActorsResponse>, Status> {
        self.answer("Records/ListActors", request, |workflow, _, r| async move { workflow.list_actors(&r).await }).await
    }
    async fn create_partition(
        &self,
        request: Request<v1::CreatePartitionRequest>,
    ) -> Result<Response<v1::Partition>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_partition(&call, r).await };
        self.answer("Records/CreatePartition", request, job).await
    }
    async fn get_partition(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Partition>, Status> {
        self.answer("Records/GetPartition", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_partitions(
        &self,
        request: Request<v1::ListPartitionsRequest>,
    ) -> Result<Response<v1::ListPartitionsResponse>, Status> {
        self.answer(
            "Records/ListPartitions",
            request,
            |workflow, _, r| async move { workflow.list_partitions(&r).await },
        )
        .await
    }
    async fn create_incident(
        &self,
        request: Request<v1::CreateIncidentRequest>,
    ) -> Result<Response<v1::Incident>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_incident(&call, r).await };
        self.answer("Records/CreateIncident", request, job).await
    }
    async fn get_incident(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Incident>, Status> {
        self.answer("Records/GetIncident", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_incidents(
        &self,
        request: Request<v1::ListIncidentsRequest>,
    ) -> Result<Response<v1::ListIncidentsResponse>, Status> {
        self.answer("Records/ListIncidents", request, |workflow, _, r| async move { workflow.list_incidents(&r).await })
            .await
    }
    async fn create_firearm(
        &self,
        request: Request<v1::CreateFirearmRequest>,
    ) -> Result<Response<v1::Firearm>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_firearm(&call, r).await };
        self.answer("Records/CreateFirearm", request, job).await
    }
    async fn get_firearm(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Firearm>, Status> {
        self.answer("Records/GetFirearm", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_firearms(
        &self,
        request: Request<v1::ListFirearmsRequest>,
    ) -> Result<Response<v1::ListFirearmsResponse>, Status> {
        self.answer("Records/ListFirearms", request, |workflow, _, r| async move { workflow.list_firearms(&r).await })
            .await
    }
    async fn create_part(&self, request: Request<v1::CreatePartRequest>) -> Result<Response<v1::Part>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_part(&call, r).await };
        self.answer("Records/CreatePart", request, job).await
    }
    async fn get_part(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Part>, Status> {
        self.answer("Records/GetPart", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_parts(
        &self,
        request: Request<v1::ListPartsRequest>,
    ) -> Result<Response<v1::ListPartsResponse>, Status> {
        self.answer("Records/ListParts", request, |workflow, _, r| async move { workflow.list_parts(&r).await }).await
    }
    async fn create_specimen(
        &self,
        request: Request<v1::CreateSpecimenRequest>,
    ) -> Result<Response<v1::Specimen>, Status> {
        let job = |workflow: Flow, call, r| async move { workflow.create_specimen(&call, r).await };
        self.answer("Records/CreateSpecimen", request, job).await
    }
    async fn get_specimen(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Specimen>, Status> {
        self.answer("Records/GetSpecimen", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_specimens(
        &self,
        request: Request<v1::ListSpecimensRequest>,
    ) -> Result<Response<v1::ListSpecimensResponse>, Status> {
        self.answer("Records/ListSpecimens", request, |workflow, _, r| async move { workflow.list_specimens(&r).await })
            .await
    }
    async fn get_scan(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Scan>, Status> {
        self.answer("Records/GetScan", request, |workflow, _, r| async move { workflow.get_scan(&r).await }).await
    }
    async fn list_scans(
        &self,
        request: Request<v1::ListScansRequest>,
    ) -> Result<Response<v1::ListScansResponse>, Status> {
        self.answer("Records/ListScans", request, |workflow, _, r| async move { workflow.list_scans(&r).await }).await
    }
    async fn get_mark(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::Mark>, Status> {
        self.answer("Records/GetMark", request, |workflow, _, r| async move { workflow.get(&r).await }).await
    }
    async fn list_marks(
        &self,
        request: Request<v1::ListMarksRequest>,
    ) -> Result<Response<v1::ListMarksResponse>, Status> {
        self.answer("Records/ListMarks", request, |workflow, _, r| async move { workflow.list_marks(&r).await }).await
    }

    type DownloadScanStream = Pieces;

    async fn download_scan(&self, request: Request<v1::GetRequest>) -> Result<Response<Pieces>, Status> {
        let original = |workflow: Flow, call, r| async move { workflow.original(&call, &r).await };
        let bytes = self.answer("Records/DownloadScan", request, original).await?.into_inner();
        Ok(Response::new(pieces(bytes)))
    }
}
