package recorder

import (
	"testing"
	"time"

	"plenum/internal/id"
	"plenum/internal/recording"
)

type discard struct{}

func (discard) Append(recording.Record) error { return nil }

// BenchmarkFrame is what a picture of 1.5 Mbit/s at 25 a second, some 6 packets,
// costs between the client library and the journal.
func BenchmarkFrame(b *testing.B) {
	r := New(Config{Sink: discard{}})
	seat := id.New[id.Seat]()
	r.SetConsent(seat, true)
	r.Start()
	r.obey()
	tr := &track{recorder: r, seat: seat, source: "camera", person: &personClock{}}
	tr.begin(time.Now(), recording.VP8)
	_, parts := film(30, 0, 0)
	now, seq := time.Now(), uint16(0)
	for n := 0; b.Loop(); n++ {
		for _, p := range parts[n%30] {
			next := *p
			next.SequenceNumber = seq
			seq++
			next.Timestamp = uint32(n) * 3600 //nolint:gosec // wraps as it should
			tr.push(packet{tr, &next, recording.VP8, now})
		}
		now = now.Add(40 * time.Millisecond)
	}
}
