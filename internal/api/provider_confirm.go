package api

import (
	"context"
	"errors"

	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
	"plenum/internal/user"
)

// directoryOf finds the directory that knows somebody's password.
func (a *api) directoryOf(ctx context.Context, u user.User) (p provider.Provider, found bool, err error) {
	if u.Provider == "" {
		return provider.Provider{}, false, nil
	}
	p, err = a.Store.Provider(ctx, u.Tenant, id.Provider(u.Provider))
	if errors.Is(err, provider.ErrNotFound) {
		return provider.Provider{}, false, nil
	}
	return p, err == nil && p.Enabled && p.Kind == provider.LDAP, err
}

// takesPassword reports whether somebody has a password that we can check, ours
// or a directory's.
func (a *api) takesPassword(ctx context.Context, u user.User) (bool, error) {
	_, found, err := a.directoryOf(ctx, u)
	return found || u.Provider == "", err
}

// confirmPassword is verifyPassword for whoever has one, ours or a directory's.
// Faults beside its own: provider.unreachable.
func (a *api) confirmPassword(ctx context.Context, u user.User, typed string) error {
	p, found, err := a.directoryOf(ctx, u)
	switch {
	case err != nil:
		return err
	case !found && u.Provider != "":
		return auth.ErrPassword
	case !found:
		return a.verifyPassword(ctx, u, typed)
	}
	source := visitorOf(ctx).source
	if err := a.limiter.Attempt(u.Login(), source); err != nil {
		return err
	}
	secret, err := a.secretOf(p)
	if err != nil {
		return err
	}
	err = a.LDAP.Confirm(ctx, p, secret, u.Subject.Text(), pii.Secret(typed))
	if errors.Is(err, provider.ErrWrong) {
		return auth.ErrPassword
	}
	if err == nil {
		a.limiter.Succeeded(u.Login(), source)
	}
	return err
}
