//! A server killed with SIGKILL at seeded moments of an enrolment loses nothing it acknowledged and keeps nothing twice.

mod support;

use headstamp_proto::v1;
use headstamp_proto::v1::admin_client::AdminClient;
use headstamp_proto::v1::audit_client::AuditClient;
use headstamp_proto::v1::records_client::RecordsClient;
use headstamp_proto::v1::search_client::SearchClient;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::{Enroller, ServerProcess, turned};
use tokio::sync::watch;
use tonic::transport::{Channel, Endpoint};

/// Scans enrolled.
const SCANS: usize = 200;
/// Kills at least.
const KILLS: usize = 10;
/// Scans acknowledged between two kills: 200 over 12.
const SCANS_BETWEEN: usize = 16;
/// Names the moments of the kills; any other number is as good.
const SEED: u64 = 1;

async fn channel(url: &str) -> Channel {
    Endpoint::from_shared(url.to_owned()).expect("a URL").connect().await.expect("a connection")
}

/// What an acknowledgement promised: the scan's id and its mark's by the label of the specimen.
type Acknowledged = BTreeMap<String, (String, String)>;

/// Kills the server whenever some more scans were acknowledged, at a seeded moment of the next ones; starts it again.
fn kill_again_and_again(
    mut server: ServerProcess,
    data: &Path,
    acknowledged: &AtomicUsize,
    url: &watch::Sender<String>,
) -> (ServerProcess, usize) {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let (mut next, mut kills) = (0, 0);
    loop {
        next += 1 + (random.next_u32() as usize) % (2 * SCANS_BETWEEN - 1);
        while acknowledged.load(Ordering::SeqCst) < next.min(SCANS) {
            std::thread::sleep(Duration::from_millis(1));
        }
        if next >= SCANS {
            return (server, kills);
        }
        // Somewhere within the time that an enrolment takes.
        std::thread::sleep(Duration::from_micros(u64::from(random.next_u32() % 120_000)));
        server.kill();
        kills += 1;
        server = ServerProcess::start(data);
        let _ = url.send(server.url.clone());
    }
}

/// Enrols all scans, going on after each break; what was acknowledged.
async fn enrol_all(
    scans: &[(String, Vec<u8>)],
    mut url: watch::Receiver<String>,
    acknowledged: Arc<AtomicUsize>,
) -> Acknowledged {
    let mut done = Acknowledged::new();
    for (label, bytes) in scans {
        loop {
            let current = url.borrow_and_update().clone();
            let stored = match Enroller::connect(&current).await {
                Ok(mut enroller) => enroller.enrol(label, bytes).await,
                Err(error) => Err(error),
            };
            match stored {
                Ok(stored) => {
                    let scan = stored.scan.expect("a scan").id;
                    done.insert(label.clone(), (scan, stored.marks.first().expect("a mark").id.clone()));
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                // The server is gone: wait for its successor, or try again if it is there already.
                Err(_) => {
                    let _ = tokio::time::timeout(Duration::from_millis(50), url.changed()).await;
                }
            }
        }
    }
    done
}

/// The list of the first scan's mark without what differs from store to store.
async fn list(url: &str, mark: &str) -> Vec<(u32, String, Option<f64>, f64)> {
    let mut records = RecordsClient::new(channel(url).await);
    let partitions = records.list_partitions(v1::ListPartitionsRequest::default()).await.expect("partitions");
    let request = v1::SearchRequest {
        query: Some(v1::search_request::Query::MarkId(mark.to_owned())),
        partition_ids: partitions.into_inner().partitions.into_iter().map(|partition| partition.id).collect(),
        top: 50,
        ..Default::default()
    };
    let list = SearchClient::new(channel(url).await).search(request).await.expect("a list").into_inner();
    let line = |line: v1::Candidate| (line.rank, line.specimen_label, line.score, line.refined);
    list.candidates.into_iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_ten_times_loses_nothing_it_acknowledged() {
    let scans: Vec<(String, Vec<u8>)> = (0..SCANS).map(|number| (format!("case {number}"), turned(number))).collect();
    let acknowledged = Arc::new(AtomicUsize::new(0));

    let data = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(data.path());
    let (tell, url) = watch::channel(server.url.clone());
    let killing = {
        let (data, acknowledged) = (data.path().to_owned(), acknowledged.clone());
        std::thread::spawn(move || kill_again_and_again(server, &data, &acknowledged, &tell))
    };
    let promised = enrol_all(&scans, url, acknowledged).await;
    let (server, kills) = killing.join().expect("no panic");
    assert!(kills >= KILLS, "{kills} kills");

    let mut records = RecordsClient::new(channel(&server.url).await);
    for (label, (scan, mark)) in &promised {
        let kept = records.get_scan(v1::GetRequest { id: scan.clone() }).await;
        let kept = kept.unwrap_or_else(|status| panic!("{label} was acknowledged and is lost: {status}")).into_inner();
        assert_eq!(kept.mark_ids, std::slice::from_ref(mark), "{label}");
    }
    let info = AdminClient::new(channel(&server.url).await).info(v1::InfoRequest {}).await.expect("info").into_inner();
    assert_eq!((info.specimens, info.scans, info.marks), (SCANS as u64, SCANS as u64, SCANS as u64), "a duplicate");
    let chain = AuditClient::new(channel(&server.url).await).verify(v1::VerifyRequest {}).await;
    let chain = chain.expect("an answer").into_inner();
    assert!(chain.intact, "event {}: {}", chain.broken_sequence, chain.reason);

    let calm = tempfile::tempdir().expect("a directory");
    let undisturbed = ServerProcess::start(calm.path());
    let (_tell, url) = watch::channel(undisturbed.url.clone());
    let expected = enrol_all(&scans, url, Arc::default()).await;
    let first = &scans[0].0;
    let list_after_kills = list(&server.url, &promised[first].1).await;
    assert_eq!(list_after_kills.len(), 50);
    assert_eq!(list_after_kills, list(&undisturbed.url, &expected[first].1).await);
    println!("{SCANS} scans, {kills} kills, {} events in one chain", chain.events);
}
