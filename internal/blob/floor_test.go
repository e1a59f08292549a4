package blob_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"plenum/internal/blob"
)

// TestFloor: files leave others some of their disk; what was held back for the end
// of one of them may still be written then.
func TestFloor(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=20m"); err != nil {
		t.Skip("a small disk cannot be mounted: " + err.Error())
	}
	t.Cleanup(func() { ok(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
	d, err := blob.OpenDir(filepath.Join(disk, "files"))
	ok(t, err)
	t.Cleanup(func() { ok(t, d.Close()) })
	const held, block = 4 << 20, 1 << 18
	reserve, err := d.Reserve(t.Context(), held)
	ok(t, err)
	log, err := d.Append(t.Context(), "journal")
	ok(t, err)
	w, err := d.Create(t.Context(), "film")
	ok(t, err)
	t.Cleanup(w.Abort)
	fill := func() (n int) {
		t.Helper()
		for ; n < 20<<20; n += block {
			if err := log.Append(t.Context(), make([]byte, block)); err != nil {
				if !errors.Is(err, blob.ErrFull) {
					t.Fatal(err)
				}
				return n
			}
		}
		t.Fatal("the disk is never full")
		return n
	}
	left := func() int64 {
		t.Helper()
		var s syscall.Statfs_t
		ok(t, syscall.Statfs(disk, &s))
		return int64(s.Bavail) * s.Bsize
	}
	fill()
	if free := left(); free < 1<<20 || free > 1<<20+2*block {
		t.Errorf("%d bytes are left to others", free)
	}
	if _, err := w.Write(make([]byte, block)); !errors.Is(err, blob.ErrFull) {
		t.Errorf("another file: %v", err)
	}
	if _, err := d.Reserve(t.Context(), held); !errors.Is(err, blob.ErrFull) {
		t.Errorf("another reserve: %v", err)
	}
	ok(t, os.WriteFile(filepath.Join(disk, "database"), make([]byte, block), 0o600))

	// Somebody else takes the rest: the end is written all the same, and no more.
	ok(t, os.WriteFile(filepath.Join(disk, "database"), make([]byte, left()), 0o600))
	ok(t, reserve.Free())
	if n := fill(); n < held-2<<20 || n > held {
		t.Errorf("%d bytes of the end were written", n)
	}
	ok(t, log.Close())
}

// TestDiskWithoutNumbers: what does not say how large it is is written to until it
// says that it is full.
func TestDiskWithoutNumbers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	disk := t.TempDir()
	if err := syscall.Mount("ramfs", disk, "ramfs", 0, ""); err != nil {
		t.Skip("such a disk cannot be mounted: " + err.Error())
	}
	t.Cleanup(func() { ok(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
	d, err := blob.OpenDir(filepath.Join(disk, "files"))
	ok(t, err)
	t.Cleanup(func() { ok(t, d.Close()) })
	reserve, err := d.Reserve(t.Context(), 1<<20)
	ok(t, err)
	log, err := d.Append(t.Context(), "journal")
	ok(t, err)
	ok(t, log.Append(t.Context(), []byte("a")))
	w, err := d.Create(t.Context(), "film")
	ok(t, err)
	_, err = w.Write([]byte("b"))
	ok(t, errors.Join(err, w.Commit(), log.Close(), reserve.Free()))
}
