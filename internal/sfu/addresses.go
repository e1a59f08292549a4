package sfu

import (
	"errors"
	"net"
	"net/netip"
	"slices"
)

// addresses says where the SFU is: local are the machine's own addresses that
// media is taken at, advertised what browsers are told.
type addresses struct {
	local    []netip.Addr
	external []netip.Addr // behind a NAT; else empty
}

var errNoAddress = errors.New("this machine has no network address")

// chooseAddresses never asks anybody outside of the machine.
func chooseAddresses(nodeIPs, externalIPs []netip.Addr) (addresses, error) {
	local := slices.Clone(nodeIPs)
	if len(local) == 0 {
		detected, err := localAddresses()
		if err != nil {
			return addresses{}, err
		}
		local = detected
	}
	for i, a := range local {
		local[i] = a.Unmap().WithZone("")
	}
	a := addresses{local: local}
	for _, ip := range externalIPs {
		if ip = ip.Unmap().WithZone(""); !slices.Contains(local, ip) {
			a.external = append(a.external, ip)
		}
	}
	return a, nil
}

// localAddresses lists the machine's addresses, the default route's first; only
// loopback ones if there are no others.
func localAddresses() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var found, loopback []netip.Addr
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		switch ip := prefix.Addr().Unmap(); {
		case ip.IsLoopback():
			loopback = append(loopback, ip)
		case ip.IsGlobalUnicast(): // private ones too; not link-local, which needs a zone
			found = append(found, ip)
		}
	}
	if len(found) == 0 {
		found = loopback
	}
	if len(found) == 0 {
		return nil, errNoAddress
	}
	slices.SortStableFunc(found, func(a, b netip.Addr) int { return usualRank(a) - usualRank(b) })
	return found, nil
}

// usualRank is 0 for the address that packets to the world leave from.
func usualRank(ip netip.Addr) int {
	far := netip.MustParseAddrPort("198.51.100.1:9") // documentation addresses (RFC 5737, RFC 3849)
	if ip.Is6() {
		far = netip.MustParseAddrPort("[2001:db8::1]:9")
	}
	// Connecting a UDP socket looks up the route and sends nothing.
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(far))
	if err != nil {
		return 1
	}
	defer func() { _ = conn.Close() }()
	if at, ok := conn.LocalAddr().(*net.UDPAddr); ok && at.AddrPort().Addr().Unmap() == ip {
		return 0
	}
	return 1
}

// first returns the first of list in the family of IPv4 or IPv6.
func first(list []netip.Addr, v4 bool) (netip.Addr, bool) {
	i := slices.IndexFunc(list, func(a netip.Addr) bool { return a.Is4() == v4 })
	if i < 0 {
		return netip.Addr{}, false
	}
	return list[i], true
}

// advertised is the one address of a family that stands for the server: in the
// relay's URL, and in place of all local ones behind a NAT.
func (a addresses) advertised(v4 bool) (netip.Addr, bool) {
	if ip, ok := first(a.external, v4); ok {
		return ip, true
	}
	return first(a.local, v4)
}

// loopback reports whether media is taken at a loopback address.
func (a addresses) loopback() bool {
	return slices.ContainsFunc(a.local, netip.Addr.IsLoopback)
}
