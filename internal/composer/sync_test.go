package composer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// flashes is a picture and a sound that begin together each second for 100 ms, of
// a sender whose sound card runs a little fast or slow (share of 1): the packets'
// times then are further apart, or closer, than what is in them.
func flashes(t *testing.T, s *script, at float64, drift float64) {
	t.Helper()
	// Over black, white from second to second; the picture's frames are at 25 fps.
	flash := frames(t, recording.VP8, "color=black:s=320x180:r=25:d=6,drawbox=color=white:t=fill:enable='lt(mod(n\\,25)\\,3)'")
	// In the sender's samples a second lasts 1+drift.
	beep := packets(t, fmt.Sprintf("aevalsrc='0.4*sin(2*PI*1000*t)*lt(mod(t\\,%[1]f)\\,0.1)':s=48000:d=6", 1+drift))
	s.track(at, "ann", access.Camera, recording.VP8, picture, flash)
	s.track(at, "ann", access.Microphone, recording.Opus, time.Duration(float64(sound)/(1+drift)), beep)
}

// onsets returns when something begins to be above a threshold after silence.
func onsets(n int, step float64, above func(i int) bool) (at []float64) {
	quiet := 10.0
	for i := range n {
		switch {
		case !above(i):
			quiet += step
		case quiet > 0.3:
			at = append(at, float64(i)*step)
			quiet = 0
		default:
			quiet = 0
		}
	}
	return at
}

func TestPictureAndSoundAreInSync(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start float64
		pause bool
		drift float64
	}{
		{"from the start", 0, false, 0},
		{"after ten minutes", 600.013, false, 0}, // the time before is paused
		{"across a pause", 0.5, true, 0},
		{"with a clock that drifts", 0, false, 0.004},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s script
			s.joins(0, "ann")
			flashes(t, &s, tt.start, tt.drift)
			end := tt.start + 6
			if tt.start > 10 {
				s.add(0.5, recording.Paused, recording.Event{})
				s.add(tt.start-1, recording.Resumed, recording.Event{})
			}
			if tt.pause { // and the sender goes on a quarter of an hour later
				s.add(end, recording.Paused, recording.Event{})
				s.add(900.25, recording.Resumed, recording.Event{})
				flashes(t, &s, 900.77, 0)
				end = 906.77
			}
			s.add(end, recording.Ended, recording.Event{})
			r, got := compose(t, &s, composer.Options{Width: 320, Height: 180})
			if got.Length > 15*time.Second {
				t.Fatalf("it lasts %v: pauses are in it", got.Length)
			}
			n, worst := offset(t, r)
			if n < 5 || tt.pause && n < 10 {
				t.Fatalf("%d flashes", n)
			}
			t.Logf("sound after picture by at most %.0f ms", worst*1000)
			if math.Abs(worst) > 0.040 {
				t.Error("that can be seen")
			}
		})
	}
}

// offset returns how many flashes there are, and the most by which one's beep comes
// later, in seconds.
func offset(t *testing.T, r result) (n int, worst float64) {
	t.Helper()
	video, audio := r.video(t), r.audio(t)
	seen := onsets(len(video)/(80*45*3), 0.04, func(i int) bool { return r.pixel(video, float64(i)/25, 160, 90)[0] > 128 })
	heard := onsets(len(audio)/48, 0.001, func(i int) bool {
		return slices.ContainsFunc(audio[i*48:][:48], func(v float64) bool { return math.Abs(v) > 0.05 })
	})
	if len(seen) != len(heard) {
		t.Fatalf("seen at %v, heard at %v", seen, heard)
	}
	for i := range seen {
		if off := heard[i] - seen[i]; math.Abs(off) > math.Abs(worst) {
			worst = off
		}
	}
	return len(seen), worst
}

// TestBetweenPictures: frames that are made between two pictures of the result are
// shown by the nearer one.
func TestBetweenPictures(t *testing.T) {
	quiet := packets(t, "anullsrc=r=48000:cl=mono,atrim=duration=1")
	flash := frames(t, recording.VP8, "color=black:s=320x180:r=25:d=6,drawbox=color=white:t=fill:enable='lt(mod(n+13\\,25)\\,3)'")
	beep := packets(t, "aevalsrc='0.4*sin(2*PI*1000*t)*lt(mod(t+0.52\\,1)\\,0.1)':s=48000:d=6")
	for _, after := range []time.Duration{5, 13, 19, 21, 33} {
		var s script
		s.joins(0, "ann")
		s.track(0, "ann", recording.ScreenSound, recording.Opus, sound, quiet)
		at := 1 + float64(after)/1000
		s.track(at, "ann", access.Camera, recording.VP8, picture, flash)
		s.track(at, "ann", access.Microphone, recording.Opus, sound, beep)
		s.add(8, recording.Ended, recording.Event{})
		r, _ := compose(t, &s, composer.Options{Width: 320, Height: 180})
		if n, worst := offset(t, r); n < 5 || math.Abs(worst) > 0.027 {
			t.Errorf("made %d ms after a picture: %d flashes, sound after picture by %.0f ms", after, n, worst*1000)
		}
	}
}

// TestNothingIsShownEarly: the first frame from which on somebody is not to be seen is
// in no picture, also not in the one before.
func TestNothingIsShownEarly(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, "anullsrc=r=48000:cl=mono,atrim=duration=4"))
	source := "color=red:s=320x180:r=25:d=4,drawbox=color=white:t=fill:enable='gte(n\\,62)'"
	s.track(0.010, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, source, "-force_key_frames", "expr:eq(n,62)"))
	s.add(4, recording.Ended, recording.Event{})
	// The 62nd frame is of 2.490 s, between the pictures of 2.48 and 2.52.
	r, _ := compose(t, &s, composer.Options{Width: 320, Height: 180, Blackouts: []composer.Blackout{{Seat: seat("ann"), From: seconds(2.485), To: seconds(9)}}})
	video := r.video(t)
	for n := range len(video) / (80 * 45 * 3) {
		if p := r.pixel(video, float64(n)/25, 160, 90); p[1] > 100 {
			t.Errorf("at %.2f s there is %v", float64(n)/25, p)
		}
	}
}

func TestInSyncForTenMinutes(t *testing.T) {
	var once, s script
	flashes(t, &once, 0, 0)
	var data [2][][]byte // of six seconds
	for _, r := range once.records {
		if r.Kind == recording.Frame {
			data[r.Track-1] = append(data[r.Track-1], r.Data)
		}
	}
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, nil)
	s.track(0, "ann", access.Microphone, recording.Opus, sound, nil)
	for i := range 101 {
		s.frames(1, float64(i)*6, picture, data[0], false)
		s.frames(2, float64(i)*6, sound, data[1][:300], true)
	}
	s.add(606, recording.Ended, recording.Event{})
	r, _ := compose(t, &s, composer.Options{Width: 320, Height: 180})
	if n, worst := offset(t, r); n != 606 || math.Abs(worst) > 0.040 {
		t.Errorf("%d flashes, sound after picture by %.0f ms", n, worst*1000)
	}
}
