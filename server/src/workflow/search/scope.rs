//! Which marks a search may touch, and what its filter says about each of them.
//!
//! A filter is soft unless the request says `exclude`: wrong metadata must not hide the true item.

use super::super::{Refusal, check};
use crate::galleries::{Brief, Briefs};
use crate::store::Card;
use headstamp_engine::index::Slots;
use headstamp_proto::v1;
use std::collections::HashSet;
use uuid::Uuid;

/// What is known of the query's class; empty and 0 are undetermined.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    calibre: String,
    breech_face: i32,
    firing_pin: i32,
    land_count: i32,
    twist: i32,
    exclude: bool,
}

impl Filter {
    /// Reads the filter of a request.
    pub(super) fn of(filter: Option<&v1::SearchFilter>) -> Result<Self, Refusal> {
        let Some(filter) = filter else { return Ok(Self::default()) };
        check::calibre(filter.calibre.as_ref())?;
        check::characteristics(filter.characteristics.as_ref())?;
        let class = filter.characteristics.unwrap_or_default();
        Ok(Self {
            calibre: filter.calibre.as_ref().map(|calibre| calibre.code.clone()).unwrap_or_default(),
            breech_face: class.breech_face,
            firing_pin: class.firing_pin,
            land_count: class.rifling.map_or(0, |rifling| i32::try_from(rifling.land_count).unwrap_or(0)),
            twist: class.rifling.map_or(0, |rifling| rifling.twist),
            exclude: filter.exclude,
        })
    }

    /// The same, and a bullet that was counted contradicts bullets that were counted otherwise: they have no phase in
    /// common.
    pub(super) fn of_ring(self, ring: Option<usize>) -> Self {
        let counted = ring.and_then(|ring| i32::try_from(ring).ok()).unwrap_or(0);
        Self { land_count: if self.land_count == 0 { counted } else { self.land_count }, ..self }
    }

    /// In what way a mark contradicts: what is undetermined on either side never does.
    fn conflict(&self, mark: &Brief<'_>) -> Conflict {
        let differ = |asked: i32, known: i32| asked != 0 && known != 0 && asked != known;
        Conflict {
            calibre: !self.calibre.is_empty() && !mark.calibre.is_empty() && self.calibre != mark.calibre,
            breech_face: differ(self.breech_face, mark.breech_face),
            firing_pin: differ(self.firing_pin, mark.firing_pin),
            land_count: differ(self.land_count, mark.land_count),
            twist: differ(self.twist, mark.twist),
        }
    }

    /// Names of the ways in which a mark contradicts.
    pub(super) fn conflicts(&self, card: &Card) -> Vec<String> {
        let conflict = self.conflict(&Brief {
            scan: card.scan,
            calibre: &card.calibre,
            breech_face: card.breech_face,
            firing_pin: card.firing_pin,
            land_count: card.land_count,
            twist: card.twist,
        });
        let ways = [
            (conflict.calibre, "calibre"),
            (conflict.breech_face, "breech_face"),
            (conflict.firing_pin, "firing_pin"),
            (conflict.land_count, "land_count"),
            (conflict.twist, "twist"),
        ];
        ways.into_iter().filter(|(differs, _)| *differs).map(|(_, way)| way.to_owned()).collect()
    }
}

#[derive(Clone, Copy)]
struct Conflict {
    calibre: bool,
    breech_face: bool,
    firing_pin: bool,
    land_count: bool,
    twist: bool,
}

impl Conflict {
    fn any(self) -> bool {
        self.calibre || self.breech_face || self.firing_pin || self.land_count || self.twist
    }
}

/// Which marks a search may touch.
pub(super) struct Scope {
    /// Marks of the kind in the named partitions.
    pub(super) total: u64,
    /// Marks left.
    pub(super) eligible: u64,
    /// Their slots.
    pub(super) slots: Slots,
    /// What was left out on request.
    pub(super) excluded: v1::FilterEffect,
    /// What contradicts and stayed.
    pub(super) contradicting: v1::FilterEffect,
}

impl Scope {
    /// Looks at every mark of a shelf. `own` says of a slot whether it is the query itself.
    pub(super) fn of(
        briefs: &Briefs,
        partitions: &HashSet<Uuid>,
        filter: &Filter,
        own: impl Fn(usize, &Brief<'_>) -> bool,
    ) -> Self {
        let mut scope = Self {
            total: 0,
            eligible: 0,
            slots: Slots::default(),
            excluded: v1::FilterEffect::default(),
            contradicting: v1::FilterEffect::default(),
        };
        for (slot, mark) in briefs.of(partitions) {
            scope.total += 1;
            if own(slot, &mark) {
                continue;
            }
            let conflict = filter.conflict(&mark);
            if conflict.any() {
                if filter.exclude {
                    count(&mut scope.excluded, conflict);
                    continue;
                }
                count(&mut scope.contradicting, conflict);
            }
            scope.eligible += 1;
            scope.slots.add(slot);
        }
        scope
    }
}

fn count(effect: &mut v1::FilterEffect, conflict: Conflict) {
    effect.marks += 1;
    effect.calibre += u64::from(conflict.calibre);
    effect.breech_face += u64::from(conflict.breech_face);
    effect.firing_pin += u64::from(conflict.firing_pin);
    effect.land_count += u64::from(conflict.land_count);
    effect.twist += u64::from(conflict.twist);
}
