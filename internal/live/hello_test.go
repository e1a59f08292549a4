package live_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"plenum/internal/access"
	"plenum/internal/live"
)

func TestTheSenderCannotBeForged(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	for _, body := range []string{
		`{"text":"I resign","seat":"` + ada.welcome.You + `"}`,
		`{"text":"I resign","name":"Ada"}`,
		`{"text":"I resign","Text":"I stay"}`,
	} {
		bob.raw(`{"type":"chat.send","ref":1,"body":` + body + `}`)
		var refused live.Refused
		read(bob, "refused", &refused)
		if refused.Code != "command.invalid" {
			t.Errorf("%s: %q", body, refused.Code)
		}
	}
	bob.raw(`{"type":"chat.send","ref":1,"seat":"` + ada.welcome.You + `","body":{"text":"I resign"}}`)
	var refused live.Refused
	read(bob, "refused", &refused)
	if code := bob.do("role.set", live.SetRole{Seat: bob.welcome.You, Role: "owner"}); code != "right.missing" {
		t.Errorf("Bob made himself owner: %q", code)
	}
	late := s.join(access.Attendee, "Late")
	if len(late.welcome.Chat) != 0 || late.welcome.Seats[1].Role != "attendee" {
		t.Errorf("something of it was taken: %+v", late.welcome)
	}
}

func TestAReloadComesBackToTheSameSeat(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	if code := bob.do("hand.raise", live.Empty{}); code != "" {
		t.Fatal(code)
	}
	again := s.dial()
	again.hello(live.Hello{Version: live.Version, Resume: bob.welcome.Resume})
	if again.welcome.You != bob.welcome.You || again.welcome.Seats[1].Hand == 0 || !again.welcome.Resumed {
		t.Errorf("came back as %+v", again.welcome)
	}
	var bye live.Bye
	read(bob, "bye", &bye)
	if status := bob.closed(); bye.Reason != "replaced" || status != websocket.StatusNormalClosure {
		t.Errorf("the old page was told %q, status %d", bye.Reason, status)
	}
	if code := ada.do("remove", live.Remove{Seat: bob.welcome.You}); code != "" {
		t.Fatal(code)
	}
	read(again, "bye", &bye)
	if bye.Reason != "removed" {
		t.Errorf("removed with %q", bye.Reason)
	}
	if code := refusedHello(s, live.Hello{Version: live.Version, Resume: again.welcome.Resume}); code != "seat.removed" {
		t.Errorf("coming back after removal: %q", code)
	}
}

// refusedHello returns the code that a hello is refused with.
func refusedHello(s *server, h live.Hello) string {
	s.t.Helper()
	c := s.dial()
	ref := c.send("hello", h)
	var refused live.Refused
	if m := read(c, "refused", &refused); m.Ref != ref {
		s.t.Errorf("refused with ref %d", m.Ref)
	}
	c.closed()
	return refused.Code
}

func TestHellosThatAreRefused(t *testing.T) {
	s := serve(t, nil)
	used := s.ticket(access.Attendee, "Ada")
	c := s.dial()
	c.hello(live.Hello{Version: live.Version, Ticket: used})
	for name, tt := range map[string]struct {
		hello live.Hello
		want  string
	}{
		"another version":   {live.Hello{Version: live.Version + 1, Ticket: used}, "version.old"},
		"neither":           {live.Hello{Version: live.Version}, "command.invalid"},
		"both":              {live.Hello{Version: live.Version, Ticket: "x", Resume: "x"}, "command.invalid"},
		"a used ticket":     {live.Hello{Version: live.Version, Ticket: used}, "ticket.invalid"},
		"a made-up token":   {live.Hello{Version: live.Version, Resume: "x"}, "resume.invalid"},
		"a very long token": {live.Hello{Version: live.Version, Resume: strings.Repeat("x", 10_000)}, "resume.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusedHello(s, tt.hello); got != tt.want {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
		})
	}
	for _, first := range []string{`{"type":"ping","ref":1}`, `{}`, `[]`, `hello`, ``, `{"type":"hello","ref":1,"body":null}`} {
		c := s.dial()
		c.raw(first)
		var refused live.Refused
		read(c, "refused", &refused)
		if refused.Code != "command.invalid" {
			t.Errorf("%q was refused with %q", first, refused.Code)
		}
		c.closed()
	}
}

func TestOrigins(t *testing.T) {
	s := serve(t, func(c *live.Config) { c.Origins = []string{"https://meet.example.org"} })
	for origin, want := range map[string]int{
		"":                                 http.StatusSwitchingProtocols,
		s.url:                              http.StatusSwitchingProtocols,
		"https://meet.example.org":         http.StatusSwitchingProtocols,
		"http://meet.example.org":          http.StatusForbidden,
		"https://evil.example":             http.StatusForbidden,
		"https://meet.example.org.evil.io": http.StatusForbidden,
		"null":                             http.StatusForbidden,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, response, err := websocket.Dial(context.Background(), s.url, &websocket.DialOptions{HTTPHeader: header})
		if response == nil || response.StatusCode != want {
			t.Errorf("%q: %v, %v; want %d", origin, response, err, want)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
	response, err := s.client.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("a plain GET: %d", response.StatusCode)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := serve(t, func(c *live.Config) { c.MaxConnections = 5 }) // one of them at its hello
	for range 4 {
		s.join(access.Attendee, "Ada")
	}
	waiting := s.dial()
	_, response, err := websocket.Dial(context.Background(), s.url, nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth: %v, %v", response, err)
	}
	waiting.hello(live.Hello{Version: live.Version, Ticket: s.ticket(access.Attendee, "Eve")})
	if n := s.handler.Connections(); n != 5 {
		t.Errorf("%d connections", n)
	}
}
