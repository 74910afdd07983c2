//! Which mark sits in which slot, and the few figures of each that a scan reads.
//!
//! Slots are given in the order of arrival and never move; a mark taken out leaves its slot empty. 42 bytes a mark and
//! 4 for finding it: ids that were there at the last merge are found by binary search in a sorted list of slots, the
//! few since in a map.

use super::IndexError;
use super::map::Map;
use super::rows::Rows;
use super::slots::Slots;
use crate::features::Descriptor;
use crate::features::code::{Code, Depth};
use crate::features::rings::FINE_LAYOUT;
use crate::ids::MarkId;
use crate::marks::{Grade, OriginKind};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of a mark: id, origin kind, grade, length of the coarse code, live rings and length of the fine code, and
/// where that begins in its file.
pub const RECORD: usize = 16 + 1 + 1 + 4 + 8 + 4 + 8;
/// Origin kinds by their code in a record.
const ORIGIN_KINDS: [OriginKind; 5] =
    [OriginKind::Aperture, OriginKind::Crop, OriginKind::Outer, OriginKind::Manual, OriginKind::Middle];
/// Grades by their code in a record.
const GRADES: [Grade; 3] = [Grade::Good, Grade::Fair, Grade::Poor];
/// Marks in the map at most before they are merged into the sorted list.
const RECENT_MAX: usize = 16_384;

/// What the roster knows of one mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The mark.
    pub mark: MarkId,
    /// What its origin is the centre of.
    pub origin_kind: OriginKind,
    /// How far the origin can be trusted.
    pub grade: Grade,
    /// Length of its coarse code.
    pub coarse_length: f32,
    /// Live rings of its fine code.
    pub fine_live: u64,
    /// Length of its fine code.
    pub fine_length: f32,
    /// Where the fine code begins in its segment, bytes.
    pub fine_at: u64,
}

impl Entry {
    /// The entry of a mark whose fine code is to begin at `fine_at`.
    pub fn of(mark: MarkId, descriptor: &Descriptor, fine_at: u64) -> Self {
        Self {
            mark,
            origin_kind: descriptor.origin_kind,
            grade: descriptor.grade,
            coarse_length: descriptor.coarse.length,
            fine_live: descriptor.fine.live,
            fine_length: descriptor.fine.length,
            fine_at,
        }
    }

    /// Bytes of its fine code.
    pub fn fine_bytes(&self) -> usize {
        Code::trimmed_bytes(&FINE_LAYOUT, Depth::Four, self.fine_live)
    }

    /// Stored form.
    pub fn write(&self) -> [u8; RECORD] {
        let mut record = [0; RECORD];
        record[..16].copy_from_slice(self.mark.0.as_bytes());
        record[16] = match self.origin_kind {
            OriginKind::Aperture => 0,
            OriginKind::Crop => 1,
            OriginKind::Outer => 2,
            OriginKind::Manual => 3,
            OriginKind::Middle => 4,
        };
        record[17] = match self.grade {
            Grade::Good => 0,
            Grade::Fair => 1,
            Grade::Poor => 2,
        };
        record[18..22].copy_from_slice(&self.coarse_length.to_le_bytes());
        record[22..30].copy_from_slice(&self.fine_live.to_le_bytes());
        record[30..34].copy_from_slice(&self.fine_length.to_le_bytes());
        record[34..].copy_from_slice(&self.fine_at.to_le_bytes());
        record
    }

    /// Reads a record; a code of origin or grade that this program does not know is read as the most careful one, and
    /// refused when a snapshot is loaded.
    #[inline]
    fn read(record: &[u8]) -> Self {
        let part = |from: usize| -> [u8; 4] { std::array::from_fn(|at| record[from + at]) };
        let long = |from: usize| -> [u8; 8] { std::array::from_fn(|at| record[from + at]) };
        Self {
            mark: MarkId(Uuid::from_bytes(std::array::from_fn(|at| record[at]))),
            origin_kind: ORIGIN_KINDS.get(usize::from(record[16])).copied().unwrap_or(OriginKind::Outer),
            grade: GRADES.get(usize::from(record[17])).copied().unwrap_or(Grade::Poor),
            coarse_length: f32::from_le_bytes(part(18)),
            fine_live: u64::from_le_bytes(long(22)),
            fine_length: f32::from_le_bytes(part(30)),
            fine_at: u64::from_le_bytes(long(34)),
        }
    }

    /// Why a record read from a file cannot be one, if so.
    fn unfit(record: &[u8]) -> bool {
        let entry = Self::read(record);
        let usable = |length: f32| length.is_finite() && length > 0.0;
        usize::from(record[16]) >= ORIGIN_KINDS.len()
            || usize::from(record[17]) >= GRADES.len()
            || !usable(entry.coarse_length)
            || !usable(entry.fine_length)
    }
}

/// The marks of a gallery by slot and by id.
#[derive(Clone, Debug)]
pub struct Roster {
    records: Rows,
    /// Slots whose mark was taken out.
    empty: Arc<Slots>,
    emptied: usize,
    /// Slots by id, up to the last merge.
    sorted: Arc<Vec<u32>>,
    /// Slots since.
    recent: Arc<HashMap<MarkId, u32>>,
}

impl Default for Roster {
    fn default() -> Self {
        Self {
            records: Rows::new(RECORD),
            empty: Arc::default(),
            emptied: 0,
            sorted: Arc::default(),
            recent: Arc::default(),
        }
    }
}

impl Roster {
    /// Slots given, empty ones included.
    pub fn slots(&self) -> usize {
        self.records.count()
    }

    /// Marks held.
    pub fn count(&self) -> usize {
        self.slots() - self.emptied
    }

    /// True if the slot holds a mark.
    #[inline]
    pub fn lives(&self, slot: usize) -> bool {
        slot < self.slots() && !self.empty.holds(slot)
    }

    /// What is known of a slot.
    #[inline]
    pub fn entry(&self, slot: usize) -> Entry {
        Entry::read(self.records.row(slot))
    }

    /// The mark of a slot.
    #[inline]
    pub fn mark(&self, slot: usize) -> MarkId {
        MarkId(Uuid::from_bytes(std::array::from_fn(|at| self.records.row(slot)[at])))
    }

    /// The slot of a mark.
    pub fn slot(&self, mark: MarkId) -> Option<usize> {
        if let Some(&slot) = self.recent.get(&mark) {
            return Some(slot as usize);
        }
        let first = self.sorted.partition_point(|&slot| self.mark(slot as usize) < mark);
        let own = self.sorted[first..].iter().map(|&slot| slot as usize).take_while(|&slot| self.mark(slot) == mark);
        own.filter(|&slot| self.lives(slot)).last()
    }

    /// Gives a mark the next slot.
    ///
    /// # Errors
    /// [`IndexError::Duplicate`], [`IndexError::Full`].
    pub fn add(&mut self, entry: &Entry) -> Result<usize, IndexError> {
        if self.slot(entry.mark).is_some() {
            return Err(IndexError::Duplicate(entry.mark));
        }
        let slot = self.slots();
        let number = u32::try_from(slot).ok().filter(|&number| number < u32::MAX).ok_or(IndexError::Full)?;
        self.records.push(&entry.write());
        Arc::make_mut(&mut self.recent).insert(entry.mark, number);
        if self.recent.len() >= RECENT_MAX {
            self.merge();
        }
        Ok(slot)
    }

    /// The same marks in the same slots, read from the records of `other`.
    pub(super) fn reading(&self, other: Self) -> Self {
        Self { records: other.records, ..self.clone() }
    }

    /// Puts an entry into the next slot, to be found after [`Roster::sort`] or [`Roster::reading`].
    pub(super) fn push(&mut self, entry: &Entry) {
        self.records.push(&entry.write());
    }

    /// Empties the slot of a mark.
    pub fn remove(&mut self, mark: MarkId) -> Option<usize> {
        let slot = self.slot(mark)?;
        Arc::make_mut(&mut self.recent).remove(&mark);
        Arc::make_mut(&mut self.empty).add(slot);
        self.emptied += 1;
        Some(slot)
    }

    /// Moves the recent slots into the sorted list.
    fn merge(&mut self) {
        let mut added: Vec<u32> = self.recent.values().copied().collect();
        added.sort_unstable_by_key(|&slot| self.mark(slot as usize));
        let mut merged = Vec::with_capacity(self.sorted.len() + added.len());
        let mut added = added.into_iter().peekable();
        for &slot in self.sorted.iter().filter(|&&slot| self.lives(slot as usize)) {
            let mark = self.mark(slot as usize);
            while let Some(new) = added.next_if(|&new| self.mark(new as usize) < mark) {
                merged.push(new);
            }
            merged.push(slot);
        }
        merged.extend(added);
        self.sorted = Arc::new(merged);
        self.recent = Arc::default();
    }

    /// Adds `count` records that lie in a mapped segment from byte `start`.
    ///
    /// # Errors
    /// [`IndexError::Snapshot`] if they do not lie there or one cannot be a record.
    pub fn map(&mut self, map: &Arc<Map>, start: usize, count: usize) -> Result<(), IndexError> {
        let first = self.slots();
        let doubt = |reason: &str| IndexError::Snapshot { reason: reason.into() };
        self.records.map(map, start, count).ok_or_else(|| doubt("a segment is too short for its marks"))?;
        if (first..self.slots()).any(|slot| Entry::unfit(self.records.row(slot))) {
            return Err(doubt("a segment holds a record that is none"));
        }
        Ok(())
    }

    /// Sets which slots are empty and makes the sorted list of the others.
    ///
    /// # Errors
    /// [`IndexError::Snapshot`] if a mark is there twice or an empty slot was never given.
    pub fn sort(&mut self, empty: Slots) -> Result<(), IndexError> {
        let doubt = |reason: String| IndexError::Snapshot { reason };
        if let Some(slot) = empty.iter().find(|&slot| slot >= self.slots()) {
            return Err(doubt(format!("slot {slot} of {} is said to be empty", self.slots())));
        }
        self.emptied = empty.count();
        self.empty = Arc::new(empty);
        let mut sorted: Vec<u32> = (0..self.slots() as u32).filter(|&slot| self.lives(slot as usize)).collect();
        sorted.sort_by_cached_key(|&slot| self.mark(slot as usize));
        if let Some(pair) = sorted.windows(2).find(|pair| self.mark(pair[0] as usize) == self.mark(pair[1] as usize)) {
            return Err(doubt(format!("mark {} is there twice", self.mark(pair[0] as usize))));
        }
        self.sorted = Arc::new(sorted);
        self.recent = Arc::default();
        Ok(())
    }

    /// Slots whose mark was taken out.
    pub fn empty(&self) -> &Slots {
        &self.empty
    }

    /// The records.
    pub fn records(&self) -> &Rows {
        &self.records
    }

    /// Bytes in memory, and mapped.
    pub fn bytes(&self) -> (usize, usize) {
        let (owned, mapped) = self.records.bytes();
        (owned + 4 * self.sorted.capacity() + 40 * self.recent.capacity() + self.slots() / 8, mapped)
    }
}
