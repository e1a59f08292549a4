package composer_test

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"testing"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// poster makes that of a film.
func poster(t testing.TB, film []byte) *image.RGBA {
	t.Helper()
	var b bytes.Buffer
	if err := composer.New(composer.Config{}).Poster(t.Context(), bytes.NewReader(film), int64(len(film)), &b); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 100_000 {
		t.Errorf("it has %d bytes", b.Len())
	}
	got, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	plain := image.NewRGBA(got.Bounds())
	draw.Draw(plain, plain.Bounds(), got, image.Point{}, draw.Src)
	return plain
}

func at(p *image.RGBA, x, y int) [3]int {
	c := p.RGBAAt(x, y)
	return [3]int{int(c.R), int(c.G), int(c.B)}
}

// The picture is the key frame in which most is to be seen, of those that are neither
// how it begins nor how it ends.
func TestPosterShowsMost(t *testing.T) {
	busy := "mandelbrot=s=320x180:r=25,trim=duration=2"
	var s script
	s.joins(0, "ann")
	for i, source := range []string{busy, colourful("red", 320, 180, 2), "testsrc2=s=320x180:r=25:d=2", colourful("blue", 320, 180, 2), busy} {
		s.track(float64(2*i), "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, source, "-b:v", "1M"))
		s.event(float64(2*i+2), recording.TrackEnded, s.tracks)
	}
	s.add(10, recording.Ended, recording.Event{})
	var b bytes.Buffer
	if _, err := composer.New(composer.Config{Scratch: t.TempDir()}).Compose(t.Context(), &s, composer.Options{Width: 320, Height: 180}, &b); err != nil {
		t.Fatal(err)
	}
	got := poster(t, b.Bytes())
	if got.Rect.Dx() != 320 || got.Rect.Dy() != 180 {
		t.Fatalf("it is enlarged to %v", got.Rect)
	}
	raw := ffmpeg(t, "-i", save(t, b.Bytes(), 320, 180).path, "-an", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-")
	for second, same := range map[int]bool{0: false, 2: false, 4: true, 6: false, 8: false} {
		if q := psnr(got.Pix, raw[second*25*320*180*4:][:320*180*4]); (q > 25) != same {
			t.Errorf("it is as at %d s by %.1f dB", second, q)
		}
	}

	// Of a film that was cut, nothing is shown that was cut off.
	_, _, cut := trim(t, b.Bytes(), 6.1, 8)
	if c := at(poster(t, cut), 160, 90); !near(c, [3]int{0, 0, 255}) {
		t.Errorf("after the cut: %v", c)
	}
}

// It has the colours of the video, whatever its size, and is as large as it is used.
func TestPosterColours(t *testing.T) {
	var s script
	colours := [][3]int{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}}
	for _, name := range []string{"red", "lime", "blue", "white"} {
		s.joins(0, name)
		s.track(0, name, access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful(name, 320, 180, 1)))
	}
	s.add(1, recording.Ended, recording.Event{})
	for _, o := range []composer.Options{{}, {Width: 1920, Height: 1080}, {Width: 640, Height: 480}} {
		var b bytes.Buffer
		if _, err := composer.New(composer.Config{Scratch: t.TempDir()}).Compose(t.Context(), &s, o, &b); err != nil {
			t.Fatal(err)
		}
		got := poster(t, b.Bytes())
		want := image.Pt(640, 360)
		if o.Height == 480 {
			want = image.Pt(480, 360)
		}
		if got.Rect.Max != want {
			t.Errorf("%+v: it is %v", o, got.Rect.Max)
		}
		for i, r := range composer.Grid(4, want.X, want.Y) {
			if c := at(got, r.X+r.W/2, r.Y+r.H/2); !near(c, colours[i]) {
				t.Errorf("%v: tile %d is %v, not %v", want, i, c, colours[i])
			}
		}
	}
}

func TestNoPoster(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 1)))
	s.add(1, recording.Ended, recording.Event{})
	var alone bytes.Buffer
	if _, err := composer.New(composer.Config{}).Compose(t.Context(), &s, composer.Options{AudioOnly: true}, &alone); err != nil {
		t.Fatal(err)
	}
	for name, film := range map[string][]byte{"nothing": nil, "sound alone": alone.Bytes(), "a text": bytes.Repeat([]byte("no film "), 100)} {
		var b bytes.Buffer
		if err := composer.New(composer.Config{}).Poster(t.Context(), bytes.NewReader(film), int64(len(film)), &b); !errors.Is(err, composer.ErrForeign) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
	if err := composer.New(composer.Config{}).Poster(t.Context(), unreadable{}, 1000, &alone); !errors.Is(err, composer.ErrFailed) {
		t.Error("a file that cannot be read:", err)
	}
	film := clip(t)
	var b bytes.Buffer
	if err := composer.New(composer.Config{Program: "/nowhere/ffmpeg"}).Poster(t.Context(), bytes.NewReader(film), int64(len(film)), &b); !errors.Is(err, composer.ErrMissing) || b.Len() > 0 {
		t.Errorf("without ffmpeg: %v", err)
	}
}
