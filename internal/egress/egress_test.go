package egress_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"plenum/internal/egress"
)

func TestCheck(t *testing.T) {
	const open, internal, never = 0, 1, 2
	for address, want := range map[string]int{
		"192.0.2.1": open, "10.0.0.1": open, "172.16.0.1": open, "192.168.1.1": open, "100.64.0.1": open, "fd00::1": open, "2001:db8::1": open, "8.8.8.8": open,
		"64:ff9b::8.8.8.8": open, "2002:0808:0808::1": open, "::ffff:10.0.0.1": open,

		"127.0.0.1": internal, "127.255.255.254": internal, "::1": internal, "::ffff:127.0.0.1": internal, "169.254.0.1": internal, "fe80::1": internal,
		"fe80::1%eth0": internal, "64:ff9b::127.0.0.1": internal, "2002:7f00:0001::": internal, "::ffff:169.254.1.1": internal,

		"0.0.0.0": never, "0.1.2.3": never, "::": never, "169.254.169.254": never, "::ffff:169.254.169.254": never, "64:ff9b::169.254.169.254": never,
		"2002:a9fe:a9fe::": never, "100.100.100.200": never, "168.63.129.16": never, "fd00:ec2::254": never, "169.254.170.2": never, "192.0.0.192": never,
		"224.0.0.1": never, "255.255.255.255": never, "240.0.0.1": never, "ff02::1": never, "64:ff9b:1::1": never, "2001:0:7f00:1::": never, "::127.0.0.1": never,
		"::ffff:0.0.0.0": never, "2002::1": never, "64:ff9b::0.0.0.0": never, "64:ff9b::224.0.0.1": never,
	} {
		addr := netip.MustParseAddr(address)
		if err := (egress.Guard{}).Check(addr); (err == nil) != (want == open) {
			t.Errorf("%s: %v", address, err)
		}
		if err := (egress.Guard{Internal: true}).Check(addr); (err == nil) != (want != never) {
			t.Errorf("%s with internal addresses: %v", address, err)
		}
	}
	if (egress.Guard{Internal: true}).Check(netip.Addr{}) == nil {
		t.Error("no address at all is let through")
	}
}

// canary counts who reaches it.
func canary(t *testing.T) (port string, reached *atomic.Int64) {
	t.Helper()
	reached = new(atomic.Int64)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			c.Close()
		}
	}()
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, reached
}

// TestNobodyReachesTheCanary tries every way to write this machine's address.
func TestNobodyReachesTheCanary(t *testing.T) {
	port, reached := canary(t)
	hosts := []string{ //nolint:prealloc // a list that goes on below
		"localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
		"0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]",
		"[2002:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "127.0.0.1%00.example", "①②⑦.⓪.⓪.①", "localhost%23.example", "user@127.0.0.1",
	}
	for i := range 80 {
		hosts = append(hosts, fmt.Sprintf("127.%d.%d.%d", i, 255-i, i+1), fmt.Sprintf("[::ffff:127.0.%d.1]", i), fmt.Sprintf("0.0.%d.0", i))
	}
	clients := []*http.Client{egress.Guard{}.Client(&http.Transport{})}
	tried := 0
	for _, host := range hosts {
		for _, scheme := range []string{"http", "https", "gopher", "file"} {
			for _, client := range clients {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://"+host+":"+port+"/", http.NoBody)
				if err != nil {
					continue
				}
				tried++
				if resp, err := client.Do(req); err == nil {
					resp.Body.Close()
					t.Errorf("%s://%s was answered", scheme, host)
				}
			}
		}
	}
	if n := reached.Load(); n != 0 || tried < 200 {
		t.Errorf("%d connections in %d tries", n, tried)
	}
	if c, err := (egress.Guard{}).Dialer().DialContext(t.Context(), "unix", "/var/run/docker.sock"); err == nil {
		c.Close()
		t.Error("a socket in the file system was opened")
	}
	// The canary can be reached at all.
	resp, err := egress.Guard{Internal: true}.Client(&http.Transport{}).Get("http://127.0.0.1:" + port) //nolint:noctx // see above
	if err == nil {
		resp.Body.Close()
	}
	if reached.Load() != 1 {
		t.Error("the canary does not sing")
	}
}

func TestAnswers(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", egress.MaxBody+1)) })
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("x", 10*egress.MaxBody))
		z.Close()
	})
	mux.HandleFunc("/small", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/small", http.StatusFound) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:1")
	client := egress.Guard{Internal: true}.Client(&http.Transport{})
	get := func(path string) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
		if err != nil {
			return "", err
		}
		resp, err := client.Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return string(b), err
	}
	if got, err := get("/small"); got != "ok" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if _, err := get("/moved"); !errors.Is(err, egress.ErrRedirect) {
		t.Errorf("moved: %v", err)
	}
	for _, path := range []string{"/large", "/bomb"} {
		if got, err := get(path); err == nil || len(got) > egress.MaxBody {
			t.Errorf("%s: %d bytes, %v", path, len(got), err)
		}
	}
}
