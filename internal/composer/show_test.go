package composer_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/id"
	"plenum/internal/recording"
)

func TestLayoutsFollowWhoSpeaksAndWhoIsSpotlighted(t *testing.T) {
	var s script
	for _, p := range []struct{ name, colour string }{{"ann", "red"}, {"bob", "lime"}, {"cat", "blue"}} {
		s.joins(0, p.name)
		s.track(0, p.name, access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful(p.colour, 640, 360, 8)))
	}
	speaks := func(at float64, name string) {
		s.add(at, recording.Speakers, recording.Event{Seats: []id.Seat{seat(name)}})
	}
	s.add(0, recording.LayoutSet, recording.Event{Layout: recording.Speaker})
	speaks(0, "ann")
	speaks(2, "bob")
	speaks(3.5, "cat") // coughs
	speaks(3.8, "bob")
	s.add(5, recording.Spotlight, recording.Event{Seat: seat("cat")})
	s.add(6.5, recording.LayoutSet, recording.Event{Layout: recording.Grid})
	s.add(7, recording.Spotlight, recording.Event{})
	s.add(8, recording.Ended, recording.Event{})
	r, _ := compose(t, &s, composer.Options{})
	video := r.video(t)
	main, strip := composer.Strip(1, 2, 1280, 720)
	large := append(main, strip...)
	red, lime, blue := [3]int{255, 0, 0}, [3]int{0, 255, 0}, [3]int{0, 0, 255}
	for _, tt := range []struct {
		at      float64
		places  []composer.Rect
		colours [][3]int
	}{
		{1, large, [][3]int{red, lime, blue}},
		{2.1, large, [][3]int{lime, red, blue}},
		{3.7, large, [][3]int{lime, red, blue}},
		{4.9, large, [][3]int{lime, red, blue}},
		{5.1, large, [][3]int{blue, red, lime}},
		{6.6, large, [][3]int{blue, red, lime}},
		{7.1, composer.Grid(3, 1280, 720), [][3]int{red, lime, blue}},
	} {
		for i, p := range tt.places {
			if c := r.pixel(video, tt.at, p.X+p.W/2, p.Y+p.H/2); !near(c, tt.colours[i]) {
				t.Errorf("at %.1f s, tile %d is %v, want %v", tt.at, i, c, tt.colours[i])
			}
		}
	}
	// One that is chosen afterwards holds all through.
	r, _ = compose(t, &s, composer.Options{Layout: recording.Speaker})
	video = r.video(t)
	for i, p := range large {
		want := [][3]int{lime, red, blue}[i]
		if c := r.pixel(video, 7.5, p.X+p.W/2, p.Y+p.H/2); !near(c, want) {
			t.Errorf("made anew, tile %d is %v, want %v", i, c, want)
		}
	}
}

// Cameras and microphones go off and on again, and what somebody takes back is
// blacked out to the sample, with their name.
func TestMutesAndBlackouts(t *testing.T) {
	var s script
	s.joins(0, "ann")
	ann := s.track(0, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 640, 360, 2)))
	s.event(2, recording.Muted, ann)
	s.event(3, recording.Unmuted, ann)
	s.frames(ann, 3.2, picture, frames(t, recording.VP8, colourful("yellow", 640, 360, 3)), false)
	voice := s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 1)))
	s.event(1, recording.Muted, voice)
	s.event(4, recording.Unmuted, voice)
	s.frames(voice, 4, sound, packets(t, sine(660, 2)), true)
	s.joins(0, "bob")
	s.track(0, "bob", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("lime", 640, 360, 6)))
	s.track(0, "bob", access.Microphone, recording.Opus, sound, packets(t, sine(880, 6)))
	s.add(6, recording.Ended, recording.Event{})
	r, _ := compose(t, &s, composer.Options{Names: true, Blackouts: []composer.Blackout{{Seat: seat("bob"), From: seconds(2.5), To: seconds(4.5)}}})
	video, audio := r.video(t), r.audio(t)
	places := composer.Grid(2, 1280, 720)
	above := func(at float64, i int) [3]int { // the initials
		return r.pixel(video, at, places[i].X+places[i].W/2, places[i].Y+places[i].H/8)
	}
	red, yellow, lime, dark, black := [3]int{255, 0, 0}, [3]int{255, 255, 0}, [3]int{0, 255, 0}, [3]int{35, 35, 35}, [3]int{0, 0, 0}
	for _, tt := range []struct {
		at       float64
		ann, bob [3]int
	}{{1.9, red, lime}, {2.04, dark, lime}, {2.44, dark, lime}, {2.52, dark, black}, {3.1, dark, black}, {3.24, yellow, black}, {4.44, yellow, black}, {4.52, yellow, lime}} {
		if a, b := above(tt.at, 0), above(tt.at, 1); !near(a, tt.ann) || !near(b, tt.bob) {
			t.Errorf("at %.2f s: %v and %v, want %v and %v", tt.at, a, b, tt.ann, tt.bob)
		}
	}
	named := func(at float64, i int) bool { // the lower left corner is not as the rest
		m := above(at, i)
		return !near(r.pixel(video, at, places[i].X+24, places[i].Y+places[i].H-20), m)
	}
	if !named(1, 0) || !named(1, 1) || named(3, 1) || !named(5, 1) {
		t.Error("names are not where they belong")
	}
	for _, tt := range []struct {
		at, hz float64
		loud   bool
	}{
		{0.5, 440, true},
		{1.3, 440, false},
		{2.2, 880, true},
		{2.52, 880, false},
		{4.25, 880, false},
		{4.55, 880, true},
		{3.7, 660, false},
		{4.1, 660, true},
		{5.7, 660, true},
	} {
		if loud := tone(audio, tt.at, tt.hz); (loud > 0.01) != tt.loud || !tt.loud && loud > 0.002 {
			t.Errorf("at %.2f s, %v Hz has amplitude %.4f", tt.at, tt.hz, loud)
		}
	}
}

func TestLogoAndMarkAreBurntIn(t *testing.T) {
	logo := image.NewNRGBA(image.Rect(0, 0, 400, 100))
	draw.Draw(logo, logo.Bounds(), image.NewUniform(color.NRGBA{0, 0, 255, 255}), image.Point{}, draw.Src)
	r, _ := compose(t, short(t), composer.Options{Logo: logo, Mark: "ann@example.org ann@example.org ann@example.org"})
	video := r.video(t)
	if c := r.pixel(video, 1, 1280-100, 40); !near(c, [3]int{0, 0, 255}) {
		t.Error("logo:", c)
	}
	marked := 0
	for x := 200; x < 1080; x += 4 {
		if c := r.pixel(video, 1, x, 720-16-18); !near(c, [3]int{255, 0, 0}) {
			marked++
		}
	}
	if marked < 20 {
		t.Errorf("%d pixels of the mark", marked)
	}
	if c := r.pixel(video, 1, 640, 300); !near(c, [3]int{255, 0, 0}) {
		t.Error("the picture:", c)
	}
}

func TestOneFilePerSpeaker(t *testing.T) {
	s := meeting(t)
	for name, want := range map[string]float64{"ann": 440, "bob": 660, "dan": 0} {
		r, _ := compose(t, s, composer.Options{AudioOnly: true, Only: seat(name)})
		audio := r.audio(t)
		for _, hz := range []float64{440, 660, 880, 1100} {
			if loud := tone(audio, 3, hz); (loud > 0.01) != (hz == want) {
				t.Errorf("%s: %v Hz has amplitude %.4f", name, hz, loud)
			}
		}
		if p := probe(t, r); len(p.Streams) != 1 || p.Streams[0].Codec != "aac" {
			t.Errorf("%s: %+v", name, p.Streams)
		}
		if n := len(audio); n < 8*48000-10 || n > 8*48000+2048 {
			t.Errorf("%s: %d samples", name, n)
		}
	}
}

// Full HD, without names, in the layout that is wished for now, of an AV1 screen and
// VP9 and H.264 cameras.
func TestFullHDOfAllCodecs(t *testing.T) {
	var s script
	for _, p := range []struct {
		name, colour string
		codec        recording.Codec
	}{{"ann", "red", recording.VP9}, {"bob", "lime", recording.H264}, {"cat", "blue", recording.VP8}} {
		s.joins(0, p.name)
		s.track(0, p.name, access.Camera, p.codec, picture, frames(t, p.codec, colourful(p.colour, 640, 360, 2)))
	}
	s.track(1, "bob", access.Screen, recording.AV1, picture, frames(t, recording.AV1, colourful("yellow", 1280, 720, 1)))
	s.add(0, recording.LayoutSet, recording.Event{Layout: recording.Grid})
	s.add(0, recording.Speakers, recording.Event{Seats: []id.Seat{seat("cat")}})
	s.add(2, recording.Ended, recording.Event{})
	red, lime, blue, yellow := [3]int{255, 0, 0}, [3]int{0, 255, 0}, [3]int{0, 0, 255}, [3]int{255, 255, 0}
	main, strip := composer.Strip(1, 2, 1920, 1080)
	share, shared := composer.Strip(1, 3, 1920, 1080)
	for layout, want := range map[recording.Layout][]composer.Rect{"": composer.Grid(3, 1920, 1080), recording.Speaker: append(main, strip...)} {
		r, _ := compose(t, &s, composer.Options{Width: 1920, Height: 1080, Layout: layout})
		video := r.video(t)
		for at, tt := range map[float64]struct {
			places  []composer.Rect
			colours [][3]int
		}{
			0.5: {want, map[bool][][3]int{true: {red, lime, blue}, false: {blue, red, lime}}[layout == ""]},
			1.6: {append(share, shared...), [][3]int{yellow, red, lime, blue}},
		} {
			for i, p := range tt.places {
				// In every corner, where a name would be too.
				for _, at2 := range [][2]int{{p.X + 12, p.Y + 12}, {p.X + 24, p.Y + p.H - 20}, {p.X + p.W - 16, p.Y + p.H - 16}} {
					if c := r.pixel(video, at, at2[0], at2[1]); !near(c, tt.colours[i]) {
						t.Errorf("%q at %.1f s: tile %d has %v at %v, want %v", layout, at, i, c, at2, tt.colours[i])
					}
				}
			}
		}
	}
}

// TestBeginsWithSomebody: who is heard some pictures before they are seen does not make
// the film begin with nobody.
func TestBeginsWithSomebody(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 3)))
	s.track(0.210, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 320, 180, 2)))
	s.add(3, recording.Ended, recording.Event{})
	r, got := compose(t, &s, composer.Options{Width: 320, Height: 180})
	if p := r.pixel(r.video(t), 0, 160, 90); p[0] < 200 || p[1] > 60 {
		t.Errorf("it begins with %v", p)
	}
	if got.Length < 2750*time.Millisecond || got.Length > 2800*time.Millisecond {
		t.Errorf("it lasts %v", got.Length)
	}
}

// TestWithoutAPicture: who has no camera, or turned it off, stands there as in the
// meeting; where names are not to be shown, their letters are not either.
func TestWithoutAPicture(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 6)))
	camera := s.track(2, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 320, 180, 2)))
	s.event(4, recording.Muted, camera)
	s.add(6, recording.Ended, recording.Event{})
	for _, named := range []bool{false, true} {
		r, _ := compose(t, &s, composer.Options{Width: 640, Height: 360, Names: named})
		video := r.video(t)
		disc := func(at float64) bool { // left of the letters, and beside it
			in, out := r.pixel(video, at, 320-60, 180), r.pixel(video, at, 320-120, 180)
			if !near(out, [3]int{35, 35, 35}) {
				t.Errorf("at %v the tile is %v", at, out)
			}
			return !near(in, out)
		}
		if !near(r.pixel(video, 3, 320, 180), [3]int{254, 0, 0}) {
			t.Error("their picture is not shown")
		}
		if disc(1) != named || disc(5) != named {
			t.Errorf("names are shown: %v; a disc before and after: %v, %v", named, disc(1), disc(5))
		}
	}
}
