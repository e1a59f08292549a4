package live_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// pass lets time go by on the bubble's clock.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // takes no time in a bubble, and everything due happens meanwhile.
}

func TestASilentClientIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serveInBubble(t)
		defer stop()
		ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
		var joined live.Seat
		read(ada, "seat.joined", &joined)
		beat := func(seconds int) {
			for range seconds / 5 {
				pass(5 * time.Second)
				ada.send("ping", live.Empty{})
				var pong live.Pong
				read(ada, "pong", &pong)
			}
		}
		beat(15)
		ada.send("ping", live.Empty{})
		if m, err := ada.next(); err != nil || m.Type != "pong" {
			t.Fatalf("after 15 s of silence: %q, %v", m.Type, err)
		}
		pass(6 * time.Second)
		var changed live.Seat
		read(ada, "seat.changed", &changed)
		if changed.ID != bob.welcome.You || !changed.Away {
			t.Errorf("after 21 s: %+v", changed)
		}
		beat(30)
		again := s.dial()
		again.hello(live.Hello{Version: live.Version, Resume: bob.welcome.Resume})
		if again.welcome.You != bob.welcome.You || !again.welcome.Resumed {
			t.Errorf("came back as %+v", again.welcome)
		}
		read(ada, "seat.changed", &changed)
		if changed.Away {
			t.Error("Ada still sees Bob as away")
		}
		_ = again.ws.CloseNow()
		_ = ada.ws.CloseNow()
		_ = bob.ws.CloseNow()
	})
}

func TestAClosedTabIsNoGhost(t *testing.T) {
	const tabClosed, noCode, givenUp = websocket.StatusGoingAway, websocket.StatusNoStatusRcvd, websocket.StatusCode(4000)
	for name, test := range map[string]struct {
		end  func(*client)
		kept time.Duration
	}{
		"tab closed or reloaded": {func(c *client) { _ = c.ws.Close(tabClosed, "") }, 12 * time.Second},
		"closed without a code":  {func(c *client) { _ = c.ws.Close(noCode, "") }, 12 * time.Second},
		"given up by the client": {func(c *client) { _ = c.ws.Close(givenUp, "") }, 60 * time.Second},
		"connection cut":         {func(c *client) { _ = c.ws.CloseNow() }, 60 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serveInBubble(t)
				defer stop()
				c := s.join(access.Attendee, "Bob")
				test.end(c)
				pass(test.kept - time.Second)
				if n := s.rooms.People(s.meeting); n != 1 {
					t.Errorf("left a second early")
				}
				pass(2 * time.Second)
				if n := s.rooms.People(s.meeting); n != 0 {
					t.Errorf("still there after %v", test.kept)
				}
			})
		})
	}
}

func TestAHelloMustComeInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serveInBubble(t)
		defer stop()
		ticket := s.ticket(access.Attendee, "Ada")
		c := s.dial()
		pass(10*time.Second + time.Millisecond)
		synctest.Wait()
		if n := s.handler.Connections(); n != 0 {
			t.Errorf("%d connections are open", n)
		}
		_ = c.ws.CloseNow()
		c = s.dial()
		pass(9 * time.Second)
		c.hello(live.Hello{Version: live.Version, Ticket: ticket})
		_ = c.ws.CloseNow()
	})
}

func TestAClientThatDoesNotReadGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serveInBubble(t)
		defer stop()
		slow := s.join(access.Attendee, "Slow")
		owner, err := s.rooms.Connect(t.Context(), room.Credential{Ticket: pii.Secret(s.ticket(access.Owner, "Ada"))})
		if err != nil {
			t.Fatal(err)
		}
		// A pipe has no buffer: after the first message that nobody reads, the rest
		// waits in the outbox, until that is full.
		for range 1_100 {
			if err := owner.Do(t.Context(), room.SetLocked{Locked: true}); err != nil {
				t.Fatal(err)
			}
			for len(owner.Events()) > 0 {
				if c, ok := (<-owner.Events()).(room.Changed); ok && c.Seat.Away && string(c.Seat.ID) == slow.welcome.You {
					_ = slow.ws.CloseNow()
					owner.Lost()
					return
				}
			}
		}
		t.Error("nobody noticed")
	})
}

func TestAWriteThatHangsEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serveInBubble(t)
		defer stop()
		c := s.join(access.Attendee, "Slow")
		owner, err := s.rooms.Connect(t.Context(), room.Credential{Ticket: pii.Secret(s.ticket(access.Owner, "Ada"))})
		if err != nil {
			t.Fatal(err)
		}
		// It writes on and never reads.
		for range 3 {
			if err := c.ws.Write(context.Background(), websocket.MessageText, []byte(`{"type":"ping","ref":1,"body":{}}`)); err != nil {
				break
			}
			pass(5 * time.Second)
		}
		synctest.Wait()
		if n := s.handler.Connections(); n != 0 {
			t.Errorf("%d connections are open", n)
		}
		_ = c.ws.CloseNow()
		owner.Lost()
	})
}
