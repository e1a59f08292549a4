package oidc_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/id"
	"plenum/internal/oidc"
	"plenum/internal/oidc/oidctest"
	"plenum/internal/pii"
	"plenum/internal/provider"
)

const redirect = "https://meet.example/api/v1/signin/x/callback"

// visit is somebody on the way to a provider and back.
type visit struct {
	client   *oidc.Client
	provider provider.Provider
	question provider.Question
	address  string // of the provider
}

func begin(t *testing.T, idp *oidctest.Provider) visit {
	t.Helper()
	v := visit{client: oidc.New(), provider: provider.Provider{ID: id.New[id.Provider](), Kind: provider.OIDC, Settings: idp.Settings()}}
	_, v.question = provider.Ask(v.provider.ID, pii.Secret(id.NewSecret()), redirect, "/", false, time.Now())
	var err error
	if v.address, err = v.client.Begin(t.Context(), v.provider, v.question); err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	return v
}

func (v visit) finish(ctx context.Context, code, issuer string) (provider.Person, error) {
	return v.client.Finish(ctx, v.provider, oidctest.Secret, provider.Answer{Question: v.question, Code: pii.Secret(code), Issuer: issuer})
}

func TestSignIn(t *testing.T) {
	idp := oidctest.Start(t)
	v := begin(t, idp)
	u, err := url.Parse(v.address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("redirect_uri") != redirect || q.Get("response_type") != "code" ||
		q.Get("state") == "" || q.Get("nonce") == "" || q.Get("nonce") == q.Get("state") || !strings.Contains(q.Get("scope"), "openid") || q.Has("client_secret") {
		t.Errorf("the request: %v", q)
	}
	claims := idp.Claims(v.address, "grace")
	claims["amr"] = []string{"pwd", "mfa"}
	code := idp.Code(v.address, idp.Sign(claims))
	got, err := v.finish(t.Context(), code, idp.URL)
	if err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	want := provider.Person{
		Subject: "grace", Name: "Grace Hopper", Email: "Grace@Town.example", Groups: []string{"staff"}, SecondFactor: true, Session: "sid-of-grace",
		ConfirmedAt: time.Unix(claims["auth_time"].(int64), 0),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := v.finish(t.Context(), code, idp.URL); !errors.Is(err, provider.ErrRefused) {
		t.Errorf("the code a second time: %v", err)
	}
}

// TestForgedAnswers: each is one thing wrong with an answer that is right
// otherwise.
func TestForgedAnswers(t *testing.T) {
	idp := oidctest.Start(t)
	other := oidctest.Start(t) // another provider that the organisation trusts too
	change := func(name string, value any) func(visit, map[string]any) {
		return func(_ visit, claims map[string]any) {
			if value == nil {
				delete(claims, name)
			} else {
				claims[name] = value
			}
		}
	}
	now := time.Now().Unix()
	for name, forge := range map[string]func(visit, map[string]any){
		"no nonce":         change("nonce", nil),
		"empty nonce":      change("nonce", ""),
		"wrong nonce":      change("nonce", "n-0S6_WzA2Mj"),
		"nonce of another": func(_ visit, claims map[string]any) { claims["nonce"] = begin(t, idp).question.Nonce.Text() },
		"wrong audience":   change("aud", "somebody-else"),
		"no audience":      change("aud", nil),
		"empty audience":   change("aud", []string{}),
		"two audiences":    change("aud", []string{oidctest.Client, "somebody-else"}),
		"other azp":        change("azp", "somebody-else"),
		"wrong issuer":     change("iss", other.URL),
		"issuer with /":    change("iss", idp.URL+"/"),
		"no issuer":        change("iss", nil),
		"expired":          change("exp", now-1),
		"no expiry":        change("exp", nil),
		"not yet":          change("nbf", now+3600),
		"from the future":  change("iat", now+3600),
		"no iat":           change("iat", nil),
		"no subject":       change("sub", nil),
		"empty subject":    change("sub", ""),
		"long subject":     change("sub", strings.Repeat("x", 256)),
		"other at_hash":    change("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
	} {
		t.Run(name, func(t *testing.T) {
			v := begin(t, idp)
			claims := idp.Claims(v.address, "grace")
			forge(v, claims)
			refused(t, v, idp.Code(v.address, idp.Sign(claims)), idp.URL)
		})
	}
	for name, header := range map[string]map[string]any{
		"alg none":                   {"alg": "none"},
		"alg None":                   {"alg": "None"},
		"no alg":                     {},
		"HS256 with the public key":  {"alg": "HS256", "kid": "1"},
		"unknown kid":                {"alg": "RS256", "kid": "2"},
		"key in the header":          {"alg": "none", "jwk": map[string]any{"kty": "oct", "k": "AAAA"}},
		"RS512 with RS256 signature": {"alg": "RS512", "kid": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			v := begin(t, idp)
			refused(t, v, idp.Code(v.address, idp.Forge(header, idp.Claims(v.address, "grace"))), idp.URL)
		})
	}
	for name, spoil := range map[string]func(string) string{
		"signed by another":   func(string) string { return other.Sign(idp.Claims(begin(t, idp).address, "grace")) },
		"no token":            func(string) string { return "" },
		"not a token":         func(string) string { return "a.b.c" },
		"no signature":        func(s string) string { return s[:strings.LastIndex(s, ".")+1] },
		"changed after":       func(s string) string { return strings.Replace(s, ".", ".e", 1) },
		"a token of 200 kB":   func(s string) string { return s + strings.Repeat("A", 200_000) },
		"a logout token":      func(string) string { return idp.Sign(idp.LogoutClaims("grace")) },
		"with a second token": func(s string) string { return s + "." + s },
	} {
		t.Run(name, func(t *testing.T) {
			v := begin(t, idp)
			refused(t, v, idp.Code(v.address, spoil(idp.Sign(idp.Claims(v.address, "grace")))), idp.URL)
		})
	}
}

// TestMixUp: an answer of one provider is brought to the address of another.
func TestMixUp(t *testing.T) {
	idp, rogue := oidctest.Start(t), oidctest.Start(t)
	v := begin(t, idp)
	good := idp.Code(v.address, idp.Sign(idp.Claims(v.address, "grace")))
	refused(t, v, good, rogue.URL)
	refused(t, v, good, "") // it has promised to name itself
	if _, err := v.finish(t.Context(), good, idp.URL); err != nil {
		t.Errorf("the right answer afterwards: %v", err)
	}
	v = begin(t, idp)
	refused(t, v, rogue.Code(v.address, rogue.Sign(rogue.Claims(v.address, "grace"))), idp.URL) // a code of the rogue's

	idp.ChangeDocument(func(doc map[string]any) { delete(doc, "authorization_response_iss_parameter_supported") })
	v = begin(t, idp)
	code := idp.Code(v.address, idp.Sign(idp.Claims(v.address, "grace")))
	refused(t, v, code, rogue.URL)
	if _, err := v.finish(t.Context(), code, ""); err != nil {
		t.Errorf("a provider that never names itself: %v", err)
	}
}

// TestCodeOfAnother: a code that the attacker got for a sign-in of their own.
func TestCodeOfAnother(t *testing.T) {
	idp := oidctest.Start(t)
	mine, theirs := begin(t, idp), begin(t, idp)
	refused(t, mine, idp.Code(theirs.address, idp.Sign(idp.Claims(theirs.address, "mallory"))), idp.URL)
}

func refused(t *testing.T, v visit, code, issuer string) {
	t.Helper()
	if person, err := v.finish(t.Context(), code, issuer); !errors.Is(err, provider.ErrRefused) || person.Subject != "" {
		t.Errorf("%+v, %v: %v", person, err, errors.Unwrap(err))
	}
}

// TestKeysAreRotated: a new key is fetched when a token names it.
func TestKeysAreRotated(t *testing.T) {
	idp := oidctest.Start(t)
	v := begin(t, idp)
	if _, err := v.finish(t.Context(), idp.Code(v.address, idp.Sign(idp.Claims(v.address, "grace"))), idp.URL); err != nil {
		t.Fatal(err)
	}
	old := idp.Sign(idp.Claims(v.address, "grace"))
	idp.NewKey(t)
	if _, err := v.finish(t.Context(), idp.Code(v.address, idp.Sign(idp.Claims(v.address, "grace"))), idp.URL); err != nil {
		t.Errorf("the new key: %v", err)
	}
	refused(t, v, idp.Code(v.address, old), idp.URL)
}

func TestClaims(t *testing.T) {
	idp := oidctest.Start(t)
	for name, tt := range map[string]struct {
		change   map[string]any
		userInfo map[string]any
		settings func(*provider.OIDCSettings)
		want     func(*provider.Person)
	}{
		"an e-mail that is not verified":           {change: map[string]any{"email_verified": false}, want: func(p *provider.Person) { p.Email = "" }},
		"an e-mail of which nothing is known":      {change: map[string]any{"email_verified": nil}, want: func(p *provider.Person) { p.Email = "" }},
		"the same where that is trusted":           {change: map[string]any{"email_verified": nil}, settings: func(s *provider.OIDCSettings) { s.TrustEmail = true }, want: func(*provider.Person) {}},
		"not verified, where the rest is trusted":  {change: map[string]any{"email_verified": false}, settings: func(s *provider.OIDCSettings) { s.TrustEmail = true }, want: func(p *provider.Person) { p.Email = "" }},
		"one group alone":                          {change: map[string]any{"groups": "council"}, want: func(p *provider.Person) { p.Groups = []string{"council"} }},
		"groups that are none":                     {change: map[string]any{"groups": []any{1, "a", nil}}, want: func(p *provider.Person) { p.Groups = []string{"a"} }},
		"roles of Keycloak":                        {change: map[string]any{"realm_access": map[string]any{"roles": []string{"r"}}}, settings: func(s *provider.OIDCSettings) { s.GroupsClaim = "realm_access.roles" }, want: func(p *provider.Person) { p.Groups = []string{"r"} }},
		"no name":                                  {change: map[string]any{"name": nil, "given_name": "Grace", "family_name": "H"}, userInfo: map[string]any{"sub": "grace"}, want: func(p *provider.Person) { p.Name = "Grace H" }},
		"from the userinfo":                        {change: map[string]any{"name": nil, "groups": nil, "email": nil, "email_verified": nil}, userInfo: map[string]any{"sub": "grace", "name": "G", "groups": []string{"g"}, "email": "g@x.example", "email_verified": true}, want: func(p *provider.Person) { p.Name, p.Groups, p.Email = "G", []string{"g"}, "g@x.example" }},
		"an e-mail of one, its proof of the other": {change: map[string]any{"name": nil, "email_verified": nil}, userInfo: map[string]any{"sub": "grace", "name": "G", "email": "x@x.example", "email_verified": true}, want: func(p *provider.Person) { p.Name, p.Email = "G", "" }},
		"a second factor by acr":                   {change: map[string]any{"acr": "gold"}, settings: func(s *provider.OIDCSettings) { s.FactorACR = []string{"gold"} }, want: func(p *provider.Person) { p.SecondFactor = true }},
		"an amr that does not count":               {change: map[string]any{"amr": []string{"pwd"}}, want: func(*provider.Person) {}},
		"no word on when":                          {change: map[string]any{"auth_time": nil}, want: func(p *provider.Person) { p.ConfirmedAt = time.Time{} }},
		"proved in the future":                     {change: map[string]any{"auth_time": time.Now().Unix() + 3600}, want: func(p *provider.Person) { p.ConfirmedAt = time.Time{} }},
	} {
		t.Run(name, func(t *testing.T) {
			idp.SetUserInfo(tt.userInfo)
			v := begin(t, idp)
			if tt.settings != nil {
				tt.settings(v.provider.Settings.OIDC)
			}
			claims := idp.Claims(v.address, "grace")
			want := provider.Person{
				Subject: "grace", Name: "Grace Hopper", Email: "Grace@Town.example", Groups: []string{"staff"}, Session: "sid-of-grace",
				ConfirmedAt: time.Unix(claims["auth_time"].(int64), 0),
			}
			tt.want(&want)
			maps.Copy(claims, tt.change)
			maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
			got, err := v.finish(t.Context(), idp.Code(v.address, idp.Sign(claims)), idp.URL)
			if err != nil {
				t.Fatalf("%v: %v", err, errors.Unwrap(err))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("userinfo about somebody else", func(t *testing.T) {
		idp.SetUserInfo(map[string]any{"sub": "mallory", "groups": []string{"admins"}})
		v := begin(t, idp)
		claims := idp.Claims(v.address, "grace")
		delete(claims, "groups")
		refused(t, v, idp.Code(v.address, idp.Sign(claims)), idp.URL)
	})
}

func TestLogoutTokens(t *testing.T) {
	idp, other := oidctest.Start(t), oidctest.Start(t)
	v := begin(t, idp)
	good := idp.LogoutClaims("grace")
	out, err := v.client.Logout(t.Context(), v.provider, pii.Secret(idp.Sign(good)))
	if err != nil || out.Subject != "grace" || out.Session != "sid-of-grace" || out.Provider != v.provider.ID {
		t.Fatalf("%+v %v", out, err)
	}
	again, err := v.client.Logout(t.Context(), v.provider, pii.Secret(idp.Sign(good)))
	if err != nil || again.TokenID != out.TokenID {
		t.Errorf("its id is not that of the token: %v", err)
	}
	now := time.Now().Unix()
	const event = "http://schemas.openid.net/event/backchannel-logout"
	wrong := map[string]string{
		"alg none":          idp.Forge(map[string]any{"alg": "none"}, good),
		"HS256":             idp.Forge(map[string]any{"alg": "HS256", "kid": "1"}, good),
		"unknown kid":       idp.Forge(map[string]any{"alg": "RS256", "kid": "9"}, good),
		"signed by another": other.Sign(good),
		"an ID token":       idp.Sign(idp.Claims(v.address, "grace")),
		"nothing":           "",
		"200 kB":            strings.Repeat("A", 200_000),
	}
	for name, change := range map[string]map[string]any{
		"wrong issuer":        {"iss": other.URL},
		"no issuer":           {"iss": nil},
		"wrong audience":      {"aud": "somebody-else"},
		"no audience":         {"aud": nil},
		"expired":             {"exp": now - 1},
		"no expiry":           {"exp": nil},
		"lasts for ever":      {"exp": now + 1<<30},
		"old":                 {"iat": now - 3600},
		"no iat":              {"iat": nil},
		"from the future":     {"iat": now + 3600},
		"no id":               {"jti": nil},
		"a nonce":             {"nonce": "n"},
		"an empty nonce":      {"nonce": ""},
		"neither sub nor sid": {"sub": nil, "sid": nil},
		"no events":           {"events": nil},
		"another event":       {"events": map[string]any{"http://schemas.openid.net/event/other": map[string]any{}}},
		"an event of null":    {"events": map[string]any{event: nil}},
		"an event of text":    {"events": map[string]any{event: "x"}},
		"long subject":        {"sub": strings.Repeat("x", 300)},
	} {
		claims := maps.Clone(good)
		maps.Copy(claims, change)
		maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
		wrong[name] = idp.Sign(claims)
	}
	for name, token := range wrong {
		t.Run(name, func(t *testing.T) {
			if out, err := v.client.Logout(t.Context(), v.provider, pii.Secret(token)); !errors.Is(err, provider.ErrRefused) || out != (provider.Logout{}) {
				t.Errorf("%+v, %v: %v", out, err, errors.Unwrap(err))
			}
		})
	}
}

// TestDiscovery: what the document says is not taken on trust.
func TestDiscovery(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(idp *oidctest.Provider, s *provider.Settings)
		want string
	}{
		"another issuer": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.ChangeDocument(func(d map[string]any) { d["issuer"] = "https://accounts.google.com" })
		}, "another issuer"},
		"keys elsewhere": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.ChangeDocument(func(d map[string]any) { d["jwks_uri"] = "https://keys.example/keys" })
		}, "jwks_uri is on a host"},
		"codes to elsewhere": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.ChangeDocument(func(d map[string]any) { d["token_endpoint"] = "https://169.254.169.254/latest" })
		}, "token_endpoint is on a host"},
		"people to elsewhere": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.ChangeDocument(func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" })
		}, "authorization_endpoint is on a host"},
		"over plain http": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.ChangeDocument(func(d map[string]any) { d["token_endpoint"] = strings.Replace(idp.URL, "https", "http", 1) + "/token" })
		}, "token_endpoint is on a host"},
		"moved": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.Handle("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) })
		}, "leads elsewhere"},
		"endless": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.Handle("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
				w.Write([]byte(`{"issuer":"` + strings.Repeat("a", 2<<20) + `"}`)) //nolint:errcheck // cut off
			})
		}, "discovery"},
		"not JSON": {func(idp *oidctest.Provider, _ *provider.Settings) {
			idp.Handle("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`<html>`)) }) //nolint:errcheck // short
		}, "cannot be understood"},
		"no certificate we know": {func(_ *oidctest.Provider, s *provider.Settings) { s.CA = "" }, "not trusted"},
		"on this machine":        {func(_ *oidctest.Provider, s *provider.Settings) { s.Internal = false }, "inside the server's own machine"},
	} {
		t.Run(name, func(t *testing.T) {
			idp := oidctest.Start(t)
			s := idp.Settings()
			tt.set(idp, &s)
			p := provider.Provider{ID: id.New[id.Provider](), Kind: provider.OIDC, Settings: s}
			_, question := provider.Ask(p.ID, "browser", redirect, "/", false, time.Now())
			for what, err := range map[string]error{"test": oidc.New().Test(t.Context(), p), "begin": func() error { _, err := oidc.New().Begin(t.Context(), p, question); return err }()} {
				cause := errors.Unwrap(err)
				if !errors.Is(err, provider.ErrUnreachable) || cause == nil || !strings.Contains(cause.Error(), tt.want) || strings.Contains(cause.Error(), "127.0.0.1") {
					t.Errorf("%s: %v: %v, want %q", what, err, cause, tt.want)
				}
			}
		})
	}
	idp := oidctest.Start(t)
	if err := oidc.New().Test(t.Context(), provider.Provider{Kind: provider.OIDC, Settings: idp.Settings()}); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func TestSignOutThere(t *testing.T) {
	idp := oidctest.Start(t)
	v := begin(t, idp)
	const back = "https://meet.example/signin"
	got := v.client.SignOutURL(t.Context(), v.provider, back)
	if want := idp.URL + "/signout?client_id=" + oidctest.Client + "&post_logout_redirect_uri=" + url.QueryEscape(back); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	v.provider.Settings.OIDC.SignOutThere = false
	if got := v.client.SignOutURL(t.Context(), v.provider, back); got != "" {
		t.Errorf("unwanted: %s", got)
	}
}

// TestProviderIsDown: it is not asked again by each of those who want to sign in,
// and found again soon after it is back.
func TestProviderIsDown(t *testing.T) {
	idp := oidctest.Start(t)
	var asked atomic.Int64
	idp.Handle("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	})
	client, p := oidc.New(), provider.Provider{ID: id.New[id.Provider](), Kind: provider.OIDC, Settings: idp.Settings()}
	begin := func() error {
		_, question := provider.Ask(p.ID, "browser", redirect, "/", false, time.Now())
		_, err := client.Begin(t.Context(), p, question)
		return err
	}
	for range 20 {
		if err := begin(); !errors.Is(err, provider.ErrUnreachable) {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	idp.Handle("/.well-known/openid-configuration", nil)
	p.Settings.OIDC.Scopes = []string{"email"} // changed settings are tried at once
	if err := begin(); err != nil {
		t.Errorf("after it is back: %v", err)
	}
}
