-- Organisations beside the home organisation, and their API keys.

-- +goose Up
ALTER TABLE tenant ADD COLUMN accent TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant ADD COLUMN logo_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant ADD COLUMN places BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN settings TEXT NOT NULL DEFAULT '';

CREATE TABLE tenant_host (
    host      TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE
);
CREATE INDEX tenant_host_tenant ON tenant_host (tenant_id);

CREATE TABLE tenant_logo (
    tenant_id TEXT PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    mime      TEXT NOT NULL,
    content   BYTEA NOT NULL
);

CREATE TABLE api_key (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    scopes      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX api_key_tenant ON api_key (tenant_id, created_at);

-- What was answered to a request with an Idempotency-Key. status is 0 while the
-- request runs. name and request are keyed hashes; answer is sealed, because it
-- may hold a secret that is shown only once.
CREATE TABLE idempotency (
    name       BYTEA PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    request    BYTEA NOT NULL,
    status     BIGINT NOT NULL,
    answer     BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idempotency_expires ON idempotency (expires_at);
CREATE INDEX idempotency_tenant ON idempotency (tenant_id);
