// Package oidctest is an OpenID Connect provider that does what a test tells it,
// right or wrong.
package oidctest

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/id"
	"plenum/internal/provider"
)

// Client is the one it knows, and Secret its secret.
const (
	Client = "plenum-client"
	Secret = "s3cret/+ü"
)

// Provider is a running one. Its hooks may be changed while it runs.
type Provider struct {
	*httptest.Server

	mu       sync.Mutex
	key      *rsa.PrivateKey
	codes    map[string]grant            // guarded by mu
	document func(map[string]any)        // guarded by mu; changes the discovery document
	handlers map[string]http.HandlerFunc // guarded by mu; replace a path
	userInfo map[string]any              // guarded by mu
}

// grant is what a code stands for.
type grant struct {
	challenge, redirect string
	token               string
}

// Start runs a provider on loopback, with a certificate of its own, until the
// test ends.
func Start(tb testing.TB) *Provider {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	p := &Provider{key: key, codes: map[string]grant{}, handlers: map[string]http.HandlerFunc{}}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(p.serve))
	p.Config.ErrorLog = nil
	tb.Cleanup(p.Close)
	return p
}

// Settings are those with which a server finds this provider.
func (p *Provider) Settings() provider.Settings {
	return provider.Settings{
		OIDC: &provider.OIDCSettings{Issuer: p.URL, ClientID: Client, GroupsClaim: "groups", FactorAMR: []string{"mfa"}, SignOutThere: true},
		CA:   p.CA(), Internal: true, Accounts: provider.Accounts{Create: true},
	}
}

// CA is the certificate to trust, in PEM.
func (p *Provider) CA() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw}))
}

// ChangeDocument has f change the discovery document from now on.
func (p *Provider) ChangeDocument(f func(map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.document = f
}

// Handle answers a path otherwise.
func (p *Provider) Handle(path string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handlers[path] = h
}

// SetUserInfo is what the userinfo endpoint says; nil for none.
func (p *Provider) SetUserInfo(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.userInfo = claims
}

// NewKey changes the signing key, as one that has been rotated.
func (p *Provider) NewKey(tb testing.TB) {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = key
}

// Claims are those of a good ID token for the request at address.
func (p *Provider) Claims(address, subject string) map[string]any {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	now := time.Now().Unix()
	return map[string]any{
		"iss": p.URL, "aud": Client, "sub": subject, "nonce": u.Query().Get("nonce"), "iat": now, "exp": now + 60, "auth_time": now,
		"name": "Grace Hopper", "email": "Grace@Town.example", "email_verified": true, "groups": []string{"staff"}, "sid": "sid-of-" + subject,
	}
}

// LogoutClaims are those of a good logout token.
func (p *Provider) LogoutClaims(subject string) map[string]any {
	now := time.Now().Unix()
	return map[string]any{
		"iss": p.URL, "aud": Client, "iat": now, "exp": now + 60, "jti": id.New[string](), "sub": subject, "sid": "sid-of-" + subject,
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
}

// Code makes a code for the request at address, for which the token endpoint
// gives token.
func (p *Provider) Code(address, token string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := id.New[string]()
	p.codes[code] = grant{u.Query().Get("code_challenge"), u.Query().Get("redirect_uri"), token}
	return code
}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.handlers[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		doc := map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"userinfo_endpoint": p.URL + "/userinfo", "end_session_endpoint": p.URL + "/signout", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
			"authorization_response_iss_parameter_supported": true,
		}
		if p.document != nil {
			p.document(doc)
		}
		answer(w, http.StatusOK, doc)
	case "/keys":
		answer(w, http.StatusOK, map[string]any{"keys": []any{p.jwk("1")}})
	case "/token":
		p.token(w, r)
	case "/userinfo":
		if p.userInfo == nil {
			answer(w, http.StatusForbidden, map[string]any{})
			return
		}
		answer(w, http.StatusOK, p.userInfo)
	default:
		http.NotFound(w, r)
	}
}

// token exchanges a code once, if client, PKCE and redirect are right.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	secret, err := url.QueryUnescape(password)
	if err != nil || user != Client || secret != Secret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	g, ok := p.codes[code]
	delete(p.codes, code)
	verifier := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || base64.RawURLEncoding.EncodeToString(verifier[:]) != g.challenge || r.PostFormValue("redirect_uri") != g.redirect {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": g.token})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) //nolint:errcheck,errchkjson // a test sees it
}

func (p *Provider) jwk(kid string) map[string]any {
	public := p.key.PublicKey
	return map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}
}

// Sign makes a token as the provider does.
func (p *Provider) Sign(claims map[string]any) string {
	return p.Forge(map[string]any{"alg": "RS256", "kid": "1", "typ": "JWT"}, claims)
}

// Forge makes a token with any header: RS256 by the provider's key, HS256 with
// its public key as the secret, anything else without a signature.
func (p *Provider) Forge(header, claims map[string]any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	signed := part(header) + "." + part(claims)
	var signature []byte
	switch header["alg"] {
	case "RS256":
		digest := sha256.Sum256([]byte(signed))
		var err error
		if signature, err = rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, digest[:]); err != nil {
			panic(err)
		}
	case "HS256":
		public, err := json.Marshal(p.jwk("1"))
		if err != nil {
			panic(err)
		}
		mac := hmac.New(sha256.New, public)
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func part(v map[string]any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return strings.TrimRight(base64.RawURLEncoding.EncodeToString(raw), "=")
}
