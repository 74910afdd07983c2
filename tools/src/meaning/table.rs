//! Reads a table of scores of known source: what `evaluate` writes, or what others published.
//!
//! Comma separated with one heading line. The source stands in `same_source` or `hypothesis` (1 same, 0 different); the
//! firearms in one of [`FIREARMS`]. A table that names only the two items of a pair ([`ITEMS`]) still tells its firearms:
//! items joined by same-source pairs come from one. `set` and `acquisition` are read if there.

use super::ScoredPair;
use anyhow::{Context, Result, bail};
use headstamp_engine::calibrate::inputs;
use headstamp_engine::calibrate::setting::{MarkRange, NOT_STATED};
use headstamp_engine::calibrate::terms::Term;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Pairs of columns that name the two firearms.
const FIREARMS: [[&str; 2]; 4] =
    [["firearm_a", "firearm_b"], ["weapon1", "weapon2"], ["firearm1", "firearm2"], ["gun1", "gun2"]];
/// Pairs of columns that name the two items.
const ITEMS: [[&str; 2]; 3] = [["a", "b"], ["reference", "compare"], ["image1", "image2"]];
/// Columns that say whether the source is the same.
const SOURCE: [&str; 2] = ["same_source", "hypothesis"];
/// Columns that hold congruent cells and cells.
const CELLS: [(&str, &str); 2] = [("cmc", "n"), ("cmcs", "cells")];
/// The congruent share of the cells: a column of `evaluate`, computed where a table has the counts alone.
const SHARE: &str = "cmc_fraction";

/// A table of scores.
pub(crate) struct Table {
    /// Its headings.
    pub(crate) heading: Vec<String>,
    /// Its fields, row by row, without the rows that repeat a pair.
    pub(crate) rows: Vec<Vec<String>>,
    /// The pairs, one a row.
    pub(crate) pairs: Vec<ScoredPair>,
    /// Rows left out because they hold a pair a second time, in the other order.
    pub(crate) repeated: usize,
}

impl Table {
    /// Reads the table at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let named = || format!("the score table {}", path.display());
        let mut reader = csv::Reader::from_path(path).with_context(named)?;
        let heading: Vec<String> =
            reader.headers().with_context(named)?.iter().map(|name| name.trim().to_owned()).collect();
        let at = |name: &str| heading.iter().position(|column| column == name);
        let both = |names: &[&str; 2]| Some([at(names[0])?, at(names[1])?]);
        let Some(source) = SOURCE.iter().find_map(|name| at(name)) else {
            bail!("{} has no column `same_source` or `hypothesis`", named());
        };
        let firearms = FIREARMS.iter().find_map(both);
        let items = ITEMS.iter().find_map(both);
        if firearms.or(items).is_none() {
            bail!("{} names neither firearms (`firearm_a`, `firearm_b`) nor items (`a`, `b`)", named());
        }
        let set = at("set");
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut repeated = 0;
        for record in reader.records() {
            let record = record.with_context(named)?;
            let row: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
            if let Some([a, b]) = items {
                let mut key = [row[a].clone(), row[b].clone()];
                key.sort();
                if !seen.insert((set.map(|set| row[set].clone()), key)) {
                    repeated += 1;
                    continue;
                }
            }
            rows.push(row);
        }
        let same = rows
            .iter()
            .enumerate()
            .map(|(number, row)| match row[source].as_str() {
                "1" | "true" => Ok(true),
                "0" | "false" => Ok(false),
                other => bail!("{}, line {}: source is `{other}`, not 1 or 0", named(), number + 2),
            })
            .collect::<Result<Vec<bool>>>()?;
        let stem = path.file_stem().map_or_else(|| "scores".into(), |stem| stem.to_string_lossy().into_owned());
        let set_of = |row: &[String]| set.map_or_else(|| stem.clone(), |set| row[set].clone());
        let firearms: Vec<[String; 2]> = match (firearms, items) {
            (Some(columns), _) => rows.iter().map(|row| columns.map(|column| row[column].clone())).collect(),
            (None, Some(columns)) => {
                let items: Vec<[String; 2]> =
                    rows.iter().map(|row| columns.map(|column| format!("{} {}", set_of(row), row[column]))).collect();
                joined(&items, &same).with_context(named)?
            }
            (None, None) => Vec::new(),
        };
        let acquisition = at("acquisition");
        let pairs = rows
            .iter()
            .zip(firearms)
            .zip(same)
            .map(|((row, firearms), same_source)| ScoredPair {
                firearms,
                same_source,
                set: set_of(row),
                acquisition: acquisition.map_or_else(|| NOT_STATED.to_owned(), |column| row[column].clone()),
                columns: numbers(&heading, row),
            })
            .collect();
        Ok(Self { heading, rows, pairs, repeated })
    }

    /// The one value of a column over all rows, if it has one.
    pub(crate) fn constant(&self, column: &str) -> Option<String> {
        let at = self.heading.iter().position(|name| name == column)?;
        let values: BTreeSet<&String> = self.rows.iter().map(|row| &row[at]).collect();
        (values.len() == 1).then(|| values.into_iter().next().cloned()).flatten()
    }

    /// What the marks of the rows at `places` are like, if the table has the columns that say so.
    pub(crate) fn marks(&self, places: &[usize]) -> Option<MarkRange> {
        let column = |name: &str| self.heading.iter().position(|heading| heading == name);
        let fields = |names: [&str; 2]| -> Option<Vec<&String>> {
            let at = [column(names[0])?, column(names[1])?];
            Some(places.iter().flat_map(|place| at.map(|at| &self.rows[*place][at])).collect())
        };
        let range = |names: [&str; 2]| -> Option<[f64; 2]> {
            let values = fields(names)?.into_iter().map(|field| field.parse().ok()).collect::<Option<Vec<f64>>>()?;
            Some([values.iter().copied().reduce(f64::min)?, values.iter().copied().reduce(f64::max)?])
        };
        let origins: BTreeSet<&String> = fields(["origin_a", "origin_b"])?.into_iter().collect();
        Some(MarkRange {
            origins: origins.into_iter().cloned().collect(),
            area_mm2: range(["area_a_mm2", "area_b_mm2"])?,
            sq_um: range(["sq_a_um", "sq_b_um"])?,
        })
    }

    /// The terms a model of this table looks at unless told otherwise.
    pub(crate) fn usual_terms(&self) -> Result<Vec<Term>> {
        // The congruent cells go in as a logarithm beside the correlation, on breech faces and firing pins alike.
        let usual: [&[&str]; 6] =
            [&inputs::IMPRESSION, &["accf", "ln(1+cmc)"], &["ln(1+cmcs)"], &["ccf"], &["ccf_max"], &["score"]];
        for texts in usual {
            let terms = texts.iter().map(|text| text.parse()).collect::<Result<Vec<Term>, _>>()?;
            if terms.iter().flat_map(Term::columns).all(|column| self.heading.iter().any(|name| name == column)) {
                return Ok(terms);
            }
        }
        bail!("no usual score among the columns {}: name the terms with --terms", self.heading.join(", "))
    }
}

/// The fields of a row that are numbers, by name.
fn numbers(heading: &[String], row: &[String]) -> BTreeMap<String, f64> {
    let mut numbers: BTreeMap<String, f64> =
        heading.iter().zip(row).filter_map(|(name, field)| Some((name.clone(), field.parse().ok()?))).collect();
    // Tables of congruent cells have the count and the cells; the share is what all of them can be compared by.
    for (congruent, cells) in CELLS {
        if let (Some(congruent), Some(cells)) = (numbers.get(congruent), numbers.get(cells))
            && *cells > 0.0
        {
            let share = congruent / cells;
            numbers.entry(SHARE.to_owned()).or_insert(share);
        }
    }
    numbers
}

/// Firearms of items known only by which pairs have the same source: the name of a firearm is its first item's.
fn joined(pairs: &[[String; 2]], same: &[bool]) -> Result<Vec<[String; 2]>> {
    let mut first: BTreeMap<&str, &str> = pairs.iter().flatten().map(|item| (item.as_str(), item.as_str())).collect();
    // Every round gives the two items of a same-source pair the smaller of their names, until nothing changes.
    loop {
        let mut changed = false;
        for ([a, b], _) in pairs.iter().zip(same).filter(|(_, same)| **same) {
            let name = first[a.as_str()].min(first[b.as_str()]);
            for item in [a, b] {
                changed |= first.insert(item, name) != Some(name);
            }
        }
        if !changed {
            break;
        }
    }
    for ([a, b], same) in pairs.iter().zip(same) {
        if !same && first[a.as_str()] == first[b.as_str()] {
            bail!("`{a}` and `{b}` are a different-source pair, yet same-source pairs join them");
        }
    }
    Ok(pairs.iter().map(|pair| [first[pair[0].as_str()], first[pair[1].as_str()]].map(str::to_owned)).collect())
}
