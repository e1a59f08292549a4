package recorder_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
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

// clip is a second of encoded picture or sound, sent over and over.
type clip struct {
	mime   string
	frames [][]byte
}

func (c clip) video() bool { return strings.HasPrefix(c.mime, "video/") }

// colour makes a picture of one colour: ten a second, the first a key frame.
func colour(t *testing.T, name, size string) clip {
	t.Helper()
	return encoded(t, webrtc.MimeTypeVP8, name, size, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")
}

func encoded(t *testing.T, mime, name, size string, encoder ...string) clip {
	t.Helper()
	args := []string{"-f", "lavfi", "-i", fmt.Sprintf("color=%s:size=%s:rate=10", name, size), "-t", "1"}
	args = append(append(args, encoder...), "-threads", "1", "-g", "10", "-b:v", "200k", "-f", "ivf", "-")
	file := ffmpeg(t, nil, args...)
	c := clip{mime: mime}
	reader, _, err := ivfreader.NewWith(bytes.NewReader(file))
	for err == nil {
		var frame []byte
		if frame, _, err = reader.ParseNextFrame(); err == nil {
			c.frames = append(c.frames, frame)
		}
	}
	if !errors.Is(err, io.EOF) || len(c.frames) != 10 {
		t.Fatalf("%d frames: %v", len(c.frames), err)
	}
	return c
}

// h264 makes a picture as [colour] does, cut at its access units.
func h264(t *testing.T, name, size string) clip {
	t.Helper()
	file := ffmpeg(t, nil, "-f", "lavfi", "-i", fmt.Sprintf("color=%s:size=%s:rate=10", name, size), "-t", "1", "-c:v", "libx264",
		"-threads", "1", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-g", "10", "-bsf:v", "h264_metadata=aud=insert", "-f", "h264", "-")
	c := clip{mime: webrtc.MimeTypeH264}
	delimiter := []byte{0, 0, 0, 1, 9}
	for unit := range bytes.SplitSeq(file, delimiter) {
		if len(unit) > 1 {
			c.frames = append(c.frames, unit[1:])
		}
	}
	if len(c.frames) != 10 {
		t.Fatalf("%d access units", len(c.frames))
	}
	return c
}

// tone makes a second of a tone, in packets of 20 ms.
func tone(t *testing.T, hertz int) clip {
	t.Helper()
	file := ffmpeg(t, nil, "-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=%d:sample_rate=48000", hertz), "-t", "1",
		"-c:a", "libopus", "-page_duration", "20000", "-b:a", "32k", "-f", "ogg", "-")
	c := clip{mime: webrtc.MimeTypeOpus}
	reader, _, err := oggreader.NewWith(bytes.NewReader(file))
	for err == nil {
		var page []byte
		if page, _, err = reader.ParseNextPage(); err == nil && !bytes.HasPrefix(page, []byte("Opus")) {
			c.frames = append(c.frames, page)
		}
	}
	if !errors.Is(err, io.EOF) || len(c.frames) < 50 {
		t.Fatalf("%d packets: %v", len(c.frames), err)
	}
	c.frames = c.frames[:50]
	return c
}

// pixels decodes video frames and returns the middle pixel of each picture.
func pixels(t *testing.T, codec recording.Codec, frames []recording.Record) [][3]byte {
	t.Helper()
	const size = 16
	format, input := "ivf", ivf(codec, frames)
	if codec == recording.H264 {
		format, input = "h264", nil
		for _, f := range frames {
			input = append(input, f.Data...)
		}
	}
	raw := ffmpeg(t, input, "-f", format, "-i", "-", "-fps_mode", "passthrough",
		"-vf", fmt.Sprintf("scale=%d:%d", size, size), "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
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
