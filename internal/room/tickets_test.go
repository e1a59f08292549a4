package room_test

import (
	"testing"

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
