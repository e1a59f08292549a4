-- name: CreateKey :exec
INSERT INTO api_key (id, tenant_id, name, secret_hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: CountKeys :one
SELECT count(*) FROM api_key WHERE tenant_id = $1;

-- name: Keys :many
SELECT * FROM api_key WHERE tenant_id = $1 ORDER BY created_at DESC, id;

-- name: KeyBySecret :one
SELECT * FROM api_key WHERE tenant_id = sqlc.arg(tenant_id) AND secret_hash = sqlc.arg(secret_hash) AND (expires_at = 0 OR expires_at > sqlc.arg(now));

-- name: DeleteKey :execrows
DELETE FROM api_key WHERE tenant_id = $1 AND id = $2;

-- name: BeginIdempotent :execrows
-- Takes a name that is free or whose time is over; 0 rows when it is taken.
INSERT INTO idempotency (name, tenant_id, request, status, answer, expires_at) VALUES (sqlc.arg(name), sqlc.arg(tenant_id), sqlc.arg(request), 0, sqlc.arg(empty), sqlc.arg(expires_at))
ON CONFLICT (name) DO UPDATE SET tenant_id = excluded.tenant_id, request = excluded.request, status = 0, answer = excluded.answer, expires_at = excluded.expires_at
WHERE idempotency.expires_at <= sqlc.arg(now);

-- name: Idempotent :one
SELECT * FROM idempotency WHERE name = $1;

-- name: FinishIdempotent :exec
UPDATE idempotency SET status = $2, answer = $3, expires_at = $4 WHERE name = $1;

-- name: DropIdempotent :exec
DELETE FROM idempotency WHERE name = $1;

-- name: DeleteExpiredIdempotent :exec
DELETE FROM idempotency WHERE expires_at <= $1;

-- name: DeleteExpiredKeys :exec
DELETE FROM api_key WHERE expires_at > 0 AND expires_at <= $1;
