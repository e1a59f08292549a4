package composer

import (
	"bytes"
	"io"
	"testing"
	"time"
)

// film is a small one as movie writes it, of pictures that are none.
func film(t testing.TB) []byte {
	t.Helper()
	video := &stream{timescale: 12800, stsd: box("stsd", u32(0), u32(1), box("avc1", make([]byte, 78))), data: literal(bytes.Repeat([]byte("p"), 1000))}
	audio := &stream{timescale: rate, stsd: box("stsd", u32(0), u32(1), box("mp4a", make([]byte, 28))), data: literal(bytes.Repeat([]byte("s"), 1000))}
	for i := range 50 {
		video.samples = append(video.samples, sample{size: 20, duration: 512, key: i%25 == 0})
	}
	for range 95 {
		audio.samples = append(audio.samples, sample{size: 10, duration: aac, key: true})
	}
	m := &movie{video: video, audio: audio, width: 320, height: 180, length: 2 * time.Second, lead: priming, chapters: []Mark{{0, "one"}, {time.Second, "zwei"}}}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAFilmIsReadAsItWasWritten(t *testing.T) {
	b := film(t)
	m, err := open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if _, err := m.WriteTo(&again); err != nil || !bytes.Equal(b, again.Bytes()) {
		t.Error("another film comes out", err)
	}
}

// Whatever is given as a film: it is one that can be written again, or refused.
func FuzzOpen(f *testing.F) {
	b := film(f)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		if n, err := m.WriteTo(io.Discard); err != nil && n > 0 {
			t.Error(err)
		}
		if m.video != nil {
			_, _ = m.video.parameters()
		}
	})
}
