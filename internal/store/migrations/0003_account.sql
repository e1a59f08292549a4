-- What version 1 called email becomes the one key by which an account signs in,
-- unique over the server: 'password:<organisation>:<e-mail>', or
-- '<identity provider>:<subject>'. The address itself is unique per organisation.

-- +goose Up
ALTER TABLE account RENAME COLUMN email TO login;
ALTER TABLE account ADD COLUMN email TEXT NOT NULL DEFAULT '';
UPDATE account SET email = login;
UPDATE account SET login = 'password:' || tenant_id || ':' || email;
CREATE INDEX account_email ON account (tenant_id, email);

-- Version 1 had one organisation: who administered it ran the server.
ALTER TABLE account ADD COLUMN operator BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE account SET operator = admin;
ALTER TABLE account ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN provider_groups TEXT NOT NULL DEFAULT '[]'; -- JSON

ALTER TABLE session ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN second_factor BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN last_day BIGINT NOT NULL DEFAULT 0; -- midnight UTC
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';
UPDATE session SET
    id = 'v1-' || (SELECT count(*) FROM session AS other WHERE other.token_hash < session.token_hash),
    confirmed_at = created_at,
    last_day = created_at - created_at % 86400000;
CREATE INDEX session_provider ON session (provider, provider_session);

CREATE TABLE passkey (
    id              TEXT PRIMARY KEY,
    account_id      TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    host            TEXT NOT NULL, -- the RP id it was made for
    credential_id   BYTEA NOT NULL UNIQUE,
    public_key      BYTEA NOT NULL, -- COSE
    sign_count      BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up       BOOLEAN NOT NULL,
    transports      TEXT NOT NULL, -- comma-separated
    name            TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX passkey_account ON passkey (account_id, created_at);

-- At most one secret in use and one that waits for its first code.
CREATE TABLE totp (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    confirmed  BOOLEAN NOT NULL,
    secret     BYTEA NOT NULL, -- sealed
    last_step  BIGINT NOT NULL, -- of the last accepted code, RFC 6238 §4.2
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, confirmed)
);

CREATE TABLE recovery_code (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    code_hash  BYTEA NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- One link at a time with which somebody sets the password of an account.
CREATE TABLE welcome (
    account_id  TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret_hash BYTEA NOT NULL UNIQUE,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX welcome_expires ON welcome (expires_at);

-- A proof of identity that has begun.
CREATE TABLE challenge (
    secret_hash BYTEA PRIMARY KEY,
    purpose     TEXT NOT NULL,
    tenant_id   TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    account_id  TEXT REFERENCES account (id) ON DELETE CASCADE, -- NULL before anybody is known
    state       TEXT NOT NULL, -- JSON of package auth
    tries       BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX challenge_account ON challenge (account_id);
CREATE INDEX challenge_expires ON challenge (expires_at);
