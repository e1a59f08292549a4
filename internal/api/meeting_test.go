package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/api"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// actions lists what the audit says was done, the last first.
func (b *browser) actions() []string {
	b.t.Helper()
	var page struct {
		Entries []struct{ Action string }
	}
	if err := json.Unmarshal([]byte(b.do("GET", "/audit?limit=100", "").body), &page); err != nil {
		b.t.Fatal(err)
	}
	actions := make([]string, 0, len(page.Entries))
	for _, e := range page.Entries {
		actions = append(actions, e.Action)
	}
	return actions
}

func TestMeetingGate(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	m := is[api.Meeting](t, b.do("POST", "/meetings", `{"name":"Raad"}`), 201)
	if m.Lobby.Mode != "off" || m.PasscodeSet || m.HostPINSet || m.AccountRequired || m.Newcomers != "attendee" || m.Locked || len(m.Roles) != 0 {
		t.Errorf("new: %+v", m)
	}
	change := `{"lobby":{"mode":"guests","signedIn":false,"invited":true,"domains":["Example.ORG","@example.org"]},
		"passcode":" red kettle ","hostPin":"012345","accountRequired":true,"newcomers":"viewer","locked":true,
		"policy":{"seeCameras":false,"raiseHand":false},
		"roles":[{"kind":"email","value":"Ada@Example.org","role":"owner"},{"kind":"group","value":"cn=raad","role":"moderator"}]}`
	got := is[api.Meeting](t, b.do("PATCH", "/meetings/"+m.ID, change), 200)
	want := m
	want.Lobby = api.Lobby{Mode: "guests", Invited: true, Domains: []string{"example.org"}}
	want.PasscodeSet, want.HostPINSet, want.AccountRequired, want.Newcomers, want.Locked = true, true, true, "viewer", true
	want.Policy.SeeCameras, want.Policy.RaiseHand = false, false
	want.Roles = []api.RoleRule{{Kind: "email", Value: "ada@example.org", Role: "owner"}, {Kind: "group", Value: "cn=raad", Role: "moderator"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	stored, err := w.store.Meeting(t.Context(), id.Meeting(m.ID))
	if err != nil {
		t.Fatal(err)
	}
	passwords := auth.NewPasswords(cheap)
	for hash, secret := range map[string]pii.Secret{stored.PasscodeHash: "red kettle", stored.HostPINHash: "012345"} {
		if ok, err := passwords.Verify(t.Context(), hash, secret); err != nil || !ok || !strings.HasPrefix(hash, "$argon2id$") {
			t.Errorf("a secret is kept as %q: %v", hash, err)
		}
	}
	if actions := b.actions(); len(actions) < 6 || !slices.Contains(actions, "lobby.set") || !slices.Contains(actions, "passcode.set") ||
		!slices.Contains(actions, "policy.set") || !slices.Contains(actions, "door.locked") || !slices.Contains(actions, "meeting.changed") || !slices.Contains(actions, "meeting.created") {
		t.Errorf("the audit: %v", actions)
	}

	got = is[api.Meeting](t, b.do("PATCH", "/meetings/"+m.ID, `{"passcode":"","hostPin":"","roles":[],"locked":false}`), 200)
	want.PasscodeSet, want.HostPINSet, want.Roles, want.Locked = false, false, []api.RoleRule{}, false
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("taken away (-want +got):\n%s", diff)
	}

	many := strings.TrimSuffix(strings.Repeat(`"a.example",`, 21), ",")
	for body, code := range map[string]string{
		`{"passcode":"abc"}`:                             "passcode.invalid",
		`{"passcode":"` + strings.Repeat("x", 65) + `"}`: "passcode.invalid",
		`{"hostPin":"12345"}`:                            "pin.invalid",
		`{"hostPin":"abcdef"}`:                           "pin.invalid",
		`{"hostPin":"1234567890123"}`:                    "pin.invalid",
		`{"lobby":{"mode":"guests","signedIn":false,"invited":false,"domains":["nodots"]}}`:                                      "domain.invalid",
		`{"lobby":{"mode":"guests","signedIn":false,"invited":false,"domains":[` + many + `]}}`:                                  "lobby.invalid",
		`{"roles":[{"kind":"email","value":"x","role":"owner"}]}`:                                                                "role.invalid",
		`{"roles":[{"kind":"user","value":"x","role":"owner"}]}`:                                                                 "role.invalid",
		`{"roles":[{"kind":"domain","value":"a.example","role":"owner"},{"kind":"domain","value":"A.example","role":"viewer"}]}`: "role.invalid",
		`{"lobby":{"mode":"sometimes","signedIn":false,"invited":false,"domains":[]}}`:                                           "request.invalid",
		`{"newcomers":"owner"}`: "request.invalid",
	} {
		refused(t, b.do("PATCH", "/meetings/"+m.ID, body), 422, code)
	}
	if after := is[api.Meeting](t, b.do("GET", "/meetings/"+m.ID, ""), 200); !cmp.Equal(after, want) {
		t.Errorf("a refused change was made: %s", cmp.Diff(want, after))
	}
}

// New meetings begin as the organisation decided.
func TestNewMeetingUnderSettings(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.store.UpdateTenant(t.Context(), home.ID, func(t *tenant.Tenant) error {
		t.Settings.Lobby, t.Settings.AccountRequired, t.Settings.MeetingPolicy = "everyone", true, access.Policy{Chat: true}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201)
	if m.Lobby.Mode != "everyone" || !m.AccountRequired || m.Policy != (api.Policy{Chat: true}) {
		t.Errorf("%+v", m)
	}
}

func TestMeetingPages(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	made := map[string]bool{}
	for range 5 {
		made[is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID] = true
	}
	cursor := ""
	for pages := 1; ; pages++ {
		page := is[api.Meetings](t, b.do("GET", "/meetings?limit=2&cursor="+cursor, ""), 200)
		if w.kept.counted != pages {
			t.Errorf("for %d pages recordings were counted %d times", pages, w.kept.counted)
		}
		for _, m := range page.Meetings {
			if !made[m.ID] {
				t.Errorf("%s is listed twice, or is nobody's", m.ID)
			}
			delete(made, m.ID)
		}
		if cursor = page.Next; cursor == "" {
			if pages != 3 || len(made) != 0 {
				t.Errorf("%d pages, %d left", pages, len(made))
			}
			break
		}
	}
	for _, bad := range []string{"x", "AAAA", strings.Repeat("A", 600)} {
		if a := b.do("GET", "/meetings?cursor="+bad, ""); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("cursor %.10s: %d", bad, a.StatusCode)
		}
	}
}

func TestInvites(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201)
	path := "/meetings/" + m.ID + "/invites"
	a := b.do("POST", path, `{"role":"presenter","name":" Zoë  Å ","maxUses":1,"notBefore":"2030-01-01T10:00:00+01:00","expiresAt":"2030-01-02T00:00:00Z"}`)
	made := is[api.MadeInvite](t, a, 201)
	from, to := time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC), time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)
	want := api.Invite{
		ID: made.Invite.ID, Role: "presenter", Name: "Zoë Å", Personal: true, MaxUses: 1,
		NotBefore: &from, ExpiresAt: &to, CreatedAt: made.Invite.CreatedAt,
	}
	if diff := cmp.Diff(want, made.Invite); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	base, secret, found := strings.Cut(made.Link, "#i=")
	if !found || base != m.Link || len(secret) != 52 {
		t.Fatalf("link %s", made.Link)
	}
	i, err := w.store.InviteBySecret(t.Context(), id.Meeting(m.ID), pii.Secret(secret))
	if err != nil || string(i.ID) != made.Invite.ID {
		t.Errorf("by its secret: %v %v", i, err)
	}
	open := is[api.MadeInvite](t, b.do("POST", path, `{"role":"attendee"}`), 201).Invite
	if open.NotBefore != nil || open.ExpiresAt != nil || open.Name != "" || open.MaxUses != 0 {
		t.Errorf("with nothing said: %+v", open)
	}
	listed := b.do("GET", path+"?limit=1", "")
	first := is[api.Invites](t, listed, 200)
	second := is[api.Invites](t, b.do("GET", path+"?limit=1&cursor="+first.Next, ""), 200)
	if all := append(first.Invites, second.Invites...); len(all) != 2 || all[0].ID == all[1].ID || second.Next != "" {
		t.Errorf("list: %+v", all)
	}
	if strings.Contains(listed.body, secret) || strings.Contains(b.do("GET", path, "").body, "ecret") {
		t.Error("a secret is shown twice")
	}
	for body, code := range map[string]string{
		`{"role":"king"}`:                   "request.invalid",
		`{}`:                                "request.invalid",
		`{"role":"viewer","maxUses":-1}`:    "invite.invalid",
		`{"role":"viewer","name":"\u0000"}`: "name.invalid",
		`{"role":"viewer","expiresAt":"2001-01-01T00:00:00Z"}`:                                    "invite.invalid",
		`{"role":"viewer","notBefore":"2031-01-01T00:00:00Z","expiresAt":"2030-01-01T00:00:00Z"}`: "invite.invalid",
	} {
		refused(t, b.do("POST", path, body), 422, code)
	}

	if a := b.do("DELETE", path+"/"+made.Invite.ID, ""); a.StatusCode != http.StatusNoContent {
		t.Errorf("revoke: %d %s", a.StatusCode, a.body)
	}
	if !slices.Equal(w.rooms.revoked, []id.Invite{id.Invite(made.Invite.ID)}) {
		t.Errorf("the room was not told: %v", w.rooms.revoked)
	}
	if err := w.store.UseInvite(t.Context(), i.ID, from); err == nil {
		t.Error("a revoked invite was used")
	}
	for _, unknown := range []string{"x", string(id.New[id.Invite]())} {
		refused(t, b.do("DELETE", path+"/"+unknown, ""), 404, "invite.unknown")
	}
	other := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201)
	refused(t, b.do("DELETE", "/meetings/"+other.ID+"/invites/"+open.ID, ""), 404, "invite.unknown")
	if actions := b.actions(); !slices.Contains(actions, "invite.created") || !slices.Contains(actions, "invite.revoked") {
		t.Errorf("the audit: %v", actions)
	}
}

func TestBans(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201)
	w.colleague(t)
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	col, err := w.store.UserByEmail(t.Context(), home.ID, "col@example.org")
	if err != nil {
		t.Fatal(err)
	}
	ban := meeting.Ban{ID: id.New[id.Ban](), Meeting: id.Meeting(m.ID), User: col.ID, CreatedAt: time.Now()}
	if err := w.store.Ban(t.Context(), ban); err != nil {
		t.Fatal(err)
	}
	path := "/meetings/" + m.ID + "/bans"
	list := is[api.Bans](t, b.do("GET", path, ""), 200).Bans
	if len(list) != 1 || list[0].ID != string(ban.ID) || list[0].UserName != "Col" || list[0].InviteName != "" {
		t.Errorf("list: %+v", list)
	}
	if a := b.do("DELETE", path+"/"+string(ban.ID), ""); a.StatusCode != http.StatusNoContent {
		t.Errorf("lift: %d %s", a.StatusCode, a.body)
	}
	for _, gone := range []string{string(ban.ID), "x"} {
		refused(t, b.do("DELETE", path+"/"+gone, ""), 404, "ban.unknown")
	}
	if actions := b.actions(); !slices.Contains(actions, "ban.lifted") {
		t.Errorf("the audit: %v", actions)
	}
}

// Whoever the plan makes an owner manages the meeting; a moderator does not.
func TestOwnersByRule(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID
	col := w.colleague(t)
	rule := func(kind, value, role string) {
		t.Helper()
		is[api.Meeting](t, b.do("PATCH", "/meetings/"+m, fmt.Sprintf(`{"roles":[{"kind":%q,"value":%q,"role":%q}]}`, kind, value, role)), 200)
	}
	refused(t, col.do("GET", "/meetings/"+m, ""), 404, "meeting.not_found")
	rule("email", "col@example.org", "moderator")
	refused(t, col.do("GET", "/meetings/"+m, ""), 404, "meeting.not_found")
	rule("domain", "example.org", "owner")
	is[api.Meeting](t, col.do("GET", "/meetings/"+m, ""), 200)
	rule("email", "col@example.org", "owner")
	if got := is[api.Meetings](t, col.do("GET", "/meetings", ""), 200).Meetings; len(got) != 1 || got[0].ID != m {
		t.Errorf("the list of an owner by rule: %+v", got)
	}
	is[api.Meeting](t, col.do("PATCH", "/meetings/"+m, `{"name":"Ours"}`), 200)
	rule("email", "col@example.org", "viewer")
	refused(t, col.do("PATCH", "/meetings/"+m, `{"name":"Mine"}`), 404, "meeting.not_found")
}

// TestHiddenMeetings: on every path, a meeting that is not to be seen is one that
// is not there, also by when that is said.
func TestHiddenMeetings(t *testing.T) {
	w := fresh(t)
	owner := w.confirmed(t)
	foreign := is[api.Meeting](t, owner.do("POST", "/meetings", ""), 201).ID
	own := w.colleague(t)
	i, _ := invite.New(id.Meeting(foreign), access.Owner, time.Now())
	if err := w.store.CreateInvite(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	missing := string(id.New[id.Meeting]())
	for _, r := range [][3]string{
		{"GET", "", ""},
		{"PATCH", "", `{"passcode":"mine now"}`},
		{"DELETE", "", ""},
		{"GET", "/invites", ""},
		{"POST", "/invites", `{"role":"owner"}`},
		{"DELETE", "/invites/" + string(i.ID), ""},
		{"GET", "/bans", ""},
		{"DELETE", "/bans/" + string(id.New[id.Ban]()), ""},
	} {
		bodies := make([]string, 0, 3)
		for _, m := range []string{foreign, missing, "nonsense"} {
			began := time.Now()
			a := own.do(r[0], "/meetings/"+m+r[1], r[2])
			refused(t, a, 404, "meeting.not_found")
			if took := time.Since(began); took < 5*time.Millisecond {
				t.Errorf("%s %s answers after %s already", r[0], r[1], took)
			}
			bodies = append(bodies, a.body)
		}
		if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
			t.Errorf("%s %s tells them apart: %v", r[0], r[1], bodies)
		}
	}
	if found, err := w.store.Invite(t.Context(), i.ID); err != nil || found.Revoked {
		t.Errorf("a foreign hand revoked: %v", err)
	}
}

// A meeting of another organisation is not there under this one's name, whoever
// asks.
func TestMeetingOfAnotherOrganisation(t *testing.T) {
	w := fresh(t)
	owner := w.confirmed(t)
	m := is[api.Meeting](t, owner.do("POST", "/meetings", ""), 201).ID
	other, err := tenant.New("Other", []string{"other.example"}, 0, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	admin := user.User{ID: id.New[id.User](), Tenant: other.ID, Name: "Eve", Email: "eve@other.example", Admin: true, CreatedAt: time.Now()}
	link, _ := auth.NewWelcome(admin.ID, time.Now())
	if err := w.store.CreateTenant(t.Context(), other, admin, link); err != nil {
		t.Fatal(err)
	}
	// The rule names an address that both organisations could have.
	is[api.Meeting](t, owner.do("PATCH", "/meetings/"+m, `{"roles":[{"kind":"email","value":"eve@other.example","role":"owner"},{"kind":"domain","value":"other.example","role":"owner"}]}`), 200)
	session, token := auth.NewSession(admin.ID, time.Now())
	if err := w.store.CreateSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	eve := w.browser(t)
	eve.host, eve.cookie = "other.example", &http.Cookie{Name: "__Host-plenum", Value: token.Text()} //nolint:gosec // of a request
	is[api.Meetings](t, eve.do("GET", "/meetings", ""), 200)
	refused(t, eve.do("GET", "/meetings/"+m, ""), 404, "meeting.not_found")
	refused(t, eve.do("PATCH", "/meetings/"+m, `{"name":"Mine"}`), 404, "meeting.not_found")
	if got := is[api.Meetings](t, eve.do("GET", "/meetings", ""), 200).Meetings; len(got) != 0 {
		t.Errorf("listed: %+v", got)
	}
}

func TestRunningMeetings(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	col := w.colleague(t)
	own := is[api.Meeting](t, b.do("POST", "/meetings", `{"name":"Own"}`), 201).ID
	foreign := is[api.Meeting](t, col.do("POST", "/meetings", `{"name":"Secret"}`), 201).ID
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	w.rooms.running = map[id.Tenant][]room.Running{home.ID: {
		{Meeting: id.Meeting(foreign), People: 2, Waiting: 1, StartedAt: now},
		{Meeting: id.Meeting(own), People: 5, StartedAt: now.Add(-time.Minute)},
		{Meeting: id.New[id.Meeting](), People: 9, StartedAt: now.Add(-time.Hour)}, // deleted just now
	}}
	refused(t, col.do("GET", "/meetings/running", ""), 403, "admin.required")
	a := b.do("GET", "/meetings/running?limit=1", "")
	first := is[api.RunningMeetings](t, a, 200)
	if len(first.Meetings) != 1 || first.Meetings[0].ID != foreign || first.Meetings[0].Name != "" || first.Meetings[0].People != 2 || first.Meetings[0].Waiting != 1 {
		t.Errorf("first page: %+v", first)
	}
	second := is[api.RunningMeetings](t, b.do("GET", "/meetings/running?limit=2&cursor="+first.Next, ""), 200)
	if len(second.Meetings) != 1 || second.Meetings[0].ID != own || second.Meetings[0].Name != "Own" || second.Next != "" {
		t.Errorf("second page: %+v", second)
	}
	if strings.Contains(a.body, "Secret") {
		t.Error("an administrator reads the title of a meeting that is not theirs")
	}
}

// A key acts as the organisation: what it makes is nobody's in person.
func TestMeetingsOfKeys(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	personal := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID
	_, key := b.key("meetings:read", "meetings:write")
	program := w.browser(t)
	made := is[api.Meeting](t, program.do("POST", "/meetings", `{"name":"Course"}`, key...), 201).ID
	refused(t, program.do("GET", "/meetings/"+personal, "", key...), 404, "meeting.not_found")
	refused(t, b.do("GET", "/meetings/"+made, ""), 404, "meeting.not_found")
	list := is[api.Meetings](t, program.do("GET", "/meetings", "", key...), 200).Meetings
	if len(list) != 1 || list[0].ID != made {
		t.Errorf("list: %+v", list)
	}
	link := is[api.MadeInvite](t, program.do("POST", "/meetings/"+made+"/invites", `{"role":"owner"}`, key...), 201).Link
	if !strings.Contains(link, "/m/"+made+"#i=") {
		t.Errorf("link %s", link)
	}
}

// The gate is told all it decides by.
func TestTicketTellsTheGate(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201)
	guest := w.browser(t)
	is[api.Ticket](t, guest.do("POST", "/meetings/"+m.ID+"/ticket", `{"name":"Guest","passcode":"  Ze\u0301ro "}`), 200)
	is[api.Ticket](t, guest.do("POST", "/meetings/"+m.ID+"/ticket", `{"name":"Guest","passcode":"x"}`), 200)
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q := w.rooms.entered[0]
	if q.Tenant != home.ID || q.Source != "192.0.2.1" || q.Passcode == nil || q.Passcode.Text() != "Zéro" {
		t.Errorf("the gate was asked %+v", q)
	}
	if q := w.rooms.entered[1]; q.Passcode == nil || q.Passcode.Text() != "x" {
		t.Error("a wrong passcode is none")
	}
}
