package composer_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/recording"
)

func ffmpeg(t testing.TB, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, args...)...)
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, problem.String())
	}
	return out
}

// frames encodes a lavfi source at 25 fps as a sender in a meeting does: one key
// frame, no B-frames.
func frames(t testing.TB, codec recording.Codec, source string, more ...string) [][]byte {
	t.Helper()
	args := []string{"-f", "lavfi", "-i", source, "-threads", "1", "-pix_fmt", "yuv420p"}
	switch codec {
	case recording.VP8:
		args = append(args, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-g", "9999", "-auto-alt-ref", "0", "-f", "ivf")
	case recording.VP9:
		args = append(args, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-g", "9999", "-auto-alt-ref", "0", "-lag-in-frames", "0", "-f", "ivf")
	case recording.AV1:
		args = append(args, "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-b:v", "300k", "-g", "9999", "-f", "ivf")
	case recording.H264:
		args = append(args, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-g", "9999", "-x264-params", "slices=1:repeat-headers=1", "-bsf:v", "h264_metadata=aud=insert", "-f", "h264")
	case recording.Opus:
	}
	out := ffmpeg(t, append(append(args, more...), "-")...)
	var list [][]byte
	if codec == recording.H264 { // access units are parted by delimiters
		for unit := range bytes.SplitSeq(out, []byte{0, 0, 0, 1, 9}) {
			if len(unit) > 1 {
				list = append(list, append([]byte{0, 0, 0, 1, 9}, unit...))
			}
		}
		return list
	}
	for at := 32; at < len(out); {
		n := int(binary.LittleEndian.Uint32(out[at:]))
		list = append(list, out[at+12:at+12+n])
		at += 12 + n
	}
	return list
}

func colourful(colour string, w, h int, seconds float64) string {
	return fmt.Sprintf("color=c=%s:s=%dx%d:r=25:d=%g", colour, w, h, seconds)
}

// packets encodes a lavfi source as Opus packets of 20 ms.
func packets(t testing.TB, source string) [][]byte {
	t.Helper()
	out := ffmpeg(t, "-f", "lavfi", "-i", source, "-c:a", "libopus", "-b:a", "48k", "-frame_duration", "20", "-page_duration", "20000", "-f", "ogg", "-")
	var list [][]byte
	var packet []byte
	for len(out) > 27 {
		lacing := out[27 : 27+int(out[26])]
		body := out[27+len(lacing):]
		for _, n := range lacing {
			packet, body = append(packet, body[:n]...), body[n:]
			if n < 255 {
				list, packet = append(list, packet), nil
			}
		}
		out = body
	}
	return list[2:]
}

// script is a journal in the making.
type script struct {
	records []recording.Record
	tracks  uint32
}

func seat(name string) id.Seat { return id.Derive[id.Seat](name) }

func (s *script) add(at float64, kind recording.Kind, e recording.Event) {
	s.records = append(s.records, recording.Record{At: seconds(at), Kind: kind, Event: e})
}

func seconds(at float64) time.Duration { return time.Duration(at * float64(time.Second)) }

func (s *script) joins(at float64, name string) {
	s.add(at, recording.Consent, recording.Event{Seat: seat(name), Yes: true})
	s.add(at, recording.SeatNamed, recording.Event{Seat: seat(name), Name: "Name of " + "person"})
}

// track lets somebody send frames from a time on, each so long.
func (s *script) track(at float64, name string, source access.Source, codec recording.Codec, frame time.Duration, data [][]byte) uint32 {
	s.tracks++
	t := recording.Track{ID: s.tracks, Seat: seat(name), Source: source, Codec: codec}
	s.records = append(s.records, recording.Began(seconds(at), t))
	s.frames(t.ID, at, frame, data, codec == recording.Opus)
	return t.ID
}

func (s *script) frames(track uint32, at float64, frame time.Duration, data [][]byte, allKeys bool) {
	for i, d := range data {
		s.records = append(s.records, recording.Record{
			At: seconds(at) + time.Duration(i)*frame, Kind: recording.Frame, Track: track, Key: allKeys || i == 0, Data: d,
		})
	}
}

func (s *script) event(at float64, kind recording.Kind, track uint32) {
	s.records = append(s.records, recording.Record{At: seconds(at), Kind: kind, Track: track})
}

// Records is a journal as it comes: in order, frames a little late.
func (s *script) Records(yield func(recording.Record, error) bool) {
	late := func(r recording.Record) time.Duration {
		if r.Kind == recording.Frame {
			return r.At + 100*time.Millisecond
		}
		return r.At
	}
	list := slices.Clone(s.records)
	slices.SortStableFunc(list, func(a, b recording.Record) int { return cmp.Compare(late(a), late(b)) })
	for _, r := range list {
		b, err := r.AppendBinary(nil)
		if err == nil {
			r, _, err = recording.ParseRecord(b)
		}
		if !yield(r, err) {
			return
		}
	}
}

// result is a composed file, looked at.
type result struct {
	path string
	w, h int
}

func save(t testing.TB, b []byte, w, h int) result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.mp4")
	if keep := os.Getenv("COMPOSER_KEEP"); keep != "" {
		path = filepath.Join(keep, strings.ReplaceAll(t.Name(), "/", "-")+".mp4")
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return result{path, w, h}
}

// video decodes all pictures, small: a pixel of the result is a fourth of one.
func (r result) video(t testing.TB) []byte {
	t.Helper()
	return ffmpeg(t, "-i", r.path, "-an", "-fps_mode", "passthrough", "-vf", "scale=iw/4:ih/4:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
}

// pixel returns the colour at a time and place.
func (r result) pixel(video []byte, at float64, x, y int) [3]int {
	w, h := r.w/4, r.h/4
	frame := int(at*25 + 0.5)
	p := video[frame*w*h*3+(y/4*w+x/4)*3:]
	return [3]int{int(p[0]), int(p[1]), int(p[2])}
}

func near(a, b [3]int) bool {
	for i := range a {
		if d := a[i] - b[i]; d < -16 || d > 16 {
			return false
		}
	}
	return true
}

// audio decodes all sound, to mono.
func (r result) audio(t testing.TB) []float64 {
	t.Helper()
	return floats(ffmpeg(t, "-i", r.path, "-vn", "-f", "f32le", "-ac", "1", "-ar", "48000", "-"))
}

func floats(raw []byte) []float64 {
	list := make([]float64, len(raw)/4)
	for i := range list {
		list[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
	}
	return list
}

// tone returns how strong a frequency is in 200 ms of sound: its amplitude (Goertzel).
func tone(audio []float64, at, hz float64) float64 {
	part := audio[int(at*48000):][:9600]
	k := 2 * math.Cos(2*math.Pi*hz/48000)
	var a, b float64
	for _, v := range part {
		a, b = v+k*a-b, a
	}
	return 2 * math.Sqrt(a*a+b*b-k*a*b) / float64(len(part))
}
