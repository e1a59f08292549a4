package store_test

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
	"plenum/internal/store"
	"plenum/internal/user"
)

// keycloak makes an identity provider.
func keycloak(t *testing.T, s *store.Store, tenant id.Tenant) provider.Provider {
	t.Helper()
	settings := must[provider.Settings](t)(provider.Parse(provider.OIDC, provider.Settings{
		OIDC: &provider.OIDCSettings{Issuer: "https://id.example", ClientID: "c"}, Accounts: provider.Accounts{Create: true, AdminGroups: []string{"it"}},
	}))
	p := provider.Provider{
		ID: id.New[id.Provider](), Tenant: tenant, Kind: provider.OIDC, Name: "Staff", Enabled: true, Settings: settings, Sealed: []byte{1, 2}, CreatedAt: noon,
	}
	ok(t, s.CreateProvider(t.Context(), p, changed(p)))
	return p
}

func changed(p provider.Provider) audit.Entry {
	return audit.Entry{Tenant: p.Tenant, Action: audit.ProviderChanged, Actor: audit.Party{Kind: audit.Operator}, Subject: audit.Party{Kind: audit.Provider, ID: string(p.ID)}}
}

func madeBy(p provider.Provider) func(user.User) audit.Entry {
	return func(u user.User) audit.Entry {
		return audit.Entry{Tenant: p.Tenant, Action: audit.AccountCreated, Actor: audit.Party{Kind: audit.Provider, ID: string(p.ID)}, Subject: audit.Party{Kind: audit.User, ID: string(u.ID)}}
	}
}

func (t part) providers() {
	s := open(t.T, t.Config)
	owner := setUp(t.T, s)
	p := keycloak(t.T, s, owner.Tenant)
	same(t.T, "kept", must[provider.Provider](t.T)(s.Provider(t.Context(), owner.Tenant, p.ID)), p)
	_, err := s.Provider(t.Context(), id.New[id.Tenant](), p.ID)
	is(t.T, "of another organisation", err, provider.ErrNotFound)

	p.Name, p.Sealed, p.Settings.Accounts.Create = "Everybody", nil, false
	ok(t.T, s.UpdateProvider(t.Context(), p, changed(p)))
	second := keycloak(t.T, s, owner.Tenant)
	same(t.T, "list", must[[]provider.Provider](t.T)(s.Providers(t.Context(), owner.Tenant)), sortedByID(p, second))
	foreign := p
	foreign.Tenant = id.New[id.Tenant]()
	is(t.T, "change from elsewhere", s.UpdateProvider(t.Context(), foreign), provider.ErrNotFound)
	is(t.T, "delete from elsewhere", s.DeleteProvider(t.Context(), foreign.Tenant, p.ID), provider.ErrNotFound)

	for range provider.MaxPerTenant - 2 {
		keycloak(t.T, s, owner.Tenant)
	}
	is(t.T, "one too many", s.CreateProvider(t.Context(), provider.Provider{ID: "x", Tenant: owner.Tenant, Kind: provider.OIDC}), provider.ErrTooMany)

	u := must[user.User](t.T)(s.Admit(t.Context(), second, provider.Person{Subject: "grace"}, noon, madeBy(second)))
	mine := byProvider(t.T, s, u, second, "sid")
	_, ours := signIn(t.T, s, owner)
	second.Enabled = false
	ok(t.T, s.UpdateProvider(t.Context(), second, changed(second)))
	gone(t.T, s, mine)
	here(t.T, s, ours)
	ok(t.T, s.DeleteProvider(t.Context(), owner.Tenant, second.ID, changed(second)))
	is(t.T, "twice", s.DeleteProvider(t.Context(), owner.Tenant, second.ID), provider.ErrNotFound)
	must[user.User](t.T)(s.User(t.Context(), u.ID)) // what people own does not go with it
}

// sortedByID is the order of what was made at the same moment.
func sortedByID(all ...provider.Provider) []provider.Provider {
	slices.SortFunc(all, func(a, b provider.Provider) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

func byProvider(t *testing.T, s *store.Store, u user.User, p provider.Provider, session string) pii.Secret {
	t.Helper()
	made, token := auth.NewSession(u.ID, noon)
	made.Provider, made.ProviderSession = string(p.ID), session
	ok(t, s.CreateSession(t.Context(), made))
	return token
}

func gone(t *testing.T, s *store.Store, tokens ...pii.Secret) {
	t.Helper()
	for i, token := range tokens {
		if _, _, err := s.Session(t.Context(), auth.HashToken(token), noon); !errors.Is(err, auth.ErrRequired) {
			t.Errorf("session %d still lives: %v", i, err)
		}
	}
}

func here(t *testing.T, s *store.Store, tokens ...pii.Secret) {
	t.Helper()
	for i, token := range tokens {
		if _, _, err := s.Session(t.Context(), auth.HashToken(token), noon); err != nil {
			t.Errorf("session %d has ended: %v", i, err)
		}
	}
}

func (t part) attempts() {
	s := open(t.T, t.Config)
	owner := setUp(t.T, s)
	p, other := keycloak(t.T, s, owner.Tenant), keycloak(t.T, s, owner.Tenant)
	ask := func() (provider.Attempt, pii.Secret) {
		a, q := provider.Ask(p.ID, "browser", "r", "/admin", true, noon)
		ok(t.T, s.CreateAttempt(t.Context(), a))
		return a, q.State
	}
	a, state := ask()
	same(t.T, "taken", must[provider.Attempt](t.T)(s.TakeAttempt(t.Context(), p.ID, state, "browser", noon)), a)
	for name, take := range map[string]func() error{
		"again":   func() error { _, err := s.TakeAttempt(t.Context(), p.ID, state, "browser", noon); return err },
		"unknown": func() error { _, err := s.TakeAttempt(t.Context(), p.ID, "state", "browser", noon); return err },
		"nothing": func() error { _, err := s.TakeAttempt(t.Context(), p.ID, "", "", noon); return err },
		"another browser": func() error {
			_, s2 := ask()
			_, err := s.TakeAttempt(t.Context(), p.ID, s2, "another", noon)
			return err
		},
		"no browser": func() error { _, s2 := ask(); _, err := s.TakeAttempt(t.Context(), p.ID, s2, "", noon); return err },
		"another provider": func() error {
			_, s2 := ask()
			_, err := s.TakeAttempt(t.Context(), other.ID, s2, "browser", noon)
			return err
		},
		"late": func() error {
			_, s2 := ask()
			_, err := s.TakeAttempt(t.Context(), p.ID, s2, "browser", noon.Add(provider.AttemptLife))
			return err
		},
	} {
		is(t.T, name, take(), provider.ErrState)
	}

	_, state = ask()
	var wg sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		wg.Go(func() { _, results[i] = s.TakeAttempt(t.Context(), p.ID, state, "browser", noon) })
	}
	wg.Wait()
	if n := len(slices.DeleteFunc(results, func(err error) bool { return err != nil })); n != 1 {
		t.Errorf("%d of 20 at once have taken one attempt", n)
	}

	_, state = ask()
	ok(t.T, s.Sweep(t.Context(), noon.Add(provider.AttemptLife)))
	_, err := s.TakeAttempt(t.Context(), p.ID, state, "browser", noon)
	is(t.T, "swept", err, provider.ErrState)
}

func (t part) admit() {
	s := open(t.T, t.Config)
	owner := setUp(t.T, s)
	p, other := keycloak(t.T, s, owner.Tenant), keycloak(t.T, s, owner.Tenant)
	person := provider.Person{Subject: "42", Name: "Grace", Email: owner.Email.Text(), Groups: []string{"staff", "it"}}
	grace := must[user.User](t.T)(s.Admit(t.Context(), p, person, noon, madeBy(p)))
	if grace.ID == owner.ID || !grace.Admin {
		t.Errorf("an e-mail address has led to somebody's account, or a group to nothing: %+v", grace)
	}
	same(t.T, "kept", must[user.User](t.T)(s.User(t.Context(), grace.ID)), grace)
	elsewhere := must[user.User](t.T)(s.Admit(t.Context(), other, person, noon, madeBy(other)))
	if elsewhere.ID == grace.ID {
		t.Error("two providers share a person")
	}

	person.Name, person.Groups, person.Email = "Grace Hopper", []string{"staff"}, ""
	again := must[user.User](t.T)(s.Admit(t.Context(), p, person, noon.Add(time.Hour), madeBy(p)))
	if again.ID != grace.ID || again.Name != "Grace Hopper" || again.Admin || again.Email != "" || len(again.Groups) != 1 || again.CreatedAt != noon {
		t.Errorf("after the second sign-in: %#v", again)
	}
	same(t.T, "kept again", must[user.User](t.T)(s.User(t.Context(), grace.ID)), again)

	ok(t.T, second(s.UpdateUser(t.Context(), owner.Tenant, grace.ID, func(u *user.User) error { u.Disabled = true; return nil })))
	_, err := s.Admit(t.Context(), p, person, noon, madeBy(p))
	is(t.T, "closed", err, provider.ErrDisabled)

	// The last administrator stays one.
	ok(t.T, second(s.UpdateUser(t.Context(), owner.Tenant, elsewhere.ID, func(u *user.User) error { u.Admin = true; return nil })))
	ok(t.T, second(s.UpdateUser(t.Context(), owner.Tenant, owner.ID, func(u *user.User) error { u.Admin = false; return nil })))
	if u := must[user.User](t.T)(s.Admit(t.Context(), other, person, noon, madeBy(other))); !u.Admin {
		t.Error("the organisation has no administrator left")
	}

	var wg sync.WaitGroup
	ids := make([]id.User, 10)
	for i := range ids {
		wg.Go(func() {
			u, err := s.Admit(t.Context(), p, provider.Person{Subject: "new"}, noon, madeBy(p))
			if err != nil {
				t.Error(err)
			}
			ids[i] = u.ID
		})
	}
	wg.Wait()
	if slices.Sort(ids); len(slices.Compact(ids)) != 1 {
		t.Error("a person's first sign-ins at once make several accounts")
	}
}

func second[T any](_ T, err error) error { return err }

func (t part) backchannel() {
	s := open(t.T, t.Config)
	owner := setUp(t.T, s)
	p, other := keycloak(t.T, s, owner.Tenant), keycloak(t.T, s, owner.Tenant)
	admit := func(p provider.Provider, subject string) user.User {
		return must[user.User](t.T)(s.Admit(t.Context(), p, provider.Person{Subject: subject}, noon, madeBy(p)))
	}
	grace, ada, twin := admit(p, "grace"), admit(p, "ada"), admit(other, "grace")
	n := 0
	out := func(subject, session string) provider.Logout {
		n++
		return provider.Logout{Provider: p.ID, Subject: subject, Session: session, TokenID: provider.Hash(pii.Secret(strconv.Itoa(n))), Expires: noon.Add(time.Hour)}
	}
	note := func(u id.User) audit.Entry {
		return audit.Entry{Tenant: p.Tenant, Action: audit.SessionEnded, Actor: audit.Party{Kind: audit.Provider, ID: string(p.ID)}, Subject: audit.Party{Kind: audit.User, ID: string(u)}}
	}
	one := byProvider(t.T, s, grace, p, "one")
	two := byProvider(t.T, s, grace, p, "two")
	nameless := byProvider(t.T, s, grace, p, "")
	adas := byProvider(t.T, s, ada, p, "three")
	twins := byProvider(t.T, s, twin, other, "one")
	_, owners := signIn(t.T, s, owner)

	first := out("", "one")
	ok(t.T, s.SignOutByProvider(t.Context(), first, note))
	gone(t.T, s, one)
	here(t.T, s, two, nameless, adas, twins, owners)
	is(t.T, "a word used twice", s.SignOutByProvider(t.Context(), first, note), provider.ErrRefused)

	ok(t.T, s.SignOutByProvider(t.Context(), out("grace", "unknown"), note)) // a session that the provider has not named to us
	gone(t.T, s, nameless)
	here(t.T, s, two, adas, twins, owners)
	ok(t.T, s.SignOutByProvider(t.Context(), out("grace", ""), note))
	gone(t.T, s, two)
	here(t.T, s, adas, twins, owners)
	ok(t.T, s.SignOutByProvider(t.Context(), out("", "nobody's"), note))
	ok(t.T, s.SignOutByProvider(t.Context(), out("nobody", ""), note))
	here(t.T, s, adas, twins, owners)

	is(t.T, "before it expires", s.SignOutByProvider(t.Context(), first, note), provider.ErrRefused)
	ok(t.T, s.Sweep(t.Context(), noon.Add(2*time.Hour)))
	ok(t.T, s.SignOutByProvider(t.Context(), first, note)) // forgotten; the token itself has expired by then
}
