package edge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/edge"
	"plenum/internal/telemetry"
)

// started is a running edge with what its API handler saw last.
type started struct {
	*edge.Edge
	client *http.Client
	url    string
	log    *syncBuffer
	remote atomic.Pointer[string]
	header atomic.Pointer[http.Header]
	ready  atomic.Bool
}

func start(t *testing.T, change func(*edge.Config)) *started {
	t.Helper()
	s := &started{log: &syncBuffer{}}
	s.ready.Store(true)
	logger := telemetry.NewLogger(s.log, slog.LevelDebug, "text")
	script := strings.Repeat("export const x = 'quite repetitive';\n", 200)
	c := edge.Config{
		Listen: "127.0.0.1:0", Domain: "meet.town.lan", BaseURL: "https://meet.town.lan", Dir: t.TempDir(),
		API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header := r.Header.Clone()
			s.remote.Store(&r.RemoteAddr)
			s.header.Store(&header)
			switch r.URL.Path {
			case "/api/panic":
				panic("Ada Lovelace")
			case "/api/body":
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					http.Error(w, "too large", http.StatusRequestEntityTooLarge)
				}
			}
		}),
		Live: http.NotFoundHandler(), Signal: http.NotFoundHandler(),
		Pages: fstest.MapFS{
			"index.html":              {Data: []byte("<!doctype html>the client")},
			"assets/app-abc.js":       {Data: []byte(script)},
			"assets/seg-abc.wasm":     {Data: []byte("\x00asm....")},
			"assets/model-abc.tflite": {Data: []byte("TFL3")},
			"assets/pre-abc.css":      {Data: []byte("body{}")},
			"assets/pre-abc.css.br":   {Data: []byte("brotli")},
			".vite/manifest.json":     {Data: []byte("{}")},
			"icons/icon.svg":          {Data: []byte("<svg/>")},
		},
		Ready: func(context.Context) error {
			if !s.ready.Load() {
				return errors.New("no database at 192.0.2.1")
			}
			return nil
		},
		Logger: logger, Zap: telemetry.Zap(logger), Errors: telemetry.HTTPErrors(logger),
	}
	if change != nil {
		change(&c)
	}
	var err error
	if s.Edge, err = edge.New(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, time.Second) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(s.AuthorityPEM())
	s.url = fmt.Sprintf("https://localhost:%d", s.Addr().Port)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", s.Addr().String())
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	s.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s
}

// get sends a request with headers "Name: value" (Host included) and reads all.
func (s *started) get(t *testing.T, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		} else {
			req.Header.Add(name, value)
		}
	}
	return s.do(t, req)
}

func (s *started) do(t *testing.T, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestHeaders(t *testing.T) {
	s := start(t, nil)
	for _, path := range []string{"/", "/api/v1/x", "/healthz", "/ca.crt", "/assets/missing.js", "/live"} {
		resp, _ := s.get(t, path)
		if resp.ProtoMajor != 2 {
			t.Errorf("%s came over %s", path, resp.Proto)
		}
		h := resp.Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "connect-src 'self' wss://localhost:"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		for _, bad := range []string{"unsafe-inline", "'unsafe-eval'", "http:", "https:", "*"} {
			if strings.Contains(policy, bad) {
				t.Errorf("%s: the policy allows %s", path, bad)
			}
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "camera=(self)") || !strings.Contains(h.Get("Permissions-Policy"), "geolocation=()") {
			t.Errorf("%s: Permissions-Policy is %s", path, h.Get("Permissions-Policy"))
		}
		if h.Get("Server") != "" {
			t.Errorf("%s: says what it is: %s", path, h.Get("Server"))
		}
	}
}

func TestPages(t *testing.T) {
	s := start(t, nil)
	first, body := s.get(t, "/m/aaaaaaaaaaaaaaaaaaaaaaaaaa")
	second, same := s.get(t, "/m/bbbbbbbbbbbbbbbbbbbbbbbbbb")
	if body != same || first.StatusCode != http.StatusOK || second.StatusCode != http.StatusOK || !strings.Contains(body, "the client") {
		t.Errorf("two meeting pages differ or are none: %d %q, %d %q", first.StatusCode, body, second.StatusCode, same)
	}
	first.Header.Del("Date")
	second.Header.Del("Date")
	if diff := cmp.Diff(first.Header, second.Header); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string][3]string{ // status, type, cache
		"/":                        {"200", "text/html; charset=utf-8", "no-cache"},
		"/setup":                   {"200", "text/html; charset=utf-8", "no-cache"},
		"/assets/app-abc.js":       {"200", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"/assets/seg-abc.wasm":     {"200", "application/wasm", "public, max-age=31536000, immutable"},
		"/assets/model-abc.tflite": {"200", "application/octet-stream", "public, max-age=31536000, immutable"},
		"/icons/icon.svg":          {"200", "image/svg+xml", "no-cache"},
		"/assets/gone.js":          {"404", "text/plain; charset=utf-8", "no-store"},
		"/assets":                  {"200", "text/html; charset=utf-8", "no-cache"},
		"/.vite/manifest.json":     {"404", "text/plain; charset=utf-8", "no-store"},
		"/favicon.ico":             {"404", "text/plain; charset=utf-8", "no-store"},
	} {
		resp, _ := s.get(t, path)
		if got := [3]string{strconv.Itoa(resp.StatusCode), resp.Header.Get("Content-Type"), resp.Header.Get("Cache-Control")}; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	index, _ := s.get(t, "/")
	if again, _ := s.get(t, "/", "If-None-Match: "+index.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged page came again: %d", again.StatusCode)
	}
}

func TestCompression(t *testing.T) {
	s := start(t, nil)
	plain, long := s.get(t, "/assets/app-abc.js")
	if plain.Header.Get("Content-Encoding") != "" {
		t.Error("compressed for one who did not ask")
	}
	small, body := s.get(t, "/assets/app-abc.js", "Accept-Encoding: br, gzip;q=0.8")
	if small.Header.Get("Content-Encoding") != "gzip" || small.Header.Get("Vary") != "Accept-Encoding" || len(body) > len(long)/4 {
		t.Fatalf("%s, %d of %d bytes", small.Header.Get("Content-Encoding"), len(body), len(long))
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := io.ReadAll(z); err != nil || string(back) != long {
		t.Errorf("does not unpack to the same: %v", err)
	}
	if refused, _ := s.get(t, "/assets/app-abc.js", "Accept-Encoding: gzip;q=0"); refused.Header.Get("Content-Encoding") != "" {
		t.Error("compressed for one who refuses it")
	}
	if pre, body := s.get(t, "/assets/pre-abc.css", "Accept-Encoding: gzip, br"); pre.Header.Get("Content-Encoding") != "br" || body != "brotli" || pre.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("precompressed form not used: %v", pre.Header)
	}
}

func TestNotBuilt(t *testing.T) {
	s := start(t, func(c *edge.Config) { c.Pages = fstest.MapFS{".keep": {}} })
	if resp, body := s.get(t, "/"); resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make build") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// No spelling of "I come from elsewhere" is believed of a client, nor does it
// reach what lies behind; of a trusted proxy only X-Forwarded-For is.
func TestForwardedHeaders(t *testing.T) {
	variants := forwardedVariants()
	if len(variants) < 40 {
		t.Fatalf("only %d variants", len(variants))
	}
	s := start(t, nil)
	proxied := start(t, func(c *edge.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	for _, v := range variants {
		for _, server := range []*started{s, proxied} {
			if resp, _ := server.get(t, "/api/x", v); resp.StatusCode != http.StatusOK {
				continue // refused: as good
			}
			remote := *server.remote.Load()
			believes := server == proxied && strings.HasPrefix(strings.ToLower(v), "x-forwarded-for:")
			if !believes && !strings.HasPrefix(remote, "127.0.0.1:") {
				t.Errorf("%q made the client %s", v, remote)
			}
			name, value, _ := strings.Cut(v, ": ")
			if got := server.header.Load().Values(name); name != "Host" && len(got) > 0 {
				t.Errorf("%q reached the handlers as %q (%s)", v, got, value)
			}
		}
	}
	for chain, want := range map[string]string{
		"198.51.100.9":                        "198.51.100.9",
		"6.6.6.6, 198.51.100.9":               "198.51.100.9", // the left is what the client claims
		"6.6.6.6, 198.51.100.9, 127.0.0.5":    "198.51.100.9",
		"2001:db8::9":                         "[2001:db8::9]",
		"[2001:db8::9]:443":                   "[2001:db8::9]",
		"::ffff:198.51.100.9":                 "198.51.100.9",
		"198.51.100.9, rubbish":               "127.0.0.1",
		"198.51.100.9, unknown, 198.51.100.8": "198.51.100.8",
		"":                                    "127.0.0.1",
	} {
		proxied.get(t, "/api/x", "X-Forwarded-For: "+chain)
		if got := *proxied.remote.Load(); got[:strings.LastIndex(got, ":")] != want {
			t.Errorf("%q: client is %s, want %s", chain, got, want)
		}
	}
}

func forwardedVariants() []string {
	const ip = "203.0.113.66"
	var all []string
	for _, name := range []string{
		"X-Forwarded-For", "x-forwarded-for", "X-FORWARDED-FOR", "X-Forwarded", "Forwarded-For", "X-Real-IP", "X-Real-Ip", "Real-IP", "True-Client-IP", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP",
		"CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Pseudo-IPv4", "Fastly-Client-IP", "Fly-Client-IP", "X-Remote-IP", "X-Remote-Addr", "Remote-Addr", "X-Originating-IP", "X-Original-Forwarded-For",
		"X-ProxyUser-Ip", "WL-Proxy-Client-IP", "Proxy-Client-IP", "X-Envoy-External-Address", "X-Azure-ClientIP", "X-Azure-SocketIP", "X-Appengine-User-IP", "X-Nf-Client-Connection-Ip", "Cdn-Src-Ip", "X-IP",
		"X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Forwarded-Port", "X-Host", "X-HTTP-Host-Override", "X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "Via",
	} {
		all = append(all, name+": "+ip)
	}
	return append(all, "Forwarded: for="+ip, `Forwarded: for="[2001:db8::66]:80";proto=https;by=`+ip, "X-Forwarded-For: "+ip+", 127.0.0.1")
}

func TestForeignHosts(t *testing.T) {
	s := start(t, func(c *edge.Config) { c.External = []netip.Addr{netip.MustParseAddr("198.51.100.7")} })
	for _, host := range []string{"localhost", "localhost:1", "LOCALHOST", "meet.town.lan", "meet.town.lan.", "127.0.0.1:8443", "198.51.100.7"} {
		if resp, _ := s.get(t, "/", "Host: "+host); resp.StatusCode != http.StatusOK {
			t.Errorf("%s is refused: %d", host, resp.StatusCode)
		}
	}
	for _, host := range []string{"evil.example", "meet.town.lan.evil.example", "evil.example:443", "localhost.evil.example", "198.51.100.8", "[2001:db8::1]", "town.lan"} {
		resp, body := s.get(t, "/m/aaaaaaaaaaaaaaaaaaaaaaaaaa", "Host: "+host)
		if resp.StatusCode != http.StatusMisdirectedRequest && resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s is answered: %d", host, resp.StatusCode)
		}
		if strings.Contains(body, "evil") || strings.Contains(fmt.Sprint(resp.Header), "evil") {
			t.Errorf("%s comes back in the answer", host)
		}
	}
}

func TestLimits(t *testing.T) {
	s := start(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/body", bytes.NewReader(make([]byte, 2<<20)))
	if err != nil {
		t.Fatal(err)
	}
	if resp, _ := s.do(t, req); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB of body: %d", resp.StatusCode)
	}
	if resp, _ := s.get(t, "/api/x", "Cookie: "+strings.Repeat("x", 50<<10)); resp.StatusCode != http.StatusOK {
		t.Errorf("50 kB of header: %d", resp.StatusCode)
	}
	long, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/x", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	long.Header.Set("Cookie", strings.Repeat("x", 200<<10))
	if resp, err := s.client.Do(long); err == nil {
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("200 kB of header: %d", resp.StatusCode)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s := start(t, nil)
	_, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:gosec,noctx // what is tested
	if err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

func TestPlainHTTPIsSentToTLS(t *testing.T) {
	s := start(t, nil)
	for host, want := range map[string]string{s.Addr().String(): "https://" + s.Addr().String() + "/m/x", "evil.example": "https://meet.town.lan/m/x"} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET /m/x HTTP/1.1\r\nHost: %s\r\n\r\n", host)
		answer, err := io.ReadAll(conn)
		if err != nil || !strings.Contains(string(answer), " 308 ") || !strings.Contains(string(answer), "Location: "+want+"\r\n") {
			t.Errorf("%s: %q %v", host, answer, err)
		}
		conn.Close()
	}
}

func TestPanicIsKept(t *testing.T) {
	s := start(t, nil)
	resp, body := s.get(t, "/api/panic")
	if resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "Ada") || !strings.Contains(body, `"code":"internal"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if log := s.log.String(); strings.Contains(log, "Ada") || !strings.Contains(log, "handler panicked") || !strings.Contains(log, "edge_test") {
		t.Errorf("the log says %s", log)
	}
}

func TestHealth(t *testing.T) {
	s := start(t, nil)
	if resp, _ := s.get(t, "/readyz"); resp.StatusCode != http.StatusOK {
		t.Errorf("ready: %d", resp.StatusCode)
	}
	s.ready.Store(false)
	if resp, body := s.get(t, "/readyz"); resp.StatusCode != http.StatusServiceUnavailable || strings.Contains(body, "database") {
		t.Errorf("not ready: %d %s", resp.StatusCode, body)
	}
	if resp, _ := s.get(t, "/healthz"); resp.StatusCode != http.StatusOK {
		t.Errorf("alive: %d", resp.StatusCode)
	}
	if strings.Contains(s.log.String(), "192.0.2.1") {
		t.Error("an address is in the log")
	}
}

func TestAuthorityIsOffered(t *testing.T) {
	s := start(t, nil)
	resp, body := s.get(t, "/ca.crt")
	if resp.Header.Get("Content-Type") != "application/x-x509-ca-cert" || body != string(s.AuthorityPEM()) || strings.Contains(body, "PRIVATE") {
		t.Errorf("%v %s", resp.Header, body)
	}
}

func TestTakenPort(t *testing.T) {
	s := start(t, nil)
	_, err := edge.New(t.Context(), edge.Config{Listen: s.Addr().String(), Dir: t.TempDir(), Pages: fstest.MapFS{}, Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Error("two servers share a port")
	}
}
