//! The exhaustive coherent scan: every eligible mark at every rotation, over 2-bit polar spectra.
//!
//! For each probe of the query and each mark `X(k) = sum conj(g) q` in whole numbers; where many marks are eligible only
//! the best 30 % by [`adjacent`] go on, under the handedness that brought them there; for these the correlation at 320 rotations, whose largest value over probes,
//! rotations and hypotheses is the similarity. The answer is complete: every eligible mark was looked at. It depends on
//! neither the number of threads nor the order of insertion.

use super::adjacent::SIDE;
use super::map::Map;
use super::rotations::{ORDERS, ROTATIONS};
use super::rows::Rows;
use super::{Candidate, CandidateIndex, Found, Roster, Slots, adjacent, by_similarity, rotations};
use crate::compare::Registration;
use crate::compare::register::best_apart;
use crate::features::code::{Code, Depth};
use crate::features::lanes::GROUP;
use crate::features::probes::Reach;
use crate::features::products::{Kernel, Wave};
use crate::features::query::ProbeGroup;
use crate::features::rings::COARSE_LAYOUT;
use crate::features::{Descriptor, Query};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;

/// Share of the eligible marks that pass the first filter.
pub const PASSED: f64 = 0.3;
/// Marks that always pass it: transforming these costs a few milliseconds, so small galleries lose nothing.
const PASSED_MIN: usize = 2048;
/// Marks a task scans.
const BLOCK: usize = 256;

/// Marks as 2-bit codes.
#[derive(Clone, Debug)]
pub struct Coherent {
    kernel: Kernel,
    codes: Rows,
}

impl Default for Coherent {
    fn default() -> Self {
        Self::with_kernel(Kernel::fastest())
    }
}

/// The best a mark reaches: correlation, probe, rotation, handedness.
#[derive(Clone, Copy)]
struct Peak {
    correlation: f32,
    probe: usize,
    rotation: u32,
    mirrored: bool,
}

impl Peak {
    fn registration(&self, groups: &[ProbeGroup]) -> Registration {
        let (dx, dy) = groups[self.probe / GROUP].shifts[self.probe % GROUP];
        let angle = f64::from(self.rotation) * 360.0 / ROTATIONS as f64;
        Registration { angle, dx, dy, mirrored: self.mirrored, correlation: f64::from(self.correlation) }
    }
}

/// Levels and waves of the marks at hand.
struct Workspace {
    levels: [Vec<u8>; SIDE],
    waves: Box<[[Wave; 1]; ORDERS]>,
}

/// What the first filter says of a mark: the larger agreement, the slot, direct and mirrored agreement.
type Agreed = (f32, usize, [f32; 2]);

/// A mark to be looked at at every rotation, and under which hypotheses: direct, mirrored.
#[derive(Clone, Copy)]
struct Chosen {
    slot: usize,
    hypotheses: [bool; 2],
}

impl Coherent {
    /// An empty index that uses this kernel; every kernel gives the same answers.
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self { kernel, codes: Rows::new(Code::whole_bytes(&COARSE_LAYOUT, Depth::Two)) }
    }

    /// The codes.
    pub fn codes(&self) -> &Rows {
        &self.codes
    }

    /// Puts a packed code into the next slot.
    pub(super) fn push_packed(&mut self, packed: &[u8]) {
        self.codes.push(packed);
    }

    /// Maps the codes of `count` more marks that lie in a segment from byte `start`.
    pub fn map(&mut self, map: &Arc<Map>, start: usize, count: usize) -> Option<()> {
        self.codes.map(map, start, count)
    }

    fn workspace(&self) -> Workspace {
        Workspace {
            levels: std::array::from_fn(|_| vec![0; self.codes.stride() * 4]),
            waves: Box::new([[Wave::default()]; ORDERS]),
        }
    }

    /// The first filter's value of two marks, or of one given twice, under the direct and the mirrored hypothesis.
    fn agreement(
        &self,
        marks: [(usize, f32); SIDE],
        groups: &[ProbeGroup],
        mirror: bool,
        workspace: &mut Workspace,
    ) -> [[f32; 2]; SIDE] {
        for (levels, (slot, _)) in workspace.levels.iter_mut().zip(marks) {
            self.kernel.unpack_two(self.codes.row(slot), levels);
        }
        let levels = workspace.levels.each_ref().map(Vec::as_slice);
        let mut largest = [[0.0f32; 2]; SIDE];
        for group in groups {
            let found = adjacent::agreements(self.kernel, levels, &group.lanes);
            for (largest, found) in largest.iter_mut().zip(&found) {
                for (largest, lanes) in largest.iter_mut().zip(found).take(1 + usize::from(mirror)) {
                    for (value, scale) in lanes.iter().zip(&group.lanes.scales[0]) {
                        *largest = largest.max(value * scale * scale);
                    }
                }
            }
        }
        std::array::from_fn(|at| largest[at].map(|value| value / marks[at].1.powi(2)))
    }

    /// The best rotation of one mark at every probe and under every hypothesis chosen, handed to `each` in a fixed order.
    fn peaks(
        &self,
        mark: Chosen,
        length: f32,
        groups: &[ProbeGroup],
        workspace: &mut Workspace,
        mut each: impl FnMut(Peak),
    ) {
        let levels = &mut workspace.levels[0];
        self.kernel.unpack_two(self.codes.row(mark.slot), levels);
        for (at, group) in groups.iter().enumerate() {
            self.kernel.products(levels, &group.lanes, 0..group.lanes.segments.len(), &mut workspace.waves[..]);
            for mirrored in [false, true].into_iter().filter(|&mirrored| mark.hypotheses[usize::from(mirrored)]) {
                let best = rotations::best(self.kernel, &workspace.waves, mirrored);
                for lane in 0..group.shifts.len() {
                    let correlation = best.sum[lane] * group.lanes.scales[0][lane] / length;
                    each(Peak { correlation, probe: at * GROUP + lane, rotation: best.rotation[lane], mirrored });
                }
            }
        }
    }

    /// The best of [`Coherent::peaks`].
    fn peak(&self, mark: Chosen, length: f32, groups: &[ProbeGroup], workspace: &mut Workspace) -> Peak {
        let mut best = Peak { correlation: f32::NEG_INFINITY, probe: 0, rotation: 0, mirrored: false };
        self.peaks(mark, length, groups, workspace, |peak| {
            if peak.correlation > best.correlation {
                best = peak;
            }
        });
        best
    }

    /// The best `count` registrations of one mark that differ in handedness or by 6 degrees, best first: on weak marks
    /// the true one is not always the best of the scan.
    pub fn registrations(&self, roster: &Roster, query: &Query, slot: usize, count: usize) -> Vec<Registration> {
        let entry = roster.entry(slot);
        let groups = query.probes(query.reach_to(entry.origin_kind, entry.grade));
        let mut found = Vec::new();
        let mark = Chosen { slot, hypotheses: [true, query.mirror()] };
        self.peaks(mark, entry.coarse_length, &groups, &mut self.workspace(), |peak| {
            found.push(peak.registration(&groups));
        });
        best_apart(&mut found, count);
        found
    }

    /// Looks at some slots only, all at every rotation: candidates of another index in the measure of this one.
    pub fn measure(&self, roster: &Roster, query: &Query, slots: &[usize]) -> Vec<Candidate> {
        let mut candidates = Vec::with_capacity(slots.len());
        for (reach, slots) in by_reach(roster, query, slots.iter().copied()) {
            candidates.extend(self.transformed(roster, &query.probes(reach), &every(&slots, query)));
        }
        candidates.sort_unstable_by(by_similarity);
        candidates
    }

    fn transformed(&self, roster: &Roster, groups: &[ProbeGroup], marks: &[Chosen]) -> Vec<Candidate> {
        self.scan(marks, |marks, workspace| {
            let candidates = marks.iter().map(|&mark| {
                let entry = roster.entry(mark.slot);
                let peak = self.peak(mark, entry.coarse_length, groups, workspace);
                let registration = Some(peak.registration(groups));
                Candidate { mark: entry.mark, slot: mark.slot, similarity: peak.correlation, registration }
            });
            candidates.collect()
        })
    }

    /// Hands blocks of marks to several threads; the results stay in order.
    fn scan<M: Sync, T: Send>(&self, marks: &[M], each: impl Fn(&[M], &mut Workspace) -> Vec<T> + Sync) -> Vec<T> {
        let blocks: Vec<Vec<T>> =
            marks.par_chunks(BLOCK).map_init(|| self.workspace(), |workspace, marks| each(marks, workspace)).collect();
        blocks.into_iter().flatten().collect()
    }

    /// What the first filter says of marks of one reach.
    fn agreements(&self, roster: &Roster, slots: &[usize], groups: &[ProbeGroup], query: &Query) -> Vec<Agreed> {
        let agreements = self.scan(slots, |slots, workspace| {
            let mut agreements = Vec::with_capacity(slots.len() + 1);
            for pair in slots.chunks(SIDE) {
                let marks = std::array::from_fn(|at| {
                    let slot = pair[at.min(pair.len() - 1)];
                    (slot, roster.entry(slot).coarse_length)
                });
                agreements.extend(self.agreement(marks, groups, query.mirror(), workspace));
            }
            agreements.truncate(slots.len());
            agreements
        });
        let named = agreements.into_iter().zip(slots);
        named.map(|([direct, mirrored], &slot)| (direct.max(mirrored), slot, [direct, mirrored])).collect()
    }

    /// The marks that pass the first filter, each under the hypotheses that would pass by themselves.
    fn passed(&self, roster: &Roster, slots: &[usize], groups: &[ProbeGroup], query: &Query) -> Vec<Chosen> {
        let kept = PASSED_MIN.max((slots.len() as f64 * PASSED).ceil() as usize);
        if !query.plan().filtered || slots.len() <= kept {
            return every(slots, query);
        }
        let mut order = self.agreements(roster, slots, groups, query);
        let (passed, &mut (least, ..), _) = order.select_nth_unstable_by(kept, by_agreement(roster));
        let chosen = passed.iter().map(|&(best, slot, values)| {
            let alone = |value: f32| value >= least || value == best;
            Chosen { slot, hypotheses: [alone(values[0]), query.mirror() && alone(values[1])] }
        });
        chosen.collect()
    }

    /// Where the first filter, asked or not, puts each eligible slot among those of its reach: 0 just above the first, 1
    /// at the last. What lies beyond [`PASSED`] does not pass in a large gallery.
    pub fn filter_places(&self, roster: &Roster, query: &Query, eligible: &Slots) -> Vec<(usize, f64)> {
        let mut places = Vec::with_capacity(eligible.count());
        for (reach, slots) in by_reach(roster, query, eligible.iter()) {
            let mut order = self.agreements(roster, &slots, &query.probes(reach), query);
            order.sort_unstable_by(by_agreement(roster));
            let share = |at: usize| (at + 1) as f64 / slots.len() as f64;
            places.extend(order.iter().enumerate().map(|(at, &(_, slot, _))| (slot, share(at))));
        }
        places
    }
}

/// Best agreement first; ties by mark.
fn by_agreement(roster: &Roster) -> impl Fn(&Agreed, &Agreed) -> Ordering {
    |a, b| b.0.total_cmp(&a.0).then_with(|| roster.mark(a.1).cmp(&roster.mark(b.1)))
}

/// Slots by how many probes they ask for, in order; only reaches that hold some.
fn by_reach(roster: &Roster, query: &Query, slots: impl Iterator<Item = usize>) -> Vec<(Reach, Vec<usize>)> {
    let mut by_reach: [Vec<usize>; Reach::COUNT] = Default::default();
    for slot in slots {
        let entry = roster.entry(slot);
        by_reach[query.reach_to(entry.origin_kind, entry.grade) as usize].push(slot);
    }
    Reach::ALL.into_iter().zip(by_reach).filter(|(_, slots)| !slots.is_empty()).collect()
}

/// Marks under every hypothesis asked.
fn every(slots: &[usize], query: &Query) -> Vec<Chosen> {
    slots.iter().map(|&slot| Chosen { slot, hypotheses: [true, query.mirror()] }).collect()
}

impl CandidateIndex for Coherent {
    fn complete(&self) -> bool {
        true
    }

    fn push(&mut self, descriptor: &Descriptor) {
        self.push_packed(&descriptor.coarse.packed);
    }

    fn search(&self, roster: &Roster, query: &Query, eligible: &Slots, count: usize) -> Found {
        let by_reach = by_reach(roster, query, eligible.iter());
        let considered = by_reach.iter().map(|(_, slots)| slots.len()).sum();
        let mut candidates = Vec::new();
        for (reach, slots) in by_reach {
            let groups = query.probes(reach);
            let passed = self.passed(roster, &slots, &groups, query);
            candidates.extend(self.transformed(roster, &groups, &passed));
        }
        candidates.sort_unstable_by(by_similarity);
        candidates.truncate(count);
        Found { engine: "coherent scan", candidates, considered }
    }
}
