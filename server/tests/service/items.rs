//! Items by all of their marks: each finding visible, together under a stated assumption.

use crate::bullets::file;
use crate::harness::{Ground, Running, config, directory, reason, start, testdata};
use headstamp_engine::synth::striae::Barrel;
use headstamp_proto::v1;
use v1::compare_items_request::Against;

/// A bullet of a synthetic barrel with its first two lands.
async fn bullet(server: &Running, request: v1::CreateSpecimenRequest, shot: u64) -> String {
    let id = server.records().create_specimen(request).await.expect("a bullet").into_inner().id;
    for land in 0..2 {
        let bytes = file(&Barrel::new(11, 0, 6, 0.0), shot, land);
        server.enrol_land(&id, land as u32 + 1, &bytes).await.expect("a scan");
    }
    id
}

async fn case(server: &Running, ground: &Ground, label: &str) -> String {
    let id = server.records().create_specimen(ground.questioned(label)).await.expect("a case").into_inner().id;
    server.enrol(&id, label, &testdata(&format!("breech_face/{label}.x3p"))).await.expect("a scan");
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_and_a_bullet_against_a_firearm_give_a_finding_a_part_and_say_what_they_assume() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let mark = server.enrol_known(&ground, "fadul-slide-01", "fadul_01_1").await;
    let known = server.records().get_mark(v1::GetRequest { id: mark }).await.expect("a mark").into_inner().specimen_id;
    let known = server.records().get_specimen(v1::GetRequest { id: known }).await.expect("a specimen").into_inner();
    bullet(&server, ground.bullet("test fire", &known.firearm_id), 2).await;
    let questioned =
        [case(&server, &ground, "fadul_F").await, bullet(&server, ground.bullet("questioned bullet", ""), 1).await];
    let asked = |specimens: &[String], against: Against| v1::CompareItemsRequest {
        specimen_ids: specimens.to_vec(),
        against: Some(against),
        ..Default::default()
    };
    let both = asked(&questioned, Against::FirearmId(known.firearm_id.clone()));
    let found = server.compare().compare_items(both).await.expect("findings").into_inner();

    let kinds: Vec<i32> = found.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [i32::from(v1::MarkKind::BreechFaceImpression), v1::MarkKind::BulletLand.into()]);
    let parts: Vec<(&str, u32, u32)> =
        found.parts.iter().map(|part| (part.part.as_str(), part.weighed, part.unweighed)).collect();
    assert_eq!(parts, [("slide or bolt", 1, 0), ("barrel", 0, 1)], "there is no population for bullets");
    let face = found.findings[0].strength.as_ref().expect("a strength").log10_lr.expect("a ratio");
    assert!(face > 1.0, "{face}");
    assert_eq!((found.log10_lr_if_independent, found.log10_lr_if_dependent), (Some(face), Some(face)));
    assert!(found.assumption.contains("independent given either proposition, which was not tested"));
    assert_eq!(found.models.len(), 1);
    let kept = v1::GetComparisonRequest { comparison_id: found.comparison_id.clone() };
    assert_eq!(server.compare().get_item_comparison(kept).await.expect("the kept outcome").into_inner(), found);

    // The bullet alone says nothing that could be combined, and a case has nothing in common with a bullet.
    let alone = asked(&questioned[1..], Against::FirearmId(known.firearm_id.clone()));
    let alone = server.compare().compare_items(alone).await.expect("findings").into_inner();
    assert_eq!(alone.log10_lr_if_independent, None);
    assert_eq!(alone.absent_reason, "none of the 1 marks has a likelihood ratio");
    let apart = asked(&questioned[..1], Against::OtherSpecimenId(questioned[1].clone()));
    assert_eq!(reason(&server.compare().compare_items(apart).await.expect_err("nothing")), "NOTHING_IN_COMMON");
    server.stop().await;
}
