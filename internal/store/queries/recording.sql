-- name: NextNumber :one
-- Gives the next number of a counter, from least on, and holds everybody else who
-- wants one until the transaction ends.
INSERT INTO counter (name, last) VALUES (sqlc.arg(name), sqlc.arg(least))
ON CONFLICT (name) DO UPDATE SET last = CASE WHEN counter.last >= excluded.last THEN counter.last + 1 ELSE excluded.last END
RETURNING last;

-- name: CreateRecording :exec
INSERT INTO recording (
    id, tenant_id, meeting_id, sitting_id, account_id, number, wrapped, sealed, state, started_at, settings,
    share_with, share_download, share_watermark, share_secret_hash, share_expires_at, share_passcode_hash
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: HoldRecording :execrows
-- Keeps others from changing the recording until the transaction ends.
UPDATE recording SET state = state WHERE id = $1;

-- name: Recording :one
-- Of several jobs, the one that is worked on tells the progress.
SELECT sqlc.embed(r),
    CAST(COALESCE((SELECT j.progress FROM job AS j WHERE j.recording_id = r.id ORDER BY j.lease_until DESC, j.created_at, j.id LIMIT 1), 0) AS BIGINT) AS progress
FROM recording AS r WHERE r.id = $1;

-- name: Recordings :many
-- A page of what somebody may watch, manage or oversee, newest first; it begins
-- after the given one. The rules are those of recording.Allowed.
SELECT sqlc.embed(r),
    CAST(COALESCE((SELECT j.progress FROM job AS j WHERE j.recording_id = r.id ORDER BY j.lease_until DESC, j.created_at, j.id LIMIT 1), 0) AS BIGINT) AS progress
FROM recording AS r
LEFT JOIN account AS a ON a.id = sqlc.arg(account_id) AND a.tenant_id = r.tenant_id
WHERE r.tenant_id = sqlc.arg(tenant_id)
  AND (CAST(sqlc.arg(meeting_id) AS TEXT) = '' OR r.meeting_id = sqlc.arg(meeting_id))
  AND (CAST(sqlc.arg(everything) AS BOOLEAN)
    OR r.account_id = a.id
    OR r.share_with = 'members' AND a.id IS NOT NULL
    OR r.share_with IN ('participants', 'link')
        AND EXISTS (SELECT 1 FROM consent AS c WHERE c.account_id = a.id AND c.recording_id = r.id)
    OR EXISTS (SELECT 1 FROM meeting AS m WHERE m.id = r.meeting_id AND m.owner_id = a.id)
    OR EXISTS (
        SELECT 1 FROM role_rule AS rule
        WHERE rule.meeting_id = r.meeting_id AND rule.role = 'owner'
          AND (rule.kind = 'user' AND rule.value = a.id OR rule.kind = 'email' AND rule.value = a.email)
    ))
  AND (r.started_at < sqlc.arg(started_at) OR r.started_at = sqlc.arg(started_at) AND r.id > sqlc.arg(id))
ORDER BY r.started_at DESC, r.id LIMIT sqlc.arg(many);

-- name: RecordingRelation :one
SELECT
    CAST(COALESCE(r.account_id = a.id, FALSE)
        OR EXISTS (SELECT 1 FROM meeting AS m WHERE m.id = r.meeting_id AND m.owner_id = a.id)
        OR EXISTS (
            SELECT 1 FROM role_rule AS rule
            WHERE rule.meeting_id = r.meeting_id AND rule.role = 'owner'
              AND (rule.kind = 'user' AND rule.value = a.id OR rule.kind = 'email' AND rule.value = a.email)
        ) AS BOOLEAN) AS owns,
    EXISTS (SELECT 1 FROM consent AS c WHERE c.account_id = a.id AND c.recording_id = r.id) AS took_part
FROM recording AS r
JOIN account AS a ON a.tenant_id = r.tenant_id
WHERE r.id = sqlc.arg(id) AND a.id = sqlc.arg(account_id);

-- name: RecordingsOfMeeting :many
SELECT * FROM recording WHERE meeting_id = $1 ORDER BY started_at DESC, id;

-- name: CountRecordings :many
-- How many recordings the meetings of an organisation have; those with none are
-- left out.
SELECT meeting_id, COUNT(*) AS many FROM recording WHERE tenant_id = $1 GROUP BY meeting_id;

-- name: RunningRecordings :many
SELECT * FROM recording WHERE state = 'recording' ORDER BY started_at, id;

-- name: DueRecordings :many
SELECT * FROM recording WHERE expires_at > 0 AND expires_at <= sqlc.arg(now) AND held_at = 0 ORDER BY expires_at, id;

-- name: ExpiringRecordings :many
SELECT * FROM recording
WHERE expires_at > 0 AND expires_at > sqlc.arg(since) AND expires_at <= sqlc.arg(until) AND held_at = 0 AND NOT warned
ORDER BY expires_at, id;

-- name: RecordingIDs :many
-- What exists, for whoever looks for files of what does not.
SELECT id FROM recording ORDER BY id;

-- name: WarnOfRecording :execrows
UPDATE recording SET warned = TRUE WHERE id = $1 AND NOT warned;

-- name: EndRecording :execrows
UPDATE recording SET state = 'composing', ended_at = $2, chunks = $3, expires_at = $4 WHERE id = $1 AND state = 'recording';

-- name: ComposeRecording :execrows
UPDATE recording SET state = 'composing', problem = '', settings = COALESCE(sqlc.narg(settings), settings)
WHERE id = sqlc.arg(id) AND state <> 'recording';

-- name: FinishRecording :execrows
UPDATE recording SET state = 'ready', problem = '', length = $2
WHERE id = $1 AND state <> 'recording';

-- name: FailRecording :execrows
UPDATE recording SET state = 'failed', problem = sqlc.arg(problem), expires_at = COALESCE(sqlc.narg(expires_at), expires_at)
WHERE id = sqlc.arg(id);

-- name: RenameRecording :execrows
UPDATE recording SET sealed = $2 WHERE id = $1;

-- name: ShareRecording :execrows
UPDATE recording SET share_with = $2, share_download = $3, share_watermark = $4,
    share_secret_hash = $5, share_expires_at = $6, share_passcode_hash = $7
WHERE id = $1;

-- name: CutRecording :execrows
UPDATE recording SET cut_from = $2, cut_until = $3 WHERE id = $1;

-- name: HoldByLaw :execrows
UPDATE recording SET held_at = $2, held_by = $3, held_reason = $4 WHERE id = $1;

-- name: DeleteRecording :execrows
DELETE FROM recording WHERE id = $1;

-- name: AddTombstone :exec
INSERT INTO recording_tombstone (id, tenant_id, number, deleted_at, erased) VALUES ($1, $2, $3, $4, FALSE);

-- name: Tombstones :many
SELECT * FROM recording_tombstone ORDER BY number;

-- name: SetErased :execrows
UPDATE recording_tombstone SET erased = TRUE WHERE id = $1 AND NOT erased;

-- name: AddAsset :exec
INSERT INTO recording_asset (id, recording_id, kind, seat_id, sealed, made_for, size, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: Assets :many
SELECT * FROM recording_asset WHERE recording_id = $1 ORDER BY created_at, id;

-- name: ExpiredAssets :many
SELECT * FROM recording_asset WHERE expires_at > 0 AND expires_at <= $1 ORDER BY expires_at, id;

-- name: RemoveAsset :exec
DELETE FROM recording_asset WHERE id = $1 AND recording_id = $2;
