//! Bytes by their SHA-256: original files and templates. Written and synced before the row that names them, never
//! changed, never deleted.

use super::StoreError;
use headstamp_engine::ids::Digest;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;

/// A content-addressed store.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// A store below a local directory, made if need be; every write is synced to the disk.
    pub(crate) fn open(directory: &std::path::Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(StoreError::file(directory))?;
        Ok(Self { store: Arc::new(LocalFileSystem::new_with_prefix(directory)?.with_fsync(true)) })
    }

    /// Stores bytes under their digest; nothing happens if they are there.
    pub(crate) async fn put(&self, digest: Digest, bytes: Vec<u8>) -> Result<(), StoreError> {
        let path = path(digest);
        match self.store.head(&path).await {
            // Bytes of another length under this name were torn or damaged: write them again.
            Ok(found) if found.size == bytes.len() as u64 => Ok(()),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {
                self.store.put(&path, bytes.into()).await?;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a digest, checked.
    pub(crate) async fn get(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let bytes = self.store.get(&path(digest)).await?.bytes().await?;
        let found = Digest::of(&bytes);
        if found != digest {
            return Err(StoreError::DamagedBlob { digest: digest.to_string(), found: found.to_string() });
        }
        Ok(bytes.into())
    }
}

/// Two levels of directories keep each of them small.
fn path(digest: Digest) -> Path {
    let name = digest.to_string();
    Path::from(format!("{}/{}/{name}", &name[..2], &name[2..4]))
}
