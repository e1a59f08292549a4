package edge

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// LocalAddrs lists the addresses of this machine's interfaces.
func LocalAddrs() []netip.Addr {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}
	}
	var local []netip.Addr
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			if addr, ok := netip.AddrFromSlice(n.IP); ok {
				local = append(local, addr.Unmap())
			}
		}
	}
	return local
}

// hosts knows the names this server answers to. A request that calls it by any
// other name was led here by somebody else's DNS, or wants a poisoned link.
type hosts struct {
	names   []string
	tenants func() []string // names of the organisations
	addrs   []netip.Addr
	local   func() []netip.Addr
}

// OwnHosts lists the names that a server goes by itself.
func OwnHosts(domain string) []string { return ownHosts(domain, localHostname()) }

func ownHosts(domain, hostname string) []string {
	names := []string{"localhost"}
	if domain != "" {
		names = append(names, domain)
	}
	if hostname != "" {
		names = append(names, hostname, hostname+".local")
	}
	return names
}

// knows reports whether host, with or without a port, is one of this server's.
// connected is the local end of the connection, which is always one.
func (h *hosts) knows(host string, connected net.Addr) bool {
	if name, port, err := net.SplitHostPort(host); err == nil {
		// The name goes into links and headers as it came, so what is behind the
		// colon is looked at too: HTTP lets more than digits stand there.
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return slices.Contains(h.names, host) || slices.Contains(h.tenants(), host)
	}
	addr = addr.Unmap()
	if tcp, ok := connected.(*net.TCPAddr); ok && tcp.AddrPort().Addr().Unmap().WithZone("") == addr {
		return true
	}
	return slices.Contains(h.addrs, addr) || slices.Contains(h.local(), addr)
}

// check refuses requests for other names.
func (h *hosts) check(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connected, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if !h.knows(r.Host, connected) {
			http.Error(w, "This server does not answer to that name. Its operator can add it with --domain or --external-ip.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
