package journal_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/blob"
	"plenum/internal/journal"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// TestKilled kills a program that records at 20 random moments, and looks what is left.
func TestKilled(t *testing.T) {
	t.Parallel()
	const marker = "PLENUM_TEST_RECORD_IN"
	if dir := os.Getenv(marker); dir != "" {
		recordUntilKilled(t, dir)
		return
	}
	for i := range 20 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			v, err := vault.Open(filepath.Join(dir, "master"))
			ok(t, err)
			k, wrapped, err := v.NewKey("recording", 1)
			ok(t, err)
			ok(t, os.WriteFile(filepath.Join(dir, "wrapped"), wrapped, 0o600))

			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$") //nolint:gosec // this test
			child.Env = append(os.Environ(), marker+"="+dir)
			out, err := child.StdoutPipe()
			ok(t, err)
			ok(t, child.Start())
			frames, after := 0, time.Duration(rand.Int64N(int64(4*time.Second)))
			kill := time.AfterFunc(after, func() { child.Process.Kill() }) //nolint:errcheck // it runs: nothing else ends it
			defer kill.Stop()

			taken := []time.Time{}
			for lines := bufio.NewScanner(out); lines.Scan(); {
				ms, err := strconv.ParseInt(lines.Text(), 10, 64)
				if err != nil {
					t.Fatal(lines.Text())
				}
				frames++
				taken = append(taken, time.UnixMilli(ms))
			}
			child.Wait() //nolint:errcheck // it was killed
			afterKill(t, filepath.Join(dir, "files"), k.Boxes("journal"), taken)
			if frames == 0 && after > 2*time.Second {
				t.Error("it recorded nothing")
			}
		})
	}
}

// recordUntilKilled appends a frame each 10 ms and prints when.
func recordUntilKilled(t *testing.T, dir string) {
	t.Helper()
	v, err := vault.Open(filepath.Join(dir, "master"))
	ok(t, err)
	wrapped, err := os.ReadFile(filepath.Join(dir, "wrapped"))
	ok(t, err)
	k, err := v.Unwrap("recording", wrapped)
	ok(t, err)
	d, err := blob.OpenDir(filepath.Join(dir, "files"))
	ok(t, err)
	l, err := d.Append(t.Context(), "rec/journal")
	ok(t, err)
	w := start(t, journal.Config{Log: l, Boxes: k.Boxes("journal")})
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		ok(t, w.Append(frame(n, 2000)))
		if _, err := fmt.Fprintln(os.Stdout, time.Now().UnixMilli()); err != nil {
			return
		}
		<-tick.C
	}
}

// afterKill checks that all but the last two seconds is there, and that it goes on.
func afterKill(t *testing.T, dir string, boxes journal.Boxes, taken []time.Time) {
	t.Helper()
	d, err := blob.OpenDir(dir)
	ok(t, err)
	defer d.Close() //nolint:errcheck // the test is over
	look := func() (*journal.Reader, []recording.Record) {
		f, err := d.Open(t.Context(), "rec/journal")
		if errors.Is(err, blob.ErrNotExist) {
			return nil, nil // killed before it began
		}
		ok(t, err)
		defer f.Close() //nolint:errcheck // read only
		file, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
		ok(t, err)
		if bytes.Contains(file, []byte("canary")) {
			t.Error("the disk tells something")
		}
		r, records, damaged := contents(t, file, boxes)
		if len(damaged) > 0 {
			t.Errorf("torn is taken for damaged: %v", damaged)
		}
		for i, record := range records {
			if binary.BigEndian.Uint64(record.Data) != uint64(i) {
				t.Fatalf("record %d is another one", i)
			}
		}
		return r, records
	}
	r, records := look()
	if r == nil {
		return
	}
	if n := len(taken); len(records) < n {
		if lost := taken[n-1].Sub(taken[len(records)]); lost > 2*time.Second {
			t.Errorf("%v lost: %d of %d frames kept", lost, len(records), n)
		}
	}
	if r.Finished() {
		t.Error("it looks finished")
	}
	l, err := d.Append(t.Context(), "rec/journal")
	ok(t, err)
	w := start(t, journal.Config{Log: l, Boxes: boxes})
	ok(t, w.Append(frame(len(records), 100)))
	ok(t, w.Finish(t.Context()))
	if r, again := look(); len(again) != len(records)+1 || !r.Finished() {
		t.Errorf("gone on: %d records, finished %v", len(again), r.Finished())
	}
	ok(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "journal" {
			t.Errorf("left behind: %s", path)
		}
		return err
	}))
}

// TestFullDisk runs itself in a mount namespace with a small file system.
func TestFullDisk(t *testing.T) {
	const marker = "PLENUM_TEST_FULL_DISK"
	if dir := os.Getenv(marker); dir != "" {
		onFullDisk(t, dir)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.v") //nolint:gosec // this test
	child.Env = append(os.Environ(), marker+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) || strings.Contains(string(out), "--- SKIP") {
		t.Skip("this machine does not let a test mount a file system")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func onFullDisk(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=36m"); err != nil {
		t.Skip(err)
	}
	ballast := filepath.Join(dir, "ballast")
	ok(t, os.WriteFile(ballast, make([]byte, 5<<20), 0o600))
	d, err := blob.OpenDir(filepath.Join(dir, "files"))
	ok(t, err)
	boxes := key(t).Boxes("journal")
	if _, err := d.Reserve(t.Context(), 64<<20); !errors.Is(err, blob.ErrFull) {
		t.Fatalf("a reserve larger than the disk: %v", err)
	}
	reserve, err := d.Reserve(t.Context(), journal.ReserveSize)
	ok(t, err)
	l, err := d.Append(t.Context(), "rec/journal")
	ok(t, err)
	w, err := journal.Open(t.Context(), journal.Config{Log: l, Boxes: boxes, Reserve: reserve, Every: 10 * time.Millisecond})
	ok(t, err)
	ended := make(chan error, 1)
	go func() { ended <- w.Run(t.Context()) }()

	var taken []recording.Record
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	fill := func() {
		for {
			r := frame(len(taken), 40_000)
			if err := w.Append(r); err != nil {
				if !errors.Is(err, blob.ErrFull) || !errors.Is(w.Trouble(), blob.ErrFull) {
					t.Fatalf("the full disk looks like %v, %v", err, w.Trouble())
				}
				return
			}
			taken = append(taken, r)
			<-tick.C
		}
	}
	fill()
	event := recording.Record{At: taken[len(taken)-1].At, Kind: recording.Paused}
	ok(t, w.Append(event)) // is kept
	taken = append(taken, event)
	if _, got, damaged := contents(t, whole(t, d), boxes); len(damaged) > 0 || len(got) < 10 || !same(taken[:len(got)], got) {
		t.Fatalf("on the full disk %d records can be read, damaged %v", len(got), damaged)
	}

	ok(t, os.Remove(ballast)) // somebody makes room
	before := len(taken)
	for w.Trouble() != nil {
		<-tick.C
	}
	fill()
	if len(taken) < before+50 {
		t.Errorf("with room again only %d frames were taken", len(taken)-before)
	}
	ok(t, w.Finish(t.Context())) // with the reserve
	ok(t, <-ended)
	r, got, damaged := contents(t, whole(t, d), boxes)
	if len(damaged) > 0 || !same(taken, got) || !r.Finished() {
		t.Errorf("%d of %d records, damaged %v, finished %v", len(got), len(taken), damaged, r.Finished())
	}
}

func whole(t testing.TB, s blob.Store) []byte {
	t.Helper()
	f, err := s.Open(t.Context(), "rec/journal")
	ok(t, err)
	defer f.Close() //nolint:errcheck // read only
	b, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
	ok(t, err)
	return b
}

// TestSlowDisk: a write that hangs is told, and does not hold up who records.
func TestSlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		boxes := key(t).Boxes("journal")
		m := &memory{hold: make(chan struct{})}
		w := start(t, journal.Config{Log: m, Boxes: boxes})
		ok(t, w.Append(frame(0, 1000)))
		time.Sleep(3900 * time.Millisecond) //nolint:forbidigo // the bubble's clock
		ok(t, w.Trouble())
		time.Sleep(200 * time.Millisecond) //nolint:forbidigo // the bubble's clock
		if err := w.Trouble(); !errors.Is(err, journal.ErrSlow) {
			t.Errorf("after three seconds: %v", err)
		}
		n := 1
		for ; w.Append(frame(n, 100_000)) == nil; n++ {
		}
		if err := w.Append(frame(n, 8)); !errors.Is(err, journal.ErrSlow) || n < 80 {
			t.Errorf("after %d frames: %v", n, err)
		}
		close(m.hold)
		synctest.Wait()
		time.Sleep(time.Second) //nolint:forbidigo // the bubble's clock
		synctest.Wait()
		ok(t, w.Trouble())
		ok(t, w.Append(frame(n, 8)))
		ok(t, w.Finish(t.Context()))
		if r, got, _ := contents(t, m.b, boxes); len(got) != n+1 || !r.Finished() {
			t.Errorf("%d of %d", len(got), n+1)
		}
	})
}

// TestWithinASecond: what was appended is on the disk after a second and not later.
func TestWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		w := start(t, journal.Config{Log: m, Boxes: key(t).Boxes("journal")})
		time.Sleep(1300 * time.Millisecond) //nolint:forbidigo // the bubble's clock
		synctest.Wait()
		if len(m.b) > 0 {
			t.Error("something is written though there is nothing")
		}
		ok(t, w.Append(frame(0, 8)))
		time.Sleep(time.Second) //nolint:forbidigo // the bubble's clock
		synctest.Wait()
		if len(m.b) == 0 {
			t.Error("after a second nothing is written")
		}
		m.fail = errors.New("broken")
		ok(t, w.Append(frame(1, 8)))
		time.Sleep(time.Second) //nolint:forbidigo // the bubble's clock
		synctest.Wait()
		if err := w.Append(frame(2, 8)); !errors.Is(err, m.fail) {
			t.Errorf("a broken disk: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := w.Finish(ctx); !errors.Is(err, m.fail) {
			t.Errorf("finished on a broken disk: %v", err)
		}
	})
}
