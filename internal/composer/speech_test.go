package composer_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// What somebody says comes out as they said it, but for the loudness.
func TestSpeechIsUnderstandable(t *testing.T) {
	wav := filepath.Join(t.TempDir(), "speech.wav")
	text := "The council has decided on the budget for schools, libraries and roads. The motion was carried by nineteen votes to four."
	if out, err := exec.Command("espeak-ng", "-v", "en", "-s", "150", "-w", wav, text).CombinedOutput(); err != nil {
		t.Fatalf("espeak-ng: %v: %s", err, out)
	}
	if info, err := os.Stat(wav); err != nil || info.Size() < 100_000 {
		t.Fatal(info, err)
	}
	const begins = 0.5
	source := floats(ffmpeg(t, "-i", wav, "-f", "f32le", "-ac", "1", "-ar", "48000", "-"))
	length := float64(len(source)) / 48000
	var s script
	s.joins(0, "bob") // the film begins with him
	s.track(0, "bob", access.Microphone, recording.Opus, sound, packets(t, "anullsrc=r=48000:d=0.2"))
	s.joins(0, "ann")
	s.track(begins, "ann", access.Microphone, recording.Opus, sound, packets(t, "amovie="+wav))
	s.add(math.Ceil(length)+1, recording.Ended, recording.Event{})
	r, _ := compose(t, &s, composer.Options{AudioOnly: true})
	heard := r.audio(t)
	best, off := 0.0, 0
	for at := int((begins - 0.05) * 48000); at < int((begins+0.05)*48000); at += 4 {
		if c := correlation(source, heard[at:], 16); c > best {
			best, off = c, at
		}
	}
	if full := correlation(source, heard[off:], 1); full < 0.9 {
		t.Errorf("correlation %.3f", full)
	} else {
		t.Logf("correlation %.3f, %+.1f ms from its time", full, 1000*(float64(off)/48000-begins))
	}
	if late := float64(off)/48000 - begins; math.Abs(late) > 0.010 {
		t.Errorf("it is heard %.1f ms late", late*1000)
	}
}

// correlation is that of a with what b begins with, of one sample in every few.
func correlation(a, b []float64, every int) float64 {
	var ab, aa, bb float64
	for i := 0; i < len(a); i += every {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}
