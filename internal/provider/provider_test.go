package provider_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
	"plenum/internal/user"
)

func TestReturnPath(t *testing.T) {
	m := "/m/" + string(id.New[id.Meeting]())
	for _, good := range []string{"/", "/admin", "/admin/people", "/admin/providers/x-1", "/account", m} {
		if got := provider.ReturnPath(good); got != good {
			t.Errorf("%s became %s", good, got)
		}
	}
	for _, bad := range []string{
		"", "https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "/%2fevil.example", "/m/../..//evil", "/m/short", m + "/", m + "x", m + "?x=//evil",
		m + "#x", m + "\n", "/\n", " /", "/ ", "javascript:alert(1)", "/admin//evil.example", "/admin/../", "/admin/%0a", "/admin\r\nSet-Cookie: x", "/api/v1/signin/x/signout",
		"/signin", "/setup", "///", "/.", "/admin/A", "http:/m/" + m,
	} {
		if got := provider.ReturnPath(bad); got != "/" {
			t.Errorf("%q leads to %q", bad, got)
		}
	}
}

func TestAsk(t *testing.T) {
	now := time.Now()
	a, q := provider.Ask("p", "browser", "r", "/admin", true, now)
	if again := a.Again(q.State, "browser", "r"); again != q {
		t.Errorf("asked %+v, then %+v", q, again)
	}
	if other := a.Again(q.State, "another", "r"); other.Nonce == q.Nonce || other.Verifier == q.Verifier {
		t.Error("another browser can answer")
	}
	if q.Nonce == q.Verifier || len(q.Verifier) != 43 || a.ExpiresAt != now.Add(10*time.Minute) || !q.Confirm || a.Return != "/admin" {
		t.Errorf("%+v %+v", a, q)
	}
	if _, second := provider.Ask("p", "browser", "r", "/", false, now); second.Nonce == q.Nonce || second.State == q.State {
		t.Error("a question is asked twice")
	}
}

func TestAdmit(t *testing.T) {
	now := time.Now()
	known := &user.User{ID: "u", Tenant: "t", Name: "Old", Email: "old@town.example", Provider: "p", Subject: "s", Groups: []string{"old"}, Admin: true}
	grace := provider.Person{Subject: "s", Name: "Grace Hopper", Email: "Grace@Town.example", Groups: []string{"staff", "it"}}
	with := func(change func(*provider.Person)) provider.Person {
		p := grace
		change(&p)
		return p
	}
	for name, tt := range map[string]struct {
		accounts provider.Accounts
		person   provider.Person
		known    *user.User
		want     error
		check    func(user.User) bool
	}{
		"first time": {provider.Accounts{Create: true}, grace, nil, nil, func(u user.User) bool {
			return u.ID != "" && u.Tenant == "t" && u.Name == "Grace Hopper" && u.Email == "grace@town.example" && u.Provider == "p" && u.Subject == "s" && !u.Admin && slices.Equal(u.Groups, grace.Groups) && u.CreatedAt.Equal(now)
		}},
		"no new accounts": {provider.Accounts{}, grace, nil, provider.ErrUnknownPerson, nil},
		"known": {provider.Accounts{}, grace, known, nil, func(u user.User) bool {
			return u.ID == "u" && u.Name == "Grace Hopper" && u.Email == "grace@town.example" && u.Admin && len(u.Groups) == 2
		}},
		"closed":                {provider.Accounts{Create: true}, grace, &user.User{ID: "u", Disabled: true}, provider.ErrDisabled, nil},
		"right domain":          {provider.Accounts{Create: true, Domains: []string{"town.example"}}, grace, nil, nil, nil},
		"wrong domain":          {provider.Accounts{Create: true, Domains: []string{"own.example"}}, grace, nil, provider.ErrDomain, nil},
		"wrong domain, known":   {provider.Accounts{Domains: []string{"own.example"}}, grace, known, provider.ErrDomain, nil},
		"subdomain":             {provider.Accounts{Create: true, Domains: []string{"town.example"}}, with(func(p *provider.Person) { p.Email = "g@sub.town.example" }), nil, provider.ErrDomain, nil},
		"no e-mail, any":        {provider.Accounts{Create: true}, with(func(p *provider.Person) { p.Email = "" }), nil, nil, func(u user.User) bool { return u.Email == "" }},
		"no e-mail, domain":     {provider.Accounts{Create: true, Domains: []string{"town.example"}}, with(func(p *provider.Person) { p.Email = "" }), nil, provider.ErrDomain, nil},
		"e-mail with a trick":   {provider.Accounts{Create: true, Domains: []string{"town.example"}}, with(func(p *provider.Person) { p.Email = "x@evil.example\x00@town.example" }), nil, provider.ErrDomain, nil},
		"administrator":         {provider.Accounts{Create: true, AdminGroups: []string{"it"}}, grace, nil, nil, func(u user.User) bool { return u.Admin }},
		"by domain":             {provider.Accounts{Create: true, AdminDomains: []string{"town.example"}}, grace, nil, nil, func(u user.User) bool { return u.Admin }},
		"no longer":             {provider.Accounts{AdminGroups: []string{"bosses"}}, grace, known, nil, func(u user.User) bool { return !u.Admin }},
		"group in other case":   {provider.Accounts{Create: true, AdminGroups: []string{"IT"}}, grace, nil, nil, func(u user.User) bool { return !u.Admin }},
		"no name":               {provider.Accounts{Create: true}, with(func(p *provider.Person) { p.Name = "" }), nil, nil, func(u user.User) bool { return u.Name == "grace" }},
		"name and nothing else": {provider.Accounts{Create: true}, provider.Person{Subject: "s"}, nil, nil, func(u user.User) bool { return u.Name != "" }},
		"long name":             {provider.Accounts{Create: true}, with(func(p *provider.Person) { p.Name = strings.Repeat("é", 500) }), nil, nil, func(u user.User) bool { return u.Name == pii.Name(strings.Repeat("é", 100)) }},
		"no subject":            {provider.Accounts{Create: true}, with(func(p *provider.Person) { p.Subject = "" }), nil, provider.ErrRefused, nil},
		"subject with a break":  {provider.Accounts{Create: true}, with(func(p *provider.Person) { p.Subject = "a\nb" }), nil, provider.ErrRefused, nil},
		"hundreds of groups": {provider.Accounts{Create: true}, with(func(p *provider.Person) {
			for i := range 1000 {
				p.Groups = append(p.Groups, strconv.Itoa(i%700), "", strings.Repeat("x", 300), "a\x00b")
			}
		}), nil, nil, func(u user.User) bool { return len(u.Groups) == provider.MaxGroups }},
	} {
		t.Run(name, func(t *testing.T) {
			p := provider.Provider{ID: "p", Tenant: "t", Settings: provider.Settings{Accounts: tt.accounts}}
			u, err := p.Admit(tt.person, tt.known, now)
			if !errors.Is(err, tt.want) || err == nil && tt.check != nil && !tt.check(u) {
				t.Errorf("%#v %v", u, err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	oidc := func(change func(*provider.Settings)) provider.Settings {
		s := provider.Settings{OIDC: &provider.OIDCSettings{Issuer: "https://id.example/realms/x", ClientID: "c"}}
		change(&s)
		return s
	}
	ldap := func(change func(*provider.Settings)) provider.Settings {
		s := provider.Settings{LDAP: &provider.LDAPSettings{URL: "ldaps://dir.example", BaseDN: "dc=x", UserFilter: "(uid={user})"}}
		change(&s)
		return s
	}
	for name, tt := range map[string]struct {
		kind provider.Kind
		s    provider.Settings
		ok   bool
	}{
		"oidc":                   {provider.OIDC, oidc(func(*provider.Settings) {}), true},
		"ldap":                   {provider.LDAP, ldap(func(*provider.Settings) {}), true},
		"other kind":             {provider.LDAP, oidc(func(*provider.Settings) {}), false},
		"both":                   {provider.OIDC, oidc(func(s *provider.Settings) { s.LDAP = &provider.LDAPSettings{} }), false},
		"neither":                {provider.OIDC, provider.Settings{}, false},
		"unknown kind":           {"saml", oidc(func(*provider.Settings) {}), false},
		"http":                   {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "http://id.example" }), false},
		"http to this machine":   {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "http://127.0.0.1:8080" }), false},
		"the same, allowed":      {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "http://127.0.0.1:8080"; s.Internal = true }), true},
		"http there, allowed":    {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "http://id.example"; s.Internal = true }), false},
		"file":                   {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "file:///etc/passwd" }), false},
		"password in the issuer": {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "https://a:b@id.example" }), false},
		"query in the issuer":    {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.Issuer = "https://id.example?x" }), false},
		"no client":              {provider.OIDC, oidc(func(s *provider.Settings) { s.OIDC.ClientID = "" }), false},
		"no certificate":         {provider.OIDC, oidc(func(s *provider.Settings) { s.CA = "hello" }), false},
		"domain with @":          {provider.OIDC, oidc(func(s *provider.Settings) { s.Accounts.Domains = []string{"@Town.example"} }), true},
		"no domain":              {provider.OIDC, oidc(func(s *provider.Settings) { s.Accounts.Domains = []string{"a b"} }), false},
		"group with a break":     {provider.OIDC, oidc(func(s *provider.Settings) { s.Accounts.AdminGroups = []string{"a\nb"} }), false},
		"ldap unencrypted":       {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.URL = "ldap://dir.example" }), false},
		"ldap on loopback":       {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.URL = "ldap://localhost:389" }), false},
		"the same, internal":     {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.URL = "ldap://localhost:389"; s.Internal = true }), true},
		"ldap with StartTLS":     {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.URL = "ldap://dir.example"; s.LDAP.StartTLS = true }), true},
		"ldap allowed plain":     {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.URL = "ldap://dir.example"; s.LDAP.Plain = true }), true},
		"ldapi":                  {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.URL = "ldapi:///var/run/ldapi" }), false},
		"a filter for everybody": {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.UserFilter = "(uid=*)" }), false},
		"no base":                {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.BaseDN = "" }), false},
		"groups of everybody":    {provider.LDAP, ldap(func(s *provider.Settings) { s.LDAP.GroupBaseDN = "dc=x"; s.LDAP.GroupFilter = "(cn=*)" }), false},
	} {
		if _, err := provider.Parse(tt.kind, tt.s); (err == nil) != tt.ok || err != nil && !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := provider.Parse(provider.LDAP, ldap(func(*provider.Settings) {}))
	if err != nil || s.LDAP.SubjectAttr != "entryUUID" || s.LDAP.GroupFilter != "(member={dn})" {
		t.Errorf("what is left empty: %+v %v", s.LDAP, err)
	}
}

// TestDestination: the secret is asked for again whenever it would be sent
// elsewhere or less protected.
func TestDestination(t *testing.T) {
	base := func() provider.Settings {
		return provider.Settings{LDAP: &provider.LDAPSettings{URL: "ldap://a", StartTLS: true}}
	}
	for name, change := range map[string]func(*provider.Settings){
		"address":     func(s *provider.Settings) { s.LDAP.URL = "ldap://b" },
		"encryption":  func(s *provider.Settings) { s.LDAP.StartTLS = false },
		"authorities": func(s *provider.Settings) { s.CA = "x" },
		"internal":    func(s *provider.Settings) { s.Internal = true },
		"kind":        func(s *provider.Settings) { *s = provider.Settings{OIDC: &provider.OIDCSettings{Issuer: "ldap://a"}} },
	} {
		s := base()
		change(&s)
		if s.Destination() == base().Destination() {
			t.Errorf("%s: goes unnoticed", name)
		}
	}
	s := base()
	if s.Accounts.Create = true; s.Destination() != base().Destination() {
		t.Error("a rule for accounts counts as another place")
	}
}
