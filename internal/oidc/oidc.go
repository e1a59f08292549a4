// Package oidc signs people in with OpenID Connect providers: the code flow with
// PKCE, and the provider's word that somebody has signed out (OpenID Connect
// Core 1.0, Back-Channel Logout 1.0, RP-Initiated Logout 1.0, RFC 9207).
package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plenum/internal/egress"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
)

const (
	// discoveryLife is how late we learn that a provider has moved an endpoint.
	discoveryLife = time.Hour
	// failureLife keeps a crowd of sign-ins from becoming a crowd of requests to a
	// provider that is down.
	failureLife = 5 * time.Second
	// maxKnown bounds the memory of what was discovered, some 20 kB each.
	maxKnown = 500
	// skew is how far clocks may be apart.
	skew = 2 * time.Minute
	// logoutAge is how old a logout token may be: providers try again for a while.
	logoutAge = 10 * time.Minute
	// maxToken is far above the largest token; 500 groups of 36 characters are 20 kB.
	maxToken = 128 * 1024
)

// Client speaks to all providers. It is safe for concurrent use.
type Client struct {
	mu    sync.Mutex
	known map[id.Provider]*connection // guarded by mu
}

// New makes a client that knows no provider yet.
func New() *Client { return &Client{known: make(map[id.Provider]*connection)} }

// connection is what discovery told of one provider.
type connection struct {
	settings [sha256.Size]byte // that it was made for
	until    time.Time
	failure  error // why there is nothing of the rest
	http     *http.Client
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	metadata metadata
	userInfo bool // may be asked
}

// metadata is the part of discovery (OpenID Connect Discovery 1.0 §3) that
// go-oidc leaves to us.
type metadata struct {
	AuthURL       string   `json:"authorization_endpoint"`
	TokenURL      string   `json:"token_endpoint"`
	KeysURL       string   `json:"jwks_uri"`
	UserInfoURL   string   `json:"userinfo_endpoint"`
	EndSessionURL string   `json:"end_session_endpoint"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	NamesIssuer   bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
}

// connect discovers p, or remembers it.
func (c *Client) connect(ctx context.Context, p provider.Provider) (*connection, error) {
	if p.Kind != provider.OIDC || p.Settings.OIDC == nil {
		return nil, unreachable("settings", nil)
	}
	raw, err := json.Marshal(p.Settings)
	if err != nil {
		return nil, unreachable("settings", err)
	}
	settings, now := sha256.Sum256(raw), time.Now()
	c.mu.Lock()
	known := c.known[p.ID]
	c.mu.Unlock()
	if known != nil && known.settings == settings && now.Before(known.until) {
		return known, known.failure
	}
	fresh, err := discover(ctx, p.Settings)
	switch {
	case err == nil:
		fresh.until = now.Add(discoveryLife)
	case ctx.Err() != nil: // the person has gone, which says nothing of the provider
		return nil, err
	default:
		fresh = &connection{failure: err, until: now.Add(failureLife)}
	}
	fresh.settings = settings
	c.mu.Lock()
	defer c.mu.Unlock()
	for old := range c.known { // one entry at random, as maps are iterated
		if len(c.known) < maxKnown {
			break
		}
		delete(c.known, old)
	}
	c.known[p.ID] = fresh
	return fresh, fresh.failure
}

// discover reads the provider's document and checks where it points: another
// host than the issuer's must have been named by an administrator.
func discover(ctx context.Context, s provider.Settings) (*connection, error) {
	roots, err := authorities(s.CA)
	if err != nil {
		return nil, err
	}
	client := egress.Guard{Internal: s.Internal}.Client(&http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
	})
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, client), s.OIDC.Issuer)
	if err != nil {
		return nil, unreachable("discovery", err)
	}
	conn := &connection{http: client, provider: found}
	if err := found.Claims(&conn.metadata); err != nil {
		return nil, unreachable("discovery", err)
	}
	m := &conn.metadata
	for name, address := range map[string]string{"authorization_endpoint": m.AuthURL, "token_endpoint": m.TokenURL, "jwks_uri": m.KeysURL} {
		if !belongs(s, address) {
			return nil, unreachable(name+" is on a host that the settings do not name", nil)
		}
	}
	conn.userInfo = belongs(s, m.UserInfoURL)
	if !belongs(s, m.EndSessionURL) {
		m.EndSessionURL = ""
	}
	conn.verifier = found.Verifier(&oidc.Config{ClientID: s.OIDC.ClientID}) // asymmetric algorithms only
	return conn, nil
}

// belongs reports whether an endpoint is the issuer's or on a host that the
// settings name.
func belongs(s provider.Settings, address string) bool {
	issuer, err := url.Parse(s.OIDC.Issuer)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	if u.Scheme == issuer.Scheme && u.Host == issuer.Host {
		return true
	}
	return u.Scheme == "https" && slices.Contains(s.OIDC.Hosts, u.Host)
}

// authorities is the list of settings, or nil for the system's.
func authorities(pem string) (*x509.CertPool, error) {
	if pem == "" {
		return nil, nil //nolint:nilnil // nil is how crypto/tls says "the system's"
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, unreachable("ca", nil)
	}
	return pool, nil
}

// oauth describes us to the provider.
func (c *connection) oauth(p provider.Provider, secret pii.Secret, redirect string) *oauth2.Config {
	endpoint := c.provider.Endpoint()
	// RFC 8414 §2: basic if nothing is said. Trying both would use the code twice.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	methods := c.metadata.AuthMethods
	if secret == "" || len(methods) > 0 && !slices.Contains(methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: p.Settings.OIDC.ClientID, ClientSecret: secret.Text(), Endpoint: endpoint, RedirectURL: redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Settings.OIDC.Scopes...),
	}
}

// Begin returns where to send the browser. Fault: provider.unreachable.
func (c *Client) Begin(ctx context.Context, p provider.Provider, q provider.Question) (string, error) {
	conn, err := c.connect(ctx, p)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(q.Nonce.Text()), oauth2.S256ChallengeOption(q.Verifier.Text())}
	if values := p.Settings.OIDC.FactorACR; len(values) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(values, " ")))
	}
	if q.Confirm {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return conn.oauth(p, "", q.RedirectURI).AuthCodeURL(q.State.Text(), options...), nil
}

// Test discovers anew and reads the provider's keys. Fault: provider.unreachable,
// whose cause says in words what is wrong.
func (c *Client) Test(ctx context.Context, p provider.Provider) error {
	conn, err := discover(ctx, p.Settings)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, conn.metadata.KeysURL, http.NoBody)
	if err != nil {
		return unreachable("keys", err)
	}
	resp, err := conn.http.Do(req)
	if err != nil {
		return unreachable("keys", err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&set); err != nil || resp.StatusCode != http.StatusOK || len(set.Keys) == 0 {
		return unreachable("keys", errors.Join(err, fmt.Errorf("status %d, %d keys", resp.StatusCode, len(set.Keys))))
	}
	return nil
}

// SignOutURL is where the browser signs out of the provider too and comes back
// from; "" if the provider has no such page or it is not wanted.
func (c *Client) SignOutURL(ctx context.Context, p provider.Provider, back string) string {
	if p.Settings.OIDC == nil || !p.Settings.OIDC.SignOutThere {
		return ""
	}
	conn, err := c.connect(ctx, p)
	if err != nil || conn.metadata.EndSessionURL == "" {
		return ""
	}
	u, err := url.Parse(conn.metadata.EndSessionURL)
	if err != nil {
		return ""
	}
	// Without id_token_hint, which would mean to keep the token: the provider asks
	// the person whether they mean it.
	q := u.Query()
	q.Set("client_id", p.Settings.OIDC.ClientID)
	q.Set("post_logout_redirect_uri", back)
	u.RawQuery = q.Encode()
	return u.String()
}
