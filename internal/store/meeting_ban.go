package store

import (
	"context"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/store/query"
)

// Ban keeps somebody out of a meeting. Doing it twice is not a fault.
func (s *Store) Ban(ctx context.Context, b meeting.Ban, entries ...audit.Entry) error {
	return s.in(ctx, "store.Ban", func(q *query.Queries) error {
		err := q.Ban(ctx, query.BanParams{
			ID: string(b.ID), MeetingID: string(b.Meeting),
			AccountID: nullable(b.User), InviteID: nullable(b.Invite), CreatedAt: millis(b.CreatedAt),
		})
		if err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// Banned reports whether a meeting is closed to an account or an invite; "" is
// nobody.
func (s *Store) Banned(ctx context.Context, m id.Meeting, u id.User, i id.Invite) (bool, error) {
	if u == "" && i == "" {
		return false, nil
	}
	n, err := s.q.Banned(ctx, query.BannedParams{MeetingID: string(m), AccountID: nullable(u), InviteID: nullable(i)})
	return n > 0, explain("store.Banned", err)
}

// Bans lists who may not come to a meeting, newest first: at most many of those
// that come after the given one, or the first ones for the zero ban.
func (s *Store) Bans(ctx context.Context, m id.Meeting, after meeting.Ban, many int) ([]meeting.NamedBan, error) {
	at, from := pageFrom(after.CreatedAt, after.ID)
	rows, err := s.q.Bans(ctx, query.BansParams{MeetingID: string(m), CreatedAt: at, ID: from, Many: int32(many)}) //nolint:gosec // a page
	if err != nil {
		return nil, explain("store.Bans", err)
	}
	bans := make([]meeting.NamedBan, 0, len(rows))
	for _, row := range rows {
		bans = append(bans, meeting.NamedBan{
			Ban: meeting.Ban{
				ID: id.Ban(row.ID), Meeting: m, User: id.User(row.AccountID.String), Invite: id.Invite(row.InviteID.String),
				CreatedAt: moment(row.CreatedAt),
			},
			UserName: pii.Name(row.AccountName), InviteName: pii.Name(row.InviteName),
		})
	}
	return bans, nil
}

// LiftBan lets somebody come again. Faults: ban.unknown.
func (s *Store) LiftBan(ctx context.Context, m id.Meeting, b id.Ban, entries ...audit.Entry) error {
	return s.in(ctx, "store.LiftBan", func(q *query.Queries) error {
		n, err := q.LiftBan(ctx, query.LiftBanParams{MeetingID: string(m), ID: string(b)})
		if err != nil {
			return err
		}
		if n == 0 {
			return meeting.ErrNoBan
		}
		return s.append(ctx, q, entries...)
	})
}
