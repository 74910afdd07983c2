//! One evidence class in memory: the searchable gallery of a mark kind and the cards of its marks.

use crate::store::Card;
use headstamp_engine::features::Descriptor;
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::IndexError;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::search::Gallery;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One evidence class.
pub(crate) struct Shelf {
    /// Its kind of mark.
    pub(crate) kind: MarkKind,
    /// Its marks, ready to be searched.
    pub(crate) gallery: Gallery,
    /// What a search needs to know of each of them.
    pub(crate) cards: HashMap<MarkId, Card>,
}

impl Shelf {
    /// An empty shelf.
    pub(crate) fn empty(kind: MarkKind) -> Self {
        Self { kind, gallery: Gallery::new(methods::newest(kind)), cards: HashMap::new() }
    }

    /// The last snapshot below `directory` and the sequence up to which it holds everything; cards are not in it.
    pub(crate) fn load(kind: MarkKind, directory: &Path) -> Result<(Self, i64), IndexError> {
        let (gallery, sequence) = Gallery::load(&place(directory, kind), methods::newest(kind))?;
        Ok((Self { kind, gallery, cards: HashMap::new() }, sequence))
    }

    /// Writes a snapshot below `directory`.
    pub(crate) fn save(&self, directory: &Path, sequence: i64) -> Result<(), IndexError> {
        let place = place(directory, self.kind);
        std::fs::create_dir_all(&place)?;
        self.gallery.save(&place, sequence)
    }

    /// True if a mark belongs here and the gallery can hold it.
    pub(crate) fn takes(&self, card: &Card) -> bool {
        card.method == self.gallery.method().id()
    }

    /// Adds a mark. One that the index refuses keeps its place in the store and is logged.
    pub(crate) fn add(&mut self, card: Card, descriptor: Option<Descriptor>) {
        if let Some(descriptor) = descriptor {
            match self.gallery.insert(card.mark, &descriptor) {
                Ok(()) => {}
                Err(error) => {
                    tracing::error!(mark = %card.mark, %error, "the index refused a mark: it cannot be found by search");
                    return;
                }
            }
        }
        self.cards.insert(card.mark, card);
    }
}

fn place(directory: &Path, kind: MarkKind) -> PathBuf {
    directory.join(kind.code())
}
