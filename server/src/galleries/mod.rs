//! The marks of the store in memory, ready to be searched: derived, and rebuilt from the store on any doubt.
//!
//! The SQL rows are the log. Whatever was written after the last one seen is read again, in order, by one path: at the
//! start after a snapshot, and before each search after an enrolment. A search keeps the shelves as they were when it
//! began; marks that come meanwhile go into copies of the pages they change. A snapshot holds the impressions; striated
//! marks (76 numbers each) are described again from their signatures at every start.

mod briefs;
mod lands;
mod shelf;
mod templates;

pub(crate) use briefs::{Brief, Briefs};
pub(crate) use lands::LandShelf;
pub(crate) use shelf::Shelf;
pub(crate) use templates::Templates;

use crate::pool::Pool;
use crate::store::{Card, Store, StoreError};
use headstamp_engine::features::Descriptor;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::striae::{self, LandVector, StriaKind};
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock};

/// Marks read from the store and added at a time.
const PAGE: i64 = 256;
/// Marks read at a time if a snapshot holds them already.
const PAGE_NOTED: i64 = 4096;

/// All shelves and how far they have followed the store.
#[derive(Clone)]
pub(crate) struct Shelves {
    /// One a kind of impression, in the order of [`MarkKind::ALL`].
    pub(crate) shelves: Vec<Shelf>,
    /// One a kind of striated mark, in the order of [`StriaKind::ALL`].
    pub(crate) lands: Vec<LandShelf>,
    /// Everything up to this event is in them.
    pub(crate) sequence: i64,
    /// Marks added since the last snapshot.
    unsaved: u64,
}

impl Shelves {
    /// Nothing on any shelf.
    fn empty() -> Self {
        let (shelves, lands) = (MarkKind::ALL.map(Shelf::empty).into(), StriaKind::ALL.map(LandShelf::empty).into());
        Self { shelves, lands, sequence: 0, unsaved: 0 }
    }
    /// The shelf of a kind of impression.
    pub(crate) fn of(&self, kind: MarkKind) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| shelf.kind == kind)
    }
    /// The shelf of a kind of striated mark.
    pub(crate) fn lands_of(&self, kind: StriaKind) -> Option<&LandShelf> {
        self.lands.iter().find(|shelf| shelf.kind == kind)
    }
    /// Marks held.
    pub(crate) fn count(&self) -> usize {
        let lands: usize = self.lands.iter().map(|shelf| shelf.gallery.count()).sum();
        self.saved_count() + lands
    }
    /// Marks held that a snapshot keeps: impressions.
    fn saved_count(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.gallery.count()).sum()
    }
    /// Puts described marks on their shelves.
    fn add(&mut self, described: &[(Card, Described)]) {
        for shelf in &mut self.shelves {
            let own: Vec<_> = described
                .iter()
                .filter(|(card, _)| shelf.takes(card))
                .filter_map(|(card, described)| match described {
                    Described::Impression(descriptor) => Some((card, descriptor)),
                    Described::Striae(_) => None,
                })
                .collect();
            shelf.add(&own);
            self.unsaved += own.len() as u64;
        }
        for shelf in &mut self.lands {
            let own: Vec<_> = described
                .iter()
                .filter(|(card, _)| shelf.takes(card))
                .filter_map(|(card, described)| match described {
                    Described::Striae(vector) => Some((card, vector.as_ref())),
                    Described::Impression(_) => None,
                })
                .collect();
            shelf.add(&own);
        }
    }
}

/// A mark as its index wants it.
enum Described {
    /// An impression.
    Impression(Descriptor),
    /// A striated mark; nothing if it has no waves in the index's band.
    Striae(Option<LandVector>),
}

/// The galleries of the server.
pub(crate) struct Galleries {
    store: Arc<Store>,
    pool: Arc<Pool>,
    templates: Arc<Templates>,
    directory: PathBuf,
    snapshot_marks: u64,
    shelves: Arc<RwLock<Arc<Shelves>>>,
    /// Held by the one that follows the store.
    following: Mutex<()>,
    /// Held by the one that writes a snapshot.
    saving: Mutex<()>,
    /// How the shelves came to be: `loaded`, or `rebuilt` and why.
    origin: String,
}

impl Galleries {
    /// Loads the last snapshot below `directory` or rebuilds, and follows the store up to its end.
    pub(crate) async fn open(
        store: Arc<Store>,
        pool: Arc<Pool>,
        templates: Arc<Templates>,
        directory: PathBuf,
        snapshot_marks: u64,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&directory).map_err(StoreError::file(&directory))?;
        let empty = Shelves::empty();
        let mut galleries = Self {
            store,
            pool,
            templates,
            directory,
            snapshot_marks,
            shelves: Arc::new(RwLock::new(Arc::new(empty))),
            following: Mutex::new(()),
            saving: Mutex::new(()),
            origin: String::new(),
        };
        galleries.origin = match galleries.load().await? {
            Ok(loaded) => {
                galleries.shelves = Arc::new(RwLock::new(Arc::new(loaded)));
                "loaded".to_owned()
            }
            Err(reason) => format!("rebuilt: {reason}"),
        };
        galleries.follow().await?;
        let marks = galleries.read().await.count();
        tracing::info!(origin = galleries.origin, marks, "index ready");
        Ok(galleries)
    }

    /// How the shelves came to be at the start.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The shelves as they are now, for as long as they are wanted.
    pub(crate) async fn read(&self) -> Arc<Shelves> {
        self.shelves.read().await.clone()
    }

    /// Takes in every mark that was written since.
    pub(crate) async fn follow(&self) -> Result<(), StoreError> {
        let _following = self.following.lock().await;
        loop {
            let after = self.shelves.read().await.sequence;
            let cards = self.store.cards_after(after, PAGE).await?;
            let Some(last) = cards.last().map(|card| card.sequence) else { break };
            let described = self.describe(cards).await?;
            let mut shelves = self.shelves.clone().write_owned().await;
            let pool = self.pool.clone();
            // Insertion computes: not on a thread that serves calls.
            let added = tokio::task::spawn_blocking(move || {
                pool.run_here(|| {
                    let shelves = Arc::make_mut(&mut shelves);
                    shelves.add(&described);
                    shelves.sequence = last;
                    shelves.unsaved
                })
            });
            let unsaved = added.await.map_err(|_| broken("a mark could not be indexed"))?;
            if unsaved >= self.snapshot_marks {
                self.save().await?;
            }
        }
        Ok(())
    }

    /// Follows the store without anyone waiting for it, unless that is being done already: the next search does not have
    /// to take in a whole enrolment.
    pub(crate) fn follow_soon(self: &Arc<Self>) {
        let galleries = self.clone();
        tokio::spawn(async move {
            if galleries.following.try_lock().is_err() {
                return;
            }
            if let Err(error) = galleries.follow().await {
                tracing::error!(%error, "new marks could not be taken into the index");
            }
        });
    }

    /// Writes a snapshot; says up to which event it reaches and how many marks it holds. From then on the shelves read
    /// what it holds from its files.
    pub(crate) async fn save(&self) -> Result<(i64, u64), StoreError> {
        let _saving = self.saving.lock().await;
        let shelves = self.read().await;
        let directory = self.directory.clone();
        let saving = tokio::task::spawn_blocking(move || {
            let save =
                |shelf: &Shelf| shelf.save(&directory, shelves.sequence).map_err(|error| broken(&error.to_string()));
            let saved = shelves.shelves.iter().map(save).collect::<Result<Vec<_>, StoreError>>()?;
            Ok::<_, StoreError>((shelves.sequence, shelves.saved_count() as u64, saved))
        });
        let (sequence, marks, saved) = saving.await.map_err(|_| broken("the snapshot could not be written"))??;
        let mut shelves = self.shelves.write().await;
        let shelves = Arc::make_mut(&mut shelves);
        for (shelf, saved) in shelves.shelves.iter_mut().zip(saved) {
            if let Err(error) = shelf.gallery.adopt(saved) {
                tracing::warn!(%error, "the shelves stay in memory");
            }
        }
        shelves.unsaved = 0;
        Ok((sequence, marks))
    }

    /// Templates of marks as the index wants them. A mark of an older method or with a damaged template is left out and
    /// logged: one bad blob must not keep the server from starting.
    async fn describe(&self, cards: Vec<Card>) -> Result<Vec<(Card, Described)>, StoreError> {
        let mut loaded = Vec::with_capacity(cards.len());
        for card in cards {
            let Some(kind) = kind_of(&card) else { continue };
            if card.method != kind.method() {
                tracing::warn!(mark = %card.mark, method = card.method, "prepared by an older method: not in the index");
                continue;
            }
            match self.templates.get(card.template).await {
                Ok(prepared) => loaded.push((card, prepared)),
                Err(error) => tracing::error!(mark = %card.mark, %error, "not in the index"),
            }
        }
        let pool = self.pool.clone();
        let describing = tokio::task::spawn_blocking(move || {
            pool.run_here(|| {
                let describe = |(card, prepared): (Card, Arc<Prepared>)| {
                    let described = match &*prepared {
                        Prepared::Impression(template) => {
                            Described::Impression(methods::newest(template.kind).descriptor(template))
                        }
                        Prepared::Striae(signature) => Described::Striae(striae::land_vector(signature)),
                    };
                    (card, described)
                };
                loaded.into_par_iter().map(describe).collect()
            })
        });
        describing.await.map_err(|_| broken("a mark could not be described"))
    }

    /// The last snapshot with its cards, or why there is none that can be trusted.
    async fn load(&self) -> Result<Result<Shelves, String>, StoreError> {
        let directory = self.directory.clone();
        let loading = tokio::task::spawn_blocking(move || {
            MarkKind::ALL.into_iter().map(|kind| Shelf::load(kind, &directory)).collect::<Result<Vec<_>, _>>()
        });
        let loaded = match loading.await {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(error)) => return Ok(Err(error.to_string())),
            Err(_) => return Ok(Err("the snapshot could not be read".into())),
        };
        let Some(sequence) = loaded.iter().map(|(_, sequence)| *sequence).min() else {
            return Ok(Err("there is no snapshot".into()));
        };
        let agree = loaded.iter().all(|(_, other)| *other == sequence);
        let head = self.store.head().await?.sequence;
        if !agree || sequence < 0 || sequence > head {
            return Ok(Err(format!("the snapshot reaches event {sequence}, the store event {head}")));
        }
        let shelves = loaded.into_iter().map(|(shelf, _)| shelf).collect();
        let mut shelves = Shelves { shelves, sequence, ..Shelves::empty() };
        let mut after = 0;
        while after < sequence {
            let cards = self.store.cards_after(after, PAGE_NOTED).await?;
            let Some(last) = cards.last().map(|card| card.sequence) else { break };
            let mut striated = Vec::new();
            for card in cards.into_iter().filter(|card| card.sequence <= sequence) {
                let shelf = shelves.shelves.iter_mut().find(|shelf| shelf.takes(&card));
                if shelf.is_some_and(|shelf| !shelf.note(&card)) {
                    return Ok(Err(format!("the snapshot lacks mark {}: it is of another store", card.mark)));
                }
                if let Some(Kind::Striated(_)) = kind_of(&card) {
                    striated.push(card);
                }
            }
            // No snapshot holds them.
            shelves.add(&self.describe(striated).await?);
            after = last;
        }
        for shelf in &shelves.shelves {
            let (held, stored) = (shelf.gallery.count(), shelf.briefs.count());
            if held != stored {
                return Ok(Err(format!("the snapshot holds {held} marks, the store {stored}")));
            }
        }
        Ok(Ok(shelves))
    }
}

/// The kind of a card's mark, if this program knows it.
fn kind_of(card: &Card) -> Option<Kind> {
    crate::wire::mark_kind(card.kind)
}

fn broken(reason: &str) -> StoreError {
    StoreError::Index { reason: reason.to_owned() }
}
