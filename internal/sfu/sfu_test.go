package sfu_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/sfu"
)

func TestMain(m *testing.M) {
	// A client in this process logs addresses and tokens as it pleases; only the
	// server's lines are under test.
	lksdk.SetLogger(logger.GetDiscardLogger())
	os.Exit(m.Run())
}

// patience is how long a test waits for what must happen; a machine under load
// needs seconds for what takes 50 ms.
const patience = 20 * time.Second

var all = access.Grants{Microphone: true, Camera: true, Screen: true}

// server is an SFU on free ports with its own HTTP server.
type server struct {
	*sfu.SFU
	http        *httptest.Server
	mediaPort   int
	turnPort    int
	unpublished chan access.Source
	stop        context.CancelFunc
	stopped     chan error
}

// freePort finds a number free for both UDP and TCP on loopback.
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

func start(t *testing.T, change ...func(*sfu.Config)) *server {
	t.Helper()
	s := &server{
		mediaPort:   freePort(t),
		turnPort:    freePort(t),
		unpublished: make(chan access.Source, 16),
		stopped:     make(chan error, 1),
	}
	cfg := sfu.Config{
		MediaPort: s.mediaPort,
		TURNPort:  s.turnPort,
		NodeIPs:   []netip.Addr{netip.MustParseAddr("127.0.0.1")},
		Secret:    [32]byte{1, 2, 3},
		Logger:    slog.New(slog.DiscardHandler),
		Unpublished: func(_ id.Meeting, _ id.Seat, source access.Source) {
			s.unpublished <- source
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	if s.SFU, err = sfu.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewServer(s.Handler())
	ctx, cancel := context.WithCancel(t.Context())
	s.stop = cancel
	go func() { s.stopped <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-s.stopped:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("Run did not end")
		}
		s.http.Close()
	})
	return s
}

func (s *server) meeting(t *testing.T) id.Meeting {
	t.Helper()
	m := id.New[id.Meeting]()
	if err := s.Open(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (s *server) token(t *testing.T, m id.Meeting, seat id.Seat, grants access.Grants) pii.Secret {
	t.Helper()
	token, err := s.Token(m, seat, grants)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s *server) wsURL() string { return "ws" + strings.TrimPrefix(s.http.URL, "http") }

// client is a participant that reports what it sees.
type client struct {
	*lksdk.Room
	seat         id.Seat
	payloads     chan []byte // RTP payloads received
	counts       *counter    // of the marks in them
	muted        chan bool   // of any track
	gone         chan string // tracks of others unpublished
	own          chan string // own tracks unpublished by the server
	disconnected chan lksdk.DisconnectionReason
	reconnected  chan struct{}
}

func newClient() *client {
	c := &client{
		payloads:     make(chan []byte, 64),
		counts:       &counter{},
		muted:        make(chan bool, 16),
		gone:         make(chan string, 16),
		own:          make(chan string, 16),
		disconnected: make(chan lksdk.DisconnectionReason, 4),
		reconnected:  make(chan struct{}, 4),
	}
	cb := lksdk.NewRoomCallback()
	cb.OnDisconnectedWithReason = func(r lksdk.DisconnectionReason) { c.disconnected <- r }
	cb.OnReconnected = func() { c.reconnected <- struct{}{} }
	cb.OnTrackMuted = func(lksdk.TrackPublication, lksdk.Participant) { c.muted <- true }
	cb.OnTrackUnmuted = func(lksdk.TrackPublication, lksdk.Participant) { c.muted <- false }
	cb.OnLocalTrackUnpublished = func(p *lksdk.LocalTrackPublication, _ *lksdk.LocalParticipant) { c.own <- p.SID() }
	cb.OnTrackUnpublished = func(p *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) { c.gone <- p.SID() }
	cb.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			c.counts.add(packet.Payload)
			select {
			case c.payloads <- packet.Payload:
			default:
			}
		}
	}
	c.Room = lksdk.NewRoom(cb)
	return c
}

func (s *server) join(t *testing.T, m id.Meeting, grants access.Grants, opts ...lksdk.ConnectOption) *client {
	t.Helper()
	c := newClient()
	c.seat = id.New[id.Seat]()
	opts = append(opts, lksdk.WithConnectTimeout(patience), lksdk.WithDisableRegionDiscovery())
	if err := c.JoinWithToken(s.wsURL(), s.token(t, m, c.seat, grants).Text(), opts...); err != nil {
		t.Fatalf("join: %v", err)
	}
	t.Cleanup(c.Disconnect)
	return c
}

// speak publishes a microphone whose every frame is mark, until the test ends.
func (c *client) speak(t *testing.T, source livekit.TrackSource, mark []byte) *lksdk.LocalTrackPublication {
	t.Helper()
	pub, err := c.publish(t, source, mark)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return pub
}

func (c *client) publish(t *testing.T, source livekit.TrackSource, mark []byte) (*lksdk.LocalTrackPublication, error) {
	t.Helper()
	track, err := lksdk.NewLocalSampleTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2})
	if err != nil {
		return nil, err
	}
	pub, err := c.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: source})
	if err != nil {
		return nil, err
	}
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-t.Context().Done():
				return
			case <-tick.C:
				_ = track.WriteSample(media.Sample{Data: mark, Duration: 20 * time.Millisecond}, nil)
			}
		}
	}()
	return pub, nil
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

// hears waits for mark among the received payloads.
func (c *client) hears(t *testing.T, mark []byte) {
	t.Helper()
	for !bytes.Contains(receive(t, "sound", c.payloads), mark) {
		continue
	}
}

var mark = []byte{0x78, 'p', 'l', 'e', 'n', 'u', 'm'} // an Opus TOC byte and a text to find again

func TestMediaArrives(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener := s.join(t, m, access.Grants{})
	speaker := s.join(t, m, all)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)

	for _, p := range listener.GetRemoteParticipants() {
		if p.Name() != "" || p.Metadata() != "" || len(p.Attributes()) > 0 {
			t.Errorf("the SFU tells name %q, metadata %q, attributes %v", p.Name(), p.Metadata(), p.Attributes())
		}
	}
}

func TestMediaThroughRelayOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	relayed := lksdk.WithICETransportPolicy(webrtc.ICETransportPolicyRelay)
	listener, speaker := s.join(t, m, all, relayed), s.join(t, m, all, relayed)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)
}

// The machine's own addresses as they are, without any being named.
func TestMediaAtDetectedAddress(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *sfu.Config) { c.NodeIPs = nil })
	m := s.meeting(t)
	relayed := lksdk.WithICETransportPolicy(webrtc.ICETransportPolicyRelay)
	listener, speaker := s.join(t, m, all), s.join(t, m, all, relayed)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)
}

func TestTokenOpensOneConnection(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	token := s.token(t, m, id.New[id.Seat](), all)
	if status := s.dial(t, dialing{token: token.Text()}).status; status != http.StatusSwitchingProtocols {
		t.Fatalf("first use: %d", status)
	}
	second := s.dial(t, dialing{token: token.Text()})
	if second.status != http.StatusUnauthorized {
		t.Fatalf("second use: %d", second.status)
	}
	if strings.Contains(second.body, token.Text()) {
		t.Error("the answer repeats the token")
	}
}

func TestTokenSurvivesFailedAttempt(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	token := s.token(t, m, id.New[id.Seat](), all)
	if status := s.get(t, "/rtc?access_token="+token.Text(), nil).status; status == http.StatusUnauthorized {
		t.Fatalf("a request without upgrade: %d", status)
	}
	if got := s.get(t, "/rtc/validate?access_token="+token.Text(), nil); got.status != http.StatusOK {
		t.Fatalf("validate: %d", got.status)
	}
	if status := s.dial(t, dialing{token: token.Text()}).status; status != http.StatusSwitchingProtocols {
		t.Fatalf("after both: %d", status)
	}
}

func TestNoTokenForClosedRoom(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.Token(id.New[id.Meeting](), id.New[id.Seat](), all); fault.KindOf(err) != fault.NotFound {
		t.Errorf("never opened: %v", err)
	}
	m := s.meeting(t)
	token := s.token(t, m, id.New[id.Seat](), all)
	for range 2 { // closing what is not open is no error
		if err := s.Close(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if status := s.dial(t, dialing{token: token.Text()}).status; status != http.StatusUnauthorized {
		t.Errorf("token from before Close: %d", status)
	}
	if _, err := s.Token(m, id.New[id.Seat](), all); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after Close: %v", err)
	}
	for range 2 { // nor is opening what is open
		if err := s.Open(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if status := s.dial(t, dialing{token: token.Text()}).status; status != http.StatusUnauthorized {
		t.Errorf("token from before Close, room open again: %d", status)
	}
	if status := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()}).status; status != http.StatusSwitchingProtocols {
		t.Errorf("new token, room open again: %d", status)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	seat := id.New[id.Seat]()
	conn := s.dial(t, dialing{token: s.token(t, m, seat, all).Text()})
	refreshed := conn.refreshedToken(t)
	header, payload, signature := split3(t, refreshed)
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	for name, token := range map[string]string{
		"empty":             "",
		"random":            id.NewSecret(),
		"alg none":          none + "." + payload + ".",
		"alg none, signed":  none + "." + payload + "." + signature,
		"other signature":   header + "." + payload + "." + strings.Repeat("A", len(signature)),
		"changed payload":   header + "." + payload[:len(payload)-4] + "AAAA." + signature,
		"dots":              "..",
		"a megabyte of dot": strings.Repeat(".", 1<<16),
	} {
		got := s.dial(t, dialing{token: token, header: true})
		if got.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, got.status)
		}
		if len(token) > 2 && strings.Contains(got.body, token) {
			t.Errorf("%s: the answer repeats the token", name)
		}
	}
}

func split3(t *testing.T, token string) (header, payload, signature string) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatal("not a JWT")
	}
	return parts[0], parts[1], parts[2]
}

func TestRemoveIsFinal(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	seat := id.New[id.Seat]()
	conn := s.dial(t, dialing{token: s.token(t, m, seat, all).Text()})
	refreshed := conn.refreshedToken(t)
	unused := s.token(t, m, seat, all)

	if err := s.Remove(t.Context(), m, seat); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if reason := conn.leaves(t); reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("the client is told %v", reason)
	}
	conn.closes(t)
	if took := time.Since(began); took > time.Second {
		t.Errorf("the connection stayed open for %v", took)
	}
	for name, token := range map[string]string{"unused": unused.Text(), "refreshed": refreshed} {
		for _, reconnect := range []bool{false, true} {
			if got := s.dial(t, dialing{token: token, reconnect: reconnect}); got.status != http.StatusUnauthorized {
				t.Errorf("%s token, reconnect %v: %d", name, reconnect, got.status)
			}
		}
	}

	// Let in again, the seat's old refreshed token must stay dead.
	again := s.dial(t, dialing{token: s.token(t, m, seat, all).Text()})
	again.refreshedToken(t)
	if got := s.dial(t, dialing{token: refreshed}); got.status != http.StatusUnauthorized {
		t.Errorf("token of an earlier life: %d", got.status)
	}
}

func TestRefreshedTokenReconnects(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener, speaker := s.join(t, m, all), s.join(t, m, all)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)

	listener.Simulate(lksdk.SimulateSignalReconnect)
	receive(t, "the resumed connection", listener.reconnected)
	for len(listener.payloads) > 0 {
		<-listener.payloads
	}
	listener.hears(t, mark)
}

func TestReconnectTakesPresentGrants(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	seat := id.New[id.Seat]()
	conn := s.dial(t, dialing{token: s.token(t, m, seat, all).Text()})
	refreshed := conn.refreshedToken(t)
	if err := s.SetGrants(t.Context(), m, seat, access.Grants{Camera: true}); err != nil {
		t.Fatal(err)
	}
	again := s.dial(t, dialing{token: refreshed})
	if again.status != http.StatusSwitchingProtocols {
		t.Fatalf("full reconnect: %d", again.status)
	}
	got := again.joined.GetParticipant().GetPermission()
	want := []livekit.TrackSource{livekit.TrackSource_CAMERA}
	if !got.GetCanPublish() || !slices.Equal(got.GetCanPublishSources(), want) {
		t.Errorf("may publish %v %v, want %v", got.GetCanPublish(), got.GetCanPublishSources(), want)
	}
	if got.GetCanPublishData() || got.GetCanUpdateMetadata() || got.GetHidden() {
		t.Errorf("too much is permitted: %v", got)
	}
}

func TestWithdrawnGrantUnpublishes(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener, speaker := s.join(t, m, all), s.join(t, m, all)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	screen := speaker.speak(t, livekit.TrackSource_SCREEN_SHARE, []byte{0x78, 'x'})
	listener.hears(t, mark)

	if err := s.SetGrants(t.Context(), m, speaker.seat, access.Grants{Microphone: true, Camera: true}); err != nil {
		t.Fatal(err)
	}
	if sid := receive(t, "the track to go", listener.gone); sid != screen.SID() {
		t.Errorf("track %s went, want the screen %s", sid, screen.SID())
	}
	if source := receive(t, "the callback", s.unpublished); source != access.Screen {
		t.Errorf("unpublished %s, want the screen", source)
	}
	for len(listener.payloads) > 0 {
		<-listener.payloads
	}
	listener.hears(t, mark)

	if err := s.SetGrants(t.Context(), m, speaker.seat, access.Grants{}); err != nil {
		t.Fatal(err)
	}
	if source := receive(t, "the callback", s.unpublished); source != access.Microphone {
		t.Errorf("unpublished %s, want the microphone", source)
	}
}

func TestOnlyGrantedSourcesArePublished(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	microphone, camera := livekit.TrackSource_MICROPHONE, livekit.TrackSource_CAMERA
	screen, sound := livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO
	for name, tt := range map[string]struct {
		grants access.Grants
		want   []livekit.TrackSource
	}{
		"nothing": {}, // must not mean "everything"
		"voice":   {grants: access.Grants{Microphone: true}, want: []livekit.TrackSource{microphone}},
		"picture": {grants: access.Grants{Camera: true}, want: []livekit.TrackSource{camera}},
		"screen":  {grants: access.Grants{Screen: true}, want: []livekit.TrackSource{screen, sound}},
		"all":     {grants: all, want: []livekit.TrackSource{microphone, camera, screen, sound}},
	} {
		conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), tt.grants).Text()})
		for _, source := range []livekit.TrackSource{microphone, camera, screen, sound, livekit.TrackSource_UNKNOWN} {
			want := slices.Contains(tt.want, source)
			if got := conn.mayPublish(t, source); got != want {
				t.Errorf("granted %s: publishing %v is allowed: %v", name, source, got)
			}
		}
	}
}

func TestRequestsForTestingAreDropped(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	conn.request(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Simulate{
		Simulate: &livekit.SimulateScenario{Scenario: &livekit.SimulateScenario_ServerLeave{ServerLeave: true}},
	}})
	// Requests are taken in turn: with the first one taken, the connection would
	// end before this one is answered.
	if !conn.mayPublish(t, livekit.TrackSource_CAMERA) {
		t.Error("publishing is refused")
	}
}

func TestTooManyTracksEndTheParticipant(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener, flooder := s.join(t, m, all), s.join(t, m, all)
	listener.speak(t, livekit.TrackSource_MICROPHONE, mark)
	for range 9 {
		go func() { _, _ = flooder.publish(t, livekit.TrackSource_MICROPHONE, mark) }()
	}
	receive(t, "the flooder's end", flooder.disconnected)
	if left := len(listener.disconnected); left != 0 {
		t.Error("the listener was ended too")
	}
}

func TestMuteAndUnmuteOneself(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener, speaker := s.join(t, m, all), s.join(t, m, all)
	pub := speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)
	if err := s.Mute(t.Context(), m, speaker.seat, access.Camera); err != nil {
		t.Fatal(err)
	}
	if err := s.Mute(t.Context(), m, speaker.seat, access.Microphone); err != nil {
		t.Fatal(err)
	}
	if muted := receive(t, "muting", listener.muted); !muted {
		t.Error("unmuted")
	}
	if muted := receive(t, "the speaker to know", speaker.muted); !muted {
		t.Error("unmuted")
	}
	pub.SetMuted(false)
	if muted := receive(t, "unmuting", listener.muted); muted {
		t.Error("still muted")
	}
}

func TestLeavingTellsUnpublished(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener, speaker := s.join(t, m, all), s.join(t, m, all)
	speaker.speak(t, livekit.TrackSource_SCREEN_SHARE, mark)
	listener.hears(t, mark)
	if err := s.Remove(t.Context(), m, speaker.seat); err != nil {
		t.Fatal(err)
	}
	receive(t, "the client's end", speaker.disconnected)
	if source := receive(t, "the callback", s.unpublished); source != access.Screen {
		t.Errorf("unpublished %s", source)
	}
}

func TestNoForeignICEServers(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	servers := conn.joined.GetIceServers()
	if len(servers) == 0 {
		t.Fatal("no ICE server: LiveKit's client would fall back to its own")
	}
	for _, server := range servers {
		for _, u := range server.GetUrls() {
			_, rest, _ := strings.Cut(u, ":")
			host, _, err := net.SplitHostPort(strings.TrimSuffix(rest, "?transport=udp"))
			if err != nil || host != "127.0.0.1" {
				t.Errorf("foreign ICE server %q (%v)", u, err)
			}
		}
	}
}

func TestCodecs(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	codecs := conn.joined.GetRoom().GetEnabledCodecs()
	got := make([]string, 0, len(codecs))
	for _, c := range codecs {
		got = append(got, strings.ToLower(c.GetMime()))
	}
	for _, want := range []string{"audio/opus", "audio/red", "video/vp8", "video/vp9", "video/av1", "video/h264", "video/rtx"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *sfu.Config) { c.Origins = []string{"https://meet.example.org"} })
	m := s.meeting(t)
	for origin, want := range map[string]int{
		"https://meet.example.org":         http.StatusSwitchingProtocols,
		"https://evil.example":             http.StatusForbidden,
		"http://meet.example.org":          http.StatusForbidden,
		"https://meet.example.org.evil.eu": http.StatusForbidden,
		"null":                             http.StatusForbidden,
		s.http.URL:                         http.StatusForbidden,
	} {
		got := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text(), origin: origin})
		if got.status != want {
			t.Errorf("Origin %s: %d, want %d", origin, got.status, want)
		}
	}
	same := start(t)
	m = same.meeting(t)
	if got := same.dial(t, dialing{token: same.token(t, m, id.New[id.Seat](), all).Text(), origin: "https://evil.example"}); got.status != http.StatusForbidden {
		t.Errorf("no list, foreign origin: %d", got.status)
	}
	if got := same.dial(t, dialing{token: same.token(t, m, id.New[id.Seat](), all).Text(), origin: same.http.URL}); got.status != http.StatusSwitchingProtocols {
		t.Errorf("no list, same origin: %d", got.status)
	}
}

func TestOnlySignallingIsServed(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{
		"/", "/rtc/", "/rtc/v2", "/twirp/livekit.RoomService/ListRooms", "/agent", "/whip/v1", "/rtc/../twirp", "/debug/pprof/",
	} {
		if got := s.get(t, path, nil); got.status != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, got.status)
		}
	}
	m := s.meeting(t)
	token := s.token(t, m, id.New[id.Seat](), all).Text()
	if got := s.get(t, "/rtc?publish=twin&access_token="+token, nil); got.status != http.StatusBadRequest {
		t.Errorf("second identity: %d", got.status)
	}
	attributes := base64.URLEncoding.EncodeToString([]byte(`{"role":"owner"}`))
	// LiveKit refuses this one itself, in its own words, which must not come out.
	if got := s.dial(t, dialing{token: token, query: "attributes=" + attributes}); got.status != http.StatusUnauthorized || got.body != "Unauthorized\n" {
		t.Errorf("own attributes: %d %q", got.status, got.body)
	}
}

func TestOversizeMessageHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *sfu.Config) { c.MaxSignalMessage = 64 << 10 })
	m := s.meeting(t)
	listener, speaker := s.join(t, m, all), s.join(t, m, all)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)

	for name, send := range map[string]func(*websocket.Conn) error{
		"one frame": func(c *websocket.Conn) error {
			return c.Write(t.Context(), websocket.MessageBinary, make([]byte, 65<<10))
		},
		"many frames": func(c *websocket.Conn) error {
			w, err := c.Writer(t.Context(), websocket.MessageBinary)
			for range 70 {
				if err == nil {
					_, err = w.Write(make([]byte, 1<<10))
				}
			}
			return errors.Join(err, w.Close())
		},
	} {
		bad := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
		_ = send(bad.ws) // may fail: the server closes while the client still writes
		if code := bad.closes(t); code != websocket.StatusMessageTooBig {
			t.Errorf("%s: close code %v", name, code)
		}
	}
	text := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	if err := text.ws.Write(t.Context(), websocket.MessageText, []byte(`{"ping":"1"}`)); err != nil {
		t.Fatal(err)
	}
	if code := text.closes(t); code != websocket.StatusUnsupportedData {
		t.Errorf("text: close code %v", code)
	}
	// Just below the limit is fine.
	good := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	if err := good.ws.Write(t.Context(), websocket.MessageBinary, junkPing(t, 60<<10)); err != nil {
		t.Fatal(err)
	}
	good.answersPing(t)
	for len(listener.payloads) > 0 {
		<-listener.payloads
	}
	listener.hears(t, mark)
}

func TestStopIsBoundedAndTellsClients(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	listener, speaker := s.join(t, m, all), s.join(t, m, all)
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)
	conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})

	began := time.Now()
	s.stop()
	if reason := conn.leaves(t); reason != livekit.DisconnectReason_SERVER_SHUTDOWN {
		t.Errorf("clients are told %v", reason)
	}
	err := receive(t, "Run to end", s.stopped)
	s.stopped <- err
	if took := time.Since(began); err != nil || took > 6*time.Second {
		t.Errorf("Run ended with %v after %v", err, took)
	}
	if got := s.dial(t, dialing{token: "any"}); got.status != http.StatusServiceUnavailable {
		t.Errorf("after stopping: %d", got.status)
	}
	for _, network := range []string{"udp", "tcp"} {
		if !portIsFree(network, s.mediaPort) {
			t.Errorf("the %s media port is still taken", network)
		}
	}
	if !portIsFree("udp", s.turnPort) {
		t.Error("the relay port is still taken")
	}
}

func portIsFree(network string, port int) bool {
	if network == "udp" {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{Port: port})
	if err == nil {
		_ = l.Close()
	}
	return err == nil
}

func TestTakenPortIsNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", ":0") //nolint:gosec // as the media port does
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	taken := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // TCP
	_, err = sfu.New(sfu.Config{
		MediaPort: taken, TURNPort: freePort(t), Logger: slog.New(slog.DiscardHandler),
		NodeIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	})
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Unavailable || f.Code != "media.port_taken" {
		t.Errorf("got %v", err)
	}
}
