//! Files in: whole, resumed, repeated.

use crate::harness::{Ground, Running, announcement, chunks, config, directory, start, testdata};
use headstamp_proto::v1;
use std::time::Duration;

/// A specimen of a new firearm.
async fn specimen(server: &Running, ground: &Ground, label: &str) -> String {
    let mut records = server.records();
    let firearm = records.create_firearm(ground.firearm(label)).await.expect("a firearm").into_inner().id;
    records.create_specimen(ground.test_fire(label, &firearm)).await.expect("a specimen").into_inner().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_upload_goes_on_where_it_broke() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let specimen = specimen(&server, &ground, "case 1").await;
    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let mut ingest = server.ingest();
    let announced = announcement(&specimen, "scan", &bytes);
    let upload = ingest.start_upload(announced.clone()).await.expect("an upload").into_inner().upload_id;

    // Three chunks arrive, then the client goes away without ending the stream.
    let (send, sent) = tokio::sync::mpsc::channel(8);
    let stream = tokio_stream::wrappers::ReceiverStream::new(sent);
    let mut broken = server.ingest();
    let uploading = tokio::spawn(async move { broken.upload_chunks(stream).await });
    for message in chunks(&upload, &bytes, 0, 64 << 10).into_iter().take(4) {
        send.send(message).await.expect("an open stream");
    }
    let offset = || v1::GetUploadOffsetRequest { upload_id: upload.clone() };
    while ingest.get_upload_offset(offset()).await.expect("an offset").into_inner().offset_bytes < 3 * (64 << 10) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    uploading.abort();
    let _ = uploading.await;
    // The transport shows a cancelled stream as broken or as ended: either way it leaves its event.
    while server.events_after(0).await.iter().all(|event| event.action != "Ingest/UploadChunks") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let arrived = ingest.start_upload(announced).await.expect("the same upload").into_inner();
    assert_eq!(arrived.upload_id, upload);
    assert_eq!(arrived.offset_bytes, 3 * (64 << 10));
    let rest = chunks(&upload, &bytes, 3 * (64 << 10), 64 << 10);
    let arrived = ingest.upload_chunks(futures::stream::iter(rest)).await.expect("the rest").into_inner();
    assert_eq!(arrived.offset_bytes, bytes.len() as u64);
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id: upload.clone() };
    let stored = ingest.finish_upload(finish.clone()).await.expect("a scan").into_inner();
    assert_eq!(stored.marks.len(), 1);
    assert_eq!(stored.marks[0].method, "impression/1");
    assert_eq!(stored.scan.as_ref().map(|scan| scan.format.as_str()), Some("X3P"));
    let again = ingest.finish_upload(finish).await.expect("the first answer").into_inner();
    assert_eq!(stored, again);
    assert!(ingest.get_upload_offset(offset()).await.expect("an offset").into_inner().finished);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_may_start_its_own_upload() {
    use v1::upload_chunks_request::Message;
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let specimen = specimen(&server, &ground, "case 1").await;
    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let mut messages = chunks("", &bytes, 0, 128 << 10);
    messages[0].message = Some(Message::Start(announcement(&specimen, "scan", &bytes)));
    let mut ingest = server.ingest();
    let arrived = ingest.upload_chunks(futures::stream::iter(messages)).await.expect("all chunks").into_inner();
    assert_eq!(arrived.offset_bytes, arrived.total_bytes);
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id: arrived.upload_id };
    ingest.finish_upload(finish).await.expect("a scan");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_stored_once_a_specimen_and_reported_across_specimens() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let bytes = testdata("breech_face/fadul_01_1.x3p");
    let one = specimen(&server, &ground, "case 1").await;
    let first = server.enrol(&one, "scan", &bytes).await.expect("a scan");
    let second = server.enrol(&one, "the same again", &bytes).await.expect("the same scan");
    assert!(!first.already_stored && second.already_stored);
    assert_eq!(first.scan.as_ref().map(|scan| &scan.id), second.scan.as_ref().map(|scan| &scan.id));
    assert_eq!(first.marks, second.marks);

    let other = specimen(&server, &ground, "case 2").await;
    let third = server.enrol(&other, "scan", &bytes).await.expect("a scan of another specimen");
    assert!(!third.already_stored);
    assert_eq!(third.same_bytes_scan_ids, [first.scan.expect("a scan").id]);
    let info = server.admin().info(v1::InfoRequest {}).await.expect("info").into_inner();
    assert_eq!((info.scans, info.marks), (2, 2));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_is_kept_and_its_note_says_that_it_holds_no_mark() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let specimen = specimen(&server, &ground, "case 1").await;
    // A valid 1 x 1 grey PNG, bytes after RFC 2083.
    let png = [
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1,
        8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0, 0, 0,
        2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ];
    let stored = server.enrol(&specimen, "photograph.png", &png).await;
    let stored = match stored {
        Ok(stored) => stored,
        // Some readers refuse a single pixel: then the refusal must be the clear one.
        Err(status) => {
            assert_eq!(crate::harness::reason(&status), "UNREADABLE_FILE");
            server.stop().await;
            return;
        }
    };
    assert!(stored.marks.is_empty());
    assert!(stored.quality_notes.iter().any(|note| note.contains("photograph")), "{:?}", stored.quality_notes);
    server.stop().await;
}
