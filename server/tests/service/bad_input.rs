//! Bad input: a clear status, one event, nothing half-written, and the server stays up.

use crate::harness::{Running, announcement, chunks, config, directory, reason, start, testdata};
use headstamp_proto::v1;
use std::path::{Path, PathBuf};
use tonic::Code;

/// Files below a directory.
fn files(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).map(|entries| entries.flatten().collect::<Vec<_>>());
    entries
        .unwrap_or_default()
        .into_iter()
        .map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 })
        .sum()
}

/// Scans, marks and blobs held.
async fn held(server: &Running, data: &Path) -> (u64, u64, usize) {
    let info = server.admin().info(v1::InfoRequest {}).await.expect("info").into_inner();
    (info.scans, info.marks, files(&data.join("blobs")))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_file_is_refused_and_leaves_nothing_but_its_event() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let specimen = server.records().create_specimen(ground.questioned("case")).await;
    let specimen = specimen.expect("a specimen").into_inner().id;
    let broken = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/broken");
    let mut names: Vec<_> = std::fs::read_dir(&broken).expect("broken samples").flatten().collect();
    names.sort_by_key(|entry| entry.file_name());
    assert!(names.len() >= 10, "{} broken samples", names.len());
    let mut refused = 0;
    for entry in names {
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(entry.path()).expect("a sample");
        let before = held(&server, data.path()).await;
        match server.enrol(&specimen, &name, &bytes).await {
            Err(status) => {
                let expected = if bytes.is_empty() { "FIELD_MISSING" } else { "UNREADABLE_FILE" };
                assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, expected), "{name}: {status:?}");
                assert!(!status.message().is_empty());
                assert_eq!(held(&server, data.path()).await, before, "{name} left something");
                refused += 1;
            }
            // Some are readable files that merely hold no mark: kept, with a note, without a mark.
            Ok(stored) => {
                assert!(stored.marks.is_empty(), "{name} gave a mark");
                assert!(!stored.quality_notes.is_empty(), "{name} has no note");
            }
        }
    }
    assert!(refused >= 10, "{refused} were refused");
    assert_eq!(files(&data.path().join("uploads")), 0, "staging files are left");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_out_of_order_beyond_the_end_or_too_large_are_refused() {
    let data = directory();
    let mut settings = config(data.path());
    settings.limits.chunk_bytes = 100_000;
    settings.limits.message_bytes = 1 << 20;
    let server = start(settings).await;
    let ground = server.ground().await;
    let specimen = server.records().create_specimen(ground.questioned("case")).await;
    let specimen = specimen.expect("a specimen").into_inner().id;
    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let mut ingest = server.ingest();
    let upload = ingest.start_upload(announcement(&specimen, "scan", &bytes)).await.expect("an upload");
    let upload = upload.into_inner().upload_id;
    let all = chunks(&upload, &bytes, 0, 50_000);

    let skipped = vec![all[0].clone(), all[1].clone(), all[3].clone()];
    let status = ingest.upload_chunks(futures::stream::iter(skipped)).await.expect_err("a gap");
    assert_eq!((status.code(), reason(&status)), (Code::OutOfRange, "CHUNK_OUT_OF_ORDER"));
    assert!(status.message().contains("50000"), "{}", status.message());

    let unnamed = vec![all[1].clone()];
    let status = ingest.upload_chunks(futures::stream::iter(unnamed)).await.expect_err("no upload named");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "MESSAGE_OUT_OF_PLACE"));

    let large = chunks(&upload, &bytes, 50_000, 200_000);
    let status = ingest.upload_chunks(futures::stream::iter(large)).await.expect_err("a large chunk");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "CHUNK_TOO_LARGE"));

    let huge: Vec<u8> = vec![0; 2 << 20];
    let huge = chunks(&upload, &huge, 0, 2 << 20);
    let status = ingest.upload_chunks(futures::stream::iter(huge)).await.expect_err("a huge message");
    assert_eq!((status.code(), reason(&status)), (Code::OutOfRange, "MESSAGE_TOO_LARGE"));

    let mut longer = bytes[50_000..].to_vec();
    longer.extend([0; 1000]);
    let beyond: Vec<_> = chunks(&upload, &[vec![0; 50_000], longer].concat(), 50_000, 50_000);
    let status = ingest.upload_chunks(futures::stream::iter(beyond)).await.expect_err("too many bytes");
    assert_eq!((status.code(), reason(&status)), (Code::OutOfRange, "CHUNK_BEYOND_END"));

    let finish = v1::FinishUploadRequest { idempotency_key: "early".into(), upload_id: upload.clone() };
    let status = ingest.finish_upload(finish).await.expect_err("an incomplete upload");
    assert_eq!((status.code(), reason(&status)), (Code::FailedPrecondition, "UPLOAD_INCOMPLETE"));

    // After all that the upload is as good as ever.
    let request = v1::GetUploadOffsetRequest { upload_id: upload.clone() };
    let arrived = ingest.get_upload_offset(request).await.expect("an offset").into_inner().offset_bytes;
    let rest = chunks(&upload, &bytes, arrived as usize, 50_000);
    ingest.upload_chunks(futures::stream::iter(rest)).await.expect("the rest");
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id: upload };
    assert_eq!(ingest.finish_upload(finish).await.expect("a scan").into_inner().marks.len(), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_sha_256_is_refused_and_the_file_can_be_sent_again() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let specimen = server.records().create_specimen(ground.questioned("case")).await;
    let specimen = specimen.expect("a specimen").into_inner().id;
    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let mut ingest = server.ingest();
    let upload = ingest.start_upload(announcement(&specimen, "scan", &bytes)).await.expect("an upload");
    let upload = upload.into_inner().upload_id;
    let mut damaged = bytes.clone();
    damaged[1000] ^= 1;
    ingest.upload_chunks(futures::stream::iter(chunks(&upload, &damaged, 0, 100_000))).await.expect("all chunks");
    let before = held(&server, data.path()).await;
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id: upload.clone() };
    let status = ingest.finish_upload(finish.clone()).await.expect_err("one wrong bit");
    assert_eq!((status.code(), reason(&status)), (Code::DataLoss, "SHA256_MISMATCH"));
    assert_eq!(held(&server, data.path()).await, before);
    ingest.upload_chunks(futures::stream::iter(chunks(&upload, &bytes, 0, 100_000))).await.expect("all chunks again");
    assert_eq!(ingest.finish_upload(finish).await.expect("a scan").into_inner().marks.len(), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_the_size_limit_is_refused_before_a_byte_is_sent() {
    let data = directory();
    let mut settings = config(data.path());
    settings.limits.file_bytes = 100_000;
    let server = start(settings).await;
    let ground = server.ground().await;
    let specimen = server.records().create_specimen(ground.questioned("case")).await;
    let specimen = specimen.expect("a specimen").into_inner().id;
    let announced = announcement(&specimen, "large", &vec![0; 1_000_000]);
    let status = server.ingest().start_upload(announced).await.expect_err("too large");
    assert_eq!((status.code(), reason(&status)), (Code::ResourceExhausted, "FILE_TOO_LARGE"));
    assert!(status.message().contains("1000000") && status.message().contains("100000"), "{}", status.message());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_records_and_broken_requests_have_each_their_reason() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mut records = server.records();
    let nowhere = "00000000-0000-7000-8000-000000000000".to_owned();
    let elsewhere = v1::CreateFirearmRequest { partition_id: nowhere.clone(), ..ground.firearm("A 1") };
    let status = records.create_firearm(elsewhere).await.expect_err("no such partition");
    assert_eq!((status.code(), reason(&status)), (Code::NotFound, "UNKNOWN_PARTITION"));
    let words = v1::CreateFirearmRequest { partition_id: "the big one".into(), ..ground.firearm("A 1") };
    let status = records.create_firearm(words).await.expect_err("not an id");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "NOT_AN_ID"));
    let nul = v1::CreateFirearmRequest { make: "Rug\0er".into(), ..ground.firearm("A 1") };
    let status = records.create_firearm(nul).await.expect_err("a NUL character");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "FIELD_NOT_TEXT"));
    let long = v1::CreateFirearmRequest { make: "x".repeat(201), ..ground.firearm("A 1") };
    let status = records.create_firearm(long).await.expect_err("a long name");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "FIELD_TOO_LONG"));

    let asked = |partition_ids| v1::SearchRequest {
        query: Some(v1::search_request::Query::MarkId(nowhere.clone())),
        partition_ids,
        ..Default::default()
    };
    let status = server.search().search(asked(vec![])).await.expect_err("no partition named");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "NO_PARTITION"));
    let status = server.search().search(asked(vec![nowhere.clone()])).await.expect_err("no such partition");
    assert_eq!((status.code(), reason(&status)), (Code::NotFound, "UNKNOWN_PARTITION"));
    let status = server.search().search(asked(vec![ground.crime.clone()])).await.expect_err("no such mark");
    assert_eq!((status.code(), reason(&status)), (Code::NotFound, "UNKNOWN_MARK"));
    let scan = v1::QueryScan { data: b"not a scan".to_vec(), ..Default::default() };
    let text =
        v1::SearchRequest { query: Some(v1::search_request::Query::Scan(scan)), ..asked(vec![ground.crime.clone()]) };
    let status = server.search().search(text).await.expect_err("not a scan");
    assert_eq!((status.code(), reason(&status)), (Code::InvalidArgument, "UNREADABLE_FILE"));
    server.stop().await;
}
