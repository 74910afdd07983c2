-- Bullets: general rifling characteristics, numbered lands, searches and comparisons of whole specimens.

ALTER TABLE firearm ADD COLUMN land_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE firearm ADD COLUMN twist BIGINT NOT NULL DEFAULT 0;
ALTER TABLE firearm ADD COLUMN rifling_basis BIGINT NOT NULL DEFAULT 0;
ALTER TABLE firearm ADD COLUMN land_width_micrometres DOUBLE PRECISION;
ALTER TABLE firearm ADD COLUMN groove_width_micrometres DOUBLE PRECISION;

ALTER TABLE specimen ADD COLUMN land_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE specimen ADD COLUMN twist BIGINT NOT NULL DEFAULT 0;
ALTER TABLE specimen ADD COLUMN rifling_basis BIGINT NOT NULL DEFAULT 0;
ALTER TABLE specimen ADD COLUMN land_width_micrometres DOUBLE PRECISION;
ALTER TABLE specimen ADD COLUMN groove_width_micrometres DOUBLE PRECISION;

ALTER TABLE upload ADD COLUMN land BIGINT NOT NULL DEFAULT 0;
ALTER TABLE upload ADD COLUMN direction BIGINT NOT NULL DEFAULT 0;

ALTER TABLE mark ADD COLUMN land BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mark ADD COLUMN direction BIGINT NOT NULL DEFAULT 0;

ALTER TABLE search ADD COLUMN query_specimen_id TEXT REFERENCES specimen (id);

CREATE TABLE bullet_comparison (
    id TEXT PRIMARY KEY,
    reference_specimen_id TEXT NOT NULL REFERENCES specimen (id),
    compared_specimen_id TEXT NOT NULL REFERENCES specimen (id),
    method TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    answer BYTEA NOT NULL,
    created_at_micros BIGINT NOT NULL
);
