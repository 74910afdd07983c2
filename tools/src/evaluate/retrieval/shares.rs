//! The figures of a set's queries.

use super::STAGES;
use super::ask::{Asked, MatePair};
use super::gallery::Built;
use super::growth::{self, Extrapolated, Growth};
use super::overlap::CLASSES;
use headstamp_engine::calibrate::metrics;
use headstamp_engine::index::coherent::PASSED;
use headstamp_engine::synth::distractors::Making;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Shares of one set's queries.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Retrieval {
    /// Queries that have a mate; a mark drawn anew counts each time.
    pub(crate) queries: usize,
    /// Firearms behind the queries: marks of one firearm are no independent trials.
    pub(crate) firearms: usize,
    /// Ordered mate pairs.
    pub(crate) mate_pairs: usize,
    /// Share of queries whose best mate is at rank 1, in the first 10, in the first 100.
    pub(crate) first_r1: Option<f64>,
    /// See `first_r1`.
    pub(crate) first_r10: Option<f64>,
    /// See `first_r1`.
    pub(crate) first_r100: Option<f64>,
    /// Share of ordered mate pairs whose mate is at rank 1, in the first 10, in the first 100.
    pub(crate) every_r1: Option<f64>,
    /// Wilson's 95 % interval of it, as if pairs were independent: too narrow.
    pub(crate) every_r1_interval: Option<(f64, f64)>,
    /// See `every_r1`.
    pub(crate) every_r10: Option<f64>,
    /// See `every_r1`.
    pub(crate) every_r100: Option<f64>,
    /// Share of queries with a surrogate of a scan's own mask before the first mate; absent without surrogates.
    pub(crate) surrogate_above: Option<f64>,
    /// What the scan's first filter does.
    pub(crate) filter: Filter,
    /// The same shares after each stage.
    pub(crate) stages: BTreeMap<&'static str, Stage>,
    /// Share of ordered mate pairs at rank 1 by the set of the mate.
    pub(crate) every_r1_by_mate_set: BTreeMap<String, f64>,
    /// Shares by how much of the query the mate shows at all; empty unless the queries are parts.
    pub(crate) by_overlap: Vec<ByOverlap>,
    /// The shares by number of distractors in the gallery: measured.
    pub(crate) growth: Vec<Growth>,
    /// Expected shares in larger galleries: a model, no measurement. Empty below 700 marks or so.
    pub(crate) extrapolation: Vec<Extrapolated>,
}

/// Shares of the mates that show so much of the part that asks.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ByOverlap {
    /// Least share of the part's samples that such a mate has too, as the whole marks lie on each other.
    pub(crate) from: f64,
    /// Ordered mate pairs.
    pub(crate) mate_pairs: usize,
    /// Share at rank 1.
    pub(crate) every_r1: Option<f64>,
}

/// What the scan's first filter does to the mates where it works at its nominal share, as in large galleries.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Filter {
    /// Queries that are searched with it in large galleries: hard ones are not.
    pub(crate) queries: usize,
    /// Their ordered mate pairs.
    pub(crate) mate_pairs: usize,
    /// Place of mates among the marks that ask for as many probes, 1 the last: nine of ten stand above it.
    pub(crate) place_p90: Option<f64>,
    /// The worst place of a mate.
    pub(crate) place_worst: Option<f64>,
    /// Mate pairs beyond the share that passes in large galleries.
    pub(crate) lost: usize,
    /// Their share.
    pub(crate) lost_share: Option<f64>,
}

/// Shares of ordered mate pairs after one stage.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stage {
    /// Rank 1.
    pub(crate) every_r1: Option<f64>,
    /// Rank 1 to 10.
    pub(crate) every_r10: Option<f64>,
    /// Rank 1 to 100.
    pub(crate) every_r100: Option<f64>,
    /// Highest rank of a mate on the list.
    pub(crate) worst: Option<usize>,
    /// Mates that are not on the stage's list at all.
    pub(crate) absent: usize,
}

/// The shares of every set, and of all together under `pooled`; with `split` also those of the odd-numbered firearms of
/// each set, on which a rule may be chosen, and of the even-numbered ones, which then test it.
pub(crate) fn summarise(built: &Built<'_>, asked: &[Asked], split: bool) -> BTreeMap<String, Retrieval> {
    let set = |one: &Asked| built.marks[one.query].row.set.as_str();
    let mut groups: BTreeMap<String, Vec<&Asked>> = BTreeMap::new();
    for one in asked {
        groups.entry("pooled".to_owned()).or_default().push(one);
        groups.entry(set(one).to_owned()).or_default().push(one);
        if split {
            let half = if number(built, one.query).is_multiple_of(2) { "even" } else { "odd" };
            groups.entry(format!("{}, {half} firearms", set(one))).or_default().push(one);
        }
    }
    groups.into_iter().map(|(name, inside)| (name, describe(built, &inside))).collect()
}

/// The number of a mark's firearm among those of its set, from 1 in the order of their ids.
fn number(built: &Built<'_>, mark: usize) -> usize {
    let row = &built.marks[mark].row;
    let of_set = built.marks.iter().filter(|mark| mark.row.set == row.set).map(|mark| mark.row.firearm.as_str());
    let before: BTreeSet<&str> = of_set.filter(|firearm| *firearm < row.firearm.as_str()).collect();
    before.len() + 1
}

fn describe(built: &Built<'_>, asked: &[&Asked]) -> Retrieval {
    let marks = built.marks;
    let pairs: Vec<&MatePair> = asked.iter().flat_map(|one| &one.mates).collect();
    let first: Vec<Option<usize>> =
        asked.iter().map(|one| one.mates.iter().filter_map(|pair| pair.ranks[3]).min()).collect();
    let every: Vec<Option<usize>> = pairs.iter().map(|pair| pair.ranks[3]).collect();
    let stage = |at: usize| {
        let ranks: Vec<Option<usize>> = pairs.iter().map(|pair| pair.ranks[at]).collect();
        let stage = Stage {
            every_r1: within(&ranks, 1),
            every_r10: within(&ranks, 10),
            every_r100: within(&ranks, 100),
            worst: ranks.iter().flatten().copied().max(),
            absent: ranks.iter().filter(|rank| rank.is_none()).count(),
        };
        (STAGES[at], stage)
    };
    let mut by_mate_set: BTreeMap<String, Vec<Option<usize>>> = BTreeMap::new();
    for pair in &pairs {
        by_mate_set.entry(marks[pair.mate].row.set.clone()).or_default().push(pair.ranks[3]);
    }
    let firearms: BTreeSet<&str> = asked.iter().map(|one| marks[one.query].row.firearm.as_str()).collect();
    let above: Vec<Option<usize>> = asked.iter().map(|one| one.surrogate_above.then_some(1)).collect();
    let surrogates = built.distractors.iter().any(|one| one.making == Making::Surrogate);
    let hits = every.iter().flatten().filter(|rank| **rank == 1).count();
    Retrieval {
        queries: asked.len(),
        firearms: firearms.len(),
        mate_pairs: pairs.len(),
        first_r1: within(&first, 1),
        first_r10: within(&first, 10),
        first_r100: within(&first, 100),
        every_r1: within(&every, 1),
        every_r1_interval: metrics::wilson_interval(hits, every.len()),
        every_r10: within(&every, 10),
        every_r100: within(&every, 100),
        surrogate_above: within(&above, 1).filter(|_| surrogates),
        filter: filter(asked),
        stages: (0..STAGES.len()).map(stage).collect(),
        every_r1_by_mate_set: by_mate_set
            .into_iter()
            .filter_map(|(set, ranks)| Some((set, within(&ranks, 1)?)))
            .collect(),
        by_overlap: by_overlap(&pairs),
        growth: growth::measured(built.distractors.len(), marks.len(), &pairs),
        extrapolation: growth::extrapolated(asked),
    }
}

fn by_overlap(pairs: &[&MatePair]) -> Vec<ByOverlap> {
    let mut below = f64::INFINITY;
    let class = |from: f64| {
        let inside = |pair: &&&MatePair| pair.overlap.is_some_and(|share| share >= from && share < below);
        let ranks: Vec<Option<usize>> = pairs.iter().filter(inside).map(|pair| pair.ranks[3]).collect();
        below = from;
        ByOverlap { from, mate_pairs: ranks.len(), every_r1: within(&ranks, 1) }
    };
    let classes: Vec<ByOverlap> = CLASSES.into_iter().map(class).collect();
    if classes.iter().all(|class| class.mate_pairs == 0) { Vec::new() } else { classes }
}

fn filter(asked: &[&Asked]) -> Filter {
    let filtered: Vec<&&Asked> = asked.iter().filter(|one| one.filtered).collect();
    let mut places: Vec<f64> = filtered.iter().flat_map(|one| &one.mates).map(|pair| pair.filter_place).collect();
    places.sort_by(f64::total_cmp);
    let lost = places.iter().filter(|place| **place > PASSED).count();
    Filter {
        queries: filtered.len(),
        mate_pairs: places.len(),
        place_p90: places.get((places.len() * 9).div_ceil(10).saturating_sub(1)).copied(),
        place_worst: places.last().copied(),
        lost,
        lost_share: (!places.is_empty()).then(|| lost as f64 / places.len() as f64),
    }
}

/// Share of ranks that are at most `limit`; `None` of none.
pub(super) fn within(ranks: &[Option<usize>], limit: usize) -> Option<f64> {
    let hits = ranks.iter().flatten().filter(|rank| **rank <= limit).count();
    (!ranks.is_empty()).then(|| hits as f64 / ranks.len() as f64)
}
