//! The demonstration's bullets: two of one barrel and some of others, all from the project's own generator, enrolled land
//! by land in an order that is none.

use crate::candidates;
use crate::client::{Client, Known, Place, Specimen, Upload, What, failure};
use crate::cmd::synth::lands::{LANDS, PITCH};
use crate::report::{Page, picture};
use anyhow::{Context, Result};
use headstamp_engine::formats::Topography;
use headstamp_engine::formats::x3p::{Provenance, X3pDocument};
use headstamp_engine::striae::compare::plot::plot;
use headstamp_engine::striae::{Direction, StriaKind, compare, signature};
use headstamp_engine::synth::striae::{Barrel, scan};
use headstamp_engine::trace::NoTrace;
use headstamp_proto::v1::{PartitionKind, SearchRequest, SearchResponse, search_request::Query};

/// Seed of the barrels.
const SEED: u64 = 1;
/// Barrels beside the questioned bullet's.
const OTHERS: u64 = 4;
/// Candidates shown.
const SHOWN: usize = 3;
/// Order in which the lands of a bullet come.
const ORDER: [usize; LANDS] = [4, 1, 6, 3, 5, 2];
/// Land 1 of the test fire is this land of the barrel, from 0; that of the questioned bullet is land 0.
const TURNED_BY: usize = 2;

/// The questioned bullet and what its search gave.
pub(super) struct Bullets {
    pub(super) answer: SearchResponse,
    /// Rank of the test fire of its barrel.
    pub(super) rank: Option<u32>,
}

/// A bullet of a synthetic barrel.
struct Shot {
    barrel: u64,
    shot: u64,
    /// Land 1 is this land of the barrel, from 0.
    first: usize,
}

impl Shot {
    /// The scan of land `number`, from 1.
    fn scan(&self, number: usize) -> Topography {
        scan(&Barrel::new(SEED, self.barrel, LANDS, 0.0), self.shot, (number - 1 + self.first) % LANDS, PITCH).0
    }
}

const QUESTIONED: Shot = Shot { barrel: 0, shot: 1, first: 0 };
const TEST_FIRE: Shot = Shot { barrel: 0, shot: 2, first: TURNED_BY };

/// Enrols all bullets and searches for the questioned one.
pub(super) async fn ask(client: &mut Client, known: &mut Known) -> Result<Bullets> {
    let questioned = enrol(client, known, &QUESTIONED, None).await?;
    let strangers = (1..=OTHERS).map(|barrel| Shot { barrel, shot: 1, first: barrel as usize % LANDS });
    for shot in std::iter::once(TEST_FIRE).chain(strangers) {
        enrol(client, known, &shot, Some(name(shot.barrel))).await?;
    }
    let partition_ids = client.partitions(&[]).await?.into_iter().map(|partition| partition.id).collect();
    let request = SearchRequest {
        query: Some(Query::SpecimenId(questioned)),
        partition_ids,
        purpose: "demonstration".into(),
        ..Default::default()
    };
    let answer = client.search.search(request).await.map_err(|status| failure(&status))?.into_inner();
    let own = answer.candidates.iter().find(|candidate| candidate.firearm_reference == name(TEST_FIRE.barrel));
    Ok(Bullets { rank: own.map(|candidate| candidate.rank), answer })
}

fn name(barrel: u64) -> String {
    format!("synthetic barrel {}", barrel + 1)
}

async fn enrol(client: &mut Client, known: &mut Known, shot: &Shot, firearm: Option<String>) -> Result<String> {
    let (partition, kind, label) = match &firearm {
        Some(firearm) => ("manufacture", PartitionKind::Manufacture, format!("bullet of {firearm}")),
        None => ("crime", PartitionKind::Crime, "questioned bullet".to_owned()),
    };
    let specimen = Specimen {
        place: Place { partition: partition.into(), kind },
        incident: firearm.is_none().then(|| "incident of the questioned bullet".into()),
        firearm,
        what: What::Bullet { land_count: LANDS as u32 },
        label,
    };
    let id = client.specimen(known, &specimen).await?;
    for number in ORDER {
        let bytes = X3pDocument::from_topography(&shot.scan(number), &Provenance::default())?.write()?;
        let file_name = format!("land {number}");
        let upload = Upload {
            specimen_id: &id,
            file_name: &file_name,
            instrument: "synthetic",
            kind: None,
            land: number as u32,
            nose_up: false,
            bytes: &bytes,
        };
        client.enroll(&upload).await.with_context(|| format!("land {number} of {}", specimen.label))?;
    }
    Ok(id)
}

impl Bullets {
    /// The list for the terminal.
    pub(super) fn print(&self) {
        let mut shown = self.answer.clone();
        shown.candidates.truncate(SHOWN);
        println!("\nquestioned bullet, of a barrel that does not exist: the first {SHOWN} candidates");
        print!("{}", candidates::text(&shown));
        println!("  known from the generator: the test fire of its barrel is at {}", super::place(self.rank));
    }

    /// The section of the report.
    pub(super) fn section(&self, page: &mut Page) -> Result<()> {
        page.heading("A questioned bullet");
        page.text(&format!(
            "No land scan may be redistributed, so these bullets are the project's own: two of one synthetic barrel, {OTHERS} of others, each with {LANDS} lands that were enrolled over gRPC in the order {ORDER:?}. Nobody said how they were scanned, so every land is read from both ends. Whoever scanned the test fire began {TURNED_BY} lands further on; the search has to find that phase."
        ));
        let counts = candidates::counts(&self.answer.engine, &self.answer.counts.unwrap_or_default());
        page.text(&format!("{counts}."));
        let (headings, mut rows) = candidates::table(&self.answer);
        rows.truncate(SHOWN);
        page.table(headings, &rows);
        for sentence in candidates::meaning(&self.answer) {
            page.text(&sentence);
        }
        let pairs = self.answer.candidates.first().and_then(|first| first.bullet.as_ref()).map(|parts| &parts.pairs);
        let own_first = self.rank == Some(1);
        let Some(pair) = pairs.and_then(|pairs| pairs.first()).filter(|_| own_first) else { return Ok(()) };
        let land = StriaKind::BulletLand;
        let own = signature(&QUESTIONED.scan(pair.reference_land as usize), land, &mut NoTrace)?;
        let other = signature(&TEST_FIRE.scan(pair.compared_land as usize), land, &mut NoTrace)?;
        let found = compare(&own, &other, Direction::Unknown)?;
        page.subheading(&format!(
            "Land {} of the questioned bullet on land {} of the first candidate",
            pair.reference_land, pair.compared_land
        ));
        page.figure(
            &picture::inline(&plot(&own, &other, &found), "both signatures")?,
            "The two signatures across the striae, each in units of its own deviation. Blue: the questioned bullet. Vermilion: the candidate, moved and stretched to lie on it. Shaded: segments that agree on one lag.",
        );
        Ok(())
    }
}
