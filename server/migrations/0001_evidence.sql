-- One schema for SQLite and PostgreSQL: text ids, integer microseconds, 0/1 for flags, blobs always bound from code.

CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE TABLE audit_event (
    sequence BIGINT PRIMARY KEY,
    at_micros BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_event_actor ON audit_event (actor, sequence);
CREATE INDEX audit_event_action ON audit_event (action, sequence);
CREATE INDEX audit_event_subject ON audit_event (subject_id, sequence);

CREATE TABLE idempotency (
    action TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_sha256 BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (action, idempotency_key)
);

CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    country TEXT NOT NULL,
    created_at_micros BIGINT NOT NULL
);

CREATE TABLE actor (
    id TEXT PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    name TEXT NOT NULL UNIQUE,
    created_at_micros BIGINT NOT NULL
);

CREATE TABLE evidence_partition (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind BIGINT NOT NULL,
    legal_basis TEXT NOT NULL,
    created_at_micros BIGINT NOT NULL
);

CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    partition_id TEXT NOT NULL REFERENCES evidence_partition (id),
    agency_id TEXT NOT NULL REFERENCES agency (id),
    reference TEXT NOT NULL,
    occurred_at_micros BIGINT NOT NULL,
    description TEXT NOT NULL,
    created_at_micros BIGINT NOT NULL,
    UNIQUE (partition_id, reference)
);

CREATE TABLE firearm (
    id TEXT PRIMARY KEY,
    partition_id TEXT NOT NULL REFERENCES evidence_partition (id),
    agency_id TEXT NOT NULL REFERENCES agency (id),
    reference TEXT NOT NULL,
    make TEXT NOT NULL,
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    calibre_code TEXT NOT NULL,
    calibre_verbatim TEXT NOT NULL,
    breech_face BIGINT NOT NULL,
    firing_pin BIGINT NOT NULL,
    created_at_micros BIGINT NOT NULL,
    UNIQUE (partition_id, reference)
);

CREATE TABLE part (
    id TEXT PRIMARY KEY,
    firearm_id TEXT NOT NULL REFERENCES firearm (id),
    kind BIGINT NOT NULL,
    label TEXT NOT NULL,
    fitted_at_micros BIGINT NOT NULL,
    removed_at_micros BIGINT NOT NULL,
    created_at_micros BIGINT NOT NULL,
    UNIQUE (firearm_id, label)
);

CREATE TABLE specimen (
    id TEXT PRIMARY KEY,
    partition_id TEXT NOT NULL REFERENCES evidence_partition (id),
    agency_id TEXT NOT NULL REFERENCES agency (id),
    label TEXT NOT NULL,
    kind BIGINT NOT NULL,
    firearm_id TEXT REFERENCES firearm (id),
    part_id TEXT REFERENCES part (id),
    incident_id TEXT REFERENCES incident (id),
    calibre_code TEXT NOT NULL,
    calibre_verbatim TEXT NOT NULL,
    breech_face BIGINT NOT NULL,
    firing_pin BIGINT NOT NULL,
    ammunition TEXT NOT NULL,
    created_at_micros BIGINT NOT NULL,
    UNIQUE (partition_id, label)
);
CREATE INDEX specimen_firearm ON specimen (firearm_id);
CREATE INDEX specimen_incident ON specimen (incident_id);

CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    specimen_id TEXT REFERENCES specimen (id),
    file_name TEXT NOT NULL,
    instrument TEXT NOT NULL,
    mark_kinds TEXT NOT NULL,
    pixel_micrometres DOUBLE PRECISION,
    total_bytes BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    finished BIGINT NOT NULL,
    created_at_micros BIGINT NOT NULL
);
CREATE INDEX upload_open ON upload (finished, created_at_micros);

CREATE TABLE scan (
    id TEXT PRIMARY KEY,
    specimen_id TEXT NOT NULL REFERENCES specimen (id),
    sha256 BYTEA NOT NULL,
    total_bytes BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    instrument TEXT NOT NULL,
    format TEXT NOT NULL,
    notes TEXT NOT NULL,
    created_at_micros BIGINT NOT NULL,
    UNIQUE (specimen_id, sha256)
);
CREATE INDEX scan_sha256 ON scan (sha256);

CREATE TABLE mark (
    id TEXT PRIMARY KEY,
    scan_id TEXT NOT NULL REFERENCES scan (id),
    specimen_id TEXT NOT NULL REFERENCES specimen (id),
    kind BIGINT NOT NULL,
    method TEXT NOT NULL,
    map_rows BIGINT NOT NULL,
    map_cols BIGINT NOT NULL,
    pitch_micrometres DOUBLE PRECISION NOT NULL,
    sq_micrometres DOUBLE PRECISION NOT NULL,
    coverage DOUBLE PRECISION NOT NULL,
    origin TEXT NOT NULL,
    grade TEXT NOT NULL,
    template_sha256 BYTEA NOT NULL,
    created_at_micros BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);
CREATE INDEX mark_specimen ON mark (specimen_id);
CREATE INDEX mark_scan ON mark (scan_id);
CREATE INDEX mark_sequence ON mark (sequence);

CREATE TABLE search (
    id TEXT PRIMARY KEY,
    query_mark_id TEXT REFERENCES mark (id),
    query_sha256 BYTEA NOT NULL,
    method TEXT NOT NULL,
    engine TEXT NOT NULL,
    request BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    created_at_micros BIGINT NOT NULL
);

CREATE TABLE search_candidate (
    search_id TEXT NOT NULL REFERENCES search (id),
    place BIGINT NOT NULL,
    mark_id TEXT NOT NULL REFERENCES mark (id),
    score DOUBLE PRECISION,
    refined DOUBLE PRECISION NOT NULL,
    similarity DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (search_id, place)
);
CREATE INDEX search_candidate_mark ON search_candidate (mark_id);

CREATE TABLE comparison (
    id TEXT PRIMARY KEY,
    reference_mark_id TEXT NOT NULL REFERENCES mark (id),
    compared_mark_id TEXT NOT NULL REFERENCES mark (id),
    method TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    answer BYTEA NOT NULL,
    created_at_micros BIGINT NOT NULL
);
