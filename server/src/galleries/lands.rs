//! One class of striated marks in memory. Never on disk: it is rebuilt from the stored signatures at every start.

use super::briefs::Briefs;
use crate::store::Card;
use crate::wire;
use headstamp_engine::bullets::LandGallery;
use headstamp_engine::prepared::Kind;
use headstamp_engine::striae::retrieval::{BulletId, LandRow};
use headstamp_engine::striae::{self, LandVector, StriaKind};

/// Striated marks of one kind.
#[derive(Clone)]
pub(crate) struct LandShelf {
    /// Their kind.
    pub(crate) kind: StriaKind,
    /// They, ready to be searched.
    pub(crate) gallery: LandGallery,
    /// What a search asks of each of them, by slot.
    pub(crate) briefs: Briefs,
}

impl LandShelf {
    /// An empty shelf.
    pub(crate) fn empty(kind: StriaKind) -> Self {
        Self { kind, gallery: LandGallery::default(), briefs: Briefs::default() }
    }

    /// True if a mark belongs here.
    pub(crate) fn takes(&self, card: &Card) -> bool {
        wire::mark_kind(card.kind) == Some(Kind::Striated(self.kind)) && card.method == striae::ID
    }

    /// Adds marks. One that the index refuses, or whose signature has no waves in the index's band, keeps its place in the
    /// store and is logged.
    pub(crate) fn add(&mut self, marks: &[(&Card, Option<&LandVector>)]) {
        for (card, vector) in marks {
            let Some(vector) = vector else {
                tracing::error!(mark = %card.mark, "no waves in the index's band: it cannot be found by search");
                continue;
            };
            match self.gallery.insert(row(card), vector) {
                Ok(()) => self.briefs.put(self.gallery.count() - 1, card),
                Err(error) => {
                    tracing::error!(mark = %card.mark, %error, "the index refused a mark: it cannot be found by search");
                }
            }
        }
    }
}

/// The row of a mark: its seat on the bullet, or alone (a ring of 1) if nobody numbered it or counted the lands.
fn row(card: &Card) -> LandRow {
    let ring = usize::try_from(card.land_count).unwrap_or(0);
    let seat = wire::lands::place(card.land).filter(|place| *place < ring);
    let (place, ring) = seat.map_or((0, 1), |place| (place, ring));
    LandRow { mark: card.mark, bullet: BulletId(card.specimen), place, ring }
}
