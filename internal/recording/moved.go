package recording

import "time"

// MaxMoved is by how much the frames of a track may be moved at most, altogether: with
// the time they may be late anyway it stays within [Disorder].
const MaxMoved = time.Second

// Moves is by how much the frames of each track are to be moved that stand before the
// place one is at in a journal. How a person's tracks belong together is known some
// seconds after they began; what was written until then is corrected by [Moved].
type Moves map[uint32]time.Duration

// Note takes a record of a first way through a journal.
func (m Moves) Note(r Record) {
	if r.Kind == Moved {
		m[r.Track] += r.Event.By
	}
}

// Settle returns a record as it is to be understood, of the second way; false for a
// correction, which is of no more use then.
func (m Moves) Settle(r Record) (Record, bool) {
	switch r.Kind { //nolint:exhaustive // the others do not move
	case Frame:
		r.At = max(0, r.At+m[r.Track])
	case Moved:
		m[r.Track] -= r.Event.By
		return r, false
	}
	return r, true
}
