-- Identity providers, sign-ins on their way to one, and the ids of their words
-- that somebody has signed out, each of which counts once.

-- +goose Up
CREATE TABLE provider (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    settings   TEXT NOT NULL, -- JSON of package provider
    secret     BYTEA NOT NULL, -- sealed; empty for none
    created_at BIGINT NOT NULL
);
CREATE INDEX provider_tenant ON provider (tenant_id, created_at);

CREATE TABLE signin_attempt (
    state_hash   BYTEA PRIMARY KEY,
    browser_hash BYTEA NOT NULL,
    provider_id  TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    return_path  TEXT NOT NULL,
    confirm      BOOLEAN NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX signin_attempt_expires ON signin_attempt (expires_at);
CREATE INDEX signin_attempt_provider ON signin_attempt (provider_id, expires_at);

CREATE TABLE logout_token (
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    token_hash  BYTEA NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (provider_id, token_hash)
);
CREATE INDEX logout_token_expires ON logout_token (expires_at);
