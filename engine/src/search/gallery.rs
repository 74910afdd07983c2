//! Marks of one kind and method version, and the walk of a search over them.

use super::{Counts, Placed, Progress, Ranked, SearchError, SearchOptions, SearchResult, TemplateSource};
use crate::compare::refine::{Coarse, refine};
use crate::compare::{CompareError, Comparison};
use crate::features::code::Code;
use crate::features::{Descriptor, Query, QueryOptions};
use crate::ids::MarkId;
use crate::index::roster::Entry;
use crate::index::sketch::Sketch;
use crate::index::snapshot::{self, Parts, Saved};
use crate::index::{CandidateIndex as _, Found, IndexError, Slots};
use crate::methods::Method;
use crate::template::Template;
use crate::trace::NoTrace;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;

/// Candidates of the first answer.
const FIRST_ANSWER: usize = 50;
/// Marks that the sketches propose for it.
const PROPOSED: usize = 300;
/// Best candidates of the scan whose second and third registrations are refined too.
const HYPOTHESES_RANK: usize = 100;
/// Registrations of each of these.
const HYPOTHESES: usize = 4;

/// Marks of one kind and method version, ready to be searched.
///
/// A clone shares everything until one of both changes: a search keeps the gallery it began with while marks are added.
#[derive(Clone)]
pub struct Gallery {
    method: &'static dyn Method,
    parts: Parts,
    saved: Saved,
}

/// Bytes of a gallery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// In memory: ids and figures, coarse codes, sketches, links.
    pub memory: usize,
    /// In files that are mapped: the same parts.
    pub mapped: usize,
    /// Fine codes, in memory or mapped: a search reads those of the marks it refines.
    pub fine: usize,
}

impl Gallery {
    /// An empty gallery.
    pub fn new(method: &'static dyn Method) -> Self {
        Self { method, parts: Parts::default(), saved: Saved::default() }
    }

    /// The method of its marks.
    pub fn method(&self) -> &'static dyn Method {
        self.method
    }

    /// Marks held.
    pub fn count(&self) -> usize {
        self.parts.roster.count()
    }

    /// True if it holds the mark.
    pub fn holds(&self, mark: MarkId) -> bool {
        self.slot(mark).is_some()
    }

    /// Slots given, those of marks taken out included.
    pub fn slots(&self) -> usize {
        self.parts.roster.slots()
    }

    /// The slot of a mark: marks get slots in the order they are added and keep them while none is taken out.
    pub fn slot(&self, mark: MarkId) -> Option<usize> {
        self.parts.roster.slot(mark)
    }

    /// Bytes of its parts.
    pub fn bytes(&self) -> Bytes {
        let parts = [self.parts.roster.bytes(), self.parts.scan.codes().bytes(), self.parts.graph.bytes()];
        let (memory, mapped) = parts.into_iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        let (fine, fine_mapped) = self.parts.fine.bytes();
        Bytes { memory, mapped, fine: fine + fine_mapped }
    }

    /// The indexes, to be measured one by one.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Adds a mark.
    ///
    /// # Errors
    /// [`IndexError::Duplicate`], [`IndexError::Unfit`], [`IndexError::Full`]; the gallery is then as before.
    pub fn insert(&mut self, mark: MarkId, descriptor: &Descriptor) -> Result<(), IndexError> {
        self.extend([(mark, descriptor)]).pop().unwrap_or(Ok(()))
    }

    /// Adds marks in order, on several threads; says of each what [`Gallery::insert`] would.
    pub fn extend<'a>(
        &mut self,
        marks: impl IntoIterator<Item = (MarkId, &'a Descriptor)>,
    ) -> Vec<Result<(), IndexError>> {
        let mut sketches = Vec::new();
        let answers = marks.into_iter().map(|(mark, descriptor)| self.add(mark, descriptor, &mut sketches)).collect();
        self.parts.graph.extend(&sketches);
        answers
    }

    /// Adds a mark to everything but the graph.
    fn add(&mut self, mark: MarkId, descriptor: &Descriptor, sketches: &mut Vec<Sketch>) -> Result<(), IndexError> {
        if let Some(reason) = descriptor.unfit() {
            return Err(IndexError::Unfit { reason });
        }
        self.parts.roster.add(&Entry::of(mark, descriptor, 0))?;
        self.parts.scan.push(descriptor);
        self.parts.fine.push(&descriptor.fine.packed);
        sketches.push(Sketch::of(&descriptor.vector));
        Ok(())
    }

    /// Takes a mark out; false if it was not there. When more are out than in, the gallery is packed anew and the others
    /// get new slots.
    pub fn remove(&mut self, mark: MarkId) -> bool {
        let removed = self.parts.roster.remove(mark).is_some();
        if removed && self.slots() > 2 * self.count() {
            self.parts = self.parts.packed();
            self.saved = Saved::default();
        }
        removed
    }

    /// Writes a snapshot into a fresh generation below `directory` that says it holds everything up to `sequence`.
    ///
    /// # Errors
    /// [`IndexError::Io`].
    pub fn save(&self, directory: &Path, sequence: i64) -> Result<Saved, IndexError> {
        snapshot::save(directory, self.method.id(), sequence, &self.parts, &self.saved)
    }

    /// Reads from the files of a snapshot what it holds, so that its memory is free. `saved` is that of this gallery or
    /// of a clone of it that lacks the marks added since.
    ///
    /// # Errors
    /// [`IndexError::Io`], [`IndexError::Snapshot`]; the gallery is then as before.
    pub fn adopt(&mut self, saved: Saved) -> Result<(), IndexError> {
        self.parts = self.parts.remapped(&saved)?;
        self.saved = saved;
        Ok(())
    }

    /// Loads the newest snapshot below `directory` and the sequence it holds everything up to.
    ///
    /// # Errors
    /// [`IndexError::Snapshot`] on any doubt: the caller rebuilds from templates.
    pub fn load(directory: &Path, method: &'static dyn Method) -> Result<(Self, i64), IndexError> {
        let (parts, saved, sequence) = snapshot::load(directory, method.id())?;
        Ok((Self { method, parts, saved }, sequence))
    }

    /// Those of the marks held that a filter leaves.
    pub fn choose(&self, eligible: &(dyn Fn(MarkId) -> bool + Sync)) -> Slots {
        let roster = &self.parts.roster;
        Slots::choose(roster.slots(), |slot| roster.lives(slot) && eligible(roster.mark(slot)))
    }

    /// Searches: the sketches' first answer, the exhaustive scan, refinement, comparison of the best.
    ///
    /// With `exhaustive` every eligible mark is refined and compared. `progress` is called from the calling thread and
    /// may stop the search (client gone, deadline). A candidate whose template is gone stays in the list, not compared.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn search(
        &self,
        query: &Template,
        eligible: &(dyn Fn(MarkId) -> bool + Sync),
        templates: &dyn TemplateSource,
        options: &SearchOptions,
        progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<SearchResult, SearchError> {
        self.search_among(query, &self.choose(eligible), templates, options, progress)
    }

    /// [`Gallery::search`] among marks already chosen, each of which the gallery holds.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn search_among(
        &self,
        query: &Template,
        eligible: &Slots,
        templates: &dyn TemplateSource,
        options: &SearchOptions,
        progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<SearchResult, SearchError> {
        if query.method != self.method.id() {
            let (reference, compared) = (query.method.clone(), self.method.id().into());
            return Err(CompareError::MethodsDiffer { reference, compared }.into());
        }
        let question = self.method.query(query, &QueryOptions { mirror: options.mirror });
        let to_metres = 1.0 / self.method.magnification(query.kind);
        let mut first = self.first_answer(&question, eligible);
        for candidate in &mut first.candidates {
            candidate.registration = candidate.registration.map(|registration| registration.scaled(to_metres));
        }
        tell(progress, Progress::FirstAnswer { engine: first.engine, candidates: &first.candidates })?;

        let (mut ranked, engine, considered) = self.scanned(&question, eligible, options)?;
        for candidate in &mut ranked {
            candidate.registration = candidate.registration.scaled(to_metres);
        }
        let mut counts =
            Counts { total: self.count(), eligible: considered, considered, refined: ranked.len(), compared: 0 };
        tell(progress, Progress::Scanned(counts))?;

        let compared = if options.exhaustive {
            ranked.len()
        } else {
            (options.compared * question.plan().compared).min(ranked.len())
        };
        // Often enough for a client that watches, rarely enough that threads hardly wait for each other.
        let at_once = 8 * rayon::current_num_threads();
        for batch in ranked[..compared].chunks_mut(at_once) {
            let comparisons: Vec<Option<Comparison>> = batch
                .par_iter()
                .map(|candidate| self.compared(query, candidate, templates, options.mirror))
                .collect::<Result<_, CompareError>>()?;
            for (candidate, comparison) in batch.iter_mut().zip(comparisons) {
                let Some(comparison) = comparison else { continue };
                candidate.comparison = Some(comparison);
                counts.compared += 1;
                tell(progress, Progress::Compared(candidate))?;
            }
        }
        let plan = question.plan().clone();
        ranked.sort_by(|a, b| best_first(plan.placed, a, b));
        Ok(SearchResult { engine, plan, counts, candidates: ranked })
    }

    /// The marks that the sketches propose, in the scan's measure.
    pub fn first_answer(&self, question: &Query, eligible: &Slots) -> Found {
        let Parts { roster, scan, graph, .. } = &self.parts;
        let proposed = graph.search(roster, question, eligible, PROPOSED);
        let slots: Vec<usize> = proposed.candidates.iter().map(|candidate| candidate.slot).collect();
        let mut candidates = scan.measure(roster, question, &slots);
        candidates.truncate(FIRST_ANSWER);
        Found { candidates, ..proposed }
    }

    /// The scan's candidates, refined, best first; its name; and how many marks it looked at.
    fn scanned(
        &self,
        question: &Query,
        eligible: &Slots,
        options: &SearchOptions,
    ) -> Result<(Vec<Ranked>, &'static str, usize), SearchError> {
        let wanted = if options.exhaustive {
            usize::MAX
        } else {
            (options.refined * question.plan().refined).max(options.compared * question.plan().compared)
        };
        let Parts { roster, scan, fine, .. } = &self.parts;
        let found = scan.search(roster, question, eligible, wanted);
        let codes: Vec<Option<Code>> =
            found.candidates.par_iter().map(|one| fine.code(one.slot, &roster.entry(one.slot))).collect();
        let coarse: Vec<Vec<Coarse<'_>>> = found
            .candidates
            .par_iter()
            .enumerate()
            .map(|(rank, candidate)| {
                let Some(code) = &codes[rank] else { return Vec::new() };
                let wanted = question.plan().registrations.max(if rank < HYPOTHESES_RANK { HYPOTHESES } else { 1 });
                let registrations = match candidate.registration {
                    Some(only) if wanted == 1 => vec![only],
                    _ => scan.registrations(roster, question, candidate.slot, wanted),
                };
                registrations.into_iter().map(|registration| Coarse { code, registration }).collect()
            })
            .collect();
        let refined = refine(question, &coarse.concat());
        let scan_weight = f32::from(u8::from(question.plan().scan_counts));
        let mut rest = refined.as_slice();
        let mut ranked = Vec::with_capacity(coarse.len());
        for (candidate, hypotheses) in found.candidates.iter().zip(&coarse) {
            let (own, others) = rest.split_at(hypotheses.len());
            rest = others;
            let best = own.iter().copied().reduce(|a, b| if b.correlation > a.correlation { b } else { a });
            ranked.extend(best.map(|registration| Ranked {
                mark: candidate.mark,
                similarity: candidate.similarity,
                refined: registration.correlation as f32,
                order: registration.correlation as f32 + scan_weight * candidate.similarity,
                registration,
                comparison: None,
            }));
        }
        ranked.sort_by(|a, b| best_first(question.plan().placed, a, b));
        Ok((ranked, found.engine, found.considered))
    }

    fn compared(
        &self,
        query: &Template,
        candidate: &Ranked,
        templates: &dyn TemplateSource,
        mirror: bool,
    ) -> Result<Option<Comparison>, CompareError> {
        let Some(template) = templates.template(candidate.mark) else { return Ok(None) };
        let hypotheses = [candidate.registration];
        self.method.compare(query, &template, &hypotheses, mirror, &mut NoTrace).map(Some)
    }
}

fn tell(progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>, news: Progress<'_>) -> Result<(), SearchError> {
    match progress(news) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(SearchError::Stopped),
    }
}

/// Compared ones by what they are placed by; the others by [`Ranked::order`]; ties by mark.
fn best_first(placed: Placed, a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    let weight = |ranked: &Ranked| ranked.weight(placed).unwrap_or(f64::NEG_INFINITY);
    weight(b).total_cmp(&weight(a)).then_with(|| b.order.total_cmp(&a.order)).then_with(|| a.mark.cmp(&b.mark))
}
