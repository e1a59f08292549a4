-- The gate of a meeting: lobby, passcode, roles, personal invites, bans. The
-- columns of a policy are switches that the owner or a moderator turns.

-- +goose Up
ALTER TABLE meeting ADD COLUMN may_chat_private BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meeting ADD COLUMN may_raise_hand BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meeting ADD COLUMN may_rename BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meeting ADD COLUMN may_see_people BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meeting ADD COLUMN may_see_cameras BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meeting ADD COLUMN lobby TEXT NOT NULL DEFAULT 'off';
ALTER TABLE meeting ADD COLUMN lobby_signed_in BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meeting ADD COLUMN lobby_invited BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meeting ADD COLUMN lobby_domains TEXT NOT NULL DEFAULT ''; -- with spaces between
ALTER TABLE meeting ADD COLUMN passcode_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE meeting ADD COLUMN host_pin_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE meeting ADD COLUMN account_required BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meeting ADD COLUMN newcomers TEXT NOT NULL DEFAULT 'attendee';
-- How many role rules there are: most meetings have none, and the door need not look.
ALTER TABLE meeting ADD COLUMN rules BIGINT NOT NULL DEFAULT 0;
CREATE INDEX meeting_tenant ON meeting (tenant_id, created_at, id);

CREATE TABLE role_rule (
    meeting_id TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL,
    role       TEXT NOT NULL,
    position   BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, kind, value)
);
CREATE INDEX role_rule_value ON role_rule (value, kind);

ALTER TABLE invite ADD COLUMN personal BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE invite ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE invite ADD COLUMN max_uses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invite ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invite ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invite ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invite ADD COLUMN revoked BOOLEAN NOT NULL DEFAULT FALSE;

-- A ban is of an account or of an invite, never of both; it goes with either.
CREATE TABLE ban (
    id         TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    invite_id  TEXT REFERENCES invite (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    UNIQUE (meeting_id, account_id),
    UNIQUE (meeting_id, invite_id)
);
CREATE INDEX ban_account ON ban (account_id);
CREATE INDEX ban_invite ON ban (invite_id);
