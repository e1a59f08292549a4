-- name: LockPool :one
-- Holds everybody else who changes the pool until the end of the transaction, and
-- gives the numbers in the line up to the one returned.
INSERT INTO pool (tenant_id, turn) VALUES (sqlc.arg(tenant_id), sqlc.arg(turns))
ON CONFLICT (tenant_id) DO UPDATE SET turn = pool.turn + excluded.turn
RETURNING turn;

-- name: PoolPlaces :one
SELECT places FROM tenant WHERE id = $1;

-- name: PoolTenants :many
-- Each organisation in which somebody has a connection or waits.
SELECT tenant_id, seated, count(*) AS many FROM pool_seat GROUP BY tenant_id, seated;

-- name: CountPool :many
SELECT meeting_id, count(*) AS many FROM pool_seat
WHERE tenant_id = $1 AND seated GROUP BY meeting_id;

-- name: CountLine :one
SELECT count(*) FROM pool_seat WHERE tenant_id = $1 AND NOT seated;

-- name: PoolLine :many
SELECT seat_id, meeting_id FROM pool_seat
WHERE tenant_id = $1 AND NOT seated ORDER BY turn;

-- name: HeldPlaces :many
SELECT meeting_id, CAST(sum(places) AS BIGINT) AS places FROM reservation
WHERE tenant_id = sqlc.arg(tenant_id) AND from_at <= sqlc.arg(now) AND until_at > sqlc.arg(now)
GROUP BY meeting_id;

-- name: PoolSeat :one
SELECT seated FROM pool_seat WHERE seat_id = $1 AND tenant_id = $2;

-- name: ClaimSeat :one
-- Who is seated stays so, who waits keeps the turn, whichever node they are on.
INSERT INTO pool_seat (seat_id, tenant_id, meeting_id, node, seated, turn)
VALUES (sqlc.arg(seat_id), sqlc.arg(tenant_id), sqlc.arg(meeting_id), sqlc.arg(node), sqlc.arg(seated), sqlc.arg(turn))
ON CONFLICT (seat_id) DO UPDATE SET
    node = excluded.node, meeting_id = excluded.meeting_id, tenant_id = excluded.tenant_id,
    seated = (pool_seat.seated OR excluded.seated)
RETURNING seated;

-- name: SeatWaiter :exec
UPDATE pool_seat SET seated = TRUE WHERE seat_id = $1;

-- name: ReleaseSeat :execrows
-- Of this node only: the person may have come back by another one.
DELETE FROM pool_seat WHERE seat_id = $1 AND node = $2;

-- name: RenewNode :execrows
UPDATE pool_node SET alive_until = sqlc.arg(until) WHERE node = sqlc.arg(node) AND alive_until > sqlc.arg(now);

-- name: EnterNode :exec
INSERT INTO pool_node (node, alive_until) VALUES ($1, $2)
ON CONFLICT (node) DO UPDATE SET alive_until = excluded.alive_until;

-- name: SweepNodes :exec
DELETE FROM pool_node WHERE alive_until <= $1;

-- name: SweepSeats :execrows
DELETE FROM pool_seat WHERE node NOT IN (SELECT pool_node.node FROM pool_node);

-- name: NoteUsage :exec
INSERT INTO pool_usage (tenant_id, at, peak, waiting)
SELECT tenant.id, CAST(sqlc.arg(at) AS BIGINT), CAST(sqlc.arg(peak) AS BIGINT), CAST(sqlc.arg(waiting) AS BIGINT)
FROM tenant WHERE tenant.id = sqlc.arg(tenant_id)
ON CONFLICT (tenant_id, at) DO UPDATE SET
    peak = CASE WHEN excluded.peak > pool_usage.peak THEN excluded.peak ELSE pool_usage.peak END,
    waiting = CASE WHEN excluded.waiting > pool_usage.waiting THEN excluded.waiting ELSE pool_usage.waiting END;

-- name: PoolUsage :many
SELECT CAST((at / sqlc.arg(step)) * sqlc.arg(step) AS BIGINT) AS start,
    CAST(max(peak) AS BIGINT) AS peak, CAST(max(waiting) AS BIGINT) AS waiting
FROM pool_usage
WHERE tenant_id = sqlc.arg(tenant_id) AND at >= sqlc.arg(since) AND at < sqlc.arg(until)
GROUP BY 1 ORDER BY 1 LIMIT sqlc.arg(many);

-- name: SweepUsage :exec
DELETE FROM pool_usage WHERE at < $1;

-- name: CreateReservation :exec
INSERT INTO reservation (id, tenant_id, meeting_id, places, from_at, until_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: ChangeReservation :execrows
UPDATE reservation SET places = $3, from_at = $4, until_at = $5 WHERE tenant_id = $1 AND id = $2;

-- name: Reservation :one
SELECT * FROM reservation WHERE tenant_id = $1 AND id = $2;

-- name: Reservations :many
-- Those that are not over, the next first.
SELECT * FROM reservation WHERE tenant_id = sqlc.arg(tenant_id) AND until_at > sqlc.arg(now)
ORDER BY from_at, id;

-- name: DeleteReservation :execrows
DELETE FROM reservation WHERE tenant_id = $1 AND id = $2;

-- name: SweepReservations :exec
DELETE FROM reservation WHERE until_at <= $1;
