package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// waiting is the row of the matrix for somebody who is not in yet.
const waiting access.Role = "waiting"

// stage is a meeting with one person of each role in it, somebody who waits, and
// an owner who watches.
type stage struct {
	t       *testing.T
	s       *servertest.Server
	m       servertest.Meeting
	watcher *servertest.Channel
	tom     string // an attendee's seat
	said    string // a message of his
	waiter  string // the seat of who waits
	actors  map[access.Role]*servertest.Channel
	cells   *int
}

// onStage makes a meeting with the policy.
func onStage(t *testing.T, s *servertest.Server, manager *servertest.Browser, policy live.Policy, cells *int) *stage {
	t.Helper()
	g := &stage{t: t, s: s, m: s.CreateMeeting(t, "Council"), actors: map[access.Role]*servertest.Channel{}, cells: cells}
	change := map[string]any{"policy": policy, "lobby": live.Lobby{Mode: "guests", Invited: true, Domains: []string{}}}
	if status := manager.Call(t, http.MethodPatch, "/api/v1/meetings/"+string(g.m.ID), change, nil); status != http.StatusOK {
		t.Fatalf("the meeting cannot be changed: %d", status)
	}
	g.watcher = s.Browser(t, "").Join(t, g.m, access.Owner, "Watcher")
	// A presenter may always write; as an attendee he is the one acted upon.
	tom := s.Browser(t, "").Join(t, g.m, access.Presenter, "Tom")
	g.tom = tom.Welcome.You
	if refused := tom.Do(t, "chat.send", live.ChatSend{Text: "Hello"}); refused != "" {
		t.Fatal(refused)
	}
	var said live.ChatMessage
	g.watcher.Await(t, "chat", &said)
	g.said = said.ID
	if refused := g.watcher.Do(t, "role.set", live.SetRole{Seat: g.tom, Role: string(access.Attendee)}); refused != "" {
		t.Fatal(refused)
	}
	for _, role := range access.Roles() {
		g.actors[role] = s.Browser(t, "").Join(t, g.m, role, "A "+string(role))
	}
	b := s.Browser(t, "")
	before, refused := b.Hello(t, live.Hello{Version: live.Version, Ticket: b.Ticket(t, g.m, "", "Waiter")})
	if refused != "" || before.Waiting.Resume == "" {
		t.Fatalf("nobody waits: %q", refused)
	}
	g.actors[waiting] = before
	var came live.Waiter
	g.watcher.Await(t, "waiter.came", &came)
	g.waiter = came.ID
	return g
}

// state is all that is kept of the meeting and all that an owner sees of it, but
// for what each welcome makes anew.
func (g *stage) state() string {
	g.t.Helper()
	again, refused := g.s.Browser(g.t, "").Resume(g.t, g.watcher)
	if refused != "" {
		g.t.Fatalf("the watcher cannot look: %s", refused)
	}
	g.watcher = again
	seen := again.Welcome
	seen.Resume, seen.Media, seen.Now, seen.Resumed = "", live.Media{}, 0, false
	seen.Recording.Unavailable = "" // of the server, not of the meeting
	raw, err := json.MarshalIndent(seen, "", " ")
	if err != nil {
		g.t.Fatal(err)
	}
	return string(raw) + "\n" + strings.Join(g.kept(), "\n")
}

// kept is all that the database has of the meeting, but for the audit.
func (g *stage) kept() []string {
	g.t.Helper()
	return slices.DeleteFunc(rowsOf(g.t, g.s, []string{string(g.m.ID)}), func(row string) bool { return strings.HasPrefix(row, "audit") })
}

// undisturbed reports whether the watcher was told nothing since the last time.
func (g *stage) undisturbed() bool {
	g.t.Helper()
	if refused := g.watcher.Do(g.t, "ping", live.Empty{}); refused != "" {
		g.t.Fatal(refused)
	}
	return !slices.ContainsFunc(g.watcher.Early(), func(m servertest.Message) bool {
		// Whether the server can record is told whenever that changes.
		return m.Type != "recording" || !strings.Contains(string(m.Body), `"state":"off"`)
	})
}

// insist gives a command until it is heard: these are more than one person may
// send at once.
func insist(t *testing.T, c *servertest.Channel, kind string, body any) string {
	t.Helper()
	for range 20 {
		if refused := c.Do(t, kind, body); refused != "rate.limited" {
			return refused
		}
	}
	return "rate.limited"
}

// action is a command of the live channel.
type action struct {
	name, kind string
	body       any
	allowed    func(by access.Role, open bool) bool
	once       bool // what it acts on is gone after it
}

func moderates(by access.Role, _ bool) bool { return by == access.Owner || by == access.Moderator }
func ownsIt(by access.Role, _ bool) bool    { return by == access.Owner }
func takesPart(by access.Role, open bool) bool {
	return by != waiting && (open || moderates(by, open) || by == access.Presenter)
}
func publishes(by access.Role, open bool) bool { return takesPart(by, open) && by != access.Viewer }

// actions are the commands that not everybody may give.
func (g *stage) actions(own string) []action {
	tom, watcher := live.SeatRef{Seat: g.tom}, live.SeatRef{Seat: g.watcher.Welcome.You}
	deny := []string{"chat"}
	all := []action{ //nolint:prealloc // a table reads better.
		{"write", "chat.send", live.ChatSend{Text: "Hello"}, takesPart, false},
		{"write to Tom", "chat.send", live.ChatSend{To: g.tom, Text: "Hello"}, takesPart, false},
		{"delete Tom's message", "chat.delete", live.ChatDelete{Message: g.said}, moderates, true},
		{"raise a hand", "hand.raise", live.Empty{}, takesPart, false},
		{"lower Tom's hand", "hand.lower", tom, moderates, false},
		{"lower the owner's hand", "hand.lower", watcher, moderates, false},
		{"lower all hands", "hands.lower", live.Empty{}, moderates, false},
		{"react", "react", live.React{Kind: "clap"}, func(by access.Role, open bool) bool { return by != waiting && open }, false},
		{"share", "share.start", live.Empty{}, publishes, true},
		{"stop Tom's share", "share.stop", tom, moderates, false},
		{"stop the owner's share", "share.stop", watcher, ownsIt, false},
		{"stop Tom's camera", "camera.stop", tom, moderates, false},
		{"stop the owner's camera", "camera.stop", watcher, ownsIt, false},
		{"mute Tom", "mute", tom, moderates, false},
		{"mute the owner", "mute", watcher, ownsIt, false},
		{"mute all", "mute.all", live.Empty{}, moderates, false},
		{"ask the owner to unmute", "unmute.ask", watcher, moderates, true},
		{"remove Tom", "remove", live.Remove{Seat: g.tom}, moderates, true},
		{"ban Tom", "remove", live.Remove{Seat: g.tom, Ban: true}, moderates, true},
		{"remove the owner", "remove", live.Remove{Seat: g.watcher.Welcome.You}, ownsIt, true},
		{"ban the owner", "remove", live.Remove{Seat: g.watcher.Welcome.You, Ban: true}, ownsIt, true},
		{"rename oneself", "rename", live.Rename{Seat: own, Name: "Other"}, takesPart, false},
		{"rename Tom", "rename", live.Rename{Seat: g.tom, Name: "Other"}, moderates, false},
		{"rename the owner", "rename", live.Rename{Seat: g.watcher.Welcome.You, Name: "Other"}, ownsIt, false},
		{"except Tom", "exceptions.set", live.SetExceptions{Seat: g.tom, Allow: []string{}, Deny: deny}, moderates, false},
		{"except the owner", "exceptions.set", live.SetExceptions{Seat: g.watcher.Welcome.You, Allow: []string{}, Deny: deny}, func(access.Role, bool) bool { return false }, false},
		{"allow oneself all", "exceptions.set", live.SetExceptions{Seat: own, Allow: []string{"speak", "share"}, Deny: []string{}}, func(access.Role, bool) bool { return false }, false},
		{"set the lobby", "lobby.set", live.Lobby{Mode: "guests", Invited: true, SignedIn: true, Domains: []string{}}, moderates, false},
		{"open the lobby", "lobby.set", live.Lobby{Mode: "off", Domains: []string{}}, moderates, true},
		{"admit", "lobby.admit", live.WaiterRef{Waiter: g.waiter}, moderates, true},
		{"admit all", "lobby.admitAll", live.Empty{}, moderates, true},
		{"deny", "lobby.deny", live.Deny{Waiter: g.waiter, Text: "no"}, moderates, true},
		{"deny for good", "lobby.deny", live.Deny{Waiter: g.waiter, Ban: true}, moderates, true},
		{"deny all", "lobby.denyAll", live.DenyAll{Text: "no"}, moderates, true},
		{"write to who waits", "lobby.tell", live.TellWaiting{Waiter: g.waiter, Text: "soon"}, moderates, false},
		{"set the passcode", "passcode.set", live.SetPasscode{Passcode: "abcdef"}, moderates, false},
		{"take the passcode away", "passcode.set", live.SetPasscode{}, moderates, false},
		{"set the policy", "policy.set", live.Policy{Chat: true}, moderates, true},
		{"lock", "locked.set", live.SetLocked{Locked: true}, moderates, false},
		{"spotlight", "spotlight.set", live.Spotlight{Seat: ""}, moderates, false},
		{"start a recording", "record.start", live.RecordStart{}, moderates, true},
		{"pause a recording", "record.pause", live.Empty{}, moderates, true},
		{"go on with a recording", "record.resume", live.Empty{}, moderates, true},
		{"stop a recording", "record.stop", live.Empty{}, moderates, true},
		{"arrange a recording", "record.layout", live.RecordStart{Layout: "grid"}, moderates, true},
		{"begin a chapter", "record.chapter", live.RecordChapter{Title: "Next"}, moderates, true},
		{"say yes to a recording", "consent", live.Consent{Recording: g.said, Yes: true, Language: "en"}, func(by access.Role, _ bool) bool { return by != waiting }, true},
		{"end", "end", live.Empty{}, moderates, true},
	}
	for _, to := range access.Roles() {
		atMost := moderates
		if to == access.Owner {
			atMost = ownsIt
		}
		all = append(all,
			action{"make Tom " + string(to), "role.set", live.SetRole{Seat: g.tom, Role: string(to)}, atMost, true},
			action{"make oneself " + string(to), "role.set", live.SetRole{Seat: own, Role: string(to)}, atMost, true},
			action{"make the owner " + string(to), "role.set", live.SetRole{Seat: g.watcher.Welcome.You, Role: string(to)}, ownsIt, true},
		)
	}
	return all
}

// liveCells tries every command as every role. What is forbidden is refused, the
// watcher is told nothing, and nothing has changed.
func (g *stage) liveCells(open bool) {
	before := g.state()
	roles := append(access.Roles(), waiting)
	for _, by := range roles {
		actor := g.actors[by]
		for _, a := range g.actions(actor.Welcome.You) {
			if a.allowed(by, open) {
				continue
			}
			*g.cells++
			// Exceptions are for those who do not moderate, whoever asks.
			if refused := insist(g.t, actor, a.kind, a.body); refused != "right.missing" && refused != "exceptions.invalid" {
				g.t.Errorf("%s, open %v, may %s: %q", by, open, a.name, refused)
			}
		}
		if !g.undisturbed() {
			g.t.Fatalf("%s, open %v: the owner is told of what was refused: %+v", by, open, g.watcher.Early())
		}
	}
	if diff := cmp.Diff(before, g.state()); diff != "" {
		g.t.Errorf("refused commands have changed something (-before +after):\n%s", diff)
	}
	for _, by := range roles { // else it would all be refused to everybody
		for _, a := range g.actions(g.actors[by].Welcome.You) {
			if a.once || !a.allowed(by, open) {
				continue
			}
			*g.cells++
			if refused := g.actors[by].Do(g.t, a.kind, a.body); refused != "" {
				g.t.Errorf("%s, open %v, may not %s: %q", by, open, a.name, refused)
			}
		}
	}
}

// recordCells tries the commands of recordings as every role in a meeting that
// names who may start and who may stop one.
func (g *stage) recordCells(manager *servertest.Browser, start, stop access.Role) {
	policy := map[string]any{"policy": map[string]access.Role{"recordStart": start, "recordStop": stop}}
	if status := manager.Call(g.t, http.MethodPatch, "/api/v1/meetings/"+string(g.m.ID), policy, nil); status != http.StatusOK {
		g.t.Fatalf("who may record cannot be said: %d", status)
	}
	may := func(by, least access.Role) bool {
		order := access.Roles()
		return least != "" && by != waiting && slices.Index(order, by) <= slices.Index(order, least)
	}
	before := g.state()
	for _, allowed := range []bool{false, true} { // what is forbidden first, while there is nothing
		for _, by := range append(access.Roles(), waiting) {
			for _, a := range g.actions("") {
				if !strings.HasPrefix(a.kind, "record.") {
					continue
				}
				least := start
				if a.kind == "record.stop" || a.kind == "record.pause" {
					least = stop
				}
				if may(by, least) != allowed {
					continue
				}
				*g.cells++
				refused := insist(g.t, g.actors[by], a.kind, a.body)
				if (refused == "right.missing") == allowed {
					g.t.Errorf("%s may %s where %q starts and %q stops: %q", by, a.name, start, stop, refused)
				}
			}
		}
		if diff := cmp.Diff(before, g.state()); !allowed && diff != "" {
			g.t.Errorf("refused commands have changed something (-before +after):\n%s", diff)
		}
	}
}

// sfuCells asks the SFU for every kind of track as every role.
func (g *stage) sfuCells(p live.Policy) {
	for _, by := range access.Roles() {
		ws, status := rtc(g.t, g.s.Browser(g.t, ""), g.actors[by].Welcome.Media.Token)
		if ws == nil {
			g.t.Fatalf("%s cannot connect: %d", by, status)
		}
		may := func(kind source, sharing bool) bool {
			free := takesPart(by, false)
			switch kind {
			case microphone:
				return by != access.Viewer && (free || p.Microphone)
			case camera:
				return by != access.Viewer && (free || p.Camera)
			case screen, screenSound:
				return sharing && by != access.Viewer && (free || p.Share)
			case unknownSource:
			}
			return false
		}
		for try, sharing := range []bool{false, true} {
			if sharing {
				refused := g.actors[by].Do(g.t, "share.start", live.Empty{})
				if want := map[bool]string{true: "", false: "right.missing"}[may(screen, true)]; refused != want {
					g.t.Errorf("%s shares under %+v: %q", by, p, refused)
				}
			}
			for kind := unknownSource; kind <= screenSound; kind++ {
				*g.cells++
				if got, want := mayPublish(g.t, ws, kind, try), may(kind, sharing); got != want {
					g.t.Errorf("%s, sharing %v, publishes source %d under %+v: %v", by, sharing, kind, p, got)
				}
			}
		}
		g.actors[by].Do(g.t, "share.stop", live.SeatRef{Seat: g.actors[by].Welcome.You})
		ws.CloseNow()
	}
}

// person makes an account and signs it in.
func person(t *testing.T, s *servertest.Server, admin *servertest.Browser, name string) (b *servertest.Browser, account string) {
	t.Helper()
	var made struct {
		Person struct{ ID string }
		Link   string
	}
	email := strings.ToLower(name) + "@town.example"
	if status := admin.Call(t, http.MethodPost, "/api/v1/people", map[string]string{"name": name, "email": email}, &made); status != http.StatusCreated {
		t.Fatalf("no account: %d", status)
	}
	_, secret, _ := strings.Cut(made.Link, "#")
	b = s.Browser(t, "")
	if status := b.Call(t, http.MethodPost, "/api/v1/welcome", map[string]string{"secret": secret, "password": servertest.Password}, nil); status != http.StatusOK {
		t.Fatalf("no sign-in: %d", status)
	}
	return b, made.Person.ID
}

// apiCells tries every operation on the meeting as everybody who is somebody
// there but has no business with it.
func (g *stage) apiCells(ada, manager *servertest.Browser) {
	t, path := g.t, "/api/v1/meetings/"+string(g.m.ID)
	callers := map[string]*servertest.Browser{
		"a key without the scope": ada.WithKey(t, ada.CreateKey(t, "pool:read")),
		"nobody":                  g.s.Browser(t, ""),
	}
	rules := make([]map[string]string, 0, len(access.Roles()))
	var byRule *servertest.Browser
	for _, role := range access.Roles() {
		b, account := person(t, g.s, ada, "Rule"+string(role))
		rules = append(rules, map[string]string{"kind": "user", "value": account, "role": string(role)})
		if role == access.Owner {
			byRule = b
			continue
		}
		callers["signed in, by rule "+string(role)] = b
	}
	if status := manager.Call(t, http.MethodPatch, path, map[string]any{"roles": rules}, nil); status != http.StatusOK {
		t.Fatalf("no rules: %d", status)
	}
	for by := range g.actors { // in the room at this moment, without a session
		callers["in the room as "+string(by)] = g.s.Browser(t, "")
	}
	var invite struct{ Invite struct{ ID string } }
	manager.Call(t, http.MethodPost, path+"/invites", map[string]string{"role": "attendee"}, &invite)
	if refused := g.watcher.Do(t, "remove", live.Remove{Seat: g.bannable(ada), Ban: true}); refused != "" {
		t.Fatal(refused)
	}
	var bans struct{ Bans []struct{ ID string } }
	if manager.Call(t, http.MethodGet, path+"/bans", nil, &bans); len(bans.Bans) != 1 {
		t.Fatalf("%d bans", len(bans.Bans))
	}
	operations := []struct {
		method, path string
		in           any
	}{
		{http.MethodGet, path, nil},
		{http.MethodPatch, path, map[string]any{"name": "Taken"}},
		{http.MethodPatch, path, map[string]any{"policy": map[string]bool{"chat": false}}},
		{http.MethodPatch, path, map[string]any{"lobby": live.Lobby{Mode: "off", Domains: []string{}}}},
		{http.MethodPatch, path, map[string]any{"passcode": "abcdef"}},
		{http.MethodPatch, path, map[string]any{"hostPin": "123456"}},
		{http.MethodPatch, path, map[string]any{"locked": true}},
		{http.MethodPatch, path, map[string]any{"newcomers": "viewer"}},
		{http.MethodPatch, path, map[string]any{"roles": []any{}}},
		{http.MethodPatch, path, map[string]any{"accountRequired": true}},
		{http.MethodDelete, path, nil},
		{http.MethodGet, path + "/invites", nil},
		{http.MethodPost, path + "/invites", map[string]string{"role": "owner"}},
		{http.MethodDelete, path + "/invites/" + invite.Invite.ID, nil},
		{http.MethodGet, path + "/bans", nil},
		{http.MethodDelete, path + "/bans/" + bans.Bans[0].ID, nil},
		{http.MethodGet, "/api/v1/meetings/running", nil},
		{http.MethodPost, "/api/v1/pool/reservations", map[string]any{"meeting": string(g.m.ID), "places": 1, "from": time.Now().Add(time.Hour), "until": time.Now().Add(2 * time.Hour)}},
	}
	before := g.state()
	for name, b := range callers {
		for _, o := range operations {
			*g.cells++
			status := b.Call(t, o.method, o.path, o.in, nil)
			if !slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, status) {
				t.Errorf("%s: %s %s %v: %d", name, o.method, o.path, o.in, status)
			}
		}
		if !g.undisturbed() {
			t.Fatalf("%s: the owner is told of what was refused: %+v", name, g.watcher.Early())
		}
	}
	if diff := cmp.Diff(before, g.state()); diff != "" {
		t.Errorf("refused requests have changed something (-before +after):\n%s", diff)
	}
	for name, b := range map[string]*servertest.Browser{"an owner by rule": byRule, "a key with the scope": manager} {
		*g.cells++
		if status := b.Call(t, http.MethodGet, path, nil, nil); status != http.StatusOK {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// bannable is the seat of an account that is in the room.
func (g *stage) bannable(ada *servertest.Browser) string {
	g.t.Helper()
	b, _ := person(g.t, g.s, ada, "Mallory")
	c := b.Join(g.t, g.m, access.Attendee, "Mallory")
	return c.Welcome.You
}

// TestTheMatrix: role × action × transport. Whatever is forbidden is refused by
// the server, over the live channel, the API and the SFU alike, and changes
// nothing.
func TestTheMatrix(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	manager := ada.WithKey(t, ada.CreateKey(t, "meetings:read", "meetings:write"))
	open := live.Policy{
		Microphone: true, Camera: true, Share: true, Chat: true, ChatPrivate: true,
		Reactions: true, RaiseHand: true, Rename: true, SeePeople: true, SeeCameras: true,
	}
	cells := map[string]*int{"live": new(int), "API": new(int), "SFU": new(int)}
	for name, policy := range map[string]live.Policy{
		"open": open, "closed": {}, "microphones": {Microphone: true}, "cameras": {Camera: true}, "screens": {Share: true},
	} {
		t.Run(name, func(t *testing.T) {
			g := onStage(t, s, manager, policy, cells["SFU"])
			g.sfuCells(policy)
			if policy != open && policy != (live.Policy{}) {
				return
			}
			g.forget()
			g.cells = cells["live"]
			g.liveCells(policy == open)
		})
	}
	for start, stop := range map[access.Role]access.Role{
		access.Owner: access.Presenter, access.Moderator: "", access.Presenter: access.Owner, "": access.Moderator,
	} {
		t.Run("recorded by "+string(start)+", stopped by "+string(stop), func(t *testing.T) {
			onStage(t, s, manager, open, cells["live"]).recordCells(manager, start, stop)
		})
	}
	t.Run("API", func(t *testing.T) {
		g := onStage(t, s, manager, open, cells["API"])
		g.apiCells(ada, manager)
	})
	total := 0
	for transport, n := range cells {
		t.Logf("%s: %d cells", transport, *n)
		total += *n
	}
	if total < 500 && !t.Failed() {
		t.Errorf("only %d cells", total)
	}
}

// forget drops what the watcher was told up to now.
func (g *stage) forget() { g.state() }
