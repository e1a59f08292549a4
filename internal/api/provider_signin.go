package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
	"plenum/internal/user"
)

const (
	// signInCookie names the browser that began a sign-in, for as long as one takes.
	// The provider leads back from another site: Lax lets the cookie come along.
	signInCookie = "__Host-plenum-signin"
	signInPage   = "/signin"
	// maxLogoutBody is for a form with one token; see package oidc.
	maxLogoutBody = 256 * 1024
)

// registerBrowserSignIn adds what browsers are led through and what providers
// call: it answers with redirects, or as OpenID Connect says, and takes whatever
// parameters providers add.
func (a *api) registerBrowserSignIn(mux *http.ServeMux) {
	for path, handle := range map[string]http.HandlerFunc{
		"GET " + Prefix + "/signin/{provider}":              a.beginSignIn,
		"GET " + Prefix + "/signin/{provider}/callback":     a.finishSignIn,
		"GET " + Prefix + "/signin/{provider}/signout":      a.signOutThere,
		"POST " + Prefix + "/signin/{provider}/backchannel": a.signedOutThere,
	} {
		a.requirements[path] = requirement{operation: "signInByProvider", audience: everybody, bodies: []string{"application/x-www-form-urlencoded"}}
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			handle(w, r)
		})
	}
}

// redirectURI is where a provider sends people back to: on the name that the
// person used, which is one of the organisation's.
func redirectURI(ctx context.Context, p id.Provider) string {
	return visitorOf(ctx).origin + Prefix + "/signin/" + string(p) + "/callback"
}

// enabled finds the provider of a request that people may sign in with.
func (a *api) enabled(ctx context.Context, text string, kind provider.Kind) (provider.Provider, error) {
	p, err := a.provider(ctx, visitorOf(ctx).tenant, text)
	if err == nil && (!p.Enabled || p.Kind != kind) {
		err = provider.ErrNotFound
	}
	return p, err
}

// beginSignIn leads the browser to the provider. With "confirm" somebody who is
// signed in proves again who they are.
func (a *api) beginSignIn(w http.ResponseWriter, r *http.Request) {
	address, browser, err := a.questionTo(r)
	if err != nil {
		a.failSignIn(w, r, err)
		return
	}
	setSignInCookie(w, browser)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

func (a *api) questionTo(r *http.Request) (address string, browser pii.Secret, err error) {
	ctx := r.Context()
	if err := a.limiter.Begin(visitorOf(ctx).source); err != nil {
		return "", "", err
	}
	p, err := a.enabled(ctx, r.PathValue("provider"), provider.OIDC)
	if err != nil {
		return "", "", err
	}
	browser = browserOf(r)
	if browser == "" {
		browser = pii.Secret(id.NewSecret())
	}
	asked := r.URL.Query()
	attempt, question := provider.Ask(p.ID, browser, redirectURI(ctx, p.ID), asked.Get("return"), asked.Get("confirm") == "true", time.Now())
	if address, err = a.OIDC.Begin(ctx, p, question); err != nil {
		return "", "", err
	}
	return address, browser, a.Store.CreateAttempt(ctx, attempt)
}

// browserOf reads the cookie of a sign-in, "" if it cannot be one of ours.
func browserOf(r *http.Request) pii.Secret {
	c, err := r.Cookie(signInCookie)
	if err != nil || len(c.Value) != len(id.NewSecret()) {
		return ""
	}
	return pii.Secret(c.Value)
}

// setSignInCookie keeps the browser's name for one sign-in; "" deletes it.
func setSignInCookie(w http.ResponseWriter, browser pii.Secret) {
	c := sessionCookie(browser) //nolint:gosec // it is made with all three
	c.Name = signInCookie
	if browser != "" {
		c.MaxAge = int(provider.AttemptLife / time.Second)
	}
	http.SetCookie(w, &c)
}

// finishSignIn takes the answer that the browser brings back from the provider.
func (a *api) finishSignIn(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p, err := a.enabled(ctx, r.PathValue("provider"), provider.OIDC)
	if err != nil {
		a.failSignIn(w, r, err)
		return
	}
	said := r.URL.Query()
	browser := browserOf(r)
	state := pii.Secret(said.Get("state"))
	attempt, err := a.Store.TakeAttempt(ctx, p.ID, state, browser, time.Now())
	if err != nil {
		a.failSignIn(w, r, err)
		return
	}
	setSignInCookie(w, "")
	person, err := a.answerOf(ctx, p, attempt, said, browser)
	if err != nil {
		a.failSignIn(w, r, a.refuseBy(ctx, p, err))
		return
	}
	if attempt.Confirm {
		if err := a.confirmBy(ctx, p, person); err != nil {
			a.failSignIn(w, r, a.refuseBy(ctx, p, err))
			return
		}
		http.Redirect(w, r, attempt.Return, http.StatusSeeOther)
		return
	}
	step, err := a.enterBy(ctx, p, person)
	if err != nil {
		a.failSignIn(w, r, a.refuseBy(ctx, p, err))
		return
	}
	for _, c := range step.SetCookie {
		http.SetCookie(w, &c)
	}
	http.Redirect(w, r, goOn(step.Body, attempt.Return), http.StatusSeeOther)
}

// goOn is where the browser goes after the provider's step: to where it wanted,
// or to the page that asks for the second factor. What that needs stands behind
// the #, which browsers send to nobody.
func goOn(step SignInStep, back string) string {
	if step.User != nil {
		return back
	}
	raw, err := json.Marshal(step)
	if err != nil {
		return signInPage
	}
	return signInPage + "?from=" + url.QueryEscape(back) + "#step=" + base64.RawURLEncoding.EncodeToString(raw)
}

// answerOf lets the provider's answer be verified.
func (a *api) answerOf(ctx context.Context, p provider.Provider, attempt provider.Attempt, said url.Values, browser pii.Secret) (provider.Person, error) {
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(said[name]) > 1 { // RFC 6749 §3.1; which of two counts is a matter of taste
			return provider.Person{}, provider.ErrRefused.With(errors.New("a parameter comes twice"))
		}
	}
	if said.Has("error") {
		return provider.Person{}, provider.ErrDenied
	}
	if said.Get("code") == "" {
		return provider.Person{}, provider.ErrRefused.With(errors.New("there is no code"))
	}
	secret, err := a.secretOf(p)
	if err != nil {
		return provider.Person{}, err
	}
	return a.OIDC.Finish(ctx, p, secret, provider.Answer{
		Question: attempt.Again(pii.Secret(said.Get("state")), browser, redirectURI(ctx, p.ID)),
		Code:     pii.Secret(said.Get("code")), Issuer: said.Get("iss"),
	})
}

// enterBy makes or finds the person's account and signs this browser in, or says
// what second factor of ours is to come.
func (a *api) enterBy(ctx context.Context, p provider.Provider, person provider.Person) (*signInAnswer, error) {
	u, err := a.admitted(ctx, p, person)
	if err != nil {
		return nil, err
	}
	return a.proceed(ctx, u, proof{
		With: "provider", SecondFactor: person.SecondFactor, Provider: string(p.ID), ProviderSession: person.Session, ConfirmedAt: person.ConfirmedAt,
	})
}

func (a *api) admitted(ctx context.Context, p provider.Provider, person provider.Person) (user.User, error) {
	return a.Store.Admit(ctx, p, person, time.Now(), func(u user.User) audit.Entry {
		return audit.Entry{
			Tenant: p.Tenant, Action: audit.AccountCreated, Actor: audit.Party{Kind: audit.Provider, ID: string(p.ID)},
			Subject: audit.Party{Kind: audit.User, ID: string(u.ID)},
		}
	})
}

// confirmBy takes the provider's word that whoever is signed in here has proved
// it again a moment ago.
func (a *api) confirmBy(ctx context.Context, p provider.Provider, person provider.Person) error {
	u, session, err := a.signedIn(ctx)
	if err != nil {
		return err
	}
	if u.Provider != string(p.ID) || u.Subject != pii.Name(person.Subject) {
		return provider.ErrRefused.With(errors.New("somebody else has confirmed"))
	}
	if time.Since(person.ConfirmedAt) > auth.ConfirmLife {
		return provider.ErrRefused.With(errors.New("the provider did not ask the person again, or does not say so"))
	}
	return a.Store.ConfirmSession(ctx, session.TokenHash, person.ConfirmedAt, person.SecondFactor)
}

// refuseBy notes in the audit that a provider's answer was not enough, and
// returns err.
func (a *api) refuseBy(ctx context.Context, p provider.Provider, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return err
	}
	note := audit.Entry{
		Tenant: p.Tenant, Action: audit.SignInRefused, Actor: audit.Party{Kind: audit.Provider, ID: string(p.ID)},
		Detail: map[string]string{"with": "provider", "code": f.Code},
	}
	return errors.Join(a.Store.Record(ctx, note), err)
}

// failSignIn leads the browser to the page that says in words what went wrong.
func (a *api) failSignIn(w http.ResponseWriter, r *http.Request, err error) {
	problem := a.problem(r.Context(), "signInByProvider", err)
	f, ok := errors.AsType[*fault.Error](err)
	if ok && f.Code == provider.ErrRefused.Code && f.Cause != nil {
		a.Logger.WarnContext(r.Context(), "answer of an identity provider refused", "reason", f.Cause.Error())
	}
	http.Redirect(w, r, signInPage+"?error="+url.QueryEscape(problem.Code), http.StatusSeeOther)
}

// signOutThere leads somebody who has signed out here to the provider's own
// sign-out, if there is one.
func (a *api) signOutThere(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	address := signInPage
	if p, err := a.enabled(ctx, r.PathValue("provider"), provider.OIDC); err == nil {
		if there := a.OIDC.SignOutURL(ctx, p, visitorOf(ctx).origin+signInPage); there != "" {
			address = there
		}
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// signedOutThere takes a provider's word that somebody has signed out (OpenID
// Connect Back-Channel Logout 1.0 §2.5) and ends their sessions here.
func (a *api) signedOutThere(w http.ResponseWriter, r *http.Request) {
	err := a.endBy(w, r)
	status, code := http.StatusOK, ""
	switch fault.KindOf(err) {
	case fault.Internal, fault.Unavailable:
		if err != nil {
			a.Logger.WarnContext(r.Context(), "word of an identity provider could not be taken", "error", err)
			status, code = http.StatusServiceUnavailable, "temporarily_unavailable"
		}
	default:
		status, code = http.StatusBadRequest, "invalid_request"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if code != "" {
		json.NewEncoder(w).Encode(map[string]string{"error": code}) //nolint:errcheck,errchkjson // the provider has gone
	}
}

func (a *api) endBy(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := a.limiter.Begin(visitorOf(ctx).source); err != nil {
		return err
	}
	p, err := a.enabled(ctx, r.PathValue("provider"), provider.OIDC)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxLogoutBody)
	if err := r.ParseForm(); err != nil || len(r.PostForm["logout_token"]) != 1 {
		return provider.ErrRefused
	}
	out, err := a.OIDC.Logout(ctx, p, pii.Secret(r.PostForm.Get("logout_token")))
	if err != nil {
		return err
	}
	var ended []id.User
	err = a.Store.SignOutByProvider(ctx, out, func(u id.User) audit.Entry {
		ended = append(ended, u)
		return audit.Entry{
			Tenant: p.Tenant, Action: audit.SessionEnded, Actor: audit.Party{Kind: audit.Provider, ID: string(p.ID)},
			Subject: audit.Party{Kind: audit.User, ID: string(u)},
		}
	})
	if err != nil {
		return err
	}
	slices.Sort(ended) // one entry per session
	for _, u := range slices.Compact(ended) {
		if err := a.Rooms.Expel(ctx, p.Tenant, u); err != nil {
			return err
		}
	}
	return nil
}

// DirectorySignIn is the request of somebody whose password a directory knows.
type DirectorySignIn struct {
	User     string `json:"user" maxLength:"256" doc:"As the directory's search expects it"`
	Password string `json:"password" maxLength:"1000"`
}

type directorySignInRequest struct {
	ID   string `path:"id"`
	Body DirectorySignIn
}

// signInByDirectory answers an unknown name and a wrong password alike.
func (a *api) signInByDirectory(ctx context.Context, in *directorySignInRequest) (*signInAnswer, error) {
	p, err := a.enabled(ctx, in.ID, provider.LDAP)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(in.Body.User)
	login, from := pii.Email(string(p.ID)+":"+strings.ToLower(name)), visitorOf(ctx).source
	if err := a.limiter.Attempt(login, from); err != nil {
		return nil, err
	}
	secret, err := a.secretOf(p)
	if err != nil {
		return nil, err
	}
	person, err := a.LDAP.SignIn(ctx, p, secret, name, pii.Secret(in.Body.Password))
	if err != nil {
		return nil, a.refuseBy(ctx, p, err)
	}
	person.ConfirmedAt = time.Now()
	a.limiter.Succeeded(login, from)
	step, err := a.enterBy(ctx, p, person)
	if err != nil {
		return nil, a.refuseBy(ctx, p, err)
	}
	return step, nil
}
