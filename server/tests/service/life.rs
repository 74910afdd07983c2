//! The life of a server: certificates, health, reflection, deadlines, cancellation, drain.

use crate::harness::{Ground, Running, announcement, chunks, config, directory, start, start_unconnected, testdata};
use headstamp_proto::v1;
use headstamp_proto::v1::admin_client::AdminClient;
use headstamp_proto::v1::records_client::RecordsClient;
use headstamp_server::config::Tls;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::Path;
use std::time::{Duration, Instant};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use v1::search_request::Query;

/// An authority and what it signed, PEM.
struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// A certificate for `localhost` and its key.
    fn sign(&self) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

/// Writes the files of a server's certificates.
fn files(directory: &Path, server: &Authority, clients: Option<&Authority>) -> Tls {
    let (certificate, key) = server.sign();
    let write = |name: &str, text: &str| {
        let path = directory.join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    Tls {
        certificate: write("server.pem", &certificate),
        key: write("server.key", &key),
        client_authority: clients.map(|clients| write("clients.pem", &clients.certificate)),
    }
}

async fn connect(url: &str, tls: ClientTlsConfig) -> Result<Channel, tonic::transport::Error> {
    let url = url.replace("http://", "https://");
    Endpoint::from_shared(url).expect("a URL").tls_config(tls.domain_name("localhost")).expect("TLS").connect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_only_clients_that_trust_it_get_through() {
    let (data, pems) = (directory(), directory());
    let authority = Authority::new();
    let mut settings = config(data.path());
    settings.tls = Some(files(pems.path(), &authority, None));
    let (url, stop, served) = start_unconnected(settings).await;
    let trusting = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&authority.certificate));
    let channel = connect(&url, trusting).await.expect("a connection");
    AdminClient::new(channel).info(v1::InfoRequest {}).await.expect("info");
    let stranger = Certificate::from_pem(&Authority::new().certificate);
    assert!(connect(&url, ClientTlsConfig::new().ca_certificate(stranger)).await.is_err());
    let plain = Endpoint::from_shared(url).expect("a URL").connect_lazy();
    assert!(AdminClient::new(plain).info(v1::InfoRequest {}).await.is_err());
    let _ = stop.send(());
    served.await.expect("no panic").expect("a clean end");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_client_authority_a_client_needs_its_certificate_and_is_named_by_it() {
    let (data, pems) = (directory(), directory());
    let (authority, clients) = (Authority::new(), Authority::new());
    let mut settings = config(data.path());
    settings.tls = Some(files(pems.path(), &authority, Some(&clients)));
    let (url, stop, served) = start_unconnected(settings).await;
    let trusting = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&authority.certificate));
    let unknown = connect(&url, trusting.clone()).await;
    let refused = match unknown {
        Err(_) => true,
        Ok(channel) => AdminClient::new(channel).info(v1::InfoRequest {}).await.is_err(),
    };
    assert!(refused, "a client without a certificate got through");

    let (certificate, key) = clients.sign();
    let known = trusting.identity(Identity::from_pem(&certificate, &key));
    let channel = connect(&url, known).await.expect("a connection");
    let agency =
        v1::CreateAgencyRequest { idempotency_key: "agency".into(), name: "Laboratory".into(), country: String::new() };
    RecordsClient::new(channel.clone()).create_agency(agency).await.expect("an agency");
    let events = v1::audit_client::AuditClient::new(channel).query_events(v1::QueryEventsRequest::default()).await;
    let actor = events.expect("events").into_inner().events[0].actor.clone();
    assert!(actor.starts_with("certificate:") && actor.len() == "certificate:".len() + 64, "{actor}");
    let _ = stop.send(());
    served.await.expect("no panic").expect("a clean end");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_reflection_know_every_service() {
    let data = directory();
    let server = start(config(data.path())).await;
    let services =
        ["Ingest", "Records", "Search", "Compare", "Audit", "Admin"].map(|name| format!("headstamp.v1.{name}"));
    for service in services.iter().map(String::as_str).chain([""]) {
        let request = HealthCheckRequest { service: service.to_owned() };
        let health = HealthClient::new(server.channel.clone()).check(request).await.expect("a status").into_inner();
        assert_eq!(health.status(), ServingStatus::Serving, "{service}");
    }
    macro_rules! listed {
        ($version:ident) => {{
            use tonic_reflection::pb::$version as pb;
            let ask = pb::ServerReflectionRequest {
                host: String::new(),
                message_request: Some(pb::server_reflection_request::MessageRequest::ListServices(String::new())),
            };
            let mut client = pb::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
            let answers = client.server_reflection_info(futures::stream::iter([ask])).await.expect("answers");
            let answer = answers.into_inner().message().await.expect("an answer").expect("an answer");
            match answer.message_response {
                Some(pb::server_reflection_response::MessageResponse::ListServicesResponse(list)) => {
                    list.service.into_iter().map(|service| service.name).collect::<Vec<_>>()
                }
                _ => Vec::new(),
            }
        }};
    }
    for listed in [listed!(v1), listed!(v1alpha)] {
        assert!(services.iter().all(|service| listed.contains(service)), "{listed:?}");
    }
    server.stop().await;
}

/// A specimen of the crime partition.
async fn specimen(server: &Running, ground: &Ground) -> String {
    let specimen = server.records().create_specimen(ground.questioned("case")).await;
    specimen.expect("a specimen").into_inner().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_lets_a_running_call_end_and_takes_no_new_connection() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let specimen = specimen(&server, &ground).await;
    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let upload = server.ingest().start_upload(announcement(&specimen, "scan", &bytes)).await.expect("an upload");
    let upload = upload.into_inner().upload_id;
    let messages = chunks(&upload, &bytes, 0, 100_000);
    let (send, sent) = tokio::sync::mpsc::channel(1);
    let mut ingest = server.ingest();
    let uploading =
        tokio::spawn(async move { ingest.upload_chunks(tokio_stream::wrappers::ReceiverStream::new(sent)).await });
    let (first, rest) = messages.split_at(3);
    for message in first {
        send.send(message.clone()).await.expect("an open stream");
    }
    let url = server.url.clone();
    let served = server.tell_to_stop();
    let mut refused = false;
    for _ in 0..200 {
        refused = Endpoint::from_shared(url.clone()).expect("a URL").connect().await.is_err();
        if refused {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(refused, "new connections are still taken");
    for message in rest {
        send.send(message.clone()).await.expect("the stream is still open");
    }
    drop(send);
    let arrived = uploading.await.expect("no panic").expect("the call ends well").into_inner();
    assert_eq!(arrived.offset_bytes, bytes.len() as u64);
    served.await.expect("no panic").expect("a clean end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_end_is_cut_at_the_drain_limit() {
    let data = directory();
    let mut settings = config(data.path());
    settings.limits.drain_seconds = 1;
    let server = start(settings).await;
    let mut watcher = HealthClient::new(server.channel.clone());
    let mut watch = watcher.watch(HealthCheckRequest::default()).await.expect("a stream").into_inner();
    let first = watch.message().await.expect("a status").expect("a status");
    assert_eq!(first.status(), ServingStatus::Serving);
    let told = Instant::now();
    let served = server.tell_to_stop();
    let last = watch.message().await.expect("a status").expect("a status");
    assert_eq!(last.status(), ServingStatus::NotServing);
    served.await.expect("no panic").expect("a clean end");
    let took = told.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?} for a limit of 1 s");
}

/// Eleven scans enrolled; the first mark.
async fn enrolled(server: &Running) -> (Ground, String) {
    let ground = server.ground().await;
    let files = ["fadul_01_1", "fadul_02_1", "fadul_03_1", "fadul_04_2", "TW01-02", "TW01-03", "TW02-01", "TW02-02"];
    let mut marks = Vec::new();
    for file in files {
        marks.push(server.enrol_known(&ground, file, file).await);
    }
    (ground, marks.swap_remove(0))
}

/// Waits until the outcome of a search is in the audit trail.
async fn outcome(server: &Running, action: &str, after: i64) -> String {
    loop {
        let events = server.events_after(after).await;
        if let Some(event) = events.into_iter().find(|event| event.action == action) {
            return event.outcome;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_and_a_client_that_goes_away_stop_a_running_search() {
    let data = directory();
    let mut settings = config(data.path());
    settings.limits.threads = 1;
    let server = start(settings).await;
    let (ground, mark) = enrolled(&server).await;
    let request = v1::SearchRequest {
        query: Some(Query::MarkId(mark)),
        partition_ids: vec![ground.manufacture],
        exhaustive: true,
        ..Default::default()
    };
    let after = server.sequence().await;
    let mut hurried = Request::new(request.clone());
    hurried.set_timeout(Duration::from_millis(30));
    let status = server.search().search(hurried).await.expect_err("30 ms are not enough for 8 comparisons");
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    assert_eq!(outcome(&server, "Search/Search", after).await, "DEADLINE_EXCEEDED");

    let after = server.sequence().await;
    let mut news = server.search().search_stream(request.clone()).await.expect("a stream").into_inner();
    news.message().await.expect("news").expect("the first answer");
    drop(news);
    assert_eq!(outcome(&server, "Search/SearchStream", after).await, "CANCELLED");

    // The next one is served as if nothing had happened.
    let list = server.search().search(request).await.expect("a list").into_inner();
    assert_eq!(list.counts.expect("counts").compared, 7);
    server.stop().await;
}
