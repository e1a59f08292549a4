-- name: AppendConsent :exec
-- The caller holds the recording, so that two do not get the same place.
INSERT INTO consent (recording_id, seq, at, seat_id, account_id, sealed, answer, version, language)
VALUES (
    sqlc.arg(recording_id), (SELECT COALESCE(max(c.seq), 0) + 1 FROM consent AS c WHERE c.recording_id = sqlc.arg(recording_id)),
    sqlc.arg(at), sqlc.arg(seat_id), sqlc.narg(account_id), sqlc.narg(sealed), sqlc.arg(answer), sqlc.arg(version), sqlc.arg(language)
);

-- name: Consents :many
SELECT * FROM consent WHERE recording_id = $1 ORDER BY seq;

-- name: ConsentsOf :many
-- What an account answered, the newest recording first.
SELECT c.* FROM consent AS c
JOIN recording AS r ON r.id = c.recording_id
WHERE c.account_id = $1 AND r.tenant_id = $2
ORDER BY r.started_at DESC, r.id, c.seq;

-- name: AddBlackout :exec
-- Whoever was taken out before may have been recorded again since.
INSERT INTO blackout (recording_id, seat_id, whole, expunged) VALUES ($1, $2, $3, FALSE)
ON CONFLICT (recording_id, seat_id) DO UPDATE SET whole = (blackout.whole OR excluded.whole), expunged = FALSE;

-- name: SetExpunged :exec
UPDATE blackout SET expunged = TRUE WHERE recording_id = $1 AND seat_id = $2;

-- name: UnexpungedRecordings :many
-- Nothing is taken out of a journal that is being written, or that is under hold.
SELECT r.id FROM recording AS r
WHERE r.state <> 'recording' AND r.held_at = 0
  AND EXISTS (SELECT 1 FROM blackout AS b WHERE b.recording_id = r.id AND NOT b.expunged)
ORDER BY r.started_at, r.id;

-- name: Blackouts :many
SELECT seat_id, whole FROM blackout WHERE recording_id = $1 ORDER BY seat_id;
