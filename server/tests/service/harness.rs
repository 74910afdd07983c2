//! A server on a free loopback port with a data directory of its own, and what tests ask of it again and again.

use headstamp_engine::ids::Digest;
use headstamp_proto::v1;
use headstamp_proto::v1::admin_client::AdminClient;
use headstamp_proto::v1::audit_client::AuditClient;
use headstamp_proto::v1::compare_client::CompareClient;
use headstamp_proto::v1::ingest_client::IngestClient;
use headstamp_proto::v1::records_client::RecordsClient;
use headstamp_proto::v1::search_client::SearchClient;
use headstamp_server::config::Config;
use headstamp_server::{ServeError, serve};
use std::path::{Path, PathBuf};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// A running server.
pub(crate) struct Running {
    /// `http://127.0.0.1:port`.
    pub(crate) url: String,
    pub(crate) channel: Channel,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

/// A fresh data directory.
pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// Settings for a free port and `data`.
pub(crate) fn config(data: &Path) -> Config {
    let listen = "127.0.0.1:0".parse().expect("an address");
    Config { listen, data: data.to_owned(), ..Config::default() }
}

/// Starts a server and connects to it.
pub(crate) async fn start(config: Config) -> Running {
    let (url, stop, served) = start_unconnected(config).await;
    let channel = Endpoint::from_shared(url.clone()).expect("a URL").connect().await.expect("a connection");
    Running { url, channel, stop, served }
}

/// Starts a server.
pub(crate) async fn start_unconnected(
    config: Config,
) -> (String, oneshot::Sender<()>, JoinHandle<Result<(), ServeError>>) {
    let (stop, stopped) = oneshot::channel();
    let (ready, address) = oneshot::channel();
    let served = tokio::spawn(serve(config, ready, async {
        let _ = stopped.await;
    }));
    let address = address.await.expect("the server starts");
    (format!("http://{address}"), stop, served)
}

impl Running {
    pub(crate) fn records(&self) -> RecordsClient<Channel> {
        RecordsClient::new(self.channel.clone())
    }
    pub(crate) fn ingest(&self) -> IngestClient<Channel> {
        IngestClient::new(self.channel.clone())
    }
    pub(crate) fn search(&self) -> SearchClient<Channel> {
        SearchClient::new(self.channel.clone())
    }
    pub(crate) fn compare(&self) -> CompareClient<Channel> {
        CompareClient::new(self.channel.clone())
    }
    pub(crate) fn audit(&self) -> AuditClient<Channel> {
        AuditClient::new(self.channel.clone())
    }
    pub(crate) fn admin(&self) -> AdminClient<Channel> {
        AdminClient::new(self.channel.clone())
    }

    /// Tells the server to stop without waiting.
    pub(crate) fn tell_to_stop(self) -> JoinHandle<Result<(), ServeError>> {
        let _ = self.stop.send(());
        self.served
    }

    /// Stops the server and waits for its end.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        drop(self.channel);
        self.served.await.expect("no panic").expect("a clean end");
    }

    /// The last sequence of the audit trail.
    pub(crate) async fn sequence(&self) -> i64 {
        self.admin().info(v1::InfoRequest {}).await.expect("info").into_inner().audit_sequence
    }

    /// Events after a sequence.
    pub(crate) async fn events_after(&self, sequence: i64) -> Vec<v1::AuditEvent> {
        let page = Some(v1::Page { size: 1000, token: sequence.to_string() });
        let request = v1::QueryEventsRequest { page, ..Default::default() };
        self.audit().query_events(request).await.expect("events").into_inner().events
    }

    /// An agency and two partitions: manufacture and crime.
    pub(crate) async fn ground(&self) -> Ground {
        let mut records = self.records();
        let agency = v1::CreateAgencyRequest {
            idempotency_key: "agency".into(),
            name: "Laboratory".into(),
            country: "AT".into(),
        };
        let agency = records.create_agency(agency).await.expect("an agency").into_inner().id;
        let mut partitions = Vec::new();
        for (name, kind) in [("manufacture", v1::PartitionKind::Manufacture), ("crime", v1::PartitionKind::Crime)] {
            let partition = v1::CreatePartitionRequest {
                idempotency_key: format!("partition {name}"),
                name: name.into(),
                kind: kind.into(),
                legal_basis: "test law, section 1".into(),
            };
            partitions.push(records.create_partition(partition).await.expect("a partition").into_inner().id);
        }
        let crime = partitions.pop().expect("two partitions");
        let manufacture = partitions.pop().expect("two partitions");
        Ground { agency, manufacture, crime }
    }
}

/// What every record needs.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) agency: String,
    pub(crate) manufacture: String,
    pub(crate) crime: String,
}

impl Ground {
    /// Asks for a firearm of the manufacture partition.
    pub(crate) fn firearm(&self, reference: &str) -> v1::CreateFirearmRequest {
        v1::CreateFirearmRequest {
            idempotency_key: format!("firearm {reference}"),
            partition_id: self.manufacture.clone(),
            agency_id: self.agency.clone(),
            reference: reference.into(),
            make: "Ruger".into(),
            calibre: Some(v1::Calibre { code: "9x19".into(), verbatim: String::new() }),
            ..Default::default()
        }
    }

    /// Asks for a test fire of a firearm.
    pub(crate) fn test_fire(&self, label: &str, firearm: &str) -> v1::CreateSpecimenRequest {
        v1::CreateSpecimenRequest {
            idempotency_key: format!("specimen {label}"),
            partition_id: self.manufacture.clone(),
            agency_id: self.agency.clone(),
            label: label.into(),
            firearm_id: firearm.into(),
            ..Default::default()
        }
    }

    /// Asks for a specimen of the crime partition whose source is not known.
    pub(crate) fn questioned(&self, label: &str) -> v1::CreateSpecimenRequest {
        v1::CreateSpecimenRequest {
            idempotency_key: format!("specimen {label}"),
            partition_id: self.crime.clone(),
            agency_id: self.agency.clone(),
            label: label.into(),
            ..Default::default()
        }
    }
}

impl Ground {
    /// Asks for a bullet with six lands, right twist, of the manufacture partition.
    pub(crate) fn bullet(&self, label: &str, firearm: &str) -> v1::CreateSpecimenRequest {
        let rifling = v1::Rifling {
            land_count: 6,
            twist: v1::Twist::Right.into(),
            basis: v1::RiflingBasis::Measured.into(),
            ..Default::default()
        };
        v1::CreateSpecimenRequest {
            kind: v1::SpecimenKind::Bullet.into(),
            characteristics: Some(v1::ClassCharacteristics { rifling: Some(rifling), ..Default::default() }),
            ..self.test_fire(label, firearm)
        }
    }
}

/// A file below `testdata`.
pub(crate) fn testdata(path: &str) -> Vec<u8> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(path);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Announces a file of a specimen.
pub(crate) fn announcement(specimen: &str, name: &str, bytes: &[u8]) -> v1::StartUploadRequest {
    v1::StartUploadRequest {
        idempotency_key: format!("start {specimen} {name}"),
        metadata: Some(v1::ScanMetadata { specimen_id: specimen.into(), file_name: name.into(), ..Default::default() }),
        total_bytes: bytes.len() as u64,
        sha256: Digest::of(bytes).0.to_vec(),
    }
}

/// Messages that send `bytes` from an offset.
pub(crate) fn chunks(upload: &str, bytes: &[u8], from: usize, size: usize) -> Vec<v1::UploadChunksRequest> {
    use v1::upload_chunks_request::Message;
    let pieces = bytes[from..].chunks(size).enumerate().map(|(place, data)| {
        Message::Chunk(v1::UploadChunk { offset_bytes: (from + place * size) as u64, data: data.to_vec() })
    });
    let messages = std::iter::once(Message::UploadId(upload.into())).chain(pieces);
    messages.map(|message| v1::UploadChunksRequest { message: Some(message) }).collect()
}

impl Running {
    /// Sends a whole file of a specimen.
    pub(crate) async fn enrol(
        &self,
        specimen: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<v1::FinishUploadResponse, Status> {
        let mut ingest = self.ingest();
        let upload = ingest.start_upload(announcement(specimen, name, bytes)).await?.into_inner().upload_id;
        let messages = chunks(&upload, bytes, 0, 256 << 10);
        ingest.upload_chunks(futures::stream::iter(messages)).await?;
        let finish = v1::FinishUploadRequest { idempotency_key: format!("finish {upload}"), upload_id: upload };
        Ok(ingest.finish_upload(finish).await?.into_inner())
    }

    /// Sends the scan of one land of a bullet.
    pub(crate) async fn enrol_land(
        &self,
        specimen: &str,
        land: u32,
        bytes: &[u8],
    ) -> Result<v1::FinishUploadResponse, Status> {
        let mut ingest = self.ingest();
        let mut announced = announcement(specimen, &format!("land {land} {}", Digest::of(bytes)), bytes);
        announced.metadata.as_mut().expect("metadata").land = land;
        let upload = ingest.start_upload(announced).await?.into_inner().upload_id;
        ingest.upload_chunks(futures::stream::iter(chunks(&upload, bytes, 0, 256 << 10))).await?;
        let finish = v1::FinishUploadRequest { idempotency_key: format!("finish {upload}"), upload_id: upload };
        Ok(ingest.finish_upload(finish).await?.into_inner())
    }

    /// A test fire with its scan from `testdata/breech_face`; the id of its mark.
    pub(crate) async fn enrol_known(&self, ground: &Ground, firearm: &str, file: &str) -> String {
        let mut records = self.records();
        let firearm = records.create_firearm(ground.firearm(firearm)).await.expect("a firearm").into_inner().id;
        let specimen = records.create_specimen(ground.test_fire(file, &firearm)).await;
        let specimen = specimen.expect("a specimen").into_inner().id;
        let scan = testdata(&format!("breech_face/{file}.x3p"));
        let stored = self.enrol(&specimen, file, &scan).await.expect("a scan");
        stored.marks.first().expect("a mark").id.clone()
    }
}

/// The machine-readable reason of a refusal.
pub(crate) fn reason(status: &Status) -> &str {
    let reason = status.metadata().get(headstamp_proto::REASON_METADATA);
    reason.and_then(|reason| reason.to_str().ok()).unwrap_or("none")
}
