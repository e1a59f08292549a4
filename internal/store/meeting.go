package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/store/query"
)

// CreateMeeting keeps a meeting with its invites, all or nothing. Faults:
// meetings.limit.
func (s *Store) CreateMeeting(ctx context.Context, m meeting.Meeting, invites ...invite.Invite) error {
	return s.in(ctx, "store.CreateMeeting", func(q *query.Queries) error {
		owner := sql.NullString{String: string(m.Owner), Valid: m.Owner != ""}
		if owner.Valid {
			n, err := q.CountMeetingsOf(ctx, owner)
			if err != nil {
				return err
			}
			if n >= meeting.MaxPerOwner {
				return meeting.ErrTooMany
			}
		}
		err := q.CreateMeeting(ctx, query.CreateMeetingParams{
			ID:               string(m.ID),
			TenantID:         string(m.Tenant),
			OwnerID:          owner,
			Name:             m.Name.Text(),
			Welcome:          m.Welcome,
			MaySpeak:         m.Policy.Microphone,
			MayShowCamera:    m.Policy.Camera,
			MayShare:         m.Policy.Share,
			MayChat:          m.Policy.Chat,
			MayReact:         m.Policy.Reactions,
			MaxShares:        int64(m.MaxShares),
			CreatedAt:        millis(m.CreatedAt),
			Ended:            m.Ended,
			Locked:           m.Locked,
			SittingID:        string(m.Sitting),
			SittingStartedAt: millis(m.SittingStartedAt),
		})
		if err != nil {
			return err
		}
		for _, i := range invites {
			err := q.CreateInvite(ctx, query.CreateInviteParams{
				ID:         string(i.ID),
				MeetingID:  string(i.Meeting),
				Role:       string(i.Role),
				SecretHash: i.SecretHash[:],
				CreatedAt:  millis(i.CreatedAt),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Meeting finds a meeting. Faults: meeting.not_found.
func (s *Store) Meeting(ctx context.Context, m id.Meeting) (meeting.Meeting, error) {
	row, err := s.q.Meeting(ctx, string(m))
	if errors.Is(err, sql.ErrNoRows) {
		return meeting.Meeting{}, meeting.ErrNotFound
	}
	return meetingOf(row), explain("store.Meeting", err)
}

// MeetingsOf lists the meetings of an account, newest first, all of them: there
// are at most [meeting.MaxPerOwner].
func (s *Store) MeetingsOf(ctx context.Context, owner id.User) ([]meeting.Meeting, error) {
	rows, err := s.q.MeetingsOf(ctx, query.MeetingsOfParams{
		OwnerID: sql.NullString{String: string(owner), Valid: true},
		Limit:   meeting.MaxPerOwner,
	})
	if err != nil {
		return nil, explain("store.MeetingsOf", err)
	}
	meetings := make([]meeting.Meeting, 0, len(rows))
	for _, row := range rows {
		meetings = append(meetings, meetingOf(row))
	}
	return meetings, nil
}

func meetingOf(row query.Meeting) meeting.Meeting {
	return meeting.Meeting{
		ID:      id.Meeting(row.ID),
		Tenant:  id.Tenant(row.TenantID),
		Owner:   id.User(row.OwnerID.String),
		Name:    pii.Name(row.Name),
		Welcome: row.Welcome,
		Policy: access.Policy{
			Microphone: row.MaySpeak,
			Camera:     row.MayShowCamera,
			Share:      row.MayShare,
			Chat:       row.MayChat,
			Reactions:  row.MayReact,
		},
		MaxShares:        int(row.MaxShares),
		CreatedAt:        moment(row.CreatedAt),
		Ended:            row.Ended,
		Locked:           row.Locked,
		Sitting:          id.Sitting(row.SittingID),
		SittingStartedAt: moment(row.SittingStartedAt),
	}
}

// UpdateMeeting writes m's name, welcome, policy and number of shares; the rest
// of m is not looked at. Faults: meeting.not_found.
func (s *Store) UpdateMeeting(ctx context.Context, m meeting.Meeting) error {
	n, err := s.q.UpdateMeeting(ctx, query.UpdateMeetingParams{
		ID:            string(m.ID),
		Name:          m.Name.Text(),
		Welcome:       m.Welcome,
		MaySpeak:      m.Policy.Microphone,
		MayShowCamera: m.Policy.Camera,
		MayShare:      m.Policy.Share,
		MayChat:       m.Policy.Chat,
		MayReact:      m.Policy.Reactions,
		MaxShares:     int64(m.MaxShares),
	})
	return changed("store.UpdateMeeting", n, err)
}

// DeleteMeeting deletes a meeting and all that belongs to it. Faults:
// meeting.not_found.
func (s *Store) DeleteMeeting(ctx context.Context, m id.Meeting) error {
	n, err := s.q.DeleteMeeting(ctx, string(m))
	return changed("store.DeleteMeeting", n, err)
}

// InviteBySecret finds the invite of meeting m that secret belongs to. Faults:
// invite.unknown.
func (s *Store) InviteBySecret(ctx context.Context, m id.Meeting, secret pii.Secret) (invite.Invite, error) {
	hash := invite.Hash(secret)
	row, err := s.q.InviteBySecret(ctx, query.InviteBySecretParams{MeetingID: string(m), SecretHash: hash[:]})
	if errors.Is(err, sql.ErrNoRows) {
		return invite.Invite{}, invite.ErrUnknown
	}
	if err != nil {
		return invite.Invite{}, explain("store.InviteBySecret", err)
	}
	role, ok := access.ParseRole(row.Role)
	if !ok {
		return invite.Invite{}, errDamaged
	}
	return invite.Invite{
		ID:         id.Invite(row.ID),
		Meeting:    id.Meeting(row.MeetingID),
		Role:       role,
		SecretHash: hash,
		CreatedAt:  moment(row.CreatedAt),
	}, nil
}

// BeginSitting notes the running sitting and that the meeting is not over.
// Faults: meeting.not_found.
func (s *Store) BeginSitting(ctx context.Context, m id.Meeting, sitting id.Sitting, at time.Time) error {
	n, err := s.q.BeginSitting(ctx, query.BeginSittingParams{ID: string(m), SittingID: string(sitting), SittingStartedAt: millis(at)})
	return changed("store.BeginSitting", n, err)
}

// EndSitting forgets the sitting, the lock and the removed seats; ended marks the
// meeting as over. Faults: meeting.not_found.
func (s *Store) EndSitting(ctx context.Context, m id.Meeting, ended bool) error {
	const op = "store.EndSitting"
	return s.in(ctx, op, func(q *query.Queries) error {
		n, err := q.EndSitting(ctx, query.EndSittingParams{ID: string(m), Ended: ended})
		if err := changed(op, n, err); err != nil {
			return err
		}
		return q.ForgetRemovedSeats(ctx, string(m))
	})
}

// SetLocked closes or opens the door for the running sitting. Faults:
// meeting.not_found.
func (s *Store) SetLocked(ctx context.Context, m id.Meeting, locked bool) error {
	n, err := s.q.SetLocked(ctx, query.SetLockedParams{ID: string(m), Locked: locked})
	return changed("store.SetLocked", n, err)
}

// RemoveSeat notes that a seat may not come back in the running sitting. Doing
// it twice is not a fault.
func (s *Store) RemoveSeat(ctx context.Context, m id.Meeting, seat id.Seat) error {
	return explain("store.RemoveSeat", s.q.RemoveSeat(ctx, query.RemoveSeatParams{MeetingID: string(m), SeatID: string(seat)}))
}

// RemovedSeats lists the seats that may not come back in the running sitting.
func (s *Store) RemovedSeats(ctx context.Context, m id.Meeting) ([]id.Seat, error) {
	rows, err := s.q.RemovedSeats(ctx, string(m))
	if err != nil {
		return nil, explain("store.RemovedSeats", err)
	}
	seats := make([]id.Seat, 0, len(rows))
	for _, row := range rows {
		seats = append(seats, id.Seat(row))
	}
	return seats, nil
}

// changed turns "no row" of an update into the fault.
func changed(op string, rows int64, err error) error {
	if err == nil && rows == 0 {
		return meeting.ErrNotFound
	}
	return explain(op, err)
}
