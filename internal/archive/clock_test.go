package archive_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/recording"
)

// By a clock that is wrong nothing is deleted within an hour: neither after a start nor
// after somebody set it. If it stays there, it is believed.
func TestWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64
		w := newWorld(t, options{jobs: -1, ahead: func() time.Duration { return time.Duration(ahead.Load()) }})
		put := func() recording.Recording {
			r := w.recording()
			r.Settings.Days = 20
			ok(t, w.Put(t.Context(), r, true))
			return r
		}
		there := func(when string, r recording.Recording, wanted bool) {
			t.Helper()
			if _, err := w.Find3(r.ID); errors.Is(err, recording.ErrNotFound) == wanted {
				t.Errorf("%s: %v", when, err)
			}
		}
		pass := func(d time.Duration) {
			time.Sleep(d) //nolint:forbidigo // the bubble's clock
			synctest.Wait()
		}
		r := put()
		pass(61 * time.Minute)
		there("not due", r, true)
		ahead.Store(int64(60 * 24 * time.Hour))
		pass(59 * time.Minute)
		there("an hour before the clock is believed", r, true)
		ahead.Store(0)
		pass(61 * time.Minute)
		there("set back in time", r, true)
		ahead.Store(int64(60 * 24 * time.Hour))
		pass(62 * time.Minute)
		there("it stays there", r, false)

		r = put()
		w.stop()
		ahead.Store(int64(400 * 24 * time.Hour))
		w = newWorld(t, options{dir: w.dir, jobs: -1, ahead: func() time.Duration { return time.Duration(ahead.Load()) }})
		pass(59 * time.Minute)
		there("started with a wrong clock", r, true)
		pass(3 * time.Minute)
		there("started, and it stays there", r, false)
	})
}
