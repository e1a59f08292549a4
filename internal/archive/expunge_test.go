package archive_test

import (
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/archive"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// edition waits until a journal is there in this edition and no other.
func (w *world) edition(r id.Recording, n int) {
	w.t.Helper()
	w.until("the journal without who withdrew", func() bool {
		left := w.left()
		for i := range n {
			if slices.Contains(left, archive.JournalName(r, i)) {
				return false
			}
		}
		return slices.Contains(left, archive.JournalName(r, n))
	})
}

// frames counts those of a seat in a journal.
func (w *world) frames(r recording.Recording, seat id.Seat) (n int) {
	w.t.Helper()
	of := map[uint32]id.Seat{}
	for _, rec := range must[[]recording.Record](w.t)(w.Records(w.t.Context(), r)) {
		switch rec.Kind { //nolint:exhaustive // the others have no frames
		case recording.TrackBegan:
			of[rec.Track] = rec.Began().Seat
		case recording.Frame:
			if of[rec.Track] == seat {
				n++
			}
		}
	}
	return n
}

// What was withdrawn is gone from the journal at once, where no video is ever made and
// after a crash too; of the others nothing is lost.
func TestForgottenAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{jobs: -1})
	user := w.account()
	s, ann, bob := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.records...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: ann, User: user, Answer: consent.Yes},
		{Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Yes},
	}))
	hers, his := w.frames(r, ann), w.frames(r, bob)
	ok(t, w.Withdraw(t.Context(), r.ID, user))
	w.edition(r.ID, 1)
	if n := w.frames(r, ann); n > 0 || hers == 0 {
		t.Errorf("of her %d frames %d are left", hers, n)
	}
	if n := w.frames(r, bob); n != his {
		t.Errorf("of his %d frames %d are left", his, n)
	}
	if got := w.found(r.ID); got.State != recording.StateComposing {
		t.Errorf("it is %s", got.State)
	}
	w.stop()

	// He does, and the server dies before it could.
	w = newWorld(t, options{dir: w.dir, idle: true})
	ok(t, w.Answers(t.Context(), []consent.Evidence{{Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Erased}}))
	w.stop()
	w = newWorld(t, options{dir: w.dir, jobs: -1})
	w.edition(r.ID, 2)
	if n := w.frames(r, bob); n > 0 {
		t.Errorf("%d of his frames are left", n)
	}
}

// What was withdrawn while it was recorded goes when that ends.
func TestForgottenAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{jobs: -1})
	s, ann, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, false, s.records...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: ann, Answer: consent.Yes}, {Recording: r.ID, At: time.Now(), Seat: ann, Answer: consent.Erased},
	}))
	w.Recover(t.Context())
	w.edition(r.ID, 1)
	if n := w.frames(r, ann); n > 0 {
		t.Errorf("%d of her frames are left", n)
	}
}

// What is known later of the times of frames holds for those before, and only once, also
// in a journal that was written anew.
func TestTimesAreCorrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{jobs: -1})
	s := &script{}
	ann := s.person("Ann", 0, time.Second, colour(t, "red"), tone(t, 440))
	bob := s.person("Bob", 0, time.Second, colour(t, "blue"), tone(t, 660))
	const by = -80 * time.Millisecond
	s.inOrder()
	s.records = append(s.records, recording.Record{At: time.Second, Kind: recording.Moved, Track: 1, Event: recording.Event{By: by}})
	s.send(ann, access.Camera, recording.VP8, time.Second, 2*time.Second, colour(t, "red")) // track 5
	s.add(2*time.Second, recording.Ended, recording.Event{})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.records...))
	check := func(when string) {
		t.Helper()
		first := map[uint32]time.Duration{}
		last := map[uint32]time.Duration{}
		for _, rec := range must[[]recording.Record](t)(w.Records(t.Context(), r)) {
			if _, seen := first[rec.Track]; rec.Kind == recording.Frame && !seen {
				first[rec.Track] = rec.At
			}
			if rec.Kind == recording.Frame {
				last[rec.Track] = rec.At
			}
		}
		if first[1] != 0 || last[1] != 900*time.Millisecond+by || last[2] != 980*time.Millisecond || first[5] != time.Second {
			t.Errorf("%s: frames begin at %v and end at %v", when, first, last)
		}
	}
	check("as it was recorded")
	ok(t, w.Answers(t.Context(), []consent.Evidence{{Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Yes}, {Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Erased}}))
	w.edition(r.ID, 1)
	check("as it was written anew")
}
