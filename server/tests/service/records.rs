//! Records: made once, named once, found again.

use crate::harness::{config, directory, reason, start};
use headstamp_proto::v1;
use tonic::Code;

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_and_a_key_means_one_request() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mut records = server.records();
    let first = records.create_firearm(ground.firearm("A 1")).await.expect("a firearm").into_inner();
    let before = server.sequence().await;
    let second = records.create_firearm(ground.firearm("A 1")).await.expect("the same firearm").into_inner();
    assert_eq!(first, second);
    assert_eq!(server.sequence().await, before, "a repeat writes nothing");

    let other = v1::CreateFirearmRequest { make: "Glock".into(), ..ground.firearm("A 1") };
    let refused = records.create_firearm(other).await.expect_err("another request under the same key");
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, "IDEMPOTENCY_KEY_REUSED"));

    let keyless = v1::CreateFirearmRequest { idempotency_key: String::new(), ..ground.firearm("A 2") };
    let refused = records.create_firearm(keyless).await.expect_err("a write without a key");
    assert_eq!((refused.code(), reason(&refused)), (Code::InvalidArgument, "IDEMPOTENCY_KEY_MISSING"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_name_names_its_holder() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mut records = server.records();
    let holder = records.create_firearm(ground.firearm("A 1")).await.expect("a firearm").into_inner().id;
    let again = v1::CreateFirearmRequest { idempotency_key: "another key".into(), ..ground.firearm("A 1") };
    let refused = records.create_firearm(again).await.expect_err("a taken reference");
    assert_eq!((refused.code(), reason(&refused)), (Code::AlreadyExists, "NAME_TAKEN"));
    let named = refused.metadata().get(headstamp_proto::EXISTING_ID_METADATA).expect("an id");
    assert_eq!(named.to_str().expect("text"), holder);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_calibre_is_kept_in_words_but_not_as_a_code() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mut records = server.records();
    let wrong = v1::Calibre { code: "9x999".into(), verbatim: String::new() };
    let wrong = v1::CreateFirearmRequest { calibre: Some(wrong), ..ground.firearm("wrong") };
    let refused = records.create_firearm(wrong).await.expect_err("a code that is not in the list");
    assert_eq!((refused.code(), reason(&refused)), (Code::InvalidArgument, "UNKNOWN_CALIBRE"));
    assert!(refused.message().contains("9x999"), "{}", refused.message());

    let words = v1::Calibre { code: String::new(), verbatim: "9 mm, home made".into() };
    let kept = v1::CreateFirearmRequest { calibre: Some(words.clone()), ..ground.firearm("words") };
    let kept = records.create_firearm(kept).await.expect("a firearm").into_inner();
    assert_eq!(kept.calibre, Some(words));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_specimen_takes_over_the_class_of_its_firearm_and_has_one_source() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mut records = server.records();
    let firearm = records.create_firearm(ground.firearm("A 1")).await.expect("a firearm").into_inner().id;
    let specimen = records.create_specimen(ground.test_fire("case 1", &firearm)).await.expect("a specimen");
    assert_eq!(specimen.into_inner().calibre.map(|calibre| calibre.code).as_deref(), Some("9x19"));

    let incident = v1::CreateIncidentRequest {
        idempotency_key: "incident".into(),
        partition_id: ground.crime.clone(),
        agency_id: ground.agency.clone(),
        reference: "2026/17".into(),
        ..Default::default()
    };
    let incident = records.create_incident(incident).await.expect("an incident").into_inner().id;
    let both = v1::CreateSpecimenRequest { incident_id: incident.clone(), ..ground.test_fire("case 2", &firearm) };
    let refused = records.create_specimen(both).await.expect_err("two sources");
    assert_eq!((refused.code(), reason(&refused)), (Code::InvalidArgument, "TWO_SOURCES"));
    let elsewhere = v1::CreateSpecimenRequest { incident_id: incident, ..ground.test_fire("case 3", "") };
    let refused = records.create_specimen(elsewhere).await.expect_err("an incident of another partition");
    assert_eq!((refused.code(), reason(&refused)), (Code::InvalidArgument, "OTHER_PARTITION"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_list_have_every_record_once() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mut records = server.records();
    let mut made = Vec::new();
    for number in 0..7 {
        let firearm = records.create_firearm(ground.firearm(&format!("A {number}"))).await;
        made.push(firearm.expect("a firearm").into_inner().id);
    }
    let (mut listed, mut token) = (Vec::new(), String::new());
    loop {
        let page = Some(v1::Page { size: 3, token });
        let request = v1::ListFirearmsRequest { page, ..Default::default() };
        let answer = records.list_firearms(request).await.expect("a page").into_inner();
        assert!(answer.firearms.len() <= 3);
        listed.extend(answer.firearms.into_iter().map(|firearm| firearm.id));
        token = answer.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, made);
    let request = v1::ListFirearmsRequest { reference: "A 4".into(), ..Default::default() };
    let found = records.list_firearms(request).await.expect("a list").into_inner().firearms;
    assert_eq!(found.iter().map(|firearm| firearm.id.as_str()).collect::<Vec<_>>(), [made[4].as_str()]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_directory_is_refused() {
    let data = directory();
    let server = start(config(data.path())).await;
    let (ready, _address) = tokio::sync::oneshot::channel();
    let second = headstamp_server::serve(config(data.path()), ready, std::future::pending()).await;
    let refused = second.expect_err("the directory is taken").to_string();
    assert!(refused.contains("in use"), "{refused}");
    server.stop().await;
}
