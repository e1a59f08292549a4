package edge_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plenum/internal/edge"
)

// TestNamesOfOrganisations: a name counts from the moment it is given, with a
// certificate, until it is taken away.
func TestNamesOfOrganisations(t *testing.T) {
	var names atomic.Pointer[[]string]
	names.Store(&[]string{})
	s := start(t, func(c *edge.Config) { c.Tenants = func() []string { return *names.Load() } })
	const host = "council.example"
	status := func(host string) int {
		resp, _ := s.get(t, "/healthz", "Host: "+host)
		return resp.StatusCode
	}
	handshake := func() error {
		trust := x509.NewCertPool()
		trust.AppendCertsFromPEM(s.AuthorityPEM())
		c, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{ServerName: host, RootCAs: trust, MinVersion: tls.VersionTLS12}) //nolint:noctx // loopback
		if err == nil {
			c.Close()
		}
		return err
	}
	if status(host) != http.StatusMisdirectedRequest || handshake() == nil {
		t.Error("a name that is nobody's is answered")
	}
	before := s.AuthorityPEM()
	names.Store(&[]string{host, "below.meet.town.lan"})
	handshake() // an authority may vouch for its own names only, so there is another now
	if err := handshake(); err != nil {
		t.Errorf("no certificate for the new name: %v", err)
	}
	if bytes.Equal(before, s.AuthorityPEM()) {
		t.Error("the old authority speaks for the new name")
	}
	for _, known := range []string{host, "COUNCIL.example", host + ":8443", "below.meet.town.lan"} {
		if got := status(known); got != http.StatusOK {
			t.Errorf("%s: %d", known, got)
		}
	}
	for _, foreign := range []string{"x." + host, "evil-" + host, host + ".evil.example", "example"} {
		if got := status(foreign); got != http.StatusMisdirectedRequest && got != http.StatusBadRequest {
			t.Errorf("%s: %d", foreign, got)
		}
	}
	resp, _ := s.get(t, "/", "Host: "+host)
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' wss://"+host+";") {
		t.Errorf("the page may connect to %s", policy)
	}
	names.Store(&[]string{})
	if status(host) != http.StatusMisdirectedRequest {
		t.Error("the name is still answered after it was taken away")
	}
}

// TestNameBelowOurs: the authority that devices trust may vouch for names below
// its own, so an organisation there does not make them trust another.
func TestNameBelowOurs(t *testing.T) {
	c := authorityConfig(t.TempDir())
	first := open(t, c)
	c.Tenants = func() []string { return []string{"council.meet.town.lan"} }
	again := open(t, c)
	if !bytes.Equal(first.PEM(), again.PEM()) {
		t.Error("a name below ours makes a new authority")
	}
	if _, err := again.Certificate().Leaf.Verify(x509.VerifyOptions{Roots: pool(t, first), DNSName: "council.meet.town.lan"}); err != nil {
		t.Error(err)
	}
}

// TestACMEForOrganisations: a public certificate comes for the names that are
// somebody's, and nobody can have one made by asking for it.
func TestACMEForOrganisations(t *testing.T) {
	var s *started
	running := make(chan struct{})
	d := newDirectory(t, func() string { <-running; return s.Addr().String() })
	trusted := x509.NewCertPool()
	trusted.AddCert(d.Certificate())
	var names atomic.Pointer[[]string]
	names.Store(&[]string{})
	s = start(t, func(c *edge.Config) {
		c.Domain, c.BaseURL = "box.lan", "https://box.lan"
		c.Tenants = func() []string { return *names.Load() }
		c.ACME = &edge.ACME{Directory: d.URL + "/directory", Roots: trusted, Public: func(name string) bool { return !strings.HasSuffix(name, ".lan") }}
	})
	close(running)
	public := x509.NewCertPool()
	public.AddCert(d.root)
	try := func(name string) error {
		c, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{ServerName: name, RootCAs: public, MinVersion: tls.VersionTLS12}) //nolint:noctx // loopback
		if err == nil {
			c.Close()
		}
		return err
	}
	for i := range 20 {
		if try(fmt.Sprintf("stranger%d.example.org", i)) == nil {
			t.Error("a stranger's name has a certificate")
		}
	}
	names.Store(&[]string{"council.example.org", "council.lan"})
	for limit := time.Now().Add(20 * time.Second); try("council.example.org") != nil; <-time.After(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("no public certificate\n%s", s.log)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.identifier != "council.example.org" {
		t.Errorf("asked for %s", d.identifier)
	}
}

// TestAdministrationApart: its pages and its API are on its own address alone.
func TestAdministrationApart(t *testing.T) {
	s := start(t, func(c *edge.Config) {
		c.AdminListen = "127.0.0.1:0"
		c.AdminAPI = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the administration") })
	})
	for _, path := range []string{"/admin", "/admin/", "/admin/people", "/x/../admin/people", "/admin/people/..", "//admin", "/./admin/keys"} {
		if resp, body := s.get(t, path); resp.StatusCode == http.StatusOK || strings.Contains(body, "the client") {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	for _, path := range []string{"/", "/account", "/welcome", "/privacy", "/signin", "/administrators", "/m/aaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		if resp, body := s.get(t, path); resp.StatusCode != http.StatusOK || !strings.Contains(body, "the client") {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	main := s.url
	s.url = fmt.Sprintf("https://%s", s.AdminAddr())
	s.client.Transport.(*http.Transport).DialContext = nil
	for path, want := range map[string]string{"/admin/people": "the client", "/account": "the client", "/api/v1/people": "the administration"} {
		if resp, body := s.get(t, path); resp.StatusCode != http.StatusOK || !strings.Contains(body, want) || resp.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	if resp, _ := s.get(t, "/", "Host: evil.example"); resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another name: %d", resp.StatusCode)
	}
	if resp, _ := s.get(t, "/live"); resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Error("meetings are held on the address of the administration")
	}
	s.url = main
}
