package archive_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"plenum/internal/id"
	"plenum/internal/recording"
)

// childDir tells TestChild where to record, when it is a process of its own.
const childDir = "PLENUM_ARCHIVE_CHILD"

// TestChild records until it is killed, and prints how long it has.
func TestChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("it is run by others")
	}
	s := sit(t)
	w := newWorld(t, options{dir: dir, signal: s.sfu.Handler()})
	ann := s.join(map[livekit.TrackSource]clip{livekit.TrackSource_CAMERA: colour(t, "red"), livekit.TrackSource_MICROPHONE: tone(t, 440)})
	o := w.order()
	take, _ := w.record(s, o)
	began := time.Now()
	take.Name(ann, "Ann Canary")
	take.Consent(ann, true)
	fmt.Fprintln(os.Stdout, "recording", o.ID)
	for tick := range time.Tick(50 * time.Millisecond) {
		fmt.Fprintln(os.Stdout, "for", tick.Sub(began).Milliseconds())
	}
}

// A process that records is killed: what comes out lacks two seconds at most. Then
// one that composes is killed: nothing that can be read is left anywhere.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), childDir+"="+dir)
	out, err := child.StdoutPipe()
	ok(t, err)
	ok(t, child.Start())
	var r id.Recording
	var ran time.Duration
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, value, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "recording":
			r = id.Recording(value)
		case "for":
			var ms int
			must[int](t)(fmt.Sscan(value, &ms))
			if ran = time.Duration(ms) * time.Millisecond; ran > 5300*time.Millisecond {
				ok(t, child.Process.Kill())
			}
		}
	}
	if err := child.Wait(); err == nil || r == "" {
		t.Fatalf("it was not killed while it recorded %q", r)
	}

	w := newWorld(t, options{dir: dir, idle: true})
	w.Recover(t.Context())
	records := must[[]recording.Record](t)(w.Records(t.Context(), w.found(r)))
	last := records[len(records)-1].At
	t.Logf("of %v are %v left", ran, last)
	if last < ran-2*time.Second {
		t.Errorf("of %v only %v are left", ran, last)
	}
	frame := []byte(nil)
	for _, rec := range records {
		if len(rec.Data) > 60 {
			frame = rec.Data[8:40]
		}
	}
	w.stop()

	// Again, until something of a video is written.
	child = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestComposingChild$")
	child.Env = append(os.Environ(), childDir+"="+dir)
	ok(t, child.Start())
	w = &world{t: t, dir: dir}
	w.until("the middle of composing", func() bool {
		begun := must[[]os.DirEntry](t)(os.ReadDir(filepath.Join(dir, "files", ".temp")))
		return len(begun) > 0
	})
	ok(t, child.Process.Kill())
	child.Wait() //nolint:errcheck // it was killed
	eachFile(t, dir, func(path string, content []byte) {
		for what, canary := range map[string][]byte{"name": []byte("Ann Canary"), "frame": frame, "MP4": []byte("ftypisom")} {
			if bytes.Contains(content, canary) {
				t.Errorf("after a kill the %s is in %s", what, path)
			}
		}
	})
	if names := must[[]os.DirEntry](t)(os.ReadDir(filepath.Join(dir, "scratch"))); len(names) > 0 {
		t.Errorf("scratch files are left: %v", names)
	}

	w = newWorld(t, options{dir: dir})
	film := watch(t, w.save(asset(t, w.ready(r), recording.Video)))
	if n := len(film.pictures); film.shows(red) < n/2 {
		t.Errorf("of %d pictures %d show her", n, film.shows(red))
	}
}

// TestComposingChild composes until it is killed.
func TestComposingChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("it is run by others")
	}
	newWorld(t, options{dir: dir})
	select {}
}
