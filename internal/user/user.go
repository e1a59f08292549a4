// Package user is a person with an account, and the rules for what a person may
// be called.
package user

import (
	"regexp"
	"strings"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

const (
	// MaxName is the length of a person's name in characters.
	MaxName = 100
	// maxEmail is the longest address SMTP can carry (RFC 5321 §4.5.3.1.3, less
	// the angle brackets).
	maxEmail = 254
)

// The faults of accounts.
var (
	ErrNotFound   = fault.New("user.Find", fault.NotFound, "not_found", "There is no such account.")
	ErrEmail      = fault.New("user.ParseEmail", fault.Invalid, "email.invalid", "This is not an e-mail address.")
	ErrLastAdmin  = fault.New("user.Update", fault.Conflict, "admin.last", "This is the last administrator of the organisation. Make somebody else one first.")
	ErrProvider   = fault.New("user.Update", fault.Conflict, "account.provider", "This account belongs to an identity provider, which keeps its name, address and password.")
	ErrEmailTaken = fault.New("user.Create", fault.Conflict, "email.taken", "There is an account with this e-mail address already.")
)

// User is an account.
type User struct {
	ID           id.User
	Tenant       id.Tenant
	Name         pii.Name
	Email        pii.Email // lower case, see ParseEmail
	Admin        bool      // may administer the organisation
	Operator     bool      // may administer the server: organisations and their pools
	Disabled     bool      // may not sign in
	Provider     string    // id of the identity provider it signs in with; "" for a password or passkey of ours
	Subject      pii.Name  // the provider's own name for the person, which never changes
	Groups       []string  // the provider's, as of the last sign-in
	PasswordHash string    // PHC string of package auth
	CreatedAt    time.Time
}

// Login is the one key by which an account signs in, unique over the server: of
// ours its address in its organisation, else the provider's name for the person,
// never an address that a provider claims.
func (u User) Login() pii.Email {
	if u.Provider == "" {
		return PasswordLogin(u.Tenant, u.Email)
	}
	return ProviderLogin(u.Provider, u.Subject)
}

// PasswordLogin is the login of an account with a password of ours.
func PasswordLogin(tenant id.Tenant, email pii.Email) pii.Email {
	return pii.Email("password:" + string(tenant) + ":" + email.Text())
}

// ProviderLogin is the login of an account of an identity provider.
func ProviderLogin(provider string, subject pii.Name) pii.Email {
	return pii.Email(provider + ":" + subject.Text())
}

// ParseName checks what a person calls themselves, guests included. Faults:
// name.empty, name.too_long, name.invalid.
func ParseName(s string) (pii.Name, error) { return pii.ParseName(s, MaxName) }

// addressShape is the definition of the HTML Standard ("valid e-mail address"),
// so that server and browser agree on what a form accepts.
var addressShape = regexp.MustCompile(
	"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@" +
		`[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$`)

// ParseEmail checks an address and puts it into lower case: nobody remembers
// which capitals they typed, and no provider tells two people apart by them.
func ParseEmail(s string) (pii.Email, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > maxEmail || !addressShape.MatchString(s) {
		return "", ErrEmail
	}
	return pii.Email(s), nil
}
