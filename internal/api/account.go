package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

var errSetUpSecret = fault.New("api.setUp", fault.Forbidden, "setup.invalid", "This set-up link is not valid. The server prints the right one when it starts.")

// accountStore is where accounts are kept.
type accountStore interface {
	sessionStore
	factorStore
	peopleStore

	IsSetUp(ctx context.Context) (bool, error)
	SetUp(ctx context.Context, organisation string, owner user.User, session auth.Session, entries ...audit.Entry) (user.User, error)
	UserOf(ctx context.Context, t id.Tenant, u id.User) (user.User, error)
	UserByEmail(ctx context.Context, t id.Tenant, email pii.Email) (user.User, error)
	UpdateUser(ctx context.Context, t id.Tenant, u id.User, change func(*user.User) error, entries ...audit.Entry) (user.User, error)
	SetPasswordHash(ctx context.Context, u id.User, hash string) error
	ChangePassword(ctx context.Context, u id.User, hash string, keep [32]byte, entries ...audit.Entry) error
	Welcome(ctx context.Context, t id.Tenant, secret pii.Secret, now time.Time) (user.User, error)
	UseWelcome(ctx context.Context, u id.User, secret pii.Secret, hash string, now time.Time, entries ...audit.Entry) error
}

func (a *api) registerAccount(h huma.API) {
	operation(a, h, "setUp", http.MethodPost, "/setup", "Create the organisation and its first account, once", a.setUp, public, created)
	operation(a, h, "getWelcome", http.MethodPost, "/welcome/person", "Whose link to set a password it is", a.getWelcome, public)
	operation(a, h, "useWelcome", http.MethodPost, "/welcome", "Set the password of an account with the link for it, and sign in", a.useWelcome, public)

	operation(a, h, "getAccount", http.MethodGet, "/account", "One's own account", a.getAccount, needsSession)
	operation(a, h, "updateAccount", http.MethodPatch, "/account", "Change one's own account", a.updateAccount, needsSession)
	operation(a, h, "changePassword", http.MethodPost, "/account/password", "Change one's password; ends all other sessions", a.changePassword, needsSession)

	a.registerSessions(h)
	a.registerFactors(h)
	a.registerPasskeys(h)
	a.registerPeople(h)
}

// User is an account as its owner sees it.
type User struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Admin    bool   `json:"admin" doc:"May administer the organisation"`
	Operator bool   `json:"operator" doc:"May administer the server: organisations and their pools"`
	Provider string `json:"provider" doc:"Id of the identity provider the account signs in with; empty for a password or passkey of ours. After signing out, lead the browser to /api/v1/signin/{provider}/signout"`
}

func userOf(u user.User) User {
	return User{ID: string(u.ID), Name: u.Name.Text(), Email: u.Email.Text(), Admin: u.Admin, Operator: u.Operator, Provider: u.Provider}
}

// SignedIn is who has just signed in.
type SignedIn struct {
	User User `json:"user"`
}

type signedInAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SignedIn
}

// SetUp is the request that makes the organisation and its first account.
type SetUp struct {
	Secret       string `json:"secret" doc:"From the set-up link"`
	Organisation string `json:"organisation" doc:"1 to 100 characters"`
	Name         string `json:"name" doc:"Of the first account; 1 to 100 characters"`
	Email        string `json:"email"`
	Password     string `json:"password" doc:"At least 10 characters"`
}

type setUpRequest struct{ Body SetUp }

func (a *api) setUp(ctx context.Context, in *setUpRequest) (*signedInAnswer, error) {
	if a.SetUpSecret == "" || !equal(pii.Secret(in.Body.Secret), a.SetUpSecret) {
		return nil, errSetUpSecret
	}
	organisation, err := tenant.ParseName(in.Body.Organisation)
	if err != nil {
		return nil, err
	}
	name, err := user.ParseName(in.Body.Name)
	if err != nil {
		return nil, err
	}
	email, err := user.ParseEmail(in.Body.Email)
	if err != nil {
		return nil, err
	}
	password, err := auth.ParsePassword(in.Body.Password)
	if err != nil {
		return nil, err
	}
	hash, err := a.Passwords.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	owner := user.User{ID: id.New[id.User](), Name: name, Email: email, Admin: true, Operator: true, PasswordHash: hash, CreatedAt: now}
	session, token := auth.NewSession(owner.ID, now)
	session.Browser = visitorOf(ctx).browser
	who := audit.Party{Kind: audit.User, ID: string(owner.ID)}
	owner, err = a.Store.SetUp(ctx, organisation, owner, session,
		audit.Entry{Action: audit.AccountCreated, Actor: who, Credential: "link", Subject: who})
	if err != nil {
		return nil, err
	}
	return &signedInAnswer{SetCookie: sessionCookie(token), Body: SignedIn{User: userOf(owner)}}, nil
}

// equal compares secrets in a time that tells nothing about them.
func equal(a, b pii.Secret) bool {
	x, y := sha256.Sum256([]byte(a.Text())), sha256.Sum256([]byte(b.Text()))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// Account is one's own account in full.
type Account struct {
	User
	Password      bool      `json:"password" doc:"Signs in with a password of ours, not with an identity provider"`
	TOTP          bool      `json:"totp" doc:"An authenticator app is set up"`
	RecoveryCodes int       `json:"recoveryCodes" doc:"How many are left"`
	Passkeys      int       `json:"passkeys"`
	MustHave      bool      `json:"mustHaveFactor" doc:"The organisation demands a second factor of this person"`
	CreatedAt     time.Time `json:"createdAt"`
}

type accountAnswer struct{ Body Account }

func (a *api) getAccount(ctx context.Context, _ *struct{}) (*accountAnswer, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	factors, err := a.Store.Factors(ctx, who.user.ID)
	if err != nil {
		return nil, err
	}
	return &accountAnswer{Account{
		User: userOf(who.user), Password: who.user.Provider == "", TOTP: factors.TOTP, RecoveryCodes: factors.Recovery,
		Passkeys: len(factors.Passkeys), MustHave: demands(who.tenant, who.user), CreatedAt: who.user.CreatedAt,
	}}, nil
}

// AccountChange is what a person may change by themselves. The address is not
// among it: rules give rights by its domain.
type AccountChange struct {
	Name *string `json:"name,omitempty"`
}

type updateAccountRequest struct{ Body AccountChange }

type userAnswer struct{ Body User }

func (a *api) updateAccount(ctx context.Context, in *updateAccountRequest) (*userAnswer, error) {
	who, err := a.actor(ctx, personal)
	if err != nil {
		return nil, err
	}
	if in.Body.Name == nil {
		return &userAnswer{userOf(who.user)}, nil
	}
	name, err := user.ParseName(*in.Body.Name)
	if err != nil {
		return nil, err
	}
	if who.user.Provider != "" {
		return nil, user.ErrProvider
	}
	entry := who.entry(audit.AccountChanged, who.party())
	entry.Detail = map[string]string{"fields": "name"}
	changed, err := a.Store.UpdateUser(ctx, who.tenant.ID, who.user.ID, func(u *user.User) error { u.Name = name; return nil }, entry)
	if err != nil {
		return nil, err
	}
	return &userAnswer{userOf(changed)}, nil
}

// PasswordChange is the request for another password.
type PasswordChange struct {
	Old string `json:"old"`
	New string `json:"new" doc:"At least 10 characters"`
}

type changePasswordRequest struct{ Body PasswordChange }

func (a *api) changePassword(ctx context.Context, in *changePasswordRequest) (*struct{}, error) {
	who, err := a.actor(ctx, personal)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	if who.user.Provider != "" {
		return nil, user.ErrProvider
	}
	password, err := auth.ParsePassword(in.Body.New)
	if err != nil {
		return nil, err
	}
	if err := a.verifyPassword(ctx, who.user, in.Body.Old); err != nil {
		return nil, err
	}
	hash, err := a.Passwords.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	entry := who.entry(audit.AccountChanged, who.party())
	entry.Detail = map[string]string{"fields": "password"}
	return nil, a.Store.ChangePassword(ctx, who.user.ID, hash, who.session.TokenHash, entry)
}

// verifyPassword checks the password of somebody who is signed in, within the
// limits of signing in. Faults: password.wrong, rate.limited, server.busy.
func (a *api) verifyPassword(ctx context.Context, u user.User, typed string) error {
	if len(typed) > 4*auth.MaxPassword {
		return auth.ErrPassword
	}
	source := visitorOf(ctx).source
	if err := a.limiter.Attempt(u.Login(), source); err != nil {
		return err
	}
	ok, err := a.Passwords.Verify(ctx, u.PasswordHash, pii.Secret(typed))
	if err != nil {
		return err
	}
	if !ok {
		return auth.ErrPassword
	}
	a.limiter.Succeeded(u.Login(), source)
	return nil
}

// WelcomeSecret is what a link to set a password carries.
type WelcomeSecret struct {
	Secret string `json:"secret"`
}

// WelcomePerson is whose link it is.
type WelcomePerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type (
	getWelcomeRequest struct{ Body WelcomeSecret }
	getWelcomeAnswer  struct{ Body WelcomePerson }
)

func (a *api) getWelcome(ctx context.Context, in *getWelcomeRequest) (*getWelcomeAnswer, error) {
	u, err := a.Store.Welcome(ctx, visitorOf(ctx).tenant.ID, pii.Secret(in.Body.Secret), time.Now())
	if err != nil {
		return nil, err
	}
	return &getWelcomeAnswer{WelcomePerson{Name: u.Name.Text(), Email: u.Email.Text()}}, nil
}

// Welcome is the request of somebody with a link.
type Welcome struct {
	Secret   string `json:"secret"`
	Password string `json:"password" doc:"At least 10 characters"`
}

type useWelcomeRequest struct{ Body Welcome }

// useWelcome sets the password and goes on as if it had been typed: who has a
// second factor is asked for it.
func (a *api) useWelcome(ctx context.Context, in *useWelcomeRequest) (*signInAnswer, error) {
	now, t, secret := time.Now(), visitorOf(ctx).tenant, pii.Secret(in.Body.Secret)
	u, err := a.Store.Welcome(ctx, t.ID, secret, now)
	if err != nil {
		return nil, err
	}
	password, err := auth.ParsePassword(in.Body.Password)
	if err != nil {
		return nil, err
	}
	hash, err := a.Passwords.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	who := audit.Party{Kind: audit.User, ID: string(u.ID)}
	entry := audit.Entry{Tenant: t.ID, Action: audit.AccountChanged, Actor: who, Credential: "link", Subject: who, Detail: map[string]string{"fields": "password"}}
	if err := a.Store.UseWelcome(ctx, u.ID, secret, hash, now, entry); err != nil {
		return nil, err
	}
	u.PasswordHash = hash
	return a.proceed(ctx, u, proof{With: "link"})
}
