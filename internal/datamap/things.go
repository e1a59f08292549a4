package datamap

import "slices"

// Things is everything that is kept.
func Things() []Thing {
	return slices.Concat(ofAccounts(), ofMeetings(), ofRecordings(), ofOrganisations(), ofMachine(), ofPeople())
}

func ofAccounts() []Thing {
	return []Thing{
		{
			"account", Accounts,
			columns("account", "id", "tenant_id", "name", "email", "login", "admin", "operator", "disabled", "created_at"),
			Service, UntilAccount, SelfAndAdmins,
		},
		{"password", Accounts, columns("account", "password_hash"), Security, UntilChanged, ProgramOnly},
		{"external", Accounts, columns("account", "provider", "provider_groups"), Service, UntilAccount, ProgramOnly},
		{
			"passkey", Accounts,
			columns("passkey", "id", "account_id", "host", "credential_id", "public_key", "sign_count", "backup_eligible", "backed_up", "transports", "name", "created_at"),
			Security, UntilChanged, SelfAndAdmins,
		},
		{"totp", Accounts, columns("totp", "account_id", "confirmed", "secret", "last_step", "created_at"), Security, UntilChanged, ProgramOnly},
		{"recovery", Accounts, columns("recovery_code", "account_id", "code_hash"), Security, UntilChanged, ProgramOnly},
		{"welcome", Accounts, columns("welcome", "account_id", "secret_hash", "expires_at"), Service, UntilUsed, ProgramOnly},
		{
			"session", Accounts,
			columns("session", "token_hash", "account_id", "id", "created_at", "expires_at", "second_factor", "confirmed_at", "last_day", "browser", "provider", "provider_session"),
			Service, UntilSignOut, SelfAndAdmins,
		},
		{
			"challenge", Accounts,
			columns("challenge", "secret_hash", "purpose", "tenant_id", "account_id", "state", "tries", "expires_at"),
			Security, Minutes, ProgramOnly,
		},
		{
			"attempt", Accounts,
			columns("signin_attempt", "state_hash", "browser_hash", "provider_id", "return_path", "confirm", "expires_at"),
			Security, Minutes, ProgramOnly,
		},
		{"logout", Accounts, columns("logout_token", "provider_id", "token_hash", "expires_at"), Security, UntilReplayed, ProgramOnly},
	}
}

func ofMeetings() []Thing {
	return []Thing{
		{"meeting", Meetings, columns("meeting", "id", "tenant_id", "owner_id", "name", "welcome", "created_at"), Service, UntilMeeting, AtTheDoor},
		{
			"policy", Meetings,
			columns("meeting",
				"may_speak", "may_show_camera", "may_share", "may_chat", "may_react", "may_chat_private", "may_raise_hand", "may_rename",
				"may_see_people", "may_see_cameras", "max_shares", "newcomers", "account_required",
				"lobby", "lobby_signed_in", "lobby_invited", "lobby_domains", "rules",
				"recording_settings", "record_start", "record_stop", "end_to_end"),
			Impersonal, UntilMeeting, WhoRuns,
		},
		{"passcode", Meetings, columns("meeting", "passcode_hash", "host_pin_hash"), Security, UntilChanged, ProgramOnly},
		{"roles", Meetings, columns("role_rule", "meeting_id", "kind", "value", "role", "position"), Service, UntilMeeting, WhoRuns},
		{"sitting", Meetings, columns("meeting", "ended", "locked", "sitting_id", "sitting_started_at"), Service, UntilSitting, WhoRuns},
		{
			"invite", Meetings,
			columns("invite", "id", "meeting_id", "role", "secret_hash", "personal", "max_uses", "uses", "not_before", "expires_at", "revoked", "created_at"),
			Service, UntilMeeting, WhoRuns,
		},
		{"inviteName", Meetings, columns("invite", "name"), Service, UntilMeeting, WhoRuns},
		{"ban", Meetings, columns("ban", "id", "meeting_id", "account_id", "invite_id", "created_at"), Security, UntilMeeting, WhoRuns},
		{"removed", Meetings, columns("removed_seat", "meeting_id", "seat_id"), Security, UntilSitting, ProgramOnly},
		{
			"place", Connections,
			slices.Concat(
				columns("pool_seat", "seat_id", "tenant_id", "meeting_id", "node", "seated", "turn"),
				columns("pool", "tenant_id", "turn"), columns("pool_node", "node", "alive_until")),
			Service, WhileHere, ProgramOnly,
		},
		{
			"reservation", Connections,
			columns("reservation", "id", "tenant_id", "meeting_id", "places", "from_at", "until_at", "created_at"),
			Impersonal, UntilDeleted, Admins,
		},
		{"usage", Connections, columns("pool_usage", "tenant_id", "at", "peak", "waiting"), Impersonal, UsageTime, Admins},
	}
}

func ofRecordings() []Thing {
	return []Thing{
		{"recordedMedia", Recordings, []string{Object + ":r/*/*"}, Consent, UntilExpiry, Watching},
		{"recordedHalf", Recordings, []string{Object + ":.temp/*", Passing + ":nameless temporary files"}, Consent, UntilDone, ProgramOnly},
		{"recordedWords", Recordings, slices.Concat(columns("recording", "sealed"), columns("recording_asset", "sealed")), Consent, UntilExpiry, Watching},
		{
			"recording", Recordings,
			columns("recording",
				"id", "tenant_id", "meeting_id", "sitting_id", "account_id", "state", "problem", "started_at", "ended_at",
				"length", "chunks", "expires_at", "warned"),
			Service, UntilExpiry, Watching,
		},
		{
			"recordingFile", Recordings,
			columns("recording_asset", "id", "recording_id", "kind", "seat_id", "made_for", "size", "created_at", "expires_at"),
			Service, UntilExpiry, Watching,
		},
		{
			"recordingRules", Recordings,
			columns("recording", "settings", "share_with", "share_download", "share_watermark", "share_expires_at", "cut_from", "cut_until"),
			Impersonal, UntilExpiry, Managing,
		},
		{"recordingLink", Recordings, columns("recording", "share_secret_hash", "share_passcode_hash"), Security, UntilChanged, ProgramOnly},
		{"recordingKey", Recordings, columns("recording", "number", "wrapped"), Security, UntilExpiry, ProgramOnly},
		{"recordingHold", Recordings, columns("recording", "held_at", "held_by", "held_reason"), Accountability, UntilChanged, Managing},
		{
			"consent", Recordings,
			columns("consent", "recording_id", "seq", "at", "seat_id", "account_id", "sealed", "answer", "version", "language"),
			Proof, UntilExpiry, SelfAndOwners,
		},
		{"blackout", Recordings, columns("blackout", "recording_id", "seat_id", "whole", "expunged"), Consent, UntilExpiry, ProgramOnly},
		{
			"job", Recordings,
			columns("job", "id", "kind", "recording_id", "options", "progress", "attempts", "created_at", "not_before", "node", "lease_until"),
			Impersonal, UntilDone, ProgramOnly,
		},
		{
			"tombstone", Recordings,
			slices.Concat(columns("recording_tombstone", "id", "tenant_id", "number", "deleted_at", "erased"), columns("counter", "name", "last")),
			Impersonal, WhileServer, ProgramOnly,
		},
	}
}

func ofOrganisations() []Thing {
	return []Thing{
		{
			"organisation", Organisations,
			slices.Concat(
				columns("tenant", "id", "name", "accent", "logo_hash", "places", "settings", "created_at"),
				columns("tenant_host", "host", "tenant_id"), columns("tenant_logo", "tenant_id", "mime", "content")),
			Impersonal, WhileTenant, Everybody,
		},
		{
			"provider", Organisations,
			columns("provider", "id", "tenant_id", "kind", "name", "enabled", "settings", "secret", "created_at"),
			Impersonal, UntilDeleted, Admins,
		},
		{
			"key", Organisations,
			columns("api_key", "id", "tenant_id", "name", "secret_hash", "scopes", "created_at", "expires_at"),
			Security, UntilDeleted, Admins,
		},
		{
			"answer", Organisations,
			columns("idempotency", "name", "tenant_id", "request", "status", "answer", "expires_at"),
			Service, OneDay, ProgramOnly,
		},
		{
			"audit", Evidence,
			columns("audit_entry",
				"tenant_id", "seq", "at", "action", "actor_kind", "actor_id", "credential", "actor_proof", "actor_commitment",
				"meeting_id", "subject_kind", "subject_id", "subject_proof", "subject_commitment", "detail", "previous", "hash"),
			Accountability, AuditTime, SelfAndAdmins,
		},
		{
			"seal", Evidence,
			slices.Concat(
				columns("audit_chain", "tenant_id", "first", "seq", "at", "hash", "signature"),
				columns("audit_checkpoint", "tenant_id", "first", "seq", "at", "hash", "signature")),
			Impersonal, AuditTime, Admins,
		},
	}
}

func ofMachine() []Thing {
	return []Thing{
		{
			"setting", Machine,
			slices.Concat(columns("setting", "name", "value"), columns("goose_db_version", "id", "version_id", "is_applied", "tstamp")),
			Impersonal, WhileServer, ProgramOnly,
		},
		{"database", Machine, []string{File + ":plenum.db", File + ":plenum.db-wal", File + ":plenum.db-shm"}, Service, WhileServer, Operator},
		{"masterKey", Machine, []string{File + ":beside:data.master-key"}, Impersonal, WhileServer, Operator},
		{"keyTree", Machine, []string{File + ":beside:data.master-key.tree"}, Impersonal, WhileServer, Operator},
		{"lock", Machine, []string{File + ":server.lock"}, Impersonal, WhileServer, Operator},
		{"tls", Machine, []string{File + ":tls/*"}, Impersonal, UntilReplaced, Operator},
		{"log", Machine, []string{Output + ":standard error", Output + ":the listener for metrics"}, Impersonal, OperatorsLog, Operator},
	}
}

// ofPeople is what the server keeps on no disk, and what is on people's own.
func ofPeople() []Thing {
	return []Thing{
		{"presence", Memory, []string{RAM + ":room"}, Service, UntilSitting, InTheRoom},
		{"waiting", Memory, []string{RAM + ":lobby"}, Service, WhileHere, Moderating},
		{"media", Memory, []string{RAM + ":sfu"}, Service, Never, InTheRoom},
		{"address", Memory, []string{RAM + ":addresses"}, Security, Brake, ProgramOnly},
		{"cookie", Browser, []string{Cookies + ":__Host-plenum"}, Device, Cookie, OwnBrowser},
		{"signInCookie", Browser, []string{Cookies + ":__Host-plenum-signin"}, Device, TenMinutes, OwnBrowser},
		{"viewerCookie", Browser, []string{Cookies + ":__Host-plenum_viewer"}, Device, HalfDay, OwnBrowser},
		{"seat", Browser, []string{Tab + ":plenum.meeting.*"}, Device, UntilTab, OwnBrowser},
		{"devicesNow", Browser, []string{Tab + ":plenum.media.session"}, Device, UntilTab, OwnBrowser},
		{"ownName", Browser, []string{Local + ":plenum.name"}, Device, UntilCleared, OwnBrowser},
		{"devices", Browser, []string{Local + ":plenum.media"}, Device, UntilCleared, OwnBrowser},
		{"picture", Browser, []string{Local + ":plenum.media.picture"}, Choice, UntilCleared, OwnBrowser},
		{
			"look", Browser,
			[]string{Local + ":plenum.language", Local + ":plenum.theme", Local + ":plenum.accent", Local + ":plenum.panelWidth", Local + ":plenum.preferences"},
			Device, UntilCleared, OwnBrowser,
		},
	}
}
