//! `headstamp serve`: the evidence service.

use anyhow::{Context, Result};
use headstamp_server::config::Config;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// Arguments of `headstamp serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Directory of the evidence store; made if it is not there.
    #[arg(long)]
    data: PathBuf,
    /// Address to listen on; port 0 takes a free one. Default 127.0.0.1:7411.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Settings (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Serves until it is told to stop (Ctrl-C, SIGTERM), then lets running calls end.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    let mut config = Config::load(arguments.config.as_deref())?;
    config.data = arguments.data.clone();
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    super::runtime()?.block_on(async move {
        let (ready, bound) = oneshot::channel();
        tokio::spawn(async move {
            if let Ok(address) = bound.await {
                eprintln!("headstamp listens on {scheme}://{address}");
            }
        });
        headstamp_server::serve(config, ready, told_to_stop()).await.context("the server ended")
    })
}

/// Ends when the process is told to stop.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
