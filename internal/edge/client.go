package edge

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// trueClient makes r.RemoteAddr the client's address and takes every header
// away by which a request can say where it comes from. What lies behind needs
// to look at nothing else and can be fooled by nothing else. The address stays
// in memory: nothing behind may log or store it.
func trueClient(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = clientAddr(r.RemoteAddr, r.Header.Values("X-Forwarded-For"), trusted)
		for name := range r.Header {
			if saysOrigin(name) {
				r.Header.Del(name)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// clientAddr walks X-Forwarded-For from the right, where the nearest proxy
// wrote, as long as the one who wrote is trusted.
func clientAddr(peer string, forwarded []string, trusted []netip.Prefix) string {
	at, err := netip.ParseAddrPort(peer)
	if err != nil {
		return peer
	}
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !isTrusted(at.Addr(), trusted) {
			break
		}
		next, err := parseHop(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = next
	}
	return at.String()
}

// parseHop reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1" and "[2001:db8::1]:80".
func parseHop(s string) (netip.AddrPort, error) {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return netip.AddrPortFrom(a.Unmap().WithZone(""), 0), err
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// saysOrigin reports whether proxies or content networks use the header name
// (canonical form) to tell who the client is or what it asked for.
func saysOrigin(name string) bool {
	for _, prefix := range []string{"X-Forwarded", "Forwarded", "X-Original-", "X-Client-", "X-Cluster-Client-", "Cf-", "X-Envoy-", "X-Azure-", "X-Appengine-", "X-Goog-", "X-Amz-", "X-Arr-", "X-Vercel-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"X-Real-Ip", "Real-Ip", "True-Client-Ip", "Client-Ip", "Fastly-Client-Ip", "Fly-Client-Ip", "X-Remote-Ip", "X-Remote-Addr", "Remote-Addr",
		"X-Proxyuser-Ip", "Wl-Proxy-Client-Ip", "Proxy-Client-Ip", "X-Host", "X-Http-Host-Override", "X-Rewrite-Url", "Via", "X-Coming-From", "X-Originating-Ip", "X-Nf-Client-Connection-Ip", "Cdn-Src-Ip", "X-Ip", "X-Trusted-Client-Ip", "Do-Connecting-Ip", "Ali-Cdn-Real-Ip", "Incap-Client-Ip",
	}, name)
}
