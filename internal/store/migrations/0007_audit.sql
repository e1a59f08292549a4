-- +goose Up
-- The end of each organisation's log. Its signature is made anew with each entry
-- and replaced, so that an end that was moved back has none that fits.
CREATE TABLE audit_chain (
    tenant_id TEXT PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    first     BIGINT NOT NULL, -- number of the checkpoint it begins after; 0 for the very beginning
    seq       BIGINT NOT NULL, -- of the last entry
    at        BIGINT NOT NULL,
    hash      BYTEA NOT NULL,
    signature BYTEA NOT NULL
);

CREATE TABLE audit_entry (
    tenant_id          TEXT NOT NULL REFERENCES audit_chain (tenant_id) ON DELETE CASCADE,
    seq                BIGINT NOT NULL,
    at                 BIGINT NOT NULL,
    action             TEXT NOT NULL,
    actor_kind         TEXT NOT NULL,
    actor_id           TEXT NOT NULL,
    credential         TEXT NOT NULL,
    actor_proof        BYTEA NOT NULL, -- salt of the commitment, or the signature of who redacted it
    actor_commitment   BYTEA NOT NULL,
    meeting_id         TEXT NOT NULL,
    subject_kind       TEXT NOT NULL,
    subject_id         TEXT NOT NULL,
    subject_proof      BYTEA NOT NULL,
    subject_commitment BYTEA NOT NULL,
    detail             TEXT NOT NULL,
    previous           BYTEA NOT NULL,
    hash               BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX audit_entry_actor ON audit_entry (tenant_id, actor_id, seq);
CREATE INDEX audit_entry_subject ON audit_entry (tenant_id, subject_id, seq);
CREATE INDEX audit_entry_meeting ON audit_entry (tenant_id, meeting_id, seq);

CREATE TABLE audit_checkpoint (
    tenant_id TEXT NOT NULL REFERENCES audit_chain (tenant_id) ON DELETE CASCADE,
    first     BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    hash      BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
