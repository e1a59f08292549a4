-- One text for SQLite and PostgreSQL: TEXT, BIGINT, BOOLEAN and BYTEA only.
-- Moments are unix milliseconds. What each column is for and how long it stays
-- is in docs/privacy.md.

-- +goose Up
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE tenant (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE account (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL REFERENCES tenant (id),
    name          TEXT NOT NULL,
    email         TEXT NOT NULL UNIQUE,
    admin         BOOLEAN NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE INDEX account_tenant ON account (tenant_id);

CREATE TABLE session (
    token_hash BYTEA PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE meeting (
    id                 TEXT PRIMARY KEY,
    tenant_id          TEXT NOT NULL REFERENCES tenant (id),
    owner_id           TEXT REFERENCES account (id) ON DELETE CASCADE,
    name               TEXT NOT NULL,
    welcome            TEXT NOT NULL,
    may_speak          BOOLEAN NOT NULL,
    may_show_camera    BOOLEAN NOT NULL,
    may_share          BOOLEAN NOT NULL,
    may_chat           BOOLEAN NOT NULL,
    may_react          BOOLEAN NOT NULL,
    max_shares         BIGINT NOT NULL,
    created_at         BIGINT NOT NULL,
    ended              BOOLEAN NOT NULL,
    locked             BOOLEAN NOT NULL,
    sitting_id         TEXT NOT NULL,
    sitting_started_at BIGINT NOT NULL
);
CREATE INDEX meeting_owner ON meeting (owner_id, created_at);

CREATE TABLE invite (
    id          TEXT PRIMARY KEY,
    meeting_id  TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    role        TEXT NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL
);
CREATE INDEX invite_meeting ON invite (meeting_id);

CREATE TABLE removed_seat (
    meeting_id TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    seat_id    TEXT NOT NULL,
    PRIMARY KEY (meeting_id, seat_id)
);
