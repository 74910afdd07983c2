//! The striated marks of a specimen out of the store, as the engine compares them.

use super::{Refusal, Workflow};
use crate::galleries::Templates;
use crate::store::{Card, Store, StoreError};
use crate::wire;
use headstamp_engine::bullets::{BulletLands, Land, LandSource, Subject};
use headstamp_engine::ids::MarkId;
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::striae;
use headstamp_engine::striae::retrieval::BulletId;
use std::sync::Arc;
use uuid::Uuid;

/// Reads striated marks.
#[derive(Clone)]
pub(super) struct LandReader {
    store: Arc<Store>,
    templates: Arc<Templates>,
}

impl LandReader {
    /// The one striated mark as it is compared alone; nothing if it is gone or no striated mark.
    pub(super) async fn of_mark(&self, mark: MarkId) -> Result<Option<BulletLands>, StoreError> {
        let Some(card) = self.store.card(mark).await? else { return Ok(None) };
        let land = self.land(&card).await?;
        Ok(land.map(|land| BulletLands { bullet: BulletId(card.specimen), ring: None, lands: vec![land] }))
    }

    /// The lands of a bullet, and their cards. A land of an older method or with a damaged template is left out and logged.
    pub(super) async fn of_specimen(&self, specimen: Uuid) -> Result<(BulletLands, Vec<Card>), StoreError> {
        let (mut lands, mut cards) = (Vec::new(), Vec::new());
        for card in self.store.cards_of_specimen(specimen, wire::mark_kind_code(Kind::LAND)).await? {
            match self.land(&card).await {
                Ok(Some(land)) => {
                    lands.push(land);
                    cards.push(card);
                }
                Ok(None) => tracing::warn!(mark = %card.mark, method = card.method, "left out of its bullet"),
                Err(error) => tracing::error!(mark = %card.mark, %error, "left out of its bullet"),
            }
        }
        let ring = cards.first().and_then(|card| usize::try_from(card.land_count).ok()).filter(|ring| *ring > 1);
        Ok((BulletLands { bullet: BulletId(specimen), ring, lands }, cards))
    }

    async fn land(&self, card: &Card) -> Result<Option<Land>, StoreError> {
        if card.method != striae::ID {
            return Ok(None);
        }
        let prepared = self.templates.get(card.template).await?;
        Ok(match &*prepared {
            Prepared::Striae(signature) => Some(Land {
                mark: card.mark,
                place: wire::lands::place(card.land),
                signature: signature.clone(),
                declared: wire::lands::declared(card.direction, signature),
            }),
            Prepared::Impression(_) => None,
        })
    }
}

impl Workflow {
    /// Reads striated marks.
    pub(super) fn lands(&self) -> LandReader {
        LandReader { store: self.store.clone(), templates: self.templates.clone() }
    }

    /// The lands of a bullet that has some.
    pub(super) async fn bullet(&self, specimen: &str) -> Result<(BulletLands, Vec<Card>), Refusal> {
        let id = Uuid::try_parse(specimen).map_err(|_| Refusal::NotAnId { field: "specimen_id" })?;
        let found = self.lands().of_specimen(id).await?;
        if found.1.is_empty() {
            return Err(Refusal::NoLands { specimen: specimen.to_owned() });
        }
        Ok(found)
    }
}

/// Lands by candidate, for threads that may wait.
pub(super) struct WaitingReader {
    /// What reads.
    pub(super) reader: LandReader,
    /// On what it waits.
    pub(super) runtime: tokio::runtime::Handle,
}

impl LandSource for WaitingReader {
    fn lands(&self, subject: Subject) -> Option<BulletLands> {
        let read = async {
            match subject {
                Subject::Mark(mark) => self.reader.of_mark(mark).await,
                Subject::Bullet(bullet) => {
                    let (lands, _) = self.reader.of_specimen(bullet.0).await?;
                    Ok((!lands.lands.is_empty()).then_some(lands))
                }
            }
        };
        self.runtime.block_on(read).unwrap_or_else(|error| {
            tracing::error!(?subject, %error, "a candidate cannot be compared");
            None
        })
    }
}
