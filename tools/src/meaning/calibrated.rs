//! Scored pairs with their cross-validated likelihood ratios.

use anyhow::Result;
use headstamp_engine::calibrate::CalibrateError;
use headstamp_engine::calibrate::crossval::{self, cross_validate};
use headstamp_engine::calibrate::metrics;
use headstamp_engine::calibrate::model::LogLr;
use headstamp_engine::calibrate::reference::Reference;
use headstamp_engine::calibrate::terms::Term;
use std::collections::{BTreeMap, BTreeSet};

/// One pair of known source and the numbers measured on it.
#[derive(Clone, Debug)]
pub(crate) struct ScoredPair {
    /// The two firearms.
    pub(crate) firearms: [String; 2],
    /// Known to have the same source.
    pub(crate) same_source: bool,
    /// The collection the pair belongs to.
    pub(crate) set: String,
    /// How both marks were measured.
    pub(crate) acquisition: String,
    /// Numbers by name.
    pub(crate) columns: BTreeMap<String, f64>,
}

/// Pairs, and the likelihood ratio of each from a model that saw neither of its firearms.
pub(crate) struct Calibrated {
    /// The pairs.
    pub(crate) pairs: Vec<ScoredPair>,
    /// What the models look at.
    pub(crate) terms: Vec<Term>,
    /// All pairs as one population, for intervals over firearms.
    pub(crate) reference: Reference,
    /// Likelihood ratios in the order of the pairs; none where too few firearms are left to fit a model.
    pub(crate) log_lrs: Vec<Option<LogLr>>,
    /// Cllr of each set (second name) under a model fitted on another whole set (first name).
    pub(crate) transfer: BTreeMap<String, BTreeMap<String, Option<f64>>>,
}

/// The population of the pairs at `places`.
pub(crate) fn population(pairs: &[ScoredPair], places: &[usize], terms: &[Term]) -> Result<Reference, CalibrateError> {
    let rows = places.iter().map(|place| {
        let pair = &pairs[*place];
        let firearms = [pair.firearms[0].as_str(), pair.firearms[1].as_str()];
        (firearms, pair.same_source, |name: &str| pair.columns.get(name).copied())
    });
    Reference::from_rows(terms.to_vec(), rows)
}

impl Calibrated {
    /// Calibrates the pairs, each acquisition by itself.
    pub(crate) fn of(pairs: Vec<ScoredPair>, terms: Vec<Term>) -> Result<Self> {
        let mut by_acquisition: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, pair) in pairs.iter().enumerate() {
            by_acquisition.entry(&pair.acquisition).or_default().push(place);
        }
        let mut log_lrs = vec![None; pairs.len()];
        for places in by_acquisition.values() {
            let found = cross_validate(&population(&pairs, places, &terms)?);
            places.iter().zip(found).for_each(|(place, log_lr)| log_lrs[*place] = log_lr);
        }
        let everything: Vec<usize> = (0..pairs.len()).collect();
        let reference = population(&pairs, &everything, &terms)?;
        let transfer = transfer(&pairs, &terms)?;
        Ok(Self { reference, log_lrs, transfer, terms, pairs })
    }

    /// Names of the sets, sorted.
    pub(crate) fn sets(&self) -> BTreeSet<&str> {
        self.pairs.iter().map(|pair| pair.set.as_str()).collect()
    }

    /// Likelihood ratios of the pairs of `set`, or of all pairs, by place; none for the others.
    pub(crate) fn values(&self, set: Option<&str>) -> Vec<Option<f64>> {
        let inside = |place: usize| set.is_none_or(|set| self.pairs[place].set == set);
        self.log_lrs
            .iter()
            .enumerate()
            .map(|(place, log_lr)| log_lr.filter(|_| inside(place)).map(|l| l.value))
            .collect()
    }
}

/// Cllr of every set under the model of every other set with which it shares no firearm.
pub(crate) fn transfer(
    pairs: &[ScoredPair],
    terms: &[Term],
) -> Result<BTreeMap<String, BTreeMap<String, Option<f64>>>, CalibrateError> {
    let mut by_set: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, pair) in pairs.iter().enumerate() {
        by_set.entry(&pair.set).or_default().push(place);
    }
    let mut sets = BTreeMap::new();
    for (set, places) in &by_set {
        sets.insert(*set, population(pairs, places, terms)?);
    }
    let firearms = |set: &Reference| set.firearms().iter().cloned().collect::<BTreeSet<_>>();
    let mut table = BTreeMap::new();
    for (fitted_name, fitted) in &sets {
        let mut row = BTreeMap::new();
        for (tested_name, tested) in &sets {
            if !firearms(fitted).is_disjoint(&firearms(tested)) {
                continue;
            }
            let cost = crossval::transfer(fitted, tested).ok().and_then(|log_lrs| {
                let [same, different] = tested.split(|place, _| Some(log_lrs[place].value));
                metrics::cllr(&same, &different)
            });
            row.insert((*tested_name).to_owned(), cost);
        }
        if !row.is_empty() {
            table.insert((*fitted_name).to_owned(), row);
        }
    }
    Ok(table)
}
