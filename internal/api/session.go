package api

import (
	"context"
	"encoding/json"
	"errors"
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

// sessionStore is where sign-ins are kept.
type sessionStore interface {
	CreateSession(ctx context.Context, session auth.Session, entries ...audit.Entry) error
	Session(ctx context.Context, tokenHash [32]byte, now time.Time) (auth.Session, user.User, error)
	Sessions(ctx context.Context, u id.User, now time.Time) ([]auth.Session, error)
	RenewSession(ctx context.Context, session auth.Session) error
	ConfirmSession(ctx context.Context, tokenHash [32]byte, now time.Time, secondFactor bool) error
	DeleteSession(ctx context.Context, tokenHash [32]byte, entries ...audit.Entry) error
	EndSession(ctx context.Context, u id.User, session string, entries ...audit.Entry) error
	EndOtherSessions(ctx context.Context, u id.User, keep [32]byte, entries ...audit.Entry) error

	CreateChallenge(ctx context.Context, c auth.Challenge) error
	TryChallenge(ctx context.Context, t id.Tenant, purpose auth.Purpose, secret pii.Secret, now time.Time) (auth.Challenge, error)
	TakeChallenge(ctx context.Context, c auth.Challenge) error
	Record(ctx context.Context, entries ...audit.Entry) error
}

func (a *api) registerSessions(h huma.API) {
	operation(a, h, "getSession", http.MethodGet, "/session", "Who is signed in", a.getSession, public)
	operation(a, h, "signIn", http.MethodPost, "/session", "Sign in with a password", a.signIn, public)
	operation(a, h, "signInWithFactor", http.MethodPost, "/session/factor", "The second step of signing in", a.signInWithFactor, public)
	operation(a, h, "beginPasskey", http.MethodPost, "/session/passkey/begin", "Begin to sign in with a passkey alone", a.beginPasskey, public)
	operation(a, h, "signInWithPasskey", http.MethodPost, "/session/passkey", "Sign in with a passkey alone", a.signInWithPasskey, public)
	operation(a, h, "signOut", http.MethodDelete, "/session", "Sign out", a.signOut, public)
	operation(a, h, "beginConfirm", http.MethodPost, "/session/confirm/begin", "How one can confirm that it is still oneself", a.beginConfirm, needsSession)
	operation(a, h, "confirm", http.MethodPost, "/session/confirm", "Confirm that it is still oneself, for 10 minutes", a.confirm, needsSession)

	operation(a, h, "listSessions", http.MethodGet, "/account/sessions", "Where one is signed in", a.listSessions, needsSession)
	operation(a, h, "endSession", http.MethodDelete, "/account/sessions/{id}", "End one of one's sessions", a.endSession, needsSession)
	operation(a, h, "endOtherSessions", http.MethodDelete, "/account/sessions", "End all of one's sessions but this one", a.endOtherSessions, needsSession)
}

// Session is who is signed in in this browser.
type Session struct {
	User         *User `json:"user" doc:"null for nobody"`
	SecondFactor bool  `json:"secondFactor" doc:"Signed in with more than a password"`
	Fresh        bool  `json:"fresh" doc:"Proved who they are within the last 10 minutes, as dangerous actions need"`
	MustSetUp    bool  `json:"mustSetUpFactor" doc:"The organisation demands a second factor and there is none yet"`
}

// TransformSchema says that user may be null, for which huma has no tag.
func (Session) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	u := s.Properties["user"]
	s.Properties["user"] = &huma.Schema{Description: u.Description, OneOf: []*huma.Schema{{Ref: u.Ref}, {Type: "null"}}}
	return s
}

type sessionAnswer struct{ Body Session }

func (a *api) getSession(ctx context.Context, _ *struct{}) (*sessionAnswer, error) {
	who, err := a.self(ctx)
	if errors.Is(err, auth.ErrRequired) {
		return &sessionAnswer{}, nil
	}
	if err != nil {
		return nil, err
	}
	me := userOf(who.user)
	answer := Session{User: &me, SecondFactor: who.session.SecondFactor, Fresh: who.fresh() == nil}
	if demands(who.tenant, who.user) && !who.session.SecondFactor {
		factors, err := a.Store.Factors(ctx, who.user.ID)
		if err != nil {
			return nil, err
		}
		answer.MustSetUp = !factors.Any()
	}
	return &sessionAnswer{answer}, nil
}

// demands reports whether an organisation wants a second factor of a person.
func demands(t tenant.Tenant, u user.User) bool {
	return t.Settings.SecondFactor.Everyone || u.Admin && t.Settings.SecondFactor.Administrators
}

// SignIn is the request of somebody with an account.
type SignIn struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

type signInRequest struct{ Body SignIn }

// SignInStep is where a sign-in has got to: user is who is signed in, or
// challenge and factor say how it goes on.
type SignInStep struct {
	User      *User           `json:"user,omitempty" doc:"Who is signed in now"`
	Factor    []string        `json:"factor,omitempty" enum:"totp,passkey,recovery" doc:"With any of which the sign-in goes on"`
	Challenge string          `json:"challenge,omitempty" doc:"For the second step, within 5 minutes"`
	Options   json.RawMessage `json:"options,omitempty" doc:"For navigator.credentials.get, when factor has passkey"`
}

type signInAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SignInStep
}

// signIn answers a wrong address and a wrong password alike, after the same
// time.
func (a *api) signIn(ctx context.Context, in *signInRequest) (*signInAnswer, error) {
	if len(in.Body.Password) > 4*auth.MaxPassword {
		return nil, auth.ErrWrong
	}
	password := pii.Secret(in.Body.Password)
	email, err := user.ParseEmail(in.Body.Email)
	if err != nil {
		return nil, auth.ErrWrong // no account has such an address, which everybody may know
	}
	v := visitorOf(ctx)
	if err := a.limiter.Attempt(user.PasswordLogin(v.tenant.ID, email), v.source); err != nil {
		return nil, err
	}
	u, err := a.Store.UserByEmail(ctx, v.tenant.ID, email)
	if err != nil && !errors.Is(err, user.ErrNotFound) {
		return nil, err
	}
	ok, err := a.Passwords.Verify(ctx, u.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	if !ok || u.Disabled {
		return nil, a.refuse(ctx, u.ID, "password", auth.ErrWrong)
	}
	if err := a.renewHash(ctx, u, password); err != nil {
		return nil, err
	}
	return a.proceed(ctx, u, proof{With: "password"})
}

// refuse notes a refused sign-in and returns why; a failing note goes first. An
// unknown account costs the same note as a known one, so that the clock does not
// tell them apart.
func (a *api) refuse(ctx context.Context, u id.User, with string, why error) error {
	entry := audit.Entry{
		Tenant: visitorOf(ctx).tenant.ID, Action: audit.SignInRefused, Actor: audit.Party{Kind: audit.System}, Detail: map[string]string{"with": with},
	}
	if u != "" {
		entry.Subject = audit.Party{Kind: audit.User, ID: string(u)}
	}
	if err := a.Store.Record(ctx, entry); err != nil {
		return err
	}
	return why
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

// proof is how somebody has proved who they are. It is kept as JSON between the
// steps of a sign-in.
type proof struct {
	With            string `json:"with"` // password, passkey, link, provider; for the audit
	SecondFactor    bool   `json:"secondFactor,omitempty"`
	Provider        string `json:"provider,omitempty"`
	ProviderSession string `json:"providerSession,omitempty"`
	// ConfirmedAt is when the person proved it to the provider, zero if that does not
	// say; of ours it is now.
	ConfirmedAt time.Time `json:"confirmedAt,omitzero"`
	Passkey     string    `json:"passkey,omitempty"` // state of [auth.RelyingParty.BeginProof]
}

// proceed goes on after the first step: to the second, if the person has a second
// factor and has not used it yet, or into the session.
func (a *api) proceed(ctx context.Context, u user.User, p proof) (*signInAnswer, error) {
	if p.SecondFactor {
		return a.enter(ctx, u, p)
	}
	factors, err := a.Store.Factors(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if !factors.Any() {
		return a.enter(ctx, u, p)
	}
	answer := &signInAnswer{}
	if factors.TOTP {
		answer.Body.Factor = append(answer.Body.Factor, "totp")
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	if here := factors.At(rp.Host()); len(here.Passkeys) > 0 {
		answer.Body.Factor = append(answer.Body.Factor, "passkey")
		if answer.Body.Options, p.Passkey, err = rp.BeginProof(holderOf(u, here)); err != nil {
			return nil, err
		}
	}
	if factors.Recovery > 0 {
		answer.Body.Factor = append(answer.Body.Factor, "recovery")
	}
	secret, err := a.challenge(ctx, auth.SecondStep, u.ID, p)
	answer.Body.Challenge = secret.Text()
	return answer, err
}

// challenge keeps what has begun and returns the secret to go on with.
func (a *api) challenge(ctx context.Context, purpose auth.Purpose, u id.User, state any) (pii.Secret, error) {
	kept, err := json.Marshal(state)
	if err != nil {
		return "", err
	}
	c, secret := auth.NewChallenge(purpose, visitorOf(ctx).tenant.ID, u, string(kept), time.Now())
	return secret, a.Store.CreateChallenge(ctx, c)
}

// enter makes the session. It always has a new token, and the one this browser
// had before ends: nobody can plant a session in somebody else's browser and find
// them signed in in it.
func (a *api) enter(ctx context.Context, u user.User, p proof) (*signInAnswer, error) {
	v := visitorOf(ctx)
	session, token := auth.NewSession(u.ID, time.Now())
	session.SecondFactor, session.Browser = p.SecondFactor, v.browser
	session.Provider, session.ProviderSession = p.Provider, p.ProviderSession
	if p.Provider != "" {
		session.ConfirmedAt = p.ConfirmedAt
	}
	who := audit.Party{Kind: audit.User, ID: string(u.ID)}
	entry := audit.Entry{
		Tenant: v.tenant.ID, Action: audit.SignedIn, Actor: who, Subject: audit.Party{Kind: audit.Session, ID: session.ID}, Detail: map[string]string{"with": p.With},
	}
	if p.SecondFactor {
		entry.Detail["secondFactor"] = "true"
	}
	if err := a.Store.CreateSession(ctx, session, entry); err != nil {
		return nil, err
	}
	a.limiter.Succeeded(u.Login(), v.source)
	if v.token != "" {
		if err := a.Store.DeleteSession(ctx, auth.HashToken(v.token)); err != nil {
			return nil, err
		}
	}
	me := userOf(u)
	return &signInAnswer{SetCookie: []http.Cookie{sessionCookie(token)}, Body: SignInStep{User: &me}}, nil
}

// SecondStep is the request of somebody whose first step was right. Exactly one
// of totp, recovery and passkey is given.
type SecondStep struct {
	Challenge string          `json:"challenge"`
	TOTP      string          `json:"totp,omitempty" maxLength:"20" doc:"The code of the authenticator app"`
	Recovery  string          `json:"recovery,omitempty" maxLength:"50" doc:"A recovery code, which serves once"`
	Passkey   json.RawMessage `json:"passkey,omitempty" doc:"What navigator.credentials.get gave, toJSON"`
}

type signInWithFactorRequest struct{ Body SecondStep }

func (a *api) signInWithFactor(ctx context.Context, in *signInWithFactorRequest) (*signInAnswer, error) {
	t := visitorOf(ctx).tenant
	c, err := a.Store.TryChallenge(ctx, t.ID, auth.SecondStep, pii.Secret(in.Body.Challenge), time.Now())
	if err != nil {
		return nil, err
	}
	var p proof
	if err := json.Unmarshal([]byte(c.State), &p); err != nil {
		return nil, err
	}
	u, err := a.Store.UserOf(ctx, t.ID, c.User)
	if errors.Is(err, user.ErrNotFound) || err == nil && u.Disabled {
		return nil, auth.ErrChallenge
	}
	if err != nil {
		return nil, err
	}
	var with string
	switch {
	case len(in.Body.Passkey) > 0:
		with, err = "passkey", a.provePasskey(ctx, u, p.Passkey, in.Body.Passkey)
	case in.Body.Recovery != "":
		with, err = "recovery", a.proveRecovery(ctx, u, in.Body.Recovery)
	default:
		with, err = "totp", a.proveTOTP(ctx, u, in.Body.TOTP)
	}
	if err != nil {
		if errors.Is(err, auth.ErrCode) || errors.Is(err, auth.ErrPasskey) {
			err = a.refuse(ctx, u.ID, with, err)
		}
		return nil, err
	}
	if err := a.Store.TakeChallenge(ctx, c); err != nil {
		return nil, err
	}
	p.SecondFactor, p.ConfirmedAt = true, time.Now()
	return a.enter(ctx, u, p)
}

// PasskeyStep is what a browser needs to ask for a passkey.
type PasskeyStep struct {
	Challenge string          `json:"challenge" doc:"For the next step, within 5 minutes"`
	Options   json.RawMessage `json:"options" doc:"For navigator.credentials.get or create"`
}

type passkeyStepAnswer struct{ Body PasskeyStep }

func (a *api) beginPasskey(ctx context.Context, _ *struct{}) (*passkeyStepAnswer, error) {
	if err := a.limiter.Begin(visitorOf(ctx).source); err != nil {
		return nil, err
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	options, state, err := rp.BeginSignIn()
	if err != nil {
		return nil, err
	}
	secret, err := a.challenge(ctx, auth.PasskeySignIn, "", passkeyState{State: state})
	return &passkeyStepAnswer{PasskeyStep{secret.Text(), options}}, err
}

// PasskeyProof is what a browser got for a passkey.
type PasskeyProof struct {
	Challenge  string          `json:"challenge"`
	Credential json.RawMessage `json:"credential" doc:"What navigator.credentials.get gave, toJSON"`
}

type signInWithPasskeyRequest struct{ Body PasskeyProof }

// signInWithPasskey counts as both factors: the device is one, and how it knew
// its holder is the other. An account of an identity provider needs the provider
// too, which may have shut it out since.
func (a *api) signInWithPasskey(ctx context.Context, in *signInWithPasskeyRequest) (*signInAnswer, error) {
	t := visitorOf(ctx).tenant
	state, err := a.takePasskeyState(ctx, auth.PasskeySignIn, "", in.Body.Challenge)
	if err != nil {
		return nil, err
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	var u user.User
	used, err := rp.FinishSignIn(state.State, in.Body.Credential, func(claimed id.User) (auth.Holder, error) {
		found, err := a.Store.UserOf(ctx, t.ID, claimed)
		if err != nil {
			return auth.Holder{}, err
		}
		u = found
		factors, err := a.Store.Factors(ctx, u.ID)
		return holderOf(u, factors.At(rp.Host())), err
	})
	if f, ok := errors.AsType[*fault.Error](errors.Unwrap(err)); ok && f.Kind != fault.NotFound {
		return nil, f // the database's, not the person's
	}
	if err == nil {
		err = a.Store.UsePasskey(ctx, used)
	}
	if err == nil && (u.Disabled || u.Provider != "") {
		err = auth.ErrPasskey
	}
	if errors.Is(err, auth.ErrPasskey) {
		return nil, a.refuse(ctx, u.ID, "passkey", err)
	}
	if err != nil {
		return nil, err
	}
	return a.enter(ctx, u, proof{With: "passkey", SecondFactor: true})
}

type signOutAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (a *api) signOut(ctx context.Context, _ *struct{}) (*signOutAnswer, error) {
	who, err := a.self(ctx)
	if err == nil {
		err = a.Store.DeleteSession(ctx, who.session.TokenHash, who.entry(audit.SignedOut, audit.Party{Kind: audit.Session, ID: who.session.ID}))
	}
	if err != nil && !errors.Is(err, auth.ErrRequired) {
		return nil, err
	}
	return &signOutAnswer{SetCookie: sessionCookie("")}, nil
}
