//! What a score means, over the wire: a likelihood ratio of a named population, or the reason why there is none.

use crate::harness::{Ground, Running, announcement, chunks, config, directory, start, testdata};
use headstamp_engine::calibrate::models::Models;
use headstamp_engine::ids::Digest;
use headstamp_proto::v1;
use headstamp_server::ServeError;
use headstamp_server::calibration::CalibrationError;
use v1::search_request::Query;

/// Enrols three test fires; the specimen of one is known to be measured with another instrument.
async fn ground(server: &Running) -> Ground {
    let ground = server.ground().await;
    for (file, firearm) in [("fadul_01_1", "fadul-slide-01"), ("TW01-02", "weller-slide-01")] {
        server.enrol_known(&ground, firearm, file).await;
    }
    let mut records = server.records();
    let firearm = records.create_firearm(ground.firearm("fadul-slide-02")).await.expect("a firearm").into_inner().id;
    let specimen = records.create_specimen(ground.test_fire("fadul_02_1", &firearm)).await;
    let specimen = specimen.expect("a specimen").into_inner().id;
    let bytes = testdata("breech_face/fadul_02_1.x3p");
    let mut announced = announcement(&specimen, "fadul_02_1", &bytes);
    announced.metadata.as_mut().expect("metadata").instrument = "a microscope nobody calibrated".into();
    let mut ingest = server.ingest();
    let upload = ingest.start_upload(announced).await.expect("an upload").into_inner().upload_id;
    ingest.upload_chunks(futures::stream::iter(chunks(&upload, &bytes, 0, 256 << 10))).await.expect("all chunks");
    let finish = v1::FinishUploadRequest { idempotency_key: "finish".into(), upload_id: upload };
    let stored = ingest.finish_upload(finish).await.expect("a scan").into_inner();
    let note = stored.quality_notes.iter().any(|note| note.contains("NanoFocus usurf 10x"));
    assert!(note, "the file names another instrument than the sender: {:?}", stored.quality_notes);
    ground
}

async fn searched(server: &Running, ground: &Ground) -> v1::SearchResponse {
    let data = testdata("breech_face/fadul_F.x3p");
    let scan = v1::QueryScan { data, file_name: "fadul_F".into(), ..Default::default() };
    let partition_ids = vec![ground.manufacture.clone()];
    let request = v1::SearchRequest { query: Some(Query::Scan(scan)), partition_ids, ..Default::default() };
    server.search().search(request).await.expect("a list").into_inner()
}

fn of<'a>(list: &'a v1::SearchResponse, firearm: &str) -> (&'a v1::Candidate, v1::Strength) {
    let line = list.candidates.iter().find(|line| line.firearm_reference == firearm).expect("a candidate");
    (line, line.strength.clone().expect("a strength"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_weighs_marks_like_those_of_a_population_and_says_why_it_does_not_weigh_others() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = ground(&server).await;
    let before = server.sequence().await;
    let list = searched(&server, &ground).await;

    let [model] = list.models.as_slice() else { panic!("one model speaks: {:?}", list.models) };
    assert_eq!((model.acquisition.as_str(), model.method.as_str()), ("NanoFocus usurf 10x", "impression/1"));
    // Fadul's six slides and Weller's four: 34 + 144 and 219 + 486 pairs.
    assert_eq!((model.firearms, model.same_source_pairs, model.different_source_pairs), (10, 178, 705));
    assert!(model.population.contains("Fadul and Weller"), "{}", model.population);

    let (mate, strength) = of(&list, "fadul-slide-01");
    let value = strength.log10_lr.expect("a likelihood ratio");
    assert_eq!(mate.rank, 1);
    assert!(value > 1.0 && value <= model.log10_lr_highest, "{strength:?}");
    let (low, high) = (strength.log10_lr_low.expect("ten firearms"), strength.log10_lr_high.expect("ten firearms"));
    assert!(low <= value && value <= high);
    assert_eq!(strength.population, model.population);
    for proposition in [&model.same_source_proposition, &model.different_source_proposition] {
        assert!(strength.statement.contains(proposition.as_str()), "{}", strength.statement);
    }
    assert!(strength.support.ends_with("support") && !strength.statement.contains("match"));
    // None of 705 reach it: the rule of three, 3 / 705 = 0.43 % of 3 eligible marks.
    let expected = mate.expected.as_ref().expect("an expected number");
    assert_eq!((expected.eligible, expected.seen, expected.of), (3, 0, 705));
    assert!(expected.count == 0.0 && (expected.count_upper - 0.0127).abs() < 1e-3, "{expected:?}");

    let (_, stranger) = of(&list, "weller-slide-01");
    assert!(stranger.log10_lr.expect("a likelihood ratio") < -1.0, "{stranger:?}");
    let (line, unknown) = of(&list, "fadul-slide-02");
    assert_eq!((unknown.log10_lr, line.expected.is_none(), unknown.model_id.as_str()), (None, true, ""));
    assert!(unknown.absent_reason.starts_with("uncalibrated: no reference population fits"), "{unknown:?}");
    assert!(unknown.absent_reason.contains("a microscope nobody calibrated"), "{unknown:?}");

    let events = server.events_after(before).await;
    let event = events.iter().find(|event| event.subject_id == list.search_id).expect("the event of the search");
    let digest: String = model.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(event.detail.contains(&model.id) && event.detail.contains(&digest), "{}", event.detail);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_laboratorys_own_model_is_asked_first_and_a_damaged_one_keeps_the_server_from_starting() {
    let (data, own) = (directory(), directory());
    let shipped = Models::shipped().expect("shipped models");
    let mut model = shipped.held()[0].model.clone();
    model.population.name = "our own pistols".into();
    let text = model.to_json().expect("a document");
    std::fs::write(own.path().join("ours.json"), &text).expect("a file");
    let settings = headstamp_server::config::Config { calibration: Some(own.path().to_owned()), ..config(data.path()) };
    let server = start(settings.clone()).await;
    let ground = server.ground().await;
    let one = server.enrol_known(&ground, "fadul-slide-01", "fadul_01_1").await;
    let two = server.enrol_known(&ground, "fadul-slide-02", "fadul_02_1").await;
    let pair = v1::CompareRequest { reference_mark_id: one, compared_mark_id: two, ..Default::default() };
    let outcome = server.compare().compare(pair).await.expect("an outcome").into_inner();
    assert_eq!(outcome.strength.expect("a strength").population, "our own pistols");
    let named = outcome.model.expect("a model");
    assert_eq!((named.id.as_str(), named.sha256), ("ours", Digest::of(text.as_bytes()).0.to_vec()));
    server.stop().await;

    std::fs::write(own.path().join("worse.json"), &text[..text.len() / 2]).expect("a file");
    let (ready, _) = tokio::sync::oneshot::channel();
    let refused = headstamp_server::serve(settings, ready, std::future::pending()).await.expect_err("a damaged model");
    assert!(matches!(refused, ServeError::Calibration(CalibrationError::Model { .. })), "{refused}");
    assert!(refused.to_string().contains("worse.json"), "{refused}");
}
