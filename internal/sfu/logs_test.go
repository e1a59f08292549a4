package sfu_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"

	"plenum/internal/id"
	"plenum/internal/sfu"
)

// lockedBuffer takes log lines from many goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// Not parallel: LiveKit's logger is one per process.
func TestLogsTellNobody(t *testing.T) { //nolint:paralleltest // see above
	var lines lockedBuffer
	s := start(t, func(c *sfu.Config) {
		c.NodeIPs = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		c.Logger = slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.MaxSignalMessage = 64 << 10
	})
	m := s.meeting(t)
	secrets := append(make([]string, 0, 16), string(m))

	// Everything that is likely to be logged: joins over each transport, a
	// resumed one, a refused one, oversize, mute, removal, end.
	listener := s.join(t, m, all)
	speaker := s.join(t, m, all, lksdk.WithICETransportPolicy(webrtc.ICETransportPolicyRelay))
	speaker.speak(t, livekit.TrackSource_MICROPHONE, mark)
	listener.hears(t, mark)
	listener.Simulate(lksdk.SimulateSignalReconnect)
	receive(t, "the resumed connection", listener.reconnected)
	secrets = append(secrets, string(listener.seat), string(speaker.seat))

	token := s.token(t, m, id.New[id.Seat](), all).Text()
	bare := s.dial(t, dialing{token: token})
	refreshed := bare.refreshedToken(t)
	secrets = append(secrets, token, refreshed)
	for _, u := range bare.joined.GetIceServers() {
		secrets = append(secrets, u.GetUsername(), u.GetCredential())
	}
	newTCPClient(t, bare)
	s.dial(t, dialing{token: token})
	s.dial(t, dialing{token: refreshed[:len(refreshed)-3] + "abc"})
	big := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	_ = big.ws.Write(t.Context(), websocket.MessageBinary, make([]byte, 65<<10))
	big.closes(t)
	garbage := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	_ = garbage.ws.Write(t.Context(), websocket.MessageBinary, []byte("\xff\xfe from 203.0.113.9"))
	garbage.closes(t)
	s.get(t, "/rtc?access_token="+token, http.Header{"X-Forwarded-For": {"203.0.113.77"}})
	if err := s.Mute(t.Context(), m, speaker.seat, "microphone"); err != nil {
		t.Fatal(err)
	}
	receive(t, "muting", listener.muted)
	if err := s.Remove(t.Context(), m, speaker.seat); err != nil {
		t.Fatal(err)
	}
	receive(t, "the removed client's end", speaker.disconnected)
	if err := s.Close(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	receive(t, "the others' end", listener.disconnected)

	text := lines.String()
	if n := strings.Count(text, "\n"); n < 100 {
		t.Fatalf("only %d lines: the bridge does not work", n)
	}
	for _, word := range []string{"starting RTC session", "participant active"} {
		if !strings.Contains(text, word) {
			t.Errorf("no line says %q", word)
		}
	}
	for _, line := range findIn(text, secrets...) {
		t.Errorf("a secret or an id is in: %s", line)
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	addresses := append(make([]string, 0, 1+len(all)), "203.0.113.")
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, prefix.Addr().String())
	}
	for _, line := range findIn(text, addresses...) {
		t.Errorf("an address is in: %s", line)
	}
	shapes := regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|eyJ[A-Za-z0-9_-]{8}|candidate:|a=ice-|v=0`)
	for line := range strings.Lines(text) {
		if found := shapes.FindString(line); found != "" {
			t.Errorf("%q is in: %s", found, line)
		}
	}
}

func findIn(text string, words ...string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		for _, w := range words {
			if w != "" && w != "::1" && strings.Contains(line, w) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}
