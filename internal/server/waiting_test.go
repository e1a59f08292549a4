package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// outsider is somebody who waits, with all that they hold.
type outsider struct {
	t       *testing.T
	s       *servertest.Server
	b       *servertest.Browser
	m       servertest.Meeting
	random  *rand.Rand
	held    []string // tokens of the waiting, tickets, ids, forged JWTs
	secrets []string // of the room
	tries   map[string]int
}

// come begins to wait and keeps what it is given.
func (o *outsider) come() *servertest.Channel {
	o.t.Helper()
	ticket := o.b.Ticket(o.t, o.m, "", "Outsider")
	c, refused := o.b.Hello(o.t, live.Hello{Version: live.Version, Ticket: ticket})
	if refused != "" || c.Welcome.You != "" || c.Waiting.Resume == "" {
		o.t.Fatalf("does not wait: %q %+v", refused, c)
	}
	o.held = append(o.held, ticket, c.Waiting.Resume)
	return c
}

// search looks for anything of the room in what came.
func (o *outsider) search(where, what string) {
	o.t.Helper()
	for _, secret := range append(o.secrets, "SECRET", `"seats"`, `"media"`) {
		if strings.Contains(what, secret) {
			o.t.Fatalf("%s tells %q to who waits: %s", where, secret, what)
		}
	}
}

// ask sends one request and searches its answer.
func (o *outsider) ask(method, path, body string, header http.Header) int {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.b.URL()+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, header)
	resp, err := o.b.HTTP().Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	o.search(path, string(raw)+fmt.Sprint(resp.Header))
	return resp.StatusCode
}

// one is one of the things held.
func (o *outsider) one() string { return o.held[o.random.IntN(len(o.held))] }

// try does one thing at one of the doors.
func (o *outsider) try() {
	o.t.Helper()
	path, secret := "/api/v1/meetings/"+string(o.m.ID), o.one()
	body := func(v map[string]string) string {
		raw, err := json.Marshal(v)
		if err != nil {
			o.t.Fatal(err)
		}
		return string(raw)
	}
	bearer, cookie := http.Header{"Authorization": {"Bearer " + secret}}, http.Header{"Cookie": {"__Host-plenum=" + secret}}
	upgrade := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="}}
	kind, status := "", 0
	switch o.random.IntN(9) {
	case 0:
		kind, status = "door", o.ask(http.MethodPost, path+"/door", body(map[string]string{"invite": secret}), nil)
	case 1:
		kind, status = "ticket", o.ask(http.MethodPost, path+"/ticket", body(map[string]string{"name": "Outsider", "invite": secret}), nil)
	case 2:
		kind, status = "ticket with a passcode", o.ask(http.MethodPost, path+"/ticket", body(map[string]string{"name": "Outsider", "passcode": secret[:min(len(secret), 64)], "invite": secret}), nil)
	case 3:
		kind, status = "API with a key", o.ask([]string{http.MethodGet, http.MethodPatch, http.MethodDelete}[o.random.IntN(3)], path+[]string{"", "/invites", "/bans"}[o.random.IntN(3)], "", bearer)
	case 4:
		kind, status = "API with a session", o.ask(http.MethodGet, "/api/v1/"+[]string{"meetings", "account", "meetings/running", "people"}[o.random.IntN(4)], "", cookie)
	case 5:
		kind, status = "signalling", o.ask(http.MethodGet, "/rtc"+[]string{"", "/v1", "/validate", "/v1/validate"}[o.random.IntN(4)]+"?auto_subscribe=1&protocol=16&access_token="+secret, "", upgrade)
	case 6:
		maps.Copy(bearer, upgrade)
		kind, status = "signalling with a header", o.ask(http.MethodGet, "/rtc?auto_subscribe=1&reconnect="+strconv.Itoa(o.random.IntN(2)), "", bearer)
	case 7: // what has been used, or was never meant for this
		kind, status = "live channel", http.StatusForbidden
		if c, refused := o.b.Hello(o.t, live.Hello{Version: live.Version, Ticket: secret}); refused == "" {
			o.t.Fatalf("a ticket of who waits opens: %+v", c)
		}
	case 8: // coming back to one's place, or nowhere
		kind, status = "coming back", http.StatusForbidden
		if c, refused := o.b.Hello(o.t, live.Hello{Version: live.Version, Resume: secret}); refused == "" {
			if c.Welcome.You != "" {
				o.t.Fatalf("%q lets in", secret)
			}
			o.search("the live channel", fmt.Sprintf("%+v %v", c.Waiting, c.Early()))
			o.held = append(o.held, c.Waiting.Resume)
			c.Cut()
		}
	}
	o.tries[kind]++
	if status < http.StatusBadRequest {
		o.t.Fatalf("%s answers who waits with %d", kind, status)
	}
}

// inRoom are those in a room, by an owner's fresh look.
func inRoom(t *testing.T, s *servertest.Server, owner *servertest.Channel) *servertest.Channel {
	t.Helper()
	again, refused := s.Browser(t, "").Resume(t, owner)
	if refused != "" {
		t.Fatalf("the owner cannot look: %s", refused)
	}
	if n := len(again.Welcome.Seats); n != 1 {
		t.Errorf("%d are in", n)
	}
	return again
}

// TestNoOtherWayIn plays sequences by people who wait, over every door but the one
// they stand before: none of the tickets, tokens, ids and forged JWTs they have
// gets them an answer, a name, a key or a place at the SFU. First nobody is there
// yet, then the meeting goes on, and then the server has started again.
func TestNoOtherWayIn(t *testing.T) {
	const sequences, length = 300, 6
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	manager := ada.WithKey(t, ada.CreateKey(t, "meetings:write"))
	m := s.CreateMeeting(t, "Council")
	change := map[string]any{"lobby": live.Lobby{Mode: "guests", Invited: true, Domains: []string{}}}
	if status := manager.Call(t, http.MethodPatch, "/api/v1/meetings/"+string(m.ID), change, nil); status != http.StatusOK {
		t.Fatalf("no lobby: %d", status)
	}
	o := &outsider{t: t, s: s, b: s.Browser(t, ""), m: m, held: []string{string(m.ID)}, tries: map[string]int{}}
	for _, secret := range m.Secrets {
		o.secrets = append(o.secrets, secret.Text())
	}
	play := func(seed uint64) {
		t.Helper()
		for n := range sequences {
			o.random = rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // to be repeated, not to be secret.
			if n%10 == 0 {
				o.come()
			}
			for range length {
				o.try()
			}
		}
	}

	first := o.come() // before anybody, and does nothing
	o.held = o.held[:1]
	play(1)

	owner := s.Browser(t, "").Join(t, m, access.Owner, "SECRET-Ada")
	ws, status := rtc(t, s.Browser(t, ""), owner.Welcome.Media.Token)
	if ws == nil {
		t.Fatalf("the SFU does not open: %d", status)
	}
	if refused := owner.Do(t, "chat.send", live.ChatSend{Text: "SECRET-word"}); refused != "" {
		t.Fatal(refused)
	}
	genuine := refreshed(t, ws)
	o.secrets = append(o.secrets, owner.Welcome.You, owner.Welcome.Resume, owner.Welcome.Media.Token, genuine)
	for _, token := range forgedJWTs(t, genuine, owner.Welcome.You, string(m.ID)) {
		if !strings.Contains(token, genuine) {
			o.held = append(o.held, token)
		}
	}
	play(2)
	owner = inRoom(t, s, owner)
	if !strings.Contains(o.metrics(), "\nplenum_sfu_connections 1\n") {
		t.Error("somebody else is at the SFU")
	}
	if _, refused := o.b.Hello(t, live.Hello{Version: live.Version, Resume: first.Waiting.Resume}); refused != "" {
		t.Errorf("who came first has lost their place: %s", refused)
	}

	again := s.Restart(t)
	o.s, o.b = again, again.Browser(t, "")
	play(3) // early once more: the owner is not back yet
	inRoom(t, again, owner)
	play(4)
	if metrics := o.metrics(); !strings.Contains(metrics, "\nplenum_seats 1\n") || !strings.Contains(metrics, "\nplenum_sfu_connections 0\n") {
		t.Error("somebody is in")
	}
	for kind, n := range o.tries {
		t.Logf("%s: %d", kind, n)
		if n < 4*sequences*length/30 {
			t.Errorf("only %d times: %s", n, kind)
		}
	}
}

// metrics are the server's figures.
func (o *outsider) metrics() string { return figures(o.t, o.s) }
