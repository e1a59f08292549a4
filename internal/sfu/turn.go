package sfu

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/logger/pionlogger"
	"github.com/pion/turn/v5"

	"plenum/internal/fault"
)

const (
	// A browser asks for one allocation per local address, relay address and peer
	// connection; 16 leaves room for a laptop with four of the first.
	allocationsPerUser = 16
	// 8,192 sockets are every seat of sixteen full meetings relayed at once.
	allocationsInAll = 8192
)

var (
	errOnlyUDP = errors.New("sfu: the relay carries UDP only")
	errFamily  = errors.New("sfu: no address of this family")
)

// relay is the TURN server, and STUN server, for browsers that cannot reach the
// media port. LiveKit's own would relay to every port of whatever address is
// allowed; this one reaches the media port and nothing else, so it is of no use
// for looking into the network the server stands in.
type relay struct {
	server *turn.Server

	mu    sync.Mutex
	users map[string]int // allocations by participant id
	total int
}

func newRelay(port, mediaPort int, addrs addresses, authenticate turn.AuthHandler) (*relay, error) {
	r := &relay{users: make(map[string]int)}
	conf := turn.ServerConfig{
		Realm:         service.LivekitRealm,
		AuthHandler:   authenticate,
		QuotaHandler:  r.allows,
		LoggerFactory: pionlogger.NewLoggerFactory(logger.GetLogger()),
		EventHandler: turn.EventHandler{
			OnAllocationCreated: func(_, _ net.Addr, _, user, _ string, _ net.Addr, _ int) { r.count(user, 1) },
			OnAllocationDeleted: func(_, _ net.Addr, _, user, _ string) { r.count(user, -1) },
		},
	}
	paths := relayPaths{mediaPort: uint16(mediaPort), addrs: addrs} //nolint:gosec // a port number
	for _, v4 := range []bool{true, false} {
		local, ok := first(addrs.local, v4)
		if !ok {
			continue
		}
		network := "udp6"
		if v4 {
			network = "udp4"
		}
		at := net.UDPAddr{IP: local.AsSlice(), Port: port}
		if len(addrs.external) > 0 {
			at.IP = nil // which of its addresses a NAT forwards to is not known
		}
		conn, err := net.ListenUDP(network, &at)
		if err != nil {
			for _, c := range conf.PacketConnConfigs {
				_ = c.PacketConn.Close()
			}
			return nil, portFault("UDP, relay", port, err)
		}
		conf.PacketConnConfigs = append(conf.PacketConnConfigs, turn.PacketConnConfig{
			PacketConn:            conn,
			RelayAddressGenerator: paths,
			PermissionHandler: func(_ net.Addr, peer net.IP) bool {
				ip, ok := netip.AddrFromSlice(peer)
				return ok && paths.allows(ip)
			},
		})
	}
	server, err := turn.NewServer(conf)
	if err != nil {
		return nil, fault.Wrap("sfu.New", err)
	}
	r.server = server
	return r, nil
}

func (r *relay) close() { _ = r.server.Close() }

// allows is asked before each allocation. The username is LiveKit's and names
// one participant; allocations are counted by the id in it.
func (r *relay) allows(username, _ string, _ net.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total < allocationsInAll && r.users[username] < allocationsPerUser
}

func (r *relay) count(user string, by int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total += by
	if r.users[user] += by; r.users[user] <= 0 {
		delete(r.users, user)
	}
}

// relayPaths makes the relayed end of an allocation: a socket at a local
// address that speaks with the media port only.
type relayPaths struct {
	mediaPort uint16
	addrs     addresses
}

// allows reports whether ip is where browsers are told the media port is.
func (g relayPaths) allows(ip netip.Addr) bool {
	ip = ip.Unmap()
	if advertised, ok := first(g.addrs.external, ip.Is4()); ok {
		return ip == advertised
	}
	return slices.Contains(g.addrs.local, ip)
}

// Validate implements turn.RelayAddressGenerator.
func (g relayPaths) Validate() error { return nil }

// AllocatePacketConn implements turn.RelayAddressGenerator.
func (g relayPaths) AllocatePacketConn(conf turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	v4 := conf.Network != "udp6"
	local, ok := first(g.addrs.local, v4)
	if !ok {
		return nil, nil, errFamily
	}
	conn, err := net.ListenUDP(conf.Network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, uint16(conf.RequestedPort)))) //nolint:gosec // a port number
	if err != nil {
		return nil, nil, err
	}
	path := &relayPath{UDPConn: conn, paths: g}
	path.external, _ = first(g.addrs.external, v4)
	path.local = local
	return path, conn.LocalAddr(), nil
}

// AllocateListener implements turn.RelayAddressGenerator.
func (relayPaths) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errOnlyUDP
}

// AllocateConn implements turn.RelayAddressGenerator.
func (relayPaths) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) {
	return nil, errOnlyUDP
}

// relayPath is one allocation's socket. Behind a NAT the browser names the
// external address; packets then go to the local one, as not every NAT sends
// them back in.
type relayPath struct {
	*net.UDPConn
	paths    relayPaths
	external netip.Addr // zero without NAT
	local    netip.Addr
}

// WriteTo drops what is not for the media port: permissions name an address
// only (RFC 8656 §9), never a port.
func (c *relayPath) WriteTo(p []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return len(p), nil
	}
	dest := udp.AddrPort()
	ip := dest.Addr().Unmap()
	if dest.Port() != c.paths.mediaPort || !c.paths.allows(ip) {
		return len(p), nil
	}
	if ip == c.external {
		ip = c.local
	}
	return c.WriteToUDPAddrPort(p, netip.AddrPortFrom(ip, dest.Port()))
}

// ReadFrom skips what does not come from the media port.
func (c *relayPath) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.ReadFromUDPAddrPort(p)
		if err != nil {
			return n, nil, err
		}
		ip := from.Addr().Unmap()
		if from.Port() != c.paths.mediaPort || !slices.Contains(c.paths.addrs.local, ip) {
			continue
		}
		if c.external.IsValid() {
			ip = c.external
		}
		return n, net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, from.Port())), nil
	}
}
