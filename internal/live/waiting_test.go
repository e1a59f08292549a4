package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// guard makes guests with nothing but the link wait.
func (s *server) guard() {
	s.t.Helper()
	err := s.store.Change(s.meeting, func(m *meeting.Meeting) {
		m.Lobby = meeting.Lobby{Mode: meeting.LobbyGuests, Invited: true}
		m.HostPINHash = "hash of 424242"
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// knock is a guest's ticket.
func (s *server) knock(name string) string {
	s.t.Helper()
	ticket, err := s.rooms.Enter(context.Background(), room.Request{
		Caller: room.Caller{Tenant: s.store.TenantID(), Meeting: s.meeting, Source: "192.0.2.1"}, Name: name,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket.Text()
}

func TestWaitingOverTheChannel(t *testing.T) {
	s := serve(t, nil)
	s.guard()
	ada := s.join(access.Owner, "Ada")
	eve := s.dial()
	eve.send("hello", live.Hello{Version: live.Version, Ticket: s.knock("Eve")})
	var waiting live.Waiting
	read(eve, "waiting", &waiting)
	if waiting.Reason != "lobby" || waiting.Resume == "" || waiting.Since == 0 || waiting.Name != "Budget" {
		t.Errorf("waits as %+v", waiting)
	}
	var pong live.Pong
	eve.send("ping", live.Empty{})
	read(eve, "pong", &pong)
	var came live.Waiter
	read(ada, "waiter.came", &came)
	if came.Name != "Eve" || !came.Guest {
		t.Errorf("came %+v", came)
	}
	if code := ada.do("lobby.tell", live.TellWaiting{Waiter: came.ID, Text: "A moment"}); code != "" {
		t.Fatal(code)
	}
	var told live.WaitingTold
	if read(eve, "waiting.told", &told); told.Text != "A moment" {
		t.Errorf("told %q", told.Text)
	}
	// A reload.
	again := s.dial()
	again.send("hello", live.Hello{Version: live.Version, Resume: waiting.Resume})
	if read(again, "waiting", &waiting); waiting.Told != "A moment" {
		t.Errorf("waits as %+v", waiting)
	}
	ada.send("lobby.admit", live.WaiterRef{Waiter: came.ID})
	if read(again, "welcome", &again.welcome); again.welcome.You != came.ID || again.welcome.Media.Token == "" || again.welcome.Gate != nil {
		t.Errorf("welcomed with %+v", again.welcome)
	}
	var gone live.WaiterGone
	if read(ada, "waiter.gone", &gone); gone.Reason != "admitted" || gone.By != ada.welcome.You {
		t.Errorf("gone %+v", gone)
	}
	// Another, who goes.
	bob := s.dial()
	bob.send("hello", live.Hello{Version: live.Version, Ticket: s.knock("Bob")})
	read(bob, "waiting", &waiting)
	bob.send("leave", live.Empty{})
	var bye live.Bye
	if read(bob, "bye", &bye); bye.Reason != "left" {
		t.Errorf("bye %+v", bye)
	}
	// And one who is sent away.
	cat := s.dial()
	cat.send("hello", live.Hello{Version: live.Version, Ticket: s.knock("Cat")})
	read(cat, "waiting", &waiting)
	if code := ada.do("lobby.denyAll", live.DenyAll{Text: "Not public"}); code != "" {
		t.Fatal(code)
	}
	if read(cat, "bye", &bye); bye.Reason != "denied" || bye.Text != "Not public" {
		t.Errorf("bye %+v", bye)
	}
}

// sequences is how many a waiting client plays.
const sequences = 10_000

// TestNothingReachesWhoWaits plays 10,000 random sequences by clients that wait,
// over each way in, while the room is busy, and searches every byte they get for
// anything of the room.
func TestNothingReachesWhoWaits(t *testing.T) {
	s := serve(t, nil)
	s.guard()
	ada := s.join(access.Owner, "SECRET-Ada")
	bob := s.join(access.Attendee, "SECRET-Bob")
	for _, c := range []*client{ada, bob} {
		if code := c.do("chat.send", live.ChatSend{Text: "SECRET-word"}); code != "" {
			t.Fatal(code)
		}
	}
	secrets := [][]byte{ //nolint:prealloc // a list reads better.
		[]byte("SECRET"), []byte("media "), []byte(`"token"`), []byte(`"welcome"`), []byte(`"seat`), []byte("seats"),
		[]byte(ada.welcome.You), []byte(bob.welcome.You), []byte(ada.welcome.Resume), []byte(bob.welcome.Media.Token),
	}
	for _, link := range s.links {
		secrets = append(secrets, []byte(link.Text()))
	}
	// What the room does meanwhile: everything that is told to everybody.
	busy := []func(){
		func() { ada.do("chat.send", live.ChatSend{Text: "SECRET-word"}) },
		func() { bob.do("hand.raise", live.Empty{}); ada.do("hands.lower", live.Empty{}) },
		func() { ada.do("spotlight.set", live.Spotlight{Seat: bob.welcome.You}) },
		func() { ada.do("react", live.React{Kind: "clap"}) },
		func() {
			ada.do("exceptions.set", live.SetExceptions{Seat: bob.welcome.You, Allow: []string{}, Deny: []string{"share"}})
		},
	}
	resume := ""
	for n := range sequences {
		random := rand.New(rand.NewPCG(1, uint64(n))) //nolint:gosec // to be repeated, not to be secret.
		w := &waitingClient{t: t, client: s.dial(), random: random, ids: []string{ada.welcome.You, bob.welcome.You, string(s.meeting)}, secrets: secrets}
		hello := live.Hello{Version: live.Version}
		if n%3 == 2 && resume != "" {
			hello.Resume = resume
		} else {
			hello.Ticket = s.knock(fmt.Sprint("Guest ", n))
		}
		w.send("hello", hello)
		var waiting live.Waiting
		if first := w.look(); first.Type != "waiting" || json.Unmarshal(first.Body, &waiting) != nil {
			t.Fatalf("sequence %d: the first word is %q", n, first.Type)
		}
		resume = waiting.Resume
		if n%300 == 0 { // those whose connection is gone are kept a while
			ada.do("lobby.denyAll", live.DenyAll{})
			resume = ""
			_ = w.ws.CloseNow()
			continue
		}
		if n%100 == 50 {
			busy[n/100%len(busy)]()
		}
		for range 1 + random.IntN(5) {
			if !w.try() {
				break
			}
		}
		if n%2 == 0 {
			w.end("leave")
			resume = ""
		}
		_ = w.ws.CloseNow()
	}
	if n := s.rooms.People(s.meeting); n != 2 {
		t.Errorf("%d are in", n)
	}
	if code := bob.do("ping", live.Empty{}); code != "" {
		t.Error(code)
	}
}

// waitingClient is somebody who waits and tries everything.
type waitingClient struct {
	*client

	t       *testing.T
	random  *rand.Rand
	ids     []string // of things in the room
	secrets [][]byte
}

// look reads one message and searches it.
func (w *waitingClient) look() message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, data, err := w.ws.Read(ctx)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			w.t.Fatal("no answer")
		}
		return message{}
	}
	for _, secret := range w.secrets {
		if bytes.Contains(data, secret) {
			w.t.Fatalf("%q reached who waits: %s", secret, data)
		}
	}
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		w.t.Fatal(err)
	}
	if !slices.Contains([]string{"waiting", "waiting.told", "pong", "ok", "refused", "bye"}, m.Type) {
		w.t.Fatalf("a %q reached who waits", m.Type)
	}
	return m
}

// try sends something and reports whether the connection goes on.
func (w *waitingClient) try() bool {
	w.ref++
	kind, data := w.anything()
	if err := w.ws.Write(context.Background(), websocket.MessageText, data); err != nil {
		return false
	}
	for {
		m := w.look()
		switch {
		case m.Type == "", m.Type == "bye":
			return false
		case m.Type == "waiting", m.Type == "waiting.told":
			continue
		case m.Type == "ok", m.Type == "pong" && kind != "ping":
			w.t.Fatalf("%s was carried out", data)
		}
		return true
	}
}

// end goes, as those who wait may.
func (w *waitingClient) end(kind string) {
	w.send(kind, live.Empty{})
	for m := w.look(); m.Type != "" && m.Type != "bye"; m = w.look() {
		continue
	}
}

// anything is one message: any command with any body, or noise.
func (w *waitingClient) anything() (kind string, data []byte) {
	commands := reflect.TypeFor[live.Commands]()
	field := commands.Field(w.random.IntN(commands.NumField()))
	kind = field.Tag.Get("json")
	if kind == "leave" {
		kind = "ping"
		field, _ = commands.FieldByName("Ping")
	}
	body := reflect.New(field.Type).Elem()
	w.fill(body)
	data, err := json.Marshal(live.Envelope{Type: kind, Ref: w.ref, Body: body.Interface()})
	if err != nil {
		w.t.Fatal(err)
	}
	switch w.random.IntN(12) {
	case 0:
		data[w.random.IntN(len(data))] ^= byte(1 << w.random.IntN(7))
		kind = ""
		if bytes.Contains(data, []byte(`"leave"`)) || bytes.Contains(data, []byte(`"ping"`)) {
			kind = "ping"
		}
	case 1:
		data, kind = data[:w.random.IntN(len(data))], ""
	case 2:
		data, kind = []byte(strings.ReplaceAll(string(data), `{`, `{"from":"x",`)), ""
	}
	return kind, data
}

// fill sets every member to something that might do harm.
func (w *waitingClient) fill(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // bodies have no others.
	case reflect.Struct:
		for _, field := range v.Fields() {
			w.fill(field)
		}
	case reflect.String:
		words := append([]string{"", "owner", "guests", "off", "clap", "424242", "abcdef", "hello", "everyone"}, w.ids...)
		v.SetString(words[w.random.IntN(len(words))])
	case reflect.Bool:
		v.SetBool(w.random.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(w.random.IntN(3)))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
}

// TestWaitersCannotBeForged: a token of the waiting, opened twice or by somebody
// who was denied, lets nobody in over the channel either.
func TestWaitersCannotBeForged(t *testing.T) {
	s := serve(t, nil)
	s.guard()
	ada := s.join(access.Owner, "Ada")
	eve := s.dial()
	eve.send("hello", live.Hello{Version: live.Version, Ticket: s.knock("Eve")})
	var waiting live.Waiting
	read(eve, "waiting", &waiting)
	if code := ada.do("lobby.denyAll", live.DenyAll{}); code != "" {
		t.Fatal(code)
	}
	for _, h := range []live.Hello{
		{Version: live.Version, Resume: waiting.Resume},
		{Version: live.Version, Ticket: waiting.Resume},
		{Version: live.Version, Resume: string(pii.Secret(waiting.Resume[1:]))},
	} {
		c := s.dial()
		c.send("hello", h)
		var refused live.Refused
		if read(c, "refused", &refused); refused.Code != "resume.invalid" && refused.Code != "ticket.invalid" {
			t.Errorf("refused with %q", refused.Code)
		}
	}
}
