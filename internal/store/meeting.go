package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/store/query"
	"plenum/internal/user"
)

// CreateMeeting keeps a meeting with its invites, all or nothing. Faults:
// meetings.limit.
func (s *Store) CreateMeeting(ctx context.Context, m meeting.Meeting, invites []invite.Invite, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreateMeeting", func(q *query.Queries) error {
		if m.Owner != "" {
			n, err := q.CountMeetingsOf(ctx, nullable(m.Owner))
			if err != nil {
				return err
			}
			if n >= meeting.MaxPerOwner {
				return meeting.ErrTooMany
			}
		}
		row, err := rowOf(m)
		if err != nil {
			return err
		}
		if err := q.CreateMeeting(ctx, row); err != nil {
			return err
		}
		if err := createRules(ctx, q, m.ID, m.Roles); err != nil {
			return err
		}
		for _, i := range invites {
			if err := createInvite(ctx, q, i); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
}

// nullable is a reference that may be to nobody.
func nullable[T ~string](v T) sql.NullString {
	return sql.NullString{String: string(v), Valid: v != ""}
}

func rowOf(m meeting.Meeting) (query.CreateMeetingParams, error) {
	settings, err := json.Marshal(m.Recording)
	return query.CreateMeetingParams{
		ID:               string(m.ID),
		TenantID:         string(m.Tenant),
		OwnerID:          nullable(m.Owner),
		Name:             m.Name.Text(),
		Welcome:          m.Welcome,
		MaySpeak:         m.Policy.Microphone,
		MayShowCamera:    m.Policy.Camera,
		MayShare:         m.Policy.Share,
		MayChat:          m.Policy.Chat,
		MayChatPrivate:   m.Policy.ChatPrivate,
		MayReact:         m.Policy.Reactions,
		MayRaiseHand:     m.Policy.RaiseHand,
		MayRename:        m.Policy.Rename,
		MaySeePeople:     m.Policy.SeePeople,
		MaySeeCameras:    m.Policy.SeeCameras,
		MaxShares:        int64(m.MaxShares),
		Lobby:            string(m.Lobby.Mode),
		LobbySignedIn:    m.Lobby.SignedIn,
		LobbyInvited:     m.Lobby.Invited,
		LobbyDomains:     strings.Join(m.Lobby.Domains, " "),
		PasscodeHash:     m.PasscodeHash,
		HostPinHash:      m.HostPINHash,
		AccountRequired:  m.AccountRequired,
		Newcomers:        string(m.Newcomers),
		Rules:            int64(len(m.Roles)),
		CreatedAt:        millis(m.CreatedAt),
		Ended:            m.Ended,
		Locked:           m.Locked,
		SittingID:        string(m.Sitting),
		SittingStartedAt: millis(m.SittingStartedAt),

		RecordingSettings: string(settings),
		RecordStart:       string(m.Policy.RecordStart),
		RecordStop:        string(m.Policy.RecordStop),
		EndToEnd:          m.EndToEnd,
	}, err
}

func createRules(ctx context.Context, q *query.Queries, m id.Meeting, rules []meeting.RoleRule) error {
	for i, rule := range rules {
		err := q.CreateRoleRule(ctx, query.CreateRoleRuleParams{
			MeetingID: string(m), Kind: string(rule.Kind), Value: rule.Value, Role: string(rule.Role), Position: int64(i),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Meeting finds a meeting. Faults: meeting.not_found.
func (s *Store) Meeting(ctx context.Context, m id.Meeting) (meeting.Meeting, error) {
	row, err := s.q.Meeting(ctx, string(m))
	return s.oneMeeting(ctx, "store.Meeting", row, err)
}

// MeetingIn finds a meeting of an organisation. One of another takes as long to be
// not found as none at all: the database gives no row for either. Faults:
// meeting.not_found.
func (s *Store) MeetingIn(ctx context.Context, t id.Tenant, m id.Meeting) (meeting.Meeting, error) {
	row, err := s.q.MeetingIn(ctx, query.MeetingInParams{ID: string(m), TenantID: string(t)})
	return s.oneMeeting(ctx, "store.MeetingIn", row, err)
}

func (s *Store) oneMeeting(ctx context.Context, op string, row query.Meeting, err error) (meeting.Meeting, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return meeting.Meeting{}, meeting.ErrNotFound
	}
	if err != nil {
		return meeting.Meeting{}, explain(op, err)
	}
	found, err := s.withRules(ctx, row)
	return found, explain(op, err)
}

// MeetingsOf lists the meetings that an account made or is named as an owner of,
// newest first: at most many of those that come after the given one, or the first
// ones for the zero meeting.
func (s *Store) MeetingsOf(ctx context.Context, u user.User, after meeting.Meeting, many int) ([]meeting.Meeting, error) {
	const op = "store.MeetingsOf"
	at, from := pageFrom(after.CreatedAt, after.ID)
	rows, err := s.q.MeetingsOf(ctx, query.MeetingsOfParams{
		TenantID: string(u.Tenant), OwnerID: nullable(u.ID), UserValue: string(u.ID), EmailValue: u.Email.Text(),
		CreatedAt: at, ID: from, Many: int32(many), //nolint:gosec // a page
	})
	if err != nil {
		return nil, explain(op, err)
	}
	return s.meetings(ctx, op, rows)
}

// MeetingsIn lists in the same way the meetings of an organisation that are
// nobody's in person.
func (s *Store) MeetingsIn(ctx context.Context, t id.Tenant, after meeting.Meeting, many int) ([]meeting.Meeting, error) {
	const op = "store.MeetingsIn"
	at, from := pageFrom(after.CreatedAt, after.ID)
	rows, err := s.q.MeetingsIn(ctx, query.MeetingsInParams{TenantID: string(t), CreatedAt: at, ID: from, Many: int32(many)}) //nolint:gosec // a page
	if err != nil {
		return nil, explain(op, err)
	}
	return s.meetings(ctx, op, rows)
}

// pageFrom is what a page of a list that begins with the newest comes after; with
// the zero id, it is the first page.
func pageFrom[T ~string](at time.Time, from T) (int64, string) {
	if from == "" {
		return math.MaxInt64, ""
	}
	return millis(at), string(from)
}

func (s *Store) meetings(ctx context.Context, op string, rows []query.Meeting) ([]meeting.Meeting, error) {
	meetings := make([]meeting.Meeting, 0, len(rows))
	for _, row := range rows {
		m, err := s.withRules(ctx, row)
		if err != nil {
			return nil, explain(op, err)
		}
		meetings = append(meetings, m)
	}
	return meetings, nil
}

// withRules reads the rules of a meeting that has some.
func (s *Store) withRules(ctx context.Context, row query.Meeting) (meeting.Meeting, error) {
	m, err := meetingOf(row)
	if row.Rules == 0 || err != nil {
		return m, err
	}
	rules, err := s.q.RoleRules(ctx, row.ID)
	for _, rule := range rules {
		m.Roles = append(m.Roles, meeting.RoleRule{Kind: meeting.RuleKind(rule.Kind), Value: rule.Value, Role: access.Role(rule.Role)})
	}
	return m, err
}

// meetingOf reads a row without its rules. Settings that a later version adds to
// begin with their defaults.
func meetingOf(row query.Meeting) (meeting.Meeting, error) {
	m := meeting.Meeting{
		ID:      id.Meeting(row.ID),
		Tenant:  id.Tenant(row.TenantID),
		Owner:   id.User(row.OwnerID.String),
		Name:    pii.Name(row.Name),
		Welcome: row.Welcome,
		Policy: access.Policy{
			Microphone:  row.MaySpeak,
			Camera:      row.MayShowCamera,
			Share:       row.MayShare,
			Chat:        row.MayChat,
			ChatPrivate: row.MayChatPrivate,
			Reactions:   row.MayReact,
			RaiseHand:   row.MayRaiseHand,
			Rename:      row.MayRename,
			SeePeople:   row.MaySeePeople,
			SeeCameras:  row.MaySeeCameras,
			RecordStart: access.Role(row.RecordStart),
			RecordStop:  access.Role(row.RecordStop),
		},
		MaxShares:        int(row.MaxShares),
		Lobby:            meeting.Lobby{Mode: meeting.LobbyMode(row.Lobby), SignedIn: row.LobbySignedIn, Invited: row.LobbyInvited},
		PasscodeHash:     row.PasscodeHash,
		HostPINHash:      row.HostPinHash,
		AccountRequired:  row.AccountRequired,
		Newcomers:        access.Role(row.Newcomers),
		Recording:        recording.DefaultSettings(),
		EndToEnd:         row.EndToEnd,
		CreatedAt:        moment(row.CreatedAt),
		Ended:            row.Ended,
		Locked:           row.Locked,
		Sitting:          id.Sitting(row.SittingID),
		SittingStartedAt: moment(row.SittingStartedAt),
	}
	if row.LobbyDomains != "" {
		m.Lobby.Domains = strings.Split(row.LobbyDomains, " ")
	}
	if row.RecordingSettings != "" {
		if err := json.Unmarshal([]byte(row.RecordingSettings), &m.Recording); err != nil {
			return meeting.Meeting{}, errDamaged
		}
	}
	return m, nil
}

// ChangeMeeting writes what c says and nothing else. Faults: meeting.not_found.
func (s *Store) ChangeMeeting(ctx context.Context, m id.Meeting, c meeting.Change, entries ...audit.Entry) error {
	const op = "store.ChangeMeeting"
	return s.in(ctx, op, func(q *query.Queries) error {
		change, err := changeOf(m, c)
		if err != nil {
			return err
		}
		n, err := q.ChangeMeeting(ctx, change)
		if err := changed(op, n, err); err != nil {
			return err
		}
		if c.Roles != nil {
			if err := q.DeleteRoleRules(ctx, string(m)); err != nil {
				return err
			}
			if err := createRules(ctx, q, m, *c.Roles); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
}

func changeOf(m id.Meeting, c meeting.Change) (query.ChangeMeetingParams, error) {
	p := query.ChangeMeetingParams{
		ID:              string(m),
		Welcome:         text(c.Welcome),
		MaxShares:       number(c.MaxShares),
		MaySpeak:        truth(c.Policy.Microphone),
		MayShowCamera:   truth(c.Policy.Camera),
		MayShare:        truth(c.Policy.Share),
		MayChat:         truth(c.Policy.Chat),
		MayChatPrivate:  truth(c.Policy.ChatPrivate),
		MayReact:        truth(c.Policy.Reactions),
		MayRaiseHand:    truth(c.Policy.RaiseHand),
		MayRename:       truth(c.Policy.Rename),
		MaySeePeople:    truth(c.Policy.SeePeople),
		MaySeeCameras:   truth(c.Policy.SeeCameras),
		PasscodeHash:    text(c.PasscodeHash),
		HostPinHash:     text(c.HostPINHash),
		AccountRequired: truth(c.AccountRequired),
		Newcomers:       text(c.Newcomers),
		Locked:          truth(c.Locked),
		RecordStart:     text(c.Policy.RecordStart),
		RecordStop:      text(c.Policy.RecordStop),
	}
	if c.Name != nil {
		p.Name = sql.NullString{String: c.Name.Text(), Valid: true}
	}
	if l := c.Lobby; l != nil {
		domains := strings.Join(l.Domains, " ")
		p.Lobby, p.LobbySignedIn, p.LobbyInvited, p.LobbyDomains = text(&l.Mode), truth(&l.SignedIn), truth(&l.Invited), text(&domains)
	}
	if c.Roles != nil {
		n := len(*c.Roles)
		p.Rules = number(&n)
	}
	if c.Recording != nil {
		settings, err := json.Marshal(c.Recording)
		if err != nil {
			return p, err
		}
		p.RecordingSettings = sql.NullString{String: string(settings), Valid: true}
	}
	return p, nil
}

// text, truth and number are parameters that leave a column alone when nil.
func text[T ~string](v *T) sql.NullString {
	if v == nil {
		return sql.NullString{}
	}
	return sql.NullString{String: string(*v), Valid: true}
}

func truth(v *bool) sql.NullBool {
	if v == nil {
		return sql.NullBool{}
	}
	return sql.NullBool{Bool: *v, Valid: true}
}

func number(v *int) sql.NullInt64 {
	if v == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: int64(*v), Valid: true}
}

// DeleteMeeting deletes a meeting and all that belongs to it but recordings, whose
// keys are to be destroyed before. Faults: meeting.not_found,
// meeting.has_recordings.
func (s *Store) DeleteMeeting(ctx context.Context, m id.Meeting, entries ...audit.Entry) error {
	const op = "store.DeleteMeeting"
	return s.in(ctx, op, func(q *query.Queries) error {
		n, err := q.DeleteMeeting(ctx, string(m))
		if isForeign(err) {
			return meeting.ErrHasRecordings
		}
		if err := changed(op, n, err); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// BeginSitting notes the running sitting and that the meeting is not over.
// Faults: meeting.not_found.
func (s *Store) BeginSitting(ctx context.Context, m id.Meeting, sitting id.Sitting, at time.Time) error {
	n, err := s.q.BeginSitting(ctx, query.BeginSittingParams{ID: string(m), SittingID: string(sitting), SittingStartedAt: millis(at)})
	return changed("store.BeginSitting", n, err)
}

// EndSitting forgets the sitting, the lock and the removed seats; ended marks the
// meeting as over. Faults: meeting.not_found.
func (s *Store) EndSitting(ctx context.Context, m id.Meeting, ended bool, entries ...audit.Entry) error {
	const op = "store.EndSitting"
	return s.in(ctx, op, func(q *query.Queries) error {
		n, err := q.EndSitting(ctx, query.EndSittingParams{ID: string(m), Ended: ended})
		if err := changed(op, n, err); err != nil {
			return err
		}
		if err := q.ForgetRemovedSeats(ctx, string(m)); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// SetLocked closes or opens the door for the running sitting. Faults:
// meeting.not_found.
func (s *Store) SetLocked(ctx context.Context, m id.Meeting, locked bool, entries ...audit.Entry) error {
	return s.ChangeMeeting(ctx, m, meeting.Change{Locked: &locked}, entries...)
}

// SetLobby says who waits from now on. Faults: meeting.not_found.
func (s *Store) SetLobby(ctx context.Context, m id.Meeting, lobby meeting.Lobby, entries ...audit.Entry) error {
	return s.ChangeMeeting(ctx, m, meeting.Change{Lobby: &lobby}, entries...)
}

// SetPasscode keeps the hash of a new passcode, "" for none. Faults:
// meeting.not_found.
func (s *Store) SetPasscode(ctx context.Context, m id.Meeting, hash string, entries ...audit.Entry) error {
	return s.ChangeMeeting(ctx, m, meeting.Change{PasscodeHash: &hash}, entries...)
}

// SetPolicy writes all switches of the policy. Faults: meeting.not_found.
func (s *Store) SetPolicy(ctx context.Context, m id.Meeting, p access.Policy, entries ...audit.Entry) error {
	return s.ChangeMeeting(ctx, m, meeting.Change{Policy: meeting.PolicyChange{
		Microphone: &p.Microphone, Camera: &p.Camera, Share: &p.Share, Chat: &p.Chat, ChatPrivate: &p.ChatPrivate,
		Reactions: &p.Reactions, RaiseHand: &p.RaiseHand, Rename: &p.Rename, SeePeople: &p.SeePeople, SeeCameras: &p.SeeCameras,
	}}, entries...)
}

// RemoveSeat notes that a seat may not come back in the running sitting. Doing
// it twice is not a fault.
func (s *Store) RemoveSeat(ctx context.Context, m id.Meeting, seat id.Seat, entries ...audit.Entry) error {
	return s.in(ctx, "store.RemoveSeat", func(q *query.Queries) error {
		if err := q.RemoveSeat(ctx, query.RemoveSeatParams{MeetingID: string(m), SeatID: string(seat)}); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
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
