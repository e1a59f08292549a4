-- name: CreatePasskey :exec
INSERT INTO passkey (id, account_id, host, credential_id, public_key, sign_count, backup_eligible, backed_up, transports, name, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: PasskeysOf :many
SELECT * FROM passkey WHERE account_id = $1 ORDER BY created_at, id;

-- name: RenamePasskey :execrows
UPDATE passkey SET name = $3 WHERE account_id = $1 AND id = $2;

-- name: UsePasskey :execrows
-- The counter only moves on; of two uses with one number, one is of a copy.
UPDATE passkey SET sign_count = sqlc.arg(sign_count), backed_up = sqlc.arg(backed_up)
WHERE id = sqlc.arg(id) AND (sign_count < sqlc.arg(sign_count) OR (sign_count = 0 AND sqlc.arg(sign_count) = 0));

-- name: DeletePasskey :execrows
DELETE FROM passkey WHERE account_id = $1 AND id = $2;

-- name: DeletePasskeysOf :execrows
DELETE FROM passkey WHERE account_id = $1;

-- name: PutPendingTOTP :exec
INSERT INTO totp (account_id, confirmed, secret, last_step, created_at) VALUES ($1, FALSE, $2, 0, $3)
ON CONFLICT (account_id, confirmed) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at;

-- name: TOTP :one
SELECT * FROM totp WHERE account_id = $1 AND confirmed = $2;

-- name: ConfirmTOTP :execrows
UPDATE totp SET confirmed = TRUE, last_step = $2 WHERE account_id = $1 AND NOT confirmed;

-- name: UseTOTP :execrows
-- Each time step counts once (RFC 6238 §5.2).
UPDATE totp SET last_step = $2 WHERE account_id = $1 AND confirmed AND last_step < $2;

-- name: DeleteTOTP :execrows
DELETE FROM totp WHERE account_id = $1 AND confirmed;

-- name: DeletePendingTOTP :exec
DELETE FROM totp WHERE account_id = $1 AND NOT confirmed;

-- name: DeleteOldPendingTOTP :exec
DELETE FROM totp WHERE NOT confirmed AND created_at <= $1;

-- name: AddRecoveryCode :exec
INSERT INTO recovery_code (account_id, code_hash) VALUES ($1, $2);

-- name: CountRecoveryCodes :one
SELECT count(*) FROM recovery_code WHERE account_id = $1;

-- name: UseRecoveryCode :execrows
DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2;

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_code WHERE account_id = $1;

-- name: PutWelcome :exec
INSERT INTO welcome (account_id, secret_hash, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (account_id) DO UPDATE SET secret_hash = excluded.secret_hash, expires_at = excluded.expires_at;

-- name: Welcome :one
SELECT account.* FROM welcome JOIN account ON account.id = welcome.account_id
WHERE account.tenant_id = sqlc.arg(tenant_id) AND welcome.secret_hash = sqlc.arg(secret_hash) AND welcome.expires_at > sqlc.arg(now) AND NOT account.disabled;

-- name: TakeWelcome :execrows
DELETE FROM welcome WHERE account_id = sqlc.arg(account_id) AND secret_hash = sqlc.arg(secret_hash) AND expires_at > sqlc.arg(now);

-- name: DeleteWelcome :exec
DELETE FROM welcome WHERE account_id = $1;

-- name: DeleteExpiredWelcomes :exec
DELETE FROM welcome WHERE expires_at <= $1;

-- name: CreateChallenge :exec
INSERT INTO challenge (secret_hash, purpose, tenant_id, account_id, state, tries, expires_at) VALUES ($1, $2, $3, $4, $5, 0, $6);

-- name: TryChallenge :one
UPDATE challenge SET tries = tries + 1
WHERE secret_hash = sqlc.arg(secret_hash) AND purpose = sqlc.arg(purpose) AND tenant_id = sqlc.arg(tenant_id)
    AND expires_at > sqlc.arg(now) AND tries < sqlc.arg(max_tries)
RETURNING *;

-- name: TakeChallenge :execrows
DELETE FROM challenge WHERE secret_hash = $1;

-- name: DropOldestChallenges :exec
DELETE FROM challenge AS old
WHERE old.account_id = $1 AND old.secret_hash NOT IN (
    SELECT kept.secret_hash FROM challenge AS kept
    WHERE kept.account_id = $1
    ORDER BY kept.expires_at DESC, kept.secret_hash
    LIMIT $2
);

-- name: DeleteChallengesOf :exec
DELETE FROM challenge WHERE account_id = $1;

-- name: DeleteExpiredChallenges :exec
DELETE FROM challenge WHERE expires_at <= $1;
