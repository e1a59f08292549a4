package recorder_test

import (
	"bytes"
	"context"
	"errors"
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
	if err := p.JoinWithToken(url, token.Text(), lksdk.WithConnectTimeout(patience), lksdk.WithDisableRegionDiscovery(), lksdk.WithAutoSubscribe(len(witness) > 0)); err != nil {
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

var errDisk = errors.New("disk full")

func TestWhoConsentsIsRecorded(t *testing.T) {
	t.Parallel()
	redClip, greenClip, low, high := colour(t, "red", "160x90"), colour(t, "green", "160x90"), tone(t, 440), tone(t, 1320)
	s := sit(t)
	count := s.rec.CountPackets()
	s.run()

	ann, dan := s.join(), s.join()
	dan.send(t, livekit.TrackSource_CAMERA, greenClip)
	dan.send(t, livekit.TrackSource_MICROPHONE, high)
	s.rec.SetName(ann.seat, "Ann")
	s.rec.SetName(dan.seat, "Dan")
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetLayout(recording.Grid)
	s.rec.SetSpotlight(dan.seat)
	s.rec.Start()
	s.sink.until(t, "the beginning", func(r []recording.Record) bool { return len(r) > 0 })
	ann.send(t, livekit.TrackSource_MICROPHONE, low)
	s.sink.until(t, "sound", seen(ann.seat, access.Microphone, 10))
	if n := count.Load(); n > 60 {
		t.Errorf("%d packets for a few of one sound", n)
	}
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 20))
	s.sink.until(t, "sound", seen(ann.seat, access.Microphone, 100))
	records := s.stop()

	if last := records[len(records)-1]; last.Kind != recording.Ended {
		t.Errorf("the last record is of kind %d", last.Kind)
	}
	for _, r := range records {
		if r.Event.Seat == dan.seat || strings.Contains(string(r.Event.Name), "Dan") || slices.Contains(r.Event.Seats, dan.seat) {
			t.Errorf("who did not consent is in the journal: %+v", r)
		}
	}
	if len(dan.received) > 0 {
		t.Error("a track of who did not consent has a subscriber")
	}
	shows(t, records, ann.seat, access.Camera, red)
	sounds(t, records, ann.seat, 440)
	timesGoOn(t, records)
}

// Nobody consents, or nothing was started: no packet may come.
func TestNothingComesUnasked(t *testing.T) {
	t.Parallel()
	greenClip, high := colour(t, "green", "160x90"), tone(t, 1320)
	s := sit(t)
	count := s.rec.CountPackets()
	s.run()
	dan, ann := s.join(), s.join()
	s.rec.SetConsent(ann.seat, true)
	for _, p := range []*person{dan, ann} {
		p.send(t, livekit.TrackSource_CAMERA, greenClip)
		p.send(t, livekit.TrackSource_MICROPHONE, high)
	}
	s.join(true).hears(t, 4)
	if n, journal := count.Load(), s.sink.all(); n != 0 || len(journal) != 0 {
		t.Errorf("before the start: %d packets, %d records", n, len(journal))
	}
	s.rec.SetConsent(ann.seat, false)
	s.rec.Start()
	s.rec.SetLayout(recording.Grid)
	s.sink.until(t, "the layout", func(r []recording.Record) bool { return len(r) > 0 })
	s.join(true).hears(t, 4)
	if n := count.Load(); n != 0 {
		t.Errorf("nobody consents: %d packets", n)
	}
	if records := s.stop(); len(records) != 2 {
		t.Errorf("%d records of nobody", len(records))
	}
}

// What was withdrawn is over at once; what is agreed to again begins anew.
func TestConsentIsWithdrawn(t *testing.T) {
	t.Parallel()
	redClip, low := colour(t, "red", "160x90"), tone(t, 440)
	s := sit(t)
	s.run()
	ann := s.join()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	ann.send(t, livekit.TrackSource_MICROPHONE, low)
	s.rec.SetName(ann.seat, "Ann")
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 5))
	s.rec.SetConsent(ann.seat, false)
	s.sink.until(t, "the no", func(r []recording.Record) bool { return len(kinds(r, recording.Consent)) == 2 })
	before := len(s.sink.all())
	s.rec.SetName(ann.seat, "Anna")
	s.join(true).hears(t, 2)
	if after := s.sink.all(); len(after) != before {
		t.Errorf("after the no: %+v", after[before:])
	}
	s.rec.SetConsent(ann.seat, true)
	s.sink.until(t, "pictures again", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 2 && len(frames(r, tracks[1].ID)) > 10
	})
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	if names := kinds(records, recording.SeatNamed); len(names) != 2 || names[1].Event.Name != "Anna" {
		t.Errorf("names: %+v", names)
	}
	yes := false
	for _, r := range records {
		if r.Kind == recording.Consent {
			yes = r.Event.Yes
		}
		ofAnn := slices.Contains([]recording.Kind{recording.Frame, recording.SeatNamed, recording.TrackBegan}, r.Kind)
		if ofAnn && !yes {
			t.Errorf("a record of kind %d without consent", r.Kind)
		}
	}
	timesGoOn(t, records)
}

func TestPauseTakesNothingAndNoTime(t *testing.T) {
	t.Parallel()
	redClip, blueClip := colour(t, "red", "160x90"), colour(t, "blue", "160x90")
	s := sit(t)
	s.run()
	ann := s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	camera := ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 10))
	s.rec.Pause()
	s.sink.until(t, "the pause", func(r []recording.Record) bool { return len(kinds(r, recording.Paused)) == 1 })
	paused := s.sink.all()
	camera.clip.Store(&blueClip)
	s.join(true).hears(t, 1)
	if now := s.sink.all(); len(now) != len(paused) {
		t.Errorf("in the pause: %+v", now[len(paused):])
	}
	camera.clip.Store(&redClip)
	s.join(true).hears(t, 1)
	s.rec.Resume()
	s.sink.until(t, "pictures again", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 2 && len(frames(r, tracks[1].ID)) > 10
	})
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	if at := kinds(records, recording.Resumed)[0].At; at != kinds(records, recording.Paused)[0].At {
		t.Errorf("the pause took %v", at-kinds(records, recording.Paused)[0].At)
	}
	timesGoOn(t, records)
}

// A sink that fails, then hangs: an alarm, the meeting untouched, and everything
// that comes later makes sense.
func TestSinkFails(t *testing.T) {
	t.Parallel()
	redClip, low := colour(t, "red", "160x90"), tone(t, 440)
	s := sit(t)
	s.run()
	ann := s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 5))

	s.sink.set(func() { s.sink.fail = errDisk })
	began := time.Now()
	if err := receive(t, "the alarm", s.alarm); !errors.Is(err, errDisk) || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	ann.send(t, livekit.TrackSource_MICROPHONE, low) // an event while nothing can be written
	s.join(true).hears(t, 2)
	s.sink.set(func() { s.sink.fail = nil })
	if err := receive(t, "the end of the alarm", s.alarm); err != nil {
		t.Error(err)
	}
	s.sink.until(t, "sound", seen(ann.seat, access.Microphone, 20))

	block := make(chan struct{})
	s.sink.set(func() { s.sink.block = block })
	if err := receive(t, "the second alarm", s.alarm); !errors.Is(err, recorder.ErrStalled) {
		t.Error(err)
	}
	s.rec.SetConsent(ann.seat, true) // does not wait for the disk
	s.sink.set(func() { s.sink.block = nil })
	close(block)
	if err := receive(t, "the end of the second alarm", s.alarm); err != nil {
		t.Error(err)
	}
	s.sink.until(t, "more sound", seen(ann.seat, access.Microphone, 60))
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	timesGoOn(t, records)
}

// The recorder's own connection breaks and comes back by itself, and does not
// take up what it may not.
func TestRecorderComesBack(t *testing.T) {
	t.Parallel()
	redClip, low := colour(t, "red", "160x90"), tone(t, 1320)
	s := sit(t)
	s.run()
	ann, dan := s.join(), s.join()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	dan.send(t, livekit.TrackSource_MICROPHONE, low)
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(dan.seat, true)
	s.rec.Start()
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 5))
	s.sink.until(t, "sound", seen(dan.seat, access.Microphone, 5))
	s.rec.SetConsent(dan.seat, false)
	s.sink.until(t, "the no", func(r []recording.Record) bool { return len(kinds(r, recording.Consent)) == 3 })
	s.rec.Break()
	s.sink.until(t, "pictures again", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 2 && len(frames(r, tracks[1].ID)) > 10
	})
	if err := s.sfu.Remove(t.Context(), s.id, s.seat); err != nil { // as a node that dies
		t.Fatal(err)
	}
	s.sink.until(t, "pictures for the third time", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 3 && len(frames(r, tracks[2].ID)) > 10
	})
	records := s.stop()
	if n := len(of(records, dan.seat, access.Microphone)); n != 1 {
		t.Errorf("%d tracks of who withdrew", n)
	}
	shows(t, records, ann.seat, access.Camera, red)
	timesGoOn(t, records)
}

// One camera that changes its size, goes off and on; another codec beside it.
func TestTracksChange(t *testing.T) {
	t.Parallel()
	small, large, other := colour(t, "red", "160x90"), colour(t, "red", "320x180"), h264(t, "blue", "160x90")
	s := sit(t)
	s.run()
	ann, bob := s.join(), s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(bob.seat, true)
	s.rec.Start()
	camera := ann.send(t, livekit.TrackSource_CAMERA, small)
	bob.send(t, livekit.TrackSource_SCREEN_SHARE, other)
	s.sink.until(t, "small pictures", seen(ann.seat, access.Camera, 10))
	s.sink.until(t, "a share", seen(bob.seat, access.Screen, 15))
	camera.clip.Store(&large)
	s.sink.until(t, "large pictures", seen(ann.seat, access.Camera, 30))
	camera.pub.SetMuted(true)
	s.sink.until(t, "the mute", func(r []recording.Record) bool { return len(kinds(r, recording.Muted)) == 1 })
	camera.pub.SetMuted(false)
	s.sink.until(t, "the unmute", func(r []recording.Record) bool { return len(kinds(r, recording.Unmuted)) == 1 })
	s.sink.until(t, "pictures after it", seen(ann.seat, access.Camera, 45))
	bob.Disconnect()
	s.sink.until(t, "the end of a track", func(r []recording.Record) bool { return len(kinds(r, recording.TrackEnded)) == 1 })
	records := s.stop()
	if codec := of(records, bob.seat, access.Screen)[0].Codec; codec != recording.H264 {
		t.Errorf("the share is %s", codec)
	}
	shows(t, records, ann.seat, access.Camera, red)
	shows(t, records, bob.seat, access.Screen, blue)
	timesGoOn(t, records)
}

func TestNewerCodecs(t *testing.T) {
	t.Parallel()
	vp9 := encoded(t, webrtc.MimeTypeVP9, "red", "160x90", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0")
	av1 := encoded(t, webrtc.MimeTypeAV1, "blue", "160x90", "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0")
	s := sit(t)
	s.run()
	ann, bob := s.join(), s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(bob.seat, true)
	s.rec.Start()
	ann.send(t, livekit.TrackSource_CAMERA, vp9)
	bob.send(t, livekit.TrackSource_CAMERA, av1)
	s.sink.until(t, "VP9", seen(ann.seat, access.Camera, 15))
	s.sink.until(t, "AV1", seen(bob.seat, access.Camera, 15))
	records := s.stop()
	if a, b := of(records, ann.seat, access.Camera)[0].Codec, of(records, bob.seat, access.Camera)[0].Codec; a != recording.VP9 || b != recording.AV1 {
		t.Errorf("recorded are %s and %s", a, b)
	}
	shows(t, records, ann.seat, access.Camera, red)
	shows(t, records, bob.seat, access.Camera, blue)
	timesGoOn(t, records)
}

// What is lost on the way is asked for again, and comes in its place.
func TestLostPacketsComeAgain(t *testing.T) {
	t.Parallel()
	redClip := colour(t, "red", "160x90")
	s := sit(t)
	lost := s.rec.LosePackets()
	s.run()
	ann := s.join()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	s.sink.until(t, "pictures", func(r []recording.Record) bool {
		return seen(ann.seat, access.Camera, 30)(r) && lost.Load() > 3
	})
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	next, breaks := 0, int64(0)
	for _, f := range frames(records, of(records, ann.seat, access.Camera)[0].ID) {
		if !bytes.Equal(f.Data, redClip.frames[next]) {
			breaks++ // it came too late on a slow machine: on with the next key frame
			next = 0
		}
		next = (next + 1) % len(redClip.frames)
	}
	if breaks*2 > lost.Load() {
		t.Errorf("%d packets were lost, and %d times pictures are missing", lost.Load(), breaks)
	}
	timesGoOn(t, records)
}

// shows checks that every frame of a seat's first track can be decoded, and to
// the colour.
func shows(t *testing.T, records []recording.Record, seat id.Seat, source access.Source, want [3]byte) {
	t.Helper()
	for _, track := range of(records, seat, source) {
		shown := frames(records, track.ID)
		if len(shown) == 0 {
			continue
		}
		if !shown[0].Key {
			t.Error("pictures do not begin with a key frame")
		}
		decoded := pixels(t, track.Codec, shown)
		if len(decoded) != len(shown) {
			t.Errorf("%d of %d frames can be decoded", len(decoded), len(shown))
		}
		for i, p := range decoded {
			if !near(p, want) {
				t.Fatalf("picture %d of %d is %v, not %v", i, len(decoded), p, want)
			}
		}
	}
}

func sounds(t *testing.T, records []recording.Record, seat id.Seat, hertz float64) {
	t.Helper()
	sound := samples(t, frames(records, of(records, seat, access.Microphone)[0].ID))
	if got := share(sound[len(sound)/4:], hertz); got < 0.9 {
		t.Errorf("%.2f of the sound is the tone", got)
	}
}

// timesGoOn checks what the journal promises about times, and that frames come
// at the pace they were made.
func timesGoOn(t *testing.T, records []recording.Record) {
	t.Helper()
	last := map[uint32]time.Duration{}
	var newest time.Duration
	for i, r := range records {
		if newest-r.At > recording.Disorder {
			t.Errorf("record %d is %v late", i, newest-r.At)
		}
		newest = max(newest, r.At)
		if r.Kind != recording.Frame {
			continue
		}
		if r.At < last[r.Track] {
			t.Errorf("track %d goes back from %v to %v", r.Track, last[r.Track], r.At)
		}
		last[r.Track] = r.At
	}
}
