package server_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"plenum/internal/config"
	"plenum/internal/server/servertest"
)

// spoofs are ways in which a client can claim to come from somewhere else.
func spoofs(ip string) [][2]string {
	var all [][2]string
	for _, name := range []string{
		"X-Forwarded-For", "X-Forwarded", "Forwarded-For", "X-Real-IP", "Real-IP", "True-Client-IP", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP",
		"CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Pseudo-IPv4", "Fastly-Client-IP", "Fly-Client-IP", "X-Remote-IP", "X-Remote-Addr", "Remote-Addr",
		"X-Originating-IP", "X-Original-Forwarded-For", "X-ProxyUser-Ip", "WL-Proxy-Client-IP", "Proxy-Client-IP", "X-Envoy-External-Address", "X-Azure-ClientIP",
		"X-Azure-SocketIP", "X-Appengine-User-IP", "X-Nf-Client-Connection-Ip", "Cdn-Src-Ip", "X-IP", "Via", "X-Host", "Ali-CDN-Real-IP", "X-Vercel-Forwarded-For",
	} {
		all = append(all, [2]string{name, ip})
	}
	for _, value := range []string{
		ip + ", 127.0.0.8", "127.0.0.8, " + ip, ip + "," + ip, " " + ip + " ", "::ffff:" + ip, ip + ":1234", "[" + ip + "]", "unknown, " + ip, ip + ", unknown",
	} {
		all = append(all, [2]string{"X-Forwarded-For", value})
	}
	return append(all, [2]string{"Forwarded", "for=" + ip}, [2]string{"Forwarded", `for="` + ip + `:80";proto=https`}, [2]string{"Forwarded", "for=127.0.0.8, for=" + ip})
}

// TestSpoofedAddresses: the list of networks is compared with where the
// connection comes from, whatever the request says; from a configured proxy, with
// what the proxy says and with nothing it was told.
func TestSpoofedAddresses(t *testing.T) {
	const inside = "127.0.0.7"
	for _, proxied := range []bool{false, true} {
		t.Run(fmt.Sprintf("behind a proxy %v", proxied), func(t *testing.T) {
			s := servertest.Start(t, servertest.Options{Configure: func(c *config.Config) {
				if proxied {
					c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.9/32")}
				}
			}})
			ada := s.SetUp(t, inside)
			ada.PassSecondFactor(t)
			if status := ada.Call(t, http.MethodPatch, "/api/v1/organisation", map[string]any{"adminNetworks": []string{inside, "203.0.113.0/24"}}, nil); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			outside := s.Browser(t, "127.0.0.8") // the same person, from elsewhere
			outside.HTTP().Jar = ada.HTTP().Jar
			asking := func(b *servertest.Browser, header [2]string) int {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/organisation", http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				if header[0] != "" {
					req.Header[header[0]] = []string{header[1]}
				}
				resp, err := b.HTTP().Do(req)
				if err != nil {
					return 0
				}
				resp.Body.Close()
				return resp.StatusCode
			}
			if got := asking(ada, [2]string{}); got != http.StatusOK {
				t.Fatalf("from inside: %d", got)
			}
			tried := 0
			for _, ip := range []string{inside, "203.0.113.5"} {
				for _, header := range spoofs(ip) {
					tried++
					if got := asking(outside, header); got != http.StatusForbidden && got != http.StatusBadRequest {
						t.Errorf("%s: %s gives %d", header[0], header[1], got)
					}
				}
			}
			if tried < 80 {
				t.Errorf("only %d tried", tried)
			}
			// Nor can one be put outside by what somebody added on the way.
			if got := asking(ada, [2]string{"X-Forwarded-For", "198.51.100.1"}); got != http.StatusOK {
				t.Errorf("from inside with a foreign header: %d", got)
			}
			if !proxied {
				return
			}
			proxy := s.Browser(t, "127.0.0.9")
			proxy.HTTP().Jar = ada.HTTP().Jar
			for value, want := range map[string]int{
				"203.0.113.5": http.StatusOK, "198.51.100.1, 203.0.113.5": http.StatusOK, "203.0.113.5, 198.51.100.1": http.StatusForbidden, "127.0.0.7, 127.0.0.8": http.StatusForbidden, "": http.StatusForbidden,
			} {
				if got := asking(proxy, [2]string{"X-Forwarded-For", value}); got != want {
					t.Errorf("the proxy says %q: %d", value, got)
				}
			}
		})
	}
}

// TestAdminListener: with an address of its own, the administration is nowhere
// else, whoever asks.
func TestAdminListener(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Configure: func(c *config.Config) { c.AdminListen = "127.0.0.1:0" }})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	apart := func() (is bool) {
		var out struct{ Apart bool }
		ada.Call(t, http.MethodGet, "/api/v1/server", nil, &out)
		return out.Apart
	}
	paths := []string{"/api/v1/organisation", "/api/v1/people", "/api/v1/keys", "/api/v1/tenants", "/api/v1/audit", "/api/v1/pool", "/api/v1/providers", "/api/v1/meetings/running"}
	never := ask(t, ada, http.MethodGet, "/api/v1/nothing", "")
	for _, path := range paths {
		if a := ask(t, ada, http.MethodGet, path, ""); a.Status != http.StatusNotFound || a.Body != never.Body {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := ask(t, ada, http.MethodGet, "/admin/people", ""); a.Status != http.StatusNotFound || !apart() {
		t.Errorf("the pages: %d", a.Status)
	}
	if a := ask(t, ada, http.MethodGet, "/api/v1/meetings", ""); a.Status != http.StatusOK {
		t.Errorf("meetings: %d", a.Status)
	}

	ada.At(fmt.Sprintf("https://localhost:%d", s.AdminAddr().Port))
	for _, path := range paths {
		if a := ask(t, ada, http.MethodGet, path, ""); a.Status != http.StatusOK {
			t.Errorf("%s there: %d %s", path, a.Status, a.Body)
		}
	}
	if a := ask(t, ada, http.MethodGet, "/admin/people", ""); a.Status == http.StatusNotFound || apart() {
		t.Errorf("the pages there: %d", a.Status)
	}
	if strings.Contains(s.Log.String(), "admin.") {
		t.Error("the log tells of administration that was refused")
	}
}
