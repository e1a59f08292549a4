package room_test

import (
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/room"
)

func TestAStrangerCannotTakeTheModeratorsTickets(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		for range 1_000 {
			if _, err := w.enter(access.Attendee); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.enter(access.Attendee)
		w.wantErr(err, room.ErrRate, "one ticket too many")
		w.join(access.Owner).must(room.SetLocked{Locked: true})
	})
}

// TestASourceCannotTakeEverybodysTickets: who asks for all of them keeps out only
// others from the same place.
func TestASourceCannotTakeEverybodysTickets(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		first, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		for range 999 {
			if _, err := w.enter(access.Attendee); err != nil {
				t.Fatal(err)
			}
		}
		elsewhere := w.wantIn(func(c *room.Caller) { c.Source = "198.51.100.7" })
		if elsewhere.welcome.You == "" {
			t.Error("somebody else has no seat")
		}
		_, err = w.arrive(room.Credential{Ticket: first})
		w.wantErr(err, room.ErrTicket, "the oldest of whoever has most")
		if _, err := w.enter(access.Attendee); err != nil { // in the place of the ticket that was used
			t.Error(err)
		}
		_, err = w.enter(access.Attendee)
		w.wantErr(err, room.ErrRate, "one ticket too many from the same place")
	})
}
