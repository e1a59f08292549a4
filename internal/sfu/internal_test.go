package sfu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/livekit/livekit-server/pkg/rtc"
	"github.com/livekit/protocol/livekit"
	"github.com/prometheus/client_golang/prometheus"

	"plenum/internal/access"
	"plenum/internal/id"
)

// LiveKit's own peer connections must never have a STUN server, which would be
// a foreign one, whatever addresses are configured.
func TestServerAsksNobody(t *testing.T) {
	t.Parallel()
	lan, wan := netip.MustParseAddr("192.168.1.5"), netip.MustParseAddr("203.0.113.5")
	for name, ips := range map[string][2][]netip.Addr{
		"detected":   {},
		"loopback":   {{netip.MustParseAddr("127.0.0.1")}},
		"both":       {{lan, netip.MustParseAddr("fd00::5")}},
		"behind NAT": {{lan}, {wan}},
		"IPv6 only":  {{netip.MustParseAddr("fd00::5")}},
	} {
		addrs, err := chooseAddresses(ips[0], ips[1])
		if err != nil {
			t.Fatal(err)
		}
		conf, err := liveKitConfig(Config{TCPOnly: true}, addrs)
		if err != nil {
			t.Fatal(err)
		}
		conf.RTC.ForceTCP, conf.RTC.UDPPort.Start = false, 0 // no socket is needed here
		conf.RTC.TCPPort = 0
		webRTC, err := rtc.NewWebRTCConfig(conf)
		if err != nil {
			t.Fatal(err)
		}
		if servers := webRTC.Configuration.ICEServers; len(servers) != 0 {
			t.Errorf("%s: the server would ask %v", name, servers)
		}
		if conf.RTC.UseExternalIP || conf.Development || conf.Room.AutoCreate || conf.Room.EnableRemoteUnmute {
			t.Errorf("%s: a promise is switched off", name)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	lan, lan6, wan := netip.MustParseAddr("192.168.1.5"), netip.MustParseAddr("fd00::5"), netip.MustParseAddr("203.0.113.5")
	tests := map[string]struct {
		node, external []netip.Addr
		v4, v6         string // rules for LiveKit
		relay          string // IPv4 address in the relay's URL
	}{
		"as they are":       {node: []netip.Addr{lan, lan6}, v4: "192.168.1.5/192.168.1.5", v6: "fd00::5/fd00::5", relay: "192.168.1.5"},
		"behind NAT":        {node: []netip.Addr{lan, lan6}, external: []netip.Addr{wan}, v4: "203.0.113.5", v6: "fd00::5/fd00::5", relay: "203.0.113.5"},
		"external is local": {node: []netip.Addr{wan}, external: []netip.Addr{wan}, v4: "203.0.113.5/203.0.113.5", relay: "203.0.113.5"},
		"mapped":            {node: []netip.Addr{netip.MustParseAddr("::ffff:192.168.1.5")}, v4: "192.168.1.5/192.168.1.5", relay: "192.168.1.5"},
	}
	for name, tt := range tests {
		a, err := chooseAddresses(tt.node, tt.external)
		if err != nil {
			t.Fatal(err)
		}
		if v4, v6 := candidateRule(a, true), candidateRule(a, false); v4 != tt.v4 || v6 != tt.v6 {
			t.Errorf("%s: rules %q and %q, want %q and %q", name, v4, v6, tt.v4, tt.v6)
		}
		if ip, _ := a.advertised(true); ip.String() != tt.relay {
			t.Errorf("%s: relay at %v", name, ip)
		}
	}
	detected, err := chooseAddresses(nil, nil)
	if err != nil || len(detected.local) == 0 {
		t.Errorf("this machine's addresses: %v, %v", detected, err)
	}
}

func TestRelayPathsBehindNAT(t *testing.T) {
	t.Parallel()
	lan, wan := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("203.0.113.5")
	paths := relayPaths{mediaPort: 7881, addrs: addresses{local: []netip.Addr{lan}, external: []netip.Addr{wan}}}
	if paths.allows(lan) || !paths.allows(wan) || !paths.allows(netip.MustParseAddr("::ffff:203.0.113.5")) {
		t.Error("behind a NAT only the external address may be named")
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"read udp4 192.0.2.2:7881->198.51.100.7:50123: i/o timeout":  "read udp4 [address]->[address]: i/o timeout",
		"peer [2001:db8::1]:443 gone":                                "peer [address] gone",
		"peer fe80::1%eth0 gone":                                     "peer [address] gone",
		"peer ::ffff:192.0.2.1 gone":                                 "peer [address] gone",
		"lookup alices-laptop.local: no such host":                   "lookup [host]: no such host",
		"token eyJhbGciOiJIUzI1NiJ9abc.eyJzdWIiOiJhIn0.c2lnbmF0dXJl": "token [redacted]",
		"room abcdefghijklmnopqrstuvwxyz":                            "room [redacted]",
		"starting RTC session":                                       "starting RTC session",
		"participant PA_KYoHHKvhfV9A left after 3.5s":                "participant PA_KYoHHKvhfV9A left after 3.5s",
	} {
		if got := redact(line); got != want {
			t.Errorf("redact(%q) = %q, want %q", line, got, want)
		}
	}
}

// Not parallel: the bridge has one way out per process.
func TestBridgeKeepsOnlyWhatIsHarmless(t *testing.T) { //nolint:paralleltest // see above
	var out bytes.Buffer
	installLogBridge(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	b := bridge{}.WithValues("room", "Board meeting", "participantID", "PA_1").WithComponent("transport").WithComponent("pion")
	b.Errorw("failed for 192.0.2.1", errors.New("dial [2001:db8::7]:1"),
		"participantName", "Alice", "candidates", []string{"192.0.2.9"}, "count", 3, "state", "from 192.0.2.8", 7, "odd", "unpaired")
	line := out.String()
	for _, want := range []string{"level=ERROR", "participantID=PA_1", "count=3", "component=transport.pion", `state="from [address]"`} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q in %s", want, line)
		}
	}
	for _, secret := range []string{"Board", "Alice", "192.0.2", "2001:db8", "unpaired"} {
		if strings.Contains(line, secret) {
			t.Errorf("%q in %s", secret, line)
		}
	}
}

// LiveKit's counters carry ids of nodes and must stay out of what is served.
func TestLiveKitMetricsStayHidden(t *testing.T) {
	t.Parallel()
	initMetrics()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.Contains(f.GetName(), "livekit") || strings.Contains(f.GetName(), "psrpc") {
			t.Errorf("%s is served", f.GetName())
		}
	}
}

func TestOwnMetricsTellNobodyApart(t *testing.T) {
	t.Parallel()
	s := &SFU{seats: newRegistry(time.Now), events: newEventQueue(nil)}
	s.seats.open("m")
	s.events.published("m", "s", &livekit.TrackInfo{Sid: "TR_1", Source: livekit.TrackSource_CAMERA})
	registry := prometheus.NewPedanticRegistry()
	if err := registerMetrics(registry, s); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			key := f.GetName()
			for _, l := range m.GetLabel() {
				key = l.GetName() + "=" + l.GetValue()
			}
			got[key] = m.GetGauge().GetValue()
		}
	}
	want := map[string]float64{
		"plenum_sfu_rooms": 1, "plenum_sfu_connections": 0,
		"source=camera": 1, "source=microphone": 0, "source=screen": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnpublishedOncePerSource(t *testing.T) {
	t.Parallel()
	var told []access.Source
	q := newEventQueue(func(_ id.Meeting, _ id.Seat, s access.Source) { told = append(told, s) })
	track := func(sid string, s livekit.TrackSource) *livekit.TrackInfo {
		return &livekit.TrackInfo{Sid: sid, Source: s}
	}
	camera, newer := track("TR_1", livekit.TrackSource_CAMERA), track("TR_2", livekit.TrackSource_CAMERA)
	screen, sound := track("TR_3", livekit.TrackSource_SCREEN_SHARE), track("TR_4", livekit.TrackSource_SCREEN_SHARE_AUDIO)
	for _, ti := range []*livekit.TrackInfo{camera, newer, screen, sound} {
		q.published("m", "s", ti)
		q.published("m", "s", ti)
	}
	for _, ti := range []*livekit.TrackInfo{sound, camera, camera, newer, screen, screen} {
		q.unpublished(ti)
	}
	done := make(chan struct{})
	q.unpublished(track("TR_9", livekit.TrackSource_CAMERA))
	q.tell = func(_ id.Meeting, _ id.Seat, s access.Source) {
		if told = append(told, s); len(told) == 2 {
			close(done)
		}
	}
	go q.deliver()
	<-done
	q.close()
	if diff := cmp.Diff([]access.Source{access.Camera, access.Screen}, told); diff != "" {
		t.Error(diff)
	}
}

func TestTokensExpireAndAreFew(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := newRegistry(func() time.Time { return now })
	r.open("m")
	issue := func() string {
		secret, err := r.issue("m", "s", access.Grants{})
		if err != nil {
			t.Fatal(err)
		}
		return secret.Text()
	}
	first := issue()
	now = now.Add(tokenLife - time.Second)
	if _, err := r.redeem(first, false); err != nil {
		t.Errorf("after 59 s: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := r.redeem(first, false); err == nil {
		t.Error("good after 60 s")
	}
	oldest := issue()
	for range 1000 {
		issue()
	}
	if _, err := r.redeem(oldest, false); err == nil {
		t.Error("the oldest of 1,001 tokens is still good")
	}
	if len(r.tokens) != tokensPerSeat {
		t.Errorf("%d tokens are kept", len(r.tokens))
	}
}

func TestResumeWindowAndPace(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := newRegistry(func() time.Time { return now })
	r.open("m")
	secret, err := r.issue("m", "s", access.Grants{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.redeem(secret.Text(), true)
	if err != nil {
		t.Fatal(err)
	}
	life := p.seat.life
	conn := newSignalConn(t.Context(), nil, 1)
	r.attach(p, conn)
	if _, err := r.resume("m", "s", life, true); err != nil {
		t.Errorf("while connected: %v", err)
	}
	if _, err := r.resume("m", "s", "another life", true); err == nil {
		t.Error("with a token of another life")
	}
	r.detach(p, conn)
	now = now.Add(resumeWindow)
	for i := range opensBurst {
		if _, err := r.resume("m", "s", life, true); err != nil {
			t.Errorf("try %d within the window: %v", i, err)
		}
	}
	if _, err := r.resume("m", "s", life, true); !errors.Is(err, errTooFast) {
		t.Errorf("try after the burst: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := r.resume("m", "s", life, true); err == nil {
		t.Error("after the window")
	}
}

// The seat is removed, or the room closed, while LiveKit lets it in.
func TestAttachAfterTheFact(t *testing.T) {
	t.Parallel()
	r := newRegistry(time.Now)
	enter := func() pass {
		r.open("m")
		secret, err := r.issue("m", "s", access.Grants{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.redeem(secret.Text(), true)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := enter()
	r.remove("m", "s")
	if _, v := r.attach(p, newSignalConn(t.Context(), nil, 1)); v != seatGone {
		t.Errorf("after Remove: %v", v)
	}
	p = enter()
	r.close("m")
	if _, v := r.attach(p, newSignalConn(t.Context(), nil, 1)); v != roomGone {
		t.Errorf("after Close: %v", v)
	}
	p = enter()
	r.remove("m", "s")
	if _, v := r.attach(enter(), newSignalConn(t.Context(), nil, 1)); v != welcome {
		t.Errorf("let in again: %v", v)
	}
	if _, v := r.attach(p, newSignalConn(t.Context(), nil, 1)); v != otherLives {
		t.Errorf("the earlier life: %v", v)
	}
}

func frame(first byte, payload []byte) []byte {
	f := []byte{first}
	switch n := len(payload); {
	case n < 126:
		f = append(f, 0x80|byte(n))
	case n < 1<<16:
		f = binary.BigEndian.AppendUint16(append(f, 0x80|126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, 0x80|127), uint64(n))
	}
	return append(append(f, 1, 2, 3, 4), payload...)
}

func TestFrameGuard(t *testing.T) {
	t.Parallel()
	const limit = 70000
	long, longer := make([]byte, limit), make([]byte, limit+1)
	tests := map[string]struct {
		stream []byte
		want   error
	}{
		"a message":           {stream: frame(0x82, long)},
		"too long":            {stream: frame(0x82, longer), want: errSize},
		"in parts":            {stream: append(frame(0x02, long[:limit-10]), frame(0x80, long[:10])...)},
		"too long in parts":   {stream: append(frame(0x02, long[:limit-10]), frame(0x80, long[:11])...), want: errSize},
		"ping in between":     {stream: append(append(frame(0x02, long[:limit-10]), frame(0x89, long[:10])...), frame(0x80, long[:10])...)},
		"two messages":        {stream: append(frame(0x82, long), frame(0x82, long)...)},
		"text":                {stream: frame(0x81, []byte("{}")), want: errText},
		"compressed":          {stream: frame(0xc2, nil), want: errFrame},
		"unmasked":            {stream: []byte{0x82, 1, 0}, want: errFrame},
		"long ping":           {stream: frame(0x89, long[:126]), want: errFrame},
		"length over 63 bits": {stream: append([]byte{0x82, 0xff}, bytes.Repeat([]byte{0xff}, 12)...), want: errSize},
	}
	for name, tt := range tests {
		for _, step := range []int{1, 7, len(tt.stream)} {
			g := frameGuard{maxMessage: limit}
			var err error
			for at := 0; at < len(tt.stream) && err == nil; at += step {
				_, err = g.scan(tt.stream[at:min(at+step, len(tt.stream))])
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("%s, %d bytes at a time: %v, want %v", name, step, err, tt.want)
			}
		}
	}
}

// However a stream is cut up, the verdict is the same, and no message above the
// limit passes.
func FuzzFrameGuard(f *testing.F) {
	f.Add(frame(0x82, []byte("hello")), uint8(1))
	f.Add(append(frame(0x02, make([]byte, 200)), frame(0x80, make([]byte, 900))...), uint8(3))
	f.Add([]byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, uint8(5))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		whole, parts := frameGuard{maxMessage: 1000}, frameGuard{maxMessage: 1000}
		_, wantErr := whole.scan(stream)
		var gotErr error
		size := int(step)%16 + 1
		for at := 0; at < len(stream) && gotErr == nil; at += size {
			_, gotErr = parts.scan(stream[at:min(at+size, len(stream))])
			if parts.message > 1000 {
				t.Fatalf("a message of %d bytes passed", parts.message)
			}
		}
		if !errors.Is(gotErr, wantErr) {
			t.Fatalf("whole: %v, in parts: %v", wantErr, gotErr)
		}
	})
}
