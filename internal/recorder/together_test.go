package recorder_test

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recorder"
	"plenum/internal/recording"
)

// settled are records with their times as they were corrected later.
func settled(records []recording.Record) (list []recording.Record) {
	moves := recording.Moves{}
	for _, r := range records {
		moves.Note(r)
	}
	for _, r := range records {
		if r, ok := moves.Settle(r); ok {
			list = append(list, r)
		}
	}
	return list
}

// network delays what somebody sends: pictures more than sound, each packet by another
// time, and never one before the other.
type network struct {
	interceptor.NoOp
}

func (n *network) NewInterceptor(string) (interceptor.Interceptor, error) { return n, nil }

func (*network) BindLocalStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	least, jitter := 10*time.Millisecond, 40*time.Millisecond
	if info.MimeType == webrtc.MimeTypeVP8 {
		least, jitter = 140*time.Millisecond, 80*time.Millisecond
	}
	type sent struct {
		header  *rtp.Header
		payload []byte
		due     time.Time
	}
	line := make(chan sent, 10_000)
	go func() { // until the test's process ends: nobody says that a stream is over
		for s := range line {
			<-time.After(time.Until(s.due))
			writer.Write(s.header, s.payload, interceptor.Attributes{}) //nolint:errcheck // as a network
		}
	}()
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, _ interceptor.Attributes) (int, error) {
		header := h.Clone()
		line <- sent{&header, slices.Clone(payload), time.Now().Add(least + rand.N(jitter))}
		return len(payload), nil
	})
}

// stamp sends samples that say, in their last bytes, when they were made.
func stamp(t *testing.T, p *person, source livekit.TrackSource, mime string, rate uint32, every time.Duration, sample func(n int) []byte) {
	t.Helper()
	track, err := lksdk.NewLocalSampleTrack(webrtc.RTPCodecCapability{MimeType: mime, ClockRate: rate})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: source, VideoWidth: 160, VideoHeight: 90}); err != nil {
		t.Fatal(err)
	}
	go func() {
		began := time.Now()
		for n := 0; t.Context().Err() == nil; n++ {
			made := began.Add(time.Duration(n) * every)
			<-time.After(time.Until(made)) // a ticker leaves out what it is late for
			data := binary.BigEndian.AppendUint64(sample(n), uint64(made.UnixNano()))
			_ = track.WriteSample(media.Sample{Data: data, Duration: every}, nil)
		}
	}()
}

// Of somebody whose pictures take 150 ms longer than the sound, on a network that
// jitters, picture and sound are together from the first frame on.
func TestTogetherFromTheFirstFrame(t *testing.T) {
	t.Parallel()
	redClip := colour(t, "red", "160x90")
	s := sit(t)
	s.run()
	ann := s.joinBy(lksdk.WithAutoSubscribe(false), lksdk.WithInterceptors([]interceptor.Factory{&network{}}), lksdk.WithIncludeDefaultInterceptors(true))
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	stamp(t, ann, livekit.TrackSource_CAMERA, webrtc.MimeTypeVP8, 90_000, 100*time.Millisecond, func(n int) []byte {
		return slices.Clone(redClip.frames[n%len(redClip.frames)])
	})
	// Silence that Opus lets be padded (RFC 6716, 3.2.5).
	stamp(t, ann, livekit.TrackSource_MICROPHONE, webrtc.MimeTypeOpus, 48_000, 20*time.Millisecond, func(int) []byte {
		return []byte{0xfb, 0x41, 8, 0xff, 0xfe}
	})
	s.sink.until(t, "eight seconds", func(r []recording.Record) bool {
		return seen(ann.seat, access.Camera, 80)(r) && seen(ann.seat, access.Microphone, 400)(r)
	})
	written := s.stop()
	spread := func(records []recording.Record) (between [2]time.Duration, apart time.Duration) {
		var least, most [2]time.Duration
		for i, source := range []access.Source{access.Camera, access.Microphone} {
			for n, f := range frames(records, of(records, ann.seat, source)[0].ID) {
				off := f.At - time.Duration(int64(binary.BigEndian.Uint64(f.Data[len(f.Data)-8:]))-firstMade(written))
				if n == 0 {
					least[i], most[i] = off, off
				}
				least[i], most[i] = min(least[i], off), max(most[i], off)
			}
			between[i] = most[i] - least[i]
		}
		return between, max(most[0], most[1]) - min(least[0], least[1])
	}
	within, before := spread(written)
	t.Logf("as written: within camera and microphone %v, altogether %v", within, before)
	within, after := spread(settled(written))
	t.Logf("as corrected: within camera and microphone %v, altogether %v", within, after)
	if after > 40*time.Millisecond {
		t.Error("that can be seen")
	}
	timesGoOn(t, written)
}

// firstMade is some moment to count from.
func firstMade(records []recording.Record) int64 {
	for _, r := range records {
		if r.Kind == recording.Frame {
			return int64(binary.BigEndian.Uint64(r.Data[len(r.Data)-8:]))
		}
	}
	return 0
}

// An SFU that refuses the recorder, or does not answer it, is trouble within five
// seconds.
func TestRefused(t *testing.T) {
	t.Parallel()
	hanging := make(chan struct{})
	for name, answer := range map[string]http.HandlerFunc{
		"refuses": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"hangs":   func(http.ResponseWriter, *http.Request) { <-hanging },
	} {
		alarm, ended := make(chan error, 16), make(chan error, 1)
		rec := recorder.New(recorder.Config{
			Signalling: answer, Token: func(context.Context) (pii.Secret, error) { return "token", nil },
			Sink: newMemory(), Alarm: func(err error) { alarm <- err }, Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		go func() { ended <- rec.Run(ctx) }()
		rec.SetConsent(id.New[id.Seat](), true)
		rec.Start()
		if err := receive(t, "the alarm", alarm); !errors.Is(err, recorder.ErrDisconnected) {
			t.Errorf("%s: %v", name, err)
		}
		if late := time.Since(began); late > 5*time.Second {
			t.Errorf("%s: the alarm came after %v", name, late)
		}
		cancel()
		if name == "hangs" {
			close(hanging)
		}
		if err := receive(t, "the end", ended); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of a camera that is sent in several sizes, the largest is recorded.
func TestHighestLayer(t *testing.T) {
	t.Parallel()
	sizes := []struct {
		quality       livekit.VideoQuality
		width, height uint32
		clip          clip
	}{
		{livekit.VideoQuality_LOW, 160, 90, colour(t, "red", "160x90")},
		{livekit.VideoQuality_MEDIUM, 320, 180, colour(t, "red", "320x180")},
		{livekit.VideoQuality_HIGH, 640, 360, colour(t, "red", "640x360")},
	}
	s := sit(t)
	s.run()
	ann := s.join()
	tracks := make([]*lksdk.LocalTrack, 0, len(sizes))
	for _, size := range sizes {
		track, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000},
			lksdk.WithSimulcast("camera", &livekit.VideoLayer{Quality: size.quality, Width: size.width, Height: size.height, Bitrate: 200_000}))
		if err != nil {
			t.Fatal(err)
		}
		tracks = append(tracks, track)
	}
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	if _, err := ann.LocalParticipant.PublishSimulcastTrack(tracks, &lksdk.TrackPublicationOptions{Source: livekit.TrackSource_CAMERA, VideoWidth: 640, VideoHeight: 360}); err != nil {
		t.Fatal(err)
	}
	for i, track := range tracks {
		go func() {
			pace := time.NewTicker(100 * time.Millisecond)
			defer pace.Stop()
			for n := 0; t.Context().Err() == nil; n++ {
				_ = track.WriteSample(media.Sample{Data: sizes[i].clip.frames[n%10], Duration: 100 * time.Millisecond}, nil)
				<-pace.C
			}
		}()
	}
	s.sink.until(t, "the largest picture", func(records []recording.Record) bool {
		for _, r := range records {
			// A key frame says how wide it is (RFC 6386, 9.1).
			if r.Kind == recording.Frame && r.Key && len(r.Data) > 10 && binary.LittleEndian.Uint16(r.Data[6:])&0x3fff == 640 {
				return true
			}
		}
		return false
	})
	shows(t, s.stop(), ann.seat, access.Camera, red)
}
