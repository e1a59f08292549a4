-- name: LockAuditChain :one
-- Returns the end of the log, begins it when there is none, and holds everybody
-- else who appends until the transaction ends.
INSERT INTO audit_chain (tenant_id, first, seq, at, hash, signature) VALUES ($1, 0, 0, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_chain.seq
RETURNING *;

-- name: MoveAuditChain :exec
UPDATE audit_chain SET first = $2, seq = $3, at = $4, hash = $5, signature = $6 WHERE tenant_id = $1;

-- name: AppendAuditEntry :exec
INSERT INTO audit_entry (
    tenant_id, seq, at, action, actor_kind, actor_id, credential, actor_proof, actor_commitment,
    meeting_id, subject_kind, subject_id, subject_proof, subject_commitment, detail, previous, hash
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: KeepAuditCheckpoint :exec
-- The end as it is signed now stays as a checkpoint.
INSERT INTO audit_checkpoint (tenant_id, first, seq, at, hash, signature)
SELECT tenant_id, first, seq, at, hash, signature FROM audit_chain WHERE audit_chain.tenant_id = $1
ON CONFLICT (tenant_id, seq) DO NOTHING;

-- name: AuditChains :many
SELECT * FROM audit_chain ORDER BY tenant_id;

-- name: AuditChain :one
SELECT * FROM audit_chain WHERE tenant_id = $1;

-- name: AuditCheckpoints :many
SELECT * FROM audit_checkpoint WHERE tenant_id = $1 AND seq > sqlc.arg(after) ORDER BY seq LIMIT $2;

-- name: AuditEntries :many
SELECT * FROM audit_entry WHERE tenant_id = $1 AND seq > sqlc.arg(after) ORDER BY seq LIMIT $2;

-- name: AuditPage :many
-- Newest first; an empty filter lets everything through.
SELECT * FROM audit_entry
WHERE tenant_id = sqlc.arg(tenant_id) AND seq < sqlc.arg(before)
    AND (CAST(sqlc.arg(action) AS TEXT) = '' OR action = sqlc.arg(action))
    AND (CAST(sqlc.arg(actor) AS TEXT) = '' OR actor_id = sqlc.arg(actor))
    AND (CAST(sqlc.arg(subject) AS TEXT) = '' OR subject_id = sqlc.arg(subject))
    AND (CAST(sqlc.arg(meeting) AS TEXT) = '' OR meeting_id = sqlc.arg(meeting))
    AND at >= sqlc.arg(from_at) AND at < sqlc.arg(until_at)
ORDER BY seq DESC LIMIT sqlc.arg(lines);

-- name: AuditAbout :many
-- What others did about an account, and reading that named nobody in particular.
SELECT * FROM audit_entry
WHERE tenant_id = sqlc.arg(tenant_id) AND seq < sqlc.arg(before) AND actor_id <> sqlc.arg(user_id)
    AND (subject_id = sqlc.arg(user_id) OR subject_kind = '' AND action IN (sqlc.arg(list_read), sqlc.arg(account_read)))
ORDER BY seq DESC LIMIT sqlc.arg(lines);

-- name: AuditNaming :many
-- Entries that still name a person, as who acted or as whom it was about.
SELECT * FROM audit_entry
WHERE tenant_id = $1 AND (actor_id = $2 OR subject_id = $2) ORDER BY seq LIMIT $3;

-- name: RedactAuditActor :exec
UPDATE audit_entry SET actor_id = '', credential = '', actor_proof = $3 WHERE tenant_id = $1 AND seq = $2;

-- name: RedactAuditSubject :exec
UPDATE audit_entry SET subject_id = '', subject_proof = $3 WHERE tenant_id = $1 AND seq = $2;

-- name: LastAuditCheckpointBefore :one
-- The newest checkpoint older than a moment: what lies before it may go.
SELECT CAST(coalesce(max(seq), 0) AS BIGINT) FROM audit_checkpoint WHERE tenant_id = $1 AND at < sqlc.arg(before);

-- name: DropAuditEntries :exec
DELETE FROM audit_entry WHERE tenant_id = $1 AND seq <= $2;

-- name: DropAuditCheckpoints :exec
DELETE FROM audit_checkpoint WHERE tenant_id = $1 AND seq < $2;
