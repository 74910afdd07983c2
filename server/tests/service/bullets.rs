//! Bullets: lands come in any order, the bullet is found by all of them, and its phase is said.

use crate::harness::{Ground, Running, config, directory, reason, start};
use futures::{StreamExt as _, TryStreamExt as _};
use headstamp_engine::formats::Topography;
use headstamp_engine::formats::x3p::{Provenance, X3pDocument};
use headstamp_engine::synth::striae::{Barrel, scan};
use headstamp_engine::units::um;
use headstamp_proto::v1;
use ndarray::s;
use v1::search_request::Query;
use v1::search_stream_response::Event;

const LANDS: usize = 6;
const SEED: u64 = 11;
/// Bullets of other barrels.
const OTHERS: u64 = 200;
/// Enrolments at once.
const AT_ONCE: usize = 4;

/// The file of a land's scan: 6 um apart, 240 um of striae, which is little and quick to prepare.
pub(crate) fn file(barrel: &Barrel, shot: u64, land: usize) -> Vec<u8> {
    let (scan, _) = scan(barrel, shot, land, um(6.0));
    let heights = scan.heights.slice(s![..40, ..]).to_owned();
    let short = Topography { heights, ..scan };
    X3pDocument::from_topography(&short, &Provenance::default()).expect("a document").write().expect("a file")
}

/// An order of the lands that is none: from a start, in steps of five, backwards for odd numbers.
fn shuffled(number: u64) -> Vec<usize> {
    let from = number as usize % LANDS;
    (0..LANDS).map(|step| (from + 5 * step + 2 * step * step) % LANDS).fold(Vec::new(), |mut order, land| {
        let free = (0..LANDS).map(|more| (land + more) % LANDS).find(|land| !order.contains(land));
        order.extend(free);
        order
    })
}

/// Enrols a bullet land by land; land `k` of its scans is land `k + first` of the barrel.
async fn enrolled(
    server: &Running,
    ground: &Ground,
    label: String,
    barrel: &Barrel,
    shot: u64,
    first: usize,
) -> String {
    let specimen = server.records().create_specimen(ground.bullet(&label, "")).await;
    let specimen = specimen.expect("a bullet").into_inner().id;
    for land in shuffled(shot + first as u64) {
        let bytes = file(barrel, shot, (land + first) % LANDS);
        let stored = server.enrol_land(&specimen, land as u32 + 1, &bytes).await.expect("a scan");
        let [mark] = stored.marks.as_slice() else { panic!("{label}: {:?}", stored.quality_notes) };
        assert_eq!((mark.land, mark.method.as_str()), (land as u32 + 1, "striation/1"));
    }
    specimen
}

fn asked(query: Query, ground: &Ground) -> v1::SearchRequest {
    v1::SearchRequest { query: Some(query), partition_ids: vec![ground.manufacture.clone()], ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bullet_enrolled_land_by_land_is_found_first_among_two_hundred_and_its_phase_is_said() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let own = Barrel::new(SEED, 0, LANDS, 0.0);
    let firearm = server.records().create_firearm(ground.firearm("barrel 0")).await.expect("a firearm").into_inner().id;
    let query = enrolled(&server, &ground, "questioned".into(), &own, 1, 0).await;
    // Land 1 of the mate is land 3 of the barrel: land k of the query lies on land k - 2, which is k + 4 around six.
    let mate =
        server.records().create_specimen(ground.bullet("mate", &firearm)).await.expect("a bullet").into_inner().id;
    for land in shuffled(3) {
        server.enrol_land(&mate, land as u32 + 1, &file(&own, 2, (land + 2) % LANDS)).await.expect("a scan");
    }
    let (server_, ground_) = (&server, &ground);
    futures::stream::iter(1..=OTHERS)
        .for_each_concurrent(AT_ONCE, |number| async move {
            let barrel = Barrel::new(SEED, number, LANDS, 0.0);
            enrolled(server_, ground_, format!("other {number}"), &barrel, 1, number as usize % LANDS).await;
        })
        .await;

    let before = server.sequence().await;
    let request = asked(Query::SpecimenId(query.clone()), &ground);
    let news = server.search().search_stream(request.clone()).await.expect("a stream").into_inner();
    let news: Vec<_> = news.map_ok(|news| news.event.expect("an event")).try_collect().await.expect("a whole stream");
    assert!(matches!(&news[0], Event::FirstAnswer(first) if first.candidates[0].specimen_id == mate));
    assert!(matches!(&news[1], Event::Scanned(counts) if counts.compared == 0 && counts.bullets == OTHERS + 1));
    let Some(Event::Complete(list)) = news.last() else { panic!("the last event is the list") };

    let counts = list.counts.expect("counts");
    let lands = (OTHERS + 2) * LANDS as u64;
    assert_eq!((counts.total, counts.eligible, counts.considered), (lands, lands - 6, lands - 6));
    assert_eq!((counts.bullets, counts.compared), (OTHERS + 1, 50));
    let (first, second) = (&list.candidates[0], &list.candidates[1]);
    println!("first {:.3}, best other {:.3}", first.score.expect("a score"), second.score.expect("a score"));
    assert_eq!(
        (first.rank, first.specimen_id.as_str(), first.firearm_reference.as_str()),
        (1, mate.as_str(), "barrel 0")
    );
    assert!(first.score > second.score);
    let parts = first.bullet.as_ref().expect("parts");
    assert_eq!((parts.phased, parts.land_count, parts.offset, parts.turned), (true, 6, 4, false));
    assert_eq!((parts.lands_compared, parts.phases.len()), (6, 6));
    for pair in &parts.pairs {
        assert_eq!((pair.reference_land + 3) % 6 + 1, pair.compared_land, "{pair:?}");
    }
    let strength = first.strength.as_ref().expect("a strength");
    assert_eq!(strength.log10_lr, None);
    assert_eq!(strength.absent_reason, "uncalibrated: no reference population fits: there is none for bullet_land_3d");
    let events = server.events_after(before).await;
    let event = events.iter().find(|event| event.subject_id == list.search_id).expect("the event of the search");
    assert!(event.detail.contains(&query), "{}", event.detail);

    // The same bullet as a single land, and over Compare.
    let single = first.bullet.as_ref().expect("parts").pairs[0].reference_mark_id.clone();
    let lands = server.search().search(asked(Query::MarkId(single), &ground)).await.expect("a list").into_inner();
    assert_eq!(lands.candidates[0].specimen_id, mate);
    let both = v1::CompareRequest {
        reference_specimen_id: query.clone(),
        compared_specimen_id: mate.clone(),
        ..Default::default()
    };
    let outcome = server.compare().compare(both).await.expect("an outcome").into_inner();
    assert_eq!((Some(outcome.score), outcome.bullet.as_ref()), (first.score, first.bullet.as_ref()));
    let kept = v1::GetComparisonRequest { comparison_id: outcome.comparison_id.clone() };
    assert_eq!(server.compare().get_comparison(kept).await.expect("the kept outcome").into_inner(), outcome);

    // A snapshot holds no lands: a restart describes them again and gives the same list.
    server.stop().await;
    let server = start(config(data.path())).await;
    let again = server.search().search(request).await.expect("a list").into_inner();
    assert_eq!(again.candidates, list.candidates);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_unnumbered_lands_and_a_wrong_count_are_found_by_their_best_land() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let own = Barrel::new(SEED, 0, LANDS, 0.0);
    let query = enrolled(&server, &ground, "whole".into(), &own, 1, 0).await;
    enrolled(&server, &ground, "stranger".into(), &Barrel::new(SEED, 5, LANDS, 0.0), 1, 0).await;
    let with = |label: &str, land_count: u32| {
        let mut request = ground.bullet(label, "");
        request.characteristics.as_mut().expect("a class").rifling =
            (land_count > 0).then(|| v1::Rifling { land_count, ..Default::default() });
        request
    };
    // Two lands of six; two without numbers; all but one, counted as five.
    for (label, count, lands) in [("fragment", 6, 2), ("unnumbered", 0, 2), ("miscounted", 5, 5)] {
        let specimen = server.records().create_specimen(with(label, count)).await.expect("a bullet").into_inner().id;
        for land in 0..lands {
            let number = if count == 0 { 0 } else { land as u32 + 1 };
            server.enrol_land(&specimen, number, &file(&own, 2, land + 1)).await.expect("a scan");
        }
    }
    let list = server.search().search(asked(Query::SpecimenId(query), &ground)).await.expect("a list").into_inner();
    let place = |label: &str| list.candidates.iter().position(|line| line.specimen_label == label).expect("a line");
    let line = |label: &str| &list.candidates[place(label)];
    let parts = |label: &str| line(label).bullet.clone().expect("parts");
    for candidate in &list.candidates {
        let parts = candidate.bullet.as_ref().expect("parts");
        println!(
            "{} {:.3}, {} lands, phased {}",
            candidate.specimen_label,
            candidate.score.expect("a score"),
            parts.lands_compared,
            parts.phased
        );
    }
    assert_eq!(place("stranger"), 3, "behind all bullets of its barrel");
    assert_eq!((parts("fragment").phased, parts("fragment").offset, parts("fragment").lands_compared), (true, 5, 2));
    assert_eq!((parts("unnumbered").phased, parts("unnumbered").lands_compared), (false, 1));
    assert_eq!(
        (parts("miscounted").phased, line("miscounted").class_conflicts.as_slice()),
        (false, &["land_count".to_owned()][..])
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_a_bullet_is_refused_with_its_reason() {
    let data = directory();
    let server = start(config(data.path())).await;
    let ground = server.ground().await;
    let bytes = file(&Barrel::new(SEED, 0, LANDS, 0.0), 1, 0);
    let bullet = server.records().create_specimen(ground.bullet("six", "")).await.expect("a bullet").into_inner().id;
    let beyond = server.enrol_land(&bullet, 7, &bytes).await.expect_err("a seventh of six");
    assert_eq!(
        (reason(&beyond), beyond.message()),
        ("LAND_BEYOND_RIFLING", "land 7 does not exist: the specimen's rifling is said to have 6 lands")
    );
    let case = server.records().create_specimen(ground.questioned("case")).await.expect("a case").into_inner().id;
    let mut announced = crate::harness::announcement(&case, "land", &bytes);
    announced.metadata.as_mut().expect("metadata").mark_kinds = vec![v1::MarkKind::BulletLand.into()];
    let refused = server.ingest().start_upload(announced).await.expect_err("a land on a cartridge case");
    assert_eq!(reason(&refused), "MARK_OF_OTHER_SPECIMEN");
    let refused =
        server.search().search(asked(Query::SpecimenId(bullet.clone()), &ground)).await.expect_err("no lands");
    assert_eq!(reason(&refused), "NO_LANDS");
    let face = server.enrol_known(&ground, "fadul-slide-01", "fadul_01_1").await;
    let land = server.enrol_land(&bullet, 1, &bytes).await.expect("a scan").marks[0].id.clone();
    let pair = v1::CompareRequest { reference_mark_id: face, compared_mark_id: land, ..Default::default() };
    assert_eq!(reason(&server.compare().compare(pair).await.expect_err("two kinds")), "KINDS_DIFFER");
    let mut many = ground.bullet("many", "");
    many.characteristics.as_mut().expect("a class").rifling =
        Some(v1::Rifling { land_count: 33, ..Default::default() });
    assert_eq!(reason(&server.records().create_specimen(many).await.expect_err("33 lands")), "OUT_OF_BOUNDS");
    server.stop().await;
}
