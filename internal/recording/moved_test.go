package recording_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/recording"
)

func TestMoves(t *testing.T) {
	frame := func(track uint32, ms int) recording.Record {
		return recording.Record{At: time.Duration(ms) * time.Millisecond, Kind: recording.Frame, Track: track, Data: []byte{1}}
	}
	moved := func(track uint32, ms int) recording.Record {
		return recording.Record{Kind: recording.Moved, Track: track, Event: recording.Event{By: time.Duration(ms) * time.Millisecond}}
	}
	written := []recording.Record{frame(1, 20), frame(2, 10), moved(1, -30), frame(1, 100), moved(2, 5), moved(1, 40), frame(1, 200), frame(2, 50)}
	moves := recording.Moves{}
	for _, r := range written {
		moves.Note(r)
	}
	var got []recording.Record
	for _, r := range written {
		if r, ok := moves.Settle(r); ok {
			got = append(got, r)
		}
	}
	want := []recording.Record{frame(1, 30), frame(2, 15), frame(1, 140), frame(1, 200), frame(2, 50)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Nothing is before the beginning.
	moves = recording.Moves{1: -time.Second}
	if r, _ := moves.Settle(frame(1, 300)); r.At != 0 {
		t.Errorf("at %v", r.At)
	}
}
