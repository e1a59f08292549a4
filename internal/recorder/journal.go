package recorder

import (
	"sync/atomic"
	"time"

	"plenum/internal/recording"
)

const (
	// retrySink is how often a sink that failed is asked again.
	retrySink = time.Second
	// maxPending is how many events wait for a sink that fails: hours of people
	// coming and going; speakers are not kept.
	maxPending = 10_000
)

// journal stands before the sink. While that fails, frames are dropped and events
// kept, so that what follows makes sense.
type journal struct {
	sink    Sink
	pending []recording.Record
	err     error
	again   time.Time // when the sink is asked again

	failing   atomic.Pointer[error] // until something was written again
	appending atomic.Int64          // since when, on our clock; 0 while not
}

// write takes a record and reports whether it is written; an event that is not
// will be.
func (j *journal) write(r recording.Record) bool {
	event := r.Kind != recording.Frame
	if event && !j.sound(r) {
		return false
	}
	if j.err == nil {
		if j.err = j.append(r); j.err == nil {
			return true
		}
		j.again = time.Now().Add(retrySink)
	}
	if event && r.Kind != recording.Speakers && len(j.pending) <= maxPending {
		j.pending = append(j.pending, r)
	}
	return false
}

// sound guards the sink from an event that it would have to refuse for ever, such
// as an overlong name.
func (j *journal) sound(r recording.Record) bool {
	_, err := r.AppendBinary(nil)
	return err == nil
}

func (j *journal) append(r recording.Record) error {
	j.appending.Store(int64(max(1, onOurs(time.Now()))))
	err := j.sink.Append(r)
	j.appending.Store(0)
	if err != nil {
		j.failing.Store(&err)
		return err
	}
	if j.failing.Load() != nil {
		j.failing.Store(nil)
	}
	return nil
}

// recover asks a sink that failed again, when it is time. Once it has taken the
// events that waited, frames may follow.
func (j *journal) recover(now time.Time) {
	if j.err == nil || now.Before(j.again) {
		return
	}
	for len(j.pending) > 0 {
		if j.err = j.append(j.pending[0]); j.err != nil {
			j.again = now.Add(retrySink)
			return
		}
		j.pending = j.pending[1:]
	}
	j.pending, j.err = nil, nil
}

// full reports whether more events wait than may.
func (j *journal) full() bool { return len(j.pending) > maxPending }

// trouble is what keeps the sink from being written to at the moment. Any
// goroutine may ask.
func (j *journal) trouble(now time.Time) error {
	if err := j.failing.Load(); err != nil {
		return *err
	}
	if since := j.appending.Load(); since != 0 && onOurs(now)-time.Duration(since) > alarmAfter {
		return ErrStalled
	}
	return nil
}
