package archive_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// eachFile goes through all files below a directory, the unfinished too.
func eachFile(t testing.TB, dir string, do func(path string, content []byte)) {
	t.Helper()
	ok(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			do(path, content)
		}
		return err
	}))
}

// entropy is in bits a byte, of a file long enough to tell.
func entropy(b []byte) float64 {
	var count [256]int
	for _, c := range b {
		count[c]++
	}
	var bits float64
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(b))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// canaries are pieces of what was recorded that must not be on a disk: names, the
// title, frames.
func canaries(s *script) map[string][]byte {
	list := map[string][]byte{"title": []byte("Council of canaries"), "Ann": []byte("Ann Canary"), "Bob": []byte("Bob Canary")}
	for _, r := range s.records {
		if len(r.Data) >= 40 {
			list["frame of track "+string(rune('0'+r.Track))] = r.Data[8:40]
		}
	}
	return list
}

var ada = id.New[id.User]()

// Nothing that is kept can be read: not while there is a recording, and nothing of it
// is there when it was deleted.
func TestCanaries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s, ann, _ := two(t)
	r := w.recording()
	r.Settings.Speakers = true
	ok(t, w.Put(t.Context(), r, true, s.records...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{{Recording: r.ID, At: time.Now(), Seat: ann, Name: "Ann Canary", Answer: consent.Yes, Version: 1, Language: "en"}}))
	got := w.ready(r.ID)
	video := must[recording.Media](t)(w.Open(t.Context(), r.ID, asset(t, got, recording.Video).ID))
	plain := make([]byte, 64)
	must[int](t)(video.ReadAt(plain, video.Size()/2))
	looked := canaries(s)
	looked["video"] = plain
	search := func(when string) {
		t.Helper()
		eachFile(t, w.dir, func(path string, content []byte) {
			for what, canary := range looked {
				if bytes.Contains(content, canary) {
					t.Errorf("%s, %s of the recording is in %s", when, what, path)
				}
			}
			if strings.HasPrefix(path, filepath.Join(w.dir, "files")) && len(content) > 1<<16 && entropy(content) < 7.99 {
				t.Errorf("%s has %.3f bits a byte", path, entropy(content))
			}
		})
	}
	search("while it is kept")
	if answers := must[[]consent.Evidence](t)(w.Consents(t.Context(), r.ID)); len(answers) != 1 || answers[0].Name != "Ann Canary" {
		t.Errorf("answers: %+v", answers)
	}

	began := time.Now()
	by := audit.Entry{Tenant: w.of.ID, At: began, Action: audit.RecordingDeleted, Actor: audit.Party{Kind: audit.User, ID: string(ada)}, Credential: "session", Meeting: w.meeting}
	receipt := must[recording.Receipt](t)(w.Delete(t.Context(), r.ID, by))
	if late := time.Since(began); late > time.Second {
		t.Errorf("it took %v", late)
	}
	if !receipt.KeyTree || receipt.Erased.IsZero() || receipt.Files != 1+len(got.Assets) || receipt.Bytes == 0 {
		t.Errorf("the receipt: %+v", receipt)
	}
	if _, err := video.ReadAt(plain, 0); !errors.Is(err, recording.ErrNotFound) {
		t.Errorf("an open file of a deleted recording goes on: %v", err)
	}
	ok(t, video.Close())
	search("after its deletion")
	if left := w.left(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	for what, err := range map[string]error{
		"it is found":  second(w.Find3(r.ID)),
		"it is opened": second(w.Open(t.Context(), r.ID, got.Assets[0].ID)),
		"it is asked":  second(w.Consents(t.Context(), r.ID)),
		"deleted":      second(w.Delete(t.Context(), r.ID)),
	} {
		if !errors.Is(err, recording.ErrNotFound) {
			t.Errorf("%s after its deletion: %v", what, err)
		}
	}
	w.checkReceipt(receipt)
}

func second[T any](_ T, err error) error { return err }

// checkReceipt verifies the last receipt as somebody would who has the audit and the
// server's public key.
func (w *world) checkReceipt(receipt recording.Receipt) {
	w.t.Helper()
	entries := must[[]audit.Record](w.t)(w.store.AuditPage(w.t.Context(), w.of.ID, audit.Filter{Action: audit.RecordingErased}, 1<<40, 1))
	if len(entries) != 1 || entries[0].Actor.ID != string(ada) || entries[0].Subject.ID != string(receipt.Recording) {
		w.t.Fatalf("the audit: %+v", entries)
	}
	detail := maps.Clone(entries[0].Detail)
	signature := must[[]byte](w.t)(base64.StdEncoding.DecodeString(detail["signature"]))
	delete(detail, "signature")
	verifies := func() bool {
		text := must[[]byte](w.t)(json.Marshal(detail))
		return audit.VerifyReceipt(w.signer.Public(), text, signature)
	}
	if !verifies() || !bytes.Equal(signature, receipt.Signature) {
		w.t.Error("the receipt is not signed")
	}
	detail["bytes"] = "1"
	if verifies() {
		w.t.Error("another receipt has the same signature")
	}
}

// A database from before the deletion brings nothing back.
func TestRestored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.records...))
	w.ready(r.ID)
	ok(t, w.Hold(t.Context(), r.ID, recording.Hold{At: time.Now(), Reason: "court"}))
	backup := filepath.Join(t.TempDir(), "backup")
	w.stop()
	ok(t, os.CopyFS(backup, os.DirFS(w.dir)))

	w = newWorld(t, options{dir: w.dir, idle: true})
	if _, err := w.Delete(t.Context(), r.ID); !errors.Is(err, recording.ErrHeld) {
		t.Errorf("it is held, and deleted: %v", err)
	}
	ok(t, w.Hold(t.Context(), r.ID, recording.Hold{}))
	must[recording.Receipt](t)(w.Delete(t.Context(), r.ID))
	w.stop()
	for _, name := range []string{"plenum.db", "plenum.db-wal", "plenum.db-shm", "files"} {
		ok(t, os.RemoveAll(filepath.Join(w.dir, name)))
		ok(t, os.RemoveAll(filepath.Join(backup, "key")))
		ok(t, os.RemoveAll(filepath.Join(backup, "key.tree")))
	}
	ok(t, os.CopyFS(w.dir, os.DirFS(backup)))

	w = newWorld(t, options{dir: w.dir})
	w.until("the deletion", func() bool { return slices.Contains(w.actions(), "recording.erased") })
	if err := second(w.Find3(r.ID)); !errors.Is(err, recording.ErrNotFound) || len(w.left()) > 0 {
		t.Errorf("it is back: %v, %v", err, w.left())
	}
	// And its number is not given again: a new recording has a key.
	again := w.recording()
	ok(t, w.Put(t.Context(), again, true, s.records...))
	w.ready(again.ID)
}

// left are the names of all files.
func (w *world) left() (names []string) {
	w.t.Helper()
	for info, err := range w.files.List(w.t.Context(), "") {
		ok(w.t, err)
		names = append(names, info.Name)
	}
	return names
}

// Find3 is Find without what somebody is to it.
func (w *world) Find3(r id.Recording) (recording.Recording, error) {
	found, _, err := w.Find(w.t.Context(), w.of.ID, r, recording.Viewer{Key: true})
	return found, err
}

// stuck is a store from which nothing can be removed.
type stuck struct{ blob.Store }

func (stuck) Delete(context.Context, string) error { return errors.New("the disk says no") }

// Files that cannot be removed are removed later; the key is gone at once.
func TestErasedLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := must[*blob.Dir](t)(blob.OpenDir(filepath.Join(dir, "files")))
	w := newWorld(t, options{dir: dir, files: stuck{files}, idle: true})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true))
	receipt := must[recording.Receipt](t)(w.Delete(t.Context(), r.ID))
	if !receipt.KeyTree || !receipt.Erased.IsZero() || len(w.left()) == 0 {
		t.Errorf("%+v, left: %v", receipt, w.left())
	}
	w.stop()
	w = newWorld(t, options{dir: dir, idle: true})
	w.Sweep(t.Context())
	if left := w.left(); len(left) > 0 || !slices.Contains(w.actions(), "recording.erased") {
		t.Errorf("left: %v; the audit: %v", left, w.actions())
	}
}

// What is due is deleted, with a warning before; what is held is not.
func TestRetention(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	short, long, held := w.recording(), w.recording(), w.recording()
	short.Settings.Days, long.Settings.Days, held.Settings.Days = 20, 100, 20
	for _, r := range []recording.Recording{short, long, held} {
		ok(t, w.Put(t.Context(), r, true))
	}
	ok(t, w.Hold(t.Context(), held.ID, recording.Hold{At: time.Now(), Reason: "court"}))
	for _, tt := range []struct {
		days    int
		actions []string
	}{
		{12, nil},
		{14, []string{"recording.expiring"}},
		{15, []string{"recording.expiring"}}, // once
		{21, []string{"recording.expiring", "recording.deleted", "recording.erased"}},
	} {
		w.Expire(t.Context(), time.Now().AddDate(0, 0, tt.days))
		if got := w.actions(); !slices.Equal(got, tt.actions) {
			t.Errorf("after %d days the audit says %v", tt.days, got)
		}
	}
	if _, err := w.Find3(short.ID); !errors.Is(err, recording.ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
	w.found(long.ID)
	w.found(held.ID)
}

// All recordings of a meeting go with it, or none.
func TestDeleteMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	one, other := w.recording(), w.recording()
	ok(t, w.Put(t.Context(), one, true))
	ok(t, w.Put(t.Context(), other, true))
	ok(t, w.Hold(t.Context(), other.ID, recording.Hold{At: time.Now()}))
	by := audit.Entry{Tenant: w.of.ID, Action: audit.RecordingDeleted, Actor: audit.Party{Kind: audit.System}, Credential: "rule", Meeting: w.meeting}
	if err := w.DeleteMeeting(t.Context(), w.meeting, by); !errors.Is(err, recording.ErrHeld) {
		t.Errorf("one is held: %v", err)
	}
	if all, held, err := w.OfMeeting(t.Context(), w.meeting); all != 2 || held != 1 || err != nil {
		t.Errorf("%d recordings, %d held: %v", all, held, err)
	}
	ok(t, w.Hold(t.Context(), other.ID, recording.Hold{}))
	ok(t, w.DeleteMeeting(t.Context(), w.meeting, by))
	if all, _, _ := w.OfMeeting(t.Context(), w.meeting); all != 0 || len(w.left()) > 0 {
		t.Errorf("%d recordings are left, files: %v", all, w.left())
	}
}

// Without its key tree a recording can be seen to exist, and why it cannot be opened.
func TestTreeMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true))
	w.stop()
	ok(t, os.Remove(filepath.Join(w.dir, "key.tree")))
	w = newWorld(t, options{dir: w.dir, idle: true})
	if err := w.Ready(); !errors.Is(err, vault.ErrNoTree) {
		t.Errorf("it is ready: %v", err)
	}
	if got := w.found(r.ID); got.State != recording.StateFailed || got.Problem != vault.ErrNoTree.Code {
		t.Errorf("%+v", got)
	}
	if _, err := w.Begin(t.Context(), w.order(), nil, nil); !errors.Is(err, vault.ErrNoTree) {
		t.Errorf("another begins: %v", err)
	}
}
