package archive_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// ffmpeg runs the field's own tool; without it these tests mean nothing.
func ffmpeg(t testing.TB, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-hide_banner", "-loglevel", "error", "-nostdin"}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ffmpeg %s: %v: %s", strings.Join(args, " "), err, errs.String())
	}
	return out
}

// colour is a second of VP8 of one colour, 10 pictures a second, the first a key frame.
func colour(t testing.TB, name string) clip {
	t.Helper()
	out := ffmpeg(t, "-f", "lavfi", "-i", "color="+name+":size=320x180:rate=10", "-t", "1", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
		"-threads", "1", "-g", "10", "-b:v", "200k", "-f", "ivf", "-")
	c := clip{capability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}}
	for at := 32; at < len(out); {
		n := int(binary.LittleEndian.Uint32(out[at:]))
		c.frames = append(c.frames, out[at+12:at+12+n])
		at += 12 + n
	}
	return c
}

// tone is a second of Opus in packets of 20 ms.
func tone(t testing.TB, hertz int) clip {
	t.Helper()
	out := ffmpeg(t, "-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=%d:sample_rate=48000", hertz), "-t", "1.2", "-c:a", "libopus", "-b:a", "32k", "-page_duration", "20000", "-f", "ogg", "-")
	c := clip{capability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}}
	var packet []byte
	for len(out) > 27 {
		lacing := out[27 : 27+int(out[26])]
		body := out[27+len(lacing):]
		for _, n := range lacing {
			if packet, body = append(packet, body[:n]...), body[n:]; n < 255 {
				c.frames, packet = append(c.frames, packet), nil
			}
		}
		out = body
	}
	c.frames = c.frames[2:52]
	return c
}

// film is a video that was looked at: one small picture for each of the 25 a second,
// and its sound.
type film struct {
	pictures [][]byte
	sound    []float64
}

const filmW, filmH = 64, 36

func watch(t testing.TB, path string) film {
	t.Helper()
	raw := ffmpeg(t, "-i", path, "-an", "-fps_mode", "passthrough", "-vf", fmt.Sprintf("scale=%d:%d:flags=area", filmW, filmH), "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
	var f film
	for ; len(raw) >= filmW*filmH*3; raw = raw[filmW*filmH*3:] {
		f.pictures = append(f.pictures, raw[:filmW*filmH*3])
	}
	f.sound = listen(t, path)
	return f
}

func listen(t testing.TB, path string) []float64 {
	t.Helper()
	raw := ffmpeg(t, "-i", path, "-vn", "-f", "f32le", "-ac", "1", "-ar", "48000", "-")
	sound := make([]float64, len(raw)/4)
	for i := range sound {
		sound[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
	}
	return sound
}

// shows counts the pictures with a good part in one colour.
func (f film) shows(want [3]byte) (n int) {
	for _, p := range f.pictures {
		same := 0
		for i := 0; i < len(p); i += 3 {
			near := true
			for k := range 3 {
				if d := int(p[i+k]) - int(want[k]); d < -30 || d > 30 {
					near = false
				}
			}
			if near {
				same++
			}
		}
		if same > filmW*filmH/20 {
			n++
		}
	}
	return n
}

// hears says how strong a tone is at its loudest, of each half second (Goertzel).
func hears(sound []float64, hertz float64) (loudest float64) {
	k := 2 * math.Cos(2*math.Pi*hertz/48000)
	for ; len(sound) >= 24000; sound = sound[24000:] {
		var a, b float64
		for _, v := range sound[:24000] {
			a, b = v+k*a-b, a
		}
		loudest = max(loudest, 2*math.Sqrt(a*a+b*b-k*a*b)/24000)
	}
	return loudest
}

var (
	red   = [3]byte{253, 0, 0}
	blue  = [3]byte{0, 0, 253}
	green = [3]byte{0, 128, 0}
)

// probe is what ffprobe says of a file.
func probe(t testing.TB, path string) (streams map[string]string, chapters []string, length float64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json", path).Output()
	ok(t, err)
	var p struct {
		Streams []struct {
			Type  string `json:"codec_type"`
			Codec string `json:"codec_name"`
		} `json:"streams"`
		Chapters []struct{ Tags struct{ Title string } } `json:"chapters"`
		Format   struct {
			Duration float64 `json:"duration,string"`
		} `json:"format"`
	}
	ok(t, json.Unmarshal(out, &p))
	streams = map[string]string{}
	for _, s := range p.Streams {
		streams[s.Type] = s.Codec
	}
	for _, c := range p.Chapters {
		chapters = append(chapters, c.Tags.Title)
	}
	return streams, chapters, p.Format.Duration
}

// script is a journal in the making: people who agree and send clips over and over.
type script struct {
	records []recording.Record
	tracks  uint32
}

func (s *script) add(at time.Duration, kind recording.Kind, e recording.Event) {
	s.records = append(s.records, recording.Record{At: at, Kind: kind, Event: e})
}

// person consents and sends from one moment to another.
func (s *script) person(name string, from, to time.Duration, picture, sound clip) id.Seat {
	seat := id.Derive[id.Seat](name)
	s.add(from, recording.Consent, recording.Event{Seat: seat, Yes: true})
	s.add(from, recording.SeatNamed, recording.Event{Seat: seat, Name: pii.Name(name)})
	s.send(seat, access.Camera, recording.VP8, from, to, picture)
	s.send(seat, access.Microphone, recording.Opus, from, to, sound)
	return seat
}

func (s *script) send(seat id.Seat, source access.Source, codec recording.Codec, from, to time.Duration, c clip) {
	s.tracks++
	s.records = append(s.records, recording.Began(from, recording.Track{ID: s.tracks, Seat: seat, Source: source, Codec: codec}))
	every := time.Second / time.Duration(len(c.frames))
	for i := 0; from+time.Duration(i)*every < to; i++ {
		s.records = append(s.records, recording.Record{
			At: from + time.Duration(i)*every, Kind: recording.Frame, Track: s.tracks, Key: codec == recording.Opus || i%len(c.frames) == 0, Data: c.frames[i%len(c.frames)],
		})
	}
	s.records = append(s.records, recording.Record{At: to, Kind: recording.TrackEnded, Track: s.tracks})
}

// inOrder returns the records in the order of their times, as they would come.
func (s *script) inOrder() []recording.Record {
	slices.SortStableFunc(s.records, func(a, b recording.Record) int { return int(a.At - b.At) })
	return s.records
}
