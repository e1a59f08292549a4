-- name: CreateProvider :exec
INSERT INTO provider (id, tenant_id, kind, name, enabled, settings, secret, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: CountProviders :one
SELECT count(*) FROM provider WHERE tenant_id = $1;

-- name: Provider :one
SELECT * FROM provider WHERE tenant_id = $1 AND id = $2;

-- name: Providers :many
SELECT * FROM provider WHERE tenant_id = $1 ORDER BY created_at, id;

-- name: UpdateProvider :execrows
UPDATE provider SET name = $3, enabled = $4, settings = $5, secret = $6 WHERE tenant_id = $1 AND id = $2;

-- name: DeleteProvider :execrows
DELETE FROM provider WHERE tenant_id = $1 AND id = $2;

-- name: DeleteSessionsOfProvider :exec
DELETE FROM session WHERE provider = $1;

-- name: CreateAttempt :exec
INSERT INTO signin_attempt (state_hash, browser_hash, provider_id, return_path, confirm, expires_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: DropOldestAttempts :exec
-- Keeps the given number of a provider's attempts, the newest.
DELETE FROM signin_attempt WHERE state_hash IN (
    SELECT old.state_hash FROM signin_attempt AS old
    WHERE old.provider_id = $1
    ORDER BY old.expires_at DESC, old.state_hash
    LIMIT 100 OFFSET $2
);

-- name: TakeAttempt :one
DELETE FROM signin_attempt WHERE state_hash = $1 RETURNING *;

-- name: DeleteExpiredAttempts :exec
DELETE FROM signin_attempt WHERE expires_at <= $1;

-- name: UseLogoutToken :execrows
INSERT INTO logout_token (provider_id, token_hash, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (provider_id, token_hash) DO NOTHING;

-- name: DeleteExpiredLogoutTokens :exec
DELETE FROM logout_token WHERE expires_at <= $1;

-- name: DeleteSessionsNamed :many
-- What a provider means by a session of its own, by a person, or by both; a
-- sign-in whose session it did not name belongs to the person.
DELETE FROM session AS s WHERE s.provider = sqlc.arg(provider) AND (
    (sqlc.arg(provider_session) <> '' AND s.provider_session = sqlc.arg(provider_session))
    OR ((sqlc.arg(provider_session) = '' OR s.provider_session = '')
        AND s.account_id IN (SELECT a.id FROM account AS a WHERE a.login = sqlc.arg(login)))
)
RETURNING account_id;
