//! Refusals as gRPC statuses: one table, no wildcard, so that a new refusal needs a decision here.

use crate::workflow::Refusal;
use headstamp_proto::{EXISTING_ID_METADATA, REASON_METADATA};
use tonic::{Code, Status};

/// The gRPC code of a refusal.
fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::FieldMissing { .. }
        | Refusal::FieldTooLong { .. }
        | Refusal::FieldNotText { .. }
        | Refusal::NotAnId { .. }
        | Refusal::UnknownEnumValue { .. }
        | Refusal::OutOfBounds { .. }
        | Refusal::BadPageToken
        | Refusal::KeyMissing { .. }
        | Refusal::BadKey { .. }
        | Refusal::UnknownCalibre { .. }
        | Refusal::OtherPartition { .. }
        | Refusal::TwoSources
        | Refusal::PartOfOtherFirearm { .. }
        | Refusal::LandBeyondRifling { .. }
        | Refusal::MarkOfOtherSpecimen { .. }
        | Refusal::TwoSubjects
        | Refusal::KindsDiffer { .. }
        | Refusal::IncomparableStriae(_)
        | Refusal::NoPartition
        | Refusal::ChunkTooLarge { .. }
        | Refusal::MessageOutOfPlace
        | Refusal::UnreadableFile(_)
        | Refusal::Unsuitable(_)
        | Refusal::Incomparable(_) => Code::InvalidArgument,
        Refusal::Unknown { .. } => Code::NotFound,
        Refusal::NameTaken { .. } => Code::AlreadyExists,
        Refusal::KeyReused
        | Refusal::UploadFinished
        | Refusal::UploadIncomplete { .. }
        | Refusal::UploadIsQuery
        | Refusal::UploadIsEvidence
        | Refusal::NoLands { .. }
        | Refusal::NothingInCommon
        | Refusal::MethodGone { .. }
        | Refusal::MethodOutdated { .. } => Code::FailedPrecondition,
        Refusal::ChunkOutOfOrder { .. } | Refusal::ChunkBeyondEnd { .. } | Refusal::MessageTooLarge { .. } => {
            Code::OutOfRange
        }
        Refusal::FileTooLarge { .. }
        | Refusal::TooManyPairs { .. }
        | Refusal::TooManyUploads { .. }
        | Refusal::Busy { .. }
        | Refusal::TooManyCalls { .. } => Code::ResourceExhausted,
        Refusal::Sha256Mismatch { .. } => Code::DataLoss,
        Refusal::UploadBusy => Code::Aborted,
        Refusal::UploadInterrupted { .. } | Refusal::Cancelled => Code::Cancelled,
        Refusal::DeadlineExceeded => Code::DeadlineExceeded,
        Refusal::Store(_) | Refusal::Index(_) | Refusal::Broken { .. } => Code::Internal,
    }
}

/// The status of a refusal: code, sentence, and the reason in the metadata.
pub(super) fn of(refusal: &Refusal) -> Status {
    let mut status = Status::new(code(refusal), refusal.to_string());
    let metadata = status.metadata_mut();
    if let Ok(reason) = refusal.reason().parse() {
        metadata.insert(REASON_METADATA, reason);
    }
    if let Refusal::NameTaken { existing, .. } = refusal
        && let Ok(existing) = existing.parse()
    {
        metadata.insert(EXISTING_ID_METADATA, existing);
    }
    status
}

/// The reason of a status that no use case gave: the transport's own refusals.
pub(super) fn reason_of_code(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "BAD_MESSAGE",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "BUSY",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "MESSAGE_TOO_LARGE",
        Code::Unimplemented => "UNKNOWN_METHOD",
        Code::Internal => "BAD_MESSAGE",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
