package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"plenum/internal/blob"
	"plenum/internal/config"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// small mounts a file system of so many bytes, until the test ends.
func small(t *testing.T, size string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		if errors.Is(err, syscall.EPERM) {
			t.Skip("mounting a small disk needs root")
		}
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// occupy takes all space there is.
func occupy(t *testing.T, ballast string) {
	t.Helper()
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// The disk of the recordings is full: who may stop the recording knows within five
// seconds, nobody else is troubled, the meeting goes on, and the recording does when
// there is space. On a full disk it ends in order, and is a video.
func TestFullDisk(t *testing.T) {
	disk := small(t, "40m")
	s := servertest.Start(t, servertest.Options{Configure: func(c *config.Config) { c.Files = filepath.Join(disk, "files") }})
	owner := s.SetUp(t, "")
	m := ownMeeting(t, owner, "Council")
	chair, ann := owner.Join(t, m, "", "Ada"), s.Browser(t, "").Join(t, m, "", "Ann")
	camera := films(t, s, ann, picture(t, "red"))
	if code := chair.Do(t, "record.start", live.RecordStart{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	asked := state(t, ann, "starting")
	if code := ann.Do(t, "consent", live.Consent{Recording: asked.ID, Yes: true, Version: asked.Question.Version, Language: "en"}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	state(t, chair, "on")
	troubled := func(want bool) {
		t.Helper()
		for {
			var r live.Recording
			chair.Await(t, "recording", &r)
			if (r.Trouble != "") == want {
				if want && r.Trouble != blob.ErrFull.Code {
					t.Errorf("the trouble is %q", r.Trouble)
				}
				return
			}
		}
	}
	ballast := filepath.Join(disk, "ballast")
	for range 2 {
		camera.wait(t, 20)
		occupy(t, ballast)
		began := time.Now()
		troubled(true)
		t.Logf("the alarm came after %v", time.Since(began))
		if late := time.Since(began); late > 5*time.Second {
			t.Errorf("the alarm came after %v", late)
		}
		for _, c := range []*servertest.Channel{chair, ann} {
			if code := c.Do(t, "chat.send", live.ChatSend{Text: "Hello"}); code != "" {
				t.Errorf("the meeting does not go on: %s", code)
			}
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		troubled(false)
	}
	camera.wait(t, 20)
	occupy(t, ballast)
	troubled(true)
	if code := chair.Do(t, "record.stop", live.Empty{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	for { // what Ann was told in all that time
		var r live.Recording
		ann.Await(t, "recording", &r)
		if r.Trouble != "" {
			t.Error("somebody is troubled who can do nothing about it")
		}
		if r.State == "off" {
			break
		}
	}
	if reds, _ := colours(t, fetched(t, owner, finished(t, s, owner))); reds < 100 {
		t.Errorf("%d pictures show her", reds)
	}
}
