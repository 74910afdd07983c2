//! The instant first answer over sketches: a search of all of them, or HNSW (Malkov and Yashunin 2016) where there are
//! more than a search of all can be waited for.
//!
//! Signs of a vector tell strangers apart by little, so the graph has no slope to follow: up to millions of marks a plain
//! search takes less time and finds more (`docs/performance.md`). The graph is our own, because a library's graph takes 3 kB a mark, cannot be mapped from a file and differs from build to build.
//! Here a mark takes 128 bytes of links on the ground layer and about 5 above. Marks come in batches: the places of a
//! batch are looked for side by side in the graph as it was and among the batch, then linked in order, so the same
//! calls give the same graph on any number of threads. The layer of a mark follows from its slot. A mark that was taken
//! out stays as a signpost and is never an answer.

use super::map::Map;
use super::roster::Roster;
use super::rows::Rows;
use super::sketch::{SKETCH_BYTES, Sketch, distances};
use super::slots::Slots;
use super::{Candidate, CandidateIndex, Found, IndexError, by_similarity};
use crate::features::products::Kernel;
use crate::features::{Descriptor, Query};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Links of a mark on each upper layer; twice as many on the ground layer.
const LINKS: usize = 16;
/// Bytes of a mark's links on the ground layer, and on each layer above.
const ROW_BYTES: [usize; 2] = [2 * LINKS * 4, LINKS * 4];
/// Candidates looked at while a mark is linked.
const EF_CONSTRUCTION: usize = 100;
/// Least candidates looked at for each vector of a query.
const EF_SEARCH: usize = 200;
/// Marks linked at a time: a sixteenth of those there, at most so many.
const BATCH_MAX: usize = 256;
/// Up to this many eligible marks all of them are looked at: about a tenth of a second on two cores.
const EXACT_MAX: usize = 1 << 21;
/// Share of eligible marks below which all of them are looked at.
const EXACT_SHARE: f64 = 0.5;
/// Fills a row behind the last link.
const NONE: u32 = u32::MAX;

/// Differing bits, then the slot: orders candidates without ties.
type Near = (u16, u32);

/// Sketches and the links between them.
#[derive(Clone, Debug)]
pub struct Graph {
    kernel: Kernel,
    exact_max: usize,
    sketches: Rows,
    ground: Rows,
    upper: Rows,
    /// Slots above the ground layer, ascending, with their first row of `upper`.
    tall: Arc<Vec<(u32, u32)>>,
    entry: Option<u32>,
}

/// The slots a walk has seen.
#[derive(Default)]
struct Seen {
    words: Vec<u64>,
    touched: Vec<u32>,
}

impl Seen {
    fn clear(&mut self, count: usize) {
        self.touched.drain(..).for_each(|slot| self.words[slot as usize / 64] = 0);
        self.words.resize(count.div_ceil(64), 0);
    }
    /// True if the slot is new.
    fn add(&mut self, slot: u32) -> bool {
        let (word, bit) = (&mut self.words[slot as usize / 64], 1 << (slot % 64));
        let new = *word & bit == 0;
        if new {
            *word |= bit;
            self.touched.push(slot);
        }
        new
    }
}

/// The highest layer of a slot: one in sixteen marks reaches each further layer. Splitmix64 (Steele et al. 2014).
fn layer_of(slot: u32) -> usize {
    let mut bits = (u64::from(slot) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)).leading_zeros() as usize / 4
}

fn numbers(row: &[u8]) -> impl Iterator<Item = u32> {
    row.chunks_exact(4).map(|bytes| u32::from_le_bytes(std::array::from_fn(|at| bytes[at])))
}

fn fill(row: &mut [u8], links: impl Iterator<Item = u32>) {
    for (bytes, link) in row.chunks_exact_mut(4).zip(links.chain(std::iter::repeat(NONE))) {
        bytes.copy_from_slice(&link.to_le_bytes());
    }
}

impl Default for Graph {
    fn default() -> Self {
        Self::with_exact_max(EXACT_MAX)
    }
}

impl Graph {
    /// An empty graph that looks at all eligible marks if there are no more than so many.
    pub fn with_exact_max(exact_max: usize) -> Self {
        Self {
            kernel: Kernel::fastest(),
            exact_max,
            sketches: Rows::new(SKETCH_BYTES),
            ground: Rows::new(ROW_BYTES[0]),
            upper: Rows::new(ROW_BYTES[1]),
            tall: Arc::default(),
            entry: None,
        }
    }

    fn count(&self) -> usize {
        self.sketches.count()
    }

    fn sketch(&self, slot: u32) -> Sketch {
        Sketch::read(self.sketches.row(slot as usize))
    }

    fn upper_row(&self, slot: u32, layer: usize) -> usize {
        let place = self.tall.partition_point(|&(other, _)| other < slot);
        self.tall[place].1 as usize + layer - 1
    }

    fn links(&self, slot: u32, layer: usize) -> impl Iterator<Item = u32> {
        let row = match layer {
            0 => self.ground.row(slot as usize),
            _ => self.upper.row(self.upper_row(slot, layer)),
        };
        numbers(row).take_while(|link| *link != NONE)
    }

    fn distance(&self, a: &Sketch, b: &Sketch) -> u16 {
        let mut distance = 0;
        distances(self.kernel, &[*a], [&b.bytes()[..]].into_iter(), |found| distance = found);
        distance
    }

    /// The best `ef` marks that a walk on one layer finds, nearest first.
    fn walk(&self, query: &Sketch, from: &[Near], ef: usize, layer: usize, seen: &mut Seen) -> Vec<Near> {
        seen.clear(self.count());
        let mut open: BinaryHeap<Reverse<Near>> = BinaryHeap::new();
        let mut best: BinaryHeap<Near> = BinaryHeap::with_capacity(ef + 1);
        for &near in from {
            if seen.add(near.1) {
                open.push(Reverse(near));
                best.push(near);
            }
        }
        while best.len() > ef {
            best.pop();
        }
        let mut fresh: Vec<u32> = Vec::with_capacity(2 * LINKS);
        while let Some(Reverse(near)) = open.pop() {
            if best.len() >= ef && best.peek().is_some_and(|worst| near > *worst) {
                break;
            }
            fresh.clear();
            fresh.extend(self.links(near.1, layer).filter(|&slot| seen.add(slot)));
            let mut place = 0;
            distances(self.kernel, &[*query], fresh.iter().map(|&slot| self.sketches.row(slot as usize)), |distance| {
                let found = (distance, fresh[place]);
                place += 1;
                if best.len() < ef || best.peek().is_some_and(|worst| found < *worst) {
                    open.push(Reverse(found));
                    best.push(found);
                    if best.len() > ef {
                        best.pop();
                    }
                }
            });
        }
        best.into_sorted_vec()
    }

    /// From the entry down to the layer above `layer`.
    fn descend(&self, query: &Sketch, entry: u32, layer: usize, seen: &mut Seen) -> Vec<Near> {
        let mut near = vec![(self.distance(query, &self.sketch(entry)), entry)];
        for above in (layer + 1..=layer_of(entry)).rev() {
            near = self.walk(query, &near, 1, above, seen);
        }
        near
    }

    /// The marks nearest to a sketch that a walk with `ef` candidates finds.
    fn nearest(&self, query: &Sketch, ef: usize, seen: &mut Seen) -> Vec<Near> {
        let Some(entry) = self.entry else { return Vec::new() };
        let near = self.descend(query, entry, 0, seen);
        self.walk(query, &near, ef, 0, seen)
    }

    /// Of the candidates, nearest first, those that lie in different directions; then the nearest of the others.
    fn select(&self, candidates: &[Near], max: usize, sketch: impl Fn(u32) -> Sketch) -> Vec<Near> {
        let mut kept: Vec<(Near, Sketch)> = Vec::with_capacity(max);
        let mut others = Vec::new();
        for &near in candidates {
            if kept.len() == max {
                break;
            }
            let own = sketch(near.1);
            if kept.iter().all(|(_, other)| self.distance(&own, other) >= near.0) {
                kept.push((near, own));
            } else {
                others.push(near);
            }
        }
        let room = max - kept.len();
        kept.into_iter().map(|(near, _)| near).chain(others.into_iter().take(room)).collect()
    }

    /// Adds marks in order.
    pub fn extend(&mut self, mut sketches: &[Sketch]) {
        while !sketches.is_empty() {
            let size = (self.count() / 16).clamp(1, BATCH_MAX).min(sketches.len());
            let (batch, later) = sketches.split_at(size);
            self.link(batch);
            sketches = later;
        }
    }

    /// Links by layer for mark number `at` of a batch.
    fn plan(&self, batch: &[Sketch], at: usize, seen: &mut Seen) -> Vec<Vec<Near>> {
        let first = self.count() as u32;
        let (own, top) = (layer_of(first + at as u32), self.entry.map(layer_of));
        let sketch = |slot: u32| match slot.checked_sub(first) {
            Some(peer) => batch[peer as usize],
            None => self.sketch(slot),
        };
        let mut peers: Vec<Near> = Vec::with_capacity(at);
        for peer in 0..at {
            peers.push((self.distance(&batch[at], &batch[peer]), first + peer as u32));
        }
        let mut plan = vec![Vec::new(); own + 1];
        let mut near = match self.entry {
            Some(entry) => self.descend(&batch[at], entry, own, seen),
            None => Vec::new(),
        };
        for layer in (0..=own.min(top.unwrap_or(0))).rev() {
            near = self.walk(&batch[at], &near, EF_CONSTRUCTION, layer, seen);
            let mut candidates = near.clone();
            candidates.extend(peers.iter().filter(|(_, slot)| layer_of(*slot) >= layer));
            candidates.sort_unstable();
            plan[layer] = self.select(&candidates, LINKS, sketch);
        }
        plan
    }

    fn link(&mut self, batch: &[Sketch]) {
        let first = self.count() as u32;
        let plans: Vec<Vec<Vec<Near>>> =
            (0..batch.len()).into_par_iter().map_init(Seen::default, |seen, at| self.plan(batch, at, seen)).collect();
        let mut back: Vec<(usize, u32, Near)> = Vec::new();
        for (at, (sketch, plan)) in batch.iter().zip(&plans).enumerate() {
            let slot = first + at as u32;
            self.sketches.push(&sketch.bytes());
            if plan.len() > 1 {
                Arc::make_mut(&mut self.tall).push((slot, self.upper.count() as u32));
            }
            for (layer, links) in plan.iter().enumerate() {
                let mut row = vec![0; ROW_BYTES[layer.min(1)]];
                fill(&mut row, links.iter().map(|near| near.1));
                if layer == 0 {
                    self.ground.push(&row)
                } else {
                    self.upper.push(&row)
                }
                back.extend(links.iter().map(|&(distance, other)| (layer, other, (distance, slot))));
            }
            if self.entry.is_none_or(|entry| layer_of(slot) > layer_of(entry)) {
                self.entry = Some(slot);
            }
        }
        back.sort_unstable();
        let groups: Vec<&[(usize, u32, Near)]> = back.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
        let rows: Vec<Vec<u32>> = groups.par_iter().map(|group| self.linked_back(group)).collect();
        for (group, links) in groups.into_iter().zip(rows) {
            let (layer, slot, _) = group[0];
            let row = match layer {
                0 => self.ground.row_mut(slot as usize),
                _ => self.upper.row_mut(self.upper_row(slot, layer)),
            };
            fill(row, links.into_iter());
        }
    }

    /// The links of one mark on one layer after some marks have linked to it.
    fn linked_back(&self, group: &[(usize, u32, Near)]) -> Vec<u32> {
        let (layer, slot, _) = group[0];
        let max = ROW_BYTES[layer.min(1)] / 4;
        let mut links: Vec<u32> = self.links(slot, layer).collect();
        links.extend(group.iter().map(|(_, _, near)| near.1));
        if links.len() <= max {
            return links;
        }
        let own = self.sketch(slot);
        let mut candidates: Vec<Near> = Vec::with_capacity(links.len());
        distances(self.kernel, &[own], links.iter().map(|&slot| self.sketches.row(slot as usize)), |distance| {
            candidates.push((distance, links[candidates.len()]));
        });
        candidates.sort_unstable();
        self.select(&candidates, max, |slot| self.sketch(slot)).into_iter().map(|near| near.1).collect()
    }

    /// Every eligible mark by its least distance from the sketches of a query.
    fn exact(&self, queries: &[Sketch], eligible: &Slots) -> Vec<Near> {
        const BLOCK: usize = 4096;
        let blocks: Vec<Vec<Near>> = (0..self.count().div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let slots: Vec<u32> = (block * BLOCK..self.count().min((block + 1) * BLOCK))
                    .filter(|&slot| eligible.holds(slot))
                    .map(|slot| slot as u32)
                    .collect();
                let mut near: Vec<Near> = Vec::with_capacity(slots.len());
                let rows = slots.iter().map(|&slot| self.sketches.row(slot as usize));
                distances(self.kernel, queries, rows, |distance| near.push((distance, slots[near.len()])));
                near
            })
            .collect();
        blocks.concat()
    }

    /// The best `count` eligible marks if every one of them is looked at.
    pub fn search_exact(&self, roster: &Roster, query: &Query, eligible: &Slots, count: usize) -> Found {
        self.found(roster, self.exact(&sketches(query), eligible), count, "all sketches")
    }

    /// The best `count` eligible marks that the graph finds, whatever their number.
    pub fn search_linked(&self, roster: &Roster, query: &Query, eligible: &Slots, count: usize) -> Found {
        // A filter leaves at least half, so twice the count before it is enough of them.
        let ef = EF_SEARCH.max(count.saturating_mul(2).min(self.count()));
        let queries = sketches(query);
        let walks: Vec<Vec<Near>> =
            queries.par_iter().map_init(Seen::default, |seen, query| self.nearest(query, ef, seen)).collect();
        let mut near = walks.concat();
        near.retain(|(_, slot)| eligible.holds(*slot as usize));
        near.sort_unstable_by_key(|&(distance, slot)| (slot, distance));
        near.dedup_by_key(|(_, slot)| *slot);
        self.found(roster, near, count, "hnsw")
    }

    /// Maps sketches of `count` more marks that lie in a segment from byte `start`.
    pub fn map_sketches(&mut self, map: &Arc<Map>, start: usize, count: usize) -> Option<()> {
        self.sketches.map(map, start, count)
    }

    /// Maps the links of all marks, which fill a file.
    ///
    /// # Errors
    /// [`IndexError::Snapshot`] if the file is not as long as so many marks ask for or a link leads nowhere.
    pub fn map_links(&mut self, map: &Arc<Map>) -> Result<(), IndexError> {
        let doubt = |reason: &str| IndexError::Snapshot { reason: reason.into() };
        let count = self.count();
        let mut tall = Vec::new();
        let mut upper = 0;
        self.entry = None;
        for slot in 0..count as u32 {
            let layer = layer_of(slot);
            if layer > 0 {
                tall.push((slot, upper as u32));
                upper += layer;
            }
            if self.entry.is_none_or(|entry| layer > layer_of(entry)) {
                self.entry = Some(slot);
            }
        }
        self.tall = Arc::new(tall);
        let start = count * ROW_BYTES[0];
        if map.len() != start + upper * ROW_BYTES[1] {
            return Err(doubt("the links are of another number of marks"));
        }
        self.ground.map(map, 0, count).ok_or_else(|| doubt("the links are cut off"))?;
        self.upper.map(map, start, upper).ok_or_else(|| doubt("the links are cut off"))?;
        let leads =
            |layer: usize| move |link: u32| link == NONE || ((link as usize) < count && layer_of(link) >= layer);
        let ground = (0..count).all(|slot| numbers(self.ground.row(slot)).all(leads(0)));
        let upper = self.tall.iter().all(|&(slot, row)| {
            (1..=layer_of(slot)).all(|layer| numbers(self.upper.row(row as usize + layer - 1)).all(leads(layer)))
        });
        if ground && upper { Ok(()) } else { Err(doubt("a link leads nowhere")) }
    }

    /// The sketches.
    pub fn sketches(&self) -> &Rows {
        &self.sketches
    }

    /// The links of all marks as a snapshot holds them.
    pub fn links_in_order(&self) -> impl Iterator<Item = &[u8]> {
        self.ground.since(0).chain(self.upper.since(0))
    }

    /// The stored sketch of a slot.
    pub fn stored(&self, slot: usize) -> Sketch {
        self.sketch(slot as u32)
    }

    /// The links without the sketches, which have to be put in again.
    pub(super) fn without_sketches(&self) -> Self {
        Self { sketches: Rows::new(SKETCH_BYTES), ..self.clone() }
    }

    /// Puts in the sketch of a mark whose links are there.
    pub(super) fn push_sketch(&mut self, sketch: &Sketch) {
        self.sketches.push(&sketch.bytes());
    }

    /// Bytes in memory, and mapped.
    pub fn bytes(&self) -> (usize, usize) {
        let parts = [self.sketches.bytes(), self.ground.bytes(), self.upper.bytes(), (8 * self.tall.capacity(), 0)];
        parts.into_iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    }

    fn found(&self, roster: &Roster, mut near: Vec<Near>, count: usize, engine: &'static str) -> Found {
        let considered = near.len();
        if count < near.len() {
            near.select_nth_unstable(count);
            near.truncate(count);
        }
        let mut candidates: Vec<Candidate> = near
            .into_iter()
            .map(|(distance, slot)| Candidate {
                mark: roster.mark(slot as usize),
                slot: slot as usize,
                similarity: Sketch::cosine(distance),
                registration: None,
            })
            .collect();
        candidates.sort_unstable_by(by_similarity);
        Found { engine, candidates, considered }
    }
}

fn sketches(query: &Query) -> Vec<Sketch> {
    query.vectors(query.reach()).iter().map(|vector| Sketch::of(vector)).collect()
}

impl CandidateIndex for Graph {
    fn complete(&self) -> bool {
        false
    }

    fn push(&mut self, descriptor: &Descriptor) {
        self.extend(&[Sketch::of(&descriptor.vector)]);
    }

    fn search(&self, roster: &Roster, query: &Query, eligible: &Slots, count: usize) -> Found {
        let left = eligible.count();
        if left <= self.exact_max || (left as f64) < EXACT_SHARE * self.count() as f64 {
            return self.search_exact(roster, query, eligible, count);
        }
        self.search_linked(roster, query, eligible, count)
    }
}
