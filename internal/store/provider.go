package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/provider"
	"plenum/internal/store/query"
	"plenum/internal/user"
)

// maxAttempts of one provider at a time, some 200 bytes each: a flood of sign-ins
// that nobody finishes costs 2 MB, and pushes out those of people only at 10,000
// within the half minute that they take.
const maxAttempts = 10_000

// CreateProvider adds an identity provider. Faults: providers.limit.
func (s *Store) CreateProvider(ctx context.Context, p provider.Provider, entries ...audit.Entry) error {
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return explain("store.CreateProvider", err)
	}
	return s.in(ctx, "store.CreateProvider", func(q *query.Queries) error {
		if _, err := q.HoldTenant(ctx, string(p.Tenant)); err != nil {
			return err
		}
		n, err := q.CountProviders(ctx, string(p.Tenant))
		if err != nil {
			return err
		}
		if n >= provider.MaxPerTenant {
			return provider.ErrTooMany
		}
		err = q.CreateProvider(ctx, query.CreateProviderParams{
			ID: string(p.ID), TenantID: string(p.Tenant), Kind: string(p.Kind), Name: p.Name, Enabled: p.Enabled,
			Settings: string(settings), Secret: notNull(p.Sealed), CreatedAt: millis(p.CreatedAt),
		})
		if err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// notNull is b for a column that is never NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Provider finds an identity provider of an organisation. Faults: not_found.
func (s *Store) Provider(ctx context.Context, t id.Tenant, p id.Provider) (provider.Provider, error) {
	row, err := s.q.Provider(ctx, query.ProviderParams{TenantID: string(t), ID: string(p)})
	if errors.Is(err, sql.ErrNoRows) {
		return provider.Provider{}, provider.ErrNotFound
	}
	if err != nil {
		return provider.Provider{}, explain("store.Provider", err)
	}
	return providerOf(row)
}

// Providers lists the identity providers of an organisation, the oldest first.
func (s *Store) Providers(ctx context.Context, t id.Tenant) ([]provider.Provider, error) {
	rows, err := s.q.Providers(ctx, string(t))
	if err != nil {
		return nil, explain("store.Providers", err)
	}
	all := make([]provider.Provider, len(rows))
	for i, row := range rows {
		if all[i], err = providerOf(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func providerOf(row query.Provider) (provider.Provider, error) {
	p := provider.Provider{
		ID: id.Provider(row.ID), Tenant: id.Tenant(row.TenantID), Kind: provider.Kind(row.Kind), Name: row.Name, Enabled: row.Enabled,
		CreatedAt: moment(row.CreatedAt),
	}
	if len(row.Secret) > 0 {
		p.Sealed = row.Secret
	}
	if err := json.Unmarshal([]byte(row.Settings), &p.Settings); err != nil {
		return provider.Provider{}, errDamaged
	}
	return p, nil
}

// UpdateProvider keeps a changed identity provider. One that is switched off has
// its people signed out. Faults: not_found.
func (s *Store) UpdateProvider(ctx context.Context, p provider.Provider, entries ...audit.Entry) error {
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return explain("store.UpdateProvider", err)
	}
	return s.in(ctx, "store.UpdateProvider", func(q *query.Queries) error {
		n, err := q.UpdateProvider(ctx, query.UpdateProviderParams{
			TenantID: string(p.Tenant), ID: string(p.ID), Name: p.Name, Enabled: p.Enabled, Settings: string(settings), Secret: notNull(p.Sealed),
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return provider.ErrNotFound
		}
		if !p.Enabled {
			if err := q.DeleteSessionsOfProvider(ctx, string(p.ID)); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
}

// DeleteProvider deletes an identity provider and signs its people out. Their
// accounts stay, with all they own, and cannot be signed in to. Faults: not_found.
func (s *Store) DeleteProvider(ctx context.Context, t id.Tenant, p id.Provider, entries ...audit.Entry) error {
	return s.in(ctx, "store.DeleteProvider", func(q *query.Queries) error {
		n, err := q.DeleteProvider(ctx, query.DeleteProviderParams{TenantID: string(t), ID: string(p)})
		if err != nil {
			return err
		}
		if n == 0 {
			return provider.ErrNotFound
		}
		if err := q.DeleteSessionsOfProvider(ctx, string(p)); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// CreateAttempt keeps a sign-in that is on its way to its provider.
func (s *Store) CreateAttempt(ctx context.Context, a provider.Attempt) error {
	return s.in(ctx, "store.CreateAttempt", func(q *query.Queries) error {
		err := q.CreateAttempt(ctx, query.CreateAttemptParams{
			StateHash: a.StateHash[:], BrowserHash: a.BrowserHash[:], ProviderID: string(a.Provider),
			ReturnPath: a.Return, Confirm: a.Confirm, ExpiresAt: millis(a.ExpiresAt),
		})
		if err != nil {
			return err
		}
		return q.DropOldestAttempts(ctx, query.DropOldestAttemptsParams{ProviderID: string(a.Provider), Offset: maxAttempts})
	})
}

// TakeAttempt uses a sign-in's state up; of many at once one gets it. Faults:
// provider.state for one that is unknown, used, expired, of another provider or
// of another browser.
func (s *Store) TakeAttempt(ctx context.Context, p id.Provider, state, browser pii.Secret, now time.Time) (provider.Attempt, error) {
	hash := provider.Hash(state)
	row, err := s.q.TakeAttempt(ctx, hash[:])
	if errors.Is(err, sql.ErrNoRows) {
		return provider.Attempt{}, provider.ErrState
	}
	if err != nil {
		return provider.Attempt{}, explain("store.TakeAttempt", err)
	}
	a := provider.Attempt{
		StateHash: hash, BrowserHash: [32]byte(row.BrowserHash), Provider: id.Provider(row.ProviderID),
		Return: row.ReturnPath, Confirm: row.Confirm, ExpiresAt: moment(row.ExpiresAt),
	}
	if browser == "" || a.BrowserHash != provider.Hash(browser) || a.Provider != p || !now.Before(a.ExpiresAt) {
		return provider.Attempt{}, provider.ErrState
	}
	return a, nil
}

// Admit finds, makes or brings up to date the account of a person whom a provider
// has proved; note makes the audit's entry for a new one. The last administrator
// stays one whatever the provider says: somebody must be able to put it right.
// Faults: those of [provider.Provider.Admit].
func (s *Store) Admit(ctx context.Context, p provider.Provider, person provider.Person, now time.Time, note func(user.User) audit.Entry) (user.User, error) {
	const op = "store.Admit"
	var admitted user.User
	err := s.in(ctx, op, func(q *query.Queries) error {
		if _, err := q.HoldTenant(ctx, string(p.Tenant)); err != nil { // one first sign-in of a person at a time
			return err
		}
		var known *user.User
		row, err := q.AccountByLogin(ctx, user.ProviderLogin(string(p.ID), pii.Name(person.Subject)).Text())
		switch {
		case err == nil:
			u := userOf(row)
			known = &u
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if admitted, err = p.Admit(person, known, now); err != nil {
			return err
		}
		if known == nil {
			if err := createAccount(ctx, q, admitted); err != nil {
				return err
			}
			return s.append(ctx, q, note(admitted))
		}
		return refresh(ctx, q, *known, &admitted)
	})
	return admitted, err
}

// refresh writes what the provider has changed.
func refresh(ctx context.Context, q *query.Queries, known user.User, u *user.User) error {
	if known.Admin && !u.Admin {
		n, err := q.CountAdministrators(ctx, string(u.Tenant))
		if err != nil {
			return err
		}
		u.Admin = n <= 1
	}
	if known.Name == u.Name && known.Email == u.Email && known.Admin == u.Admin && slices.Equal(known.Groups, u.Groups) {
		return nil
	}
	_, err := q.UpdateAccount(ctx, query.UpdateAccountParams{
		TenantID: string(u.Tenant), ID: string(u.ID), Name: u.Name.Text(), Login: u.Login().Text(), Email: u.Email.Text(),
		Admin: u.Admin, Operator: u.Operator, Disabled: u.Disabled, ProviderGroups: groupsJSON(u.Groups),
	})
	return err
}

// SignOutByProvider ends the sessions that a provider's word names, which counts
// once; entry makes the audit's note for each account. Faults: provider.refused
// for a word that was used.
func (s *Store) SignOutByProvider(ctx context.Context, out provider.Logout, entry func(id.User) audit.Entry) error {
	return s.in(ctx, "store.SignOutByProvider", func(q *query.Queries) error {
		n, err := q.UseLogoutToken(ctx, query.UseLogoutTokenParams{ProviderID: string(out.Provider), TokenHash: out.TokenID[:], ExpiresAt: millis(out.Expires)})
		if err != nil {
			return err
		}
		if n == 0 {
			return provider.ErrRefused
		}
		login := ""
		if out.Subject != "" {
			login = user.ProviderLogin(string(out.Provider), pii.Name(out.Subject)).Text()
		}
		accounts, err := q.DeleteSessionsNamed(ctx, query.DeleteSessionsNamedParams{
			Provider: string(out.Provider), ProviderSession: out.Session, Login: login,
		})
		if err != nil {
			return err
		}
		entries := make([]audit.Entry, len(accounts))
		for i, account := range accounts {
			entries[i] = entry(id.User(account))
		}
		return s.append(ctx, q, entries...)
	})
}

// sweepProviders deletes what has expired.
func sweepProviders(ctx context.Context, q *query.Queries, now time.Time) error {
	return errors.Join(q.DeleteExpiredAttempts(ctx, millis(now)), q.DeleteExpiredLogoutTokens(ctx, millis(now)))
}
