package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// two are Ann, red and 440 Hz, and Bob, blue and 660 Hz, for four seconds.
func two(t testing.TB) (s *script, ann, bob id.Seat) {
	t.Helper()
	s = &script{}
	ann = s.person("Ann Canary", 0, 4*time.Second, colour(t, "red"), tone(t, 440))
	bob = s.person("Bob Canary", 0, 4*time.Second, colour(t, "blue"), tone(t, 660))
	s.add(4*time.Second, recording.Ended, recording.Event{})
	s.inOrder()
	return s, ann, bob
}

// What a crash ended is ended in order at the next start, and composed.
func TestCrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, false, s.records[:len(s.records)-20]...))
	// Half a chunk, as a power cut leaves one.
	journal := filepath.Join(w.dir, "files", w.journal(r.ID))
	f := must[*os.File](t)(os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0))
	must[int](t)(f.Write(make([]byte, 1000)))
	ok(t, f.Close())
	w.stop()

	w = newWorld(t, options{dir: w.dir})
	if was := must[bool](t)(w.Interrupted(t.Context(), r.Sitting)); !was {
		t.Error("nobody is told that the recording was interrupted")
	}
	if was := must[bool](t)(w.Interrupted(t.Context(), id.New[id.Sitting]())); was {
		t.Error("another sitting was interrupted too")
	}
	got := w.ready(r.ID)
	if got.Length < 3*time.Second || got.EndedAt.Before(got.StartedAt) || got.Chunks == 0 {
		t.Errorf("%+v", got)
	}
	film := watch(t, w.save(asset(t, got, recording.Video)))
	if n := len(film.pictures); film.shows(red) < n-15 || film.shows(blue) < n-15 {
		t.Errorf("of %d pictures %d show Ann, %d Bob", n, film.shows(red), film.shows(blue))
	}
	if want := []string{"recording.recovered", "recording.composed"}; !slices.Equal(w.actions(), want) {
		t.Errorf("the audit says %v", w.actions())
	}
}

// A recording that somebody else makes is left alone.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, false))
	other := must[*blob.Dir](t)(blob.OpenDir(filepath.Join(w.dir, "files")))
	log := must[blob.Log](t)(other.Append(t.Context(), w.journal(r.ID)))
	w.Recover(t.Context())
	if got := w.found(r.ID); got.State != recording.StateRecording {
		t.Errorf("it is %s", got.State)
	}
	ok(t, log.Close())
	w.Recover(t.Context())
	if got := w.found(r.ID); got.State != recording.StateComposing {
		t.Errorf("afterwards it is %s", got.State)
	}
}

// Nothing was recorded: that is said, and it can be deleted.
func TestNothingRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true))
	w.until("the failure", func() bool { return w.found(r.ID).State == recording.StateFailed })
	if got := w.found(r.ID); got.Problem != "recording.empty" {
		t.Errorf("the problem is %q", got.Problem)
	}
	receipt := must[recording.Receipt](t)(w.Delete(t.Context(), r.ID))
	if receipt.Erased.IsZero() || receipt.Files != 1 {
		t.Errorf("%+v", receipt)
	}
}

// Recordings of nobody are gone after a day, with a word in the audit. One in which
// somebody was, and who had it erased, stays with its evidence as long as any.
func TestEmptyRecordingsGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	empty, erased := w.recording(), w.recording()
	ok(t, w.Put(t.Context(), empty, true, recording.Record{Kind: recording.LayoutSet, Event: recording.Event{Layout: recording.Grid}}))
	var s script
	ann := s.person("Ann Canary", 0, time.Second, colour(t, "red"), tone(t, 440))
	s.add(time.Second, recording.Ended, recording.Event{})
	ok(t, w.Put(t.Context(), erased, false, s.inOrder()...)) // it still runs
	for _, answer := range []consent.Answer{consent.Yes, consent.Erased} {
		ok(t, w.Answers(t.Context(), []consent.Evidence{{Recording: erased.ID, At: time.Now(), Seat: ann, Answer: answer}}))
	}
	w.Recover(t.Context())
	w.until("the failure", func() bool { return w.found(empty.ID).State == recording.StateFailed })
	w.ready(erased.ID)
	if left := time.Until(w.found(empty.ID).ExpiresAt); left > 24*time.Hour || left < 23*time.Hour {
		t.Errorf("of nobody, it is kept for %v", left)
	}
	if left := time.Until(w.found(erased.ID).ExpiresAt); left < 80*24*time.Hour {
		t.Errorf("with evidence, it is kept for %v", left)
	}
	w.Expire(t.Context(), time.Now().Add(25*time.Hour))
	if _, _, err := w.Find(t.Context(), w.of.ID, empty.ID, recording.Viewer{Key: true}); !errors.Is(err, recording.ErrNotFound) {
		t.Errorf("after a day: %v", err)
	}
	w.found(erased.ID)
	if actions := w.actions(); !slices.Contains(actions, string(audit.RecordingDeleted)) {
		t.Errorf("the audit has %v", actions)
	}
}

// Where the files are not what they were, nobody knows who was recorded: all is kept
// until there is somebody who knows.
func TestLostIsNotEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	emptied, broken, missing := w.recording(), w.recording(), w.recording()
	s, _, _ := two(t)
	ok(t, w.Put(t.Context(), emptied, true, s.inOrder()...))
	ok(t, w.Put(t.Context(), broken, true, s.inOrder()...))
	ok(t, w.Put(t.Context(), missing, false, s.inOrder()...)) // a crash, after which another disk is there
	path := func(r recording.Recording) string { return filepath.Join(w.dir, "files", w.journal(r.ID)) }
	ok(t, os.Truncate(path(emptied), 0))
	ok(t, os.WriteFile(path(broken), make([]byte, 100_000), 0o600))
	ok(t, os.Remove(path(missing)))
	w.Recover(t.Context())
	w.stop()

	w = newWorld(t, options{dir: w.dir})
	for name, r := range map[string]id.Recording{"emptied": emptied.ID, "broken": broken.ID, "missing": missing.ID} {
		w.until("the failure", func() bool { return w.found(r).State == recording.StateFailed })
		if got := w.found(r); time.Until(got.ExpiresAt) < 80*24*time.Hour {
			t.Errorf("%s: %s, kept for %v", name, got.Problem, time.Until(got.ExpiresAt))
		}
	}
}

// What is damaged in the middle is left out, and the rest composed.
func TestDamage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	s, _, _ := two(t)
	filler := recording.Record{Kind: recording.Chapter, Event: recording.Event{Title: "Budget"}}
	third := len(s.records) / 3
	r := w.recording()
	// Each part is a chunk of its own: a crash, and gone on with by hand.
	ok(t, w.Put(t.Context(), r, false, s.records[:third]...))
	ok(t, w.GoOn(t.Context(), r, append([]recording.Record{filler}, s.records[third:2*third]...)...))
	path := filepath.Join(w.dir, "files", w.journal(r.ID))
	middle := must[os.FileInfo](t)(os.Stat(path)).Size() - 100
	ok(t, w.GoOn(t.Context(), r, s.records[2*third:]...))
	raw := must[[]byte](t)(os.ReadFile(path))
	raw[middle] ^= 1
	ok(t, os.WriteFile(path, raw, 0o600))
	w.stop()

	w = newWorld(t, options{dir: w.dir})
	got := w.ready(r.ID)
	film := watch(t, w.save(asset(t, got, recording.Video)))
	if n := film.shows(red); n < 40 || len(film.pictures) < 95 {
		t.Errorf("of %d pictures %d show Ann", len(film.pictures), n)
	}
}

// full is a store whose disk a test may fill.
type full struct {
	blob.Store

	is chan struct{} // has one element while it is full
}

func (f full) err() error {
	if len(f.is) > 0 {
		return blob.ErrFull
	}
	return nil
}

func (f full) Append(ctx context.Context, name string) (blob.Log, error) {
	log, err := f.Store.Append(ctx, name)
	return fullLog{log, f}, errors.Join(err, f.err())
}

type fullLog struct {
	blob.Log

	full full
}

func (l fullLog) Append(ctx context.Context, b []byte) error {
	if err := l.full.err(); err != nil {
		return err
	}
	return l.Log.Append(ctx, b)
}

// A full disk is said within five seconds, and when there is space again recording
// goes on.
func TestFullDisk(t *testing.T) {
	s := sit(t)
	dir := t.TempDir()
	disk := full{must[*blob.Dir](t)(blob.OpenDir(filepath.Join(dir, "files"))), make(chan struct{}, 1)}
	w := newWorld(t, options{dir: dir, files: disk, signal: s.sfu.Handler()})
	ann := s.join(map[livekit.TrackSource]clip{livekit.TrackSource_CAMERA: colour(t, "red"), livekit.TrackSource_MICROPHONE: tone(t, 440)})
	o := w.order()
	take, told := w.record(s, o)
	take.Consent(ann, true)
	w.until("something on the disk", func() bool {
		info, err := disk.Stat(t.Context(), w.journal(o.ID))
		return err == nil && info.Size > 20_000
	})
	disk.is <- struct{}{}
	began := time.Now()
	told.until(t, "the alarm", func(s recording.Standing) bool { return errors.Is(s.Trouble, blob.ErrFull) })
	if late := time.Since(began); late > 5*time.Second {
		t.Errorf("the alarm came after %v", late)
	}
	before := must[blob.Info](t)(disk.Stat(t.Context(), w.journal(o.ID))).Size
	<-disk.is
	told.until(t, "the end of the alarm", func(s recording.Standing) bool { return s.Trouble == nil })
	w.until("more on the disk", func() bool {
		info, err := disk.Stat(t.Context(), w.journal(o.ID))
		return err == nil && info.Size > before+20_000
	})
	take.Stop()
	told.until(t, "the end", over)
	got := w.ready(o.ID)
	if film := watch(t, w.save(asset(t, got, recording.Video))); film.shows(red) < len(film.pictures)/3 {
		t.Errorf("of %d pictures %d show Ann", len(film.pictures), film.shows(red))
	}
}

// The SFU is lost: that is said too; and the end of the program ends a recording in
// order.
func TestLostAndEnded(t *testing.T) {
	s := sit(t)
	w := newWorld(t, options{signal: s.sfu.Handler()})
	o := w.order()
	take, told := w.record(s, o)
	_ = take
	ok(t, s.sfu.Close(t.Context(), s.id))
	began := time.Now()
	told.until(t, "the alarm", func(s recording.Standing) bool { return s.Trouble != nil })
	if late := time.Since(began); late > 5*time.Second {
		t.Errorf("the alarm came after %v", late)
	}
	w.stop()
	told.until(t, "the end", over)
	w = newWorld(t, options{dir: w.dir, idle: true})
	if got := w.found(o.ID); got.State != recording.StateComposing {
		t.Errorf("it is %s", got.State)
	}
}
