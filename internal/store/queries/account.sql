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

-- name: CreateAccount :exec
INSERT INTO account (id, tenant_id, name, login, email, admin, operator, disabled, provider, provider_groups, password_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: Account :one
SELECT * FROM account WHERE id = $1;

-- name: AccountByLogin :one
SELECT * FROM account WHERE login = $1;

-- name: AccountOf :one
SELECT * FROM account WHERE tenant_id = $1 AND id = $2;

-- name: CountAccounts :one
-- Of the home organisation, which the set-up is about.
SELECT count(*) FROM account WHERE tenant_id = (SELECT s.value FROM setting AS s WHERE s.name = 'tenant');

-- name: People :many
-- Everybody of an organisation whose name or address contains the text, in the
-- order of their names, from after the given place on.
SELECT * FROM account
WHERE tenant_id = sqlc.arg(tenant_id)
    AND (lower(name) LIKE CAST(sqlc.arg(pattern) AS TEXT) ESCAPE '\' OR email LIKE CAST(sqlc.arg(pattern) AS TEXT) ESCAPE '\')
    AND (lower(name) > sqlc.arg(after_name) OR (lower(name) = sqlc.arg(after_name) AND id > sqlc.arg(after_id)))
ORDER BY lower(name), id
LIMIT sqlc.arg(max);

-- name: PlaceOf :one
SELECT CAST(lower(name) AS TEXT) FROM account WHERE tenant_id = $1 AND id = $2;

-- name: CountAdministrators :one
SELECT count(*) FROM account WHERE tenant_id = $1 AND admin AND NOT disabled;

-- name: UpdateAccount :execrows
UPDATE account SET name = $3, login = $4, email = $5, admin = $6, operator = $7, disabled = $8, provider_groups = $9
WHERE tenant_id = $1 AND id = $2;

-- name: HoldAccount :execrows
-- Keeps others from changing the account until the transaction ends.
UPDATE account SET name = name WHERE id = $1;

-- name: DeleteAccount :execrows
DELETE FROM account WHERE tenant_id = $1 AND id = $2;

-- name: OwnedMeetings :many
SELECT id FROM meeting WHERE owner_id = $1 ORDER BY id;

-- name: SetPasswordHash :execrows
UPDATE account SET password_hash = $2 WHERE id = $1;

-- name: CreateSession :exec
INSERT INTO session (token_hash, account_id, created_at, expires_at, id, second_factor, confirmed_at, last_day, browser, provider, provider_session)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

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
WHERE session.token_hash = sqlc.arg(token_hash) AND session.expires_at > sqlc.arg(now) AND NOT account.disabled;

-- name: SessionsOf :many
SELECT * FROM session WHERE account_id = sqlc.arg(account_id) AND expires_at > sqlc.arg(now) ORDER BY created_at DESC, id;

-- name: RenewSession :exec
UPDATE session SET expires_at = $2, last_day = $3 WHERE token_hash = $1;

-- name: ConfirmSession :execrows
UPDATE session SET confirmed_at = $2, second_factor = second_factor OR $3 WHERE token_hash = $1;

-- name: DeleteSession :execrows
DELETE FROM session WHERE token_hash = $1;

-- name: DeleteSessionOf :execrows
DELETE FROM session WHERE account_id = $1 AND id = $2;

-- name: DeleteSessionsOf :execrows
DELETE FROM session WHERE account_id = $1;

-- name: DeleteOtherSessions :execrows
DELETE FROM session WHERE account_id = $1 AND token_hash <> $2;

-- name: DeleteExpiredSessions :exec
DELETE FROM session WHERE expires_at <= $1;
