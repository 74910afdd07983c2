//! A set of slots: one bit each.

use rayon::prelude::*;

/// Words that a task fills.
const BLOCK: usize = 1024;

/// Slots of a gallery, for example those a search may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    words: Vec<u64>,
}

impl Slots {
    /// The slots below `count` that `holds` says yes to; asked on several threads.
    pub fn choose(count: usize, holds: impl Fn(usize) -> bool + Sync) -> Self {
        let mut words = vec![0u64; count.div_ceil(64)];
        words.par_chunks_mut(BLOCK).enumerate().for_each(|(block, words)| {
            for (place, word) in words.iter_mut().enumerate() {
                let first = (block * BLOCK + place) * 64;
                *word =
                    (0..64usize.min(count - first)).fold(0, |word, bit| word | u64::from(holds(first + bit)) << bit);
            }
        });
        Self { words }
    }

    /// True if the slot is in the set.
    #[inline]
    pub fn holds(&self, slot: usize) -> bool {
        self.words.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Adds a slot.
    pub fn add(&mut self, slot: usize) {
        if self.words.len() <= slot / 64 {
            self.words.resize(slot / 64 + 1, 0);
        }
        self.words[slot / 64] |= 1 << (slot % 64);
    }

    /// Slots in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(place, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(place * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_chosen_and_gives_it_in_order() {
        let mut slots = Slots::choose(200_001, |slot| slot % 7 == 3);
        assert_eq!(slots.count(), 28_572);
        slots.add(200_001);
        assert!(slots.holds(3) && slots.holds(200_001) && !slots.holds(4) && !slots.holds(1_000_000));
        let expected: Vec<usize> = (0..200_001).filter(|slot| slot % 7 == 3).chain([200_001]).collect();
        assert_eq!(slots.iter().collect::<Vec<_>>(), expected);
    }
}
