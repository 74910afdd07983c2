//! Bullets against bullets inside each set: all phases at which the lands of one may lie on those of the other.

use super::marks::{Land, barrel};
use crate::progress;
use anyhow::{Context, Result};
use headstamp_engine::striae::{Bullet, BulletComparison, Direction, Signature, compare_bullets};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// Fewest lands of a bullet that is compared as one: a mean of two lands beats a mean of five by chance.
const LANDS_MIN: usize = 3;

/// One bullet of the manifest.
struct Fired<'a> {
    set: &'a str,
    name: &'a str,
    /// Known source of each land by its place.
    sources: Vec<Option<&'a str>>,
    bullet: Bullet,
}

/// Two compared bullets.
pub(crate) struct BulletPair {
    /// Their set.
    pub(super) set: String,
    /// The reference.
    pub(super) a: String,
    /// The compared one.
    pub(super) b: String,
    /// Known to be fired from one barrel.
    pub(super) same_source: bool,
    /// Whether every land lies on the one of its own source; absent of bullets from two barrels and of two that share no
    /// land.
    pub(super) phase_found: Option<bool>,
    /// How they compare.
    pub(super) found: BulletComparison,
}

/// Compares all bullets inside each set that have at least [`LANDS_MIN`] lands.
pub(super) fn compare(lands: &[Land], direction: Direction) -> Result<Vec<BulletPair>> {
    let fired = fired(lands)?;
    let mut places = Vec::new();
    for a in 0..fired.len() {
        places.extend((a + 1..fired.len()).filter(|b| fired[a].set == fired[*b].set).map(|b| (a, b)));
    }
    let bar = progress::bar("comparing bullets", places.len());
    let pairs = places
        .par_iter()
        .map(|&(a, b)| {
            let (a, b) = (&fired[a], &fired[b]);
            let found = compare_bullets(&a.bullet, &b.bullet, direction)
                .with_context(|| format!("{} against {}", a.name, b.name))?;
            bar.inc(1);
            let same_source = a.barrel() == b.barrel();
            Ok(BulletPair {
                set: a.set.to_owned(),
                a: a.name.to_owned(),
                b: b.name.to_owned(),
                same_source,
                phase_found: (same_source && a.shares(b)).then(|| lies_true(&a.sources, &b.sources, &found)),
                found,
            })
        })
        .collect();
    bar.finish_and_clear();
    pairs
}

impl Fired<'_> {
    fn barrel(&self) -> Option<&str> {
        self.sources.iter().flatten().next().map(|source| barrel(source))
    }

    /// Whether some land left its mark on both.
    fn shares(&self, other: &Self) -> bool {
        self.sources.iter().flatten().any(|source| other.sources.contains(&Some(source)))
    }
}

/// The bullets of every set, by name. All bullets of a set are taken to have as many lands as the largest number seen.
fn fired(lands: &[Land]) -> Result<Vec<Fired<'_>>> {
    let mut rings: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seats: BTreeMap<(&str, &str), Vec<(usize, &Land)>> = BTreeMap::new();
    for land in lands {
        let Some(seat) = &land.seat else { continue };
        let ring = rings.entry(&land.row.set).or_default();
        *ring = (*ring).max(seat.place + 1);
        seats.entry((&land.row.set, &seat.bullet)).or_default().push((seat.place, land));
    }
    let mut fired = Vec::new();
    for ((set, name), found) in seats {
        if found.len() < LANDS_MIN {
            continue;
        }
        let mut ring: Vec<Option<Signature>> = vec![None; rings[set]];
        let mut sources = vec![None; rings[set]];
        for (place, land) in found {
            // Scanned from the other end, the lands come in the opposite order.
            let place = if land.turned { rings[set] - 1 - place } else { place };
            ring[place] = Some(land.ready.signature().clone());
            sources[place] = Some(land.row.firearm.as_str());
        }
        let bullet = Bullet::new(&ring).with_context(|| format!("{set} {name}"))?;
        fired.push(Fired { set, name, sources, bullet });
    }
    Ok(fired)
}

/// Whether the lands that were laid on each other are of one source each.
fn lies_true(a: &[Option<&str>], b: &[Option<&str>], found: &BulletComparison) -> bool {
    !found.pairs.is_empty() && found.pairs.iter().all(|pair| a[pair.reference] == b[pair.compared])
}

/// Writes `bullets.csv`. Offsets count from 0: land k of `a` lies on land k + offset of `b`.
pub(super) fn write(path: &Path, pairs: &[BulletPair]) -> Result<()> {
    let named = || format!("cannot write {}", path.display());
    let mut out = csv::Writer::from_path(path).with_context(named)?;
    out.write_record([
        "a",
        "b",
        "set",
        "same_source",
        "score",
        "contrast",
        "offset",
        "lands",
        "lie",
        "mirrored_score",
        "phase_found",
    ])
    .with_context(named)?;
    for pair in pairs {
        let found = &pair.found;
        out.write_record([
            pair.a.clone(),
            pair.b.clone(),
            pair.set.clone(),
            u8::from(pair.same_source).to_string(),
            format!("{:.6}", found.score),
            format!("{:.4}", found.contrast),
            found.phase.offset.to_string(),
            found.phase.lands.to_string(),
            format!("{:?}", found.lie).to_lowercase(),
            found.mirrored.map_or_else(String::new, |score| format!("{score:.6}")),
            pair.phase_found.map_or_else(String::new, |found| u8::from(found).to_string()),
        ])
        .with_context(named)?;
    }
    out.flush().with_context(named)
}
