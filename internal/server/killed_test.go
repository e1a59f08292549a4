package server_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/blob"
	"plenum/internal/config"
	"plenum/internal/id"
	"plenum/internal/journal"
	"plenum/internal/live"
	"plenum/internal/recording"
	"plenum/internal/server"
	"plenum/internal/server/servertest"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// childData tells TestChild where its data lies, when it is a process of its own.
const childData = "PLENUM_SERVER_CHILD"

// TestChild is a server that records somebody until it is killed. It prints what
// happens, and when a packet of sound was sent.
func TestChild(t *testing.T) {
	dir := os.Getenv(childData)
	if dir == "" {
		t.Skip("it is run by others")
	}
	s := servertest.Start(t, servertest.Options{Configure: onData(dir, 0)})
	owner := ada(t, s)
	m := ownMeeting(t, owner, "Council")
	chair := owner.Join(t, m, "", "Ada")
	films(t, s, chair, picture(t, "red"), stamped(func(at time.Time) { fmt.Fprintln(os.Stdout, "sent", at.UnixMilli()) }))
	if code := chair.Do(t, "record.start", live.RecordStart{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	asked := state(t, chair, "starting")
	fmt.Fprintln(os.Stdout, "recording", asked.ID)
	if code := chair.Do(t, "consent", live.Consent{Recording: asked.ID, Yes: true, Version: asked.Question.Version, Language: "en"}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	state(t, chair, "on")
	fmt.Fprintln(os.Stdout, "on", time.Now().UnixMilli())
	select {}
}

func onData(dir string, jobs int) func(*config.Config) {
	return func(c *config.Config) { c.Data, c.ComposeJobs = dir, jobs }
}

// ada is the server's owner, signed in; the first time, she sets it up.
func ada(t *testing.T, s *servertest.Server) *servertest.Browser {
	t.Helper()
	if s.SetUpSecret() != "" {
		return s.SetUp(t, "")
	}
	b := s.Browser(t, "")
	if status := b.Call(t, http.MethodPost, "/api/v1/session", map[string]string{"email": "ada@town.example", "password": servertest.Password}, nil); status >= 300 {
		t.Fatalf("she cannot sign in: %d", status)
	}
	return b
}

// killed is what a child said before it was killed.
type killed struct {
	recording id.Recording
	on        time.Time   // when something was recorded; zero if never
	sent      []time.Time // packets of sound
}

// killServer runs a server that records, and kills it so long after the recording
// began.
func killServer(t *testing.T, dir string, after time.Duration) (k killed) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), childData+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		what, value, _ := strings.Cut(lines.Text(), " ")
		var ms int64
		if what == "sent" || what == "on" {
			if _, err := fmt.Sscan(value, &ms); err != nil {
				t.Fatal(err)
			}
		}
		switch what {
		case "recording":
			k.recording = id.Recording(value)
			kill := time.AfterFunc(after, func() { child.Process.Kill() }) //nolint:errcheck // nothing else ends it
			defer kill.Stop()
		case "on":
			k.on = time.UnixMilli(ms)
		case "sent":
			k.sent = append(k.sent, time.UnixMilli(ms))
		}
	}
	if err := child.Wait(); err == nil || k.recording == "" {
		t.Fatalf("it was not killed while it recorded:\n%s", strings.Join(said, "\n"))
	}
	return k
}

// kept are the times at which the packets of sound were sent that a recording's journal
// has.
func kept(t *testing.T, dir string, r id.Recording) (times []time.Time) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cfg := config.Default()
	cfg.Data = dir
	keys, err := vault.Open(server.MasterKeyPath(cfg))
	check(err)
	db, err := store.Open(t.Context(), server.SealedStoreConfig(cfg, keys))
	check(err)
	defer db.Close()
	row, err := db.Recording(t.Context(), r)
	check(err)
	key, err := keys.Unwrap(string(r), row.Wrapped)
	check(err)
	files, err := blob.OpenDir(server.FilesDir(cfg))
	check(err)
	defer files.Close()
	file, err := files.Open(t.Context(), "r/"+string(r)+"/journal")
	check(err)
	defer file.Close()
	j, err := journal.Read(file, file.Size(), key.Boxes("journal"))
	check(err)
	sounds := map[uint32]bool{}
	for rec, err := range j.Records() {
		check(err)
		switch rec.Kind { //nolint:exhaustive // the others are no packets
		case recording.TrackBegan:
			sounds[rec.Track] = rec.Began().Source == access.Microphone
		case recording.Frame:
			if sounds[rec.Track] {
				times = append(times, time.UnixMilli(int64(binary.BigEndian.Uint64(rec.Data[len(rec.Data)-8:]))))
			}
		}
	}
	return times
}

// A server that records is killed twenty times, at any moment: what was recorded until
// two seconds before is there, in the list, and a video is made of it.
func TestKilled(t *testing.T) {
	t.Parallel()
	const lost = 2 * time.Second // at most
	for name, lane := range map[string]struct {
		kills    int
		from, to time.Duration
		compose  bool
	}{
		"composed": {2, 3500 * time.Millisecond, 4500 * time.Millisecond, true},
		"a":        {6, 0, 4 * time.Second, false}, "b": {6, 0, 4 * time.Second, false}, "c": {6, 0, 2 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir() + "/data"
			recordings := map[string]bool{}
			for range lane.kills {
				k := killServer(t, dir, lane.from+rand.N(lane.to-lane.from))
				recordings[string(k.recording)] = true
				if k.on.IsZero() || len(k.sent) == 0 {
					continue // before anything could be recorded
				}
				last, have := k.sent[len(k.sent)-1], kept(t, dir, k.recording)
				switch recorded := last.Sub(k.on); {
				case len(have) > 0:
					t.Logf("of %v the last %v are missing", recorded, last.Sub(have[len(have)-1]))
					if gone := last.Sub(have[len(have)-1]); gone > lost {
						t.Errorf("of %v the last %v are lost", recorded, gone)
					}
				case recorded > lost+time.Second: // in which the SFU begins to send
					t.Errorf("of %v all is lost", recorded)
				}
			}
			jobs := 0
			if lane.compose {
				jobs = 1
			}
			s := servertest.Start(t, servertest.Options{Configure: onData(dir, jobs)})
			owner := ada(t, s)
			settled := func() bool {
				var l library
				owner.Call(t, http.MethodGet, "/api/v1/recordings", nil, &l)
				if len(l.Recordings) != lane.kills {
					t.Fatalf("of %d recordings %d are listed", lane.kills, len(l.Recordings))
				}
				for _, r := range l.Recordings {
					if !recordings[r.ID] || r.State == "failed" {
						t.Fatalf("%s is listed as %s: %s", r.ID, r.State, r.Problem)
					}
					if r.State == "recording" || lane.compose && r.State != "ready" {
						return false
					}
				}
				return true
			}
			look := time.NewTicker(50 * time.Millisecond)
			defer look.Stop()
			for end := time.Now().Add(4 * patience); !settled(); <-look.C {
				if time.Now().After(end) {
					t.Fatal("waited in vain for the recordings to be ended")
				}
			}
			for r := range recordings {
				if !lane.compose {
					break
				}
				if reds, _ := colours(t, fetched(t, owner, r)); reds < 10 {
					t.Errorf("%d pictures show her", reds)
				}
			}
		})
	}
}
