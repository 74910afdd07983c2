//! One class of impressions in memory: the searchable gallery of a mark kind and what a search asks of each of its marks.

use super::briefs::Briefs;
use crate::store::Card;
use headstamp_engine::features::Descriptor;
use headstamp_engine::index::IndexError;
use headstamp_engine::index::snapshot::Saved;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::prepared::Kind;
use headstamp_engine::search::Gallery;
use std::path::{Path, PathBuf};

/// Impressions of one kind.
#[derive(Clone)]
pub(crate) struct Shelf {
    /// Its kind of mark.
    pub(crate) kind: MarkKind,
    /// Its marks, ready to be searched.
    pub(crate) gallery: Gallery,
    /// What a search asks of each of them, by slot.
    pub(crate) briefs: Briefs,
}

impl Shelf {
    /// An empty shelf.
    pub(crate) fn empty(kind: MarkKind) -> Self {
        Self { kind, gallery: Gallery::new(methods::newest(kind)), briefs: Briefs::default() }
    }

    /// The last snapshot below `directory` and the sequence up to which it holds everything; briefs are not in it.
    pub(crate) fn load(kind: MarkKind, directory: &Path) -> Result<(Self, i64), IndexError> {
        let (gallery, sequence) = Gallery::load(&place(directory, kind), methods::newest(kind))?;
        Ok((Self { kind, gallery, briefs: Briefs::default() }, sequence))
    }

    /// Writes a snapshot below `directory`.
    pub(crate) fn save(&self, directory: &Path, sequence: i64) -> Result<Saved, IndexError> {
        self.gallery.save(&place(directory, self.kind), sequence)
    }

    /// True if a mark belongs here and the gallery can hold it.
    pub(crate) fn takes(&self, card: &Card) -> bool {
        crate::wire::mark_kind(card.kind) == Some(Kind::Impressed(self.kind))
            && card.method == self.gallery.method().id()
    }

    /// Adds marks. One that the index refuses keeps its place in the store and is logged.
    pub(crate) fn add(&mut self, marks: &[(&Card, &Descriptor)]) {
        let first = self.gallery.slots();
        let answers = self.gallery.extend(marks.iter().map(|(card, descriptor)| (card.mark, *descriptor)));
        let mut slot = first;
        for ((card, _), answer) in marks.iter().zip(answers) {
            match answer {
                Ok(()) => {
                    self.briefs.put(slot, card);
                    slot += 1;
                }
                Err(error) => {
                    tracing::error!(mark = %card.mark, %error, "the index refused a mark: it cannot be found by search");
                }
            }
        }
    }

    /// Takes note of a mark that the gallery should hold already; false if it does not.
    pub(crate) fn note(&mut self, card: &Card) -> bool {
        let slot = self.gallery.slot(card.mark);
        slot.inspect(|&slot| self.briefs.put(slot, card)).is_some()
    }
}

fn place(directory: &Path, kind: MarkKind) -> PathBuf {
    directory.join(kind.code())
}
