-- name: CreateMeeting :exec
INSERT INTO meeting (
    id, tenant_id, owner_id, name, welcome,
    may_speak, may_show_camera, may_share, may_chat, may_react, max_shares,
    created_at, ended, locked, sitting_id, sitting_started_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: Meeting :one
SELECT * FROM meeting WHERE id = $1;

-- name: MeetingsOf :many
SELECT * FROM meeting WHERE owner_id = $1 ORDER BY created_at DESC, id LIMIT $2;

-- name: CountMeetingsOf :one
SELECT count(*) FROM meeting WHERE owner_id = $1;

-- name: UpdateMeeting :execrows
UPDATE meeting SET
    name = $2, welcome = $3,
    may_speak = $4, may_show_camera = $5, may_share = $6, may_chat = $7, may_react = $8,
    max_shares = $9
WHERE id = $1;

-- name: DeleteMeeting :execrows
DELETE FROM meeting WHERE id = $1;

-- name: BeginSitting :execrows
UPDATE meeting SET sitting_id = $2, sitting_started_at = $3, ended = FALSE WHERE id = $1;

-- name: EndSitting :execrows
UPDATE meeting SET sitting_id = '', sitting_started_at = 0, locked = FALSE, ended = $2 WHERE id = $1;

-- name: SetLocked :execrows
UPDATE meeting SET locked = $2 WHERE id = $1;

-- name: RemoveSeat :exec
INSERT INTO removed_seat (meeting_id, seat_id) VALUES ($1, $2)
ON CONFLICT (meeting_id, seat_id) DO NOTHING;

-- name: RemovedSeats :many
SELECT seat_id FROM removed_seat WHERE meeting_id = $1 ORDER BY seat_id;

-- name: ForgetRemovedSeats :exec
DELETE FROM removed_seat WHERE meeting_id = $1;

-- name: CreateInvite :exec
INSERT INTO invite (id, meeting_id, role, secret_hash, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: InviteBySecret :one
SELECT * FROM invite WHERE meeting_id = $1 AND secret_hash = $2;
