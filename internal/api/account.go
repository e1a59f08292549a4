package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

var errSetUpSecret = fault.New("api.setUp", fault.Forbidden, "setup.invalid", "This set-up link is not valid. The server prints the right one when it starts.")

// accountStore is where accounts and sign-ins are kept.
type accountStore interface {
	IsSetUp(ctx context.Context) (bool, error)
	SetUp(ctx context.Context, organisation string, owner user.User, session auth.Session) (user.User, error)

	UserByEmail(ctx context.Context, email pii.Email) (user.User, error)
	SetPasswordHash(ctx context.Context, u id.User, hash string) error
	CreateSession(ctx context.Context, session auth.Session) error
	Session(ctx context.Context, tokenHash [32]byte, now time.Time) (auth.Session, user.User, error)
	RenewSession(ctx context.Context, tokenHash [32]byte, expires time.Time) error
	DeleteSession(ctx context.Context, tokenHash [32]byte) error
}

func (a *api) registerAccount(h huma.API) {
	operation(a, h, "setUp", http.MethodPost, "/setup", "Create the organisation and its first account, once", a.setUp, public, created)

	operation(a, h, "getSession", http.MethodGet, "/session", "Who is signed in", a.getSession, public)
	operation(a, h, "signIn", http.MethodPost, "/session", "Sign in", a.signIn, public)
	operation(a, h, "signOut", http.MethodDelete, "/session", "Sign out", a.signOut, public)
}

// User is an account as its owner sees it.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Admin bool   `json:"admin" doc:"May administer the organisation"`
}

func userOf(u user.User) User {
	return User{ID: string(u.ID), Name: u.Name.Text(), Email: u.Email.Text(), Admin: u.Admin}
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
	owner, err = a.Store.SetUp(ctx, organisation, owner, session)
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

// Session is who is signed in in this browser.
type Session struct {
	User *User `json:"user" doc:"null for nobody"`
}

// TransformSchema says that user may be null, for which huma has no tag.
func (Session) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	u := s.Properties["user"]
	s.Properties["user"] = &huma.Schema{Description: u.Description, OneOf: []*huma.Schema{{Ref: u.Ref}, {Type: "null"}}}
	return s
}

type sessionAnswer struct{ Body Session }

func (a *api) getSession(ctx context.Context, _ *struct{}) (*sessionAnswer, error) {
	u, err := a.caller(ctx)
	if errors.Is(err, auth.ErrRequired) {
		return &sessionAnswer{}, nil
	}
	if err != nil {
		return nil, err
	}
	me := userOf(u)
	return &sessionAnswer{Session{User: &me}}, nil
}

// SignIn is the request of somebody with an account.
type SignIn struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

type signInRequest struct{ Body SignIn }

// signIn answers a wrong address and a wrong password alike, after the same
// time.
func (a *api) signIn(ctx context.Context, in *signInRequest) (*signedInAnswer, error) {
	if len(in.Body.Password) > 4*auth.MaxPassword {
		return nil, auth.ErrWrong
	}
	password := pii.Secret(in.Body.Password)
	email, err := user.ParseEmail(in.Body.Email)
	if err != nil {
		return nil, auth.ErrWrong // no account has such an address, which everybody may know
	}
	from := visitorOf(ctx).source
	if err := a.limiter.Attempt(email, from); err != nil {
		return nil, err
	}
	u, err := a.Store.UserByEmail(ctx, visitorOf(ctx).tenant.ID, email)
	if err != nil && !errors.Is(err, user.ErrNotFound) {
		return nil, err
	}
	ok, err := a.Passwords.Verify(ctx, u.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, auth.ErrWrong
	}
	a.limiter.Succeeded(email, from)
	if err := a.renewHash(ctx, u, password); err != nil {
		return nil, err
	}
	session, token := auth.NewSession(u.ID, time.Now())
	if err := a.Store.CreateSession(ctx, session); err != nil {
		return nil, err
	}
	if err := a.forget(ctx); err != nil { // the one this browser had
		return nil, err
	}
	return &signedInAnswer{SetCookie: sessionCookie(token), Body: SignedIn{User: userOf(u)}}, nil
}

// renewHash moves an old hash to today's parameters, now that the password is
// known.
func (a *api) renewHash(ctx context.Context, u user.User, password pii.Secret) error {
	if !a.Passwords.Outdated(u.PasswordHash) {
		return nil
	}
	hash, err := a.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return a.Store.SetPasswordHash(ctx, u.ID, hash)
}

// forget ends the session of this browser, if there is one.
func (a *api) forget(ctx context.Context) error {
	token := visitorOf(ctx).token
	if token == "" {
		return nil
	}
	return a.Store.DeleteSession(ctx, auth.HashToken(token))
}

type signOutAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (a *api) signOut(ctx context.Context, _ *struct{}) (*signOutAnswer, error) {
	if err := a.forget(ctx); err != nil {
		return nil, err
	}
	return &signOutAnswer{SetCookie: sessionCookie("")}, nil
}
