package archive_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"plenum/internal/consent"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// device mounts an ext4 file system that lies in an image; settle has all written
// and returns every byte of it, also of what was deleted.
func device(t testing.TB) (dir string, settle func() []byte) {
	t.Helper()
	for _, program := range []string{"mkfs.ext4", "losetup"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	image := filepath.Join(t.TempDir(), "image")
	dir = t.TempDir()
	ok(t, os.WriteFile(image, nil, 0o600))
	ok(t, os.Truncate(image, 128<<20))
	run := func(name string, args ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	if said, err := run("mkfs.ext4", "-q", "-F", image); err != nil {
		t.Fatal(said)
	}
	loop, err := run("losetup", "--find", "--show", image)
	if err != nil {
		t.Skip("no device for the image: " + loop)
	}
	t.Cleanup(func() { // takes effect when nothing on it is open any more
		if out, err := exec.Command("losetup", "--detach", loop).CombinedOutput(); err != nil { //nolint:noctx // after the test
			t.Errorf("%v: %s", err, out)
		}
	})
	if err := syscall.Mount(loop, dir, "ext4", 0, ""); err != nil {
		t.Skip("the image cannot be mounted: " + err.Error())
	}
	t.Cleanup(func() { ok(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir, func() []byte {
		t.Helper()
		// As unmounting does it, all is written. That itself has to wait for the key
		// tree, which stays open.
		syscall.Sync()
		ok(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		return must[[]byte](t)(os.ReadFile(image))
	}
}

// secret is what a key consists of.
func secret(key *vault.Key) []byte {
	return bytes.Clone(reflect.ValueOf(key).Elem().FieldByName("secret").Bytes())
}

// After a recording was deleted, there is on the whole disk, deleted blocks and the
// file system's own journal included, nothing of it that can be read, and not what
// would open it.
func TestRawDisk(t *testing.T) {
	t.Parallel()
	dir, settle := device(t)
	w := newWorld(t, options{dir: dir})
	s, ann, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.records...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{{Recording: r.ID, At: time.Now(), Seat: ann, Name: "Ann Canary", Answer: consent.Yes, Version: 1, Language: "en"}}))
	got := w.ready(r.ID)
	looked := canaries(s)
	row := must[recording.Sealed](t)(w.store.Recording(t.Context(), r.ID))
	key := must[*vault.Key](t)(w.keys.Unwrap(string(r.ID), row.Wrapped))
	looked["key"] = secret(key)
	key.Close()
	video := must[recording.Media](t)(w.Open(t.Context(), r.ID, asset(t, got, recording.Video).ID))
	looked["video"] = make([]byte, 64)
	must[int](t)(video.ReadAt(looked["video"], video.Size()/2))
	ok(t, video.Close())
	// The tree from before the deletion, sealed as it is, opens with the master key.
	tree := must[[]byte](t)(os.ReadFile(vault.TreePath(filepath.Join(dir, "key"))))
	looked["tree from before"] = tree[len(tree)-32:]
	receipt := must[recording.Receipt](t)(w.Delete(t.Context(), r.ID))
	if !receipt.KeyTree || receipt.Erased.IsZero() {
		t.Errorf("%+v", receipt)
	}
	w.stop()
	raw := settle()
	if n := bytes.Count(raw, []byte("Council")); n == 0 {
		t.Error("nothing at all is found: the meeting's name is there")
	}
	for what, canary := range looked {
		if at := bytes.Index(raw, canary); at >= 0 {
			t.Errorf("%s is on the disk at %d", what, at)
		}
	}
	// The wrapped key may be found, in a block that the database's log had: it opens
	// nothing, also for who has the master key.
	t.Logf("the wrapped key is there %d times", bytes.Count(raw, row.Wrapped[len(row.Wrapped)-32:]))
	if _, err := w.keys.Unwrap(string(r.ID), row.Wrapped); !errors.Is(err, vault.ErrDestroyed) {
		t.Errorf("the wrapped key can be opened: %v", err)
	}
}
