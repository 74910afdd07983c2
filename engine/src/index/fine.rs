//! Fine codes, read by the refinement for the few marks the scan leaves: about 4.5 kB a mark, in mapped files.
//!
//! A code is as long as its live rings ask for. What was saved lies in the segments of the snapshot, one code after the
//! other; what came since lies in memory.

use super::map::Map;
use super::roster::Entry;
use crate::features::code::{Code, Depth};
use std::sync::Arc;

/// The codes of some slots in a mapped file.
#[derive(Clone, Debug)]
struct Segment {
    first: usize,
    map: Arc<Map>,
    start: usize,
    end: usize,
}

/// Fine codes by slot.
#[derive(Clone, Debug, Default)]
pub struct FineCodes {
    segments: Vec<Segment>,
    saved: usize,
    recent: Vec<Arc<[u8]>>,
}

impl FineCodes {
    /// Adds the code of the next slot.
    pub fn push(&mut self, packed: &[u8]) {
        self.recent.push(packed.into());
    }

    /// Adds the codes of the next `count` slots, which lie in `map` from byte `start` to `end`.
    pub fn map(&mut self, map: &Arc<Map>, start: usize, end: usize, count: usize) -> Option<()> {
        map.get(start..end)?;
        self.segments.push(Segment { first: self.saved, map: map.clone(), start, end });
        self.saved += count;
        Some(())
    }

    /// The code of a slot, copied out. `None` if its place lies outside of its file.
    pub fn code(&self, slot: usize, entry: &Entry) -> Option<Code> {
        let length = entry.fine_bytes();
        let packed = match slot.checked_sub(self.saved) {
            Some(recent) => self.recent.get(recent)?.to_vec(),
            None => {
                let segment = &self.segments[self.segments.partition_point(|segment| segment.first <= slot) - 1];
                let start = segment.start + usize::try_from(entry.fine_at).ok()?;
                segment.map[..segment.end].get(start..start.checked_add(length)?)?.to_vec()
            }
        };
        (packed.len() == length).then_some(Code {
            depth: Depth::Four,
            live: entry.fine_live,
            length: entry.fine_length,
            packed,
        })
    }

    /// Bytes in memory, and mapped.
    pub fn bytes(&self) -> (usize, usize) {
        let recent = self.recent.iter().map(|code| code.len() + 32).sum();
        (recent, self.segments.iter().map(|segment| segment.end - segment.start).sum())
    }
}
