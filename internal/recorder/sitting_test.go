package recorder_test

import (
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recorder"
	"plenum/internal/recording"
	"plenum/internal/sfu"
)

func TestMain(m *testing.M) {
	lksdk.SetLogger(logger.GetDiscardLogger())
	os.Exit(m.Run())
}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

var (
	red    = [3]byte{253, 0, 0}
	blue   = [3]byte{0, 0, 253}
	others = access.Grants{SeesAll: true}
	all    = access.Grants{Microphone: true, Camera: true, Screen: true, SeesAll: true}
)

// sitting is a meeting at a real SFU with a recorder in it.
type sitting struct {
	t     *testing.T
	sfu   *sfu.SFU
	http  *httptest.Server
	id    id.Meeting
	seat  id.Seat // the recorder's
	sink  *memory
	rec   *recorder.Recorder
	alarm chan error
	done  chan error
}

func freePort(t *testing.T) int {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", ":0") //nolint:gosec // as the media port does
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // TCP
		c, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
		_ = l.Close()
		if err == nil {
			_ = c.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// sit opens a meeting; the recorder is made and not yet running.
func sit(t *testing.T) *sitting {
	t.Helper()
	s := &sitting{t: t, id: id.New[id.Meeting](), seat: id.New[id.Seat](), sink: newMemory(), done: make(chan error, 1), alarm: make(chan error, 16)}
	var err error
	s.sfu, err = sfu.New(sfu.Config{
		MediaPort: freePort(t),
		TURNPort:  freePort(t),
		NodeIPs:   []netip.Addr{netip.MustParseAddr("127.0.0.1")},
		Secret:    [32]byte{1, 2, 3},
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewServer(s.sfu.Handler())
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- s.sfu.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-stopped
		s.http.Close()
	})
	if err := s.sfu.Open(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	s.rec = recorder.New(recorder.Config{
		Signalling: s.sfu.Handler(),
		Token: func(context.Context) (pii.Secret, error) {
			return s.sfu.Token(s.id, s.seat, others)
		},
		Sink:   s.sink,
		Alarm:  func(err error) { s.alarm <- err },
		Logger: slog.New(slog.DiscardHandler),
	})
	return s
}

func (s *sitting) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.done <- s.rec.Run(ctx)
	}()
	s.t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// stop ends the recording and returns what is in the journal.
func (s *sitting) stop() []recording.Record {
	s.t.Helper()
	s.rec.Stop()
	if err := receive(s.t, "the end of the recording", s.done); err != nil {
		s.t.Errorf("Run: %v", err)
	}
	return s.sink.all()
}

func receive[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// person takes part and sends.
type person struct {
	*lksdk.Room
	seat     id.Seat
	received chan string // a track of theirs has a first subscriber
	heard    chan string // a track whose first packet they have
}

// join lets somebody in; a witness also receives what others send.
func (s *sitting) join(witness ...bool) *person {
	s.t.Helper()
	return s.joinBy(lksdk.WithAutoSubscribe(len(witness) > 0))
}

// joinBy lets somebody in with a connection of their own kind.
func (s *sitting) joinBy(options ...lksdk.ConnectOption) *person {
	s.t.Helper()
	p := &person{seat: id.New[id.Seat](), received: make(chan string, 16), heard: make(chan string, 16)}
	cb := lksdk.NewRoomCallback()
	cb.OnLocalTrackSubscribed = func(pub *lksdk.LocalTrackPublication, _ *lksdk.LocalParticipant) { p.received <- pub.SID() }
	cb.OnTrackSubscribed = func(track *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		if _, _, err := track.ReadRTP(); err == nil {
			p.heard <- pub.SID()
		}
	}
	p.Room = lksdk.NewRoom(cb)
	token, err := s.sfu.Token(s.id, p.seat, all)
	if err != nil {
		s.t.Fatal(err)
	}
	url := "ws" + strings.TrimPrefix(s.http.URL, "http")
	if err := p.JoinWithToken(url, token.Text(), append(options, lksdk.WithConnectTimeout(patience), lksdk.WithDisableRegionDiscovery())...); err != nil {
		s.t.Fatalf("join: %v", err)
	}
	s.t.Cleanup(p.Disconnect)
	return p
}

// hears waits until p has a packet of each of n tracks.
func (p *person) hears(t *testing.T, n int) {
	t.Helper()
	for range n {
		receive(t, "media", p.heard)
	}
}

// sending is a track being sent until the test ends or stop is called.
type sending struct {
	pub  *lksdk.LocalTrackPublication
	clip atomic.Pointer[clip] // may be changed for one of the same kind
	stop context.CancelFunc
}

// send sends a clip over and over, in real time.
func (p *person) send(t *testing.T, source livekit.TrackSource, c clip) *sending {
	t.Helper()
	capability := webrtc.RTPCodecCapability{MimeType: c.mime, ClockRate: 48000, Channels: 2}
	if c.video() {
		capability = webrtc.RTPCodecCapability{MimeType: c.mime, ClockRate: 90000}
	}
	track, err := lksdk.NewLocalSampleTrack(capability)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := p.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: source, VideoWidth: 320, VideoHeight: 180})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := &sending{pub: pub, stop: cancel}
	s.clip.Store(&c)
	every := time.Second / time.Duration(len(c.frames))
	go func() {
		pace := time.NewTicker(every)
		defer pace.Stop()
		var frames [][]byte
		for i := 0; ctx.Err() == nil; i++ {
			if i%len(c.frames) == 0 { // at its key frame
				frames = s.clip.Load().frames
			}
			_ = track.WriteSample(media.Sample{Data: frames[i%len(frames)], Duration: every}, nil)
			<-pace.C
		}
	}()
	return s
}

// memory is a sink that keeps everything and tells who waits.
type memory struct {
	mu      sync.Mutex
	records []recording.Record
	fail    error
	block   chan struct{}
	changed chan struct{}
}

func newMemory() *memory { return &memory{changed: make(chan struct{}, 1)} }

func (m *memory) Append(r recording.Record) error {
	if b := m.blocked(); b != nil {
		<-b
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if _, err := r.AppendBinary(nil); err != nil {
		return err
	}
	r.Data = slices.Clone(r.Data)
	m.records = append(m.records, r)
	select {
	case m.changed <- struct{}{}:
	default:
	}
	return nil
}

func (m *memory) blocked() chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.block
}

func (m *memory) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
}

func (m *memory) all() []recording.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}

// until waits for the journal to satisfy enough.
func (m *memory) until(t *testing.T, what string, enough func([]recording.Record) bool) {
	t.Helper()
	for !enough(m.all()) {
		receive(t, what, m.changed)
	}
}

// of returns the seat's tracks of a source, in order.
func of(records []recording.Record, seat id.Seat, source access.Source) []recording.Track {
	var tracks []recording.Track
	for _, r := range records {
		if b := r.Began(); r.Kind == recording.TrackBegan && b.Seat == seat && b.Source == source {
			tracks = append(tracks, b)
		}
	}
	return tracks
}

func frames(records []recording.Record, track uint32) []recording.Record {
	var found []recording.Record
	for _, r := range records {
		if r.Kind == recording.Frame && r.Track == track {
			found = append(found, r)
		}
	}
	return found
}

func kinds(records []recording.Record, kind recording.Kind) []recording.Record {
	var found []recording.Record
	for _, r := range records {
		if r.Kind == kind {
			found = append(found, r)
		}
	}
	return found
}

// seen is whether a seat's source has so many frames in the journal.
func seen(seat id.Seat, source access.Source, n int) func([]recording.Record) bool {
	return func(records []recording.Record) bool {
		count := 0
		for _, t := range of(records, seat, source) {
			count += len(frames(records, t.ID))
		}
		return count >= n
	}
}
