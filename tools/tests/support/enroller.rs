//! A client that enrols scans with keys made of their names, so that every step can be repeated after a break.

use headstamp_engine::ids::Digest;
use headstamp_proto::v1;
use headstamp_proto::v1::ingest_client::IngestClient;
use headstamp_proto::v1::records_client::RecordsClient;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use v1::upload_chunks_request::Message;

/// Size of a chunk: several a scan, so that a kill may fall between them.
const CHUNK: usize = 64 << 10;

/// A connection to a server with a partition to enrol into.
pub(crate) struct Enroller {
    records: RecordsClient<Channel>,
    ingest: IngestClient<Channel>,
    agency: String,
    partition: String,
}

impl Enroller {
    /// Connects and makes sure of agency and partition.
    pub(crate) async fn connect(url: &str) -> Result<Self, Status> {
        let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|error| Status::internal(error.to_string()))?;
        let channel = endpoint.connect().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut records = RecordsClient::new(channel.clone());
        let agency = v1::CreateAgencyRequest {
            idempotency_key: "agency".into(),
            name: "Laboratory".into(),
            country: String::new(),
        };
        let agency = records.create_agency(agency).await?.into_inner().id;
        let partition = v1::CreatePartitionRequest {
            idempotency_key: "partition".into(),
            name: "research".into(),
            kind: v1::PartitionKind::Research.into(),
            legal_basis: "test".into(),
        };
        let partition = records.create_partition(partition).await?.into_inner().id;
        Ok(Self { records, ingest: IngestClient::new(channel), agency, partition })
    }

    /// Enrols a scan as the specimen `label`, going on from what has arrived.
    pub(crate) async fn enrol(&mut self, label: &str, bytes: &[u8]) -> Result<v1::FinishUploadResponse, Status> {
        let specimen = v1::CreateSpecimenRequest {
            idempotency_key: format!("specimen {label}"),
            partition_id: self.partition.clone(),
            agency_id: self.agency.clone(),
            label: label.to_owned(),
            ..Default::default()
        };
        let specimen_id = self.records.create_specimen(specimen).await?.into_inner().id;
        let start = v1::StartUploadRequest {
            idempotency_key: format!("start {label}"),
            metadata: Some(v1::ScanMetadata { specimen_id, file_name: format!("{label}.x3p"), ..Default::default() }),
            total_bytes: bytes.len() as u64,
            sha256: Digest::of(bytes).0.to_vec(),
        };
        let upload_id = self.ingest.start_upload(start).await?.into_inner().upload_id;
        let request = v1::GetUploadOffsetRequest { upload_id: upload_id.clone() };
        let arrived = self.ingest.get_upload_offset(request).await?.into_inner();
        if !arrived.finished && arrived.offset_bytes < arrived.total_bytes {
            let from = arrived.offset_bytes as usize;
            let pieces = bytes[from..].chunks(CHUNK).enumerate().map(|(place, data)| {
                Message::Chunk(v1::UploadChunk { offset_bytes: (from + place * CHUNK) as u64, data: data.to_vec() })
            });
            let messages: Vec<_> = std::iter::once(Message::UploadId(upload_id.clone()))
                .chain(pieces)
                .map(|message| v1::UploadChunksRequest { message: Some(message) })
                .collect();
            self.ingest.upload_chunks(tokio_stream::iter(messages)).await?;
        }
        let finish = v1::FinishUploadRequest { idempotency_key: format!("finish {label}"), upload_id };
        Ok(self.ingest.finish_upload(finish).await?.into_inner())
    }
}
