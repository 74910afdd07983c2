//! What the score of one comparison of two files means: as JSON, on the terminal, on a page.

use crate::report::Page;
use headstamp_engine::calibrate::expected::Expected;
use headstamp_engine::calibrate::model::{LogLr, Scope};
use headstamp_engine::calibrate::models::{Meaning, Models};
use headstamp_engine::calibrate::setting::{Setting, Traits, acquisition};
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;
use headstamp_engine::compare::Comparison;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::template::Template;
use serde_json::{Value, json};
use std::fmt::Write;

/// Two compared marks and their instruments; empty where none is stated.
pub(crate) struct Pair<'a> {
    pub(crate) marks: [&'a Template; 2],
    pub(crate) instruments: [String; 2],
    pub(crate) comparison: &'a Comparison,
}

/// What a comparison means, and how often different-source pairs reach its score.
pub(crate) struct Said<'m> {
    pub(crate) meaning: Result<Meaning<'m>, Uncalibrated>,
    /// Of one eligible mark: the share of different-source pairs.
    share: Option<Expected>,
}

impl Pair<'_> {
    /// What the comparison means by the first model that fits.
    pub(crate) fn said<'m>(&self, models: &'m Models) -> Said<'m> {
        let scope = Scope {
            mark_kind: self.marks[0].kind.code().to_owned(),
            acquisition: acquisition(&self.instruments[0], &self.instruments[1]),
            method: self.comparison.method.clone(),
        };
        let setting = Setting { scope, marks: self.marks.map(Traits::of) };
        let share = models.expected(&setting, self.comparison, 1).map(|(_, share)| share);
        Said { meaning: models.meaning(&setting, self.comparison), share }
    }
}

/// Adds the meaning to the document of a comparison.
pub(crate) fn add(document: &mut Value, kind: MarkKind, said: &Said<'_>) {
    document["different_source_at_or_above"] = said.share.map_or(Value::Null, |share| {
        json!({
            "seen": share.seen, "of": share.of, "share": share.count, "share_upper": share.count_upper,
            "share_upper_by_firearms": share.count_upper_by_firearms,
        })
    });
    let meaning = match &said.meaning {
        Ok(meaning) => meaning,
        Err(reason) => {
            document["log10_lr"] = Value::Null;
            document["log10_lr_reason"] = reason.to_string().into();
            return;
        }
    };
    let (held, log_lr) = (meaning.by, &meaning.log_lr);
    let (scope, population) = (&held.model.scope, &held.model.population);
    let propositions = meaning.propositions(&kind.to_string());
    document["log10_lr"] = log_lr.value.into();
    document["log10_lr_reason"] = Value::Null;
    document["log10_lr_interval"] = log_lr.interval.map_or(Value::Null, |(low, high)| json!([low, high]));
    document["at_bound"] = log_lr.bound.is_some().into();
    document["support"] = meaning.words().into();
    document["statement"] = meaning.statement(&kind.to_string()).into();
    document["propositions"] =
        json!({ "same_source": propositions.same_source, "different_source": propositions.different_source });
    document["model"] = json!({
        "id": held.id, "sha256": held.digest.to_string(), "method": scope.method, "acquisition": scope.acquisition,
        "bounds": [held.model.bounds.lower, held.model.bounds.upper],
        "population": population.name, "firearms": population.firearms,
        "same_source_pairs": population.same_source_pairs,
        "different_source_pairs": population.different_source_pairs, "source": population.source,
    });
}

/// Lines for the terminal.
pub(crate) fn text(kind: MarkKind, said: &Said<'_>) -> String {
    let mut text = match &said.meaning {
        Err(reason) => format!("log10 LR    none: {reason}\n"),
        Ok(meaning) => {
            let statement = meaning.statement(&kind.to_string());
            format!(
                "log10 LR    {}\n            {statement}\npopulation  {}\n",
                value(&meaning.log_lr),
                population(meaning)
            )
        }
    };
    if let Some(share) = &said.share {
        let _ = writeln!(text, "strangers   {}", reached(share));
    }
    text
}

/// The meaning on the page of a comparison.
pub(crate) fn section(page: &mut Page, kind: MarkKind, said: &Said<'_>) {
    page.heading("What the score means");
    match &said.meaning {
        Err(reason) => page.text(&format!("No likelihood ratio is given. {reason}.")),
        Ok(meaning) => {
            page.text(&format!("log10 likelihood ratio: {}.", value(&meaning.log_lr)));
            page.text(&meaning.statement(&kind.to_string()));
            page.text(&format!("Reference population: {}.", population(meaning)));
            page.text(&format!("Source of its scores: {}.", meaning.by.model.population.source));
        }
    }
    if let Some(share) = &said.share {
        page.text(&reached(share));
    }
}

fn value(log_lr: &LogLr) -> String {
    let mut text = format!("{:.2}", log_lr.value);
    if log_lr.bound.is_some() {
        text.push_str(", held at the bound of the population");
    }
    if let Some((low, high)) = log_lr.interval.filter(|(low, high)| low < high) {
        let _ = write!(text, " (95 % over its firearms {low:.2} to {high:.2})");
    }
    text
}

fn reached(share: &Expected) -> String {
    format!(
        "{} of {} different-source pairs of the population reach this score: below {:.2} % of pairs (95 %; {:.0} % if only pairs of firearms are independent).",
        share.seen,
        share.of,
        100.0 * share.count_upper,
        100.0 * share.count_upper_by_firearms
    )
}

fn population(meaning: &Meaning<'_>) -> String {
    let (held, population) = (meaning.by, &meaning.by.model.population);
    format!(
        "{}; {} firearms, {} same-source and {} different-source pairs, measured with {}; log10 LR within {:.2} to {:.2}; model {}, SHA-256 {}",
        population.name,
        population.firearms,
        population.same_source_pairs,
        population.different_source_pairs,
        held.model.scope.acquisition,
        held.model.bounds.lower,
        held.model.bounds.upper,
        held.id,
        held.digest
    )
}
