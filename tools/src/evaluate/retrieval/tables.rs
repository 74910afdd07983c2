//! `ranks.csv`, a row a query, and `mates.csv`, a row an ordered mate pair with its rank after each stage and the
//! probability by the fitted tails that one different-source mark comes above it.

use super::ask::Asked;
use super::degraded::Degraded;
use crate::evaluate::marks::Mark;
use anyhow::{Context, Result};
use std::path::Path;

/// Writes both tables.
pub(crate) fn write(folder: &Path, marks: &[Mark], asked: &[(Degraded, Vec<Asked>)]) -> Result<()> {
    let every = || asked.iter().flat_map(|(degraded, asked)| asked.iter().map(move |one| (degraded, one)));
    let path = folder.join("ranks.csv");
    let mut out = csv::Writer::from_path(&path).with_context(|| format!("cannot write {}", path.display()))?;
    out.write_record([
        "query",
        "set",
        "first_mate_rank",
        "worst_mate_rank",
        "mates",
        "gallery",
        "surrogate_above_first_mate",
        "degraded",
        "draw",
    ])?;
    for (degraded, one) in every() {
        let ranks: Vec<Option<usize>> = one.mates.iter().map(|pair| pair.ranks[3]).collect();
        // A mate that is not on the list has no rank, so neither has the worst one.
        let worst = ranks.iter().copied().collect::<Option<Vec<_>>>().and_then(|ranks| ranks.into_iter().max());
        let row = &marks[one.query].row;
        out.write_record([
            row.path.clone(),
            row.set.clone(),
            text(ranks.iter().flatten().copied().min()),
            text(worst),
            one.mates.len().to_string(),
            one.gallery.to_string(),
            u8::from(one.surrogate_above).to_string(),
            degraded.to_string(),
            one.draw.to_string(),
        ])?;
    }
    out.flush().with_context(|| format!("cannot write {}", path.display()))?;
    let path = folder.join("mates.csv");
    let mut out = csv::Writer::from_path(&path).with_context(|| format!("cannot write {}", path.display()))?;
    out.write_record([
        "query",
        "mate",
        "set",
        "mate_set",
        "first_answer_rank",
        "scan_rank",
        "refined_rank",
        "rank",
        "degraded",
        "draw",
        "scan_beyond",
        "refined_beyond",
        "overlap",
    ])?;
    for (degraded, one) in every() {
        for pair in &one.mates {
            let (query, mate) = (&marks[pair.query].row, &marks[pair.mate].row);
            let [first, scan, refined, compared] = pair.ranks.map(text);
            let beyond =
                |stage: usize| pair.beyond.map_or_else(String::new, |beyond| format!("{:.3e}", beyond[stage][0]));
            out.write_record([
                query.path.clone(),
                mate.path.clone(),
                query.set.clone(),
                mate.set.clone(),
                first,
                scan,
                refined,
                compared,
                degraded.to_string(),
                one.draw.to_string(),
                beyond(0),
                beyond(1),
                pair.overlap.map_or_else(String::new, |share| format!("{share:.3}")),
            ])?;
        }
    }
    out.flush().with_context(|| format!("cannot write {}", path.display()))
}

fn text(rank: Option<usize>) -> String {
    rank.map(|rank| rank.to_string()).unwrap_or_default()
}
