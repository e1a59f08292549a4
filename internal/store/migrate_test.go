package store_test

import (
	"database/sql"
	"os"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"plenum/internal/access"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/retention"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// The data of version 1, as that version wrote it.
const (
	oldTenant  = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	oldOwner   = "bbbbbbbbbbbbbbbbbbbbbbbbbb"
	oldMember  = "cccccccccccccccccccccccccc"
	oldMeeting = "dddddddddddddddddddddddddd"
	oldInvite  = "eeeeeeeeeeeeeeeeeeeeeeeeee"
	oldSeat    = "ffffffffffffffffffffffffff"
)

// asVersion1 makes a database of version 1 with data in it; it returns the tokens
// of two sessions and the secret of an invite.
func asVersion1(t *testing.T, c store.Config) (tokens []pii.Secret, secret pii.Secret) {
	t.Helper()
	driver, address, dialect := "sqlite", c.Path, goose.DialectSQLite3
	if c.URL != "" {
		driver, address, dialect = "pgx", c.URL, goose.DialectPostgres
	}
	db, err := sql.Open(driver, address)
	ok(t, err)
	defer db.Close() //nolint:errcheck // a test
	provider, err := goose.NewProvider(dialect, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	ok(t, err)
	_, err = provider.UpTo(t.Context(), 1)
	ok(t, err)
	exec := func(statement string, values ...any) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), statement, values...)
		ok(t, err)
	}
	at := noon.UnixMilli()
	exec("INSERT INTO setting VALUES ('tenant', $1)", oldTenant)
	exec("INSERT INTO tenant VALUES ($1, 'Town', $2)", oldTenant, at)
	exec("INSERT INTO account VALUES ($1, $2, 'Ada', 'ada@town.example', TRUE, 'hash', $3)", oldOwner, oldTenant, at)
	exec("INSERT INTO account VALUES ($1, $2, 'Ben', 'ben@town.example', FALSE, 'hash', $3)", oldMember, oldTenant, at)
	for _, u := range []string{oldOwner, oldOwner, oldMember} {
		token := pii.Secret(id.NewSecret())
		hash := auth.HashToken(token)
		exec("INSERT INTO session VALUES ($1, $2, $3, $4)", hash[:], u, at, noon.Add(time.Hour).UnixMilli())
		tokens = append(tokens, token)
	}
	exec("INSERT INTO meeting VALUES ($1, $2, $3, 'Council', 'Hello', TRUE, FALSE, TRUE, FALSE, TRUE, 3, $4, FALSE, TRUE, '', 0)", oldMeeting, oldTenant, oldOwner, at)
	secret = pii.Secret(id.NewSecret())
	hash := auth.HashToken(secret)
	exec("INSERT INTO invite VALUES ($1, $2, 'moderator', $3, $4)", oldInvite, oldMeeting, hash[:], at)
	exec("INSERT INTO removed_seat VALUES ($1, $2)", oldMeeting, oldSeat)
	return tokens, secret
}

// fromVersion1 opens the data of version 1: nothing is lost, nobody is signed
// out, and who administered the server still does.
func (p part) fromVersion1() {
	t, c := p.T, p.Config
	tokens, secret := asVersion1(t, c)
	s := open(t, c)
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	same(t, "organisation", home.ID, id.Tenant(oldTenant))
	same(t, "its settings", home.Settings.SecondFactor, tenant.DefaultSettings().SecondFactor)
	same(t, "its settings of recordings", home.Settings.Recording, tenant.DefaultSettings().Recording)

	ada := user.User{
		ID: oldOwner, Tenant: oldTenant, Name: "Ada", Email: "ada@town.example", Admin: true, Operator: true, PasswordHash: "hash", CreatedAt: noon,
	}
	same(t, "owner", must[user.User](t)(s.UserByEmail(t.Context(), oldTenant, "ada@town.example")), ada)
	same(t, "member", must[user.User](t)(s.User(t.Context(), oldMember)).Operator, false)
	again := ada
	again.ID = id.New[id.User]()
	is(t, "the address is still taken", s.CreateUser(t.Context(), again), user.ErrEmailTaken)

	for i, token := range tokens {
		session, _, err := s.Session(t.Context(), auth.HashToken(token), noon)
		ok(t, err)
		if session.ID == "" || session.SecondFactor || session.ConfirmedAt != noon || session.LastDay != noon.Truncate(24*time.Hour) {
			t.Errorf("session %d: %+v", i, session)
		}
	}
	list := must[[]auth.Session](t)(s.Sessions(t.Context(), oldOwner, noon))
	if len(list) != 2 || list[0].ID == list[1].ID {
		t.Errorf("sessions: %+v", list)
	}

	m := must[meeting.Meeting](t)(s.Meeting(t.Context(), oldMeeting))
	if m.Name != "Council" || m.Welcome != "Hello" || m.Owner != oldOwner || m.MaxShares != 3 || !m.Locked ||
		!m.Policy.Microphone || m.Policy.Camera || !m.Policy.Share || m.Policy.Chat || !m.Policy.Reactions {
		t.Errorf("meeting: %+v", m)
	}
	if m.Policy.RecordStart != access.Moderator || m.Policy.RecordStop != access.Moderator || m.EndToEnd {
		t.Errorf("recording: %+v", m.Policy)
	}
	same(t, "how recordings are made", m.Recording, recording.DefaultSettings())
	i := must[invite.Invite](t)(s.InviteBySecret(t.Context(), oldMeeting, secret))
	same(t, "invite", i.Role, access.Moderator)
	same(t, "removed seats", must[[]id.Seat](t)(s.RemovedSeats(t.Context(), oldMeeting)), []id.Seat{oldSeat})
}

// oldSettings are of an organisation that decided before there were recordings, and
// of one that decided before there was more to decide about them.
func (p part) oldSettings() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	driver, address := "sqlite", c.Path
	if c.URL != "" {
		driver, address = "pgx", c.URL
	}
	db, err := sql.Open(driver, address)
	ok(t, err)
	defer db.Close() //nolint:errcheck // a test
	for settings, want := range map[string]tenant.Recording{
		`{"lobby":"guests","meetingPolicy":{"Camera":false}}`:         {Retention: retention.Defaults()},
		`{"lobby":"guests","recording":{"off":true}}`:                 {Off: true, Retention: retention.Defaults()},
		`{"lobby":"guests","recording":{"retention":{"default":30}}}`: {Retention: retention.Rules{Default: 30, Min: 1, Max: 365}},
	} {
		_, err = db.ExecContext(t.Context(), "UPDATE tenant SET settings = $1 WHERE id = $2", settings, string(owner.Tenant))
		ok(t, err)
		got := must[tenant.Tenant](t)(s.Tenant(t.Context(), owner.Tenant)).Settings
		same(t, settings, got.Recording, want)
		same(t, "what was decided", got.Lobby, "guests")
		same(t, "who records", got.MeetingPolicy.RecordStart, access.Moderator)
		if err := got.Recording.Retention.Check(); err != nil {
			t.Errorf("%s: %v", settings, err)
		}
	}
}
