//! Searching and comparing real scans.

use crate::harness::{Ground, Running, announcement, chunks, config, directory, reason, start, testdata};
use futures::TryStreamExt as _;
use headstamp_proto::v1;
use v1::search_request::Query;
use v1::search_stream_response::Event;

/// Test fires of the manufacture partition: file and firearm.
const KNOWN: [(&str, &str); 6] = [
    ("fadul_01_1", "fadul-slide-01"),
    ("fadul_02_1", "fadul-slide-02"),
    ("fadul_03_1", "fadul-slide-03"),
    ("fadul_04_2", "fadul-slide-04"),
    ("TW01-02", "weller-slide-01"),
    ("TW02-01", "weller-slide-02"),
];

/// Enrols the test fires, and one questioned case of slide 1; the id of its mark.
async fn enrolled(server: &Running) -> (Ground, String) {
    let ground = server.ground().await;
    for (file, firearm) in KNOWN {
        server.enrol_known(&ground, firearm, file).await;
    }
    let specimen = server.records().create_specimen(ground.questioned("fadul_F")).await;
    let specimen = specimen.expect("a specimen").into_inner().id;
    let stored = server.enrol(&specimen, "fadul_F", &testdata("breech_face/fadul_F.x3p")).await.expect("a scan");
    (ground, stored.marks[0].id.clone())
}

fn asked(query: Query, partitions: &[&String]) -> v1::SearchRequest {
    v1::SearchRequest {
        query: Some(query),
        partition_ids: partitions.iter().map(|id| (*id).clone()).collect(),
        ..Default::default()
    }
}

/// What an examiner compares two lists by.
fn lines(list: &v1::SearchResponse) -> Vec<(u32, String, Option<f64>)> {
    let line = |line: &v1::Candidate| (line.rank, line.mark_id.clone(), line.score);
    list.candidates.iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_questioned_case_finds_its_firearm_and_nothing_of_other_partitions() {
    let data = directory();
    let server = start(config(data.path())).await;
    let (ground, mark) = enrolled(&server).await;
    let list = server.search().search(asked(Query::MarkId(mark.clone()), &[&ground.manufacture])).await;
    let list = list.expect("a list").into_inner();
    assert_eq!(list.candidates[0].firearm_reference, "fadul-slide-01");
    assert_eq!(list.candidates[0].rank, 1);
    assert!(list.candidates[0].score > list.candidates[1].score);
    let counts = list.counts.expect("counts");
    assert_eq!((counts.total, counts.eligible, counts.considered, counts.compared), (6, 6, 6, 6));
    assert!(list.candidates.iter().all(|line| line.partition_id == ground.manufacture));

    // The query's own scan is never a candidate, and alone in its partition it finds nothing.
    let own = server.search().search(asked(Query::MarkId(mark), &[&ground.crime])).await;
    let own = own.expect("a list").into_inner();
    let counts = own.counts.expect("counts");
    assert_eq!((own.candidates.len(), counts.total, counts.eligible), (0, 1, 0));

    let kept = v1::GetSearchRequest { search_id: list.search_id.clone() };
    assert_eq!(server.search().get_search(kept).await.expect("the kept list").into_inner(), list);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_first_answer_counts_and_candidates_and_ends_with_the_list_of_the_unary_call() {
    let data = directory();
    let server = start(config(data.path())).await;
    let (ground, mark) = enrolled(&server).await;
    let request = v1::SearchRequest { with_cells: true, ..asked(Query::MarkId(mark), &[&ground.manufacture]) };
    let unary = server.search().search(request.clone()).await.expect("a list").into_inner();
    let news = server.search().search_stream(request).await.expect("a stream").into_inner();
    let news: Vec<_> = news.map_ok(|news| news.event.expect("an event")).try_collect().await.expect("a whole stream");
    assert!(matches!(&news[0], Event::FirstAnswer(first) if !first.candidates.is_empty()));
    assert!(matches!(&news[1], Event::Scanned(counts) if counts.eligible == 6 && counts.compared == 0));
    let compared = news.iter().filter(|news| matches!(news, Event::Candidate(line) if line.score.is_some())).count();
    assert_eq!(compared, 6);
    let Some(Event::Complete(complete)) = news.last() else { panic!("the last event is the list") };
    assert_eq!(lines(complete), lines(&unary));
    assert_eq!(complete.candidates, unary.candidates);
    assert!(!unary.candidates[0].forward.is_empty() && !unary.candidates[0].reverse.is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_metadata_marks_the_true_candidate_but_never_hides_it_unless_asked_to() {
    let data = directory();
    let server = start(config(data.path())).await;
    let (ground, mark) = enrolled(&server).await;
    let plain = asked(Query::MarkId(mark), &[&ground.manufacture]);
    let calibre = Some(v1::Calibre { code: "11.43x23".into(), verbatim: String::new() });
    let filter = v1::SearchFilter { calibre, ..Default::default() };
    let soft = v1::SearchRequest { filter: Some(filter.clone()), top: 1, ..plain.clone() };
    let soft = server.search().search(soft).await.expect("a list").into_inner();
    assert_eq!(soft.candidates[0].firearm_reference, "fadul-slide-01");
    assert_eq!(soft.candidates[0].class_conflicts, ["calibre"]);
    let contradicting = soft.contradicting.expect("counts");
    assert_eq!((contradicting.marks, contradicting.calibre), (6, 6));
    assert_eq!(soft.excluded.expect("counts").marks, 0);

    let hard = v1::SearchFilter { exclude: true, ..filter };
    let hard = v1::SearchRequest { filter: Some(hard), ..plain.clone() };
    let hard = server.search().search(hard).await.expect("a list").into_inner();
    assert!(hard.candidates.is_empty());
    assert_eq!(hard.excluded.expect("counts").marks, 6);
    assert_eq!(hard.counts.expect("counts").eligible, 0);

    let wrong = v1::Calibre { code: "9x999".into(), verbatim: String::new() };
    let wrong = v1::SearchFilter { calibre: Some(wrong), ..Default::default() };
    let wrong = v1::SearchRequest { filter: Some(wrong), ..plain };
    let refused = server.search().search(wrong).await.expect_err("an unknown code");
    assert_eq!(reason(&refused), "UNKNOWN_CALIBRE");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_sent_along_and_an_upload_find_what_the_stored_mark_finds() {
    let data = directory();
    let server = start(config(data.path())).await;
    let (ground, mark) = enrolled(&server).await;
    let by_mark = server.search().search(asked(Query::MarkId(mark), &[&ground.manufacture])).await;
    let by_mark = by_mark.expect("a list").into_inner();
    let bytes = testdata("breech_face/fadul_F.x3p");

    let scan = v1::QueryScan { data: bytes.clone(), file_name: "fadul_F".into(), ..Default::default() };
    let both = [&ground.manufacture, &ground.crime];
    let along = server.search().search(asked(Query::Scan(scan.clone()), &both)).await.expect("a list").into_inner();
    assert!(along.candidates[0].same_bytes, "its own bytes are in the crime partition");
    let along = server.search().search(asked(Query::Scan(scan), &both[..1])).await.expect("a list").into_inner();
    assert_eq!(lines(&along), lines(&by_mark));

    let mut ingest = server.ingest();
    let upload = ingest.start_upload(announcement("", "query", &bytes)).await.expect("an upload");
    let upload = upload.into_inner().upload_id;
    ingest.upload_chunks(futures::stream::iter(chunks(&upload, &bytes, 0, 100_000))).await.expect("all chunks");
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id: upload.clone() };
    let refused = ingest.finish_upload(finish).await.expect_err("a query is no evidence");
    assert_eq!(reason(&refused), "UPLOAD_IS_QUERY");
    for _ in 0..2 {
        let sent = server.search().search(asked(Query::UploadId(upload.clone()), &both[..1])).await;
        assert_eq!(lines(&sent.expect("a list").into_inner()), lines(&by_mark));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_marks_are_compared_and_the_outcome_is_kept() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let one = server.enrol_known(&ground, "fadul-slide-01", "fadul_01_1").await;
    let two = server.enrol_known(&ground, "fadul-slide-02", "fadul_02_1").await;
    let pair = |reference: &String, compared: &String| v1::CompareRequest {
        idempotency_key: format!("{reference} {compared}"),
        reference_mark_id: reference.clone(),
        compared_mark_id: compared.clone(),
        ..Default::default()
    };
    let strangers = server.compare().compare(pair(&one, &two)).await.expect("an outcome").into_inner();
    let itself = server.compare().compare(pair(&one, &one)).await.expect("an outcome").into_inner();
    assert!(itself.score > strangers.score);
    assert!(itself.parts.expect("parts").cmc_fraction > 0.9, "{:?}", itself.parts);
    let again = server.compare().compare(pair(&one, &two)).await.expect("the first outcome").into_inner();
    assert_eq!(again, strangers);
    let kept = v1::GetComparisonRequest { comparison_id: strangers.comparison_id.clone() };
    assert_eq!(server.compare().get_comparison(kept).await.expect("the kept outcome").into_inner(), strangers);
    server.stop().await;
}
