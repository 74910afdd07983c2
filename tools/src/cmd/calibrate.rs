//! `headstamp calibrate`: fits a calibration model to a table of scores of known source.

use crate::meaning::calibrated::population;
use crate::meaning::table::Table;
use crate::output;
use anyhow::{Context, Result, bail};
use headstamp_engine::calibrate::fit::{Provenance, fit};
use headstamp_engine::calibrate::model::{CalibrationModel, Scope};
use headstamp_engine::calibrate::setting::NOT_STATED;
use headstamp_engine::calibrate::terms::Term;
use headstamp_engine::ids::Digest;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Arguments of `headstamp calibrate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Table of scores with known source: pairs.csv of `evaluate`, or a published one.
    #[arg(long)]
    scores: PathBuf,
    /// Model document to write (JSON).
    #[arg(long)]
    out: PathBuf,
    /// What the model looks at, with commas between: `column`, `column/column`, `ln(column)`, `ln(number+column)`.
    #[arg(long, value_delimiter = ',')]
    terms: Vec<Term>,
    /// Sets of the table to use, with commas between; all if not given.
    #[arg(long, value_delimiter = ',')]
    set: Vec<String>,
    /// Acquisition to use; where the table holds several, the one with most pairs if not given.
    #[arg(long)]
    acquisition: Option<String>,
    /// Kind of mark, where the table does not name it.
    #[arg(long)]
    kind: Option<String>,
    /// Method that gave the scores, where the table does not name it.
    #[arg(long)]
    method: Option<String>,
    /// Name of the reference population; the file's name if not given.
    #[arg(long)]
    name: Option<String>,
    /// Where the population comes from: citation, licence. The SHA-256 of the table is always added.
    #[arg(long)]
    source: Option<String>,
    /// Print the model as one JSON document.
    #[arg(long)]
    json: bool,
}

/// Fits, writes and prints the model.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let table = Table::read(&arguments.scores)?;
    let digest = Digest::of(&std::fs::read(&arguments.scores).context("reading the score table again")?);
    let terms = if arguments.terms.is_empty() { table.usual_terms()? } else { arguments.terms.clone() };
    for set in &arguments.set {
        if !table.pairs.iter().any(|pair| pair.set == *set) {
            bail!("{} has no set `{set}`", arguments.scores.display());
        }
    }
    let in_sets: Vec<usize> = (0..table.pairs.len())
        .filter(|place| arguments.set.is_empty() || arguments.set.contains(&table.pairs[*place].set))
        .collect();
    let acquisition = acquisition(arguments, &table, &in_sets)?;
    let stated = table.pairs.iter().any(|pair| pair.acquisition != NOT_STATED);
    let places: Vec<usize> =
        in_sets.into_iter().filter(|place| !stated || table.pairs[*place].acquisition == acquisition).collect();
    if table.repeated > 0 {
        eprintln!("{} rows that repeat a pair in the other order were left out", table.repeated);
    }

    let reference = population(&table.pairs, &places, &terms)?;
    let scores: Option<Vec<f64>> =
        places.iter().map(|place| table.pairs[*place].columns.get("score").copied()).collect();
    let text = |given: &Option<String>, column: &str| {
        given.clone().or_else(|| table.constant(column)).unwrap_or_else(|| NOT_STATED.to_owned())
    };
    let scope =
        Scope { mark_kind: text(&arguments.kind, "kind"), acquisition, method: text(&arguments.method, "method") };
    for (what, value, option) in [
        ("kind of mark", &scope.mark_kind, "--kind"),
        ("acquisition", &scope.acquisition, "--acquisition"),
        ("method", &scope.method, "--method"),
    ] {
        if value == NOT_STATED {
            eprintln!("the table does not name the {what}: without {option} the model will fit no search");
        }
    }
    let stem = arguments.scores.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let given = arguments.source.as_ref().map_or_else(String::new, |source| format!("{source}; "));
    let provenance = Provenance {
        name: arguments.name.clone().unwrap_or(stem),
        source: format!("{given}scores with SHA-256 {digest}"),
        marks: table.marks(&places),
    };
    let model = fit(&reference, scope, provenance, scores.as_deref().map(|scores| ("score", scores)))?;
    std::fs::write(&arguments.out, model.to_json()?)
        .with_context(|| format!("cannot write {}", arguments.out.display()))?;
    if arguments.json {
        return output::json(&model);
    }
    print!("{}", described(&model));
    println!("written: {}", arguments.out.display());
    Ok(())
}

/// The acquisition the model is for: the one asked for, else the one with most pairs.
fn acquisition(arguments: &Arguments, table: &Table, places: &[usize]) -> Result<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for place in places {
        *counts.entry(&table.pairs[*place].acquisition).or_default() += 1;
    }
    let stated = counts.keys().any(|name| *name != NOT_STATED);
    if let Some(asked) = &arguments.acquisition {
        if stated && !counts.contains_key(asked.as_str()) {
            let known: Vec<&str> = counts.into_keys().collect();
            bail!("no pair has the acquisition `{asked}`; there are: {}", known.join("; "));
        }
        return Ok(asked.clone());
    }
    let most = counts.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
    let Some((name, count)) = most else { bail!("{} holds no pair", arguments.scores.display()) };
    if counts.len() > 1 {
        eprintln!(
            "{} acquisitions in the table, which are never calibrated together: the model is for `{name}` ({count} pairs)",
            counts.len()
        );
    }
    Ok((*name).to_owned())
}

/// The model in a few lines.
fn described(model: &CalibrationModel) -> String {
    let population = &model.population;
    let mut text = format!(
        "{} firearms, {} same-source and {} different-source pairs\nlog10 LR = {:.3}",
        population.firearms, population.same_source_pairs, population.different_source_pairs, model.intercept
    );
    for term in &model.terms {
        text.push_str(&format!(" {:+.3} * ({} - {:.4}) / {:.4}", term.weight, term.term, term.mean, term.scale));
    }
    text.push_str(&format!(", held between {:.2} and {:.2}\n", model.bounds.lower, model.bounds.upper));
    text
}
