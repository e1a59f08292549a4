package archive_test

import (
	"slices"
	"testing"
	"time"

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
