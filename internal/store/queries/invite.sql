-- name: CreateInvite :exec
INSERT INTO invite (id, meeting_id, role, secret_hash, created_at, personal, name, max_uses, uses, not_before, expires_at, revoked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: CountInvites :one
SELECT count(*) FROM invite WHERE meeting_id = $1;

-- name: Invite :one
SELECT * FROM invite WHERE id = $1;

-- name: InviteBySecret :one
SELECT * FROM invite WHERE meeting_id = $1 AND secret_hash = $2;

-- name: InvitesAfter :many
-- A page of a meeting's invites, newest first; it begins after the given one.
SELECT * FROM invite
WHERE meeting_id = sqlc.arg(meeting_id)
  AND (created_at < sqlc.arg(created_at) OR created_at = sqlc.arg(created_at) AND id > sqlc.arg(id))
ORDER BY created_at DESC, id LIMIT sqlc.arg(many);

-- name: UseInvite :execrows
-- The conditions stand in the statement that counts: of two who use the last one
-- at once, one finds no row.
UPDATE invite SET uses = uses + 1
WHERE id = sqlc.arg(id) AND NOT revoked
  AND (max_uses = 0 OR uses < max_uses)
  AND not_before <= sqlc.arg(now)
  AND (expires_at = 0 OR expires_at > sqlc.arg(now));

-- name: ReturnInvite :exec
UPDATE invite SET uses = uses - 1 WHERE id = $1 AND uses > 0;

-- name: RevokeInvite :execrows
UPDATE invite SET revoked = TRUE WHERE meeting_id = $1 AND id = $2;
