package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/store"
	"plenum/internal/store/pgtest"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// The same suite runs on both databases; each part gets an empty one.
func TestSQLite(t *testing.T) {
	suite(t, func(t *testing.T) store.Config {
		t.Helper()
		return store.Config{Path: filepath.Join(t.TempDir(), "plenum.db")}
	})
}

func TestPostgres(t *testing.T) {
	server := pgtest.Start(t)
	suite(t, func(t *testing.T) store.Config {
		t.Helper()
		return store.Config{URL: server.Database(t)}
	})
}

// part is one test of the suite, on a database of its own.
type part struct {
	*testing.T
	store.Config
}

func suite(t *testing.T, fresh func(*testing.T) store.Config) {
	t.Helper()
	tests := []struct {
		name string
		run  func(part)
	}{
		{"SetUpOnce", part.setUpOnce},
		{"SetUpRace", part.setUpRace},
		{"SetUpAllOrNothing", part.setUpAllOrNothing},
		{"OpenRace", part.openRace},
		{"FromVersion1", part.fromVersion1},
		{"OldSettings", part.oldSettings},
		{"Accounts", part.accounts},
		{"Sessions", part.sessions},
		{"SessionLimit", part.sessionLimit},
		{"Logins", part.logins},
		{"People", part.people},
		{"UpdateUser", part.updateUser},
		{"LastAdministratorRace", part.lastAdministratorRace},
		{"DeleteUser", part.deleteUser},
		{"SessionList", part.sessionList},
		{"Challenges", part.challenges},
		{"Welcome", part.welcome},
		{"Passkeys", part.passkeys},
		{"TOTP", part.totp},
		{"RecoveryCodes", part.recoveryCodes},
		{"Factors", part.factors},
		{"Meetings", part.meetings},
		{"MeetingLimit", part.meetingLimit},
		{"MeetingChanges", part.meetingChanges},
		{"MeetingPages", part.meetingPages},
		{"Rules", part.rules},
		{"Invites", part.invites},
		{"InvitePages", part.invitePages},
		{"InviteUses", part.inviteUses},
		{"Bans", part.bans},
		{"Sitting", part.sitting},
		{"PoolStorm", part.poolStorm},
		{"PoolHolds", part.poolHolds},
		{"PoolOrder", part.poolOrder},
		{"PoolNodes", part.poolNodes},
		{"PoolReservations", part.poolReservations},
		{"PoolUsage", part.poolUsage},
		{"PoolLine", part.poolLine},
		{"Tenants", part.tenants},
		{"DeleteTenant", part.deleteTenant},
		{"Keys", part.keys},
		{"Answers", part.answers},
		{"RecordingLife", part.recordingLife},
		{"NoRecording", part.noRecording},
		{"RecordingNumbers", part.recordingNumbers},
		{"RecordingDeleted", part.recordingDeleted},
		{"RecordingOwners", part.recordingOwners},
		{"RecordingExpiry", part.recordingExpiry},
		{"RecordingVisibility", part.recordingVisibility},
		{"RecordingPages", part.recordingPages},
		{"Consents", part.consents},
		{"Withdraw", part.withdraw},
		{"Jobs", part.jobs},
		{"JobRace", part.jobRace},
		{"Providers", part.providers},
		{"Attempts", part.attempts},
		{"Admit", part.admit},
		{"Backchannel", part.backchannel},
		{"Reopen", part.reopen},
		{"Parallel", part.parallel},
		{"Canceled", part.canceled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(part{t, fresh(t)}) })
	}
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123_000_000, time.UTC)

func open(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newOwner() user.User {
	return user.User{
		ID:           id.New[id.User](),
		Name:         "Zoë Ångström 🎺",
		Email:        pii.Email(id.New[string]() + "@example.org"),
		Admin:        true,
		PasswordHash: "$argon2id$…",
		CreatedAt:    noon,
	}
}

// setUp makes the first account and returns it.
func setUp(t *testing.T, s *store.Store) user.User {
	t.Helper()
	owner := newOwner()
	session, _ := auth.NewSession(owner.ID, noon)
	owner, err := s.SetUp(t.Context(), "Gemeente Voorbeeld", owner, session)
	if err != nil {
		t.Fatal(err)
	}
	return owner
}

// signIn makes a session.
func signIn(t *testing.T, s *store.Store, u user.User) (auth.Session, pii.Secret) {
	t.Helper()
	session, token := auth.NewSession(u.ID, noon)
	ok(t, s.CreateSession(t.Context(), session))
	return session, token
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func is(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p part) setUpOnce() {
	t, c := p.T, p.Config
	s := open(t, c)
	same(t, "set up before", must[bool](t)(s.IsSetUp(t.Context())), false)
	before := must[tenant.Tenant](t)(s.Home(t.Context()))
	same(t, "name before the set-up", before.Name, "")
	owner := setUp(t, s)
	same(t, "set up after", must[bool](t)(s.IsSetUp(t.Context())), true)
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	same(t, "name", home.Name, "Gemeente Voorbeeld")
	same(t, "the organisation stays the same, as do its meetings", home.ID, before.ID)
	same(t, "owner's organisation", owner.Tenant, home.ID)

	second := newOwner()
	session, token := auth.NewSession(second.ID, noon)
	_, err := s.SetUp(t.Context(), "Intruder", second, session)
	is(t, "second set-up", err, store.ErrSetUp)
	_, err = s.UserByEmail(t.Context(), home.ID, second.Email)
	is(t, "second owner", err, user.ErrNotFound)
	_, _, err = s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "second session", err, auth.ErrRequired)
	same(t, "name after", must[tenant.Tenant](t)(s.Home(t.Context())).Name, "Gemeente Voorbeeld")
}

func (p part) setUpRace() {
	t, c := p.T, p.Config
	stores := []*store.Store{open(t, c), open(t, c)} // as two nodes
	var wg sync.WaitGroup
	results := make([]error, 16)
	for i := range results {
		wg.Go(func() {
			owner := newOwner()
			session, _ := auth.NewSession(owner.ID, noon)
			_, results[i] = stores[i%2].SetUp(t.Context(), "Raad", owner, session)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, store.ErrSetUp):
			t.Errorf("a loser got %v", err)
		}
	}
	same(t, "winners", won, 1)
}

func (p part) setUpAllOrNothing() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := newOwner()
	session, _ := auth.NewSession("somebody else", noon) // breaks the last statement
	if _, err := s.SetUp(t.Context(), "Raad", owner, session); err == nil {
		t.Fatal("a session for an unknown account was kept")
	}
	same(t, "set up", must[bool](t)(s.IsSetUp(t.Context())), false)
	setUp(t, s)
}

func (p part) openRace() {
	t, c := p.T, p.Config
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := s.Home(t.Context()); err != nil {
				t.Error(err)
			}
			s.Close()
		})
	}
	wg.Wait()
}

func (p part) accounts() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	same(t, "by id", must[user.User](t)(s.User(t.Context(), owner.ID)), owner)
	same(t, "by e-mail", must[user.User](t)(s.UserByEmail(t.Context(), owner.Tenant, owner.Email)), owner)

	second := newOwner()
	second.Tenant, second.Admin = owner.Tenant, false
	ok(t, s.CreateUser(t.Context(), second))
	same(t, "second", must[user.User](t)(s.User(t.Context(), second.ID)), second)
	third := newOwner()
	third.Tenant, third.Email = owner.Tenant, owner.Email
	is(t, "same e-mail", s.CreateUser(t.Context(), third), user.ErrEmailTaken)

	ok(t, s.SetPasswordHash(t.Context(), owner.ID, "new"))
	same(t, "hash", must[user.User](t)(s.User(t.Context(), owner.ID)).PasswordHash, "new")
	_, token := signIn(t, s, owner)
	_, other := signIn(t, s, second)
	ok(t, s.ResetPassword(t.Context(), owner.ID, "newer"))
	same(t, "hash after a reset", must[user.User](t)(s.User(t.Context(), owner.ID)).PasswordHash, "newer")
	_, _, err := s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "session after a reset", err, auth.ErrRequired)
	_, _, err = s.Session(t.Context(), auth.HashToken(other), noon)
	is(t, "session of somebody else after the reset", err, nil)
	is(t, "reset of nobody", s.ResetPassword(t.Context(), "nobody", "new"), user.ErrNotFound)
	is(t, "hash of nobody", s.SetPasswordHash(t.Context(), "nobody", "new"), user.ErrNotFound)
	_, err = s.User(t.Context(), "nobody")
	is(t, "nobody", err, user.ErrNotFound)
	_, err = s.Tenant(t.Context(), "nowhere")
	is(t, "nowhere", err, tenant.ErrNotFound)

	same(t, "base URL at first", must[string](t)(s.BaseURL(t.Context())), "")
	ok(t, s.SetBaseURL(t.Context(), "https://a.example"))
	ok(t, s.SetBaseURL(t.Context(), "https://b.example"))
	same(t, "base URL", must[string](t)(s.BaseURL(t.Context())), "https://b.example")
}

func (p part) sessions() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	session, token := signIn(t, s, owner)
	hash := auth.HashToken(token)

	got, who, err := s.Session(t.Context(), hash, session.ExpiresAt.Add(-time.Millisecond))
	ok(t, err)
	same(t, "session", got, session)
	same(t, "whose", who, owner)
	_, _, err = s.Session(t.Context(), hash, session.ExpiresAt)
	is(t, "expired", err, auth.ErrRequired)

	later := session.ExpiresAt.Add(time.Hour)
	used := session
	used.ExpiresAt, used.LastDay = later, session.LastDay.Add(24*time.Hour)
	ok(t, s.RenewSession(t.Context(), used))
	got, _, err = s.Session(t.Context(), hash, session.ExpiresAt)
	ok(t, err)
	same(t, "renewed", got, used)

	ok(t, s.Sweep(t.Context(), later.Add(-time.Millisecond)))
	_, _, err = s.Session(t.Context(), hash, noon)
	is(t, "after a sweep too early", err, nil)
	ok(t, s.Sweep(t.Context(), later))
	_, _, err = s.Session(t.Context(), hash, noon)
	is(t, "swept", err, auth.ErrRequired)

	_, token = signIn(t, s, owner)
	ok(t, s.DeleteSession(t.Context(), auth.HashToken(token)))
	ok(t, s.DeleteSession(t.Context(), auth.HashToken(token)))
	_, _, err = s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "signed out", err, auth.ErrRequired)
}

func (p part) sessionLimit() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	tokens := make([]pii.Secret, 0, 52)
	for i := range 52 {
		session, token := auth.NewSession(owner.ID, noon.Add(time.Duration(i+1)*time.Minute))
		ok(t, s.CreateSession(t.Context(), session))
		tokens = append(tokens, token)
	}
	valid := 0
	for _, token := range tokens {
		if _, _, err := s.Session(t.Context(), auth.HashToken(token), noon); err == nil {
			valid++
		}
	}
	same(t, "sessions kept", valid, 50)
	_, _, err := s.Session(t.Context(), auth.HashToken(tokens[0]), noon)
	is(t, "the oldest", err, auth.ErrRequired)
	_, _, err = s.Session(t.Context(), auth.HashToken(tokens[51]), noon)
	is(t, "the newest", err, nil)
}

func (p part) reopen() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	_, token := signIn(t, s, owner)
	m := meeting.New(owner.Tenant, owner.ID, "Raad", noon)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	ok(t, s.Close())

	s = open(t, c)
	_, who, err := s.Session(t.Context(), auth.HashToken(token), noon)
	ok(t, err)
	same(t, "owner", who, owner)
	same(t, "meeting", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)
	ok(t, s.Ping(t.Context()))
}

// parallel writes from many goroutines and two stores: nobody may be told
// that the database is busy.
func (p part) parallel() {
	t, c := p.T, p.Config
	stores := []*store.Store{open(t, c), open(t, c)}
	owner := setUp(t, stores[0])
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			s := stores[i%2]
			for range 5 {
				m := meeting.New(owner.Tenant, owner.ID, "Parallel", noon)
				if err := s.CreateMeeting(t.Context(), m, nil); err != nil {
					t.Error(err)
				}
				if _, err := s.MeetingsOf(t.Context(), owner, meeting.Meeting{}, meeting.MaxPerOwner); err != nil {
					t.Error(err)
				}
				if err := s.BeginSitting(t.Context(), m.ID, "s", noon); err != nil {
					t.Error(err)
				}
				if err := s.EndSitting(t.Context(), m.ID, false); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	same(t, "meetings", len(must[[]meeting.Meeting](t)(stores[1].MeetingsOf(t.Context(), owner, meeting.Meeting{}, meeting.MaxPerOwner))), 100)
}

func (p part) canceled() {
	t, c := p.T, p.Config
	s := open(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Meeting(ctx, "any")
	is(t, "canceled", err, context.Canceled)
}
