package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/store/query"
	"plenum/internal/user"
)

// maxSessions per account: a person has a few browsers; the rest are forgotten
// ones. The one that would expire first goes.
const maxSessions = 50

// CreateSession keeps a sign-in and drops the oldest beyond fifty.
func (s *Store) CreateSession(ctx context.Context, session auth.Session, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreateSession", func(q *query.Queries) error {
		if err := createSession(ctx, q, session); err != nil {
			return err
		}
		if err := q.DropOldestSessions(ctx, query.DropOldestSessionsParams{AccountID: string(session.User), Limit: maxSessions}); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

func createSession(ctx context.Context, q *query.Queries, session auth.Session) error {
	return q.CreateSession(ctx, query.CreateSessionParams{
		TokenHash:       session.TokenHash[:],
		AccountID:       string(session.User),
		CreatedAt:       millis(session.CreatedAt),
		ExpiresAt:       millis(session.ExpiresAt),
		ID:              session.ID,
		SecondFactor:    session.SecondFactor,
		ConfirmedAt:     millis(session.ConfirmedAt),
		LastDay:         millis(session.LastDay),
		Browser:         session.Browser,
		Provider:        session.Provider,
		ProviderSession: session.ProviderSession,
	})
}

// Session finds a sign-in that has not expired at now, of an account that is not
// disabled, and whose it is. Faults: signin.required.
func (s *Store) Session(ctx context.Context, tokenHash [32]byte, now time.Time) (auth.Session, user.User, error) {
	row, err := s.q.Session(ctx, query.SessionParams{TokenHash: tokenHash[:], Now: millis(now)})
	if errors.Is(err, sql.ErrNoRows) {
		return auth.Session{}, user.User{}, auth.ErrRequired
	}
	if err != nil {
		return auth.Session{}, user.User{}, explain("store.Session", err)
	}
	return sessionOf(row.Session), userOf(row.Account), nil
}

func sessionOf(row query.Session) auth.Session {
	return auth.Session{
		TokenHash:       [32]byte(row.TokenHash),
		User:            id.User(row.AccountID),
		CreatedAt:       moment(row.CreatedAt),
		ExpiresAt:       moment(row.ExpiresAt),
		ID:              row.ID,
		SecondFactor:    row.SecondFactor,
		ConfirmedAt:     moment(row.ConfirmedAt),
		LastDay:         moment(row.LastDay),
		Browser:         row.Browser,
		Provider:        row.Provider,
		ProviderSession: row.ProviderSession,
	}
}

// Sessions lists where an account is signed in at now, the newest first.
func (s *Store) Sessions(ctx context.Context, u id.User, now time.Time) ([]auth.Session, error) {
	rows, err := s.q.SessionsOf(ctx, query.SessionsOfParams{AccountID: string(u), Now: millis(now)})
	sessions := make([]auth.Session, len(rows))
	for i, row := range rows {
		sessions[i] = sessionOf(row)
	}
	return sessions, explain("store.Sessions", err)
}

// RenewSession keeps what use made of a sign-in; see [auth.Session.Renewed].
func (s *Store) RenewSession(ctx context.Context, session auth.Session) error {
	return explain("store.RenewSession", s.q.RenewSession(ctx, query.RenewSessionParams{
		TokenHash: session.TokenHash[:], ExpiresAt: millis(session.ExpiresAt), LastDay: millis(session.LastDay),
	}))
}

// ConfirmSession notes that the person proved who they are, and whether by a
// second factor. Faults: signin.required.
func (s *Store) ConfirmSession(ctx context.Context, tokenHash [32]byte, now time.Time, secondFactor bool) error {
	n, err := s.q.ConfirmSession(ctx, query.ConfirmSessionParams{TokenHash: tokenHash[:], ConfirmedAt: millis(now), SecondFactor: secondFactor})
	if err == nil && n == 0 {
		return auth.ErrRequired
	}
	return explain("store.ConfirmSession", err)
}

// DeleteSession signs out; doing it twice is not a fault, and is noted once.
func (s *Store) DeleteSession(ctx context.Context, tokenHash [32]byte, entries ...audit.Entry) error {
	return s.in(ctx, "store.DeleteSession", func(q *query.Queries) error {
		n, err := q.DeleteSession(ctx, tokenHash[:])
		if err != nil || n == 0 {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// EndSession ends one session of an account by its id. Faults: not_found.
func (s *Store) EndSession(ctx context.Context, u id.User, session string, entries ...audit.Entry) error {
	return s.in(ctx, "store.EndSession", func(q *query.Queries) error {
		n, err := q.DeleteSessionOf(ctx, query.DeleteSessionOfParams{AccountID: string(u), ID: session})
		if err != nil {
			return err
		}
		if n == 0 {
			return id.ErrMalformed
		}
		return s.append(ctx, q, entries...)
	})
}

// EndOtherSessions ends all sessions of an account but one.
func (s *Store) EndOtherSessions(ctx context.Context, u id.User, keep [32]byte, entries ...audit.Entry) error {
	return s.in(ctx, "store.EndOtherSessions", func(q *query.Queries) error {
		n, err := q.DeleteOtherSessions(ctx, query.DeleteOtherSessionsParams{AccountID: string(u), TokenHash: keep[:]})
		if err != nil || n == 0 {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// EndSessions signs an account out everywhere, sign-ins between their steps
// included.
func (s *Store) EndSessions(ctx context.Context, u id.User, entries ...audit.Entry) error {
	return s.in(ctx, "store.EndSessions", func(q *query.Queries) error {
		if err := lockOut(ctx, q, u); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// CreateChallenge keeps a proof of identity that has begun, and drops the oldest
// of the account beyond ten.
func (s *Store) CreateChallenge(ctx context.Context, c auth.Challenge) error {
	return s.in(ctx, "store.CreateChallenge", func(q *query.Queries) error {
		account := sql.NullString{String: string(c.User), Valid: c.User != ""}
		err := q.CreateChallenge(ctx, query.CreateChallengeParams{
			SecretHash: c.SecretHash[:], Purpose: string(c.Purpose), TenantID: string(c.Tenant), AccountID: account,
			State: c.State, ExpiresAt: millis(c.ExpiresAt),
		})
		if err != nil || !account.Valid {
			return err
		}
		return q.DropOldestChallenges(ctx, query.DropOldestChallengesParams{AccountID: account, Limit: auth.MaxChallenges})
	})
}

// TryChallenge takes one of the tries at a challenge. Faults: challenge.invalid.
func (s *Store) TryChallenge(ctx context.Context, t id.Tenant, purpose auth.Purpose, secret pii.Secret, now time.Time) (auth.Challenge, error) {
	hash := auth.HashToken(secret)
	row, err := s.q.TryChallenge(ctx, query.TryChallengeParams{
		SecretHash: hash[:], Purpose: string(purpose), TenantID: string(t), Now: millis(now), MaxTries: auth.MaxTries,
	})
	if errors.Is(err, sql.ErrNoRows) {
		return auth.Challenge{}, auth.ErrChallenge
	}
	return auth.Challenge{
		SecretHash: hash, Purpose: auth.Purpose(row.Purpose), Tenant: id.Tenant(row.TenantID), User: id.User(row.AccountID.String),
		State: row.State, ExpiresAt: moment(row.ExpiresAt),
	}, explain("store.TryChallenge", err)
}

// TakeChallenge uses a challenge up; of many at once one succeeds. Faults:
// challenge.invalid.
func (s *Store) TakeChallenge(ctx context.Context, c auth.Challenge) error {
	n, err := s.q.TakeChallenge(ctx, c.SecretHash[:])
	if err == nil && n == 0 {
		return auth.ErrChallenge
	}
	return explain("store.TakeChallenge", err)
}

// PutWelcome makes the link the only one with which the account's password can be
// set.
func (s *Store) PutWelcome(ctx context.Context, w auth.Welcome, entries ...audit.Entry) error {
	return s.in(ctx, "store.PutWelcome", func(q *query.Queries) error {
		if err := putWelcome(ctx, q, w); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

func putWelcome(ctx context.Context, q *query.Queries, w auth.Welcome) error {
	return q.PutWelcome(ctx, query.PutWelcomeParams{AccountID: string(w.User), SecretHash: w.SecretHash[:], ExpiresAt: millis(w.ExpiresAt)})
}

// Welcome finds whose link it is. Faults: welcome.invalid.
func (s *Store) Welcome(ctx context.Context, t id.Tenant, secret pii.Secret, now time.Time) (user.User, error) {
	hash := auth.HashToken(secret)
	row, err := s.q.Welcome(ctx, query.WelcomeParams{TenantID: string(t), SecretHash: hash[:], Now: millis(now)})
	if errors.Is(err, sql.ErrNoRows) {
		return user.User{}, auth.ErrWelcome
	}
	return userOf(row), explain("store.Welcome", err)
}

// UseWelcome sets the password that the holder of a link chose, once, and signs
// the account out everywhere. Faults: welcome.invalid.
func (s *Store) UseWelcome(ctx context.Context, u id.User, secret pii.Secret, hash string, now time.Time, entries ...audit.Entry) error {
	return s.in(ctx, "store.UseWelcome", func(q *query.Queries) error {
		secretHash := auth.HashToken(secret)
		n, err := q.TakeWelcome(ctx, query.TakeWelcomeParams{AccountID: string(u), SecretHash: secretHash[:], Now: millis(now)})
		if err != nil {
			return err
		}
		if n == 0 {
			return auth.ErrWelcome
		}
		if err := setPasswordHash(ctx, q, u, hash); err != nil {
			return err
		}
		if err := lockOut(ctx, q, u); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}
