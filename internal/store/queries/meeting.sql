-- name: CreateMeeting :exec
INSERT INTO meeting (
    id, tenant_id, owner_id, name, welcome,
    may_speak, may_show_camera, may_share, may_chat, may_react, max_shares,
    created_at, ended, locked, sitting_id, sitting_started_at,
    may_chat_private, may_raise_hand, may_rename, may_see_people, may_see_cameras,
    lobby, lobby_signed_in, lobby_invited, lobby_domains,
    passcode_hash, host_pin_hash, account_required, newcomers, rules,
    recording_settings, record_start, record_stop, end_to_end
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
    $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34);

-- name: Meeting :one
SELECT * FROM meeting WHERE id = $1;

-- name: MeetingIn :one
SELECT * FROM meeting WHERE id = $1 AND tenant_id = $2;

-- name: MeetingsOf :many
-- A page of the meetings that an account made or is named as an owner of, newest
-- first; it begins after the given one.
SELECT * FROM meeting
WHERE tenant_id = sqlc.arg(tenant_id)
  AND (owner_id = sqlc.arg(owner_id) OR id IN (
      SELECT rule.meeting_id FROM role_rule AS rule
      WHERE rule.role = 'owner' AND (
          rule.kind = 'user' AND rule.value = sqlc.arg(user_value)
          OR rule.kind = 'email' AND rule.value = sqlc.arg(email_value)
      )
  ))
  AND (created_at < sqlc.arg(created_at) OR created_at = sqlc.arg(created_at) AND id > sqlc.arg(id))
ORDER BY created_at DESC, id LIMIT sqlc.arg(many);

-- name: MeetingsIn :many
-- The same of those that are the organisation's and nobody's in person.
SELECT * FROM meeting
WHERE tenant_id = sqlc.arg(tenant_id) AND owner_id IS NULL
  AND (created_at < sqlc.arg(created_at) OR created_at = sqlc.arg(created_at) AND id > sqlc.arg(id))
ORDER BY created_at DESC, id LIMIT sqlc.arg(many);

-- name: CountMeetingsOf :one
SELECT count(*) FROM meeting WHERE owner_id = $1;

-- name: ChangeMeeting :execrows
-- Column by column: what is null stays, so that two changes at once both count.
UPDATE meeting SET
    name = COALESCE(sqlc.narg(name), name),
    welcome = COALESCE(sqlc.narg(welcome), welcome),
    max_shares = COALESCE(sqlc.narg(max_shares), max_shares),
    may_speak = COALESCE(sqlc.narg(may_speak), may_speak),
    may_show_camera = COALESCE(sqlc.narg(may_show_camera), may_show_camera),
    may_share = COALESCE(sqlc.narg(may_share), may_share),
    may_chat = COALESCE(sqlc.narg(may_chat), may_chat),
    may_chat_private = COALESCE(sqlc.narg(may_chat_private), may_chat_private),
    may_react = COALESCE(sqlc.narg(may_react), may_react),
    may_raise_hand = COALESCE(sqlc.narg(may_raise_hand), may_raise_hand),
    may_rename = COALESCE(sqlc.narg(may_rename), may_rename),
    may_see_people = COALESCE(sqlc.narg(may_see_people), may_see_people),
    may_see_cameras = COALESCE(sqlc.narg(may_see_cameras), may_see_cameras),
    lobby = COALESCE(sqlc.narg(lobby), lobby),
    lobby_signed_in = COALESCE(sqlc.narg(lobby_signed_in), lobby_signed_in),
    lobby_invited = COALESCE(sqlc.narg(lobby_invited), lobby_invited),
    lobby_domains = COALESCE(sqlc.narg(lobby_domains), lobby_domains),
    passcode_hash = COALESCE(sqlc.narg(passcode_hash), passcode_hash),
    host_pin_hash = COALESCE(sqlc.narg(host_pin_hash), host_pin_hash),
    account_required = COALESCE(sqlc.narg(account_required), account_required),
    newcomers = COALESCE(sqlc.narg(newcomers), newcomers),
    locked = COALESCE(sqlc.narg(locked), locked),
    rules = COALESCE(sqlc.narg(rules), rules),
    recording_settings = COALESCE(sqlc.narg(recording_settings), recording_settings),
    record_start = COALESCE(sqlc.narg(record_start), record_start),
    record_stop = COALESCE(sqlc.narg(record_stop), record_stop)
WHERE id = sqlc.arg(id);

-- name: DeleteMeeting :execrows
DELETE FROM meeting WHERE id = $1;

-- name: BeginSitting :execrows
UPDATE meeting SET sitting_id = $2, sitting_started_at = $3, ended = FALSE WHERE id = $1;

-- name: EndSitting :execrows
UPDATE meeting SET sitting_id = '', sitting_started_at = 0, locked = FALSE, ended = $2 WHERE id = $1;

-- name: RemoveSeat :exec
INSERT INTO removed_seat (meeting_id, seat_id) VALUES ($1, $2)
ON CONFLICT (meeting_id, seat_id) DO NOTHING;

-- name: RemovedSeats :many
SELECT seat_id FROM removed_seat WHERE meeting_id = $1 ORDER BY seat_id;

-- name: ForgetRemovedSeats :exec
DELETE FROM removed_seat WHERE meeting_id = $1;

-- name: RoleRules :many
SELECT * FROM role_rule WHERE meeting_id = $1 ORDER BY position;

-- name: CreateRoleRule :exec
INSERT INTO role_rule (meeting_id, kind, value, role, position) VALUES ($1, $2, $3, $4, $5);

-- name: DeleteRoleRules :exec
DELETE FROM role_rule WHERE meeting_id = $1;

-- name: Ban :exec
INSERT INTO ban (id, meeting_id, account_id, invite_id, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: Banned :one
SELECT count(*) FROM ban
WHERE meeting_id = sqlc.arg(meeting_id)
  AND (account_id = sqlc.arg(account_id) OR invite_id = sqlc.arg(invite_id));

-- name: Bans :many
-- A page, newest first, with the names of whom they are about for those who run
-- the meeting; it begins after the given one.
SELECT ban.id, ban.account_id, ban.invite_id, ban.created_at,
    COALESCE(account.name, '') AS account_name, COALESCE(invite.name, '') AS invite_name
FROM ban
LEFT JOIN account ON account.id = ban.account_id
LEFT JOIN invite ON invite.id = ban.invite_id
WHERE ban.meeting_id = sqlc.arg(meeting_id)
  AND (ban.created_at < sqlc.arg(created_at) OR ban.created_at = sqlc.arg(created_at) AND ban.id > sqlc.arg(id))
ORDER BY ban.created_at DESC, ban.id LIMIT sqlc.arg(many);

-- name: LiftBan :execrows
DELETE FROM ban WHERE meeting_id = $1 AND id = $2;

-- name: ForgetRulesOf :exec
-- Rules that name one person. meeting.rules may then be too high, which only
-- costs the door a look.
DELETE FROM role_rule
WHERE (kind = 'user' AND value = sqlc.arg(account_id) OR kind = 'email' AND value = sqlc.arg(email))
  AND meeting_id IN (SELECT m.id FROM meeting AS m WHERE m.tenant_id = sqlc.arg(tenant_id));
