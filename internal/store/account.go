package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/store/query"
	"plenum/internal/user"
)

// The settings the program keeps for itself.
const (
	settingBaseURL = "base_url" // as in "https://meet.example.org", for links made on the command line
)

// maxSessions per account: a person has a few browsers; the rest are forgotten
// ones. The one that would expire first goes.
const maxSessions = 50

// ErrSetUp is what a second set-up gets.
var ErrSetUp = fault.New("store.SetUp", fault.Conflict, "setup.done", "This server is set up already.")

// BaseURL returns the address people reach the server under, as its last start
// knew it; "" before the first.
func (s *Store) BaseURL(ctx context.Context) (string, error) {
	value, err := s.q.Setting(ctx, settingBaseURL)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, explain("store.BaseURL", err)
}

// SetBaseURL notes the address people reach the server under.
func (s *Store) SetBaseURL(ctx context.Context, address string) error {
	return explain("store.SetBaseURL", s.q.PutSetting(ctx, query.PutSettingParams{Name: settingBaseURL, Value: address}))
}

// IsSetUp reports whether there is an account.
func (s *Store) IsSetUp(ctx context.Context) (bool, error) {
	n, err := s.q.CountAccounts(ctx)
	return n > 0, explain("store.IsSetUp", err)
}

// SetUp names the organisation and makes its first account with its first
// session, all or nothing, and only once however many try. It returns the owner
// with the organisation filled in. Faults: setup.done.
func (s *Store) SetUp(ctx context.Context, organisation string, owner user.User, session auth.Session) (user.User, error) {
	err := s.in(ctx, "store.SetUp", func(q *query.Queries) error {
		home, err := keepHome(ctx, q, owner.CreatedAt)
		if err != nil {
			return err
		}
		n, err := q.CountAccounts(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrSetUp
		}
		if _, err := q.RenameTenant(ctx, query.RenameTenantParams{ID: string(home), Name: organisation}); err != nil {
			return err
		}
		owner.Tenant = home
		if err := createAccount(ctx, q, owner); err != nil {
			return err
		}
		return createSession(ctx, q, session)
	})
	return owner, err
}

// CreateUser adds an account. Faults: email.taken.
func (s *Store) CreateUser(ctx context.Context, u user.User) error {
	return explain("store.CreateUser", createAccount(ctx, s.q, u))
}

func createAccount(ctx context.Context, q *query.Queries, u user.User) error {
	err := q.CreateAccount(ctx, query.CreateAccountParams{
		ID:           string(u.ID),
		TenantID:     string(u.Tenant),
		Name:         u.Name.Text(),
		Email:        u.Email.Text(),
		Admin:        u.Admin,
		PasswordHash: u.PasswordHash,
		CreatedAt:    millis(u.CreatedAt),
	})
	if isUnique(err) {
		return user.ErrEmailTaken
	}
	return err
}

// User finds an account. Faults: not_found.
func (s *Store) User(ctx context.Context, u id.User) (user.User, error) {
	row, err := s.q.Account(ctx, string(u))
	if errors.Is(err, sql.ErrNoRows) {
		return user.User{}, user.ErrNotFound
	}
	return userOf(row), explain("store.User", err)
}

// UserByEmail finds an account by its address as [user.ParseEmail] gives it.
// Faults: not_found.
func (s *Store) UserByEmail(ctx context.Context, email pii.Email) (user.User, error) {
	row, err := s.q.AccountByEmail(ctx, email.Text())
	if errors.Is(err, sql.ErrNoRows) {
		return user.User{}, user.ErrNotFound
	}
	return userOf(row), explain("store.UserByEmail", err)
}

func userOf(row query.Account) user.User {
	return user.User{
		ID:           id.User(row.ID),
		Tenant:       id.Tenant(row.TenantID),
		Name:         pii.Name(row.Name),
		Email:        pii.Email(row.Email),
		Admin:        row.Admin,
		PasswordHash: row.PasswordHash,
		CreatedAt:    moment(row.CreatedAt),
	}
}

// SetPasswordHash replaces the hash of an unchanged password. Faults: not_found.
func (s *Store) SetPasswordHash(ctx context.Context, u id.User, hash string) error {
	return explain("store.SetPasswordHash", setPasswordHash(ctx, s.q, u, hash))
}

// ResetPassword gives an account a new password and signs it out everywhere:
// whoever knew the old one is out. Faults: not_found.
func (s *Store) ResetPassword(ctx context.Context, u id.User, hash string) error {
	return s.in(ctx, "store.ResetPassword", func(q *query.Queries) error {
		if err := setPasswordHash(ctx, q, u, hash); err != nil {
			return err
		}
		return q.DeleteSessionsOf(ctx, string(u))
	})
}

func setPasswordHash(ctx context.Context, q *query.Queries, u id.User, hash string) error {
	n, err := q.SetPasswordHash(ctx, query.SetPasswordHashParams{ID: string(u), PasswordHash: hash})
	if err == nil && n == 0 {
		return user.ErrNotFound
	}
	return err
}

// CreateSession keeps a sign-in and drops the oldest beyond fifty.
func (s *Store) CreateSession(ctx context.Context, session auth.Session) error {
	return s.in(ctx, "store.CreateSession", func(q *query.Queries) error {
		if err := createSession(ctx, q, session); err != nil {
			return err
		}
		return q.DropOldestSessions(ctx, query.DropOldestSessionsParams{AccountID: string(session.User), Limit: maxSessions})
	})
}

func createSession(ctx context.Context, q *query.Queries, session auth.Session) error {
	return q.CreateSession(ctx, query.CreateSessionParams{
		TokenHash: session.TokenHash[:],
		AccountID: string(session.User),
		CreatedAt: millis(session.CreatedAt),
		ExpiresAt: millis(session.ExpiresAt),
	})
}

// Session finds a sign-in that has not expired at now, and whose it is. Faults:
// signin.required.
func (s *Store) Session(ctx context.Context, tokenHash [32]byte, now time.Time) (auth.Session, user.User, error) {
	row, err := s.q.Session(ctx, query.SessionParams{TokenHash: tokenHash[:], Now: millis(now)})
	if errors.Is(err, sql.ErrNoRows) {
		return auth.Session{}, user.User{}, auth.ErrRequired
	}
	if err != nil {
		return auth.Session{}, user.User{}, explain("store.Session", err)
	}
	return auth.Session{
		TokenHash: tokenHash,
		User:      id.User(row.Session.AccountID),
		CreatedAt: moment(row.Session.CreatedAt),
		ExpiresAt: moment(row.Session.ExpiresAt),
	}, userOf(row.Account), nil
}

// RenewSession moves the end of a sign-in.
func (s *Store) RenewSession(ctx context.Context, tokenHash [32]byte, expires time.Time) error {
	return explain("store.RenewSession", s.q.RenewSession(ctx, query.RenewSessionParams{TokenHash: tokenHash[:], ExpiresAt: millis(expires)}))
}

// DeleteSession signs out; doing it twice is not a fault.
func (s *Store) DeleteSession(ctx context.Context, tokenHash [32]byte) error {
	return explain("store.DeleteSession", s.q.DeleteSession(ctx, tokenHash[:]))
}
