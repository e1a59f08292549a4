// Package provider is an identity provider of an organisation: somebody else who
// says who a person is, and the rules for what follows from what it says.
package provider

import (
	"strings"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// Kind is the protocol it speaks.
type Kind string

// The kinds.
const (
	OIDC Kind = "oidc"
	LDAP Kind = "ldap"
)

// The limits. A token with more groups than fit is cut, not refused: some
// directories put a person into hundreds.
const (
	MaxPerTenant = 20
	MaxGroups    = 500 // of a person; at most 50 kB of JSON
	MaxGroup     = 256 // bytes of a group's name
	MaxSubject   = 255 // bytes, OpenID Connect Core §2
	MaxSession   = 255 // bytes of the provider's name of a session; longer ones are not kept
	MaxSecret    = 1_000
	MaxList      = 100 // groups or domains in one setting
)

// The faults of providers and of signing in through them.
var (
	ErrNotFound = fault.New("provider.Find", fault.NotFound, "not_found", "There is no such identity provider.")
	ErrTooMany  = fault.New("provider.Create", fault.Exhausted, "providers.limit", "An organisation can have 20 identity providers.")
	ErrInvalid  = fault.New("provider.Parse", fault.Invalid, "provider.invalid", "The settings of the identity provider cannot be used.")

	// ErrUnreachable has the operator's cause; the person is told this only.
	ErrUnreachable = fault.New("provider.SignIn", fault.Unavailable, "provider.unreachable", "The identity provider cannot be reached, or its settings are wrong.")
	// ErrDenied is what the provider itself said, or a person who turned back.
	ErrDenied = fault.New("provider.SignIn", fault.Forbidden, "provider.denied", "The identity provider did not sign you in.")
	// ErrRefused is an answer that does not prove anything: forged, old, for
	// somebody else.
	ErrRefused = fault.New("provider.SignIn", fault.Unauthorised, "provider.refused", "The answer of the identity provider could not be trusted. Please sign in again.")
	// ErrState is an answer to no question of this browser.
	ErrState = fault.New("provider.SignIn", fault.Unauthorised, "provider.state", "This sign-in has expired or was begun in another browser. Please sign in again.")
	// ErrUnknownPerson is for whom no account is made by itself.
	ErrUnknownPerson = fault.New("provider.SignIn", fault.Forbidden, "provider.unknown_person", "There is no account for you here. Ask an administrator of the organisation.")
	// ErrDomain is for whose e-mail address is none of those allowed, or unproven.
	ErrDomain = fault.New("provider.SignIn", fault.Forbidden, "provider.domain", "Your e-mail address is not one that this organisation lets in.")
	// ErrDisabled is for an account that an administrator has closed.
	ErrDisabled = fault.New("provider.SignIn", fault.Forbidden, "account.disabled", "This account has been closed by an administrator.")
	// ErrWrong tells neither which of the two was wrong nor who has an account.
	ErrWrong = fault.New("provider.SignIn", fault.Unauthorised, "provider.wrong", "The user name or the password is wrong.")
)

// Provider is one identity provider.
type Provider struct {
	ID        id.Provider
	Tenant    id.Tenant
	Kind      Kind
	Name      string // on the button
	Enabled   bool
	Settings  Settings
	Sealed    []byte // its secret, sealed by package vault; nil for none
	CreatedAt time.Time
}

// Person is what a provider has proved of somebody.
type Person struct {
	Subject      string    // the provider's own name of the person, which never changes
	Name         string    // as the provider has it
	Email        string    // "" unless the provider has verified it
	Groups       []string  //
	SecondFactor bool      // proved with more than a password
	ConfirmedAt  time.Time // when the person last proved it to the provider; zero if unknown
	Session      string    // the provider's name of its session; "" without one
}

// Admit decides who the person is here. known is their account, nil for none
// yet; the result is the account as it has to be kept. Faults:
// provider.unknown_person, provider.domain, account.disabled, provider.refused.
func (p Provider) Admit(person Person, known *user.User, now time.Time) (user.User, error) {
	if person.Subject == "" || len(person.Subject) > MaxSubject || !isText(person.Subject) {
		return user.User{}, ErrRefused
	}
	accounts := p.Settings.Accounts
	email, err := user.ParseEmail(person.Email)
	if err != nil {
		email = ""
	}
	if len(accounts.Domains) > 0 && (email == "" || !containsFold(accounts.Domains, email.Domain())) {
		return user.User{}, ErrDomain
	}
	u := user.User{ID: id.New[id.User](), Tenant: p.Tenant, Provider: string(p.ID), Subject: pii.Name(person.Subject), CreatedAt: now}
	switch {
	case known != nil && known.Disabled:
		return user.User{}, ErrDisabled
	case known != nil:
		u = *known
	case !accounts.Create:
		return user.User{}, ErrUnknownPerson
	}
	u.Email, u.Groups = email, groups(person.Groups)
	if name := displayName(person, email); name != "" || u.Name == "" {
		u.Name = name
	}
	if accounts.givesAdmin() {
		u.Admin = accounts.admin(u)
	}
	return u, nil
}

// displayName is the provider's if it can be shown, else the front of the e-mail
// address, else a word that the person can replace.
func displayName(person Person, email pii.Email) pii.Name {
	front, _, _ := strings.Cut(email.Text(), "@")
	for _, candidate := range []string{person.Name, front} {
		if runes := []rune(strings.TrimSpace(candidate)); len(runes) > user.MaxName {
			candidate = string(runes[:user.MaxName])
		}
		if name, err := user.ParseName(candidate); err == nil {
			return name
		}
	}
	return "User"
}

// groups are those that can be kept, each once.
func groups(all []string) []string {
	kept := make([]string, 0, min(len(all), MaxGroups))
	seen := make(map[string]bool, len(all))
	for _, g := range all {
		if g == "" || len(g) > MaxGroup || seen[g] || !isText(g) {
			continue
		}
		if len(kept) == MaxGroups {
			break
		}
		seen[g] = true
		kept = append(kept, g)
	}
	return kept
}

func containsFold(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}
