//! What a search asks of every mark before it looks at it: 28 bytes a slot. Everything else is read from the store for
//! the marks a list shows.

use crate::store::Card;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Briefs of a page: a page is copied if it changes while a search reads it.
const PAGE: usize = 1024;

/// One mark as it is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    scan: Uuid,
    partition: u32,
    calibre: u16,
    breech_face: u16,
    firing_pin: u16,
    land_count: u8,
    twist: u8,
}

/// One mark in brief.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief<'a> {
    /// Its scan.
    pub(crate) scan: Uuid,
    /// Calibre code; empty = undetermined.
    pub(crate) calibre: &'a str,
    /// Wire value of the breech face class; 0 = undetermined.
    pub(crate) breech_face: i32,
    /// Wire value of the firing pin shape; 0 = undetermined.
    pub(crate) firing_pin: i32,
    /// Lands of the rifling; 0 = undetermined.
    pub(crate) land_count: i32,
    /// Wire value of the twist; 0 = undetermined.
    pub(crate) twist: i32,
}

/// Briefs by slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Briefs {
    pages: Vec<Arc<Vec<Option<Kept>>>>,
    partitions: Vec<Uuid>,
    calibres: Vec<String>,
}

impl Briefs {
    /// Puts the brief of a mark into its slot.
    pub(crate) fn put(&mut self, slot: usize, card: &Card) {
        let class = |value: i32| u16::try_from(value).unwrap_or(0);
        let small = |value: i32| u8::try_from(value).unwrap_or(0);
        let kept = Kept {
            scan: card.scan,
            partition: place(&mut self.partitions, &card.partition),
            // One a code of the list of calibres.
            calibre: place(&mut self.calibres, &card.calibre) as u16,
            breech_face: class(card.breech_face),
            firing_pin: class(card.firing_pin),
            land_count: small(card.land_count),
            twist: small(card.twist),
        };
        while self.pages.len() <= slot / PAGE {
            self.pages.push(Arc::new(vec![None; PAGE]));
        }
        Arc::make_mut(&mut self.pages[slot / PAGE])[slot % PAGE] = Some(kept);
    }

    /// Marks that have a brief.
    pub(crate) fn count(&self) -> usize {
        self.pages.iter().map(|page| page.iter().flatten().count()).sum()
    }

    /// Slot and brief of every mark of some partitions.
    pub(crate) fn of<'a>(&'a self, partitions: &HashSet<Uuid>) -> impl Iterator<Item = (usize, Brief<'a>)> {
        let wanted: Vec<bool> = self.partitions.iter().map(|partition| partitions.contains(partition)).collect();
        let every = self.pages.iter().flat_map(|page| page.iter()).enumerate();
        every.filter_map(move |(slot, kept)| {
            let kept = kept.as_ref().filter(|kept| wanted[kept.partition as usize])?;
            let brief = Brief {
                scan: kept.scan,
                calibre: &self.calibres[kept.calibre as usize],
                breech_face: kept.breech_face.into(),
                firing_pin: kept.firing_pin.into(),
                land_count: kept.land_count.into(),
                twist: kept.twist.into(),
            };
            Some((slot, brief))
        })
    }
}

/// Place of a value in a list of the few there are.
fn place<T: PartialEq + Clone>(values: &mut Vec<T>, value: &T) -> u32 {
    let known = values.iter().position(|known| known == value);
    known.unwrap_or_else(|| {
        values.push(value.clone());
        values.len() - 1
    }) as u32
}
