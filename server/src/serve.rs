//! The life of a server: open the store, load or rebuild the index, listen, drain, leave a snapshot.

use crate::api::{Api, DoorLayer};
use crate::calibration::{self, CalibrationError};
use crate::config::Config;
use crate::galleries::{Galleries, Templates};
use crate::pool::Pool;
use crate::store::{Store, StoreError};
use crate::tls::{self, TlsError};
use crate::workflow::Workflow;
use headstamp_proto::DESCRIPTOR_SET;
use headstamp_proto::v1::admin_server::AdminServer;
use headstamp_proto::v1::audit_server::AuditServer;
use headstamp_proto::v1::compare_server::CompareServer;
use headstamp_proto::v1::ingest_server::IngestServer;
use headstamp_proto::v1::records_server::RecordsServer;
use headstamp_proto::v1::search_server::SearchServer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tonic::server::NamedService;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// Silence on a connection after which the server asks whether the client is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How long the client may take to answer that.
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);
/// What calls get to end after they were told to stop.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Serves until `shutdown` ends, then lets running calls end within the drain limit. `ready` gets the bound address
/// once calls are taken.
///
/// # Errors
/// [`ServeError`] if the store cannot be opened, the address cannot be bound or the certificates cannot be read.
pub async fn serve(
    config: Config,
    ready: oneshot::Sender<SocketAddr>,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let limits = config.limits.clone();
    let models = calibration::models(config.calibration.as_deref())?;
    for held in models.held() {
        tracing::info!(id = held.id, sha256 = %held.digest, population = held.model.population.name, "calibration model");
    }
    let store = Arc::new(Store::open(&config.data).await?);
    let pool = Arc::new(Pool::new(limits.threads, limits.computations)?);
    let templates = Arc::new(Templates::new(store.clone(), limits.template_cache_bytes));
    let index = config.data.join("index");
    let galleries =
        Galleries::open(store.clone(), pool.clone(), templates.clone(), index, limits.snapshot_marks).await?;
    let galleries = Arc::new(galleries);
    let workflow = Workflow::new(store.clone(), galleries.clone(), templates, pool, models, limits.clone());
    let workflow = Arc::new(workflow);
    workflow.sweep_staging().await.map_err(|refusal| ServeError::Uploads(refusal.to_string()))?;

    let incoming = TcpIncoming::bind(config.listen)
        .map_err(|source| ServeError::Bind { address: config.listen, source })?
        .with_nodelay(Some(true));
    let address = incoming.local_addr().map_err(|source| ServeError::Bind { address: config.listen, source })?;
    let mut server = Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_ANSWER))
        .max_concurrent_streams(u32::try_from(limits.calls_per_connection).ok())
        .concurrency_limit_per_connection(limits.calls_per_connection);
    if let Some(tls) = &config.tls {
        server = server.tls_config(tls::server(tls)?)?;
    }
    let stop = CancellationToken::new();
    let api = Api::new(workflow.clone(), stop.clone());
    let bytes = limits.message_bytes;
    let (health, health_service) = tonic_health::server::health_reporter();
    report(&health, ServingStatus::Serving).await;
    let router = server
        .layer(DoorLayer::new(workflow))
        .add_service(IngestServer::new(api.clone()).max_decoding_message_size(bytes))
        .add_service(RecordsServer::new(api.clone()).max_decoding_message_size(bytes))
        .add_service(SearchServer::new(api.clone()).max_decoding_message_size(bytes))
        .add_service(CompareServer::new(api.clone()).max_decoding_message_size(bytes))
        .add_service(AuditServer::new(api.clone()).max_decoding_message_size(bytes))
        .add_service(AdminServer::new(api).max_decoding_message_size(bytes))
        .add_service(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?);

    let draining = CancellationToken::new();
    let told = async {
        shutdown.await;
        tracing::info!("stopping: no new calls, running ones may end");
        report(&health, ServingStatus::NotServing).await;
        draining.cancel();
    };
    let serving = router.serve_with_incoming_shutdown(incoming, told);
    tracing::info!(%address, data = %config.data.display(), tls = config.tls.is_some(), "ready");
    // Nobody may wait for the address.
    let _ = ready.send(address);
    tokio::select! {
        served = serving => served?,
        () = out_of_patience(&draining, &stop, Duration::from_secs(limits.drain_seconds)) => {
            tracing::warn!(seconds = limits.drain_seconds, "some calls did not end in time and were cut");
        }
    }
    stop.cancel();
    leave(&store, &galleries).await;
    Ok(())
}

/// Ends when running calls have had their time, and a last moment after they were told to stop.
async fn out_of_patience(draining: &CancellationToken, stop: &CancellationToken, patience: Duration) {
    draining.cancelled().await;
    tokio::time::sleep(patience).await;
    stop.cancel();
    tokio::time::sleep(LAST_WORDS).await;
}

/// Leaves a snapshot, so that the next start is quick. Without one the next start rebuilds.
async fn leave(store: &Store, galleries: &Galleries) {
    let saved = match galleries.follow().await {
        Ok(()) => galleries.save().await,
        Err(error) => Err(error),
    };
    match saved {
        Ok((sequence, marks)) => tracing::info!(sequence, marks, "snapshot written"),
        Err(error) => tracing::error!(%error, "no snapshot"),
    }
    store.close().await;
    tracing::info!("stopped");
}

/// Reports the health of the server and of each service.
async fn report(health: &HealthReporter, status: ServingStatus) {
    let services = [
        "",
        IngestServer::<Api>::NAME,
        RecordsServer::<Api>::NAME,
        SearchServer::<Api>::NAME,
        CompareServer::<Api>::NAME,
        AuditServer::<Api>::NAME,
        AdminServer::<Api>::NAME,
    ];
    for service in services {
        health.set_service_status(service, status).await;
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// Why a server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The evidence store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A calibration model cannot be used.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// Files of broken uploads cannot be cleared away.
    #[error("uploads: {0}")]
    Uploads(String),
    /// The address cannot be taken.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate cannot be read.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The transport failed.
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// Threads cannot be started.
    #[error("threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The descriptor set is not one.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}
