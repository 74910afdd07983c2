//! A reference population: scored pairs of marks of known source, each with the firearms it touches.
//!
//! Everything in this module counts firearms, not pairs, as the unit that repeats: pairs that share a firearm are not
//! independent, so cross-validation and bootstrap leave out or redraw whole firearms.

use super::{CalibrateError, terms::Term};
use std::collections::BTreeMap;

/// One pair of marks of known source.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePair {
    /// The two firearms, as places in [`Reference::firearms`]; equal if one firearm made both marks.
    pub firearms: [usize; 2],
    /// True if the two marks have the same source.
    pub same_source: bool,
    /// The value of each term.
    pub values: Vec<f64>,
}

/// Pairs of known source and what was measured on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    terms: Vec<Term>,
    firearms: Vec<String>,
    pairs: Vec<ReferencePair>,
}

impl Reference {
    /// An empty population that will look at `terms`.
    ///
    /// # Errors
    /// [`CalibrateError::NoTerms`] without a term.
    pub fn new(terms: Vec<Term>) -> Result<Self, CalibrateError> {
        if terms.is_empty() {
            return Err(CalibrateError::NoTerms);
        }
        Ok(Self { terms, firearms: Vec::new(), pairs: Vec::new() })
    }

    /// The population of all `rows`: two firearms, whether the source is the same, and the columns of the pair.
    ///
    /// Firearms are numbered in the order of their names, so that the order of the rows changes nothing.
    ///
    /// # Errors
    /// As [`Term::value`], and [`CalibrateError::SourceContradicts`] if a same-source pair names two firearms.
    pub fn from_rows<'a, C: Fn(&str) -> Option<f64>>(
        terms: Vec<Term>,
        rows: impl IntoIterator<Item = ([&'a str; 2], bool, C)>,
    ) -> Result<Self, CalibrateError> {
        let mut reference = Self::new(terms)?;
        let mut named = Vec::new();
        for (firearms, same_source, column) in rows {
            if same_source && firearms[0] != firearms[1] {
                let [first, second] = firearms.map(str::to_owned);
                return Err(CalibrateError::SourceContradicts { first, second });
            }
            let values = reference.terms.iter().map(|term| term.value(&column)).collect::<Result<_, _>>()?;
            named.push((firearms, same_source, values));
        }
        let mut numbers: BTreeMap<&str, usize> =
            named.iter().flat_map(|(firearms, _, _)| *firearms).map(|name| (name, 0)).collect();
        numbers.values_mut().enumerate().for_each(|(place, number)| *number = place);
        reference.firearms = numbers.keys().map(|name| (*name).to_owned()).collect();
        reference.pairs = named
            .into_iter()
            .map(|(firearms, same_source, values)| {
                let firearms = firearms.map(|name| numbers.get(name).copied().unwrap_or_default());
                ReferencePair { firearms, same_source, values }
            })
            .collect();
        Ok(reference)
    }

    /// The terms, in the order of every pair's values.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
    /// Names of the firearms, sorted.
    pub fn firearms(&self) -> &[String] {
        &self.firearms
    }
    /// The pairs, in the order they were given.
    pub fn pairs(&self) -> &[ReferencePair] {
        &self.pairs
    }
    /// Number of same-source and of different-source pairs.
    pub fn counts(&self) -> [usize; 2] {
        let same = self.pairs.iter().filter(|pair| pair.same_source).count();
        [same, self.pairs.len() - same]
    }
    /// Splits one value a pair into those of same-source and those of different-source pairs.
    pub fn split(&self, value: impl Fn(usize, &ReferencePair) -> Option<f64>) -> [Vec<f64>; 2] {
        let mut split = [Vec::new(), Vec::new()];
        for (place, pair) in self.pairs.iter().enumerate() {
            if let Some(value) = value(place, pair) {
                split[usize::from(!pair.same_source)].push(value);
            }
        }
        split
    }
}
