//! The gRPC interface `headstamp.v1`: messages, clients and servers generated from `headstamp/v1/*.proto`.
//!
//! Documentation of each message and field stands in the proto files; units are in the names of the fields.

/// Version 1.
#[allow(missing_docs, unreachable_pub, clippy::all)]
pub mod v1 {
    tonic::include_proto!("headstamp.v1");
}

/// Encoded `FileDescriptorSet` of the interface, for server reflection.
pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("headstamp_descriptor");

/// Metadata key of a call: the name of the actor it is made for.
pub const ACTOR_METADATA: &str = "headstamp-actor";
/// Metadata key of an error: its machine-readable reason.
pub const REASON_METADATA: &str = "headstamp-reason";
/// Metadata key of a NAME_TAKEN error: the id of the record that holds the name.
pub const EXISTING_ID_METADATA: &str = "headstamp-existing-id";
