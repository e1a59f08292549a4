package room

import (
	"log/slog"
	"testing"
	"time"

	"plenum/internal/id"
)

// TestSetClock: a clock that is set forward by a day ends no recording.
func TestSetClock(t *testing.T) {
	began := time.Now()
	o := &owner{rooms: &Rooms{log: slog.New(slog.DiscardHandler)}}
	before := now().Add(-25 * time.Hour) // what the clock showed
	o.recordings.running = &taping{id: id.New[id.Recording](), began: began, recorder: Seat{JoinedAt: before}}
	o.watchTaping(began.Add(time.Second))
	if o.recordings.running == nil {
		t.Error("it was ended")
	}
}
