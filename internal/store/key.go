package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"
	"time"

	"plenum/internal/apikey"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/store/query"
)

// CreateKey keeps a key. Faults: keys.limit.
func (s *Store) CreateKey(ctx context.Context, k apikey.Key, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreateKey", func(q *query.Queries) error {
		if _, err := q.HoldTenant(ctx, string(k.Tenant)); err != nil { // of two at once, one is the last
			return err
		}
		n, err := q.CountKeys(ctx, string(k.Tenant))
		if err != nil {
			return err
		}
		if n >= apikey.MaxPerTenant {
			return apikey.ErrTooMany
		}
		scopes := make([]string, 0, len(k.Scopes))
		for _, scope := range k.Scopes {
			scopes = append(scopes, string(scope))
		}
		if err := q.CreateKey(ctx, query.CreateKeyParams{
			ID: string(k.ID), TenantID: string(k.Tenant), Name: k.Name.Text(), SecretHash: k.SecretHash[:],
			Scopes: strings.Join(scopes, " "), CreatedAt: millis(k.CreatedAt), ExpiresAt: millis(k.ExpiresAt),
		}); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// Keys lists the keys of an organisation, newest first, all of them: there are at
// most [apikey.MaxPerTenant].
func (s *Store) Keys(ctx context.Context, t id.Tenant) ([]apikey.Key, error) {
	rows, err := s.q.Keys(ctx, string(t))
	if err != nil {
		return nil, explain("store.Keys", err)
	}
	keys := make([]apikey.Key, 0, len(rows))
	for _, row := range rows {
		keys = append(keys, keyOf(row))
	}
	return keys, nil
}

// KeyBySecret finds the key of an organisation that a secret belongs to and that
// has not expired. Faults: key.invalid.
func (s *Store) KeyBySecret(ctx context.Context, t id.Tenant, secret pii.Secret) (apikey.Key, error) {
	hash := apikey.Hash(secret)
	row, err := s.q.KeyBySecret(ctx, query.KeyBySecretParams{TenantID: string(t), SecretHash: hash[:], Now: millis(time.Now())})
	if errors.Is(err, sql.ErrNoRows) {
		return apikey.Key{}, apikey.ErrInvalid
	}
	return keyOf(row), explain("store.KeyBySecret", err)
}

func keyOf(row query.ApiKey) apikey.Key {
	k := apikey.Key{
		ID: id.Key(row.ID), Tenant: id.Tenant(row.TenantID), Name: pii.Name(row.Name),
		CreatedAt: moment(row.CreatedAt), ExpiresAt: moment(row.ExpiresAt),
	}
	copy(k.SecretHash[:], row.SecretHash)
	for scope := range strings.FieldsSeq(row.Scopes) {
		k.Scopes = append(k.Scopes, apikey.Scope(scope))
	}
	return k
}

// DeleteKey revokes a key: its next request is refused. Faults: not_found.
func (s *Store) DeleteKey(ctx context.Context, t id.Tenant, k id.Key, entries ...audit.Entry) error {
	return s.in(ctx, "store.DeleteKey", func(q *query.Queries) error {
		n, err := q.DeleteKey(ctx, query.DeleteKeyParams{TenantID: string(t), ID: string(k)})
		if err != nil {
			return err
		}
		if n == 0 {
			return apikey.ErrNotFound
		}
		return s.append(ctx, q, entries...)
	})
}

// BeginAnswer takes a name until the given moment, or returns what has it.
func (s *Store) BeginAnswer(ctx context.Context, asked apikey.Answer, until, now time.Time) (before apikey.Answer, taken bool, err error) {
	const op = "store.BeginAnswer"
	n, err := s.q.BeginIdempotent(ctx, query.BeginIdempotentParams{
		Name: asked.Name[:], TenantID: string(asked.Tenant), Request: asked.Request[:], Empty: []byte{}, ExpiresAt: millis(until), Now: millis(now),
	})
	if err != nil || n > 0 {
		return apikey.Answer{}, false, explain(op, err)
	}
	row, err := s.q.Idempotent(ctx, asked.Name[:])
	if errors.Is(err, sql.ErrNoRows) { // it failed this very moment and may be tried again
		return asked, true, nil
	}
	if err != nil {
		return apikey.Answer{}, false, explain(op, err)
	}
	before = apikey.Answer{Name: asked.Name, Tenant: id.Tenant(row.TenantID), Status: int(row.Status), Sealed: row.Answer}
	copy(before.Request[:], row.Request)
	return before, true, nil
}

// KeepAnswer keeps the answer of a request that is done.
func (s *Store) KeepAnswer(ctx context.Context, done apikey.Answer, until time.Time) error {
	return explain("store.KeepAnswer", s.q.FinishIdempotent(ctx, query.FinishIdempotentParams{
		Name: done.Name[:], Status: int64(done.Status), Answer: done.Sealed, ExpiresAt: millis(until),
	}))
}

// DropAnswer forgets a request that changed nothing.
func (s *Store) DropAnswer(ctx context.Context, name [sha256.Size]byte) error {
	return explain("store.DropAnswer", s.q.DropIdempotent(ctx, name[:]))
}

// keyStays is how long an expired key is still listed, for whoever wonders why
// their program has stopped.
const keyStays = 30 * 24 * time.Hour

func (s *Store) sweepKeys(ctx context.Context, now time.Time) error {
	if err := s.q.DeleteExpiredKeys(ctx, millis(now.Add(-keyStays))); err != nil {
		return err
	}
	return s.q.DeleteExpiredIdempotent(ctx, millis(now))
}
