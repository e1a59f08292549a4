package composer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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
	var began script
	began.joins(0, "ann")
	began.add(5, recording.Ended, recording.Event{})
	for name, s := range map[string]*script{"empty journal": {}, "no tracks": &began} {
		if _, err := composer.New(composer.Config{}).Compose(t.Context(), s, composer.Options{}, io.Discard); !errors.Is(err, composer.ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
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
