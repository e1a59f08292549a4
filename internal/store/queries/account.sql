-- name: Setting :one
SELECT value FROM setting WHERE name = $1;

-- name: PutSetting :exec
INSERT INTO setting (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: KeepSetting :one
-- Writes value unless there is one, and returns what is there. The row stays
-- locked until the transaction ends.
INSERT INTO setting (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = setting.value
RETURNING value;

-- name: CreateTenant :exec
INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3);

-- name: RenameTenant :execrows
UPDATE tenant SET name = $2 WHERE id = $1;

-- name: Tenant :one
SELECT * FROM tenant WHERE id = $1;

-- name: CreateAccount :exec
INSERT INTO account (id, tenant_id, name, email, admin, password_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Account :one
SELECT * FROM account WHERE id = $1;

-- name: AccountByEmail :one
SELECT * FROM account WHERE email = $1;

-- name: CountAccounts :one
SELECT count(*) FROM account;

-- name: SetPasswordHash :execrows
UPDATE account SET password_hash = $2 WHERE id = $1;

-- name: CreateSession :exec
INSERT INTO session (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4);

-- name: DropOldestSessions :exec
-- Keeps the given number of an account's sessions, those that last longest.
DELETE FROM session AS old
WHERE old.account_id = $1 AND old.token_hash NOT IN (
    SELECT kept.token_hash FROM session AS kept
    WHERE kept.account_id = $1
    ORDER BY kept.expires_at DESC, kept.token_hash
    LIMIT $2
);

-- name: Session :one
SELECT sqlc.embed(session), sqlc.embed(account)
FROM session JOIN account ON account.id = session.account_id
WHERE session.token_hash = sqlc.arg(token_hash) AND session.expires_at > sqlc.arg(now);

-- name: RenewSession :exec
UPDATE session SET expires_at = $2 WHERE token_hash = $1;

-- name: DeleteSession :exec
DELETE FROM session WHERE token_hash = $1;

-- name: DeleteSessionsOf :exec
DELETE FROM session WHERE account_id = $1;

-- name: DeleteExpiredSessions :exec
DELETE FROM session WHERE expires_at <= $1;
