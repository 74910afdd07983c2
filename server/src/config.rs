//! Settings of the server: one struct, unknown keys refused, a limit on everything that a client can make large.
//!
//! Sources, later ones win: defaults, a TOML file, environment variables `HEADSTAMP_...` (`__` between levels, for
//! example `HEADSTAMP_LIMITS__FILE_BYTES`), what the caller sets.

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Settings of the server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Directory of the evidence store; made if it is missing.
    pub data: PathBuf,
    /// Directory of a laboratory's own calibration models (`*.json`), asked before the shipped ones.
    pub calibration: Option<PathBuf>,
    /// Certificates; without them the connection is in the clear.
    pub tls: Option<Tls>,
    /// Limits.
    pub limits: Limits,
}

/// Certificates and keys, all PEM files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The server's certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Certificates of the authorities that sign clients: with it, every client must show a certificate.
    #[serde(default)]
    pub client_authority: Option<PathBuf>,
}

/// What the server refuses to exceed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest file, bytes.
    pub file_bytes: u64,
    /// Largest chunk of an upload, bytes.
    pub chunk_bytes: u64,
    /// Largest message, bytes.
    pub message_bytes: usize,
    /// Announced files that are not finished.
    pub open_uploads: u64,
    /// Hours an unfinished file is kept.
    pub upload_hours: u32,
    /// Records of a page of a list.
    pub page_records: u32,
    /// Longest list of candidates.
    pub candidates: u32,
    /// Partitions named by one search.
    pub partitions: usize,
    /// Calls at once on one connection.
    pub calls_per_connection: usize,
    /// Calls at once.
    pub calls: usize,
    /// Computations running or waiting.
    pub computations: usize,
    /// Threads that compute; 0 = one a core.
    pub threads: usize,
    /// Seconds a call may take; a client's own deadline may be shorter.
    pub call_seconds: u64,
    /// Seconds that running calls get to end after the server was told to stop.
    pub drain_seconds: u64,
    /// Prepared marks kept in memory, bytes.
    pub template_cache_bytes: usize,
    /// Marks enrolled since the last snapshot of the index that make the server write a new one.
    pub snapshot_marks: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7411)),
            data: PathBuf::from("headstamp-data"),
            calibration: None,
            tls: None,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            chunk_bytes: 4 << 20,
            message_bytes: 32 << 20,
            open_uploads: 10_000,
            upload_hours: 168,
            page_records: 1000,
            candidates: 1000,
            partitions: 100,
            calls_per_connection: 64,
            calls: 1024,
            computations: 64,
            threads: 0,
            call_seconds: 600,
            drain_seconds: 30,
            template_cache_bytes: 256 << 20,
            snapshot_marks: 10_000,
        }
    }
}

impl Config {
    /// Reads the settings: defaults, `file`, environment.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key that is unknown or has the wrong type.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut sources = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::Missing { file: file.to_owned() });
            }
            sources = sources.merge(Toml::file_exact(file));
        }
        let config: Self = sources.merge(Env::prefixed("HEADSTAMP_").split("__")).extract().map_err(Box::new)?;
        Ok(config)
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("settings file {} does not exist", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// A key is unknown or has the wrong type.
    #[error("settings: {0}")]
    Invalid(#[from] Box<figment::Error>),
}
