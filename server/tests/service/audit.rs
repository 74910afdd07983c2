//! The audit trail: one event a write, a search or a refusal, and a chain that shows any change to it.

use crate::harness::{announcement, chunks, config, directory, start, testdata};
use futures::{StreamExt as _, TryStreamExt as _};
use headstamp_proto::{ACTOR_METADATA, DESCRIPTOR_SET, v1};
use prost::Message as _;
use sqlx::Connection as _;
use std::collections::BTreeSet;
use std::path::Path;
use tonic::Request;

/// Calls that only read: they leave an event only when they are refused. All others leave one whenever they are done.
const READING: [&str; 22] = [
    "Admin/Info",
    "Audit/QueryEvents",
    "Audit/Verify",
    "Compare/GetComparison",
    "Ingest/GetUploadOffset",
    "Records/GetActor",
    "Records/GetAgency",
    "Records/GetFirearm",
    "Records/GetIncident",
    "Records/GetMark",
    "Records/GetPart",
    "Records/GetPartition",
    "Records/GetScan",
    "Records/GetSpecimen",
    "Records/ListActors",
    "Records/ListAgencies",
    "Records/ListFirearms",
    "Records/ListIncidents",
    "Records/ListMarks",
    "Records/ListPartitions",
    "Records/ListParts",
    "Records/ListScans",
];
/// The last three of them.
const READING_TOO: [&str; 3] = ["Compare/GetItemComparison", "Records/ListSpecimens", "Search/GetSearch"];

/// Every method of the interface.
fn methods() -> BTreeSet<String> {
    let files = prost_types::FileDescriptorSet::decode(DESCRIPTOR_SET).expect("a descriptor set").file;
    let services = files.into_iter().filter(|file| file.package() == "headstamp.v1").flat_map(|file| file.service);
    let methods = services.flat_map(|service| {
        let name = service.name().to_owned();
        service.method.into_iter().map(move |method| format!("{name}/{}", method.name()))
    });
    methods.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_that_writes_or_searches_leaves_exactly_one_event() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let (mut records, mut ingest) = (server.records(), server.ingest());
    let actor = v1::CreateActorRequest {
        idempotency_key: "actor".into(),
        agency_id: ground.agency.clone(),
        name: "examiner 1".into(),
    };
    records.create_actor(actor).await.expect("an actor");
    let firearm = records.create_firearm(ground.firearm("A 1")).await.expect("a firearm").into_inner().id;
    let part = v1::CreatePartRequest {
        idempotency_key: "part".into(),
        firearm_id: firearm.clone(),
        kind: v1::PartKind::SlideOrBolt.into(),
        label: "slide".into(),
        ..Default::default()
    };
    let part = records.create_part(part).await.expect("a part").into_inner().id;
    let incident = v1::CreateIncidentRequest {
        idempotency_key: "incident".into(),
        partition_id: ground.crime.clone(),
        agency_id: ground.agency.clone(),
        reference: "2026/17".into(),
        ..Default::default()
    };
    records.create_incident(incident).await.expect("an incident");
    let specimen = v1::CreateSpecimenRequest { part_id: part, ..ground.test_fire("case 1", &firearm) };
    let specimen = records.create_specimen(specimen).await.expect("a specimen").into_inner().id;

    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let started = ingest.start_upload(announcement(&specimen, "scan", &bytes)).await.expect("an upload");
    let upload_id = started.into_inner().upload_id;
    let messages = chunks(&upload_id, &bytes, 0, 100_000);
    ingest.upload_chunks(futures::stream::iter(messages)).await.expect("all chunks");
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id };
    let stored = ingest.finish_upload(finish).await.expect("a scan").into_inner();
    let (scan, mark) = (stored.scan.expect("a scan").id, stored.marks[0].id.clone());
    let pieces = records.download_scan(v1::GetRequest { id: scan }).await.expect("the original").into_inner();
    let original: Vec<u8> =
        pieces.flat_map(|piece| futures::stream::iter(piece.expect("a piece").data)).collect().await;
    assert_eq!(original, bytes);

    let asked = v1::SearchRequest {
        query: Some(v1::search_request::Query::MarkId(mark.clone())),
        partition_ids: vec![ground.manufacture.clone()],
        ..Default::default()
    };
    server.search().search(asked.clone()).await.expect("a list");
    let events = server.search().search_stream(asked).await.expect("a stream").into_inner();
    events.try_collect::<Vec<_>>().await.expect("a whole stream");
    let pair = v1::CompareRequest { reference_mark_id: mark.clone(), compared_mark_id: mark, ..Default::default() };
    server.compare().compare(pair).await.expect("a comparison");
    let again = server.records().create_specimen(ground.test_fire("case 2", &firearm)).await;
    let again = again.expect("a specimen").into_inner().id;
    server.enrol(&again, "scan 2", &testdata("breech_face/fadul_02_1.x3p")).await.expect("a scan");
    let items = v1::CompareItemsRequest {
        specimen_ids: vec![specimen],
        against: Some(v1::compare_items_request::Against::OtherSpecimenId(again)),
        ..Default::default()
    };
    server.compare().compare_items(items).await.expect("findings");
    let snapshot = v1::SnapshotRequest { idempotency_key: "snapshot".into() };
    server.admin().snapshot(snapshot).await.expect("a snapshot");

    let events = server.events_after(0).await;
    let reading: BTreeSet<String> = READING.iter().chain(&READING_TOO).map(|name| name.to_string()).collect();
    for method in methods() {
        let left = events.iter().filter(|event| event.action == method && event.outcome == "done").count();
        let expected = match method.as_str() {
            // Two partitions, two specimens with a scan each.
            "Records/CreatePartition" | "Records/CreateSpecimen" => 2,
            "Ingest/StartUpload" | "Ingest/UploadChunks" | "Ingest/FinishUpload" => 2,
            _ if reading.contains(&method) => 0,
            _ => 1,
        };
        assert_eq!(left, expected, "{method} left {left} events");
    }
    assert!(reading.is_subset(&methods()));
    let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=events.len() as i64).collect::<Vec<_>>());
    let verified = server.audit().verify(v1::VerifyRequest {}).await.expect("an answer").into_inner();
    assert!(verified.intact);
    assert_eq!(verified.events, events.len() as i64);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_leaves_one_event_with_its_actor_and_reason() {
    let data = directory();
    let server = start(config(data.path())).await;
    let unknown = "00000000-0000-7000-8000-000000000000".to_owned();
    let mut request = Request::new(v1::GetRequest { id: unknown });
    request.metadata_mut().insert(ACTOR_METADATA, "examiner 1".parse().expect("text"));
    let before = server.sequence().await;
    server.records().get_firearm(request).await.expect_err("no such firearm");
    let events = server.events_after(before).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].actor, "examiner 1");
    assert_eq!(events[0].action, "Records/GetFirearm");
    assert_eq!(events[0].outcome, "UNKNOWN_FIREARM");

    // A method that does not exist never reaches a handler and leaves its event all the same.
    let mut grpc = tonic::client::Grpc::new(server.channel.clone());
    grpc.ready().await.expect("a connection");
    let path = tonic::codegen::http::uri::PathAndQuery::from_static("/headstamp.v1.Records/DeleteFirearm");
    let codec = tonic_prost::ProstCodec::<v1::GetRequest, v1::Firearm>::default();
    let refused = grpc.unary(Request::new(v1::GetRequest::default()), path, codec).await;
    assert_eq!(refused.expect_err("no such method").code(), tonic::Code::Unimplemented);
    let events = server.events_after(before + 1).await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].action.as_str(), events[0].outcome.as_str()), ("Records/DeleteFirearm", "UNKNOWN_METHOD"));
    server.stop().await;
}

/// Does to the database what the server never does.
async fn tamper(data: &Path, statement: &'static str) {
    let url = format!("sqlite://{}", data.join("evidence.sqlite").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
    sqlx::query(statement).execute(&mut connection).await.expect("a change");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_a_removed_and_a_cut_off_event_are_found_and_named() {
    let cases = [
        ("UPDATE audit_event SET actor = 'nobody' WHERE sequence = 2", 2),
        ("UPDATE audit_event SET at_micros = at_micros + 1 WHERE sequence = 1", 1),
        ("UPDATE audit_event SET detail = '{}' WHERE sequence = 3", 3),
        ("DELETE FROM audit_event WHERE sequence = 2", 2),
        ("DELETE FROM audit_event WHERE sequence = 3", 3),
    ];
    for (statement, named) in cases {
        let data = directory();
        let server = start(config(data.path())).await;
        server.ground().await;
        let mut audit = server.audit();
        let before = audit.verify(v1::VerifyRequest {}).await.expect("an answer").into_inner();
        assert!(before.intact);
        assert_eq!(before.events, 3);
        tamper(data.path(), statement).await;
        let after = audit.verify(v1::VerifyRequest {}).await.expect("an answer").into_inner();
        assert!(!after.intact, "{statement}");
        assert_eq!(after.broken_sequence, named, "{statement}: {}", after.reason);
        server.stop().await;
    }
}
