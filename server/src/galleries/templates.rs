//! Prepared marks by their digest, with the ones used last kept in memory up to a number of bytes.

use crate::store::{Store, StoreError};
use headstamp_engine::ids::Digest;
use headstamp_engine::prepared::Prepared;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Prepared marks.
#[derive(Debug)]
pub(crate) struct Templates {
    store: Arc<Store>,
    bytes_max: usize,
    kept: Mutex<Kept>,
}

/// What is in memory, oldest first.
#[derive(Debug, Default)]
struct Kept {
    templates: HashMap<Digest, Arc<Prepared>>,
    order: VecDeque<Digest>,
    bytes: usize,
}

impl Templates {
    /// Keeps at most `bytes_max` bytes of maps and profiles in memory.
    pub(crate) fn new(store: Arc<Store>, bytes_max: usize) -> Self {
        Self { store, bytes_max, kept: Mutex::default() }
    }

    /// The template of a digest, from memory or from its blob.
    pub(crate) async fn get(&self, digest: Digest) -> Result<Arc<Prepared>, StoreError> {
        if let Some(template) = self.kept().templates.get(&digest) {
            return Ok(template.clone());
        }
        let bytes = self.store.blobs.get(digest).await?;
        let template = Prepared::from_bytes(&bytes)
            .map_err(|error| StoreError::DamagedRow { table: "mark", reason: format!("template {digest}: {error}") })?;
        let template = Arc::new(template);
        self.keep(digest, template.clone());
        Ok(template)
    }

    fn keep(&self, digest: Digest, template: Arc<Prepared>) {
        let mut kept = self.kept();
        let bytes = template.bytes();
        if bytes > self.bytes_max || kept.templates.insert(digest, template).is_some() {
            return;
        }
        kept.order.push_back(digest);
        kept.bytes += bytes;
        while kept.bytes > self.bytes_max
            && let Some(oldest) = kept.order.pop_front()
        {
            let freed = kept.templates.remove(&oldest).map_or(0, |template| template.bytes());
            kept.bytes -= freed;
        }
    }

    /// A panic elsewhere leaves the map as good as it was: it only caches.
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
