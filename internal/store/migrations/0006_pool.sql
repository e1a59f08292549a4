-- An organisation's simultaneous connections: who has one, who waits, who will
-- have some, and how many there were.

-- +goose Up
-- One row per organisation: whoever changes its pool holds this row until the end
-- of the transaction. turn is the last number given in the line.
CREATE TABLE pool (
    tenant_id TEXT PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    turn      BIGINT NOT NULL
);

-- A node says every ten seconds that it lives; what it holds is worth nothing
-- without.
CREATE TABLE pool_node (
    node        TEXT PRIMARY KEY,
    alive_until BIGINT NOT NULL
);

-- No references: these rows live as long as a connection, are written at every
-- door and are swept with their node.
CREATE TABLE pool_seat (
    seat_id    TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    meeting_id TEXT NOT NULL,
    node       TEXT NOT NULL,
    seated     BOOLEAN NOT NULL,
    turn       BIGINT NOT NULL
);
CREATE INDEX pool_seat_meeting ON pool_seat (tenant_id, seated, meeting_id);
CREATE INDEX pool_seat_line ON pool_seat (tenant_id, turn) WHERE NOT seated;
CREATE INDEX pool_seat_node ON pool_seat (node);

CREATE TABLE reservation (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    meeting_id TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    places     BIGINT NOT NULL,
    from_at    BIGINT NOT NULL,
    until_at   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX reservation_tenant ON reservation (tenant_id, until_at);
CREATE INDEX reservation_meeting ON reservation (meeting_id);

-- The most of each minute. Counts only: nothing in it is about a person.
CREATE TABLE pool_usage (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    peak      BIGINT NOT NULL,
    waiting   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, at)
);
CREATE INDEX pool_usage_at ON pool_usage (at);
