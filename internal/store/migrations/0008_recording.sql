-- Recordings, what people answered when they were asked, and the work that is done
-- on them. What could be read as words is sealed with the recording's own key.

-- +goose Up
ALTER TABLE meeting ADD COLUMN recording_settings TEXT NOT NULL DEFAULT ''; -- JSON; '' for the defaults
ALTER TABLE meeting ADD COLUMN record_start TEXT NOT NULL DEFAULT 'moderator';
ALTER TABLE meeting ADD COLUMN record_stop TEXT NOT NULL DEFAULT 'moderator';
ALTER TABLE meeting ADD COLUMN end_to_end BOOLEAN NOT NULL DEFAULT FALSE;

-- The last number that was given; whoever takes the next holds the row.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- No cascade from organisation and meeting: a row must not vanish before its key is
-- destroyed.
CREATE TABLE recording (
    id                  TEXT PRIMARY KEY,
    tenant_id           TEXT NOT NULL REFERENCES tenant (id),
    meeting_id          TEXT NOT NULL REFERENCES meeting (id),
    sitting_id          TEXT NOT NULL,
    account_id          TEXT REFERENCES account (id) ON DELETE SET NULL, -- who started it
    number              BIGINT NOT NULL UNIQUE,
    wrapped             BYTEA NOT NULL,
    sealed              BYTEA NOT NULL,
    state               TEXT NOT NULL,
    problem             TEXT NOT NULL DEFAULT '',
    started_at          BIGINT NOT NULL,
    ended_at            BIGINT NOT NULL DEFAULT 0,
    length              BIGINT NOT NULL DEFAULT 0, -- milliseconds, as cut_from and cut_until
    chunks              BIGINT NOT NULL DEFAULT 0,
    settings            TEXT NOT NULL, -- JSON
    share_with          TEXT NOT NULL,
    share_download      BOOLEAN NOT NULL,
    share_watermark     BOOLEAN NOT NULL,
    share_secret_hash   BYTEA, -- NULL without a link
    share_expires_at    BIGINT NOT NULL DEFAULT 0,
    share_passcode_hash TEXT NOT NULL DEFAULT '',
    cut_from            BIGINT NOT NULL DEFAULT 0,
    cut_until           BIGINT NOT NULL DEFAULT 0,
    expires_at          BIGINT NOT NULL DEFAULT 0, -- 0 while it runs
    warned              BOOLEAN NOT NULL DEFAULT FALSE,
    held_at             BIGINT NOT NULL DEFAULT 0,
    held_by             TEXT REFERENCES account (id) ON DELETE SET NULL,
    held_reason         TEXT NOT NULL DEFAULT ''
);
CREATE INDEX recording_tenant ON recording (tenant_id, started_at, id);
CREATE INDEX recording_meeting ON recording (meeting_id, started_at, id);
CREATE INDEX recording_account ON recording (account_id);
CREATE INDEX recording_held_by ON recording (held_by);
CREATE INDEX recording_expires ON recording (expires_at) WHERE expires_at > 0;
CREATE INDEX recording_running ON recording (started_at) WHERE state = 'recording';

CREATE TABLE recording_asset (
    id           TEXT PRIMARY KEY,
    recording_id TEXT NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    seat_id      TEXT NOT NULL,
    sealed       BYTEA, -- the name; NULL without one
    made_for     TEXT NOT NULL,
    size         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL -- 0 for as long as the recording
);
CREATE INDEX recording_asset_recording ON recording_asset (recording_id, created_at, id);
CREATE INDEX recording_asset_expires ON recording_asset (expires_at) WHERE expires_at > 0;

-- What is left of a recording. No references: it outlives everything.
CREATE TABLE recording_tombstone (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    number     BIGINT NOT NULL UNIQUE,
    deleted_at BIGINT NOT NULL,
    erased     BOOLEAN NOT NULL
);

-- Evidence: rows are added, and deleted with their recording.
CREATE TABLE consent (
    recording_id TEXT NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
    seq          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    seat_id      TEXT NOT NULL,
    account_id   TEXT REFERENCES account (id) ON DELETE SET NULL,
    sealed       BYTEA, -- the name; NULL without one
    answer       TEXT NOT NULL,
    version      BIGINT NOT NULL,
    language     TEXT NOT NULL,
    PRIMARY KEY (recording_id, seq)
);
CREATE INDEX consent_account ON consent (account_id, recording_id);

CREATE TABLE blackout (
    recording_id TEXT NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
    seat_id      TEXT NOT NULL,
    whole        BOOLEAN NOT NULL,
    expunged     BOOLEAN NOT NULL, -- nothing of it is in the journal any more
    PRIMARY KEY (recording_id, seat_id)
);
CREATE INDEX blackout_left ON blackout (recording_id) WHERE NOT expunged;

CREATE TABLE job (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    recording_id TEXT NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
    options      BYTEA NOT NULL,
    progress     BIGINT NOT NULL, -- of 10,000
    attempts     BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    not_before   BIGINT NOT NULL,
    node         TEXT NOT NULL, -- who has it
    lease_until  BIGINT NOT NULL -- and until when
);
CREATE INDEX job_created ON job (created_at, id);
CREATE INDEX job_recording ON job (recording_id, lease_until);
