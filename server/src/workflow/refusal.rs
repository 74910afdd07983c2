//! Why a call is refused: one clear sentence with the numbers for people, one reason for machines.
//!
//! The gRPC code of each stands in one table, `api/status.rs`.

use crate::store::{RecordKind, StoreError};
use headstamp_engine::compare::CompareError;
use headstamp_engine::formats::FormatError;
use headstamp_engine::marks::MarkError;
use headstamp_engine::prepared::Kind;
use headstamp_engine::search::SearchError;
use headstamp_engine::striae::StriaeError;

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("`{field}` is missing")]
    FieldMissing { field: &'static str },
    #[error("`{field}` has {length} characters, the most are {max}")]
    FieldTooLong { field: &'static str, length: usize, max: usize },
    #[error("`{field}` holds control characters")]
    FieldNotText { field: &'static str },
    #[error("`{field}` is not a UUID")]
    NotAnId { field: &'static str },
    #[error("`{field}` has the unknown value {value}")]
    UnknownEnumValue { field: &'static str, value: i32 },
    #[error("`{field}` is {value}: it must be {allowed}")]
    OutOfBounds { field: &'static str, value: String, allowed: String },
    #[error("the page token is not one of this list")]
    BadPageToken,
    #[error("the idempotency key is missing: writes need one of 1 to {max} printable ASCII characters")]
    KeyMissing { max: usize },
    #[error("the idempotency key has {length} characters: 1 to {max} printable ASCII characters are allowed")]
    BadKey { length: usize, max: usize },
    #[error("the idempotency key was used before with another request")]
    KeyReused,
    #[error("no {} has the id {id}", noun(*kind))]
    Unknown { kind: RecordKind, id: String },
    #[error("the name {name:?} is taken by {} {existing}", noun(*kind))]
    NameTaken { kind: RecordKind, name: String, existing: String },
    #[error("calibre code {code:?} is not in the list: send the source's words as `verbatim` instead")]
    UnknownCalibre { code: String },
    #[error("the {} is of another partition than the specimen", noun(*kind))]
    OtherPartition { kind: RecordKind },
    #[error("a specimen has one source at most: a firearm or an incident")]
    TwoSources,
    #[error("part {part} does not belong to the specimen's firearm")]
    PartOfOtherFirearm { part: String },
    #[error("land {land} does not exist: the specimen's rifling is said to have {lands} lands")]
    LandBeyondRifling { land: u32, lands: u32 },
    #[error("a {kind} is on a {}, the specimen is a {}", if *on_bullet { "bullet" } else { "cartridge case" }, if *on_bullet { "cartridge case" } else { "bullet" })]
    MarkOfOtherSpecimen { kind: Kind, on_bullet: bool },
    #[error("specimen {specimen} holds no prepared land engraved area: there is nothing to compare")]
    NoLands { specimen: String },
    #[error("name two marks or two specimens, not one of each and not both")]
    TwoSubjects,
    #[error("the items and the specimens they are compared with have no kind of mark in common")]
    NothingInCommon,
    #[error("the items have {pairs} pairs of marks in common, at most {max} are compared in one call")]
    TooManyPairs { pairs: usize, max: usize },
    #[error("marks of two kinds cannot be compared: a {reference} and a {compared}")]
    KindsDiffer { reference: Kind, compared: Kind },
    #[error("a search has to name the partitions it may touch")]
    NoPartition,
    #[error("a file of {bytes} bytes is over the limit of {max} bytes")]
    FileTooLarge { bytes: u64, max: u64 },
    #[error("a chunk of {bytes} bytes is over the limit of {max} bytes")]
    ChunkTooLarge { bytes: u64, max: u64 },
    #[error("the chunk begins at byte {found}, {expected} bytes have arrived: go on from there")]
    ChunkOutOfOrder { expected: u64, found: u64 },
    #[error("the chunk ends at byte {end} of a file announced with {total} bytes")]
    ChunkBeyondEnd { end: u64, total: u64 },
    #[error("the first message must name an upload or start one, all others must hold a chunk")]
    MessageOutOfPlace,
    #[error("the stream broke after {offset} bytes had arrived: go on from there")]
    UploadInterrupted { offset: u64 },
    #[error("a message is over the limit of {max} bytes")]
    MessageTooLarge { max: usize },
    #[error("another stream is writing this upload")]
    UploadBusy,
    #[error("the upload is finished")]
    UploadFinished,
    #[error("{offset} of {total} bytes have arrived")]
    UploadIncomplete { offset: u64, total: u64 },
    #[error("the upload names no specimen: it can be searched with, not stored")]
    UploadIsQuery,
    #[error("the upload belongs to a specimen: finish it and search with its mark")]
    UploadIsEvidence,
    #[error("{open} uploads are not finished, the most are {max}")]
    TooManyUploads { open: u64, max: u64 },
    #[error("the bytes have SHA-256 {found}, announced was {announced}: send them again")]
    Sha256Mismatch { announced: String, found: String },
    #[error("{0}")]
    UnreadableFile(#[from] FormatError),
    #[error("{0}")]
    Unsuitable(#[from] MarkError),
    #[error("{0}")]
    Incomparable(#[from] CompareError),
    #[error("{0}")]
    IncomparableStriae(#[from] StriaeError),
    #[error("mark {mark} was prepared by {method}, which this program no longer has")]
    MethodGone { mark: String, method: String },
    #[error("mark {mark} was prepared by {method}, the search index holds {newest}")]
    MethodOutdated { mark: String, method: String, newest: &'static str },
    #[error("{max} computations are running or waiting: try again later")]
    Busy { max: usize },
    #[error("{max} calls are running: try again later")]
    TooManyCalls { max: usize },
    #[error("the call was cancelled")]
    Cancelled,
    #[error("the deadline passed before the answer was ready")]
    DeadlineExceeded,
    /// Details go to the log.
    #[error("the server failed: its log says why")]
    Store(#[from] StoreError),
    /// Details go to the log.
    #[error("the server failed: its log says why")]
    Index(#[source] SearchError),
    /// Details go to the log.
    #[error("the server failed: its log says why")]
    Broken { what: &'static str },
}

impl Refusal {
    /// The machine-readable reason, stable within an interface version.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::FieldMissing { .. } => "FIELD_MISSING",
            Self::FieldTooLong { .. } => "FIELD_TOO_LONG",
            Self::FieldNotText { .. } => "FIELD_NOT_TEXT",
            Self::NotAnId { .. } => "NOT_AN_ID",
            Self::UnknownEnumValue { .. } => "UNKNOWN_VALUE",
            Self::OutOfBounds { .. } => "OUT_OF_BOUNDS",
            Self::BadPageToken => "BAD_PAGE_TOKEN",
            Self::KeyMissing { .. } => "IDEMPOTENCY_KEY_MISSING",
            Self::BadKey { .. } => "BAD_IDEMPOTENCY_KEY",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::Unknown { kind, .. } => unknown(*kind),
            Self::NameTaken { .. } => "NAME_TAKEN",
            Self::UnknownCalibre { .. } => "UNKNOWN_CALIBRE",
            Self::OtherPartition { .. } => "OTHER_PARTITION",
            Self::TwoSources => "TWO_SOURCES",
            Self::PartOfOtherFirearm { .. } => "PART_OF_OTHER_FIREARM",
            Self::LandBeyondRifling { .. } => "LAND_BEYOND_RIFLING",
            Self::MarkOfOtherSpecimen { .. } => "MARK_OF_OTHER_SPECIMEN",
            Self::NoLands { .. } => "NO_LANDS",
            Self::TwoSubjects => "TWO_SUBJECTS",
            Self::NothingInCommon => "NOTHING_IN_COMMON",
            Self::TooManyPairs { .. } => "TOO_MANY_PAIRS",
            Self::KindsDiffer { .. } => "KINDS_DIFFER",
            Self::NoPartition => "NO_PARTITION",
            Self::FileTooLarge { .. } => "FILE_TOO_LARGE",
            Self::ChunkTooLarge { .. } => "CHUNK_TOO_LARGE",
            Self::ChunkOutOfOrder { .. } => "CHUNK_OUT_OF_ORDER",
            Self::ChunkBeyondEnd { .. } => "CHUNK_BEYOND_END",
            Self::MessageOutOfPlace => "MESSAGE_OUT_OF_PLACE",
            Self::UploadInterrupted { .. } => "UPLOAD_INTERRUPTED",
            Self::MessageTooLarge { .. } => "MESSAGE_TOO_LARGE",
            Self::UploadBusy => "UPLOAD_BUSY",
            Self::UploadFinished => "UPLOAD_FINISHED",
            Self::UploadIncomplete { .. } => "UPLOAD_INCOMPLETE",
            Self::UploadIsQuery => "UPLOAD_IS_QUERY",
            Self::UploadIsEvidence => "UPLOAD_IS_EVIDENCE",
            Self::TooManyUploads { .. } => "TOO_MANY_UPLOADS",
            Self::Sha256Mismatch { .. } => "SHA256_MISMATCH",
            Self::UnreadableFile(_) => "UNREADABLE_FILE",
            Self::Unsuitable(_) => "UNSUITABLE_MARK",
            Self::Incomparable(_) | Self::IncomparableStriae(_) => "INCOMPARABLE_MARKS",
            Self::MethodGone { .. } => "METHOD_GONE",
            Self::MethodOutdated { .. } => "METHOD_OUTDATED",
            Self::Busy { .. } => "BUSY",
            Self::TooManyCalls { .. } => "TOO_MANY_CALLS",
            Self::Cancelled => "CANCELLED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Store(_) | Self::Index(_) | Self::Broken { .. } => "SERVER_FAILED",
        }
    }
}

fn noun(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Agency => "agency",
        RecordKind::Actor => "actor",
        RecordKind::Partition => "partition",
        RecordKind::Incident => "incident",
        RecordKind::Firearm => "firearm",
        RecordKind::Part => "part",
        RecordKind::Specimen => "specimen",
        RecordKind::Upload => "upload",
        RecordKind::Scan => "scan",
        RecordKind::Mark => "mark",
        RecordKind::Search => "search",
        RecordKind::Comparison => "comparison",
    }
}

fn unknown(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Agency => "UNKNOWN_AGENCY",
        RecordKind::Actor => "UNKNOWN_ACTOR",
        RecordKind::Partition => "UNKNOWN_PARTITION",
        RecordKind::Incident => "UNKNOWN_INCIDENT",
        RecordKind::Firearm => "UNKNOWN_FIREARM",
        RecordKind::Part => "UNKNOWN_PART",
        RecordKind::Specimen => "UNKNOWN_SPECIMEN",
        RecordKind::Upload => "UNKNOWN_UPLOAD",
        RecordKind::Scan => "UNKNOWN_SCAN",
        RecordKind::Mark => "UNKNOWN_MARK",
        RecordKind::Search => "UNKNOWN_SEARCH",
        RecordKind::Comparison => "UNKNOWN_COMPARISON",
    }
}
