package api_test

import (
	"encoding/base32"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

func base32Text(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// auditOf returns an organisation's audit, the oldest entry first.
func auditOf(t *testing.T, w *world, of id.Tenant) []audit.Record {
	t.Helper()
	records, err := w.store.AuditPage(t.Context(), of, audit.Filter{}, math.MaxInt64, 1_000)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(records)
	return records
}

// organisation adds one under a name of its own.
func (w *world) organisation(t *testing.T, host string) id.Tenant {
	t.Helper()
	now := time.Now()
	other := tenant.Tenant{ID: id.New[id.Tenant](), Name: "Other", CreatedAt: now, Hosts: []string{host}, Settings: tenant.DefaultSettings()}
	admin := user.User{ID: id.New[id.User](), Tenant: other.ID, Name: "Admin", Email: "admin@other.example", Admin: true, CreatedAt: now}
	link, _ := auth.NewWelcome(admin.ID, now)
	if err := w.store.CreateTenant(t.Context(), other, admin, link); err != nil {
		t.Fatal(err)
	}
	return other.ID
}

// administrator is the owner of a server with the second factor that the
// administration demands.
func (w *world) administrator(t *testing.T) *browser {
	t.Helper()
	b := w.browser(t)
	b.setUp()
	b.addApp()
	return b
}

// secretIn is what a link to set a password carries.
func secretIn(t *testing.T, link string) string {
	t.Helper()
	secret, ok := strings.CutPrefix(link, origin+"/welcome#")
	if !ok || len(secret) != 52 {
		t.Fatalf("link: %s", link)
	}
	return secret
}

func TestInvitePerson(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	made := call[api.InvitedPerson](admin, "POST", "/people", api.NewPerson{Name: " Ben ", Email: "Ben@Example.org"}, 201)
	if made.Person.Name != "Ben" || made.Person.Email != "ben@example.org" || made.Person.Admin || made.Person.Operator {
		t.Errorf("person: %+v", made.Person)
	}
	refused(t, admin.do("POST", "/people", asJSON(t, api.NewPerson{Name: "Ben", Email: "ben@example.org"})), 409, "email.taken")

	ben := w.browser(t)
	refused(t, ben.do("POST", "/session", asJSON(t, api.SignIn{Email: "ben@example.org", Password: ""})), 401, "signin.wrong")
	secret := secretIn(t, made.Link)
	if got := call[api.WelcomePerson](ben, "POST", "/welcome/person", api.WelcomeSecret{Secret: secret}, 200); got.Name != "Ben" || got.Email != "ben@example.org" {
		t.Errorf("whose link: %+v", got)
	}
	refused(t, ben.do("POST", "/welcome", asJSON(t, api.Welcome{Secret: secret, Password: "short"})), 422, "password.too_short")
	refused(t, ben.do("POST", "/welcome", asJSON(t, api.Welcome{Secret: id.NewSecret(), Password: password})), 404, "welcome.invalid")
	if in := call[api.SignInStep](ben, "POST", "/welcome", api.Welcome{Secret: secret, Password: password}, 200); in.User == nil || in.User.ID != made.Person.ID {
		t.Errorf("signed in: %+v", in)
	}
	call[api.Account](ben, "GET", "/account", nil, 200)
	refused(t, ben.do("POST", "/welcome", asJSON(t, api.Welcome{Secret: secret, Password: "another long one"})), 404, "welcome.invalid")
	refused(t, ben.do("POST", "/welcome/person", asJSON(t, api.WelcomeSecret{Secret: secret})), 404, "welcome.invalid")

	// A reset: the new link replaces the one before, and its use ends every session,
	// but not the second factor.
	ben.addApp()
	first := call[api.WelcomeLink](admin, "POST", "/people/"+made.Person.ID+"/reset", nil, 200).Link
	second := call[api.WelcomeLink](admin, "POST", "/people/"+made.Person.ID+"/reset", nil, 200).Link
	refused(t, ben.do("POST", "/welcome", asJSON(t, api.Welcome{Secret: secretIn(t, first), Password: password})), 404, "welcome.invalid")
	call[api.Account](ben, "GET", "/account", nil, 200)
	elsewhere := w.browser(t)
	step := call[api.SignInStep](elsewhere, "POST", "/welcome", api.Welcome{Secret: secretIn(t, second), Password: "another long one"}, 200)
	if step.User != nil || step.Challenge == "" || elsewhere.cookie != nil {
		t.Errorf("the link alone is enough: %+v", step)
	}
	refused(t, ben.do("GET", "/account", ""), 401, "signin.required")

	if strings.Contains(w.log.String(), secret) || strings.Contains(w.log.String(), "ben@") {
		t.Error("the log tells")
	}
}

func TestListPeople(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	for i := range 7 {
		call[api.InvitedPerson](admin, "POST", "/people", api.NewPerson{Name: fmt.Sprintf("person %d", 6-i), Email: fmt.Sprintf("p%d@example.org", i)}, 201)
	}
	call[api.InvitedPerson](admin, "POST", "/people", api.NewPerson{Name: "100 % Ann_e", Email: "ann@elsewhere.example"}, 201)
	var names []string
	cursor := ""
	for range 10 {
		page := call[api.People](admin, "GET", "/people?limit=4&cursor="+cursor, nil, 200)
		for _, p := range page.People {
			names = append(names, p.Name)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := []string{"100 % Ann_e", "person 0", "person 1", "person 2", "person 3", "person 4", "person 5", "person 6", "Zoë"}; !slices.Equal(names, want) {
		t.Errorf("names: %q", names)
	}
	for search, want := range map[string]int{"PERSON": 7, "elsewhere": 1, "%25": 1, "_": 1, "zo": 1, "nobody": 0, "%5C": 0} {
		if got := call[api.People](admin, "GET", "/people?search="+search, nil, 200); len(got.People) != want || got.Next != "" {
			t.Errorf("search %s: %+v", search, got)
		}
	}
	refused(t, admin.do("GET", "/people?cursor=nonsense", ""), 422, "cursor.invalid")
	refused(t, w.colleague(t).do("GET", "/people", ""), 403, "admin.required")
	refused(t, w.browser(t).do("GET", "/people", ""), 401, "signin.required")
}

// TestAdministrationNeedsAFactor: the password alone is enough to set a second
// factor up, and for nothing of the administration.
func TestAdministrationNeedsAFactor(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	me := b.setUp()
	for _, r := range [][2]string{
		{"GET", "/people"},
		{"POST", "/people"},
		{"GET", "/people/" + me.ID},
		{"PATCH", "/people/" + me.ID},
		{"DELETE", "/people/" + me.ID},
		{"POST", "/people/" + me.ID + "/reset"},
		{"DELETE", "/people/" + me.ID + "/sessions"},
		{"DELETE", "/people/" + me.ID + "/factors"},
	} {
		body := ""
		if r[0] == "PATCH" {
			body = "{}"
		} else if r[1] == "/people" && r[0] == "POST" {
			body = asJSON(t, api.NewPerson{Name: "Ben", Email: "ben@example.org"})
		}
		refused(t, b.do(r[0], r[1], body), 403, "factor.required")
	}
	is[api.Meeting](t, b.do("POST", "/meetings", ""), 201) // their own meetings stay theirs
	b.addApp()
	call[api.People](b, "GET", "/people", nil, 200)
	refused(t, b.do("DELETE", "/account/totp", ""), 409, "factor.last")
}

// TestEverybodyNeedsAFactor: where all need one, who has none can set one up, look
// after their sign-ins, sign out and join meetings.
func TestEverybodyNeedsAFactor(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	m := is[api.Meeting](t, admin.do("POST", "/meetings", ""), 201).ID
	ben := w.colleague(t)
	if _, err := w.store.UpdateTenant(t.Context(), w.home(t).ID, func(h *tenant.Tenant) error {
		h.Settings.SecondFactor.Everyone = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := call[api.Session](ben, "GET", "/session", nil, 200); !got.MustSetUp {
		t.Errorf("session: %+v", got)
	}
	for _, r := range [][3]string{
		{"GET", "/meetings", ""},
		{"POST", "/meetings", ""},
		{"PATCH", "/account", `{"name":"Benjamin"}`},
		{"POST", "/account/password", `{"old":"` + password + `","new":"another long one"}`},
	} {
		refused(t, ben.do(r[0], r[1], r[2]), 403, "factor.required")
	}
	call[api.Account](ben, "GET", "/account", nil, 200)
	call[api.OwnSessions](ben, "GET", "/account/sessions", nil, 200)
	is[api.Door](t, ben.do("POST", "/meetings/"+m+"/door", ""), 200)
	is[api.Ticket](t, ben.do("POST", "/meetings/"+m+"/ticket", `{"name":"Ben"}`), 200)
	ben.addApp()
	is[api.Meetings](t, ben.do("GET", "/meetings", ""), 200)
	refused(t, ben.do("DELETE", "/account/totp", ""), 409, "factor.last")
}

func TestDisablePerson(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	ben := w.colleague(t)
	me := call[api.Account](ben, "GET", "/account", nil, 200)
	right := asJSON(t, api.SignIn{Email: "col@example.org", Password: password})
	got := call[api.Person](admin, "PATCH", "/people/"+me.ID, map[string]any{"disabled": true, "name": "Gone"}, 200)
	if !got.Disabled || got.Name != "Gone" {
		t.Errorf("person: %+v", got)
	}
	w.rooms.wantExpelled(t, me.ID)
	refused(t, ben.do("GET", "/account", ""), 401, "signin.required")
	wrong := ben.do("POST", "/session", asJSON(t, api.SignIn{Email: "nobody@example.org", Password: password}))
	gone := ben.do("POST", "/session", right)
	refused(t, gone, 401, "signin.wrong")
	if gone.body != wrong.body {
		t.Errorf("the answers tell who is disabled:\n%s%s", gone.body, wrong.body)
	}
	call[api.Person](admin, "PATCH", "/people/"+me.ID, map[string]any{"disabled": false}, 200)
	w.rooms.wantExpelled(t, me.ID)
	is[api.SignInStep](t, ben.do("POST", "/session", right), 200)
	call[none](admin, "DELETE", "/people/"+me.ID+"/sessions", nil, 204)
	refused(t, ben.do("GET", "/account", ""), 401, "signin.required")
}

func TestLastAdministrator(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	me := call[api.Account](admin, "GET", "/account", nil, 200)
	for _, change := range []map[string]any{{"admin": false}, {"disabled": true}} {
		refused(t, admin.do("PATCH", "/people/"+me.ID, asJSON(t, change)), 409, "admin.last")
	}
	refused(t, admin.do("DELETE", "/people/"+me.ID, ""), 409, "admin.last")
	call[api.People](admin, "GET", "/people", nil, 200) // and nothing of it was done

	second := call[api.InvitedPerson](admin, "POST", "/people", api.NewPerson{Name: "Ben", Email: "ben@example.org", Admin: true}, 201)
	ben := w.browser(t)
	call[api.SignInStep](ben, "POST", "/welcome", api.Welcome{Secret: secretIn(t, second.Link), Password: password}, 200)
	ben.addApp()
	// Who administers the organisation only has no power over who runs the server.
	for _, r := range [][3]string{
		{"PATCH", "", `{"admin":false}`}, {"DELETE", "", ""}, {"POST", "/reset", ""}, {"DELETE", "/factors", ""}, {"DELETE", "/sessions", ""},
	} {
		refused(t, ben.do(r[0], "/people/"+me.ID+r[1], r[2]), 403, "admin.required")
	}
	got := call[api.Person](admin, "PATCH", "/people/"+me.ID, map[string]any{"admin": false}, 200)
	if got.Admin || got.Operator {
		t.Errorf("after giving it up: %+v", got)
	}
	refused(t, admin.do("GET", "/people", ""), 403, "admin.required")
	refused(t, ben.do("PATCH", "/people/"+second.Person.ID, `{"admin":false}`), 409, "admin.last")
}

func TestDeletePerson(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	ben := w.colleague(t)
	me := call[api.Account](ben, "GET", "/account", nil, 200)
	m := is[api.Meeting](t, ben.do("POST", "/meetings", ""), 201)
	is[api.Meeting](t, ben.do("POST", "/meetings", ""), 201)
	kept := is[api.Meeting](t, admin.do("POST", "/meetings", ""), 201)

	detail := call[api.PersonDetail](admin, "GET", "/people/"+me.ID, nil, 200)
	if detail.Meetings != 2 || detail.Sessions != 1 || detail.SecondFactor || detail.Email != "col@example.org" {
		t.Errorf("person: %+v", detail)
	}
	w.expire(t, admin)
	refused(t, admin.do("DELETE", "/people/"+me.ID, ""), 403, "confirm.required")
	refused(t, admin.do("POST", "/people/"+me.ID+"/reset", ""), 403, "confirm.required")
	refused(t, admin.do("PATCH", "/people/"+me.ID, `{"admin":true}`), 403, "confirm.required")
	refused(t, admin.do("PATCH", "/people/"+me.ID, `{"email":"other@example.org"}`), 403, "confirm.required")
	refused(t, admin.do("POST", "/people", asJSON(t, api.NewPerson{Name: "X", Email: "x@example.org", Admin: true})), 403, "confirm.required")
	call[api.Session](admin, "POST", "/session/confirm", api.Confirmation{Password: password}, 200)
	if got := call[api.DeletedPerson](admin, "DELETE", "/people/"+me.ID, nil, 200); got.Meetings != 2 {
		t.Errorf("deleted: %+v", got)
	}
	w.rooms.wantExpelled(t, me.ID)
	refused(t, ben.do("GET", "/account", ""), 401, "signin.required")
	refused(t, admin.do("GET", "/people/"+me.ID, ""), 404, "not_found")
	if len(w.rooms.ended) != 2 || !slices.Contains(w.rooms.ended, id.Meeting(m.ID)) || slices.Contains(w.rooms.ended, id.Meeting(kept.ID)) {
		t.Errorf("ended rooms: %v", w.rooms.ended)
	}
	is[api.Meeting](t, admin.do("GET", "/meetings/"+kept.ID, ""), 200)

	// It is noted who looked, whom was deleted, and nobody's name.
	var read, deleted bool
	for _, r := range auditOf(t, w, w.home(t).ID) {
		read = read || r.Action == audit.AccountRead && r.Subject.ID == me.ID
		deleted = deleted || r.Action == audit.AccountDeleted && r.Subject.ID == me.ID
		if text := fmt.Sprintf("%v", r.Entry); strings.Contains(text, "example.org") || strings.Contains(text, "Zoë") {
			t.Errorf("the audit names somebody: %s", text)
		}
	}
	if !read || !deleted {
		t.Errorf("audit: read %v, deleted %v", read, deleted)
	}
}

// TestForeignPerson: somebody of another organisation must look like nobody.
func TestForeignPerson(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	other := w.organisation(t, "other.example")
	stranger := user.User{ID: id.New[id.User](), Tenant: other, Name: "Stranger", Email: "s@other.example", CreatedAt: time.Now()}
	if err := w.store.CreateUser(t.Context(), stranger); err != nil {
		t.Fatal(err)
	}
	for _, r := range [][3]string{
		{"GET", "", ""}, {"PATCH", "", `{"name":"Mine"}`}, {"DELETE", "", ""}, {"POST", "/reset", ""}, {"DELETE", "/factors", ""}, {"DELETE", "/sessions", ""},
	} {
		bodies := make([]string, 0, 3)
		for _, u := range []string{string(stranger.ID), string(id.New[id.User]()), "nonsense"} {
			a := admin.do(r[0], "/people/"+u+r[1], r[2])
			refused(t, a, 404, "not_found")
			bodies = append(bodies, a.body)
		}
		if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
			t.Errorf("%s %s tells foreign from missing: %q", r[0], r[1], bodies)
		}
	}
	if got := call[api.People](admin, "GET", "/people?search=s", nil, 200); strings.Contains(fmt.Sprint(got), "Stranger") {
		t.Error("somebody of another organisation is listed")
	}
}

// TestLostFactors: an administrator helps who lost theirs; the password alone then
// signs in again.
func TestLostFactors(t *testing.T) {
	w := fresh(t)
	admin := w.administrator(t)
	ben := w.colleague(t)
	me := call[api.Account](ben, "GET", "/account", nil, 200)
	ben.addApp()
	call[none](admin, "DELETE", "/people/"+me.ID+"/factors", nil, 204)
	refused(t, ben.do("GET", "/account", ""), 401, "signin.required")
	if in := ben.signIn("col@example.org"); in.User == nil {
		t.Errorf("sign-in: %+v", in)
	}
}

// TestOldSession: a session from before the second factor cannot replace it with
// the password alone, and is lifted by using it.
func TestOldSession(t *testing.T) {
	w := fresh(t)
	w.browser(t).setUp()
	old := w.colleague(t)
	b := w.browser(t)
	b.signIn("col@example.org")
	phone, _ := b.addApp()
	for _, r := range [][2]string{{"POST", "/account/totp"}, {"DELETE", "/account/totp"}, {"POST", "/account/passkeys/begin"}, {"POST", "/account/recovery-codes"}} {
		refused(t, old.do(r[0], r[1], ""), 403, "factor.required")
	}
	if got := call[api.Session](old, "POST", "/session/confirm", api.Confirmation{Password: password}, 200); got.SecondFactor {
		t.Error("the password counts as a second factor")
	}
	refused(t, old.do("DELETE", "/account/totp", ""), 403, "factor.required")
	if got := call[api.Session](old, "POST", "/session/confirm", api.Confirmation{TOTP: phone.code()}, 200); !got.SecondFactor {
		t.Error("the second factor does not count")
	}
	call[none](old, "DELETE", "/account/totp", nil, 204)
	if got := call[api.Account](old, "GET", "/account", nil, 200); got.TOTP || got.RecoveryCodes != 0 {
		t.Errorf("after removing the last factor: %+v", got)
	}
}
