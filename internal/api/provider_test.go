package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/ldap/ldaptest"
	"plenum/internal/oidc/oidctest"
	"plenum/internal/provider"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// organisation is a world with an identity provider and an administrator.
type organisation struct {
	*world

	t     *testing.T
	idp   *oidctest.Provider
	admin *browser
	id    id.Provider
}

func withProvider(t *testing.T, change func(*provider.Settings)) organisation {
	t.Helper()
	o := organisation{world: fresh(t), t: t, idp: oidctest.Start(t)}
	o.admin = o.browser(t)
	o.admin.setUp()
	o.noFactor()
	settings := o.idp.Settings()
	change(&settings)
	made := is[api.Provider](t, o.admin.do("POST", "/providers", asJSON(t, api.CreateProvider{
		Kind: "oidc", Name: "Staff", Settings: settings, Secret: oidctest.Secret, Enabled: true,
	})), http.StatusCreated)
	o.id = id.Provider(made.ID)
	return o
}

// noFactor lets administrators work with a password alone.
func (o organisation) noFactor() {
	o.t.Helper()
	home, err := o.store.Home(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	_, err = o.store.UpdateTenant(o.t.Context(), home.ID, func(t *tenant.Tenant) error {
		t.Settings.SecondFactor.Administrators = false
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// visitor is a browser with several cookies that follows no redirect.
type visitor struct {
	o       organisation
	host    string
	cookies map[string]*http.Cookie
}

func (o organisation) visitor() *visitor {
	return &visitor{o: o, host: "meet.example", cookies: map[string]*http.Cookie{}}
}

// visit asks for a path of the API and returns where the answer leads.
func (v *visitor) visit(path string) string {
	v.o.t.Helper()
	r := httptest.NewRequestWithContext(v.o.t.Context(), http.MethodGet, "https://"+v.host+api.Prefix+path, http.NoBody)
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.o.api.ServeHTTP(w, r)
	result := w.Result()
	for _, c := range result.Cookies() {
		if v.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	if result.StatusCode != http.StatusSeeOther || result.Header.Get("Cache-Control") != "no-store" {
		v.o.t.Fatalf("%s: %d %s", path, result.StatusCode, w.Body)
	}
	return result.Header.Get("Location")
}

// begin starts a sign-in and returns the address at the provider.
func (v *visitor) begin(back string) string {
	v.o.t.Helper()
	address := v.visit("/signin/" + string(v.o.id) + "?return=" + url.QueryEscape(back))
	if !strings.HasPrefix(address, v.o.idp.URL+"/authorize?") {
		v.o.t.Fatalf("led to %s\n%s", address, v.o.log)
	}
	return address
}

// callback is the path that the provider leads to.
func (o organisation) callback(address, code string, more ...string) string {
	u, err := url.Parse(address)
	if err != nil {
		o.t.Fatal(err)
	}
	q := url.Values{"state": {u.Query().Get("state")}, "code": {code}, "iss": {o.idp.URL}, "session_state": {"x"}}
	for i := 0; i < len(more); i += 2 {
		if more[i+1] == "" {
			q.Del(more[i])
		} else {
			q.Set(more[i], more[i+1])
		}
	}
	return "/signin/" + string(o.id) + "/callback?" + q.Encode()
}

// good is the answer of a provider that plays fair.
func (o organisation) good(address, subject string) string {
	return o.callback(address, o.idp.Code(address, o.idp.Sign(o.idp.Claims(address, subject))))
}

// session is who is signed in in this browser.
func (v *visitor) session() api.Session {
	v.o.t.Helper()
	b := v.o.browser(v.o.t)
	b.cookie = v.cookies["__Host-plenum"]
	return is[api.Session](v.o.t, b.do("GET", "/session", ""), http.StatusOK)
}

func TestSignInByProvider(t *testing.T) {
	o := withProvider(t, func(s *provider.Settings) { s.Accounts.AdminGroups = []string{"staff"} })
	if got := is[api.Server](t, o.admin.do("GET", "/server", ""), 200).Providers; !slices.Equal(got, []api.SignInProvider{{ID: string(o.id), Name: "Staff", Kind: "oidc"}}) {
		t.Errorf("offered: %+v", got)
	}
	v := o.visitor()
	address := v.begin("/admin")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.Query().Get("redirect_uri"), "https://meet.example/api/v1/signin/"+string(o.id)+"/callback"; got != want {
		t.Errorf("redirect %s, want %s", got, want)
	}
	c := v.cookies["__Host-plenum-signin"]
	if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 600 {
		t.Errorf("cookie: %+v", c)
	}
	answer := o.good(address, "grace")
	if to := v.visit(answer); to != "/admin" || v.cookies["__Host-plenum-signin"] != nil {
		t.Errorf("led to %s\n%s", to, o.log)
	}
	s := v.session()
	if s.User == nil || s.User.Name != "Grace Hopper" || s.User.Email != "grace@town.example" || !s.User.Admin || s.User.Provider != string(o.id) || s.SecondFactor || !s.Fresh {
		t.Fatalf("signed in: %+v", s)
	}
	if to := v.visit(answer); to != "/signin?error=provider.state" {
		t.Errorf("the same answer again leads to %s", to)
	}
	if v.session().User == nil {
		t.Error("a replayed answer signs out")
	}

	// A second sign-in finds the account, and changes what has changed.
	other := o.visitor()
	address = other.begin("")
	claims := o.idp.Claims(address, "grace")
	claims["groups"], claims["amr"], claims["name"] = []string{}, []string{"mfa"}, "Grace H."
	delete(claims, "auth_time")
	if to := other.visit(o.callback(address, o.idp.Code(address, o.idp.Sign(claims)))); to != "/" {
		t.Errorf("led to %s", to)
	}
	if again := other.session(); again.User == nil || again.User.ID != s.User.ID || again.User.Admin || again.User.Name != "Grace H." || !again.SecondFactor || again.Fresh {
		t.Errorf("the second time: %+v", again)
	}
	if strings.Contains(o.log.String(), "Grace") || strings.Contains(o.log.String(), "example") {
		t.Errorf("the log tells of people:\n%s", o.log)
	}
}

// TestAnswersThatSignNobodyIn: none leaves a session or an account behind.
func TestAnswersThatSignNobodyIn(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	another := is[api.Provider](t, o.admin.do("POST", "/providers", asJSON(t, api.CreateProvider{
		Kind: "oidc", Name: "Other", Settings: o.idp.Settings(), Secret: oidctest.Secret, Enabled: true,
	})), http.StatusCreated)
	sign := func(address string, change func(map[string]any)) string {
		claims := o.idp.Claims(address, "mallory")
		change(claims)
		return o.idp.Code(address, o.idp.Sign(claims))
	}
	none := func(map[string]any) {}
	for name, tt := range map[string]struct {
		path func(v *visitor, address string) string
		code string
	}{
		"wrong state":  {func(_ *visitor, a string) string { return o.callback(a, sign(a, none), "state", id.NewSecret()) }, "provider.state"},
		"no state":     {func(_ *visitor, a string) string { return o.callback(a, sign(a, none), "state", "") }, "provider.state"},
		"two states":   {func(_ *visitor, a string) string { return o.callback(a, sign(a, none)) + "&state=x" }, "provider.refused"},
		"two codes":    {func(_ *visitor, a string) string { return o.callback(a, sign(a, none)) + "&code=x" }, "provider.refused"},
		"no code":      {func(_ *visitor, a string) string { return o.callback(a, "", "code", "") }, "provider.refused"},
		"unknown code": {func(_ *visitor, a string) string { return o.callback(a, "x") }, "provider.refused"},
		"said no":      {func(_ *visitor, a string) string { return o.callback(a, "", "error", "access_denied") }, "provider.denied"},
		"mix-up":       {func(_ *visitor, a string) string { return o.callback(a, sign(a, none), "iss", "https://evil.example") }, "provider.refused"},
		"no issuer":    {func(_ *visitor, a string) string { return o.callback(a, sign(a, none), "iss", "") }, "provider.refused"},
		"wrong nonce": {func(_ *visitor, a string) string {
			return o.callback(a, sign(a, func(c map[string]any) { c["nonce"] = "x" }))
		}, "provider.refused"},
		"wrong audience": {func(_ *visitor, a string) string {
			return o.callback(a, sign(a, func(c map[string]any) { c["aud"] = "x" }))
		}, "provider.refused"},
		"to another provider": {func(_ *visitor, a string) string {
			return strings.Replace(o.callback(a, sign(a, none)), string(o.id), another.ID, 1)
		}, "provider.state"},
		"to no provider": {func(_ *visitor, a string) string {
			return strings.Replace(o.callback(a, sign(a, none)), string(o.id), string(id.New[id.Provider]()), 1)
		}, "not_found"},
		"in another browser": {func(v *visitor, a string) string {
			v.cookies["__Host-plenum-signin"].Value = id.NewSecret()
			return o.callback(a, sign(a, none))
		}, "provider.state"},
		"in a browser that has not begun": {func(v *visitor, a string) string {
			delete(v.cookies, "__Host-plenum-signin")
			return o.callback(a, sign(a, none))
		}, "provider.state"},
		"a code of another session": {func(_ *visitor, a string) string {
			return o.callback(a, sign(o.visitor().begin("/"), none)) // PKCE
		}, "provider.refused"},
		"closed account": {func(_ *visitor, a string) string {
			return o.callback(a, sign(a, func(c map[string]any) { c["sub"] = o.closed() }))
		}, "account.disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			v := o.visitor()
			if to, want := v.visit(tt.path(v, v.begin("/admin"))), "/signin?error="+tt.code; to != want {
				t.Errorf("led to %s, want %s", to, want)
			}
			if v.cookies["__Host-plenum"] != nil {
				t.Error("there is a session")
			}
		})
	}
	home, err := o.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	everybody, err := o.store.People(t.Context(), home.ID, "", "", 100)
	if err != nil || len(everybody) != 2 { // the administrator, and the closed account
		t.Errorf("%d accounts, %v", len(everybody), err)
	}
	refusals, err := o.store.AuditPage(t.Context(), home.ID, audit.Filter{Action: audit.SignInRefused}, 1<<40, 100)
	if err != nil || len(refusals) < 8 {
		t.Errorf("%d refusals are noted, %v", len(refusals), err)
	}
}

// closed makes an account that an administrator has closed, and returns its
// subject.
func (o organisation) closed() string {
	o.t.Helper()
	const subject = "closed"
	v := o.visitor()
	v.visit(o.good(v.begin("/"), subject))
	me := v.session().User
	if me == nil {
		o.t.Fatal("not signed in")
	}
	home, err := o.store.Home(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.store.UpdateUser(o.t.Context(), home.ID, id.User(me.ID), func(u *user.User) error { u.Disabled = true; return nil }); err != nil {
		o.t.Fatal(err)
	}
	if v.session().User != nil {
		o.t.Error("a closed account is still signed in")
	}
	return subject
}

func TestWhereASignInEnds(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	for _, back := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/api/v1/signin", "/%0d%0aSet-Cookie:x", "javascript:alert(1)"} {
		v := o.visitor()
		if to := v.visit(o.good(v.begin(back), "grace")); to != "/" {
			t.Errorf("%s led to %s", back, to)
		}
	}
	o.idp.Close()
	w := withProvider(t, func(*provider.Settings) {})
	w.idp.Close()
	if to := w.visitor().visit("/signin/" + string(w.id)); to != "/signin?error=provider.unreachable" {
		t.Errorf("a provider that is down leads to %s", to)
	}
	if to := o.visitor().visit("/signin/nothing"); to != "/signin?error=not_found" {
		t.Errorf("no provider leads to %s", to)
	}
}

func TestConfirmByProvider(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	v := o.visitor()
	old := v.begin("/")
	claims := o.idp.Claims(old, "grace")
	claims["auth_time"] = time.Now().Add(-time.Hour).Unix()
	v.visit(o.callback(old, o.idp.Code(old, o.idp.Sign(claims))))
	if s := v.session(); s.User == nil || s.Fresh {
		t.Fatalf("after a sign-in that the provider remembered: %+v", s)
	}
	again := func(change func(map[string]any)) string {
		address := v.visit("/signin/" + string(o.id) + "?confirm=true&return=/account")
		u, err := url.Parse(address)
		if err != nil || u.Query().Get("prompt") != "login" || u.Query().Get("max_age") != "0" {
			t.Fatalf("the provider is not told to ask: %s", address)
		}
		claims := o.idp.Claims(address, "grace")
		change(claims)
		return v.visit(o.callback(address, o.idp.Code(address, o.idp.Sign(claims))))
	}
	for name, change := range map[string]func(map[string]any){
		"without asking": func(c map[string]any) { c["auth_time"] = time.Now().Add(-time.Hour).Unix() },
		"without saying": func(c map[string]any) { delete(c, "auth_time") },
		"somebody else":  func(c map[string]any) { c["sub"] = "mallory" },
	} {
		if to := again(change); to != "/signin?error=provider.refused" || v.session().Fresh {
			t.Errorf("%s leads to %s: %+v", name, to, v.session())
		}
	}
	if to := again(func(map[string]any) {}); to != "/account" || !v.session().Fresh {
		t.Errorf("led to %s: %+v", to, v.session())
	}
}

// tell sends a logout token as a provider does.
func (o organisation) tell(token string) *http.Response {
	o.t.Helper()
	r := httptest.NewRequestWithContext(o.t.Context(), http.MethodPost, "https://meet.example"+api.Prefix+"/signin/"+string(o.id)+"/backchannel",
		strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.api.ServeHTTP(w, r)
	return w.Result()
}

func TestBackchannelLogout(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	grace, ada := o.visitor(), o.visitor()
	grace.visit(o.good(grace.begin("/"), "grace"))
	ada.visit(o.good(ada.begin("/"), "ada"))
	token := o.idp.Sign(o.idp.LogoutClaims("grace"))
	for _, wrong := range []string{"", "x", o.idp.Forge(map[string]any{"alg": "none"}, o.idp.LogoutClaims("grace")), oidctest.Start(t).Sign(o.idp.LogoutClaims("grace"))} {
		if resp := o.tell(wrong); resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%.20s: %d", wrong, resp.StatusCode)
		}
	}
	was := grace.session().User
	if was == nil {
		t.Fatal("a forged word has ended a session")
	}
	o.rooms.wantExpelled(t)
	if resp := o.tell(token); resp.StatusCode != http.StatusOK {
		t.Errorf("a good one: %d\n%s", resp.StatusCode, o.log)
	}
	if grace.session().User != nil || ada.session().User == nil {
		t.Error("it has ended too little or too much")
	}
	o.rooms.wantExpelled(t, was.ID)
	if resp := o.tell(token); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("the same again: %d", resp.StatusCode)
	}
}

func TestSignOutOfTheProviderToo(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	to := o.visitor().visit("/signin/" + string(o.id) + "/signout")
	if !strings.HasPrefix(to, o.idp.URL+"/signout?") || !strings.Contains(to, url.QueryEscape("https://meet.example/signin")) {
		t.Errorf("led to %s", to)
	}
	if to := o.visitor().visit("/signin/" + string(id.New[id.Provider]()) + "/signout"); to != "/signin" {
		t.Errorf("without one led to %s", to)
	}
}

func TestSignInByDirectory(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	d := ldaptest.Start(t)
	settings := d.Settings()
	settings.Accounts.AdminGroups = []string{"it"}
	made := is[api.Provider](t, o.admin.do("POST", "/providers", asJSON(t, api.CreateProvider{
		Kind: "ldap", Name: "Town hall", Settings: settings, Secret: ldaptest.SearchPassword, Enabled: true,
	})), http.StatusCreated)
	if got := is[api.Trial](t, o.admin.do("POST", "/providers/"+made.ID+"/test", ""), 200); !got.OK {
		t.Errorf("the test says: %+v", got)
	}
	path := "/signin/" + made.ID + "/ldap"
	b := o.browser(t)
	ask := func(name, password string) answer {
		return b.do("POST", path, asJSON(t, api.DirectorySignIn{User: name, Password: password}))
	}
	got := is[api.SignInStep](t, ask(" bob ", ldaptest.Password), 200)
	if got.User == nil || got.User.Name != "Bob" || got.User.Email != "bob@town.example" || !got.User.Admin || got.User.Provider != made.ID {
		t.Errorf("signed in: %+v", got.User)
	}
	if s := is[api.Session](t, b.do("GET", "/session", ""), 200); !s.Fresh || s.SecondFactor {
		t.Errorf("session: %+v", s)
	}
	if ways := call[api.ConfirmStep](b, "POST", "/session/confirm/begin", nil, 200).With; !slices.Equal(ways, []string{"password"}) {
		t.Errorf("ways to confirm: %v", ways)
	}
	refused(t, b.do("POST", "/session/confirm", asJSON(t, api.Confirmation{Password: "wrong"})), 401, "password.wrong")
	call[api.Session](b, "POST", "/session/confirm", api.Confirmation{Password: ldaptest.Password}, 200)

	b = o.browser(t)
	wrong, nobody, empty := ask("ada", "wrong"), ask("nobody", "wrong"), ask("ada", "")
	refused(t, wrong, 401, "provider.wrong")
	if wrong.body != nobody.body || wrong.body != empty.body || b.cookie != nil {
		t.Errorf("the answers tell who is in the directory:\n%s%s%s", wrong.body, nobody.body, empty.body)
	}
	for range 10 {
		ask("ada", "wrong")
	}
	refused(t, ask("ADA", ldaptest.Password), 429, "rate.limited")
	refused(t, b.do("POST", "/signin/"+string(o.id)+"/ldap", asJSON(t, api.DirectorySignIn{User: "ada", Password: "x"})), 404, "not_found")
}

func TestProviderAdministration(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	path := "/providers/" + string(o.id)
	kept := is[api.Provider](t, o.admin.do("GET", path, ""), 200)
	if !kept.SecretSet || kept.RedirectURI == "" || kept.Settings.OIDC.Issuer != o.idp.URL || !slices.Equal(kept.Settings.OIDC.Scopes, []string{"profile", "email"}) {
		t.Errorf("%+v", kept)
	}
	if all := o.admin.do("GET", "/providers", ""); strings.Contains(all.body, oidctest.Secret) || !strings.Contains(all.body, string(o.id)) {
		t.Errorf("the list: %s", all.body)
	}
	home, err := o.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p, err := o.store.Provider(t.Context(), home.ID, o.id); err != nil || strings.Contains(string(p.Sealed), "s3cret") {
		t.Errorf("the secret is kept as it is: %v", err)
	}

	settings := kept.Settings
	moved := *settings.OIDC
	moved.Issuer = "https://evil.example"
	settings.OIDC = &moved
	body := func(v any) string {
		t.Helper()
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	refused(t, o.admin.do("PATCH", path, body(api.ChangeProvider{Settings: &settings})), 422, "provider.secret")
	moved.Issuer = "http://evil.example"
	refused(t, o.admin.do("PATCH", path, body(api.ChangeProvider{Settings: &settings})), 422, "provider.invalid")
	refused(t, o.admin.do("GET", "/providers/"+string(id.New[id.Provider]()), ""), 404, "not_found")

	v := o.visitor()
	v.visit(o.good(v.begin("/"), "grace"))
	b := o.browser(t)
	b.cookie = v.cookies["__Host-plenum"]
	refused(t, b.do("GET", "/providers", ""), 403, "admin.required")
	refused(t, b.do("DELETE", path, ""), 403, "admin.required")
	refused(t, o.browser(t).do("GET", "/providers", ""), 401, "signin.required")

	off := false
	is[api.Provider](t, o.admin.do("PATCH", path, body(api.ChangeProvider{Enabled: &off})), 200)
	if v.session().User != nil {
		t.Error("switched off, and its people are still here")
	}
	if to := o.visitor().visit("/signin/" + string(o.id)); to != "/signin?error=not_found" {
		t.Errorf("switched off, it leads to %s", to)
	}
	if a := o.admin.do("DELETE", path, ""); a.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d %s", a.StatusCode, a.body)
	}
	changes, err := o.store.AuditPage(t.Context(), home.ID, audit.Filter{Action: audit.ProviderChanged}, 1<<40, 100)
	if err != nil || len(changes) != 3 {
		t.Errorf("%d changes are noted, %v", len(changes), err)
	}
}

// TestOurFactorAfterTheProvider: somebody with a second factor of ours needs it,
// unless the provider has seen one.
func TestOurFactorAfterTheProvider(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	v := o.visitor()
	v.visit(o.good(v.begin("/"), "grace"))
	b := o.browser(t)
	b.cookie = v.cookies["__Host-plenum"]
	phone, _ := b.addApp()

	again := o.visitor()
	to, err := url.Parse(again.visit(o.good(again.begin("/account"), "grace")))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(to.Fragment, "step="))
	if err != nil || to.Path != "/signin" || to.Query().Get("from") != "/account" || again.cookies["__Host-plenum"] != nil {
		t.Fatalf("led to %s with %v", to, again.cookies)
	}
	var step api.SignInStep
	if err := json.Unmarshal(raw, &step); err != nil || step.User != nil || !slices.Contains(step.Factor, "totp") {
		t.Fatalf("%+v %v", step, err)
	}
	b = o.browser(t)
	call[api.SignInStep](b, "POST", "/session/factor", api.SecondStep{Challenge: step.Challenge, TOTP: phone.code()}, 200)
	s := call[api.Session](b, "GET", "/session", nil, 200)
	if s.User == nil || !s.SecondFactor || !s.Fresh || s.User.Provider != string(o.id) {
		t.Errorf("after the second step: %+v", s)
	}
	if resp := o.tell(o.idp.Sign(o.idp.LogoutClaims("grace"))); resp.StatusCode != http.StatusOK || call[api.Session](b, "GET", "/session", nil, 200).User != nil {
		t.Error("the session is no longer the provider's")
	}

	strong := o.visitor()
	address := strong.begin("/account")
	claims := o.idp.Claims(address, "grace")
	claims["amr"] = []string{"mfa"}
	if to := strong.visit(o.callback(address, o.idp.Code(address, o.idp.Sign(claims)))); to != "/account" || !strong.session().SecondFactor {
		t.Errorf("after a second factor there, led to %s", to)
	}
}

// TestProvidersOfAnotherOrganisation: its names lead to its providers only.
func TestProvidersOfAnotherOrganisation(t *testing.T) {
	o := withProvider(t, func(*provider.Settings) {})
	other := tenant.Tenant{ID: id.New[id.Tenant](), Name: "Hospital", Hosts: []string{"hospital.example"}, Settings: tenant.DefaultSettings(), CreatedAt: time.Now()}
	admin := user.User{ID: id.New[id.User](), Tenant: other.ID, Name: "Doc", Email: "doc@hospital.example", Admin: true, CreatedAt: time.Now()}
	link, _ := auth.NewWelcome(admin.ID, time.Now())
	if err := o.store.CreateTenant(t.Context(), other, admin, link); err != nil {
		t.Fatal(err)
	}
	there := provider.Provider{ID: id.New[id.Provider](), Tenant: other.ID, Kind: provider.OIDC, Name: "Hospital", Enabled: true, Settings: o.idp.Settings(), CreatedAt: time.Now()}
	if err := o.store.CreateProvider(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	v := o.visitor()
	v.host = "hospital.example"
	for _, path := range []string{"", "/callback?state=x&code=y"} {
		if to := v.visit("/signin/" + string(o.id) + path); to != "/signin?error=not_found" {
			t.Errorf("the town's provider leads people of the hospital to %s", to)
		}
	}
	address, err := url.Parse(v.visit("/signin/" + string(there.ID)))
	if err != nil || address.Query().Get("redirect_uri") != "https://hospital.example/api/v1/signin/"+string(there.ID)+"/callback" {
		t.Errorf("the provider would send people back to %s", address.Query().Get("redirect_uri"))
	}
	// An answer to the hospital's question is none to the town's.
	town := o.visitor()
	town.cookies = v.cookies
	if to := town.visit("/signin/" + string(there.ID) + "/callback?code=x&state=" + address.Query().Get("state")); to != "/signin?error=not_found" {
		t.Errorf("led to %s", to)
	}
	if to := town.visit("/signin/" + string(o.id) + "/callback?code=x&state=" + address.Query().Get("state")); to != "/signin?error=provider.state" {
		t.Errorf("led to %s", to)
	}
	refused(t, o.admin.do("GET", "/providers/"+string(there.ID), ""), 404, "not_found")
	refused(t, o.admin.do("PATCH", "/providers/"+string(there.ID), `{"enabled":false}`), 404, "not_found")
	refused(t, o.admin.do("DELETE", "/providers/"+string(there.ID), ""), 404, "not_found")
	refused(t, o.admin.do("POST", "/providers/"+string(there.ID)+"/test", ""), 404, "not_found")
}
