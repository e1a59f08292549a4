package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/pii"
	"plenum/internal/room"
)

func TestTwoPeopleChat(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	if n := len(bob.welcome.Seats); n != 2 || bob.welcome.Meeting.Organisation != "City of Example" || bob.welcome.Media.Token == "" {
		t.Errorf("welcomed with %+v", bob.welcome)
	}
	var joined live.Seat
	read(ada, "seat.joined", &joined)
	if joined.ID != bob.welcome.You || joined.Name != "Bob" || joined.Role != "attendee" {
		t.Errorf("Ada sees %+v", joined)
	}
	bob.send("chat.send", live.ChatSend{Text: "<i>Good morning</i>"})
	var said live.ChatMessage
	read(ada, "chat", &said)
	if said.Seat != bob.welcome.You || said.Name != "Bob" || said.Text != "<i>Good morning</i>" || said.At == 0 {
		t.Errorf("Ada reads %+v", said)
	}
	var pong live.Pong
	ref := bob.send("ping", live.Empty{})
	if m := read(bob, "pong", &pong); m.Ref != ref || pong.Now == 0 {
		t.Errorf("pong is %+v", m)
	}
}

func TestWhatACommandCausesComesBeforeItsAnswer(t *testing.T) {
	s := serve(t, nil)
	const hands = 30
	for range hands {
		conn, err := s.rooms.Connect(t.Context(), room.Credential{Ticket: pii.Secret(s.ticket(access.Attendee, "Bob"))})
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Do(t.Context(), room.HandRaise{}); err != nil {
			t.Fatal(err)
		}
	}
	ada := s.join(access.Owner, "Ada")
	ref := ada.send("hands.lower", live.Empty{})
	for lowered := 0; ; lowered++ {
		m, err := ada.next()
		if err != nil {
			t.Fatal(err)
		}
		if m.Ref == ref {
			if lowered != hands {
				t.Errorf("answered after %d of %d hands", lowered, hands)
			}
			return
		}
	}
}

func TestMessagesThatAreTooLong(t *testing.T) {
	s := serve(t, nil)
	c := s.join(access.Attendee, "Ada")
	if code := c.do("chat.send", live.ChatSend{Text: strings.Repeat("👋", 4_000)}); code != "" {
		t.Errorf("the longest message: %q", code)
	}
	if code := c.do("chat.send", live.ChatSend{Text: strings.Repeat("x", 4_001)}); code != "chat.too_long" {
		t.Errorf("a longer one: %q", code)
	}
	if code := c.do("chat.send", live.ChatSend{Text: "short again"}); code != "" {
		t.Errorf("a short one after it: %q", code)
	}
	c.raw(`{"type":"chat.send","ref":9,"body":{"text":"` + strings.Repeat("x", 1<<20) + `"}}`)
	var refused live.Refused
	read(c, "refused", &refused)
	if status := c.closed(); refused.Code != "message.too_large" || status != websocket.StatusMessageTooBig {
		t.Errorf("refused with %q, closed with %d", refused.Code, status)
	}
	again := s.dial()
	again.hello(live.Hello{Version: live.Version, Resume: c.welcome.Resume})
	if again.welcome.You != c.welcome.You {
		t.Error("the seat was lost")
	}
}

func TestBinaryAndUnknownMessages(t *testing.T) {
	s := serve(t, nil)
	c := s.join(access.Attendee, "Ada")
	if err := c.ws.Write(context.Background(), websocket.MessageBinary, []byte(`{"type":"ping","ref":1,"body":{}}`)); err != nil {
		t.Fatal(err)
	}
	var refused live.Refused
	read(c, "refused", &refused)
	if refused.Code != "command.invalid" {
		t.Errorf("binary: %q", refused.Code)
	}
	for kind, want := range map[string]string{"unmute": "command.unknown", "": "command.unknown", "hello": "command.unknown", "welcome": "command.unknown"} {
		if code := c.do(kind, live.Empty{}); code != want {
			t.Errorf("%q: %q", kind, code)
		}
	}
}

func TestAFloodIsRefusedAndSlowedDown(t *testing.T) {
	s := serve(t, nil)
	c := s.join(access.Viewer, "Ada")
	for range 65 {
		c.send("ping", live.Empty{})
	}
	pongs := 0
	for {
		m, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if m.Type == "refused" {
			var refused live.Refused
			if err := json.Unmarshal(m.Body, &refused); err != nil || refused.Code != "rate.limited" || refused.Retry != 1 || m.Ref == 0 {
				t.Errorf("refused with %s, ref %d, %v", m.Body, m.Ref, err)
			}
			break
		}
		pongs++
	}
	if pongs < 60 {
		t.Errorf("only %d pings were answered", pongs)
	}
}

func TestDrain(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	var waiting sync.WaitGroup
	for _, c := range []*client{ada, bob} {
		waiting.Go(func() {
			var bye live.Bye
			read(c, "bye", &bye)
			if bye.Reason != "draining" || bye.Retry < 1 || bye.Retry > 4 {
				t.Errorf("bye is %+v", bye)
			}
			if status := c.closed(); status != websocket.StatusServiceRestart {
				t.Errorf("closed with %d", status)
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.handler.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
	_, response, err := websocket.Dial(context.Background(), s.url, nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a newcomer: %v, %v", response, err)
	}
}

func TestEndingTheMeetingEndsConnections(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	ada.send("end", live.Empty{})
	for _, c := range []*client{ada, bob} {
		var bye live.Bye
		read(c, "bye", &bye)
		if bye.Reason != "ended" {
			t.Errorf("bye is %+v", bye)
		}
	}
	if code := refusedHello(s, live.Hello{Version: live.Version, Resume: bob.welcome.Resume}); code != "meeting.ended" {
		t.Errorf("coming back: %q", code)
	}
}

func TestFaultsOfTheServerStayInItsLog(t *testing.T) {
	s := serve(t, nil)
	ada := s.join(access.Owner, "Ada Lovelace")
	s.store.Fail(errors.New("disk full"))
	if code := ada.do("locked.set", live.SetLocked{Locked: true}); code != "internal" {
		t.Errorf("refused with %q", code)
	}
	log := s.log.String()
	if !strings.Contains(log, "disk full") {
		t.Errorf("the log does not say why: %s", log)
	}
	for _, secret := range []string{"Lovelace", string(s.meeting), ada.welcome.You, ada.welcome.Resume, "127.0.0.1"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}
