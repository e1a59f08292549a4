package recorder

import (
	"time"

	"github.com/pion/rtp"

	"plenum/internal/recording"
)

const (
	// patience is how long a missing packet may take. Those lost between a sender
	// and the SFU are asked for again, up to ten times at intervals of the round
	// trip; after that long they hardly come. With the second in which the journal
	// is flushed it stays below the two that a crash may cost.
	patience = 700 * time.Millisecond
	// window is how many packets wait for a missing one: patience of the largest
	// screen, 10 Mbit/s in packets of 1,100 bytes, are 800.
	window = 1024
)

// frame is one whole encoded frame.
type frame struct {
	timestamp uint64 // RTP, extended
	arrived   time.Time
	data      []byte
	key       bool
}

// assembler brings the packets of one track in order and puts frames together.
// It has no clock and no goroutine of its own.
type assembler struct {
	parts   payloads
	emit    func(frame)
	waiting [window]waiting
	held    int    // in waiting
	next    uint64 // extended sequence number
	newest  uint64
	started bool
	hole    time.Time // since when next is missing, if anything is held

	timestamp uint64 // of the frame being put together
	arrived   time.Time
	lastTS    uint64 // extended timestamp of the packet before
	begun     bool

	needKey bool // of video: what comes is of no use before a key frame
}

type waiting struct {
	packet *rtp.Packet
	at     time.Time
}

func newAssembler(codec recording.Codec, emit func(frame)) *assembler {
	return &assembler{parts: payloads{codec: codec}, emit: emit, needKey: codec.Video()}
}

// push takes a packet as it arrives, in any order.
func (a *assembler) push(packet *rtp.Packet, now time.Time) {
	if !a.started {
		a.started = true
		// Far from zero, for packets that are older than the first to come.
		a.next = 1<<32 + uint64(packet.SequenceNumber)
		a.newest = a.next
	}
	seq := a.newest + uint64(int64(int16(packet.SequenceNumber-uint16(a.newest)))) //nolint:gosec // the difference of two numbers that wrap
	switch {
	case seq < a.next:
		return // late or double
	case seq >= a.next+window:
		a.drain(true)
		a.lose()
		a.next = seq
	}
	a.newest = max(a.newest, seq)
	slot := &a.waiting[seq%window]
	if slot.packet != nil {
		return // double
	}
	*slot = waiting{packet, now}
	a.held++
	a.drain(false)
	if a.held > 0 && a.hole.IsZero() {
		a.hole = now
	}
}

// expire gives up on packets that are missing for too long.
func (a *assembler) expire(now time.Time) {
	for a.held > 0 && now.Sub(a.hole) >= patience {
		a.skip()
	}
}

// flush gives out what is whole, without waiting for anything, as nothing follows.
func (a *assembler) flush() {
	a.drain(true)
	a.lose()
}

// drain takes what is in order; with all set, also what is behind holes.
func (a *assembler) drain(all bool) {
	for {
		for slot := &a.waiting[a.next%window]; slot.packet != nil; slot = &a.waiting[a.next%window] {
			a.take(slot.packet, slot.at)
			*slot = waiting{}
			a.held--
			a.next++
			a.hole = time.Time{}
		}
		if !all || a.held == 0 {
			return
		}
		a.skip()
	}
}

// skip goes on behind the hole. How long the next hole is open counts from the
// first packet behind it.
func (a *assembler) skip() {
	a.lose()
	for a.waiting[a.next%window].packet == nil {
		a.next++
	}
	a.drain(false)
	if a.held > 0 {
		seq := a.next
		for a.waiting[seq%window].packet == nil {
			seq++
		}
		a.hole = a.waiting[seq%window].at
	}
}

// lose drops the frame that is being put together, and with it those that build
// on it.
func (a *assembler) lose() {
	parameters := a.parts.parameters
	a.parts = payloads{codec: a.parts.codec, parameters: parameters}
	a.needKey = a.parts.codec.Video()
	a.begun = false
}

func (a *assembler) take(packet *rtp.Packet, at time.Time) {
	if len(packet.Payload) == 0 {
		return // padding, by which the SFU measures the way
	}
	if a.lastTS == 0 {
		a.lastTS = 1<<40 + uint64(packet.Timestamp)
	}
	ts, _ := a.extend(packet.Timestamp)
	a.lastTS = ts
	if a.begun && ts != a.timestamp {
		a.finish()
	}
	if !a.begun {
		a.begun, a.timestamp, a.arrived = true, ts, at
	}
	a.parts.add(packet.Payload)
	if packet.Marker || !a.parts.codec.Video() {
		a.finish()
	}
}

// extend returns a timestamp near those of the packets as they are extended.
func (a *assembler) extend(timestamp uint32) (uint64, bool) {
	return a.lastTS + uint64(int64(int32(timestamp-uint32(a.lastTS)))), a.lastTS > 0 //nolint:gosec // as above
}

// finish ends the present frame and gives it out.
func (a *assembler) finish() {
	if !a.begun {
		return
	}
	a.begun = false
	data, key, ok := a.parts.take()
	if !ok {
		a.needKey = a.parts.codec.Video()
		return
	}
	if len(data) == 0 || a.needKey && !key {
		return
	}
	a.needKey = false
	a.emit(frame{timestamp: a.timestamp, arrived: a.arrived, data: data, key: key})
}
