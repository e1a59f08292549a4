package recorder_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"plenum/internal/recording"
)

// ffmpeg runs the field's own tool; without it these tests mean nothing.
func ffmpeg(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	args = append([]string{"-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"}, args...)
	cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
	cmd.Stdin = bytes.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("ffmpeg %s: %v: %s", strings.Join(args, " "), err, errs.String())
	}
	return out.Bytes()
}

// colour makes a file of a picture of one colour, with a key frame each second.
func colour(t *testing.T, dir, name, size string, seconds int) string {
	t.Helper()
	file := filepath.Join(dir, name+size+".ivf")
	ffmpeg(t, nil, "-f", "lavfi", "-i", fmt.Sprintf("color=%s:size=%s:rate=20", name, size), "-t", fmt.Sprint(seconds),
		"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "20", "-b:v", "200k", "-y", file)
	return file
}

func tone(t *testing.T, dir string, hertz, seconds int) string {
	t.Helper()
	file := filepath.Join(dir, fmt.Sprint(hertz)+".ogg")
	ffmpeg(t, nil, "-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=%d:sample_rate=48000", hertz), "-t", fmt.Sprint(seconds),
		"-c:a", "libopus", "-page_duration", "20000", "-b:a", "32k", "-y", file)
	return file
}

// picture decodes video frames and returns the middle pixel of each picture.
func pixels(t *testing.T, codec recording.Codec, frames []recording.Record) [][3]byte {
	t.Helper()
	const size = 16
	args := []string{"-f", "ivf", "-i", "-"}
	input := ivf(codec, frames)
	if codec == recording.H264 {
		args, input = []string{"-f", "h264", "-i", "-"}, nil
		for _, f := range frames {
			input = append(input, f.Data...)
		}
	}
	args = append(args, "-fps_mode", "passthrough", "-vf", fmt.Sprintf("scale=%d:%d", size, size), "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
	raw := ffmpeg(t, input, args...)
	var middles [][3]byte
	for ; len(raw) >= size*size*3; raw = raw[size*size*3:] {
		middles = append(middles, [3]byte(raw[(size/2*size+size/2)*3:]))
	}
	return middles
}

// ivf puts frames into a file with their times in ms.
func ivf(codec recording.Codec, frames []recording.Record) []byte {
	fourCC := map[recording.Codec]string{recording.VP8: "VP80", recording.VP9: "VP90", recording.AV1: "AV01"}[codec]
	b := append([]byte("DKIF"), 0, 0, 32, 0)
	b = append(b, fourCC...)
	b = binary.LittleEndian.AppendUint16(b, 320)
	b = binary.LittleEndian.AppendUint16(b, 180)
	b = binary.LittleEndian.AppendUint32(b, 1000)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(frames)))
	b = append(b, 0, 0, 0, 0)
	for _, f := range frames {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
		b = binary.LittleEndian.AppendUint64(b, uint64(f.At.Milliseconds()))
		b = append(b, f.Data...)
	}
	return b
}

// samples decodes Opus packets to 48 kHz mono.
func samples(t *testing.T, frames []recording.Record) []float64 {
	t.Helper()
	var b bytes.Buffer
	w, err := oggwriter.NewWith(&b, 48000, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		p := &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(i), Timestamp: uint32(i * 960)}, Payload: f.Data}
		if err := w.WriteRTP(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	raw := ffmpeg(t, b.Bytes(), "-f", "ogg", "-i", "-", "-f", "s16le", "-ac", "1", "-ar", "48000", "-")
	pcm := make([]float64, len(raw)/2)
	for i := range pcm {
		pcm[i] = float64(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / 32768
	}
	return pcm
}

// share is how much of the sound is at a frequency, 0 to 1 (Goertzel).
func share(pcm []float64, hertz float64) float64 {
	w := 2 * math.Cos(2*math.Pi*hertz/48000)
	var a, b, energy float64
	for _, s := range pcm {
		a, b = s+w*a-b, a
		energy += s * s
	}
	if energy == 0 {
		return 0
	}
	return (a*a + b*b - w*a*b) / energy / float64(len(pcm)) * 2
}

func near(got, want [3]byte) bool {
	for i := range got {
		if d := int(got[i]) - int(want[i]); d < -24 || d > 24 {
			return false
		}
	}
	return true
}

func open(t *testing.T, file string) io.ReadCloser {
	t.Helper()
	f, err := os.Open(file) //nolint:gosec // made by the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
