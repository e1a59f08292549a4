package composer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

const picture, sound = 40 * time.Millisecond, 20 * time.Millisecond

func compose(t testing.TB, s composer.Source, o composer.Options) (result, composer.Result) {
	t.Helper()
	var b bytes.Buffer
	start := time.Now()
	r, err := composer.New(composer.Config{Scratch: t.TempDir()}).Compose(t.Context(), s, o, &b)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v of media, %d bytes, in %v", r.Length, b.Len(), time.Since(start).Round(time.Millisecond))
	if o.Width == 0 {
		o.Width, o.Height = 1280, 720
	}
	return save(t, b.Bytes(), o.Width, o.Height), r
}

func sine(hz int, seconds float64) string {
	return fmt.Sprintf("sine=f=%d:r=48000:d=%g", hz, seconds)
}

// meeting is of four people: Ann from beginning to end, who shares her screen at
// last; Bob comes and goes; Cat's picture changes its size, and she withdraws; Dan
// said no. His tracks are in the journal, which they never should be.
func meeting(t *testing.T) *script {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("red", 640, 360, 8)))
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 8)))
	s.joins(2, "bob")
	camera := s.track(2, "bob", access.Camera, recording.VP9, picture, frames(t, recording.VP9, colourful("lime", 640, 360, 4)))
	voice := s.track(2, "bob", access.Microphone, recording.Opus, sound, packets(t, sine(660, 4)))
	s.event(6, recording.TrackEnded, camera)
	s.event(6, recording.TrackEnded, voice)
	s.joins(2, "cat")
	camera = s.track(2, "cat", access.Camera, recording.H264, picture, frames(t, recording.H264, colourful("blue", 640, 360, 2)))
	s.frames(camera, 4, picture, frames(t, recording.H264, colourful("blue", 320, 180, 4)), false)
	s.track(2, "cat", access.Microphone, recording.Opus, sound, packets(t, sine(880, 6)))
	s.add(5, recording.Consent, recording.Event{Seat: seat("cat")})
	s.add(1, recording.Consent, recording.Event{Seat: seat("dan")})
	s.track(1, "dan", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("magenta", 640, 360, 7)))
	s.track(1, "dan", access.Microphone, recording.Opus, sound, packets(t, sine(1100, 7)))
	s.track(6, "ann", access.Screen, recording.VP8, picture, frames(t, recording.VP8, colourful("yellow", 1280, 720, 2)))
	s.add(8, recording.Ended, recording.Event{})
	return &s
}

func TestWhoAgreedIsSeenAndHeard(t *testing.T) {
	r, got := compose(t, meeting(t), composer.Options{Names: true, Words: composer.Words{Start: "Start", Share: "Screen"}})
	if got.Length != 8*time.Second || got.Lost > 0 || got.Damage != nil {
		t.Errorf("%+v", got)
	}
	red, lime, blue, yellow, magenta := [3]int{255, 0, 0}, [3]int{0, 255, 0}, [3]int{0, 0, 255}, [3]int{255, 255, 0}, [3]int{255, 0, 255}
	main, strip := composer.Strip(1, 1, 1280, 720)
	video, audio := r.video(t), r.audio(t)
	for _, tt := range []struct {
		from, to float64
		places   []composer.Rect
		colours  [][3]int
		tones    map[float64]bool
	}{
		{0.1, 1.9, composer.Grid(1, 1280, 720), [][3]int{red}, map[float64]bool{440: true}},
		{2.1, 4.9, composer.Grid(3, 1280, 720), [][3]int{red, lime, blue}, map[float64]bool{440: true, 660: true, 880: true}},
		{5, 5.9, composer.Grid(2, 1280, 720), [][3]int{red, lime}, map[float64]bool{440: true, 660: true}},
		{6.1, 7.9, append(main, strip...), [][3]int{yellow, red}, map[float64]bool{440: true}},
	} {
		for at := tt.from; at <= tt.to; at += 0.2 {
			for i, p := range tt.places {
				for _, corner := range [][2]int{{p.X + p.W/2, p.Y + p.H/2}, {p.X + 8, p.Y + 8}, {p.X + p.W - 9, p.Y + p.H - 9}} {
					if c := r.pixel(video, at, corner[0], corner[1]); !near(c, tt.colours[i]) {
						t.Errorf("at %.1f s, %v is %v, want %v", at, corner, c, tt.colours[i])
					}
				}
			}
			for y := 0; y < 720; y += 16 {
				for x := 0; x < 1280; x += 16 {
					if near(r.pixel(video, at, x, y), magenta) {
						t.Fatalf("at %.1f s, who said no is seen", at)
					}
				}
			}
		}
		for at := tt.from + 0.1; at+0.2 <= tt.to; at += 0.2 {
			for _, hz := range []float64{440, 660, 880, 1100} {
				if loud := tone(audio, at, hz); (loud > 0.01) != tt.tones[hz] || !tt.tones[hz] && loud > 0.002 {
					t.Errorf("at %.1f s, %v Hz has amplitude %.4f", at, hz, loud)
				}
			}
		}
	}
	// To the picture and the sample: Cat withdrew at 5.
	if c := r.pixel(video, 4.96, 640, 550); !near(c, blue) {
		t.Errorf("before Cat withdrew: %v", c)
	}
	if loud := tone(audio, 5.005, 880); loud > 0.002 {
		t.Errorf("after Cat withdrew she is heard: %v", loud)
	}
}

type probed struct {
	Streams []struct {
		Type     string `json:"codec_type"`
		Codec    string `json:"codec_name"`
		Profile  string `json:"profile"`
		Width    int    `json:"width"`
		Height   int    `json:"height"`
		Rate     string `json:"avg_frame_rate"`
		Samples  string `json:"sample_rate"`
		Channels int    `json:"channels"`
		Start    string `json:"start_time"`
		Duration string `json:"duration"`
	}
	Chapters []struct {
		Start string `json:"start_time"`
		Tags  struct{ Title string }
	}
	Rows []struct {
		Type   string // "packet" or "frame"
		Media  string `json:"media_type"`
		Stream int    `json:"stream_index"`
		DTS    string `json:"dts_time"`
		PTS    string `json:"pts_time"`
	} `json:"packets_and_frames"`
}

func probe(t testing.TB, r result) (p probed) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-show_streams", "-show_chapters", "-show_packets", "-show_frames", "-of", "json", r.path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err, string(out))
	}
	return p
}

func TestTheFileIsWhatPlayersExpect(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, "testsrc2=s=320x180:r=25:d=4"))
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 4)))
	s.add(1.5, recording.Chapter, recording.Event{Title: "Haushalt – «ß»"})
	s.add(3, recording.Chapter, recording.Event{Title: "Ende"})
	s.add(4, recording.Ended, recording.Event{})
	r, _ := compose(t, &s, composer.Options{Width: 640, Height: 360, Words: composer.Words{Start: "Beginn"}})
	p := probe(t, r)
	var kinds []string
	for _, x := range p.Streams {
		if x.Type != "data" && x.Type != "subtitle" {
			kinds = append(kinds, x.Codec)
		}
		if start, _ := strconv.ParseFloat(x.Start, 64); start != 0 {
			t.Errorf("%s begins at %s", x.Codec, x.Start)
		}
		if length, _ := strconv.ParseFloat(x.Duration, 64); length < 3.99 || length > 4.03 {
			t.Errorf("%s lasts %s", x.Codec, x.Duration)
		}
	}
	if v := p.Streams[0]; !slices.Equal(kinds, []string{"h264", "aac"}) || v.Profile != "High" || v.Width != 640 || v.Height != 360 || v.Rate != "25/1" {
		t.Errorf("streams: %+v", p.Streams)
	}
	if a := p.Streams[1]; a.Samples != "48000" || a.Channels != 2 {
		t.Errorf("streams: %+v", p.Streams)
	}
	monotonic(t, p, 100)
	chapters := make([]string, 0, 3)
	for _, c := range p.Chapters {
		chapters = append(chapters, c.Start+" "+c.Tags.Title)
	}
	if !slices.Equal(chapters, []string{"0.000000 Beginn", "1.500000 Haushalt – «ß»", "3.000000 Ende"}) {
		t.Error("chapters:", chapters)
	}
}

// monotonic fails unless no packet is before the one before it, and there is one
// picture each 25th of a second.
func monotonic(t testing.TB, p probed, want int) {
	t.Helper()
	last, pictures := map[int]float64{}, 0
	for _, x := range p.Rows {
		if x.Type == "packet" {
			dts, err := strconv.ParseFloat(x.DTS, 64)
			if before, ok := last[x.Stream]; err != nil || ok && dts <= before {
				t.Errorf("stream %d: %s after %v", x.Stream, x.DTS, before)
			}
			last[x.Stream] = dts
		} else if x.Media == "video" {
			if pts, _ := strconv.ParseFloat(x.PTS, 64); pts < float64(pictures)/25-0.001 || pts > float64(pictures)/25+0.001 {
				t.Errorf("picture %d is at %s", pictures, x.PTS)
			}
			pictures++
		}
	}
	if pictures != want {
		t.Errorf("%d pictures, want %d", pictures, want)
	}
}
