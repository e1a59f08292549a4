package servertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/server"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
	"plenum/internal/vault"
)

// Tenant is an organisation beside the home organisation.
type Tenant struct {
	tenant.Tenant
	URL   string // https://host:port
	Admin *Browser

	s *Server
}

// CreateTenant makes an organisation that is reached under host, with an
// administrator who is signed in and has passed a second factor.
func (s *Server) CreateTenant(t testing.TB, name, host, email string) *Tenant {
	t.Helper()
	now := time.Now()
	made, err := tenant.New(name, []string{host}, 0, now)
	if err != nil {
		t.Fatal(err)
	}
	admin := user.User{ID: id.New[id.User](), Tenant: made.ID, Name: "Cleo Admin", Email: pii.Email(email), Admin: true, CreatedAt: now}
	link, secret := auth.NewWelcome(admin.ID, now)
	db := s.open(t)
	defer db.Close()
	if err := db.CreateTenant(context.WithoutCancel(t.Context()), made, admin, link); err != nil {
		t.Fatal(err)
	}
	of := &Tenant{Tenant: made, URL: fmt.Sprintf("https://%s:%d", host, s.Addr().Port), s: s}
	of.Admin = of.Browser(t, "")
	of.wait(t)
	of.Admin.must(t, http.MethodPost, "/api/v1/welcome", map[string]string{"secret": secret.Text(), "password": Password}, nil)
	of.Admin.PassSecondFactor(t)
	return of
}

// wait until the server answers to the name: it looks once a second.
func (of *Tenant) wait(t testing.TB) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); ; {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, of.URL+"/healthz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := of.Admin.client.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(limit) {
			t.Fatalf("the server does not answer to its new name: %v", err)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// Browser makes one that talks to the organisation; see [Server.Browser].
func (of *Tenant) Browser(t testing.TB, from string) *Browser {
	t.Helper()
	b := of.s.Browser(t, from)
	b.url = of.URL
	return b
}

// CreateMeeting makes a meeting of the organisation.
func (of *Tenant) CreateMeeting(t testing.TB, name string) Meeting {
	t.Helper()
	return of.s.createMeeting(t, of.ID, name)
}

// PassSecondFactor makes the browser's sign-in count as one with a second factor,
// a moment ago.
func (b *Browser) PassSecondFactor(t testing.TB) {
	t.Helper()
	at, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	db := b.s.open(t)
	defer db.Close()
	for _, c := range b.client.Jar.Cookies(at) {
		if c.Name != "__Host-plenum" {
			continue
		}
		if err := db.ConfirmSession(context.WithoutCancel(t.Context()), auth.HashToken(pii.Secret(c.Value)), time.Now(), true); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("nobody is signed in")
}

// CreateKey makes an API key as the browser's administrator.
func (b *Browser) CreateKey(t testing.TB, scopes ...string) pii.Secret {
	t.Helper()
	var made struct {
		Secret string `json:"secret"`
	}
	b.must(t, http.MethodPost, "/api/v1/keys", map[string]any{"name": "Test", "scopes": scopes}, &made)
	return pii.Secret(made.Secret)
}

// WithKey makes a browser at the same place that sends a key with all it asks.
func (b *Browser) WithKey(t testing.TB, key pii.Secret) *Browser {
	t.Helper()
	k := b.s.Browser(t, "")
	k.url, k.dialer = b.url, b.dialer
	k.client.Transport = bearer{k.client.Transport, key}
	return k
}

// At makes the browser talk to another address of the server, such as that of
// the administration.
func (b *Browser) At(address string) { b.url = address }

// URL is where the browser talks to.
func (b *Browser) URL() string { return b.url }

// bearer adds a key to requests.
type bearer struct {
	next http.RoundTripper
	key  pii.Secret
}

func (r bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+r.key.Text())
	return r.next.RoundTrip(req)
}

// open opens the server's data beside it, as the command line does.
func (s *Server) open(t testing.TB) *store.Store {
	t.Helper()
	keys, err := vault.Open(server.MasterKeyPath(s.Config))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(context.WithoutCancel(t.Context()), server.SealedStoreConfig(s.Config, keys))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// trust takes the server's own authority as it is at each connection: a new
// organisation may bring a new one.
func (s *Server) trust() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does it
		VerifyConnection: func(c tls.ConnectionState) error {
			pool := x509.NewCertPool()
			if !pool.AppendCertsFromPEM(s.AuthorityPEM()) {
				return errors.New("the server has no authority")
			}
			_, err := c.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: pool, DNSName: c.ServerName})
			return err
		},
	}
}
