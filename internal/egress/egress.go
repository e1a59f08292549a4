// Package egress decides where the server may connect to when somebody has told
// it an address: an identity provider's, later a webhook's. What must be kept
// from is that an address leads back into the machine itself or to the service
// that gives a cloud machine its credentials.
package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

const (
	// Timeout is for one whole exchange.
	Timeout = 10 * time.Second
	// MaxBody is how much of an answer is read; the largest that is of use, a set
	// of keys, has some kB.
	MaxBody = 1 << 20
)

// The errors. They never name the address: it would tell who asks what there is
// inside.
var (
	ErrRefused  = errors.New("egress: the address is inside this machine or reserved")
	ErrRedirect = errors.New("egress: the answer leads elsewhere")
	ErrTooLarge = errors.New("egress: the answer is too large")
)

// Guard decides by address, at the moment of connecting: what a name resolved to
// a moment before says nothing (DNS rebinding). Networks of the organisation
// (RFC 1918, unique local) are open, since its identity providers live there.
type Guard struct {
	// Internal opens loopback and link-local too, for a provider on this very
	// machine. The services that give cloud machines their credentials stay shut.
	Internal bool
}

// never are addresses that nobody has a good reason to be sent to.
func never() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("169.254.169.254/32"), // metadata of AWS, Google, Azure, OpenStack
		netip.MustParsePrefix("169.254.170.2/32"),   // credentials of AWS ECS
		netip.MustParsePrefix("169.254.170.23/32"),  // credentials of AWS EKS
		netip.MustParsePrefix("100.100.100.200/32"), // metadata of Alibaba
		netip.MustParsePrefix("168.63.129.16/32"),   // Azure's machine agent
		netip.MustParsePrefix("192.0.0.192/32"),     // metadata of Oracle
		netip.MustParsePrefix("fd00:ec2::254/128"),  // metadata of AWS
		netip.MustParsePrefix("fd00:ec2::23/128"),   // credentials of AWS EKS
		netip.MustParsePrefix("fd20:ce::254/128"),   // metadata of Google
		netip.MustParsePrefix("0.0.0.0/8"),          // "this host" (RFC 1122 §3.2.1.3)
		netip.MustParsePrefix("240.0.0.0/4"),        // reserved, and the broadcast
		netip.MustParsePrefix("64:ff9b:1::/48"),     // NAT64 of a prefix nobody knows (RFC 8215)
		netip.MustParsePrefix("2001::/32"),          // Teredo
		netip.MustParsePrefix("::/96"),              // IPv4-compatible, and the unspecified; see check for ::1
	}
}

// Check returns [ErrRefused] for an address the server may not connect to.
func (g Guard) Check(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	if inner, ok := carried(addr); ok {
		addr = inner
	}
	if addr.IsLoopback() || addr.IsLinkLocalUnicast() && !reserved(addr) {
		if g.Internal {
			return nil
		}
		return ErrRefused
	}
	if !addr.IsValid() || addr.IsMulticast() || reserved(addr) {
		return ErrRefused
	}
	return nil
}

func reserved(addr netip.Addr) bool {
	return slices.ContainsFunc(never(), func(p netip.Prefix) bool { return p.Contains(addr) })
}

// carried returns the IPv4 address to which an IPv6 address of NAT64 (RFC 6052)
// or 6to4 (RFC 3056) leads.
func carried(addr netip.Addr) (netip.Addr, bool) {
	b := addr.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case netip.MustParsePrefix("2002::/16").Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

// Dialer makes connections that pass the guard.
func (g Guard) Dialer() *net.Dialer {
	return &net.Dialer{
		Timeout: Timeout,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			if network != "tcp4" && network != "tcp6" {
				return ErrRefused
			}
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return ErrRefused
			}
			return g.Check(to.Addr())
		},
	}
}

// Client makes HTTP requests that pass the guard, follow no redirect, use no
// proxy of the environment and end after [Timeout] or [MaxBody].
func (g Guard) Client(transport *http.Transport) *http.Client {
	transport.Proxy = nil
	transport.DialContext = g.Dialer().DialContext
	transport.TLSHandshakeTimeout = Timeout
	transport.ResponseHeaderTimeout = Timeout
	transport.MaxResponseHeaderBytes = 64 * 1024
	transport.MaxIdleConnsPerHost = 2
	transport.IdleConnTimeout = time.Minute
	return &http.Client{
		Transport:     limited{transport},
		Timeout:       Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return ErrRedirect },
	}
}

// limited cuts answers off at [MaxBody], with an error.
type limited struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && r.URL.Scheme != "http" {
		return nil, fmt.Errorf("egress: %q is not a scheme for this", r.URL.Scheme)
	}
	resp, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	// MaxBytesReader counts what has been unpacked: the transport's gzip is below.
	resp.Body = http.MaxBytesReader(nil, resp.Body, MaxBody)
	return resp, nil
}
