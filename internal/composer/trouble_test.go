package composer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// short is one person for two seconds.
func short(t testing.TB) *script {
	t.Helper()
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 320, 180, 2)))
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 2)))
	s.add(2, recording.Ended, recording.Event{})
	return &s
}

func TestWhatIsWrongWithFFmpegIsSaid(t *testing.T) {
	var none script
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "ffmpeg")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct {
		path string
		want error
	}{
		"missing":       {filepath.Join(t.TempDir(), "ffmpeg"), composer.ErrMissing},
		"too old":       {script("echo ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright"), composer.ErrUnsuited},
		"not ffmpeg":    {script("echo hello"), composer.ErrUnsuited},
		"fails":         {script("exit 3"), composer.ErrUnsuited},
		"no encoder":    {script("echo ffmpeg version n7.1"), composer.ErrUnsuited},
		"5.0 is no 5.1": {script("echo ffmpeg version 5.0"), composer.ErrUnsuited},
	} {
		c := composer.New(composer.Config{Program: tt.path})
		if _, err := c.Check(t.Context()); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Compose(t.Context(), &none, composer.Options{}, io.Discard); !errors.Is(err, tt.want) {
			t.Errorf("%s: composing: %v", name, err)
		}
	}
	if version, err := composer.New(composer.Config{}).Check(t.Context()); err != nil || version == "" {
		t.Error(version, err)
	}
}

func TestNothingRecordedIsSaid(t *testing.T) {
	var began, zero script
	began.joins(0, "ann")
	began.add(5, recording.Ended, recording.Event{})
	zero.joins(0, "ann")
	zero.track(0, "ann", access.Microphone, recording.Opus, sound, nil)
	zero.add(0, recording.Ended, recording.Event{})
	for name, s := range map[string]*script{"empty journal": {}, "no tracks": &began, "no time": &zero} {
		if _, err := composer.New(composer.Config{}).Compose(t.Context(), s, composer.Options{}, io.Discard); !errors.Is(err, composer.ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A clock that jumps, once and for all or for one record, costs no more than what is
// missing: of the time in between ten seconds are in the result.
func TestAClockThatJumps(t *testing.T) {
	picture1, voice := frames(t, recording.VP8, colourful("red", 320, 180, 2)), packets(t, sine(440, 2))
	picture2, voice2 := frames(t, recording.VP8, colourful("lime", 320, 180, 2)), packets(t, sine(880, 2))
	const days = 3 * 24 * 3600
	var s script
	s.joins(0, "ann")
	camera := s.track(0, "ann", access.Camera, recording.VP8, picture, picture1)
	mic := s.track(0, "ann", access.Microphone, recording.Opus, sound, voice)
	s.frames(camera, days, picture, picture2, false)
	s.frames(mic, days, sound, voice2, true)
	s.add(days+2, recording.Ended, recording.Event{})
	r, got := compose(t, &s, composer.Options{Width: 320, Height: 180})
	if len(got.Gaps) != 1 || got.Gaps[0].Length < seconds(days-60) || got.Length > seconds(40) || got.Length < seconds(14) {
		t.Fatalf("%+v", got)
	}
	video, audio, then := r.video(t), r.audio(t), got.Length.Seconds()-2
	if a, b := r.pixel(video, 1, 160, 90), r.pixel(video, then+1, 160, 90); !near(a, [3]int{255, 0, 0}) || !near(b, [3]int{0, 255, 0}) {
		t.Error(a, b)
	}
	if tone(audio, 1, 440) < 0.01 || tone(audio, then+1, 880) < 0.01 || tone(audio, then-1, 880) > 0.002 {
		t.Error("the sound is not where it belongs")
	}
	// One record only is far ahead, and all after it at their times.
	var one script
	one.joins(0, "ann")
	camera = one.track(0, "ann", access.Camera, recording.VP8, picture, picture1)
	mic = one.track(0, "ann", access.Microphone, recording.Opus, sound, voice)
	one.frames(camera, 2, picture, picture2, false)
	one.frames(mic, 2, sound, voice2, true)
	one.add(4, recording.Ended, recording.Event{})
	r, got = compose(t, strayed{&one}, composer.Options{Width: 320, Height: 180})
	if got.Length != seconds(4) {
		t.Fatalf("%+v", got)
	}
	if video, audio = r.video(t), r.audio(t); !near(r.pixel(video, 3, 160, 90), [3]int{0, 255, 0}) || tone(audio, 3, 880) < 0.01 {
		t.Error("what comes after the stray record is missing")
	}
}

// strayed gives one frame of sound in the middle a time days ahead.
type strayed struct{ *script }

func (s strayed) Records(yield func(recording.Record, error) bool) {
	strays := 0
	s.script.Records(func(r recording.Record, err error) bool {
		if r.Kind == recording.Frame && r.Track == 2 {
			if strays++; strays == 75 {
				r.At += 72 * time.Hour
			}
		}
		return yield(r, err)
	})
}

// A frame that comes too late costs nothing of what happened just before it.
func TestALateFrameLeavesWhatHappened(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 320, 180, 6)))
	s.add(4, recording.Chapter, recording.Event{Title: "Then"})
	s.add(6, recording.Ended, recording.Event{})
	_, got := compose(t, late{&s}, composer.Options{Width: 320, Height: 180})
	if len(got.Chapters) != 1 || got.Chapters[0].Title != "Then" || got.Chapters[0].At != seconds(4) {
		t.Errorf("%+v", got.Chapters)
	}
}

// late makes the frame after a chapter three seconds older.
type late struct{ *script }

func (s late) Records(yield func(recording.Record, error) bool) {
	var before recording.Kind
	s.script.Records(func(r recording.Record, err error) bool {
		if r.Kind == recording.Frame && before == recording.Chapter {
			r.At -= seconds(3)
		}
		before = r.Kind
		return yield(r, err)
	})
}

// Whatever kills one of the programs at work: the file is not made, nothing is
// written, and the reason is not the recording.
func TestAProgramKilledInTheMiddle(t *testing.T) {
	camera, voice := frames(t, recording.VP8, "testsrc2=s=320x180:r=25:d=1"), packets(t, sine(440, 1))
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, nil)
	s.track(0, "ann", access.Microphone, recording.Opus, sound, nil)
	for i := range 60 {
		s.frames(1, float64(i), picture, camera, false)
		s.frames(2, float64(i), sound, voice[:50], true)
	}
	s.add(60, recording.Ended, recording.Event{})
	for _, part := range []string{"libx264", "aac", "ivf", "ogg"} {
		var b bytes.Buffer
		var once sync.Once
		_, err := composer.New(composer.Config{}).Compose(t.Context(), &s, composer.Options{Width: 640, Height: 360, Progress: func(float64) {
			once.Do(func() { kill(t, part) })
		}}, &b)
		if !errors.Is(err, composer.ErrFailed) || !strings.Contains(err.Error(), "killed") || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", part, err, b.Len())
		}
		if left := children(t); len(left) > 0 {
			t.Errorf("%s: still running: %v", part, left)
		}
	}
}

// kill ends the child whose arguments have a word.
func kill(t *testing.T, word string) {
	t.Helper()
	for _, child := range children(t) {
		number, _, _ := strings.Cut(child, " ")
		pid, err := strconv.Atoi(number)
		if err != nil {
			t.Error(err)
			return
		}
		line, err := os.ReadFile("/proc/" + number + "/cmdline")
		if err == nil && slices.Contains(strings.Split(string(line), "\x00"), word) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
			return
		}
	}
	t.Errorf("no %s is running", word)
}

// cut ends a journal with an error after some records.
type cut struct {
	*script
	after int
	err   error
}

func (c cut) Records(yield func(recording.Record, error) bool) {
	n := 0
	c.script.Records(func(r recording.Record, err error) bool {
		if n++; n > c.after {
			yield(recording.Record{}, c.err)
			return false
		}
		return yield(r, err)
	})
}

func TestADamagedJournalIsComposedUpToTheDamage(t *testing.T) {
	s := short(t)
	r, got := compose(t, cut{s, len(s.records) / 2, recording.ErrRecord.With(errors.New("chunk 7"))}, composer.Options{Width: 320, Height: 180})
	if !errors.Is(got.Damage, recording.ErrRecord) || got.Length < seconds(0.8) || got.Length > seconds(1.2) {
		t.Errorf("%+v", got)
	}
	if c := r.pixel(r.video(t), 0.7, 160, 90); !near(c, [3]int{255, 0, 0}) {
		t.Error(c)
	}
	// What cannot be read now may be readable later: nothing is made of half.
	var b bytes.Buffer
	if _, err := composer.New(composer.Config{}).Compose(t.Context(), cut{s, 20, errors.New("bucket unreachable")}, composer.Options{}, &b); !errors.Is(err, composer.ErrFailed) || b.Len() > 0 {
		t.Error(err, b.Len())
	}
}

// Frames that no decoder takes cost themselves and nothing else: the picture after
// them is at its time, and so is the sound.
func TestDamagedFrames(t *testing.T) {
	for _, codec := range []recording.Codec{recording.VP8, recording.VP9, recording.H264, recording.AV1} {
		var s script
		s.joins(0, "ann")
		camera := s.track(0, "ann", access.Camera, codec, picture, frames(t, codec, colourful("red", 320, 180, 1)))
		s.frames(camera, 1, picture, bytes.Fields([]byte("these are no pictures at all but words")), false)
		s.frames(camera, 1.5, picture, frames(t, codec, colourful("lime", 320, 180, 0.5)), false)
		noise := packets(t, sine(440, 1))
		for i := 20; i < 25; i++ {
			noise[i] = []byte{0xff, 0xff, 1}
		}
		s.track(0, "ann", access.Microphone, recording.Opus, sound, noise)
		s.track(1.5, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(880, 0.5)))
		s.add(2, recording.Ended, recording.Event{})
		r, _ := compose(t, &s, composer.Options{Width: 320, Height: 180})
		video, audio := r.video(t), r.audio(t)
		for at, want := range map[float64][3]int{0.04: {255, 0, 0}, 0.9: {255, 0, 0}, 1.56: {0, 255, 0}, 1.9: {0, 255, 0}} {
			if c := r.pixel(video, at, 160, 90); !near(c, want) {
				t.Errorf("%s: at %.2f s, %v", codec, at, c)
			}
		}
		if tone(audio, 0.1, 440) < 0.01 || tone(audio, 0.75, 440) < 0.01 || tone(audio, 1.2, 440) > 0.002 || tone(audio, 1.6, 880) < 0.01 {
			t.Errorf("%s: the sound is not as sent", codec)
		}
	}
}

func TestCancellingLeavesNothing(t *testing.T) {
	s, dir := meeting(t), t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the server stops")
	var last float64
	var b bytes.Buffer
	_, err := composer.New(composer.Config{Scratch: dir}).Compose(ctx, s, composer.Options{Progress: func(done float64) {
		if last = done; done > 0.3 {
			cancel(why)
		}
	}}, &b)
	if !errors.Is(err, why) || b.Len() > 0 || last > 0.9 {
		t.Error(err, b.Len(), last)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Error("files are left:", left, err)
	}
	if left := children(t); len(left) > 0 {
		t.Error("still running:", left)
	}
}

// children lists the processes that this one started and that have not ended.
func children(t *testing.T) (list []string) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(os.Getpid()) {
			list = append(list, string(b))
		}
	}
	return list
}

// While composing, nothing readable is in the scratch directory, by any name.
func TestScratchHasNoNames(t *testing.T) {
	dir := t.TempDir()
	var looked int
	c := composer.New(composer.Config{Scratch: dir})
	_, err := c.Compose(t.Context(), short(t), composer.Options{Width: 320, Height: 180, Progress: func(float64) {
		looked++
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Error(left, err)
		}
	}}, io.Discard)
	if err != nil || looked == 0 || len(children(t)) > 0 {
		t.Error(err, looked, children(t))
	}
}
