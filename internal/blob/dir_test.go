package blob_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"plenum/internal/blob"
)

// TestWhatTheDeadLeave: unfinished files and reserves go once nobody holds them,
// and not before.
func TestWhatTheDeadLeave(t *testing.T) {
	dir := t.TempDir()
	d, err := blob.OpenDir(dir)
	ok(t, err)
	old := time.Now().Add(-time.Hour)
	temp := filepath.Join(dir, ".temp")
	dead, young := filepath.Join(temp, "dead"), filepath.Join(temp, "young")
	for _, path := range []string{dead, young} {
		ok(t, os.WriteFile(path, []byte("x"), 0o600))
	}
	ok(t, os.Chtimes(dead, old, old))
	w, err := d.Create(t.Context(), "film")
	ok(t, err)
	r, err := d.Reserve(t.Context(), 1<<16)
	ok(t, err)
	entries, err := os.ReadDir(temp)
	ok(t, err)
	for _, e := range entries {
		if path := filepath.Join(temp, e.Name()); path != young {
			ok(t, os.Chtimes(path, old, old))
		}
	}
	other, err := blob.OpenDir(dir) // as a second program would
	ok(t, err)
	ok(t, other.Sweep(t.Context()))
	for path, want := range map[string]bool{dead: false, young: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	_, err = w.Write([]byte("x"))
	ok(t, err)
	ok(t, w.Commit())
	ok(t, r.Free())
	ok(t, os.Remove(young))
	ok(t, other.Close())
	ok(t, d.Close())
	var left []string
	ok(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		ok(t, err)
		if info.Mode().Perm()&0o077 != 0 && path != dir {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if !e.IsDir() {
			left = append(left, e.Name())
		}
		return nil
	}))
	if len(left) != 1 || left[0] != "film" {
		t.Errorf("left: %v", left)
	}
}

// TestLinksLeadNowhere: what somebody put into the directory opens nothing outside.
func TestLinksLeadNowhere(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	ok(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600))
	ok(t, os.Symlink(outside, filepath.Join(dir, "rec")))
	d, err := blob.OpenDir(dir)
	ok(t, err)
	defer d.Close() //nolint:errcheck // the test is over
	if _, err := d.Open(t.Context(), "rec/secret"); err == nil {
		t.Error("reads outside")
	}
	if _, err := d.Append(t.Context(), "rec/other"); err == nil {
		t.Error("writes outside")
	}
	if err := d.Delete(t.Context(), "rec/secret"); err == nil {
		if _, err := os.Stat(filepath.Join(outside, "secret")); err != nil {
			t.Error("deletes outside")
		}
	}
}
