package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/api"
	"plenum/internal/apikey"
	"plenum/internal/auth"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/provider"
	"plenum/internal/recording"
	"plenum/internal/server"
	"plenum/internal/server/servertest"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// described is what the test needs of api/openapi.json.
type described struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Parameters  []struct{ Name, In string }
		RequestBody *struct{} `json:"requestBody"`
		Security    []map[string][]string
	}
}

func openAPI(t *testing.T) described {
	t.Helper()
	var d described
	if err := json.Unmarshal(api.Spec(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// bodies are valid requests for the operations that name an object and have a
// body.
func bodies() map[string]string {
	return map[string]string{
		"renamePasskey": `{"name":"Taken"}`, "updateMeeting": `{"name":"Taken"}`, "getDoor": `{}`, "createInvite": `{"role":"moderator"}`,
		"createTicket": `{"name":"Mallory"}`, "updatePerson": `{"name":"Taken"}`, "changeReservation": `{"places":1}`, "updateProvider": `{"name":"Taken"}`,
		"signInByDirectory": `{"user":"mallory","password":"correct horse"}`, "deleteTenant": `{"name":"Town of Ghent"}`, "updateTenant": `{"name":"Taken"}`,
		"updateRecording": `{"title":"Taken"}`, "composeRecording": `{"names":false}`, "holdRecording": `{"reason":"Taken"}`,
		"getRecordingDoor": `{"secret":"` + strings.Repeat("a", 52) + `"}`, "openRecording": `{"secret":"` + strings.Repeat("a", 52) + `"}`,
		"createView": `{}`, "createDownload": `{}`,
	}
}

// belongings are the ids of an organisation's objects by what stands before them
// in paths.
type belongings map[string]string

func openKeys(t *testing.T, s *servertest.Server) *vault.Vault {
	t.Helper()
	keys, err := vault.Open(server.MasterKeyPath(s.Config))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func openData(t *testing.T, s *servertest.Server) *store.Store {
	t.Helper()
	keys := openKeys(t, s)
	db, err := store.Open(t.Context(), server.SealedStoreConfig(s.Config, keys))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// film is what the video of a recording in these tests consists of, and its picture.
const film = "not for everybody"

// recorded gives a meeting a recording with a video and its picture, shared by a link,
// without anybody having met.
func recorded(t *testing.T, s *servertest.Server, db *store.Store, of id.Tenant, m id.Meeting) recording.Recording {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	r := recording.Recording{
		ID: id.New[id.Recording](), Tenant: of, Meeting: m, Sitting: id.New[id.Sitting](), StartedAt: now.Add(-time.Hour), Settings: recording.DefaultSettings(),
		Sharing: recording.Sharing{With: recording.Members},
	}
	var key *vault.Key
	r, err := db.CreateRecording(ctx, r, func(number uint32) (wrapped, sealed []byte, err error) {
		if key, wrapped, err = openKeys(t, s).NewKey(string(r.ID), number); err != nil {
			return nil, nil, err
		}
		sealed, err = key.Boxes("details").Seal(nil, []byte(`{"title":"Closed session","chapters":[]}`), nil, 0)
		return wrapped, sealed, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	files, err := server.OpenFiles(ctx, s.Config)
	if err != nil {
		t.Fatal(err)
	}
	video := recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Video, Size: int64(len(film)), CreatedAt: now}
	poster := video
	poster.ID, poster.Kind, poster.For = id.New[id.Asset](), recording.Poster, string(video.ID)
	for _, asset := range []id.Asset{video.ID, poster.ID} {
		name := "r/" + string(r.ID) + "/" + string(asset)
		file, err := files.Create(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := key.Encrypt(file, name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(w, film)
		if err := errors.Join(err, w.Close(), file.Commit()); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.SetRecordingEnded(ctx, r.ID, now, 1, now.AddDate(0, 0, 90), nil); err != nil {
		t.Fatal(err)
	}
	if err := db.SetRecordingReady(ctx, r.ID, time.Hour, nil, []recording.SealedAsset{{Asset: video}, {Asset: poster}}, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// watch asks for the address of a recording's video; the token in it comes back.
func watch(t *testing.T, b *servertest.Browser, r string) string {
	t.Helper()
	var view struct{ URL string }
	if status := b.Call(t, http.MethodPost, "/api/v1/recordings/"+r+"/views", struct{}{}, &view); status != http.StatusOK {
		t.Fatalf("a view: %d", status)
	}
	_, token, _ := strings.Cut(view.URL, "/media/")
	return token
}

// byLink lets a browser that is nobody's watch a recording by its link.
func byLink(t *testing.T, owner, guest *servertest.Browser, r string) *servertest.Browser {
	t.Helper()
	var made struct{ Link string }
	owner.Call(t, http.MethodPost, "/api/v1/recordings/"+r+"/link", nil, &made)
	_, secret, _ := strings.Cut(made.Link, "#")
	if status := guest.Call(t, http.MethodPost, "/api/v1/recordings/"+r+"/open", map[string]string{"secret": secret}, nil); status != http.StatusNoContent {
		t.Fatalf("opened by the link: %d", status)
	}
	return guest
}

// furnish gives an organisation one object of each kind that a path can name.
func furnish(t *testing.T, s *servertest.Server, db *store.Store, of id.Tenant, admin *servertest.Browser, email string) belongings {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	made := func(path string, in any, field string) string {
		var out map[string]json.RawMessage
		if status := admin.Call(t, http.MethodPost, "/api/v1"+path, in, &out); status >= 300 {
			t.Fatalf("%s: %d %v", path, status, out)
		}
		var inner struct {
			ID string `json:"id"`
		}
		raw := out[field]
		if field == "id" {
			raw = fmt.Appendf(nil, `{"id":%s}`, out["id"])
		}
		if err := json.Unmarshal(raw, &inner); err != nil || inner.ID == "" {
			t.Fatalf("%s: %v in %s", path, err, raw)
		}
		return inner.ID
	}
	var me struct{ User struct{ ID string } }
	admin.Call(t, http.MethodGet, "/api/v1/session", nil, &me)
	var sessions struct{ Sessions []struct{ ID string } }
	admin.Call(t, http.MethodGet, "/api/v1/account/sessions", nil, &sessions)

	b := belongings{"tenants": string(of), "account/sessions": sessions.Sessions[0].ID}
	b["meetings"] = made("/meetings", map[string]string{"name": "Council"}, "id")
	b["invites"] = made("/meetings/"+b["meetings"]+"/invites", map[string]string{"role": "moderator"}, "invite")
	b["people"] = made("/people", map[string]string{"name": "Ben", "email": email}, "person")
	b["keys"] = made("/keys", map[string]any{"name": "Key", "scopes": []string{"pool:read"}}, "key")
	ban := meeting.Ban{ID: id.New[id.Ban](), Meeting: id.Meeting(b["meetings"]), User: id.User(b["people"]), CreatedAt: now}
	if err := db.Ban(ctx, ban); err != nil {
		t.Fatal(err)
	}
	b["bans"] = string(ban.ID)
	p := provider.Provider{
		ID: id.New[id.Provider](), Tenant: of, Kind: provider.LDAP, Name: "Directory", Enabled: true, CreatedAt: now,
		Settings: provider.Settings{LDAP: &provider.LDAPSettings{}},
	}
	if err := db.CreateProvider(ctx, p); err != nil {
		t.Fatal(err)
	}
	b["providers"], b["signin"] = string(p.ID), string(p.ID)
	passkey := auth.Passkey{ID: id.New[string](), User: id.User(me.User.ID), Host: "localhost", CredentialID: []byte(of), PublicKey: []byte("k"), Name: "Key", CreatedAt: now}
	if err := db.CreatePasskey(ctx, passkey); err != nil {
		t.Fatal(err)
	}
	b["account/passkeys"] = passkey.ID
	r := capacity.Reservation{ID: id.New[id.Reservation](), Tenant: of, Meeting: id.Meeting(b["meetings"]), Places: 5, From: now.Add(time.Hour), Until: now.Add(2 * time.Hour), CreatedAt: now}
	if err := db.Reserve(ctx, r, now); err != nil {
		t.Fatal(err)
	}
	b["pool/reservations"] = string(r.ID)
	b["recordings"] = string(recorded(t, s, db, of, id.Meeting(b["meetings"])).ID)
	b["media"] = watch(t, admin, b["recordings"])
	return b
}

// fill puts an id into each place of a path; choose gives it by what stands
// before it.
func fill(path string, choose func(kind string) string) string {
	parts := strings.Split(strings.TrimPrefix(path, api.Prefix+"/"), "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		kind := parts[i-1]
		if kind == "passkeys" || kind == "sessions" || kind == "reservations" {
			kind = parts[i-2] + "/" + kind
		}
		parts[i] = choose(kind)
	}
	return api.Prefix + "/" + strings.Join(parts, "/")
}

// reply is what a client can see of an answer.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

func ask(t *testing.T, b *servertest.Browser, method, path, body string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	header := resp.Header.Clone()
	header.Del("Date")
	return reply{resp.StatusCode, header, string(raw)}
}

// rowsOf lists all rows of the database that mention one of the words, in an
// order of their own.
func rowsOf(t *testing.T, s *servertest.Server, words []string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.Config.Data, "plenum.db")) // the driver comes with package store
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var found []string
	for _, table := range column(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'") {
		rows, err := db.QueryContext(context.WithoutCancel(t.Context()), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(names))
			into := make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			line := fmt.Sprintf("%s %v", table, values)
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) }) {
				found = append(found, line)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil { //nolint:sqlclosecheck // one of many
			t.Fatal(err)
		}
	}
	slices.Sort(found)
	return found
}

func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// TestNothingCrosses walks every operation that names an object, with the other
// organisation's ids: the answers are those to ids that never were, and nothing of
// the other's changes.
func TestNothingCrosses(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	council := s.CreateTenant(t, "Council", "council.example", "cleo@council.example")
	db := openData(t, s)
	home, err := db.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	scopes := make([]string, 0, len(apikey.Scopes()))
	for _, scope := range apikey.Scopes() {
		if scope != apikey.ManageTenants {
			scopes = append(scopes, string(scope))
		}
	}
	adaKey, cleoKey := ada.WithKey(t, ada.CreateKey(t, scopes...)), council.Admin.WithKey(t, council.Admin.CreateKey(t, scopes...))
	town, theirs := furnish(t, s, db, home.ID, ada, "ben@town.example"), furnish(t, s, db, council.ID, council.Admin, "ben@council.example")

	// Who watches one recording by its link is nobody to another, of whichever
	// organisation.
	second := func(of id.Tenant, m string) string { return string(recorded(t, s, db, of, id.Meeting(m)).ID) }
	adasViewer := byLink(t, ada, s.Browser(t, ""), second(home.ID, town["meetings"]))
	cleosViewer := byLink(t, council.Admin, council.Browser(t, ""), second(council.ID, theirs["meetings"]))

	for path, operations := range openAPI(t).Paths { // else it would compare nothing with nothing
		if _, reads := operations["get"]; reads && strings.Contains(path, "{") && !strings.HasPrefix(path, api.Prefix+"/tenants/") {
			if a := ask(t, council.Admin, http.MethodGet, fill(path, func(kind string) string { return theirs[kind] }), ""); a.Status != http.StatusOK {
				t.Errorf("%s of one's own: %d %s", path, a.Status, a.Body)
			}
		}
	}
	for _, attack := range []struct {
		name   string
		by     map[string]*servertest.Browser
		own    belongings
		victim belongings
	}{
		{"the council at the town", map[string]*servertest.Browser{"session": council.Admin, "key": cleoKey, "nobody": council.Browser(t, ""), "link": cleosViewer}, theirs, town},
		{"the town at the council", map[string]*servertest.Browser{"session": ada, "key": adaKey, "nobody": s.Browser(t, ""), "link": adasViewer}, town, theirs},
	} {
		t.Run(attack.name, func(t *testing.T) {
			before := rowsOf(t, s, slices.Collect(maps.Values(attack.victim)))
			compared := 0
			for path, operations := range openAPI(t).Paths {
				if !strings.Contains(path, "{") || attack.name == "the town at the council" && strings.HasPrefix(path, api.Prefix+"/tenants/") {
					continue // the town's people operate the server: the organisations are theirs to see
				}
				for method, o := range operations {
					body := bodies()[o.OperationID]
					if o.RequestBody != nil && body == "" {
						t.Fatalf("%s has no body in this test", o.OperationID)
					}
					for who, b := range attack.by {
						compared += compare(t, b, who+": "+o.OperationID, strings.ToUpper(method), path, body, attack.own, attack.victim)
					}
				}
			}
			if compared < 80 {
				t.Errorf("only %d answers were compared", compared)
			}
			if diff := cmp.Diff(before, rowsOf(t, s, slices.Collect(maps.Values(attack.victim)))); diff != "" {
				t.Errorf("something of the other organisation changed (-before +after):\n%s", diff)
			}
		})
	}
}

// compare sends each mixture of own and foreign ids, and the same with ids that
// never were in the place of the foreign ones.
func compare(t *testing.T, b *servertest.Browser, name, method, path, body string, own, victim belongings) int {
	t.Helper()
	kinds := strings.Count(path, "{")
	compared := 0
	for mine := range kinds { // so many of the first are one's own
		n := 0
		choose := func(foreign func(string) string) func(string) string {
			n = 0
			return func(kind string) string {
				if victim[kind] == "" {
					t.Fatalf("%s: there is nothing of the kind %s", name, kind)
				}
				if n++; n <= mine {
					return own[kind]
				}
				return foreign(kind)
			}
		}
		foreign := ask(t, b, method, fill(path, choose(func(kind string) string { return victim[kind] })), body)
		never := ask(t, b, method, fill(path, choose(func(string) string { return id.New[string]() })), body)
		if diff := cmp.Diff(never, foreign); diff != "" {
			t.Errorf("%s tells what is the other's (-never was +other's):\n%s", name, diff)
		}
		if !slices.Contains([]int{http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden}, foreign.Status) {
			t.Errorf("%s: %d %s", name, foreign.Status, foreign.Body)
		}
		compared++
	}
	return compared
}

// TestCredentialsDoNotCross: a session and a key of one organisation are nobody's
// under the names of another.
func TestCredentialsDoNotCross(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	council := s.CreateTenant(t, "Council", "council.example", "cleo@council.example")
	key := ada.CreateKey(t, "meetings:read")

	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	thief := council.Browser(t, "")
	there, err := url.Parse(council.URL)
	if err != nil {
		t.Fatal(err)
	}
	thief.HTTP().Jar.SetCookies(there, ada.HTTP().Jar.Cookies(at))
	if a := ask(t, thief, http.MethodGet, "/api/v1/meetings", ""); a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, `"signin.required"`) {
		t.Errorf("the town's session at the council: %d %s", a.Status, a.Body)
	}
	if a := ask(t, council.Browser(t, "").WithKey(t, key), http.MethodGet, "/api/v1/meetings", ""); a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, `"key.invalid"`) {
		t.Errorf("the town's key at the council: %d %s", a.Status, a.Body)
	}
	if a := ask(t, ada.WithKey(t, key), http.MethodGet, "/api/v1/meetings", ""); a.Status != http.StatusOK {
		t.Errorf("the town's key at the town: %d %s", a.Status, a.Body)
	}

	// The same address and password are no account elsewhere, and nobody learns it.
	sign := func(b *servertest.Browser, email string) reply {
		return ask(t, b, http.MethodPost, "/api/v1/session", `{"email":"`+email+`","password":"`+servertest.Password+`"}`)
	}
	if diff := cmp.Diff(sign(council.Browser(t, ""), "nobody@town.example"), sign(council.Browser(t, ""), "ada@town.example")); diff != "" {
		t.Errorf("the council tells who has an account in the town:\n%s", diff)
	}

	// A link to set a password opens at its own organisation only.
	var made struct{ Link string }
	council.Admin.Call(t, http.MethodPost, "/api/v1/people", map[string]string{"name": "Dora", "email": "dora@council.example"}, &made)
	_, secret, ok := strings.Cut(made.Link, "#")
	if !ok || !strings.HasPrefix(made.Link, council.URL+"/welcome#") {
		t.Fatalf("the link is %q", made.Link)
	}
	body, err := json.Marshal(map[string]string{"secret": secret, "password": servertest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if a := ask(t, s.Browser(t, ""), http.MethodPost, "/api/v1/welcome", string(body)); a.Status < 400 {
		t.Errorf("the council's link at the town: %d", a.Status)
	}
	if a := ask(t, council.Browser(t, ""), http.MethodPost, "/api/v1/welcome", string(body)); a.Status >= 300 {
		t.Errorf("the council's link at the council: %d %s", a.Status, a.Body)
	}
	if bytes.Contains([]byte(s.Log.String()), []byte(secret)) {
		t.Error("the log has the link's secret")
	}
}
