-- name: AddJob :exec
INSERT INTO job (id, kind, recording_id, options, progress, attempts, created_at, not_before, node, lease_until)
VALUES ($1, $2, $3, $4, 0, 0, $5, $6, '', 0);

-- name: Jobs :many
SELECT * FROM job WHERE recording_id = $1 ORDER BY created_at, id;

-- name: DueJob :one
-- The oldest that could be claimed. What one viewer downloads comes after what
-- everybody waits for.
SELECT j.id, j.recording_id FROM job AS j
WHERE j.not_before <= sqlc.arg(now) AND j.lease_until <= sqlc.arg(now)
  AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.recording_id = j.recording_id AND other.lease_until > sqlc.arg(now))
ORDER BY j.kind = 'mark', j.created_at, j.id LIMIT 1;

-- name: ClaimJob :one
-- Whoever comes second finds the lease taken: the conditions are asked again.
UPDATE job SET node = sqlc.arg(node), lease_until = sqlc.arg(until), attempts = job.attempts + 1, progress = 0
WHERE job.id = sqlc.arg(id) AND job.not_before <= sqlc.arg(now) AND job.lease_until <= sqlc.arg(now)
  AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.recording_id = job.recording_id AND other.lease_until > sqlc.arg(now))
RETURNING *;

-- name: RenewJob :execrows
UPDATE job SET progress = $3, lease_until = $4 WHERE id = $1 AND node = $2 AND lease_until > 0;

-- name: FinishJob :exec
DELETE FROM job WHERE id = $1 AND node = $2;

-- name: RetryJob :exec
UPDATE job SET node = '', lease_until = 0, not_before = $3, progress = 0 WHERE id = $1 AND node = $2;

-- name: ReleaseJob :exec
UPDATE job SET node = '', lease_until = 0, attempts = attempts - 1, progress = 0 WHERE id = $1 AND node = $2;

-- name: DropJobs :exec
DELETE FROM job WHERE recording_id = $1;
