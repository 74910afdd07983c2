//! Why the store refuses. The text of these errors is for the log: a client sees [`crate::workflow::Refusal`].

/// Why the store refuses.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the data directory open.
    #[error("data directory {directory} is in use by another server")]
    InUse {
        /// The directory.
        directory: String,
    },
    /// A rule of uniqueness would be broken.
    #[error("a row of {table} with this name is already there")]
    Taken {
        /// The table.
        table: &'static str,
    },
    /// The database refuses.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("schema: {0}")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A blob cannot be read or written.
    #[error("blob store: {0}")]
    Blobs(#[from] object_store::Error),
    /// A blob is not what its name says.
    #[error("blob {digest} is damaged: its bytes have SHA-256 {found}")]
    DamagedBlob {
        /// Its name.
        digest: String,
        /// SHA-256 of what is there.
        found: String,
    },
    /// A row holds what no program writes.
    #[error("row of {table}: {reason}")]
    DamagedRow {
        /// The table.
        table: &'static str,
        /// What does not fit.
        reason: String,
    },
    /// The search index cannot be kept.
    #[error("search index: {reason}")]
    Index {
        /// Why.
        reason: String,
    },
    /// A file of the data directory cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl StoreError {
    /// Names the file of an I/O error.
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::File { path: path.display().to_string(), source }
    }
}
