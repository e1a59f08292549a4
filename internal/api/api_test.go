package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/api"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/ldap"
	"plenum/internal/meeting"
	"plenum/internal/oidc"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/store"
	"plenum/internal/user"
	"plenum/internal/vault"
)

const (
	setUpSecret = "open-sesame"
	password    = "correct horse battery"
)

// rooms is a gate that knows what it was asked.
type rooms struct {
	store *store.Store

	mu        sync.Mutex
	people    map[id.Meeting]int           // guarded by mu
	ended     []id.Meeting                 // guarded by mu
	refreshed []id.Meeting                 // guarded by mu
	withdrawn []string                     // meeting and account; guarded by mu
	entered   []room.Request               // guarded by mu
	revoked   []id.Invite                  // guarded by mu
	expelled  []id.User                    // guarded by mu
	running   map[id.Tenant][]room.Running // guarded by mu
	fail      error                        // guarded by mu; what Door and Enter give
}

func (r *rooms) Door(ctx context.Context, c room.Caller) (room.Door, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return room.Door{}, r.fail
	}
	m, err := r.store.Meeting(ctx, c.Meeting)
	if err != nil {
		return room.Door{}, err
	}
	role := access.Attendee
	if c.User != nil && c.User.ID == m.Owner {
		role = access.Owner
	}
	if c.InviteSecret != nil && *c.InviteSecret == "moderator-secret" {
		role = access.Moderator
	}
	return room.Door{Name: m.Name, Organisation: "Raad", Host: "Host", Welcome: m.Welcome, Role: role, Locked: true}, nil
}

func (r *rooms) Enter(ctx context.Context, q room.Request) (pii.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return "", r.fail
	}
	if _, err := user.ParseName(q.Name); err != nil {
		return "", err
	}
	if _, err := r.store.Meeting(ctx, q.Meeting); err != nil {
		return "", err
	}
	r.entered = append(r.entered, q)
	return "a-ticket", nil
}

func (r *rooms) People(m id.Meeting) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.people[m]
}

func (r *rooms) Running(t id.Tenant) []room.Running {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.running[t])
}

func (r *rooms) Revoke(_ context.Context, _ id.Meeting, i id.Invite) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = append(r.revoked, i)
	return nil
}

func (r *rooms) Expel(_ context.Context, _ id.Tenant, u id.User) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expelled = append(r.expelled, u)
	return nil
}

// wantExpelled compares whom the rooms were told to put out up to now.
func (r *rooms) wantExpelled(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	got := make([]string, len(r.expelled))
	for i, u := range r.expelled {
		got[i] = string(u)
	}
	if !slices.Equal(got, want) {
		t.Errorf("put out were %v, want %v", got, want)
	}
}

func (r *rooms) Refresh(_ context.Context, m id.Meeting) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refreshed = append(r.refreshed, m)
	return nil
}

func (r *rooms) Withdraw(_ context.Context, m id.Meeting, _ id.Recording, u id.User) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.withdrawn = append(r.withdrawn, string(m)+" "+string(u))
	return nil
}

func (r *rooms) EndMeeting(_ context.Context, m id.Meeting) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(r.ended, m)
	return nil
}

// world is a server's data and the API in front of it.
type world struct {
	path  string
	store *store.Store
	rooms *rooms
	kept  *library
	api   http.Handler
	log   *bytes.Buffer
}

// newWorld starts the API on the data at path.
func newWorld(t *testing.T, path string) *world {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Path: path, AuditKey: audit.NewSigner([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &world{path: path, store: s, rooms: &rooms{store: s, people: map[id.Meeting]int{}}, kept: newLibrary(s), log: &bytes.Buffer{}}
	w.api = api.New(w.config(t))
	return w
}

// config is of the API as the tests have it.
func (w *world) config(t *testing.T) api.Config {
	t.Helper()
	return api.Config{
		Store:       w.store,
		Rooms:       w.rooms,
		Recordings:  w.kept,
		Passwords:   auth.NewPasswords(cheap),
		Logger:      slog.New(slog.NewTextHandler(w.log, nil)),
		SetUpSecret: setUpSecret,
		Version:     "1.2.3",
		LAN:         true,
		Factors:     sealer(t),
		OIDC:        oidc.New(),
		LDAP:        ldap.Directories{},

		ProviderSecrets: sealer(t),
		Answers:         sealer(t),
		Viewing:         sealer(t),
	}
}

// sealer seals with a key of its own.
func sealer(t *testing.T) *vault.Sealer {
	t.Helper()
	keys, err := vault.Open(filepath.Join(t.TempDir(), "master-key"))
	if err != nil {
		t.Fatal(err)
	}
	return keys.Sealer("test")
}

// cheap parameters keep the tests fast.
var cheap = auth.Params{Memory: 64, Passes: 1, Lanes: 1}

func fresh(t *testing.T) *world {
	t.Helper()
	return newWorld(t, filepath.Join(t.TempDir(), "plenum.db"))
}

// browser keeps the cookie as a browser does.
type browser struct {
	t      *testing.T
	api    http.Handler
	cookie *http.Cookie
	visits *http.Cookie // of recordings watched by their links
	source string       // address
	host   string       // "" for meet.example
}

func (w *world) browser(t *testing.T) *browser {
	t.Helper()
	return &browser{t: t, api: w.api, source: "192.0.2.1:40000"}
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

// is decodes the body after checking the status.
func is[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", a.StatusCode, status, a.body)
	}
	var v T
	if a.body == "" {
		return v
	}
	d := json.NewDecoder(strings.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// refused checks a problem's status and code.
func refused(t *testing.T, a answer, status int, code string) {
	t.Helper()
	p := is[api.Problem](t, a, status)
	if p.Code != code || p.Status != status || p.Detail == "" || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %s of type %q, want code %s", a.body, a.Header.Get("Content-Type"), code)
	}
}

func (b *browser) do(method, path, body string, header ...string) answer {
	b.t.Helper()
	var reader io.Reader = http.NoBody
	if body != "" {
		reader = strings.NewReader(body)
	}
	host := b.host
	if host == "" {
		host = "meet.example"
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, "https://"+host+api.Prefix+path, reader)
	r.RemoteAddr = b.source
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	if b.visits != nil {
		r.AddCookie(b.visits)
	}
	recorder := httptest.NewRecorder()
	b.api.ServeHTTP(recorder, r)
	result := recorder.Result()
	for _, c := range result.Cookies() {
		if strings.HasSuffix(c.Name, "viewer") {
			b.visits = c
			continue
		}
		b.cookie = c
		if c.MaxAge < 0 {
			b.cookie = nil
		}
	}
	if got := result.Header.Get("Cache-Control"); !strings.HasSuffix(got, "no-store") {
		b.t.Errorf("%s %s may be cached: %q", method, path, got)
	}
	return answer{result, recorder.Body.String()}
}

// asJSON writes a request body.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (b *browser) setUp() api.User {
	b.t.Helper()
	a := b.do("POST", "/setup", asJSON(b.t, api.SetUp{
		Secret: setUpSecret, Organisation: "Gemeente Voorbeeld", Name: "Zoë", Email: "Zoe@Example.org", Password: password,
	}))
	return is[api.SignedIn](b.t, a, http.StatusCreated).User
}

// colleague adds a second account and signs it in.
func (w *world) colleague(t *testing.T) *browser {
	t.Helper()
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hash, err := auth.NewPasswords(cheap).Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	err = w.store.CreateUser(t.Context(), user.User{ID: id.New[id.User](), Tenant: home.ID, Name: "Col", Email: "col@example.org", PasswordHash: hash})
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser(t)
	is[api.SignedIn](t, b.do("POST", "/session", asJSON(t, api.SignIn{Email: "col@example.org", Password: password})), http.StatusOK)
	return b
}

func TestSetUpOnce(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	if got, want := is[api.Server](t, b.do("GET", "/server", ""), 200), (api.Server{Version: "1.2.3", LAN: true, Passkeys: true, Operator: true, Providers: []api.SignInProvider{}}); !cmp.Equal(got, want) {
		t.Errorf("before: %+v, want %+v", got, want)
	}
	for name, secret := range map[string]string{"wrong": "guess", "empty": "", "longer": setUpSecret + "x"} {
		a := b.do("POST", "/setup", asJSON(t, api.SetUp{Secret: secret, Organisation: "A", Name: "B", Email: "c@d.example", Password: password}))
		t.Run(name, func(t *testing.T) { refused(t, a, 403, "setup.invalid") })
	}
	owner := b.setUp()
	if owner.Name != "Zoë" || owner.Email != "zoe@example.org" || !owner.Admin {
		t.Errorf("owner: %+v", owner)
	}
	c := b.cookie
	if c.Name != "__Host-plenum" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 52 {
		t.Errorf("cookie: %+v", c)
	}
	if got, want := is[api.Server](t, b.do("GET", "/server", ""), 200), (api.Server{Organisation: "Gemeente Voorbeeld", SetUp: true, Version: "1.2.3", LAN: true, Passkeys: true, Operator: true, Providers: []api.SignInProvider{}}); !cmp.Equal(got, want) {
		t.Errorf("after: %+v, want %+v", got, want)
	}
	if got := is[api.Session](t, b.do("GET", "/session", ""), 200); got.User == nil || *got.User != owner {
		t.Errorf("session: %+v, want %+v", got.User, owner)
	}
	again := b.do("POST", "/setup", asJSON(t, api.SetUp{Secret: setUpSecret, Organisation: "Mine", Name: "Thief", Email: "thief@example.org", Password: password}))
	refused(t, again, 409, "setup.done")
}

func TestSignIn(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t).setUp()

	b := w.browser(t)
	if got := is[api.Session](t, b.do("GET", "/session", ""), 200); got.User != nil {
		t.Errorf("somebody is signed in: %+v", got.User)
	}
	wrong := b.do("POST", "/session", asJSON(t, api.SignIn{Email: "zoe@example.org", Password: "not it"}))
	nobody := b.do("POST", "/session", asJSON(t, api.SignIn{Email: "nobody@example.org", Password: password}))
	malformed := b.do("POST", "/session", asJSON(t, api.SignIn{Email: "nobody", Password: password}))
	refused(t, wrong, 401, "signin.wrong")
	if wrong.body != nobody.body || wrong.body != malformed.body {
		t.Errorf("the answers tell who has an account:\n%s%s%s", wrong.body, nobody.body, malformed.body)
	}

	a := b.do("POST", "/session", asJSON(t, api.SignIn{Email: " ZOE@example.org ", Password: password}))
	if got := is[api.SignedIn](t, a, 200).User; got != owner {
		t.Errorf("signed in as %+v, want %+v", got, owner)
	}
	first := *b.cookie
	is[api.SignedIn](t, b.do("POST", "/session", asJSON(t, api.SignIn{Email: "zoe@example.org", Password: password})), 200)
	if b.cookie.Value == first.Value {
		t.Error("the session's token was used again")
	}
	old := w.browser(t)
	old.cookie = &first
	refused(t, old.do("GET", "/meetings", ""), 401, "signin.required")

	// The session survives a restart of the server.
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w = newWorld(t, w.path)
	b.api = w.api
	if got := is[api.Session](t, b.do("GET", "/session", ""), 200); got.User == nil || *got.User != owner {
		t.Errorf("after the restart: %+v", got.User)
	}

	kept := *b.cookie
	if a := b.do("DELETE", "/session", ""); a.StatusCode != http.StatusNoContent || b.cookie != nil {
		t.Errorf("sign-out: %d, cookie %v", a.StatusCode, b.cookie)
	}
	b.cookie = &kept
	if got := is[api.Session](t, b.do("GET", "/session", ""), 200); got.User != nil {
		t.Error("the token still works after signing out")
	}
	if a := b.do("DELETE", "/session", ""); a.StatusCode != http.StatusNoContent {
		t.Errorf("signing out twice: %d", a.StatusCode)
	}
}

func TestSignInIsBraked(t *testing.T) {
	w := fresh(t)
	w.browser(t).setUp()
	guesser := w.browser(t)
	guesser.source = "198.51.100.7:1"
	guess := asJSON(t, api.SignIn{Email: "zoe@example.org", Password: "guess"})
	for range 5 {
		refused(t, guesser.do("POST", "/session", guess), 401, "signin.wrong")
	}
	right := asJSON(t, api.SignIn{Email: "zoe@example.org", Password: password})
	refused(t, guesser.do("POST", "/session", right), 429, "rate.limited")
	// The owner, elsewhere, is not locked out.
	is[api.SignedIn](t, w.browser(t).do("POST", "/session", right), 200)
}

func TestOldHashIsRenewed(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t).setUp()
	old, err := auth.NewPasswords(auth.Params{Memory: 32, Passes: 1, Lanes: 1}).Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.SetPasswordHash(t.Context(), id.User(owner.ID), old); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		is[api.SignedIn](t, w.browser(t).do("POST", "/session", asJSON(t, api.SignIn{Email: owner.Email, Password: password})), 200)
	}
	u, err := w.store.User(t.Context(), id.User(owner.ID))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(u.PasswordHash, "$m=64,t=1,p=1$") {
		t.Errorf("the hash still has the old parameters: %s", u.PasswordHash)
	}
}

func TestMeetings(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	if got := b.do("GET", "/meetings", "").body; got != "{\"meetings\":[],\"next\":\"\"}\n" {
		t.Errorf("no meetings: %q", got)
	}
	plain := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201)
	if plain.Name != meeting.DefaultName || plain.MaxShares != 2 || plain.Live || plain.Ended || plain.Policy != api.Policy(access.DefaultPolicy()) {
		t.Errorf("new meeting: %+v", plain)
	}
	if plain.Link != "https://meet.example/m/"+plain.ID {
		t.Errorf("link: %s", plain.Link)
	}
	named := is[api.Meeting](t, b.do("POST", "/meetings", `{"name":"  Raad \t"}`), 201)
	if named.Name != "Raad" {
		t.Errorf("name: %q", named.Name)
	}

	w.rooms.people[id.Meeting(named.ID)] = 3
	got := is[api.Meeting](t, b.do("GET", "/meetings/"+named.ID, ""), 200)
	if !got.Live || got.People != 3 {
		t.Errorf("live meeting: %+v", got)
	}

	change := `{"welcome":"Kom binnen\n<script>","policy":{"chat":false},"maxShares":8}`
	got = is[api.Meeting](t, b.do("PATCH", "/meetings/"+named.ID, change), 200)
	want := named
	want.Welcome, want.MaxShares, want.Policy.Chat, want.Live, want.People = "Kom binnen\n<script>", 8, false, true, 3
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if len(w.rooms.refreshed) != 1 || w.rooms.refreshed[0] != id.Meeting(named.ID) {
		t.Errorf("the live room was not told: %v", w.rooms.refreshed)
	}
	list := is[api.Meetings](t, b.do("GET", "/meetings", ""), 200).Meetings
	if len(list) != 2 {
		t.Fatalf("list: %+v", list)
	}

	if a := b.do("DELETE", "/meetings/"+named.ID, ""); a.StatusCode != http.StatusNoContent || a.body != "" {
		t.Errorf("delete: %d %s", a.StatusCode, a.body)
	}
	if len(w.rooms.ended) != 1 || w.rooms.ended[0] != id.Meeting(named.ID) {
		t.Errorf("the room was not ended: %v", w.rooms.ended)
	}
	refused(t, b.do("GET", "/meetings/"+named.ID, ""), 404, "meeting.not_found")
}

// TestForeignMeeting: somebody else's meeting, one that never was and what
// cannot be an id must be told apart by nobody.
func TestForeignMeeting(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	foreign := is[api.Meeting](t, owner.do("POST", "/meetings", ""), 201).ID
	other, stranger := w.colleague(t), w.browser(t)
	missing := string(id.New[id.Meeting]())

	for _, r := range []struct{ method, body string }{{"GET", ""}, {"PATCH", `{"name":"Mine"}`}, {"DELETE", ""}} {
		answers := make([]answer, 0, 4)
		for _, m := range []string{foreign, missing, "nonsense", strings.ToUpper(foreign)} {
			a := other.do(r.method, "/meetings/"+m, r.body)
			refused(t, a, 404, "meeting.not_found")
			answers = append(answers, a)
			refused(t, stranger.do(r.method, "/meetings/"+m, r.body), 401, "signin.required")
		}
		for _, a := range answers[1:] {
			if a.body != answers[0].body || len(a.Header) != len(answers[0].Header) {
				t.Errorf("%s tells foreign from missing:\n%s%s", r.method, answers[0].body, a.body)
			}
		}
	}
	if got := is[api.Meetings](t, other.do("GET", "/meetings", ""), 200).Meetings; len(got) != 0 {
		t.Errorf("a foreign meeting is listed: %+v", got)
	}
	if got := is[api.Meeting](t, owner.do("GET", "/meetings/"+foreign, ""), 200); got.Name != meeting.DefaultName {
		t.Errorf("a foreign hand changed it: %+v", got)
	}
	if len(w.rooms.ended) != 0 {
		t.Error("a foreign hand ended it")
	}
}

func TestDoorAndTicket(t *testing.T) {
	w := fresh(t)
	owner, guest := w.browser(t), w.browser(t)
	owner.setUp()
	m := is[api.Meeting](t, owner.do("POST", "/meetings", `{"name":"Raad"}`), 201).ID
	is[api.Meeting](t, owner.do("PATCH", "/meetings/"+m, `{"welcome":"Hi"}`), 200)

	want := api.Door{Name: "Raad", Organisation: "Raad", Host: "Host", Welcome: "Hi", Role: "attendee", Locked: true}
	for _, body := range []string{"", "{}", `{"invite":"wrong"}`} {
		if got := is[api.Door](t, guest.do("POST", "/meetings/"+m+"/door", body), 200); got != want {
			t.Errorf("guest with %q: %+v", body, got)
		}
	}
	want.Role = "moderator"
	if got := is[api.Door](t, guest.do("POST", "/meetings/"+m+"/door", `{"invite":"moderator-secret"}`), 200); got != want {
		t.Errorf("invited: %+v", got)
	}
	want.Role, want.SignedInName = "owner", "Zoë"
	if got := is[api.Door](t, owner.do("POST", "/meetings/"+m+"/door", ""), 200); got != want {
		t.Errorf("owner: %+v", got)
	}

	if got := is[api.Ticket](t, guest.do("POST", "/meetings/"+m+"/ticket", `{"name":"Guest","invite":"s"}`), 200); got.Ticket != "a-ticket" {
		t.Errorf("ticket: %+v", got)
	}
	is[api.Ticket](t, owner.do("POST", "/meetings/"+m+"/ticket", `{"name":"Boss"}`), 200)
	if q := w.rooms.entered[0]; q.Name != "Guest" || q.User != nil || q.InviteSecret == nil || q.InviteSecret.Text() != "s" || string(q.Meeting) != m {
		t.Errorf("the gate was asked %+v", q)
	}
	if q := w.rooms.entered[1]; q.User == nil || q.User.Name != "Zoë" {
		t.Error("the gate was not told who the owner is")
	}

	for _, missing := range []string{string(id.New[id.Meeting]()), "x"} {
		refused(t, guest.do("POST", "/meetings/"+missing+"/door", ""), 404, "meeting.not_found")
		refused(t, guest.do("POST", "/meetings/"+missing+"/ticket", `{"name":"G"}`), 404, "meeting.not_found")
	}
	for _, f := range []struct {
		err    error
		status int
		code   string
	}{
		{meeting.ErrEnded, 410, "meeting.ended"},
		{room.ErrLocked, 403, "meeting.locked"},
		{room.ErrFull, 503, "meeting.full"},
		{room.ErrDraining, 503, "server.draining"},
	} {
		w.rooms.fail = f.err
		refused(t, guest.do("POST", "/meetings/"+m+"/ticket", `{"name":"G"}`), f.status, f.code)
	}
}
