-- Comparisons of items by all of their marks.

CREATE TABLE item_comparison (
    id TEXT PRIMARY KEY,
    request BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    created_at_micros BIGINT NOT NULL
);
