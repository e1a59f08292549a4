package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/archive"
	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
)

// unreadable is a database that fails for a while when recordings are looked up.
type unreadable struct {
	archive.Store

	fails atomic.Bool
}

func (u *unreadable) Recording(ctx context.Context, r id.Recording) (recording.Sealed, error) {
	if u.fails.Load() {
		return recording.Sealed{}, errors.New("the database does not answer")
	}
	return u.Store.Recording(ctx, r)
}

// What cannot be looked up is not taken for what nobody knows.
func TestSweepWithoutDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	video := asset(t, w.ready(r.ID), recording.Video)
	old := time.Now().Add(-30 * 24 * time.Hour)
	for _, name := range w.left() {
		ok(t, os.Chtimes(filepath.Join(w.dir, "files", name), old, old))
	}
	w.stop()

	w = newWorld(t, options{dir: w.dir, idle: true})
	broken := &unreadable{Store: w.store}
	broken.fails.Store(true)
	config := w.config
	config.Store = broken
	before := w.left()
	archive.New(config).Sweep(t.Context())
	if after := w.left(); !slices.Equal(before, after) {
		t.Fatalf("of %v the sweep left %v", before, after)
	}
	w.Sweep(t.Context())
	w.save(video)
}

// What somebody takes back while the recording stands still, or right before a crash,
// has no no of its own in the journal: an older one does not stand in for it.
func TestEraseWhatTheJournalDoesNotSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	var s script
	ann := s.person("Ann Canary", 0, time.Second, colour(t, "blue"), tone(t, 440))
	s.add(time.Second, recording.Consent, recording.Event{Seat: ann})
	s.add(2*time.Second, recording.Consent, recording.Event{Seat: ann, Yes: true})
	s.send(ann, access.Camera, recording.VP8, 2*time.Second, 4*time.Second, colour(t, "red"))
	s.add(4*time.Second, recording.Paused, recording.Event{})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, false, s.inOrder()...)) // it still runs
	answers := make([]consent.Evidence, 0, 5)
	for _, a := range []consent.Answer{consent.Asked, consent.Yes, consent.Withdrawn, consent.Yes, consent.Erased} {
		answers = append(answers, consent.Evidence{Recording: r.ID, At: time.Now(), Seat: ann, Answer: a})
	}
	ok(t, w.Answers(t.Context(), answers))
	w.Recover(t.Context())
	film := watch(t, w.save(asset(t, w.ready(r.ID), recording.Video)))
	if film.shows(red) > 0 || film.shows(blue) > 0 {
		t.Errorf("%d and %d pictures show what was erased", film.shows(red), film.shows(blue))
	}
}

// Who never agreed, or has had it erased already, has nothing to take back: the files
// of the others stay.
func TestWithdrawNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	ada := w.account()
	s, ann, bob := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	eve := id.New[id.Seat]()
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: ann, Answer: consent.Yes},
		{Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Yes},
		{Recording: r.ID, At: time.Now(), Seat: eve, User: ada, Answer: consent.Asked},
		{Recording: r.ID, At: time.Now(), Seat: eve, User: ada, Answer: consent.No},
	}))
	before := w.ready(r.ID)
	ok(t, w.Withdraw(t.Context(), r.ID, ada))
	after := w.found(r.ID)
	if after.State != recording.StateReady || asset(t, after, recording.Video).ID != asset(t, before, recording.Video).ID {
		t.Errorf("who never agreed has the files made anew: %v", after.State)
	}
	if n := len(must[[]consent.Evidence](t)(w.Consents(t.Context(), r.ID))); n != 4 {
		t.Errorf("%d answers", n)
	}
}

// Under a legal hold nothing is destroyed. Who withdraws is taken out of what people
// watch at once, and out of the journal when the hold ends.
func TestWithdrawUnderHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	ada := w.account()
	s, ann, bob := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: ann, User: ada, Answer: consent.Yes},
		{Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Yes},
	}))
	w.ready(r.ID)
	whole := len(must[[]recording.Record](t)(w.Records(t.Context(), w.found(r.ID))))
	ok(t, w.Hold(t.Context(), r.ID, recording.Hold{At: time.Now(), Reason: "court"}))
	ok(t, w.Withdraw(t.Context(), r.ID, ada))
	film := watch(t, w.save(asset(t, w.ready(r.ID), recording.Video)))
	if film.shows(red) > 0 || film.shows(blue) == 0 {
		t.Errorf("%d pictures show Ann, %d Bob", film.shows(red), film.shows(blue))
	}
	if n := len(must[[]recording.Record](t)(w.Records(t.Context(), w.found(r.ID)))); n != whole {
		t.Errorf("of %d records that a court wants %d are left", whole, n)
	}
	ok(t, w.Hold(t.Context(), r.ID, recording.Hold{}))
	w.until("the journal without her", func() bool {
		left := w.left()
		return !slices.Contains(left, w.journal(r.ID)) && slices.Contains(left, archive.JournalName(r.ID, 1))
	})
}

// With another cut, what the one before showed is shown no more, also while the new
// one is made.
func TestCutAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	w.ready(r.ID)
	trimmed := func() *recording.Asset {
		for _, a := range w.found(r.ID).Assets {
			if a.Kind == recording.Trimmed {
				return &a
			}
		}
		return nil
	}
	ok(t, w.Trim(t.Context(), r.ID, recording.Cut{To: 3 * time.Second}))
	w.until("the first cut", func() bool { return trimmed() != nil })
	first := *trimmed()
	open := must[recording.Media](t)(w.Open(t.Context(), r.ID, first.ID))
	defer open.Close()
	ok(t, w.Trim(t.Context(), r.ID, recording.Cut{To: 2 * time.Second}))
	if _, err := open.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("who watches goes on watching what was cut off")
	}
	w.until("the second cut", func() bool { now := trimmed(); return now != nil && now.ID != first.ID })
}

// However often files are wanted anew, there is one piece of work.
func TestComposeInALoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	for range 20 {
		ok(t, w.Compose(t.Context(), r.ID, r.Settings))
	}
	if n := len(must[[]job.Job](t)(w.store.Jobs(t.Context(), r.ID))); n != 1 {
		t.Errorf("%d times it is to be composed", n)
	}
}

// Marked copies are as large as the video, and each is encoded anew: of those who come
// by a link, whom nobody can tell apart, only some have one.
func TestMarksAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	w.ready(r.ID)
	w.stop()
	w = newWorld(t, options{dir: w.dir, idle: true})
	var err error
	n := 0
	for ; n < 100 && err == nil; n++ {
		_, _, err = w.Mark(t.Context(), r.ID, "Town", "viewer:"+strconv.Itoa(n))
	}
	if !errors.Is(err, archive.ErrMarks) {
		t.Errorf("%d copies are made for a link: %v", n, err)
	}
	if _, _, err := w.Mark(t.Context(), r.ID, "Ann", "user:"+string(w.account())); err != nil {
		t.Errorf("somebody with an account: %v", err)
	}
}

// cramped is a database on a disk that is full as long as something is held back on it.
type cramped struct {
	archive.Store

	temp string
}

func (c cramped) DeleteRecording(ctx context.Context, r id.Recording, now time.Time, entries ...audit.Entry) (recording.Recording, error) {
	if held, err := filepath.Glob(filepath.Join(c.temp, "*")); err != nil || len(held) > 0 {
		return recording.Recording{}, blob.ErrFull
	}
	return c.Store.DeleteRecording(ctx, r, now, entries...)
}

// A disk that recordings have filled is freed by deleting them.
func TestDeleteOnAFullDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	config := w.config
	config.Store = cramped{w.store, filepath.Join(w.dir, "files", ".temp")}
	config.Jobs = 0
	a := archive.New(config)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	w.until("the spare space", func() bool { return a.Spares() })
	_, err := a.Delete(t.Context(), r.ID)
	ok(t, err)
	cancel()
	ok(t, <-ended)
	if left := w.left(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// dying is a store of a server that dies before it forgets files.
type dying struct{ archive.Store }

func (dying) RemoveAssets(context.Context, id.Recording, ...id.Asset) error {
	return errors.New("it died")
}

// A cut that is changed is not shown any more as soon as that is known, whatever
// happens then.
func TestDyingWhileCutting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	r := w.recording()
	ok(t, w.Keep(t.Context(), r))
	ok(t, w.store.SetRecordingEnded(t.Context(), r.ID, time.Now(), 1, time.Now().Add(time.Hour), nil))
	file := func(kind recording.AssetKind) recording.SealedAsset {
		return recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: kind, CreatedAt: time.Now()}}
	}
	ok(t, w.store.SetRecordingReady(t.Context(), r.ID, time.Minute, nil, []recording.SealedAsset{file(recording.Video)}, nil))
	config := w.config
	config.Store = dying{w.store}
	a := archive.New(config)
	for _, cut := range []recording.Cut{{To: 10 * time.Second}, {}} {
		ok(t, w.store.AddAssets(t.Context(), r.ID, file(recording.Trimmed), file(recording.Marked), file(recording.Poster)))
		_ = a.Trim(t.Context(), r.ID, cut)
		if got := w.found(r.ID); got.Cut != cut || len(got.Assets) != 1 {
			t.Errorf("with %v, of %v there are still %+v", cut, got.Cut, got.Assets)
		}
	}
}
