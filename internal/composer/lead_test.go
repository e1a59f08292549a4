package composer_test

import (
	"slices"
	"testing"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// The film begins when there is somebody to be seen or heard, and not while people
// read the question; what was done meanwhile holds from its beginning.
func TestBeginsWithTheFirstPerson(t *testing.T) {
	var s script
	s.add(0, recording.LayoutSet, recording.Event{Layout: recording.Grid})
	s.add(0.5, recording.Paused, recording.Event{})
	s.add(0.5, recording.Resumed, recording.Event{})
	s.add(1, recording.Chapter, recording.Event{Title: "Welcome"})
	s.joins(2, "ann")
	s.track(3, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 320, 180, 2)))
	s.track(3.5, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 1.5)))
	s.add(4, recording.Chapter, recording.Event{Title: "Budget"})
	s.add(5, recording.Ended, recording.Event{})
	r, got := compose(t, &s, composer.Options{Width: 320, Height: 180, Words: composer.Words{Start: "Start"}})
	if got.Length != seconds(2) {
		t.Errorf("it is %v long", got.Length)
	}
	if want := []composer.Mark{{At: 0, Title: "Welcome"}, {At: seconds(1), Title: "Budget"}}; !slices.Equal(got.Chapters, want) {
		t.Errorf("%+v", got.Chapters)
	}
	video, audio := r.video(t), r.audio(t)
	for _, at := range []float64{0, 0.5, 1.9} {
		if c := r.pixel(video, at, 160, 90); !near(c, [3]int{255, 0, 0}) {
			t.Errorf("at %v s it is %v", at, c)
		}
	}
	if before, after := tone(audio, 0.1, 440), tone(audio, 1, 440); before > 0.002 || after < 0.01 {
		t.Error("the sound is not where it belongs:", before, after)
	}
}
