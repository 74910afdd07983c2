//! One connection to a server, with the name of who calls on every call.

use anyhow::{Context, Result, anyhow, bail};
use headstamp_proto::v1::ingest_client::IngestClient;
use headstamp_proto::v1::records_client::RecordsClient;
use headstamp_proto::v1::search_client::SearchClient;
use headstamp_proto::{ACTOR_METADATA, REASON_METADATA};
use std::path::PathBuf;
use std::time::Duration;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

/// Longest message taken from a server: a long list of candidates with all their cells.
const MESSAGE_BYTES_MAX: usize = 256 << 20;

/// Where the server is and who calls.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServerArguments {
    /// Address of the server, for example http://127.0.0.1:7411.
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// Name of who calls, for the audit trail.
    #[arg(long, default_value = "headstamp")]
    pub(crate) actor: String,
    /// PEM file of the authority that signed the server's certificate, for https.
    #[arg(long, value_name = "FILE")]
    pub(crate) authority: Option<PathBuf>,
    /// PEM file of the caller's own certificate, where the server asks for one.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// PEM file of the key to it.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
}

impl ServerArguments {
    /// A server in the clear at `url`.
    pub(crate) fn plain(url: String, actor: &str) -> Self {
        Self { server: url, actor: actor.into(), authority: None, certificate: None, key: None }
    }
}

/// Puts the actor's name on every call.
#[derive(Clone)]
pub(crate) struct Named(MetadataValue<Ascii>);

impl Interceptor for Named {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert(ACTOR_METADATA, self.0.clone());
        Ok(request)
    }
}

type Wire = InterceptedService<Channel, Named>;

/// The services of one server.
#[derive(Clone)]
pub(crate) struct Client {
    /// Files in.
    pub(crate) ingest: IngestClient<Wire>,
    /// Records.
    pub(crate) records: RecordsClient<Wire>,
    /// Searches.
    pub(crate) search: SearchClient<Wire>,
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(arguments: &ServerArguments) -> Result<Self> {
        let url = &arguments.server;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("the server's address is a URL that begins with http:// or https://, not `{url}`");
        }
        let mut endpoint = Endpoint::from_shared(url.clone())
            .with_context(|| format!("`{url}` is no URL"))?
            .connect_timeout(Duration::from_secs(10))
            .tcp_nodelay(true);
        if url.starts_with("https://") {
            let pem = |path: &PathBuf| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
            let mut tls = ClientTlsConfig::new();
            if let Some(authority) = &arguments.authority {
                tls = tls.ca_certificate(Certificate::from_pem(pem(authority)?));
            }
            if let (Some(certificate), Some(key)) = (&arguments.certificate, &arguments.key) {
                tls = tls.identity(Identity::from_pem(pem(certificate)?, pem(key)?));
            }
            endpoint = endpoint.tls_config(tls).context("the certificates cannot be used")?;
        }
        let channel =
            endpoint.connect().await.map_err(|error| anyhow!("no server answers at {url}: {}", innermost(&error)))?;
        let name: MetadataValue<Ascii> = arguments
            .actor
            .parse()
            .with_context(|| format!("the actor's name `{}` is not plain ASCII", arguments.actor))?;
        let named = || Named(name.clone());
        Ok(Self {
            ingest: IngestClient::with_interceptor(channel.clone(), named())
                .max_decoding_message_size(MESSAGE_BYTES_MAX),
            records: RecordsClient::with_interceptor(channel.clone(), named())
                .max_decoding_message_size(MESSAGE_BYTES_MAX),
            search: SearchClient::with_interceptor(channel, named())
                .max_decoding_message_size(MESSAGE_BYTES_MAX)
                .max_encoding_message_size(MESSAGE_BYTES_MAX),
        })
    }
}

/// What the server refused, in its own sentence, with its reason.
pub(crate) fn failure(status: &Status) -> anyhow::Error {
    let reason = status.metadata().get(REASON_METADATA).and_then(|reason| reason.to_str().ok());
    match reason {
        Some(reason) => anyhow!("{} ({reason})", status.message()),
        None => anyhow!("{:?}: {}", status.code(), status.message()),
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
