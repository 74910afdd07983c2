//! A store of an earlier program goes on under this one.

use crate::harness::{Ground, config, directory, start, testdata};
use headstamp_proto::v1;
use sqlx::Connection as _;

/// Rows as the first schema held them.
const BEFORE: [&str; 4] = [
    "INSERT INTO agency VALUES ('00000000-0000-7000-8000-000000000001', 'Laboratory', 'AT', 1)",
    "INSERT INTO evidence_partition VALUES ('00000000-0000-7000-8000-000000000002', 'manufacture', 2, 'law', 1)",
    "INSERT INTO firearm VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002',
        '00000000-0000-7000-8000-000000000001', 'A 1', 'Ruger', '', '', '9x19', '', 2, 0, 1)",
    "INSERT INTO specimen VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002',
        '00000000-0000-7000-8000-000000000001', 'case 1', 1, '00000000-0000-7000-8000-000000000003', NULL, NULL,
        '9x19', '', 2, 0, '', 1)",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_store_from_before_there_were_bullets_keeps_its_records_and_takes_bullets() {
    let data = directory();
    let url = format!("sqlite://{}?mode=rwc", data.path().join("evidence.sqlite").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
    let all = sqlx::migrate!("./migrations");
    assert_eq!(all.iter().count(), 3);
    all.run_to(1, &mut connection).await.expect("the first schema");
    for row in BEFORE {
        sqlx::query(row).execute(&mut connection).await.expect("a row");
    }
    connection.close().await.expect("a clean end");

    let server = start(config(data.path())).await;
    let id = |last: u32| format!("00000000-0000-7000-8000-00000000000{last}");
    let (mut records, own) = (server.records(), v1::GetRequest { id: id(4) });
    let case = records.get_specimen(own).await.expect("the specimen").into_inner();
    let class = case.characteristics.expect("a class");
    assert_eq!((case.label.as_str(), class.breech_face, class.rifling), ("case 1", 2, None));
    let stored = server.enrol(&id(4), "scan", &testdata("breech_face/fadul_01_1.x3p")).await.expect("a scan");
    assert_eq!((stored.marks.len(), stored.marks[0].land), (1, 0));
    let ground = Ground { agency: id(1), manufacture: id(2), crime: String::new() };
    let bullet = records.create_specimen(ground.bullet("bullet 1", &id(3))).await.expect("a bullet").into_inner();
    let rifling = bullet.characteristics.and_then(|class| class.rifling).expect("its rifling");
    assert_eq!((rifling.land_count, rifling.basis), (6, v1::RiflingBasis::Measured.into()));
    server.stop().await;
}
