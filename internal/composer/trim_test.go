package composer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// clip is ten seconds of a film: a picture that differs at each moment, with a flash
// and a beep each second, a tone of its own in the first three seconds and in the
// last two, and chapters.
func clip(t testing.TB) []byte {
	t.Helper()
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture,
		frames(t, recording.VP8, "testsrc2=s=320x180:r=25:d=10,drawbox=color=white:t=fill:enable='lt(mod(n\\,25)\\,3)'", "-b:v", "1M"))
	s.track(0, "ann", access.Microphone, recording.Opus, sound,
		packets(t, "aevalsrc='0.4*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1)+0.2*sin(2*PI*3000*t)*lt(t\\,3)+0.2*sin(2*PI*5000*t)*gte(t\\,8)':s=48000:d=10"))
	s.add(0.5, recording.Chapter, recording.Event{Title: "secret one"})
	s.add(2, recording.Chapter, recording.Event{Title: "two"})
	s.add(5, recording.Chapter, recording.Event{Title: "three"})
	s.add(9, recording.Chapter, recording.Event{Title: "secret four"})
	s.add(10, recording.Ended, recording.Event{})
	var b bytes.Buffer
	if _, err := composer.New(composer.Config{}).Compose(t.Context(), &s, composer.Options{Width: 320, Height: 180}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func trim(t *testing.T, film []byte, from, to float64) (result, composer.Result, []byte) {
	t.Helper()
	var b bytes.Buffer
	var last float64
	ctx := composer.WithProgress(t.Context(), func(done float64) {
		if done < last || done > 1 {
			t.Errorf("progress %v after %v", done, last)
		}
		last = done
	})
	got, err := composer.New(composer.Config{Scratch: t.TempDir()}).Trim(ctx, bytes.NewReader(film), int64(len(film)), seconds(from).Round(time.Millisecond), seconds(to).Round(time.Millisecond), &b)
	if err != nil {
		t.Fatal(err)
	}
	if last != 1 {
		t.Errorf("progress ends at %v", last)
	}
	return save(t, b.Bytes(), 320, 180), got, b.Bytes()
}

// pictures decodes to raw pictures, of the data itself when the edit list is ignored.
func (r result) pictures(t testing.TB, more ...string) [][]byte {
	t.Helper()
	raw := ffmpeg(t, append(append(more, "-i", r.path), "-an", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-")...)
	return slices.Collect(slices.Chunk(raw, r.w*r.h*3/2))
}

func psnr(a, b []byte) float64 {
	var sum float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255/max(sum/float64(len(a)), 1e-9))
}

func TestTrimmedFilmsAreWhatTheyWere(t *testing.T) {
	film := clip(t)
	whole := save(t, film, 320, 180)
	pictures, sounds := whole.pictures(t), whole.audio(t)
	for _, tt := range []struct{ from, to, begins float64 }{
		{3.3, 7.9, 3.32},   // between key frames, and between pictures
		{4, 7.5, 4},        // at a key frame
		{3.96, 7.48, 3.96}, // one picture before a key frame
		{4.04, 5, 4.04},    // all within a group
		{0, 6, 0},          // only the end
		{3.48, 10, 3.48},   // only the beginning
		{0, 10, 0},         // nothing
	} {
		trimmed, got, _ := trim(t, film, tt.from, tt.to)
		n := int((tt.to-tt.begins)*25 + 0.001)
		if got.From != seconds(tt.begins).Round(time.Millisecond) || got.Length != time.Duration(n)*picture {
			t.Errorf("%v: begins at %v, lasts %v", tt, got.From, got.Length)
		}
		list := trimmed.pictures(t)
		if len(list) != n {
			t.Errorf("%v: %d pictures, want %d", tt, len(list), n)
			continue
		}
		first, same := int(tt.begins*25+0.5), 0
		for i, pic := range list {
			if bytes.Equal(pic, pictures[first+i]) {
				same++
			} else if q := psnr(pic, pictures[first+i]); q < 30 || i >= 50 {
				t.Errorf("%v: picture %d differs: %.1f dB", tt, i, q)
			}
		}
		heard := trimmed.audio(t)
		worst := 0.0
		for i := 2048; i < n*1920-2*2048; i++ {
			worst = max(worst, math.Abs(heard[i]-sounds[first*1920+i]))
		}
		t.Logf("%v: %d of %d pictures as they were; sound differs by %.5f", tt, same, n, worst)
		if worst > 1e-3 {
			t.Errorf("%v: the sound is another", tt)
		}
		if d := len(heard) - n*1920; d < 0 || d > 1024 {
			t.Errorf("%v: %d samples too many", tt, d)
		}
		monotonic(t, probe(t, trimmed), n)
	}
}

func TestWhatIsCutOffIsGone(t *testing.T) {
	film := clip(t)
	whole := save(t, film, 320, 180)
	trimmed, got, raw := trim(t, film, 3.3, 7.9)
	if want := []composer.Mark{{At: 0, Title: "two"}, {At: seconds(1.68), Title: "three"}}; !slices.Equal(got.Chapters, want) {
		t.Errorf("chapters: %v", got.Chapters)
	}
	if p := probe(t, whole); len(p.Chapters) != 5 || p.Chapters[1].Tags.Title != "secret one" || p.Chapters[1].Start != "0.500000" {
		t.Errorf("chapters before: %+v", p.Chapters)
	}
	if p := probe(t, trimmed); len(p.Chapters) != 2 || p.Chapters[1].Tags.Title != "three" || p.Chapters[1].Start != "1.680000" {
		t.Errorf("chapters: %+v", p.Chapters)
	}
	if bytes.Contains(raw, []byte("secret")) {
		t.Error("titles are left")
	}
	// All that is in the data, whatever the edit list says.
	if n := len(trimmed.pictures(t, "-ignore_editlist", "1")); n != 114 {
		t.Errorf("%d pictures in the data", n)
	}
	all := ffmpeg(t, "-ignore_editlist", "1", "-i", trimmed.path, "-vn", "-f", "f32le", "-ac", "1", "-ar", "48000", "-")
	heard := floats(all)
	for at := 0.0; at+0.2 < float64(len(heard))/48000; at += 0.05 {
		for _, hz := range []float64{3000, 5000} {
			if loud := tone(heard, at, hz); loud > 0.002 {
				t.Errorf("at %.2f s, %v Hz is left: %.4f", at, hz, loud)
			}
		}
	}
	if n, worst := offset(t, trimmed); n < 3 || math.Abs(worst) > 0.040 {
		t.Errorf("%d flashes, sound after picture by %.0f ms", n, worst*1000)
	}
	// A film that was trimmed can be trimmed.
	again, _, _ := trim(t, raw, 0.5, 3)
	if n := len(again.pictures(t)); n != 62 {
		t.Errorf("%d pictures after the second time", n)
	}
}

func TestTrimmingSoundAlone(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, "aevalsrc='0.2*sin(2*PI*(500+500*floor(t))*t)':s=48000:d=5"))
	s.add(5, recording.Ended, recording.Event{})
	var b bytes.Buffer
	if _, err := composer.New(composer.Config{}).Compose(t.Context(), &s, composer.Options{AudioOnly: true}, &b); err != nil {
		t.Fatal(err)
	}
	r, got, _ := trim(t, b.Bytes(), 1.52, 3.52)
	heard := r.audio(t)
	if got.Length != seconds(2) || tone(heard, 0.1, 1000) < 0.01 || tone(heard, 0.9, 1500) < 0.01 || tone(heard, 1.7, 2000) < 0.01 {
		t.Errorf("%+v", got)
	}
	if !bytes.Equal(b.Bytes()[8:12], []byte("M4A ")) {
		t.Error("sound alone is no M4A")
	}
}

func TestCutsThatCannotBeMade(t *testing.T) {
	film := clip(t)
	c := composer.New(composer.Config{})
	for name, tt := range map[string]struct {
		film     []byte
		from, to float64
		want     error
	}{
		"backwards":        {film, 5, 3, composer.ErrOrder},
		"nothing":          {film, 5, 5, composer.ErrOrder},
		"between pictures": {film, 5.01, 5.03, composer.ErrOrder},
		"before the start": {film, -1, 3, composer.ErrOrder},
		"beyond the end":   {film, 5, 11, composer.ErrBeyond},
		"wholly beyond":    {film, 50, 60, composer.ErrBeyond},
		"empty file":       {nil, 0, 1, composer.ErrForeign},
		"no film":          {bytes.Repeat([]byte("no film "), 100), 0, 1, composer.ErrForeign},
		"the beginning":    {film[:len(film)/2], 0, 1, composer.ErrForeign},
		"somebody else's":  {ffmpeg(t, "-f", "lavfi", "-i", "testsrc2=d=3", "-f", "mp4", "-movflags", "empty_moov", "-"), 0, 1, composer.ErrForeign},
	} {
		var b bytes.Buffer
		if _, err := c.Trim(t.Context(), bytes.NewReader(tt.film), int64(len(tt.film)), seconds(tt.from), seconds(tt.to), &b); !errors.Is(err, tt.want) || b.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Trim(t.Context(), unreadable{}, 1000, 0, seconds(1), io.Discard); !errors.Is(err, composer.ErrFailed) {
		t.Error("a file that cannot be read:", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the server stops")
	cancel(why)
	if _, err := c.Trim(ctx, bytes.NewReader(film), int64(len(film)), 0, seconds(3), io.Discard); !errors.Is(err, why) {
		t.Error(err)
	}
}

type unreadable struct{}

func (unreadable) ReadAt([]byte, int64) (int, error) { return 0, errors.New("bucket unreachable") }

// A mark is at another place after ten seconds, can be read, and nothing else changes.
func TestAViewersMark(t *testing.T) {
	var s script
	s.joins(0, "ann")
	s.track(0, "ann", access.Camera, recording.VP8, picture, frames(t, recording.VP8, colourful("gray", 320, 180, 21)))
	s.track(0, "ann", access.Microphone, recording.Opus, sound, packets(t, sine(440, 21)))
	s.add(2, recording.Chapter, recording.Event{Title: "two"})
	s.add(21, recording.Ended, recording.Event{})
	o := composer.Options{Width: 640, Height: 360}
	var b, burnt bytes.Buffer
	c := composer.New(composer.Config{Scratch: t.TempDir()})
	if _, err := c.Compose(t.Context(), &s, o, &b); err != nil {
		t.Fatal(err)
	}
	film := b.Bytes()
	var last float64
	ctx := composer.WithProgress(t.Context(), func(done float64) { last = done })
	if _, err := c.Mark(ctx, bytes.NewReader(film), int64(len(film)), "ann@example.org", &burnt); err != nil || last != 1 {
		t.Fatal(err, last)
	}
	o.ViewerMark = "ann@example.org"
	composed, _ := compose(t, &s, o)
	plain, marked := save(t, film, 640, 360), save(t, burnt.Bytes(), 640, 360)
	before := plain.pictures(t)
	for name, r := range map[string]result{"burnt into a film": marked, "while composing": composed} {
		list := r.pictures(t)
		if len(list) != len(before) {
			t.Fatalf("%s: %d pictures, want %d", name, len(list), len(before))
		}
		places := make([]int, 0, 3)
		for _, n := range []int{100, 300, 510} {
			changed, at := 0, 0
			for i := range 640 * 360 {
				if d := int(list[n][i]) - int(before[n][i]); d > 25 || d < -25 {
					changed, at = changed+1, at+i
				}
			}
			t.Logf("%s: %d pixels of the mark in picture %d", name, changed, n)
			if changed < 300 || changed > 640*360/20 {
				t.Errorf("%s: %d pixels of the mark in picture %d", name, changed, n)
			}
			places = append(places, at/max(changed, 1))
		}
		if places[0] == places[1] || places[1] == places[2] {
			t.Errorf("%s: it stays at %v", name, places)
		}
	}
	p := probe(t, marked)
	monotonic(t, p, 21*25)
	if len(p.Chapters) == 0 || p.Chapters[len(p.Chapters)-1].Tags.Title != "two" {
		t.Errorf("chapters: %+v", p.Chapters)
	}
	if !slices.Equal(plain.audio(t), marked.audio(t)) {
		t.Error("the sound is another")
	}
}
