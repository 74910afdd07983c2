//! Each scan asks the gallery of all others: where do the marks of its own firearm come?
//!
//! The gallery mixes every set. A mate is a scan of the same firearm, of whatever set; two scans of one object are
//! neither. **The rank of a mate is one more than the number of non-mates above it**, so every mate can have rank 1
//! (every ordered pair counts). Ranks are taken after each stage of one and the same search: the
//! graph's first answer, the complete scan, the refinement, the full comparison.

use super::marks::Mark;
use crate::progress;
use anyhow::{Context, Result};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::Candidate;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::search::{Gallery, Progress, SearchOptions, TemplateSource};
use headstamp_engine::synth::distractors::{distractor, is_surrogate};
use headstamp_engine::template::Template;
use rayon::prelude::*;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use uuid::Uuid;

/// A mark of the gallery that comes from no firearm.
///
/// Mirrored marks are asked for, so mirrored scans and pieces of them would be true mates: distractors are surrogates of
/// the scans (own mask and spectrum, phases drawn anew) and synthetic marks, two to one.
pub(crate) struct Distractor {
    /// True for a surrogate: one that comes before a mate means that the crop is measured and not the mark.
    surrogate: bool,
    template: Template,
}

/// Makes `count` distractors from the marks and a seed.
pub(crate) fn distractors(marks: &[Mark], count: usize, seed: u64) -> Vec<Distractor> {
    let templates: Vec<Template> = marks.iter().map(|mark| mark.template.clone()).collect();
    let bar = progress::bar("distractors", count);
    let made = (0..count as u64)
        .into_par_iter()
        .filter_map(|index| {
            let template = distractor(&templates, true, seed, index)?;
            bar.inc(1);
            Some(Distractor { surrogate: is_surrogate(index, true), template })
        })
        .collect();
    bar.finish_and_clear();
    made
}

/// Ranks of one mate after each stage; `None` if it is not on that stage's list.
pub(crate) struct MatePair {
    /// Position of the query among the marks.
    pub(crate) query: usize,
    /// Position of the mate.
    pub(crate) mate: usize,
    /// First answer, scan, refined, compared.
    pub(crate) ranks: [Option<usize>; 4],
    /// Rank after comparison with the first tenth, third, ... of the distractors in the gallery.
    pub(crate) growth: Vec<Option<usize>>,
}

/// What one query met.
pub(crate) struct Asked {
    /// Position of the query among the marks.
    pub(crate) query: usize,
    /// Marks that could be found.
    pub(crate) gallery: usize,
    /// True if a surrogate of its own mask came before its first mate.
    pub(crate) surrogate_above: bool,
    /// Its mates.
    pub(crate) mates: Vec<MatePair>,
}

/// Names of the stages, as in [`MatePair::ranks`].
pub(crate) const STAGES: [&str; 4] = ["first_answer", "scan", "refined", "compared"];

/// Shares of one set's queries.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Retrieval {
    /// Queries that have a mate.
    pub(crate) queries: usize,
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
    /// See `every_r1`.
    pub(crate) every_r10: Option<f64>,
    /// See `every_r1`.
    pub(crate) every_r100: Option<f64>,
    /// Share of queries with a surrogate of a scan's own mask before the first mate; absent without surrogates.
    pub(crate) surrogate_above: Option<f64>,
    /// The same shares after each stage.
    pub(crate) stages: BTreeMap<&'static str, Stage>,
    /// Share of ordered mate pairs at rank 1 by the set of the mate.
    pub(crate) every_r1_by_mate_set: BTreeMap<String, f64>,
    /// The final shares by number of distractors in the gallery.
    pub(crate) growth: Vec<Growth>,
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

/// Shares with so many distractors.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Growth {
    /// Distractors in the gallery.
    pub(crate) distractors: usize,
    /// Share of ordered mate pairs at rank 1.
    pub(crate) every_r1: Option<f64>,
    /// In the first 10.
    pub(crate) every_r10: Option<f64>,
}

struct Templates<'a> {
    marks: &'a [Mark],
    distractors: &'a [Distractor],
}

impl TemplateSource for Templates<'_> {
    fn template(&self, mark: MarkId) -> Option<Template> {
        let at = position(mark);
        let distractor = || self.distractors.get(at - self.marks.len()).map(|distractor| distractor.template.clone());
        self.marks.get(at).map(|mark| mark.template.clone()).or_else(distractor)
    }
}

fn id(at: usize) -> MarkId {
    MarkId(Uuid::from_u128(at as u128 + 1))
}

fn position(mark: MarkId) -> usize {
    (mark.0.as_u128() - 1) as usize
}

/// Asks with every mark that has a mate.
pub(crate) fn ask(marks: &[Mark], distractors: &[Distractor], kind: MarkKind) -> Result<Vec<Asked>> {
    let method = methods::newest(kind);
    let mut gallery = Gallery::new(method);
    let bar = progress::bar("indexing", marks.len() + distractors.len());
    let templates = marks.iter().map(|mark| &mark.template).chain(distractors.iter().map(|one| &one.template));
    for (at, template) in templates.enumerate() {
        gallery.insert(id(at), &method.descriptor(template)).with_context(|| format!("mark {at} of the gallery"))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let bar = progress::bar("searching", marks.len());
    let mut asked = Vec::new();
    for query in 0..marks.len() {
        asked.extend(one(query, marks, distractors, &gallery)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(asked)
}

/// One search; `None` for a scan without mates.
fn one(query: usize, marks: &[Mark], distractors: &[Distractor], gallery: &Gallery) -> Result<Option<Asked>> {
    let row = &marks[query].row;
    let is_mate = |at: usize| marks.get(at).is_some_and(|mark| mark.row.firearm == row.firearm);
    let mates: Vec<usize> = (0..marks.len()).filter(|at| is_mate(*at) && !marks[*at].row.same_item(row)).collect();
    if mates.is_empty() {
        return Ok(None);
    }
    let stays = |at: usize| marks.get(at).is_none_or(|mark| !mark.row.same_item(row));
    let eligible = |mark: MarkId| stays(position(mark));
    let total = marks.len() + distractors.len();
    let mut first: Vec<usize> = Vec::new();
    let answer = gallery
        .search(
            &marks[query].template,
            &eligible,
            &Templates { marks, distractors },
            &SearchOptions::default(),
            &mut |news| {
                if let Progress::FirstAnswer { candidates, .. } = news {
                    first = candidates.iter().map(|candidate: &Candidate| position(candidate.mark)).collect();
                }
                ControlFlow::Continue(())
            },
        )
        .with_context(|| row.path.clone())?;
    let by = |key: fn(&headstamp_engine::search::Ranked) -> f32| {
        let mut order: Vec<_> = answer.candidates.iter().map(|one| (key(one), position(one.mark))).collect();
        order.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1)));
        order.into_iter().map(|(_, at)| at).collect::<Vec<_>>()
    };
    let last: Vec<usize> = answer.candidates.iter().map(|one| position(one.mark)).collect();
    let lists = [first, by(|one| one.similarity), by(|one| one.refined), last.clone()];
    let surrogate = |at: usize| at >= marks.len() && distractors[at - marks.len()].surrogate;
    let best = last.iter().position(|at| is_mate(*at));
    let surrogate_above = last.iter().take(best.unwrap_or(last.len())).any(|at| surrogate(*at));
    let pair = |mate: usize| MatePair {
        query,
        mate,
        ranks: std::array::from_fn(|stage| rank(&lists[stage], mate, &is_mate, usize::MAX)),
        growth: sizes(distractors.len()).iter().map(|n| rank(&last, mate, &is_mate, marks.len() + n)).collect(),
    };
    Ok(Some(Asked {
        query,
        gallery: (0..total).filter(|at| stays(*at)).count(),
        surrogate_above,
        mates: mates.into_iter().map(pair).collect(),
    }))
}

/// One more than the number of non-mates before `mate`, looking at positions below `end` only.
fn rank(list: &[usize], mate: usize, is_mate: &impl Fn(usize) -> bool, end: usize) -> Option<usize> {
    let place = list.iter().position(|at| *at == mate)?;
    Some(1 + list[..place].iter().filter(|at| **at < end && !is_mate(**at)).count())
}

/// Numbers of distractors whose growth is reported: none, a tenth, a third, all.
pub(crate) fn sizes(distractors: usize) -> Vec<usize> {
    let sizes: BTreeSet<usize> = [0, distractors / 10, distractors / 3, distractors].into();
    sizes.into_iter().collect()
}

/// The shares of every set, and of all together under `pooled`.
pub(crate) fn summarise(marks: &[Mark], distractors: &[Distractor], asked: &[Asked]) -> BTreeMap<String, Retrieval> {
    let mut sets: BTreeSet<&str> = asked.iter().map(|one| marks[one.query].row.set.as_str()).collect();
    sets.insert("pooled");
    let shares = |name: &str| {
        let inside: Vec<&Asked> =
            asked.iter().filter(|one| name == "pooled" || marks[one.query].row.set == name).collect();
        (name.to_owned(), describe(marks, distractors, &inside))
    };
    sets.into_iter().map(shares).collect()
}

fn describe(marks: &[Mark], distractors: &[Distractor], asked: &[&Asked]) -> Retrieval {
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
    let growth = sizes(distractors.len()).into_iter().enumerate().map(|(at, count)| {
        let ranks: Vec<Option<usize>> = pairs.iter().map(|pair| pair.growth[at]).collect();
        Growth { distractors: count, every_r1: within(&ranks, 1), every_r10: within(&ranks, 10) }
    });
    let above: Vec<Option<usize>> = asked.iter().map(|one| one.surrogate_above.then_some(1)).collect();
    Retrieval {
        queries: asked.len(),
        mate_pairs: pairs.len(),
        first_r1: within(&first, 1),
        first_r10: within(&first, 10),
        first_r100: within(&first, 100),
        every_r1: within(&every, 1),
        every_r10: within(&every, 10),
        every_r100: within(&every, 100),
        surrogate_above: within(&above, 1).filter(|_| distractors.iter().any(|one| one.surrogate)),
        stages: (0..STAGES.len()).map(stage).collect(),
        every_r1_by_mate_set: by_mate_set
            .into_iter()
            .filter_map(|(set, ranks)| Some((set, within(&ranks, 1)?)))
            .collect(),
        growth: growth.collect(),
    }
}

/// Share of ranks that are at most `limit`; `None` of none.
fn within(ranks: &[Option<usize>], limit: usize) -> Option<f64> {
    let hits = ranks.iter().flatten().filter(|rank| **rank <= limit).count();
    (!ranks.is_empty()).then(|| hits as f64 / ranks.len() as f64)
}

/// Writes `ranks.csv` (a row a query) and `mates.csv` (a row an ordered mate pair with its rank after each stage).
pub(crate) fn write(folder: &Path, marks: &[Mark], asked: &[Asked]) -> Result<()> {
    let text = |rank: Option<usize>| rank.map(|rank| rank.to_string()).unwrap_or_default();
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
    ])?;
    for one in asked {
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
        ])?;
    }
    out.flush().with_context(|| format!("cannot write {}", path.display()))?;
    let path = folder.join("mates.csv");
    let mut out = csv::Writer::from_path(&path).with_context(|| format!("cannot write {}", path.display()))?;
    out.write_record(["query", "mate", "set", "mate_set", "first_answer_rank", "scan_rank", "refined_rank", "rank"])?;
    for pair in asked.iter().flat_map(|one| &one.mates) {
        let (query, mate) = (&marks[pair.query].row, &marks[pair.mate].row);
        out.write_record([
            query.path.clone(),
            mate.path.clone(),
            query.set.clone(),
            mate.set.clone(),
            text(pair.ranks[0]),
            text(pair.ranks[1]),
            text(pair.ranks[2]),
            text(pair.ranks[3]),
        ])?;
    }
    out.flush().with_context(|| format!("cannot write {}", path.display()))
}
