//! Who calls and how long they wait, read from the headers of a call.

use headstamp_engine::ids::Digest;
use headstamp_proto::ACTOR_METADATA;
use std::time::Duration;
use tonic::Extensions;
use tonic::codegen::http::HeaderMap;
use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

/// Longest name of an actor, characters.
const ACTOR_MAX: usize = 200;
/// What an answer needs to be written before the transport cuts the call at its deadline.
const ANSWER_TIME: Duration = Duration::from_millis(5);

/// Who calls: the SHA-256 of the client's certificate where there is one, and the name in the metadata.
pub(super) fn actor(headers: &HeaderMap, extensions: &Extensions) -> String {
    let name = headers.get(ACTOR_METADATA).and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    let name: String = name.chars().take(ACTOR_MAX).collect();
    let connection = extensions.get::<TlsConnectInfo<TcpConnectInfo>>();
    let certificates = connection.and_then(|connection| connection.peer_certs());
    match certificates.as_ref().and_then(|chain| chain.first()) {
        Some(certificate) if name.is_empty() => format!("certificate:{}", Digest::of(certificate)),
        Some(certificate) => format!("certificate:{} for {name}", Digest::of(certificate)),
        None if name.is_empty() => "anonymous".to_owned(),
        None => name,
    }
}

/// How long the client waits, at most `max`.
pub(super) fn patience(headers: &HeaderMap, max: Duration) -> Duration {
    let asked = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(timeout);
    asked.map_or(max, |asked| asked.saturating_sub(ANSWER_TIME.min(asked / 10)).min(max))
}

/// Reads `grpc-timeout`: up to 8 digits and a unit (gRPC over HTTP/2).
fn timeout(value: &str) -> Option<Duration> {
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}
