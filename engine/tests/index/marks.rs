//! Marks for the tests: synthetic pairs of shots, made once.

use headstamp_engine::features::{Descriptor, Query};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::roster::{Entry, Roster};
use headstamp_engine::index::{CandidateIndex, Found, Slots};
use headstamp_engine::synth::impression::BreechFace;
use headstamp_engine::template::Template;
use std::sync::LazyLock;
use uuid::Uuid;

static POPULATION: LazyLock<Vec<Template>> = LazyLock::new(|| {
    (0..8)
        .flat_map(|firearm| {
            let face = BreechFace::new(11, firearm).with_difficulty(0.25);
            [face.shot(1), face.shot(2)]
        })
        .collect()
});

/// Two shots of each of eight firearms (two lots), turned at random; marks `2 n` and `2 n + 1` are of one firearm.
pub(crate) fn population() -> &'static [Template] {
    &POPULATION
}

/// The id of mark number `at`.
pub(crate) fn id(at: usize) -> MarkId {
    MarkId(Uuid::from_u128(at as u128))
}

/// A filter that leaves every mark.
pub(crate) fn all(_: MarkId) -> bool {
    true
}

/// An index with the roster that gives its slots.
pub(crate) struct Filled<Index> {
    pub(crate) roster: Roster,
    pub(crate) index: Index,
}

impl<Index: CandidateIndex> Filled<Index> {
    /// An index that holds these marks, the first with id 0.
    pub(crate) fn with<'a>(index: Index, marks: impl IntoIterator<Item = &'a Template>) -> Self {
        let mut filled = Self { roster: Roster::default(), index };
        for (at, mark) in marks.into_iter().enumerate() {
            filled.insert(at, &Descriptor::of(mark));
        }
        filled
    }

    /// Adds mark number `at`.
    pub(crate) fn insert(&mut self, at: usize, descriptor: &Descriptor) {
        self.roster.add(&Entry::of(id(at), descriptor, 0)).unwrap();
        self.index.push(descriptor);
    }

    /// Searches among the marks that the filter leaves.
    pub(crate) fn search(&self, query: &Query, eligible: impl Fn(MarkId) -> bool + Sync, count: usize) -> Found {
        let left = |slot| self.roster.lives(slot) && eligible(self.roster.mark(slot));
        self.index.search(&self.roster, query, &Slots::choose(self.roster.slots(), left), count)
    }
}
