package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// providerStore is what identity providers need of the store.
type providerStore interface {
	CreateProvider(ctx context.Context, p provider.Provider, entries ...audit.Entry) error
	Provider(ctx context.Context, t id.Tenant, p id.Provider) (provider.Provider, error)
	Providers(ctx context.Context, t id.Tenant) ([]provider.Provider, error)
	UpdateProvider(ctx context.Context, p provider.Provider, entries ...audit.Entry) error
	DeleteProvider(ctx context.Context, t id.Tenant, p id.Provider, entries ...audit.Entry) error

	CreateAttempt(ctx context.Context, a provider.Attempt) error
	TakeAttempt(ctx context.Context, p id.Provider, state, browser pii.Secret, now time.Time) (provider.Attempt, error)
	Admit(ctx context.Context, p provider.Provider, person provider.Person, now time.Time, note func(user.User) audit.Entry) (user.User, error)
	SignOutByProvider(ctx context.Context, out provider.Logout, entry func(id.User) audit.Entry) error
}

// OpenIDConnect speaks to OpenID Connect providers.
type OpenIDConnect interface {
	Begin(ctx context.Context, p provider.Provider, q provider.Question) (string, error)
	Finish(ctx context.Context, p provider.Provider, secret pii.Secret, a provider.Answer) (provider.Person, error)
	Logout(ctx context.Context, p provider.Provider, token pii.Secret) (provider.Logout, error)
	SignOutURL(ctx context.Context, p provider.Provider, back string) string
	Test(ctx context.Context, p provider.Provider) error
}

// Directory speaks to LDAP directories.
type Directory interface {
	SignIn(ctx context.Context, p provider.Provider, secret pii.Secret, name string, password pii.Secret) (provider.Person, error)
	Confirm(ctx context.Context, p provider.Provider, secret pii.Secret, subject string, password pii.Secret) error
	Test(ctx context.Context, p provider.Provider, secret pii.Secret) error
}

var errSecretAgain = fault.New("api.updateProvider", fault.Invalid, "provider.secret", "Enter the secret again: it would go to another place than before, or less protected.")

func (a *api) registerProviders(h huma.API) {
	operation(a, h, "listProviders", http.MethodGet, "/providers", "The organisation's identity providers, oldest first; at most 20", a.listProviders, administers(readSettings))
	operation(a, h, "createProvider", http.MethodPost, "/providers", "Add an identity provider", a.createProvider, administers(personal), created)
	operation(a, h, "getProvider", http.MethodGet, "/providers/{id}", "One identity provider", a.getProvider, administers(readSettings))
	operation(a, h, "updateProvider", http.MethodPatch, "/providers/{id}", "Change an identity provider; switching it off signs its people out", a.updateProvider, administers(personal))
	operation(a, h, "deleteProvider", http.MethodDelete, "/providers/{id}", "Delete an identity provider and sign its people out; their accounts stay", a.deleteProvider, administers(personal))
	operation(a, h, "testProvider", http.MethodPost, "/providers/{id}/test", "Try to reach an identity provider as it is set up", a.testProvider, administers(personal))
	operation(a, h, "signInByDirectory", http.MethodPost, "/signin/{id}/ldap", "Sign in with a directory", a.signInByDirectory, public)
}

// Provider is an identity provider as administrators see it.
type Provider struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind" enum:"oidc,ldap"`
	Name      string            `json:"name"`
	Enabled   bool              `json:"enabled"`
	Settings  provider.Settings `json:"settings"`
	SecretSet bool              `json:"secretSet" doc:"There is a secret; it is never shown again"`
	// What the provider's own administrator has to enter there.
	RedirectURI    string `json:"redirectUri" doc:"For kind oidc: where the provider sends people back to"`
	BackchannelURI string `json:"backchannelUri" doc:"For kind oidc: where the provider says that somebody has signed out"`
	SignOutURI     string `json:"signOutUri" doc:"For kind oidc: where people come back to from the provider's sign-out"`
}

func providerOf(ctx context.Context, p provider.Provider) Provider {
	out := Provider{ID: string(p.ID), Kind: string(p.Kind), Name: p.Name, Enabled: p.Enabled, Settings: p.Settings, SecretSet: p.Sealed != nil}
	if p.Kind == provider.OIDC {
		out.RedirectURI = redirectURI(ctx, p.ID)
		out.BackchannelURI = visitorOf(ctx).origin + Prefix + "/signin/" + string(p.ID) + "/backchannel"
		out.SignOutURI = visitorOf(ctx).origin + signInPage
	}
	return out
}

type providerAnswer struct{ Body Provider }

type providersAnswer struct {
	Body struct {
		Providers []Provider `json:"providers" nullable:"false"`
	}
}

type providerRequest struct {
	ID string `path:"id"`
}

func (a *api) listProviders(ctx context.Context, _ *struct{}) (*providersAnswer, error) {
	who, err := a.admin(ctx, readSettings)
	if err != nil {
		return nil, err
	}
	all, err := a.Store.Providers(ctx, who.tenant.ID)
	if err != nil {
		return nil, err
	}
	var out providersAnswer
	out.Body.Providers = make([]Provider, len(all))
	for i, p := range all {
		out.Body.Providers[i] = providerOf(ctx, p)
	}
	return &out, nil
}

func (a *api) getProvider(ctx context.Context, in *providerRequest) (*providerAnswer, error) {
	who, err := a.admin(ctx, readSettings)
	if err != nil {
		return nil, err
	}
	p, err := a.provider(ctx, who.tenant, in.ID)
	if err != nil {
		return nil, err
	}
	return &providerAnswer{providerOf(ctx, p)}, nil
}

func (a *api) provider(ctx context.Context, t tenant.Tenant, text string) (provider.Provider, error) {
	p, err := id.Parse[id.Provider](text)
	if err != nil {
		return provider.Provider{}, err
	}
	return a.Store.Provider(ctx, t.ID, p)
}

// CreateProvider is the request that adds an identity provider.
type CreateProvider struct {
	Kind     string            `json:"kind" enum:"oidc,ldap"`
	Name     string            `json:"name" doc:"On the button; 1 to 60 characters"`
	Settings provider.Settings `json:"settings"`
	Secret   string            `json:"secret,omitempty" maxLength:"1000" doc:"The client's secret, or the password of the account that searches"`
	Enabled  bool              `json:"enabled"`
}

type createProviderRequest struct{ Body CreateProvider }

func (a *api) createProvider(ctx context.Context, in *createProviderRequest) (*providerAnswer, error) {
	who, err := a.settler(ctx)
	if err != nil {
		return nil, err
	}
	p := provider.Provider{
		ID: id.New[id.Provider](), Tenant: who.tenant.ID, Kind: provider.Kind(in.Body.Kind), Enabled: in.Body.Enabled, CreatedAt: time.Now(),
	}
	if p.Name, err = provider.ParseName(in.Body.Name); err != nil {
		return nil, err
	}
	if p.Settings, err = provider.Parse(p.Kind, in.Body.Settings); err != nil {
		return nil, err
	}
	if p.Settings.Internal && !who.user.Operator {
		return nil, errNotAdmin
	}
	a.seal(&p, in.Body.Secret)
	if err := a.Store.CreateProvider(ctx, p, providerEntry(who, p.ID, "created")); err != nil {
		return nil, err
	}
	return &providerAnswer{providerOf(ctx, p)}, nil
}

// settler is an administrator who has just proved who they are: an identity
// provider can let anybody in as anybody.
func (a *api) settler(ctx context.Context) (actor, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return actor{}, err
	}
	return who, who.fresh()
}

func providerEntry(who actor, p id.Provider, change string) audit.Entry {
	e := who.entry(audit.ProviderChanged, audit.Party{Kind: audit.Provider, ID: string(p)})
	e.Detail = map[string]string{"change": change}
	return e
}

// seal keeps a secret; "" keeps none.
func (a *api) seal(p *provider.Provider, secret string) {
	p.Sealed = nil
	if secret != "" {
		p.Sealed = a.ProviderSecrets.Seal([]byte(secret), string(p.ID))
	}
}

// secretOf opens what seal kept.
func (a *api) secretOf(p provider.Provider) (pii.Secret, error) {
	if p.Sealed == nil {
		return "", nil
	}
	secret, err := a.ProviderSecrets.Open(p.Sealed, string(p.ID))
	if err != nil {
		return "", fault.Wrap("api.secretOf", err)
	}
	return pii.Secret(secret), nil
}

// ChangeProvider is the request that changes an identity provider. What is left
// out stays as it is.
type ChangeProvider struct {
	Name     *string            `json:"name,omitempty" doc:"1 to 60 characters"`
	Settings *provider.Settings `json:"settings,omitempty" doc:"All of them"`
	Secret   *string            `json:"secret,omitempty" maxLength:"1000" doc:"Empty removes it"`
	Enabled  *bool              `json:"enabled,omitempty"`
}

type changeProviderRequest struct {
	ID   string `path:"id"`
	Body ChangeProvider
}

func (a *api) updateProvider(ctx context.Context, in *changeProviderRequest) (*providerAnswer, error) {
	who, err := a.settler(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.provider(ctx, who.tenant, in.ID)
	if err != nil {
		return nil, err
	}
	before := p.Settings
	if in.Body.Name != nil {
		if p.Name, err = provider.ParseName(*in.Body.Name); err != nil {
			return nil, err
		}
	}
	if in.Body.Settings != nil {
		if p.Settings, err = provider.Parse(p.Kind, *in.Body.Settings); err != nil {
			return nil, err
		}
	}
	moved := p.Settings.Destination() != before.Destination()
	switch {
	case p.Settings.Internal && moved && !who.user.Operator:
		return nil, errNotAdmin
	case in.Body.Secret != nil:
		a.seal(&p, *in.Body.Secret)
	case moved && p.Sealed != nil:
		return nil, errSecretAgain
	}
	if in.Body.Enabled != nil {
		p.Enabled = *in.Body.Enabled
	}
	if err := a.Store.UpdateProvider(ctx, p, providerEntry(who, p.ID, "changed")); err != nil {
		return nil, err
	}
	return &providerAnswer{providerOf(ctx, p)}, nil
}

func (a *api) deleteProvider(ctx context.Context, in *providerRequest) (*struct{}, error) {
	who, err := a.settler(ctx)
	if err != nil {
		return nil, err
	}
	p, err := id.Parse[id.Provider](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.DeleteProvider(ctx, who.tenant.ID, p, providerEntry(who, p, "deleted"))
}

// Trial is what came of trying a provider.
type Trial struct {
	OK      bool   `json:"ok"`
	Problem string `json:"problem" doc:"Empty, or in plain English which part of the settings did not work and how"`
}

type trialAnswer struct{ Body Trial }

func (a *api) testProvider(ctx context.Context, in *providerRequest) (*trialAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	p, err := a.provider(ctx, who.tenant, in.ID)
	if err != nil {
		return nil, err
	}
	if p.Kind == provider.OIDC {
		err = a.OIDC.Test(ctx, p)
	} else {
		var secret pii.Secret
		if secret, err = a.secretOf(p); err == nil {
			err = a.LDAP.Test(ctx, p, secret)
		}
	}
	f, isFault := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return &trialAnswer{Trial{OK: true}}, nil
	case isFault && f.Code == provider.ErrUnreachable.Code && f.Cause != nil:
		return &trialAnswer{Trial{Problem: f.Cause.Error()}}, nil //nolint:nilerr // what is wrong is the answer
	}
	return nil, err
}

// SignInProvider is an identity provider as everybody sees it.
type SignInProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind" enum:"oidc,ldap" doc:"oidc: lead the browser to /api/v1/signin/{id}?return=/…; ldap: ask for user name and password, and send them to /api/v1/signin/{id}/ldap"`
}

// signInProviders are those that people may sign in with.
func (a *api) signInProviders(ctx context.Context) ([]SignInProvider, error) {
	all, err := a.Store.Providers(ctx, visitorOf(ctx).tenant.ID)
	out := make([]SignInProvider, 0, len(all))
	for _, p := range all {
		if p.Enabled {
			out = append(out, SignInProvider{ID: string(p.ID), Name: p.Name, Kind: string(p.Kind)})
		}
	}
	return out, err
}
