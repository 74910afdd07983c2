//! One search, and where the mates of its query came after each stage.

use super::degraded::Degraded;
use super::gallery::{Built, id, position};
use super::growth::sizes;
use super::overlap::overlap;
use super::tail::Tail;
use crate::progress;
use anyhow::{Context, Result};
use headstamp_engine::features::QueryOptions;
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::{Candidate, CandidateIndex};
use headstamp_engine::search::{Progress, SearchOptions};
use headstamp_engine::template::Template;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What one mate of one query met.
pub(crate) struct MatePair {
    /// Position of the query among the marks.
    pub(crate) query: usize,
    /// Position of the mate.
    pub(crate) mate: usize,
    /// Rank after the first answer, the scan, the refinement, the comparison; `None` if it is not on that list. The
    /// scan's list is the whole one.
    pub(crate) ranks: [Option<usize>; 4],
    /// Where the scan's first filter puts it among the marks that ask for as many probes: 1 is last.
    pub(crate) filter_place: f64,
    /// Rank after refinement and after comparison with the first so many distractors in the gallery.
    pub(crate) growth: Vec<[Option<usize>; 2]>,
    /// Probability that one different-source mark comes above it in the scan and after refinement, each by the fitted
    /// and by the heaviest tail; `None` if it was lost or the gallery is too small for a tail.
    pub(crate) beyond: Option<[[f64; 2]; 2]>,
    /// Share of the query that the mate shows at all, if the query is a part.
    pub(crate) overlap: Option<f64>,
}

/// What one query met.
pub(crate) struct Asked {
    /// Position of the query among the marks.
    pub(crate) query: usize,
    /// Which draw of a degraded query this is.
    pub(crate) draw: usize,
    /// Marks that could be found.
    pub(crate) gallery: usize,
    /// Whether it is searched with the scan's first filter in a large gallery.
    pub(crate) filtered: bool,
    /// Marks that were refined.
    pub(crate) refined: usize,
    /// True if a surrogate of a scan's own mask came before its first mate.
    pub(crate) surrogate_above: bool,
    /// Whether the query's different-source similarities gave a tail.
    pub(crate) has_tail: bool,
    /// Its mates.
    pub(crate) mates: Vec<MatePair>,
}

/// Which marks ask, and how.
pub(crate) struct Questions<'a> {
    /// What is done to the queries.
    pub(crate) degraded: Degraded,
    /// How often a query degraded by chance is drawn.
    pub(crate) draws: usize,
    /// What the draws follow from.
    pub(crate) seed: u64,
    /// Sets whose marks ask; all if empty. The gallery always holds every set.
    pub(crate) sets: &'a [String],
}

/// Asks with every mark of the sets that has a mate.
pub(crate) fn ask(built: &Built<'_>, questions: &Questions<'_>) -> Result<Vec<Asked>> {
    let Questions { degraded, seed, sets, .. } = *questions;
    let draws = if degraded == Degraded::Whole { 1 } else { questions.draws };
    let bar = progress::bar("searching", built.marks.len() * draws);
    let mut asked = Vec::new();
    for draw in 0..draws {
        for (query, mark) in built.marks.iter().enumerate() {
            bar.inc(1);
            let mates = mates(built, query);
            if mates.is_empty() || !(sets.is_empty() || sets.contains(&mark.row.set)) {
                continue;
            }
            let index = (draw * built.marks.len() + query) as u64;
            if let Some(template) = degraded.query(&mark.template, seed, index) {
                let mut one = one(built, query, draw, &template, &mates).with_context(|| mark.row.path.clone())?;
                if let Degraded::Sector(..) = degraded {
                    for pair in &mut one.mates {
                        pair.overlap = overlap(&template, &mark.template, &built.marks[pair.mate].template);
                    }
                }
                asked.push(one);
            }
        }
    }
    bar.finish_and_clear();
    Ok(asked)
}

/// The other marks of the query's firearm that are not scans of the same object.
fn mates(built: &Built<'_>, query: usize) -> Vec<usize> {
    let row = &built.marks[query].row;
    let is_mate = |at: &usize| {
        let other = &built.marks[*at].row;
        other.firearm == row.firearm && !other.same_item(row)
    };
    (0..built.marks.len()).filter(is_mate).collect()
}

fn one(built: &Built<'_>, query: usize, draw: usize, template: &Template, mates: &[usize]) -> Result<Asked> {
    let marks = built.marks;
    let row = &marks[query].row;
    let own_firearm = |at: usize| marks.get(at).is_some_and(|mark| mark.row.firearm == row.firearm);
    let stays = |at: usize| marks.get(at).is_none_or(|mark| !mark.row.same_item(row));
    let eligible = built.gallery.choose(&|mark: MarkId| stays(position(mark)));

    let question = built.gallery.method().query(template, &QueryOptions { mirror: built.mirror });
    let parts = built.gallery.parts();
    let scanned = parts.scan.search(&parts.roster, &question, &eligible, usize::MAX);
    let filter_places: BTreeMap<usize, f64> = parts
        .scan
        .filter_places(&parts.roster, &question, &eligible)
        .into_iter()
        .map(|(slot, place)| (position(parts.roster.mark(slot)), place))
        .collect();
    let options = SearchOptions { mirror: built.mirror, ..SearchOptions::default() };
    let mut first: Vec<usize> = Vec::new();
    let answer = built.gallery.search_among(template, &eligible, built, &options, &mut |news| {
        if let Progress::FirstAnswer { candidates, .. } = news {
            first = positions(candidates);
        }
        ControlFlow::Continue(())
    })?;

    let mut refined = answer.candidates.clone();
    refined.sort_by(|a, b| b.order.total_cmp(&a.order).then_with(|| a.mark.cmp(&b.mark)));
    let scan_list = positions(&scanned.candidates);
    let refined_list: Vec<usize> = refined.iter().map(|one| position(one.mark)).collect();
    let last: Vec<usize> = answer.candidates.iter().map(|one| position(one.mark)).collect();
    let lists = [&first, &scan_list, &refined_list, &last];

    let others = (0..built.total()).filter(|at| stays(*at) && !own_firearm(*at)).count();
    let different = |at: usize| !own_firearm(at);
    let scan_tail =
        scanned.candidates.iter().filter(|one| different(position(one.mark))).map(|one| f64::from(one.similarity));
    let order_tail = refined.iter().filter(|one| different(position(one.mark))).map(|one| f64::from(one.order));
    let tails = Tail::of(scan_tail.collect(), others).zip(Tail::of(order_tail.collect(), others));
    let beyond = |mate: usize| {
        let (scan, order) = tails.as_ref()?;
        let similarity = scanned.candidates.iter().find(|one| one.mark == id(mate))?.similarity;
        let place = refined.iter().find(|one| one.mark == id(mate))?.order;
        Some([scan.beyond(f64::from(similarity)), order.beyond(f64::from(place))])
    };

    let pair = |&mate: &usize| MatePair {
        query,
        mate,
        ranks: std::array::from_fn(|stage| rank(lists[stage], mate, &own_firearm, usize::MAX)),
        filter_place: filter_places.get(&mate).copied().unwrap_or(1.0),
        growth: sizes(built.distractors.len())
            .iter()
            .map(|count| [&refined_list, &last].map(|list| rank(list, mate, &own_firearm, marks.len() + count)))
            .collect(),
        beyond: beyond(mate),
        overlap: None,
    };
    let best = last.iter().position(|at| mates.contains(at));
    Ok(Asked {
        query,
        draw,
        gallery: (0..built.total()).filter(|at| stays(*at)).count(),
        filtered: question.plan().filtered,
        refined: refined_list.len(),
        surrogate_above: last.iter().take(best.unwrap_or(last.len())).any(|at| built.is_surrogate(*at)),
        has_tail: tails.is_some(),
        mates: mates.iter().map(pair).collect(),
    })
}

fn positions(candidates: &[Candidate]) -> Vec<usize> {
    candidates.iter().map(|candidate| position(candidate.mark)).collect()
}

/// One more than the number of non-mates before `mate`, looking at positions below `end` only.
fn rank(list: &[usize], mate: usize, is_mate: &impl Fn(usize) -> bool, end: usize) -> Option<usize> {
    let place = list.iter().position(|at| *at == mate)?;
    Some(1 + list[..place].iter().filter(|at| **at < end && !is_mate(**at)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mate_of_a_query_can_be_first_and_later_marks_of_a_smaller_gallery_do_not_count() {
        // Marks 1 and 3 are mates; 7 and 9 are distractors.
        let list = [9, 1, 0, 7, 3];
        let is_mate = |at: usize| at == 1 || at == 3;
        assert_eq!(rank(&list, 1, &is_mate, usize::MAX), Some(2));
        assert_eq!(rank(&list, 3, &is_mate, usize::MAX), Some(4));
        assert_eq!(rank(&list, 3, &is_mate, 8), Some(3));
        assert_eq!(rank(&list, 5, &is_mate, usize::MAX), None);
    }
}
