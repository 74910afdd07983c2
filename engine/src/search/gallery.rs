//! Marks of one kind and method version, and the walk of a search over them.

use super::{Counts, Progress, Ranked, SearchError, SearchOptions, SearchResult, TemplateSource};
use crate::compare::refine::{Coarse, refine};
use crate::compare::{CompareError, Comparison};
use crate::features::code::Code;
use crate::features::{Descriptor, Query, QueryOptions};
use crate::ids::MarkId;
use crate::index::{CandidateIndex, Coherent, Graph, IndexError, snapshot};
use crate::methods::Method;
use crate::template::Template;
use crate::trace::NoTrace;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

/// Candidates of the first answer.
const FIRST_ANSWER: usize = 50;
/// Best candidates of the scan whose second and third registrations are refined too.
const HYPOTHESES_RANK: usize = 100;
/// Registrations of each of these.
const HYPOTHESES: usize = 4;

/// Marks of one kind and method version, ready to be searched.
pub struct Gallery {
    method: &'static dyn Method,
    scan: Coherent,
    graph: Graph,
    fine: HashMap<MarkId, Code>,
}

impl Gallery {
    /// An empty gallery.
    pub fn new(method: &'static dyn Method) -> Self {
        Self { method, scan: Coherent::default(), graph: Graph::default(), fine: HashMap::new() }
    }

    /// The method of its marks.
    pub fn method(&self) -> &'static dyn Method {
        self.method
    }

    /// Marks held.
    pub fn count(&self) -> usize {
        self.fine.len()
    }

    /// True if it holds the mark.
    pub fn holds(&self, mark: MarkId) -> bool {
        self.fine.contains_key(&mark)
    }

    /// Adds a mark.
    ///
    /// # Errors
    /// [`IndexError::Duplicate`], [`IndexError::Unfit`]; the gallery is then as before.
    pub fn insert(&mut self, mark: MarkId, descriptor: &Descriptor) -> Result<(), IndexError> {
        self.scan.insert(mark, descriptor)?;
        if let Err(error) = self.graph.insert(mark, descriptor) {
            self.scan.remove(mark);
            return Err(error);
        }
        self.fine.insert(mark, descriptor.fine.clone());
        Ok(())
    }

    /// Takes a mark out; false if it was not there.
    pub fn remove(&mut self, mark: MarkId) -> bool {
        self.scan.remove(mark);
        self.graph.remove(mark);
        self.fine.remove(&mark).is_some()
    }

    /// Writes a snapshot into a fresh generation below `directory` that says it holds everything up to `sequence`.
    ///
    /// # Errors
    /// [`IndexError::Io`].
    pub fn save(&self, directory: &Path, sequence: i64) -> Result<(), IndexError> {
        let marks = self.graph.marks().filter_map(|mark| Some((mark, self.descriptor(mark)?)));
        snapshot::save(directory, self.method.id(), sequence, marks)
    }

    fn descriptor(&self, mark: MarkId) -> Option<Descriptor> {
        let (origin_kind, grade, coarse) = self.scan.code(mark)?;
        let (fine, vector) = (self.fine.get(&mark)?.clone(), self.graph.vector(mark)?.to_vec());
        Some(Descriptor { origin_kind, grade, coarse, fine, vector })
    }

    /// Loads the newest snapshot below `directory` and the sequence it holds everything up to.
    ///
    /// # Errors
    /// [`IndexError::Snapshot`] on any doubt: the caller rebuilds from templates.
    pub fn load(directory: &Path, method: &'static dyn Method) -> Result<(Self, i64), IndexError> {
        let (marks, sequence) = snapshot::load(directory, method.id())?;
        let mut gallery = Self::new(method);
        for (mark, descriptor) in marks {
            gallery
                .insert(mark, &descriptor)
                .map_err(|error| IndexError::Snapshot { reason: format!("mark {mark}: {error}") })?;
        }
        Ok((gallery, sequence))
    }

    /// Searches: HNSW's first answer, the exhaustive scan, refinement, comparison of the best.
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
        if query.method != self.method.id() {
            let (reference, compared) = (query.method.clone(), self.method.id().into());
            return Err(CompareError::MethodsDiffer { reference, compared }.into());
        }
        let question = self.method.query(query, &QueryOptions { mirror: options.mirror });
        let first = self.graph.search(&question, eligible, FIRST_ANSWER)?;
        tell(progress, Progress::FirstAnswer { engine: self.graph.engine(), candidates: &first.candidates })?;

        let (mut ranked, considered) = self.scanned(&question, eligible, options)?;
        let mut counts =
            Counts { total: self.count(), eligible: considered, considered, refined: ranked.len(), compared: 0 };
        tell(progress, Progress::Scanned(counts))?;

        let compared = if options.exhaustive {
            ranked.len()
        } else {
            (options.compared * question.plan().compared).min(ranked.len())
        };
        let at_once = 2 * rayon::current_num_threads();
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
        ranked.sort_by(by_score);
        let plan = question.plan().clone();
        Ok(SearchResult { engine: self.scan.engine(), plan, counts, candidates: ranked })
    }

    /// The scan's candidates, refined, best first; and how many marks the scan looked at.
    fn scanned(
        &self,
        question: &Query,
        eligible: &(dyn Fn(MarkId) -> bool + Sync),
        options: &SearchOptions,
    ) -> Result<(Vec<Ranked>, usize), SearchError> {
        let wanted = if options.exhaustive {
            usize::MAX
        } else {
            (options.refined * question.plan().refined).max(options.compared * question.plan().compared)
        };
        let found = self.scan.search(question, eligible, wanted)?;
        let coarse: Vec<Vec<Coarse<'_>>> = found
            .candidates
            .par_iter()
            .enumerate()
            .map(|(rank, candidate)| {
                let Some(code) = self.fine.get(&candidate.mark) else { return Vec::new() };
                let registrations = match rank < HYPOTHESES_RANK {
                    true => self.scan.registrations(question, candidate.mark, HYPOTHESES),
                    false => candidate.registration.into_iter().collect(),
                };
                registrations.into_iter().map(|registration| Coarse { code, registration }).collect()
            })
            .collect();
        let refined = refine(question, &coarse.concat());
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
                registration,
                comparison: None,
            }));
        }
        ranked.sort_by(by_score);
        Ok((ranked, found.considered))
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

/// Compared ones by score; the others by [`Ranked::order`]; ties by mark.
fn by_score(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    let score = |ranked: &Ranked| ranked.comparison.as_ref().map_or(f64::NEG_INFINITY, |comparison| comparison.score);
    score(b).total_cmp(&score(a)).then_with(|| b.order().total_cmp(&a.order())).then_with(|| a.mark.cmp(&b.mark))
}
