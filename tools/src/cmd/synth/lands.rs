//! Bullets of barrels that do not exist, land by land.

use super::{Arguments, Drawn, Written};
use anyhow::Result;
use headstamp_engine::synth::striae::{Barrel, scan};
use headstamp_engine::units::{Metres, um};
use indicatif::ProgressBar;

/// Lands of a barrel: six, as the 9 mm class that the generator was drawn after has them.
pub(crate) const LANDS: usize = 6;
/// Distance between samples: half of the coarsest that the method takes, so that a scan is 182,000 samples.
pub(crate) const PITCH: Metres = um(3.0);

/// All shots of one barrel.
pub(super) fn shoot(arguments: &Arguments, firearm: u64, bar: &ProgressBar) -> Result<Vec<Written>> {
    let barrel = Barrel::new(arguments.seed, firearm, LANDS, 0.0);
    let mut written = Vec::new();
    for shot in 1..=arguments.shots {
        for land in 1..=LANDS {
            written.push(write(arguments, &barrel, (firearm, shot), land)?);
            bar.inc(1);
        }
    }
    Ok(written)
}

/// Whoever scans a bullet begins where it pleases: land 1 of a shot is this land of the barrel, from 0.
fn first(firearm: u64, shot: u64) -> usize {
    ((3 * firearm + 5 * shot) % LANDS as u64) as usize
}

fn write(arguments: &Arguments, barrel: &Barrel, (firearm, shot): (u64, u64), land: usize) -> Result<Written> {
    let of_barrel = (land - 1 + first(firearm, shot)) % LANDS;
    let (topography, width) = scan(barrel, shot, of_barrel, PITCH);
    Drawn {
        topography,
        name: format!("f{firearm:05}_s{shot:03}_l{land}"),
        source: format!("synthetic-{}-{firearm:05}/land-{}", arguments.seed, of_barrel + 1),
        item: format!("s{shot:03} land {land}"),
        drawn: format!("seed {}, firearm {firearm}, shot {shot}, land {of_barrel}", arguments.seed),
        pitch: PITCH,
        notes: format!("{:.0} um between the feet of its walls along the rows", width.micrometres()),
        land: Some((land, LANDS)),
    }
    .write(arguments)
}
