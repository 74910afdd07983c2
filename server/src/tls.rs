//! Certificates of the configuration as the transport wants them.

use crate::config::Tls;
use std::path::{Path, PathBuf};
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

/// Reads the certificates. With a client authority every client has to show a certificate that it signed.
pub(crate) fn server(tls: &Tls) -> Result<ServerTlsConfig, TlsError> {
    let identity = Identity::from_pem(read(&tls.certificate)?, read(&tls.key)?);
    let config = ServerTlsConfig::new().identity(identity);
    Ok(match &tls.client_authority {
        Some(authority) => config.client_ca_root(Certificate::from_pem(read(authority)?)),
        None => config,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError { path: path.to_owned(), source })
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("certificate {}: {source}", path.display())]
pub struct TlsError {
    path: PathBuf,
    source: std::io::Error,
}
