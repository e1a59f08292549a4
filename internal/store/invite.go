package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/pii"
	"plenum/internal/store/query"
)

// CreateInvite keeps an invite. Faults: invites.limit.
func (s *Store) CreateInvite(ctx context.Context, i invite.Invite, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreateInvite", func(q *query.Queries) error {
		n, err := q.CountInvites(ctx, string(i.Meeting))
		if err != nil {
			return err
		}
		if n >= invite.MaxPerMeeting {
			return invite.ErrTooMany
		}
		if err := createInvite(ctx, q, i); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

func createInvite(ctx context.Context, q *query.Queries, i invite.Invite) error {
	return q.CreateInvite(ctx, query.CreateInviteParams{
		ID:         string(i.ID),
		MeetingID:  string(i.Meeting),
		Role:       string(i.Role),
		SecretHash: i.SecretHash[:],
		CreatedAt:  millis(i.CreatedAt),
		Personal:   i.Personal,
		Name:       i.Name.Text(),
		MaxUses:    int64(i.MaxUses),
		Uses:       int64(i.Uses),
		NotBefore:  millis(i.NotBefore),
		ExpiresAt:  millis(i.ExpiresAt),
		Revoked:    i.Revoked,
	})
}

// Invite finds an invite. Faults: invite.unknown.
func (s *Store) Invite(ctx context.Context, i id.Invite) (invite.Invite, error) {
	return oneInvite("store.Invite")(s.q.Invite(ctx, string(i)))
}

// InviteBySecret finds the invite of meeting m that secret belongs to. Faults:
// invite.unknown.
func (s *Store) InviteBySecret(ctx context.Context, m id.Meeting, secret pii.Secret) (invite.Invite, error) {
	hash := invite.Hash(secret)
	return oneInvite("store.InviteBySecret")(s.q.InviteBySecret(ctx, query.InviteBySecretParams{MeetingID: string(m), SecretHash: hash[:]}))
}

// Invites lists a meeting's invites, newest first: at most many of those that
// come after the given one, or the first ones for the zero invite.
func (s *Store) Invites(ctx context.Context, m id.Meeting, after invite.Invite, many int) ([]invite.Invite, error) {
	const op = "store.Invites"
	at, from := pageFrom(after.CreatedAt, after.ID)
	rows, err := s.q.InvitesAfter(ctx, query.InvitesAfterParams{MeetingID: string(m), CreatedAt: at, ID: from, Many: int32(many)}) //nolint:gosec // a page
	if err != nil {
		return nil, explain(op, err)
	}
	invites := make([]invite.Invite, 0, len(rows))
	for _, row := range rows {
		i, err := inviteOf(row)
		if err != nil {
			return nil, explain(op, err)
		}
		invites = append(invites, i)
	}
	return invites, nil
}

func oneInvite(op string) func(query.Invite, error) (invite.Invite, error) {
	return func(row query.Invite, err error) (invite.Invite, error) {
		if errors.Is(err, sql.ErrNoRows) {
			return invite.Invite{}, invite.ErrUnknown
		}
		if err != nil {
			return invite.Invite{}, explain(op, err)
		}
		i, err := inviteOf(row)
		return i, explain(op, err)
	}
}

func inviteOf(row query.Invite) (invite.Invite, error) {
	role, ok := access.ParseRole(row.Role)
	if !ok || len(row.SecretHash) != sha256.Size {
		return invite.Invite{}, errDamaged
	}
	return invite.Invite{
		ID:         id.Invite(row.ID),
		Meeting:    id.Meeting(row.MeetingID),
		Role:       role,
		SecretHash: [sha256.Size]byte(row.SecretHash),
		CreatedAt:  moment(row.CreatedAt),
		Personal:   row.Personal,
		Name:       pii.Name(row.Name),
		MaxUses:    int(row.MaxUses),
		Uses:       int(row.Uses),
		NotBefore:  moment(row.NotBefore),
		ExpiresAt:  moment(row.ExpiresAt),
		Revoked:    row.Revoked,
	}, nil
}

// UseInvite counts a newcomer who comes by the invite, or says why they may not:
// [invite.ErrUnknown], [invite.ErrUsedUp], [invite.ErrExpired],
// [invite.ErrNotYet], [invite.ErrRevoked]. However many try at once, no more
// come in than it has uses.
func (s *Store) UseInvite(ctx context.Context, i id.Invite, now time.Time) error {
	n, err := s.q.UseInvite(ctx, query.UseInviteParams{ID: string(i), Now: millis(now)})
	if err != nil || n > 0 {
		return explain("store.UseInvite", err)
	}
	found, err := s.Invite(ctx, i)
	if err != nil {
		return err
	}
	if err := found.Usable(now); err != nil {
		return err
	}
	return invite.ErrUsedUp // it had no use left when it was asked
}

// ReturnInvite gives a use back that brought nobody in.
func (s *Store) ReturnInvite(ctx context.Context, i id.Invite) error {
	return explain("store.ReturnInvite", s.q.ReturnInvite(ctx, string(i)))
}

// RevokeInvite makes an invite worthless. Doing it twice is not a fault. Faults:
// invite.unknown.
func (s *Store) RevokeInvite(ctx context.Context, m id.Meeting, i id.Invite, entries ...audit.Entry) error {
	return s.in(ctx, "store.RevokeInvite", func(q *query.Queries) error {
		n, err := q.RevokeInvite(ctx, query.RevokeInviteParams{MeetingID: string(m), ID: string(i)})
		if err != nil {
			return err
		}
		if n == 0 {
			return invite.ErrUnknown
		}
		return s.append(ctx, q, entries...)
	})
}
