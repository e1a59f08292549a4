package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"plenum/internal/config"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// More meetings want to be recorded than may be at once: the next one is told so, in
// words that are theirs, and goes on without; operators see it; and it is recorded
// once another recording has ended.
func TestNoMoreRecordingsAtOnce(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Configure: func(c *config.Config) { c.RecordingsAtOnce = 1 }})
	owner := s.SetUp(t, "")
	council, board := owner.Join(t, ownMeeting(t, owner, "Council"), "", "Ada"), owner.Join(t, ownMeeting(t, owner, "Board"), "", "Ada")
	if code := council.Do(t, "record.start", live.RecordStart{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	state(t, council, "on")
	if code := board.Do(t, "record.start", live.RecordStart{}); code != "recording.too_many" {
		t.Fatalf("the second recording: %q", code)
	}
	s.Log.Await(t, "as many meetings are recorded as may be at once")
	if !strings.Contains(figures(t, s), "\nplenum_recordings 1\n") {
		t.Error("the metrics do not say that one meeting is recorded")
	}
	for _, c := range []*servertest.Channel{council, board} {
		if code := c.Do(t, "chat.send", live.ChatSend{Text: "Hello"}); code != "" {
			t.Errorf("a meeting does not go on: %s", code)
		}
	}
	unavailable := func(want string) {
		t.Helper()
		for r := board.Welcome.Recording; r.Unavailable != want; {
			r = live.Recording{}
			board.Await(t, "recording", &r)
			if r.State != "off" {
				t.Fatalf("the meeting that is not recorded is told %q", r.State)
			}
		}
	}
	unavailable("recording.too_many")
	if code := council.Do(t, "record.stop", live.Empty{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	board.Welcome.Recording.Unavailable = "recording.too_many"
	unavailable("")
	if code := board.Do(t, "record.start", live.RecordStart{}); code != "" {
		t.Errorf("with a place free: %s", code)
	}
	state(t, board, "on")
}

// Two moderators start and stop without end: ten recordings are begun, the next is
// refused, and what is left of them, in which nobody was, is kept for a day.
func TestStartingAndStoppingWithoutEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, s *servertest.Server) {
		owner := s.SetUp(t, "")
		m := ownMeeting(t, owner, "Council")
		chairs := []*servertest.Channel{owner.Join(t, m, "", "Ada"), owner.Join(t, m, "", "Ada again")}
		for i := range 11 {
			chair := chairs[i%2]
			code := chair.Do(t, "record.start", live.RecordStart{})
			if i == 10 {
				if code != "recording.too_often" {
					t.Errorf("the eleventh: %q", code)
				}
				break
			}
			if code != "" {
				t.Fatalf("recording %d: %s", i+1, code)
			}
			if code := chair.Do(t, "record.stop", live.Empty{}); code != "" {
				t.Fatalf("refused: %s", code)
			}
		}
		var l struct {
			Recordings []struct {
				State, Problem string
				ExpiresAt      *time.Time
			} `json:"recordings"`
		}
		look := time.NewTicker(200 * time.Millisecond)
		defer look.Stop()
		for end := time.Now().Add(patience); ; <-look.C {
			owner.Call(t, http.MethodGet, "/api/v1/recordings", nil, &l)
			done := 0
			for _, r := range l.Recordings {
				if r.State == "failed" {
					done++
				}
			}
			if done == 10 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d of %d are done", done, len(l.Recordings))
			}
		}
		for _, r := range l.Recordings {
			if r.Problem != "recording.empty" || r.ExpiresAt == nil || time.Until(*r.ExpiresAt) > 24*time.Hour {
				t.Errorf("left is %+v", r)
			}
		}
	})
}
