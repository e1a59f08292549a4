package sfu_test

import (
	"net"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/logging"
	"github.com/pion/turn/v5"

	"plenum/internal/id"
)

// relayClient has the credentials of an admitted seat.
func relayClient(t *testing.T, s *server) *turn.Client {
	t.Helper()
	m := s.meeting(t)
	conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	return dialRelay(t, s, conn.joined.GetIceServers()[0])
}

func dialRelay(t *testing.T, s *server, ice *livekit.ICEServer) *turn.Client {
	t.Helper()
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(s.turnPort))
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: addr, TURNServerAddr: addr,
		Username: ice.GetUsername(), Password: ice.GetCredential(), Realm: "livekit",
		Conn: socket, LoggerFactory: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	return client
}

// A service on the server's own host and one in its network must stay out of
// reach of whoever has relay credentials, that is, of every guest.
func TestRelayReachesTheMediaPortOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	client := relayClient(t, s)
	relayed, err := client.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = relayed.Close() }()

	canary, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = canary.Close() }()
	if _, err := relayed.WriteTo([]byte("let me in"), canary.LocalAddr()); err != nil {
		t.Fatal(err) // the address is allowed, so it is the port that must be refused
	}
	// A packet sent the other way must not arrive either.
	if _, err := canary.WriteTo([]byte("come out"), relayed.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	// The media port answers STUN, even to say no: then the canary's turn is over.
	media := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.mediaPort}
	if _, err := relayed.WriteTo(malformedBinding, media); err != nil {
		t.Fatal(err)
	}
	if err := canary.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := canary.ReadFrom(make([]byte, 64)); err == nil {
		t.Errorf("the canary received %d bytes through the relay", n)
	}
	if err := relayed.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, from, err := relayed.ReadFrom(make([]byte, 1500)); err == nil && from.String() != media.String() {
		t.Errorf("%d bytes came in from outside of the media port", n)
	}

	for _, peer := range []string{
		"192.0.2.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1",
		"192.0.0.8", "240.0.0.1", "255.255.255.255", "0.0.0.0", "224.0.0.1", "127.0.0.2", "8.8.8.8",
	} {
		if err := client.CreatePermission(net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(peer), 80))); err == nil {
			t.Errorf("the relay permits %s", peer)
		}
	}
}

var malformedBinding = []byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}

func TestRelayQuota(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	conn := s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()})
	granted := 0
	for range 20 {
		if relayed, err := dialRelay(t, s, conn.joined.GetIceServers()[0]).Allocate(); err == nil {
			granted++
			t.Cleanup(func() { _ = relayed.Close() })
		}
	}
	if granted != 16 {
		t.Errorf("%d allocations for one participant, want 16", granted)
	}
}

func TestRelayWantsCredentials(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, ice := range map[string]*livekit.ICEServer{
		"none":   {Username: "", Credential: ""},
		"forged": {Username: "3YDOxUjM1kzNxwXQ5YlZoZ3SIh0bZt0XBBFfarO3KjN4A", Credential: "x"},
	} {
		if _, err := dialRelay(t, s, ice).Allocate(); err == nil {
			t.Errorf("%s: allocated", name)
		}
	}
}
