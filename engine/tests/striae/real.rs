//! The real lands of Hamby sets 252 and 44, with who made them. They may not be redistributed, so they are looked for
//! beside the checkout; without them the tests say so and pass.

use headstamp_engine::formats::{ReadSettings, Scan, Topography, read};
use headstamp_engine::striae::{Ready, Signature, StriaKind, signature};
use headstamp_engine::trace::NoTrace;
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::OnceLock;

/// One real land.
pub(crate) struct Land {
    /// File name without folder and ending.
    pub(crate) name: String,
    /// `hamby252` or `hamby44`.
    pub(crate) set: String,
    /// Barrel and land that made it; ids of both sets' barrel 1 are those of set 252.
    pub(crate) source: String,
    /// Set, barrel and bullet.
    pub(crate) bullet: String,
    /// Number on its bullet, from 0.
    pub(crate) place: usize,
    /// Its signature.
    pub(crate) signature: Signature,
    /// Ready to be compared.
    pub(crate) ready: Ready,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data")
}

/// The scan of a land by its name, if it is there.
pub(crate) fn scan(name: &str) -> Option<Topography> {
    let set = if name.starts_with("Br") { "hamby252" } else { "hamby44" };
    let path = folder().join(format!("bullet_land/{set}/{name}.x3p"));
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped {name}: the scan is not here");
        return None;
    };
    match read(&bytes, &ReadSettings::default()).unwrap().scan {
        Scan::Topography(topography) => Some(topography),
        other => panic!("{name} holds no topography: {other:?}"),
    }
}

/// Ids of set 44's barrel 1 in those of set 252 (found by correlation, all bullet pairs agreeing; see the data's README).
fn source(id: &str) -> String {
    match id.strip_prefix("hamby44-barrel-01/land-") {
        Some(letter) => {
            let number = "DEFABC".find(letter).unwrap() + 1;
            format!("hamby-barrel-01/land-{number}")
        }
        None => id.into(),
    }
}

/// Every real land in the order of the manifest; none if they are not there.
pub(crate) fn lands() -> &'static [Land] {
    static LANDS: OnceLock<Vec<Land>> = OnceLock::new();
    LANDS.get_or_init(|| {
        let Ok(manifest) = std::fs::read_to_string(folder().join("manifest.tsv")) else {
            println!("skipped: the shared data is not here");
            return Vec::new();
        };
        let rows: Vec<Vec<&str>> = manifest
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|columns| columns.get(1) == Some(&"bullet_land_3d"))
            .collect();
        rows.par_iter()
            .map(|columns| {
                let name = columns[0].rsplit('/').next().unwrap().trim_end_matches(".x3p").to_owned();
                let (bullet, place) = name.rsplit_once("_Land").unwrap();
                let signature = signature(&scan(&name).unwrap(), StriaKind::BulletLand, &mut NoTrace)
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                Land {
                    set: columns[2].into(),
                    source: source(columns[3]),
                    bullet: bullet.into(),
                    place: place.parse::<usize>().unwrap() - 1,
                    ready: Ready::of(&signature),
                    signature,
                    name,
                }
            })
            .collect()
    })
}

/// Area under the curve: how often a same-source score lies above a different-source one, ties counting half.
pub(crate) fn auc(same: &[f64], different: &[f64]) -> f64 {
    let wins: f64 = same
        .iter()
        .flat_map(|a| {
            different.iter().map(move |b| {
                if a > b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    wins / (same.len() * different.len()) as f64
}

/// The value below which this share lies.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}
