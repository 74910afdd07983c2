//! The exhaustive coherent scan: every eligible mark at every rotation, over 2-bit polar spectra.
//!
//! For each probe of the query and each mark `X(k) = sum conj(g) q` in whole numbers; where many marks are eligible only
//! the best 30 % by [`adjacent`] go on; for these the correlation at 320 rotations, whose largest value over probes,
//! rotations and hypotheses is the similarity. The answer is complete: every eligible mark was looked at. It depends on
//! neither the number of threads nor the order of insertion.

use super::map::Map;
use super::rotations::{ORDERS, ROTATIONS};
use super::rows::Rows;
use super::{Candidate, CandidateIndex, Found, Roster, Slots, adjacent, by_similarity, rotations};
use crate::compare::Registration;
use crate::compare::register::best_apart;
use crate::features::code::{Code, Depth, unpack_two};
use crate::features::lanes::GROUP;
use crate::features::probes::Reach;
use crate::features::products::{Kernel, Wave};
use crate::features::query::ProbeGroup;
use crate::features::rings::COARSE_LAYOUT;
use crate::features::{Descriptor, Query};
use rayon::prelude::*;
use std::sync::Arc;

/// Share of the eligible marks that pass the first filter.
const PASSED: f64 = 0.3;
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

/// Levels and waves of the mark at hand.
struct Workspace {
    levels: Vec<u8>,
    waves: Vec<[Wave; 1]>,
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
        Workspace { levels: vec![0; self.codes.stride() * 4], waves: vec![[Wave::default()]; ORDERS] }
    }

    /// Correlates the unpacked mark with one group of probes into `workspace.waves`.
    fn correlate(&self, group: &ProbeGroup, workspace: &mut Workspace) {
        self.kernel.products(&workspace.levels, &group.lanes, 0..group.lanes.segments.len(), &mut workspace.waves);
    }

    fn unpack(&self, slot: usize, workspace: &mut Workspace) {
        unpack_two(self.codes.row(slot), &mut workspace.levels);
    }

    /// The first filter's value of one mark.
    fn agreement(&self, slot: usize, length: f32, groups: &[ProbeGroup], mirror: bool, workspace: &mut Workspace) -> f32 {
        self.unpack(slot, workspace);
        let mut largest = 0.0f32;
        for group in groups {
            self.correlate(group, workspace);
            let agreement = adjacent::agreement(self.kernel, &workspace.waves);
            for (lane, scale) in group.lanes.scales[0].iter().enumerate() {
                let value = if mirror { agreement[0][lane].max(agreement[1][lane]) } else { agreement[0][lane] };
                largest = largest.max(value * scale * scale);
            }
        }
        largest / length.powi(2)
    }

    /// The best rotation of one mark at every probe and under every hypothesis, handed to `each` in a fixed order.
    fn peaks(
        &self,
        slot: usize,
        length: f32,
        groups: &[ProbeGroup],
        mirror: bool,
        workspace: &mut Workspace,
        mut each: impl FnMut(Peak),
    ) {
        self.unpack(slot, workspace);
        for (at, group) in groups.iter().enumerate() {
            self.correlate(group, workspace);
            for mirrored in [false, true].into_iter().take(1 + usize::from(mirror)) {
                let best = rotations::best(self.kernel, &workspace.waves, mirrored);
                for lane in 0..group.shifts.len() {
                    let correlation = best.sum[lane] * group.lanes.scales[0][lane] / length;
                    each(Peak { correlation, probe: at * GROUP + lane, rotation: best.rotation[lane], mirrored });
                }
            }
        }
    }

    /// The best of [`Coherent::peaks`].
    fn peak(&self, slot: usize, length: f32, groups: &[ProbeGroup], mirror: bool, workspace: &mut Workspace) -> Peak {
        let mut best = Peak { correlation: f32::NEG_INFINITY, probe: 0, rotation: 0, mirrored: false };
        self.peaks(slot, length, groups, mirror, workspace, |peak| {
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
        self.peaks(slot, entry.coarse_length, &groups, query.mirror(), &mut self.workspace(), |peak| {
            found.push(peak.registration(&groups));
        });
        best_apart(&mut found, count);
        found
    }

    /// Looks at some slots only, all at every rotation: candidates of another index in the measure of this one.
    pub fn measure(&self, roster: &Roster, query: &Query, slots: &[usize]) -> Vec<Candidate> {
        let mut by_reach: [Vec<usize>; Reach::COUNT] = Default::default();
        for &slot in slots {
            let entry = roster.entry(slot);
            by_reach[query.reach_to(entry.origin_kind, entry.grade) as usize].push(slot);
        }
        let mut candidates = Vec::with_capacity(slots.len());
        for (reach, slots) in Reach::ALL.into_iter().zip(by_reach).filter(|(_, slots)| !slots.is_empty()) {
            candidates.extend(self.transformed(roster, query, &query.probes(reach), &slots));
        }
        candidates.sort_unstable_by(by_similarity);
        candidates
    }

    fn transformed(&self, roster: &Roster, query: &Query, groups: &[ProbeGroup], slots: &[usize]) -> Vec<Candidate> {
        self.scan(slots, |slot, workspace| {
            let entry = roster.entry(slot);
            let peak = self.peak(slot, entry.coarse_length, groups, query.mirror(), workspace);
            let registration = Some(peak.registration(groups));
            Candidate { mark: entry.mark, slot, similarity: peak.correlation, registration }
        })
    }

    fn scan<T: Send>(&self, slots: &[usize], each: impl Fn(usize, &mut Workspace) -> T + Sync + Send) -> Vec<T> {
        let blocks: Vec<Vec<T>> = slots
            .par_chunks(BLOCK)
            .map(|slots| {
                let mut workspace = self.workspace();
                slots.iter().map(|&slot| each(slot, &mut workspace)).collect()
            })
            .collect();
        blocks.into_iter().flatten().collect()
    }

    /// The slots that pass the first filter.
    fn passed(&self, roster: &Roster, slots: Vec<usize>, groups: &[ProbeGroup], query: &Query) -> Vec<usize> {
        let kept = PASSED_MIN.max((slots.len() as f64 * PASSED).ceil() as usize);
        if !query.plan().filtered || slots.len() <= kept {
            return slots;
        }
        let agreements = self.scan(&slots, |slot, workspace| {
            self.agreement(slot, roster.entry(slot).coarse_length, groups, query.mirror(), workspace)
        });
        let mut order: Vec<(f32, usize)> = agreements.into_iter().zip(slots).collect();
        let better = |a: &(f32, usize), b: &(f32, usize)| {
            b.0.total_cmp(&a.0).then_with(|| roster.mark(a.1).cmp(&roster.mark(b.1)))
        };
        order.select_nth_unstable_by(kept, better);
        order.truncate(kept);
        order.into_iter().map(|(_, slot)| slot).collect()
    }
}

impl CandidateIndex for Coherent {
    fn engine(&self) -> &'static str {
        "coherent scan"
    }

    fn complete(&self) -> bool {
        true
    }

    fn push(&mut self, descriptor: &Descriptor) {
        self.push_packed(&descriptor.coarse.packed);
    }

    fn search(&self, roster: &Roster, query: &Query, eligible: &Slots, count: usize) -> Found {
        let mut by_reach: [Vec<usize>; Reach::COUNT] = Default::default();
        for slot in eligible.iter() {
            let entry = roster.entry(slot);
            by_reach[query.reach_to(entry.origin_kind, entry.grade) as usize].push(slot);
        }
        let considered = by_reach.iter().map(Vec::len).sum();
        let mut candidates = Vec::new();
        for (reach, slots) in Reach::ALL.into_iter().zip(by_reach) {
            if slots.is_empty() {
                continue;
            }
            let groups = query.probes(reach);
            let passed = self.passed(roster, slots, &groups, query);
            candidates.extend(self.transformed(roster, query, &groups, &passed));
        }
        candidates.sort_unstable_by(by_similarity);
        candidates.truncate(count);
        Found { candidates, considered }
    }
}
