//! Striated marks of one kind and the walk of a search over them: list by vector, group by bullet and phase, compare.
//!
//! Every eligible land is looked at; at 304 bytes and some tens of nanoseconds a probe and land no graph is needed. Nothing
//! is kept on disk: the gallery is rebuilt from signatures.

use super::lands::{BulletLands, LandsComparison, ReadyBullet};
use crate::ids::MarkId;
use crate::striae::StriaeError;
use crate::striae::retrieval::{
    BulletCandidate, BulletId, ExactLands, LandCandidate, LandIndex as _, LandIndexError, LandLists, LandQuery,
    LandRow, LandVector, bullets,
};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Candidates taken of each land's list: at 300 every mate of 30 real lands among 5,000 was on it (`docs/striae.md`,
/// section 3).
pub const LISTED: usize = 300;
/// Bullets compared in full: those of the real lands came first before comparison (`docs/striae.md`, section 3).
pub const BULLETS_COMPARED: usize = 50;

/// What candidates of a search are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Single marks.
    Marks,
    /// Bullets, by all of their lands.
    Bullets,
}

/// A candidate's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A single mark.
    Mark(MarkId),
    /// A bullet.
    Bullet(BulletId),
}

/// Hands out the lands of candidates.
pub trait LandSource: Sync {
    /// The one land of a mark or all of a bullet; `None` if they are gone.
    fn lands(&self, subject: Subject) -> Option<BulletLands>;
}

/// A candidate in its place.
#[derive(Clone, Debug)]
pub struct RankedLands {
    /// What it is.
    pub subject: Subject,
    /// Its mark; of a bullet the land that agreed best in the scan or, once compared, in the comparison.
    pub mark: MarkId,
    /// Similarity in the scan, for a bullet that of [`BulletCandidate`].
    pub similarity: f32,
    /// The comparison (reference = query), for those compared.
    pub comparison: Option<LandsComparison>,
}

/// How many marks each stage of a search saw: always shown. Where bullets are wanted, `listed` and `compared` count these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Marks whose similarity was computed: all eligible ones.
    pub considered: usize,
    /// Candidates on the lists of the query's lands.
    pub listed: usize,
    /// Candidates compared in full.
    pub compared: usize,
}

/// What a search tells while it runs.
#[derive(Debug)]
pub enum LandsProgress<'a> {
    /// The scan's order: all marks were looked at, none is compared.
    FirstAnswer {
        /// Engine.
        engine: &'static str,
        /// Best first.
        candidates: &'a [RankedLands],
    },
    /// How many the scan saw.
    Scanned(Counts),
    /// One candidate was compared.
    Compared(&'a RankedLands),
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct LandsFound {
    /// Engine of the scan.
    pub engine: &'static str,
    /// Counts of the stages.
    pub counts: Counts,
    /// Best first: compared ones by score, then the others by similarity.
    pub candidates: Vec<RankedLands>,
}

/// Striated marks of one kind and method version, ready to be searched.
///
/// A clone shares everything until one of both changes.
#[derive(Clone, Default)]
pub struct LandGallery {
    lands: Arc<ExactLands>,
}

impl LandGallery {
    /// Adds a mark; its slot is the number of marks added before while none is taken out.
    ///
    /// # Errors
    /// [`LandIndexError`]; the gallery is then as before.
    pub fn insert(&mut self, row: LandRow, vector: &LandVector) -> Result<(), LandIndexError> {
        Arc::make_mut(&mut self.lands).insert(row, vector)
    }

    /// Takes a mark out; false if it was not there.
    pub fn remove(&mut self, mark: MarkId) -> bool {
        Arc::make_mut(&mut self.lands).remove(mark)
    }

    /// Marks held.
    pub fn count(&self) -> usize {
        self.lands.count()
    }

    /// The slot of a mark.
    pub fn slot(&self, mark: MarkId) -> Option<usize> {
        self.lands.place(mark)
    }

    /// The row of a slot.
    pub fn row(&self, slot: usize) -> Option<&LandRow> {
        self.lands.rows().get(slot)
    }

    /// Searches: the scan's lists, candidates out of them, comparison of the best `compared`; of all if `exhaustive`.
    ///
    /// `eligible` says of a slot whether the search may touch it. `progress` is called from the calling thread and may
    /// stop the search. A candidate whose lands are gone stays in the list, not compared.
    ///
    /// # Errors
    /// [`LandsError::Stopped`]; [`LandsError::Striae`] if lands of the query are of different kinds or grids.
    pub fn search(
        &self,
        query: &BulletLands,
        wanted: Wanted,
        eligible: &(dyn Fn(usize) -> bool + Sync),
        source: &dyn LandSource,
        (compared, exhaustive): (usize, bool),
        progress: &mut dyn FnMut(LandsProgress<'_>) -> ControlFlow<()>,
    ) -> Result<LandsFound, LandsError> {
        let own = ReadyBullet::of(query)?;
        let count = if exhaustive { usize::MAX } else { LISTED.max(compared) };
        let (lists, considered) = self.lists(query, eligible, count);
        let engine = self.lands.engine();
        let mut ranked = match wanted {
            Wanted::Marks => single_marks(&lists),
            Wanted::Bullets => whole_bullets(&lists, query.ring.unwrap_or(1)),
        };
        tell(
            progress,
            LandsProgress::FirstAnswer { engine, candidates: &ranked[..ranked.len().min(BULLETS_COMPARED)] },
        )?;
        let mut counts = Counts { considered, listed: ranked.len(), compared: 0 };
        tell(progress, LandsProgress::Scanned(counts))?;
        let compared = if exhaustive { ranked.len() } else { compared.min(ranked.len()) };
        for batch in ranked[..compared].chunks_mut(2 * rayon::current_num_threads()) {
            let comparisons: Vec<Option<LandsComparison>> =
                batch.par_iter().map(|candidate| laid(&own, candidate, source)).collect::<Result<_, _>>()?;
            for (candidate, comparison) in batch.iter_mut().zip(comparisons) {
                let Some(comparison) = comparison else { continue };
                candidate.mark = best_mark(&comparison).unwrap_or(candidate.mark);
                candidate.comparison = Some(comparison);
                counts.compared += 1;
                tell(progress, LandsProgress::Compared(candidate))?;
            }
        }
        ranked.sort_by(by_score);
        Ok(LandsFound { engine, counts, candidates: ranked })
    }

    /// What the scan finds for each land of the query, read from both ends; and how many marks it looked at.
    fn lists(
        &self,
        query: &BulletLands,
        eligible: &(dyn Fn(usize) -> bool + Sync),
        count: usize,
    ) -> (Vec<LandLists>, usize) {
        let may = |row: &LandRow| self.lands.place(row.mark).is_some_and(eligible);
        let mut considered = 0;
        let mut listed = |question: Option<LandQuery>| -> Vec<LandCandidate> {
            let Some(question) = question else { return Vec::new() };
            let found = self.lands.search(&question, &may, count);
            considered = found.considered;
            found.candidates
        };
        let lists = query.lands.iter().map(|land| LandLists {
            place: land.place.unwrap_or(0),
            upright: listed(LandQuery::of(&land.signature)),
            // Declared scans may stand beside undeclared ones in the gallery, so both readings are always asked for.
            turned: listed(LandQuery::of(&land.signature.reversed())),
        });
        (lists.collect(), considered)
    }
}

/// The candidates of all lists as single marks, each by its best reading.
fn single_marks(lists: &[LandLists]) -> Vec<RankedLands> {
    let mut all: Vec<&LandCandidate> = lists.iter().flat_map(|list| list.upright.iter().chain(&list.turned)).collect();
    all.sort_by(|a, b| a.row.mark.cmp(&b.row.mark).then(b.similarity.total_cmp(&a.similarity)));
    all.dedup_by_key(|candidate| candidate.row.mark);
    all.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.row.mark.cmp(&b.row.mark)));
    let ranked = |candidate: &&LandCandidate| RankedLands {
        subject: Subject::Mark(candidate.row.mark),
        mark: candidate.row.mark,
        similarity: candidate.similarity,
        comparison: None,
    };
    all.iter().map(ranked).collect()
}

/// The candidates of all lists grouped by bullet and phase.
fn whole_bullets(lists: &[LandLists], ring: usize) -> Vec<RankedLands> {
    let mut best: std::collections::BTreeMap<BulletId, &LandCandidate> = std::collections::BTreeMap::new();
    for candidate in lists.iter().flat_map(|list| list.upright.iter().chain(&list.turned)) {
        let kept = best.entry(candidate.row.bullet).or_insert(candidate);
        let nearer = candidate.similarity.total_cmp(&kept.similarity).then(kept.row.mark.cmp(&candidate.row.mark));
        if nearer.is_gt() {
            *kept = candidate;
        }
    }
    let ranked = |candidate: BulletCandidate| RankedLands {
        subject: Subject::Bullet(candidate.bullet),
        mark: best[&candidate.bullet].row.mark,
        similarity: candidate.similarity,
        comparison: None,
    };
    bullets(lists, ring).into_iter().map(ranked).collect()
}

fn laid(
    own: &ReadyBullet,
    candidate: &RankedLands,
    source: &dyn LandSource,
) -> Result<Option<LandsComparison>, StriaeError> {
    let Some(lands) = source.lands(candidate.subject) else { return Ok(None) };
    own.compare(&ReadyBullet::of(&lands)?)
}

/// The candidate's land of the pair that agrees best.
fn best_mark(comparison: &LandsComparison) -> Option<MarkId> {
    let best = comparison.pairs.iter().reduce(|a, b| if b.comparison.score > a.comparison.score { b } else { a });
    best.map(|pair| pair.compared.0)
}

fn tell(
    progress: &mut dyn FnMut(LandsProgress<'_>) -> ControlFlow<()>,
    news: LandsProgress<'_>,
) -> Result<(), LandsError> {
    match progress(news) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(LandsError::Stopped),
    }
}

/// Compared ones by score; the others by similarity; ties by name.
fn by_score(a: &RankedLands, b: &RankedLands) -> std::cmp::Ordering {
    let score = |one: &RankedLands| one.comparison.as_ref().map_or(f64::NEG_INFINITY, |found| found.score);
    score(b).total_cmp(&score(a)).then(b.similarity.total_cmp(&a.similarity)).then(a.subject.cmp(&b.subject))
}

/// Why a search ends without an answer.
#[derive(Debug, thiserror::Error)]
pub enum LandsError {
    /// Lands cannot be compared.
    #[error(transparent)]
    Striae(#[from] StriaeError),
    /// The caller stopped it.
    #[error("the search was stopped")]
    Stopped,
}
