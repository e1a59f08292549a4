package recorder

import (
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp"

	"plenum/internal/recording"
)

// However many packets come, and however they are numbered, little is kept of them.
func TestFlood(t *testing.T) {
	payload := make([]byte, 1200)
	payload[0] = 0x10                     // the start of a VP8 frame (RFC 7741, 4.2)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a network, no secret
	for name, number := range map[string]func(n int) (sequence uint16, timestamp uint32){
		"one picture without an end": func(n int) (uint16, uint32) { return uint16(n), 90_000 },                      //nolint:gosec // it wraps
		"a hole before all":          func(n int) (uint16, uint32) { return uint16(max(1, n%window+1)), 90_000 },     //nolint:gosec // small
		"numbers at random":          func(int) (uint16, uint32) { return uint16(random.Uint32()), random.Uint32() }, //nolint:gosec // as meant
		"times at random":            func(n int) (uint16, uint32) { return uint16(n), random.Uint32() },             //nolint:gosec // it wraps
	} {
		var given int
		a := newAssembler(recording.VP8, func(f frame) { given = max(given, len(f.data)) })
		for n := range 100_000 {
			sequence, timestamp := number(n)
			a.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: sequence, Timestamp: timestamp}, Payload: payload}, epoch)
			if a.held > window || cap(a.parts.data) > recording.MaxRecord {
				t.Fatalf("%s: of %d packets %d wait, and %d bytes of a picture", name, n, a.held, len(a.parts.data))
			}
		}
		if given > recording.MaxRecord/2 {
			t.Errorf("%s: a picture has %d bytes", name, given)
		}
	}
	// What a sender sends while nobody takes it is lost.
	if r := New(Config{}); cap(r.media) != mediaQueue {
		t.Errorf("%d packets wait", cap(r.media))
	}
}
