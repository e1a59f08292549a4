package archive_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/archive"
	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/blob/s3test"
	"plenum/internal/composer"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/user"
)

// Somebody withdraws: what holds them is gone at once, what is made anew is black and
// silent where they were, and their frames and name are in the journal no more.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	ada := w.account()
	s, ann, bob := two(t)
	r := w.recording()
	r.Settings.Speakers = true
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: ann, User: ada, Name: "Ann Canary", Answer: consent.Yes, Version: 3, Language: "fr"},
		{Recording: r.ID, At: time.Now(), Seat: bob, Name: "Bob Canary", Answer: consent.Yes, Version: 3, Language: "de"},
	}))
	before := w.ready(r.ID)
	video := must[recording.Media](t)(w.Open(t.Context(), r.ID, asset(t, before, recording.Video).ID))
	if err := w.Withdraw(t.Context(), r.ID, id.New[id.User]()); !errors.Is(err, recording.ErrNotFound) {
		t.Errorf("a stranger withdraws: %v", err)
	}
	ok(t, w.Withdraw(t.Context(), r.ID, ada))
	if _, err := video.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("the video with her can still be read")
	}
	ok(t, video.Close())

	after := w.ready(r.ID)
	film := watch(t, w.save(asset(t, after, recording.Video)))
	if n := len(film.pictures); film.shows(red) > 0 || film.shows(blue) < n*9/10 || hears(film.sound, 440) > 0.002 || hears(film.sound, 660) < 0.01 {
		t.Errorf("of %d pictures %d show Ann, %d Bob; she is heard with %.4f", n, film.shows(red), film.shows(blue), hears(film.sound, 440))
	}
	for _, a := range after.Assets {
		if a.Kind == recording.SpeakerFile && a.Seat != bob {
			t.Errorf("there is a file of %v", a.Seat)
		}
	}
	for _, rec := range must[[]recording.Record](t)(w.Records(t.Context(), after)) {
		if rec.Event.Name == "Ann Canary" || rec.Kind == recording.Frame && rec.Track <= 2 {
			t.Fatalf("the journal still has %+v", rec.Kind)
		}
	}
	if left := w.left(); slices.Contains(left, w.journal(r.ID)) || !slices.Contains(left, archive.JournalName(r.ID, 1)) {
		t.Errorf("files: %v", left)
	}
	answers := must[[]consent.Evidence](t)(w.Consents(t.Context(), r.ID))
	last := answers[len(answers)-1]
	if len(answers) != 3 || last.Answer != consent.Erased || last.Seat != ann || last.Name != "Ann Canary" || last.Language != "fr" || last.Version != 3 {
		t.Errorf("the evidence: %+v", answers)
	}
	if mine := must[[]consent.Evidence](t)(w.Answered(t.Context(), w.of.ID, ada)); len(mine) != 2 {
		t.Errorf("she answered %+v", mine)
	}
	// Again, and for the other: an edition more.
	ok(t, w.Withdraw(t.Context(), r.ID, ada))
	w.ready(r.ID)
}

// In the meeting somebody asks for what is past to be erased, and agrees again later.
func TestEraseWhatWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{jobs: 1})
	var s script
	ann := s.person("Ann Canary", 0, 2*time.Second, colour(t, "red"), tone(t, 440))
	s.add(2*time.Second, recording.Consent, recording.Event{Seat: ann})
	s.add(3*time.Second, recording.Consent, recording.Event{Seat: ann, Yes: true})
	s.send(ann, access.Camera, recording.VP8, 3*time.Second, 5*time.Second, colour(t, "blue"))
	s.add(5*time.Second, recording.Ended, recording.Event{})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, false, s.inOrder()...)) // it still runs
	for _, answer := range []consent.Answer{consent.Yes, consent.Erased, consent.Yes} {
		ok(t, w.Answers(t.Context(), []consent.Evidence{{Recording: r.ID, At: time.Now(), Seat: ann, Answer: answer}}))
	}
	w.Recover(t.Context())
	film := watch(t, w.save(asset(t, w.ready(r.ID), recording.Video)))
	if film.shows(red) > 0 || film.shows(blue) < 40 {
		t.Errorf("%d pictures show what was erased, %d what was agreed to again", film.shows(red), film.shows(blue))
	}
}

// account makes one in the organisation.
func (w *world) account() id.User {
	w.t.Helper()
	u := user.User{ID: id.New[id.User](), Tenant: w.of.ID, Name: "Ada", Email: "ada@town.example", CreatedAt: time.Now()}
	ok(w.t, w.store.CreateUser(w.t.Context(), u))
	return u.ID
}

func TestTrimAndMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	var s script
	s.person("Ann", 0, 3*time.Second, colour(t, "red"), tone(t, 440))
	s.person("Bob", 3*time.Second, 6*time.Second, colour(t, "blue"), tone(t, 660))
	s.add(6*time.Second, recording.Ended, recording.Event{})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	if err := w.Trim(t.Context(), r.ID, recording.Cut{To: time.Second}); !errors.Is(err, recording.ErrNotReady) {
		t.Errorf("trimmed before it is made: %v", err)
	}
	w.ready(r.ID)
	for _, wrong := range []recording.Cut{{From: time.Second}, {From: -1, To: 1}, {To: time.Hour}} {
		if err := w.Trim(t.Context(), r.ID, wrong); err == nil {
			t.Errorf("%v is a cut", wrong)
		}
	}
	cut := recording.Cut{From: 4 * time.Second, To: 6 * time.Second}
	ok(t, w.Trim(t.Context(), r.ID, cut))
	w.until("the cut", func() bool {
		return slices.ContainsFunc(w.found(r.ID).Assets, func(a recording.Asset) bool { return a.Kind == recording.Trimmed })
	})
	trimmed := asset(t, w.found(r.ID), recording.Trimmed)
	film := watch(t, w.save(trimmed))
	if n := len(film.pictures); n != 50 || film.shows(red) > 0 || film.shows(blue) < 49 {
		t.Errorf("of %d pictures %d show Ann, %d Bob", n, film.shows(red), film.shows(blue))
	}

	mark := func(viewer string) (made id.Asset) {
		w.until("the marked copy", func() bool {
			var err error
			made, _, err = w.Mark(t.Context(), r.ID, "For Cleo Canary", viewer)
			ok(t, err)
			return made != ""
		})
		return made
	}
	first := mark("cleo")
	if again := mark("cleo"); again != first {
		t.Error("for the same viewer it is made twice")
	}
	if other := mark("dan"); other == first {
		t.Error("another viewer gets it")
	}
	eachFile(t, w.dir, func(path string, content []byte) {
		if bytes.Contains(content, []byte("Cleo")) {
			t.Errorf("the mark is in %s", path)
		}
	})
	if length := len(watch(t, w.save(asset(t, w.found(r.ID), recording.Marked))).pictures); length != 50 {
		t.Errorf("the marked copy has %d pictures", length)
	}
	w.Expire(t.Context(), time.Now().Add(25*time.Hour))
	if slices.ContainsFunc(w.found(r.ID).Assets, func(a recording.Asset) bool { return a.Kind == recording.Marked }) {
		t.Error("marked copies are kept longer than a day")
	}
	// All of it again.
	ok(t, w.Trim(t.Context(), r.ID, recording.Cut{}))
	if got := w.depicted(r.ID, recording.Video); len(got.Assets) != 2 || len(w.left()) != 3 {
		t.Errorf("files: %+v, %v", got.Assets, w.left())
	}
}

func TestRenameAndSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	all := make([]id.Recording, 0, 3)
	for range 3 {
		r := w.recording()
		ok(t, w.Put(t.Context(), r, true))
		all = append(all, r.ID)
	}
	ok(t, w.Rename(t.Context(), all[1], "Haushalt ÄÖÜ", audit.Entry{
		Tenant: w.of.ID, Action: audit.RecordingChanged, Actor: audit.Party{Kind: audit.System}, Credential: "rule",
	}))
	for search, want := range map[string]int{"": 3, "CANARIES": 2, "haushalt äöü": 1, "nothing": 0} {
		if got := w.listed(recording.Query{Tenant: w.of.ID, Search: search, Viewer: recording.Viewer{Key: true}, Many: 10}); len(got) != want {
			t.Errorf("%q finds %d", search, len(got))
		}
	}
	page := recording.Query{Tenant: w.of.ID, Viewer: recording.Viewer{Key: true}, Many: 2}
	first := w.listed(page)
	page.After = first[1].Position()
	if rest := w.listed(page); len(first) != 2 || len(rest) != 1 {
		t.Errorf("pages of %d and %d", len(first), len(rest))
	}
	if _, _, err := w.Find(t.Context(), id.New[id.Tenant](), all[0], recording.Viewer{Key: true}); !errors.Is(err, recording.ErrNotFound) {
		t.Errorf("another organisation finds it: %v", err)
	}
}

// Without ffmpeg nothing is lost: it waits, says so, and is made once ffmpeg is there.
func TestWithoutFFmpeg(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "ffmpeg")
	w := newWorld(t, options{ffmpeg: program})
	w.until("the look", func() bool { return errors.Is(w.Ready(), composer.ErrMissing) })
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	if got := w.found(r.ID); got.State != recording.StateComposing || got.Problem != composer.ErrMissing.Code {
		t.Errorf("%s, %q", got.State, got.Problem)
	}
	ok(t, os.WriteFile(program, []byte("#!/bin/sh\necho ffmpeg version 4.4\n"), 0o700))
	w.Look(t.Context())
	if err := w.Ready(); !errors.Is(err, composer.ErrUnsuited) {
		t.Errorf("an old ffmpeg: %v", err)
	}
	ok(t, os.WriteFile(program, []byte("#!/bin/sh\nexec /usr/bin/ffmpeg \"$@\"\n"), 0o700))
	w.Look(t.Context())
	ok(t, w.Ready())
	w.ready(r.ID)
}

// The place of the files is not there at first: the archive says so, and works once
// it is.
func TestFilesLater(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mount", "files")
	ok(t, os.WriteFile(filepath.Dir(dir), nil, 0o600))
	w := newWorld(t, options{idle: true, files: archive.Late(func(context.Context) (blob.Store, error) { return blob.OpenDir(dir) })})
	if err := w.Ready(); !errors.Is(err, archive.ErrFiles) {
		t.Errorf("it is ready: %v", err)
	}
	if _, err := w.Begin(t.Context(), w.order(), nil, nil); !errors.Is(err, archive.ErrFiles) {
		t.Errorf("a recording begins: %v", err)
	}
	ok(t, os.Remove(filepath.Dir(dir)))
	w.Look(t.Context())
	ok(t, w.Ready())
}

// A server that ends in the middle of composing does it again, and leaves nothing.
func TestEndedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s, _, _ := two(t)
	r := w.recording()
	r.Settings.Audio = true
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	w.until("the middle", func() bool {
		begun := must[[]os.DirEntry](t)(os.ReadDir(filepath.Join(w.dir, "files", ".temp")))
		return len(begun) > 0
	})
	w.stop()
	w = newWorld(t, options{dir: w.dir})
	got := w.ready(r.ID)
	if left := w.left(); len(left) != 1+len(got.Assets) {
		t.Errorf("files: %v", left)
	}
	watch(t, w.save(asset(t, got, recording.Video)))
}

// In a bucket all is as in a directory.
func TestBucket(t *testing.T) {
	s3 := must[*blob.S3](t)(blob.OpenS3(t.Context(), s3test.Start(t)))
	w := newWorld(t, options{files: s3})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	got := w.ready(r.ID)
	film := watch(t, w.save(asset(t, got, recording.Video)))
	if film.shows(red) < len(film.pictures)*9/10 {
		t.Error("it is another video")
	}
	began := time.Now()
	for range 20 {
		m := must[recording.Media](t)(w.Open(t.Context(), r.ID, asset(t, got, recording.Video).ID))
		must[int](t)(m.ReadAt(make([]byte, 1000), 0))
		ok(t, m.Close())
	}
	t.Logf("opening a file in a bucket and reading of it takes %v", time.Since(began)/20)
	must[recording.Receipt](t)(w.Delete(t.Context(), r.ID))
	if left := w.left(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
