package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/store/query"
)

// pendingTOTPLife is how long a secret waits for its first code.
const pendingTOTPLife = time.Hour

// Factors returns what an account can prove itself with beside its password.
func (s *Store) Factors(ctx context.Context, u id.User) (auth.Factors, error) {
	f, err := factors(ctx, s.q, u)
	return f, explain("store.Factors", err)
}

func factors(ctx context.Context, q *query.Queries, u id.User) (auth.Factors, error) {
	var f auth.Factors
	_, err := q.TOTP(ctx, query.TOTPParams{AccountID: string(u), Confirmed: true})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return f, err
	}
	f.TOTP = err == nil
	rows, err := q.PasskeysOf(ctx, string(u))
	if err != nil {
		return f, err
	}
	for _, row := range rows {
		f.Passkeys = append(f.Passkeys, passkeyOf(row))
	}
	n, err := q.CountRecoveryCodes(ctx, string(u))
	f.Recovery = int(n)
	return f, err
}

func passkeyOf(row query.Passkey) auth.Passkey {
	p := auth.Passkey{
		ID: row.ID, User: id.User(row.AccountID), Host: row.Host, CredentialID: row.CredentialID, PublicKey: row.PublicKey,
		SignCount: uint32(row.SignCount), //nolint:gosec // written from one
		Synced:    row.BackupEligible, BackedUp: row.BackedUp, Name: pii.Name(row.Name), CreatedAt: moment(row.CreatedAt),
	}
	if row.Transports != "" {
		p.Transports = strings.Split(row.Transports, ",")
	}
	return p
}

// CreatePasskey adds a passkey to its account. Faults: passkey.known,
// passkey.limit.
func (s *Store) CreatePasskey(ctx context.Context, p auth.Passkey, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreatePasskey", func(q *query.Queries) error {
		err := q.CreatePasskey(ctx, query.CreatePasskeyParams{
			ID: p.ID, AccountID: string(p.User), Host: p.Host, CredentialID: p.CredentialID, PublicKey: p.PublicKey,
			SignCount: int64(p.SignCount), BackupEligible: p.Synced, BackedUp: p.BackedUp, Transports: strings.Join(p.Transports, ","),
			Name: p.Name.Text(), CreatedAt: millis(p.CreatedAt),
		})
		if isUnique(err) {
			return auth.ErrPasskeyKnown
		}
		if err != nil {
			return err
		}
		rows, err := q.PasskeysOf(ctx, string(p.User))
		if err != nil {
			return err
		}
		if len(rows) > auth.MaxPasskeys {
			return auth.ErrPasskeyLimit
		}
		return s.append(ctx, q, entries...)
	})
}

// RenamePasskey gives a passkey of an account another name. Faults: factor.none.
func (s *Store) RenamePasskey(ctx context.Context, u id.User, passkey string, name pii.Name) error {
	n, err := s.q.RenamePasskey(ctx, query.RenamePasskeyParams{AccountID: string(u), ID: passkey, Name: name.Text()})
	if err == nil && n == 0 {
		return auth.ErrNoFactor
	}
	return explain("store.RenamePasskey", err)
}

// UsePasskey notes the state a passkey is in after it signed. Faults:
// passkey.wrong when its counter did not move: there is a copy of it.
func (s *Store) UsePasskey(ctx context.Context, p auth.Passkey) error {
	n, err := s.q.UsePasskey(ctx, query.UsePasskeyParams{ID: p.ID, SignCount: int64(p.SignCount), BackedUp: p.BackedUp})
	if err == nil && n == 0 {
		return auth.ErrPasskey
	}
	return explain("store.UsePasskey", err)
}

// DeletePasskey removes a passkey of an account; demanded says that a second
// factor must stay. Faults: factor.none, factor.last.
func (s *Store) DeletePasskey(ctx context.Context, u id.User, passkey string, demanded bool, entries ...audit.Entry) error {
	return s.dropFactor(ctx, u, demanded, entries, func(q *query.Queries) (int64, error) {
		return q.DeletePasskey(ctx, query.DeletePasskeyParams{AccountID: string(u), ID: passkey})
	})
}

// DeleteTOTP removes the authenticator app of an account; see DeletePasskey.
func (s *Store) DeleteTOTP(ctx context.Context, u id.User, demanded bool, entries ...audit.Entry) error {
	return s.dropFactor(ctx, u, demanded, entries, func(q *query.Queries) (int64, error) { return q.DeleteTOTP(ctx, string(u)) })
}

// dropFactor removes one factor; with the last go the recovery codes.
func (s *Store) dropFactor(ctx context.Context, u id.User, demanded bool, entries []audit.Entry, drop func(*query.Queries) (int64, error)) error {
	return s.in(ctx, "store.dropFactor", func(q *query.Queries) error {
		// Two removals at once must not both think that the other's factor stays.
		if _, err := q.HoldAccount(ctx, string(u)); err != nil {
			return err
		}
		n, err := drop(q)
		if err != nil {
			return err
		}
		if n == 0 {
			return auth.ErrNoFactor
		}
		left, err := factors(ctx, q, u)
		if err != nil {
			return err
		}
		if !left.Any() {
			if demanded {
				return auth.ErrLastFactor
			}
			if err := q.DeleteRecoveryCodes(ctx, string(u)); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
}

// RemoveFactors takes every second factor from an account and signs it out
// everywhere: for somebody who has lost theirs.
func (s *Store) RemoveFactors(ctx context.Context, u id.User, entries ...audit.Entry) error {
	return s.in(ctx, "store.RemoveFactors", func(q *query.Queries) error {
		if _, err := q.DeletePasskeysOf(ctx, string(u)); err != nil {
			return err
		}
		if _, err := q.DeleteTOTP(ctx, string(u)); err != nil {
			return err
		}
		if err := errors.Join(q.DeletePendingTOTP(ctx, string(u)), q.DeleteRecoveryCodes(ctx, string(u))); err != nil {
			return err
		}
		if err := lockOut(ctx, q, u); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// PutPendingTOTP keeps a secret until its first code is entered.
func (s *Store) PutPendingTOTP(ctx context.Context, secret auth.TOTP) error {
	return explain("store.PutPendingTOTP", s.q.PutPendingTOTP(ctx, query.PutPendingTOTPParams{
		AccountID: string(secret.User), Secret: secret.Sealed, CreatedAt: millis(secret.CreatedAt),
	}))
}

// TOTP returns the secret in use, or the one that waits for its first code.
// Faults: factor.none.
func (s *Store) TOTP(ctx context.Context, u id.User, confirmed bool) (auth.TOTP, error) {
	row, err := s.q.TOTP(ctx, query.TOTPParams{AccountID: string(u), Confirmed: confirmed})
	if errors.Is(err, sql.ErrNoRows) {
		return auth.TOTP{}, auth.ErrNoFactor
	}
	return auth.TOTP{User: u, Sealed: row.Secret, LastStep: row.LastStep, CreatedAt: moment(row.CreatedAt)}, explain("store.TOTP", err)
}

// ConfirmTOTP takes the waiting secret into use, in place of the one before.
// Faults: factor.none.
func (s *Store) ConfirmTOTP(ctx context.Context, u id.User, step int64, entries ...audit.Entry) error {
	return s.in(ctx, "store.ConfirmTOTP", func(q *query.Queries) error {
		if _, err := q.DeleteTOTP(ctx, string(u)); err != nil {
			return err
		}
		n, err := q.ConfirmTOTP(ctx, query.ConfirmTOTPParams{AccountID: string(u), LastStep: step})
		if err != nil {
			return err
		}
		if n == 0 {
			return auth.ErrNoFactor
		}
		return s.append(ctx, q, entries...)
	})
}

// UseTOTP accepts the code of a time step, once. Faults: factor.wrong.
func (s *Store) UseTOTP(ctx context.Context, u id.User, step int64) error {
	n, err := s.q.UseTOTP(ctx, query.UseTOTPParams{AccountID: string(u), LastStep: step})
	if err == nil && n == 0 {
		return auth.ErrCode
	}
	return explain("store.UseTOTP", err)
}

// PutRecoveryCodes replaces the recovery codes of an account.
func (s *Store) PutRecoveryCodes(ctx context.Context, u id.User, hashes [][32]byte, entries ...audit.Entry) error {
	return s.in(ctx, "store.PutRecoveryCodes", func(q *query.Queries) error {
		if err := q.DeleteRecoveryCodes(ctx, string(u)); err != nil {
			return err
		}
		for _, hash := range hashes {
			if err := q.AddRecoveryCode(ctx, query.AddRecoveryCodeParams{AccountID: string(u), CodeHash: hash[:]}); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
}

// UseRecoveryCode accepts a recovery code, once. Faults: factor.wrong.
func (s *Store) UseRecoveryCode(ctx context.Context, u id.User, hash [32]byte, entries ...audit.Entry) error {
	return s.in(ctx, "store.UseRecoveryCode", func(q *query.Queries) error {
		n, err := q.UseRecoveryCode(ctx, query.UseRecoveryCodeParams{AccountID: string(u), CodeHash: hash[:]})
		if err != nil {
			return err
		}
		if n == 0 {
			return auth.ErrCode
		}
		return s.append(ctx, q, entries...)
	})
}

// sweepAccounts deletes what has expired of accounts.
func sweepAccounts(ctx context.Context, q *query.Queries, now time.Time) error {
	return errors.Join(
		q.DeleteExpiredSessions(ctx, millis(now)),
		q.DeleteExpiredChallenges(ctx, millis(now)),
		q.DeleteExpiredWelcomes(ctx, millis(now)),
		q.DeleteOldPendingTOTP(ctx, millis(now.Add(-pendingTOTPLife))),
	)
}
