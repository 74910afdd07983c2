//! Comparison counts others published for the very same pairs, where a table of them lies beside the manifest.
//!
//! `scores/SET_cmc_nist.csv` with columns `reference,compare,same_source,cells,cmcs`: congruent matching cells by NIST.
//! A name there is an item of the manifest, with or without the name of the set before it (`Fadul 1-1` is item `1-1`).

use super::marks::Mark;
use super::pairs::Pair;
use super::summary::Spread;
use anyhow::{Context, Result};
use headstamp_engine::calibrate::metrics;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Published counts of one set, on exactly the pairs that were compared here too.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Published {
    /// Where the counts come from.
    pub(crate) source: &'static str,
    /// Pairs found in both.
    pub(crate) n_km: usize,
    /// See `n_km`.
    pub(crate) n_knm: usize,
    /// Congruent share of all cells, published.
    pub(crate) cmc_fraction: Spread,
    /// Congruent share of all cells on the same pairs, ours.
    pub(crate) cmc_fraction_ours: Spread,
}

/// The published counts of `set`, or `None` without a table or without a common pair.
pub(crate) fn read(manifest: &Path, set: &str, marks: &[Mark], pairs: &[Pair]) -> Result<Option<Published>> {
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let path = folder.join("scores").join(format!("{set}_cmc_nist.csv"));
    if !path.is_file() {
        return Ok(None);
    }
    let table = table(&path, set)?;
    let (mut theirs, mut ours) = ([vec![], vec![]], [vec![], vec![]]);
    for pair in pairs.iter().filter(|pair| marks[pair.a].row.set == set) {
        let (a, b) = (marks[pair.a].row.item.clone(), marks[pair.b].row.item.clone());
        let Some(fraction) = table.get(&(a.clone(), b.clone())).or_else(|| table.get(&(b, a))) else { continue };
        let side = usize::from(!pair.same_source);
        theirs[side].push(*fraction);
        ours[side].push(pair.parts.cmc_fraction);
    }
    if theirs.iter().all(Vec::is_empty) {
        return Ok(None);
    }
    let [km, knm] = &theirs;
    Ok(Some(Published {
        source: "NIST, congruent matching cells",
        n_km: km.len(),
        n_knm: knm.len(),
        cmc_fraction: Spread::of(km, knm, metrics::auc(km, knm), metrics::eer(km, knm)),
        cmc_fraction_ours: Spread::of(
            &ours[0],
            &ours[1],
            metrics::auc(&ours[0], &ours[1]),
            metrics::eer(&ours[0], &ours[1]),
        ),
    }))
}

/// Congruent share by the two items of a pair.
fn table(path: &Path, set: &str) -> Result<BTreeMap<(String, String), f64>> {
    let named = || format!("the score table {}", path.display());
    let mut reader = csv::Reader::from_path(path).with_context(named)?;
    let item = |name: &str| {
        let trimmed = name.trim();
        let bare =
            trimmed.get(..set.len()).filter(|head| head.eq_ignore_ascii_case(set)).map(|_| &trimmed[set.len()..]);
        bare.unwrap_or(trimmed).trim().to_owned()
    };
    let mut table = BTreeMap::new();
    for record in reader.deserialize::<(String, String, u8, f64, f64)>() {
        let (reference, compared, _, cells, congruent) = record.with_context(named)?;
        if cells > 0.0 {
            table.insert((item(&reference), item(&compared)), congruent / cells);
        }
    }
    Ok(table)
}
