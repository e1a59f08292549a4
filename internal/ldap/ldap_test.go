package ldap_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"plenum/internal/ldap"
	"plenum/internal/ldap/ldaptest"
	"plenum/internal/pii"
	"plenum/internal/provider"
)

func directory(s provider.Settings) provider.Provider {
	return provider.Provider{ID: "p", Kind: provider.LDAP, Settings: s}
}

func TestSignIn(t *testing.T) {
	d := ldaptest.Start(t)
	encrypted := map[string]func(*provider.Settings){
		"ldaps": func(*provider.Settings) {},
		"StartTLS": func(s *provider.Settings) {
			s.LDAP.URL = fmt.Sprintf("ldap://127.0.0.1:%d", d.Port)
			s.LDAP.StartTLS = true
		},
		"loopback": func(s *provider.Settings) { s.LDAP.URL = fmt.Sprintf("ldap://127.0.0.1:%d", d.Port) },
		"memberOf": func(s *provider.Settings) { s.LDAP.GroupBaseDN = ""; s.LDAP.GroupsAttr = "memberOf" },
	}
	subjects := map[string]bool{}
	for name, change := range encrypted {
		t.Run(name, func(t *testing.T) {
			s := d.Settings()
			change(&s)
			bob, err := ldap.Directories{}.SignIn(t.Context(), directory(s), ldaptest.SearchPassword, "bob", ldaptest.Password)
			if err != nil {
				t.Fatalf("%v: %v", err, errors.Unwrap(err))
			}
			groups := []string{"it", "staff"}
			if s.LDAP.GroupsAttr != "" {
				groups = []string{"cn=it,ou=groups," + ldaptest.Base, "cn=staff,ou=groups," + ldaptest.Base}
			}
			slices.Sort(bob.Groups)
			if bob.Name != "Bob" || bob.Email != "bob@town.example" || !slices.Equal(bob.Groups, groups) || bob.SecondFactor || len(bob.Subject) != 36 {
				t.Errorf("%+v", bob)
			}
			subjects[bob.Subject] = true
		})
	}
	if len(subjects) != 1 {
		t.Errorf("bob is several people: %v", subjects)
	}
	odd, err := ldap.Directories{}.SignIn(t.Context(), directory(d.Settings()), ldaptest.SearchPassword, "o'neil (x)*", ldaptest.Password)
	if err != nil || odd.Name != "Odd" {
		t.Errorf("a name with special characters: %+v %v", odd, err)
	}

	p := directory(d.Settings())
	ada, err := ldap.Directories{}.SignIn(t.Context(), p, ldaptest.SearchPassword, "ada", ldaptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if err := (ldap.Directories{}).Confirm(t.Context(), p, ldaptest.SearchPassword, ada.Subject, ldaptest.Password); err != nil {
		t.Errorf("ada confirms: %v: %v", err, errors.Unwrap(err))
	}
	for name, err := range map[string]error{
		"wrong password": ldap.Directories{}.Confirm(t.Context(), p, ldaptest.SearchPassword, ada.Subject, "wrong"),
		"no password":    ldap.Directories{}.Confirm(t.Context(), p, ldaptest.SearchPassword, ada.Subject, ""),
		"no subject":     ldap.Directories{}.Confirm(t.Context(), p, ldaptest.SearchPassword, "", ldaptest.Password),
		"any subject":    ldap.Directories{}.Confirm(t.Context(), p, ldaptest.SearchPassword, "*", ldaptest.Password),
		"gone":           ldap.Directories{}.Confirm(t.Context(), p, ldaptest.SearchPassword, "00000000-0000-0000-0000-000000000000", ldaptest.Password),
	} {
		if !errors.Is(err, provider.ErrWrong) {
			t.Errorf("%s: %v: %v", name, err, errors.Unwrap(err))
		}
	}
	for name, tt := range map[string]struct{ user, password string }{
		"wrong password":        {"ada", "wrong"},
		"empty password":        {"ada", ""},
		"a NUL for a password":  {"ada", "\x00"},
		"password of another":   {"ada", ldaptest.SearchPassword},
		"nobody":                {"nobody", ldaptest.Password},
		"empty name":            {"", ldaptest.Password},
		"everybody":             {"*", ldaptest.Password},
		"everybody beginning a": {"a*", ldaptest.Password},
		"a filter":              {"ada)(uid=*", ldaptest.Password},
		"another filter":        {"*)(objectClass=*", ldaptest.Password},
		"an or":                 {"x)(|(uid=ada)", ldaptest.Password},
		"an escape":             {`\2a`, ldaptest.Password},
		"a NUL":                 {"ada\x00", ldaptest.Password},
		"two people":            {"twin", ldaptest.Password},
		"no UTF-8":              {"\xff\xfe", ldaptest.Password},
		"a long name":           {strings.Repeat("a", 10_000), ldaptest.Password},
		"a long password":       {"ada", strings.Repeat("a", 100_000)},
		"the search account":    {"search", ldaptest.SearchPassword},
		"a DN":                  {"uid=ada,ou=people," + ldaptest.Base, ldaptest.Password},
		"surrounded by spaces":  {"ada ) ", ldaptest.Password},
	} {
		t.Run(name, func(t *testing.T) {
			person, err := ldap.Directories{}.SignIn(t.Context(), p, ldaptest.SearchPassword, tt.user, pii.Secret(tt.password))
			if !errors.Is(err, provider.ErrWrong) || person.Subject != "" {
				t.Errorf("%+v %v: %v", person, err, errors.Unwrap(err))
			}
		})
	}
}

func TestSettingsThatDoNotWork(t *testing.T) {
	d := ldaptest.Start(t)
	if err := (ldap.Directories{}).Test(t.Context(), directory(d.Settings()), ldaptest.SearchPassword); err != nil {
		t.Fatalf("those that do: %v: %v", err, errors.Unwrap(err))
	}
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent.Close()
	for name, tt := range map[string]struct {
		change func(*provider.Settings)
		secret pii.Secret
		want   string
	}{
		"wrong password":      {func(*provider.Settings) {}, "wrong", "bindDn: Invalid Credentials"},
		"no password":         {func(*provider.Settings) {}, "", "bindDn"},
		"no such base":        {func(s *provider.Settings) { s.LDAP.BaseDN = "dc=nowhere" }, ldaptest.SearchPassword, "baseDn: No Such Object"},
		"nobody there":        {func(s *provider.Settings) { s.LDAP.URL = "ldaps://" + silent.Addr().String() }, ldaptest.SearchPassword, "connection"},
		"another certificate": {func(s *provider.Settings) { s.CA = "" }, ldaptest.SearchPassword, "not trusted"},
		"another name":        {func(s *provider.Settings) { s.LDAP.URL = fmt.Sprintf("ldaps://localhost:%d", d.TLS) }, ldaptest.SearchPassword, "not trusted"},
		"not encrypted":       {func(s *provider.Settings) { s.LDAP.URL = fmt.Sprintf("ldaps://127.0.0.1:%d", d.Port) }, ldaptest.SearchPassword, "connection"},
		"inside":              {func(s *provider.Settings) { s.Internal = false }, ldaptest.SearchPassword, "inside the server's own machine"},
		"a broken filter":     {func(s *provider.Settings) { s.LDAP.UserFilter = "(uid={user}" }, ldaptest.SearchPassword, "userFilter"},
	} {
		t.Run(name, func(t *testing.T) {
			s := d.Settings()
			tt.change(&s)
			err := ldap.Directories{}.Test(t.Context(), directory(s), tt.secret)
			cause := errors.Unwrap(err)
			if !errors.Is(err, provider.ErrUnreachable) || cause == nil || !strings.Contains(cause.Error(), tt.want) {
				t.Errorf("%v: %v, want %q", err, cause, tt.want)
			}
			if _, err := (ldap.Directories{}).SignIn(t.Context(), directory(s), tt.secret, "ada", ldaptest.Password); !errors.Is(err, provider.ErrUnreachable) {
				t.Errorf("sign-in: %v", err)
			}
		})
	}
	s := d.Settings()
	s.LDAP.SubjectAttr = "mobile"
	if _, err := (ldap.Directories{}).SignIn(t.Context(), directory(s), ldaptest.SearchPassword, "ada", ldaptest.Password); !errors.Is(err, provider.ErrUnreachable) {
		t.Errorf("a person without a subject: %v", err)
	}
}
