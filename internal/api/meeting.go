package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/user"
)

// meetingStore is what the API keeps and looks up of meetings.
type meetingStore interface {
	CreateMeeting(ctx context.Context, m meeting.Meeting, invites []invite.Invite, entries ...audit.Entry) error
	Meeting(ctx context.Context, m id.Meeting) (meeting.Meeting, error)
	MeetingIn(ctx context.Context, t id.Tenant, m id.Meeting) (meeting.Meeting, error)
	MeetingsOf(ctx context.Context, u user.User, after meeting.Meeting, many int) ([]meeting.Meeting, error)
	MeetingsIn(ctx context.Context, t id.Tenant, after meeting.Meeting, many int) ([]meeting.Meeting, error)
	ChangeMeeting(ctx context.Context, m id.Meeting, c meeting.Change, entries ...audit.Entry) error
	DeleteMeeting(ctx context.Context, m id.Meeting, entries ...audit.Entry) error

	CreateInvite(ctx context.Context, i invite.Invite, entries ...audit.Entry) error
	Invites(ctx context.Context, m id.Meeting, after invite.Invite, many int) ([]invite.Invite, error)
	RevokeInvite(ctx context.Context, m id.Meeting, i id.Invite, entries ...audit.Entry) error
	Bans(ctx context.Context, m id.Meeting, after meeting.Ban, many int) ([]meeting.NamedBan, error)
	LiftBan(ctx context.Context, m id.Meeting, b id.Ban, entries ...audit.Entry) error
}

func (a *api) registerMeetings(h huma.API) {
	operation(a, h, "listMeetings", http.MethodGet, "/meetings", "The caller's meetings, newest first; with a key, those that are nobody's in person", a.listMeetings, needs(readMeetings))
	operation(a, h, "createMeeting", http.MethodPost, "/meetings", "Create a meeting", a.createMeeting, needs(writeMeetings), created)
	operation(a, h, "listRunningMeetings", http.MethodGet, "/meetings/running", "The organisation's meetings that somebody is in; for administrators", a.listRunningMeetings, administers(readMeetings))
	operation(a, h, "getMeeting", http.MethodGet, "/meetings/{id}", "One of the caller's meetings", a.getMeeting, needs(readMeetings))
	operation(a, h, "updateMeeting", http.MethodPatch, "/meetings/{id}", "Change the given settings of a meeting", a.updateMeeting, needs(writeMeetings))
	operation(a, h, "deleteMeeting", http.MethodDelete, "/meetings/{id}", "End a meeting for all and delete it, with its recordings", a.deleteMeeting, needs(writeMeetings))

	operation(a, h, "listInvites", http.MethodGet, "/meetings/{id}/invites", "The links of a meeting, newest first", a.listInvites, needs(readMeetings))
	operation(a, h, "createInvite", http.MethodPost, "/meetings/{id}/invites", "Create a personal link", a.createInvite, needs(writeMeetings), created)
	operation(a, h, "revokeInvite", http.MethodDelete, "/meetings/{id}/invites/{invite}", "Make a link worthless; whoever came by it is out at once", a.revokeInvite, needs(writeMeetings))
	operation(a, h, "listBans", http.MethodGet, "/meetings/{id}/bans", "Who may not come to a meeting, newest first", a.listBans, needs(readMeetings))
	operation(a, h, "liftBan", http.MethodDelete, "/meetings/{id}/bans/{ban}", "Let somebody come again", a.liftBan, needs(writeMeetings))

	operation(a, h, "getDoor", http.MethodPost, "/meetings/{id}/door", "What somebody with the link may know before coming in", a.getDoor, public)
	operation(a, h, "createTicket", http.MethodPost, "/meetings/{id}/ticket", "Ask the gate for a ticket to the live channel; it opens one connection within 60 s", a.createTicket, public)
}

// Policy is what attendees may do.
type Policy struct {
	Microphone  bool `json:"microphone"`
	Camera      bool `json:"camera"`
	Share       bool `json:"share"`
	Chat        bool `json:"chat"`
	ChatPrivate bool `json:"chatPrivate" doc:"Off still lets attendees write to who runs the meeting"`
	Reactions   bool `json:"reactions" doc:"Off means off for everyone"`
	RaiseHand   bool `json:"raiseHand"`
	Rename      bool `json:"rename"`
	SeePeople   bool `json:"seePeople" doc:"Off: attendees see only who runs the meeting"`
	SeeCameras  bool `json:"seeCameras" doc:"Off: attendees receive cameras only of who runs the meeting"`

	RecordStart access.Role `json:"recordStart" enum:",owner,moderator,presenter" doc:"The least role that may start a recording; empty for nobody"`
	RecordStop  access.Role `json:"recordStop" enum:",owner,moderator,presenter" doc:"The least role that may pause and stop a recording"`
}

// Lobby is who waits until somebody lets them in.
type Lobby struct {
	Mode     string   `json:"mode" enum:"off,guests,everyone" doc:"guests: who has no account; everyone: all but owners"`
	SignedIn bool     `json:"signedIn" doc:"Accounts of the organisation come in by themselves"`
	Invited  bool     `json:"invited" doc:"Who holds an invite comes in by themselves"`
	Domains  []string `json:"domains" nullable:"false" doc:"Accounts with an e-mail address of these come in by themselves; at most 20"`
}

// RoleRule gives a role to the people it fits; the highest of several counts.
type RoleRule struct {
	Kind  string `json:"kind" enum:"user,email,domain,group" doc:"group: of the identity provider"`
	Value string `json:"value" doc:"An account's id, its e-mail address, the domain of that, or a group"`
	Role  string `json:"role" enum:"owner,moderator,presenter,attendee,viewer"`
}

// Meeting is a meeting as its owner sees it.
type Meeting struct {
	ID              string     `json:"id"`
	Name            string     `json:"name"`
	Welcome         string     `json:"welcome" doc:"Plain text shown at the door"`
	Link            string     `json:"link" doc:"For everybody who is to come"`
	Policy          Policy     `json:"policy"`
	MaxShares       int        `json:"maxShares" doc:"Screens shared at once, 1 to 8"`
	Lobby           Lobby      `json:"lobby"`
	PasscodeSet     bool       `json:"passcodeSet"`
	HostPINSet      bool       `json:"hostPinSet"`
	AccountRequired bool       `json:"accountRequired" doc:"Guests need an invite"`
	Newcomers       string     `json:"newcomers" enum:"attendee,viewer" doc:"What the link alone makes somebody"`
	Roles           []RoleRule `json:"roles" nullable:"false" doc:"At most 500"`
	Locked          bool       `json:"locked" doc:"Nobody new comes in during the present sitting"`
	CreatedAt       time.Time  `json:"createdAt"`
	Live            bool       `json:"live" doc:"Somebody is in it"`
	People          int        `json:"people" doc:"How many are in it"`
	Ended           bool       `json:"ended" doc:"Ended for all; it begins again when an owner or moderator comes"`

	Recording  RecordingSettings `json:"recording" doc:"What is made of its recordings"`
	Recordings int               `json:"recordings" doc:"How many there are: they are deleted with it"`
	Rules      RecordingRules    `json:"recordingRules" doc:"What the organisation decided, whatever the meeting says"`
}

// meetingOf is a meeting as its owner sees it.
func (a *api) meetingOf(ctx context.Context, m meeting.Meeting, recordings int) Meeting {
	people := a.Rooms.People(m.ID)
	roles := make([]RoleRule, 0, len(m.Roles))
	for _, r := range m.Roles {
		roles = append(roles, RoleRule{Kind: string(r.Kind), Value: r.Value, Role: string(r.Role)})
	}
	return Meeting{
		ID:              string(m.ID),
		Name:            m.Name.Text(),
		Welcome:         m.Welcome,
		Link:            linkTo(ctx, m.ID),
		Policy:          Policy(m.Policy),
		MaxShares:       m.MaxShares,
		Lobby:           Lobby{Mode: string(m.Lobby.Mode), SignedIn: m.Lobby.SignedIn, Invited: m.Lobby.Invited, Domains: append([]string{}, m.Lobby.Domains...)},
		PasscodeSet:     m.PasscodeHash != "",
		HostPINSet:      m.HostPINHash != "",
		AccountRequired: m.AccountRequired,
		Newcomers:       string(m.Newcomers),
		Roles:           roles,
		Locked:          m.Locked,
		CreatedAt:       m.CreatedAt.UTC().Truncate(time.Millisecond), // as it is kept
		Live:            people > 0,
		People:          people,
		Ended:           m.Ended,
		Recording:       recordingSettingsOf(m.Recording),
		Recordings:      recordings,
		Rules:           recordingRulesOf(visitorOf(ctx).tenant.Settings.Recording),
	}
}

func (a *api) meetingAnswer(ctx context.Context, m meeting.Meeting) (*meetingAnswer, error) {
	recordings, _, err := a.Recordings.OfMeeting(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	return &meetingAnswer{a.meetingOf(ctx, m, recordings)}, nil
}

func linkTo(ctx context.Context, m id.Meeting) string {
	return visitorOf(ctx).origin + "/m/" + string(m)
}

// Meetings is a page of a list of meetings.
type Meetings struct {
	Meetings []Meeting `json:"meetings" nullable:"false"`
	Next     string    `json:"next" doc:"The cursor of the next page; empty after the last"`
}

type (
	meetingAnswer  struct{ Body Meeting }
	meetingsAnswer struct{ Body Meetings }
)

func (a *api) listMeetings(ctx context.Context, in *Page) (*meetingsAnswer, error) {
	who, err := a.actor(ctx, readMeetings)
	if err != nil {
		return nil, err
	}
	at, from, err := afterNewest[id.Meeting](*in)
	if err != nil {
		return nil, err
	}
	after := meeting.Meeting{ID: from, CreatedAt: at}
	var found []meeting.Meeting
	if who.key != nil {
		found, err = a.Store.MeetingsIn(ctx, who.tenant.ID, after, in.Limit+1)
	} else {
		found, err = a.Store.MeetingsOf(ctx, who.user, after, in.Limit+1)
	}
	if err != nil {
		return nil, err
	}
	found, next := cut(found, in.Limit, func(m meeting.Meeting) []string { return newestKey(m.CreatedAt, m.ID) })
	recordings, err := a.Recordings.Counts(ctx, who.tenant.ID)
	if err != nil {
		return nil, err
	}
	list := make([]Meeting, 0, len(found))
	for _, m := range found {
		list = append(list, a.meetingOf(ctx, m, recordings[m.ID]))
	}
	return &meetingsAnswer{Meetings{list, next}}, nil
}

// newestKey is what lists that begin with the newest are sorted by, for [cut].
func newestKey[T ~string](at time.Time, of T) []string {
	return []string{strconv.FormatInt(at.UnixMilli(), 10), string(of)}
}

// afterNewest undoes newestKey.
func afterNewest[T ~string](p Page) (time.Time, T, error) {
	parts, err := p.after(2)
	if parts == nil || err != nil {
		return time.Time{}, "", err
	}
	ms, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return time.Time{}, "", errCursor
	}
	of, err := id.Parse[T](parts[1])
	if err != nil {
		return time.Time{}, "", errCursor
	}
	return time.UnixMilli(ms), of, nil
}

// NewMeeting is the request for a meeting.
type NewMeeting struct {
	Name *string `json:"name,omitempty" doc:"1 to 150 characters; \"New meeting\" without it"`
}

type createMeetingRequest struct {
	Body *NewMeeting
}

func (a *api) createMeeting(ctx context.Context, in *createMeetingRequest) (*meetingAnswer, error) {
	who, err := a.actor(ctx, writeMeetings)
	if err != nil {
		return nil, err
	}
	name := pii.Name(meeting.DefaultName)
	if in.Body != nil && in.Body.Name != nil {
		if name, err = meeting.ParseName(*in.Body.Name); err != nil {
			return nil, err
		}
	}
	m := meeting.New(who.tenant.ID, who.user.ID, name, time.Now()).Under(who.tenant.Settings)
	if err := a.Store.CreateMeeting(ctx, m, nil, who.about(m.ID, audit.MeetingCreated, audit.Party{})); err != nil {
		return nil, err
	}
	return a.meetingAnswer(ctx, m)
}

// about is entry for what is done to a meeting.
func (w actor) about(m id.Meeting, action audit.Action, subject audit.Party) audit.Entry {
	e := w.entry(action, subject)
	e.Meeting = m
	return e
}

// MeetingPath names a meeting. It is exported because huma looks into exported
// fields only.
type MeetingPath struct {
	ID string `path:"id" doc:"26 characters, the last part of the link"`
}

// id parses the path. What cannot be an id gets the answer of what is not there.
func (p MeetingPath) id() (id.Meeting, error) {
	m, err := id.Parse[id.Meeting](p.ID)
	if err != nil {
		return "", meeting.ErrNotFound
	}
	return m, nil
}

// hiddenTime is when it is said that there is no such meeting, counted from the
// question. Finding one that is not to be seen takes some microseconds longer than
// finding none, and whoever asks often enough could tell; this is a hundred times
// what either takes, on a busy machine ten times.
const hiddenTime = 10 * time.Millisecond

// managed finds a meeting that the caller may manage: its owner, whoever its rules
// make an owner, and keys of its organisation if it is nobody's in person. Others'
// meetings look like none, by what is answered and by when.
func (a *api) managed(ctx context.Context, need scope, in MeetingPath) (actor, meeting.Meeting, error) {
	began := time.Now()
	who, err := a.actor(ctx, need)
	if err != nil {
		return actor{}, meeting.Meeting{}, err
	}
	m, err := a.find(ctx, who, in)
	return who, m, answerEvenly(ctx, began, err)
}

func (a *api) find(ctx context.Context, who actor, in MeetingPath) (meeting.Meeting, error) {
	wanted, err := in.id()
	if err != nil {
		return meeting.Meeting{}, err
	}
	m, err := a.Store.MeetingIn(ctx, who.tenant.ID, wanted)
	if err != nil {
		return meeting.Meeting{}, err
	}
	if !who.manages(m) {
		return meeting.Meeting{}, meeting.ErrNotFound
	}
	return m, nil
}

// answerEvenly waits until the time has come to say that there is no such meeting or
// recording; other answers go out at once.
func answerEvenly(ctx context.Context, began time.Time, err error) error {
	if !errors.Is(err, meeting.ErrNotFound) && !errors.Is(err, recording.ErrNotFound) {
		return err
	}
	select {
	case <-time.After(hiddenTime - time.Since(began)):
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noneHeld refuses to delete meetings whose recordings are under legal hold, before
// anything of them is ended. Fault: recording.held.
func (a *api) noneHeld(ctx context.Context, meetings ...id.Meeting) error {
	for _, m := range meetings {
		if _, held, err := a.Recordings.OfMeeting(ctx, m); err != nil {
			return err
		} else if held > 0 {
			return recording.ErrHeld
		}
	}
	return nil
}

func (w actor) manages(m meeting.Meeting) bool {
	if m.Tenant != w.tenant.ID {
		return false
	}
	if w.key != nil {
		return m.Owner == "" // it acts as the organisation, not as its people
	}
	role, found := m.RoleOf(w.user)
	return found && role == access.Owner
}

func (a *api) getMeeting(ctx context.Context, in *MeetingPath) (*meetingAnswer, error) {
	_, m, err := a.managed(ctx, readMeetings, *in)
	if err != nil {
		return nil, err
	}
	return a.meetingAnswer(ctx, m)
}

func (a *api) deleteMeeting(ctx context.Context, in *MeetingPath) (*struct{}, error) {
	who, m, err := a.managed(ctx, writeMeetings, *in)
	if err != nil {
		return nil, err
	}
	if err := a.noneHeld(ctx, m.ID); err != nil {
		return nil, err
	}
	if err := a.Rooms.EndMeeting(ctx, m.ID); err != nil {
		return nil, err
	}
	if err := a.Recordings.DeleteMeeting(ctx, m.ID, who.about(m.ID, audit.RecordingDeleted, audit.Party{})); err != nil {
		return nil, err
	}
	return nil, a.Store.DeleteMeeting(ctx, m.ID, who.about(m.ID, audit.MeetingDeleted, audit.Party{}))
}

// RunningMeeting is what an administrator may know of a meeting.
type RunningMeeting struct {
	ID        string     `json:"id"`
	Name      string     `json:"name" doc:"Only of meetings that the caller owns; else empty"`
	People    int        `json:"people"`
	Waiting   int        `json:"waiting" doc:"In the lobby"`
	StartedAt *time.Time `json:"startedAt" doc:"null while all of them wait"`
}

// RunningMeetings is a page of a list of them.
type RunningMeetings struct {
	Meetings []RunningMeeting `json:"meetings" nullable:"false"`
	Next     string           `json:"next" doc:"The cursor of the next page; empty after the last"`
}

type runningAnswer struct{ Body RunningMeetings }

func (a *api) listRunningMeetings(ctx context.Context, in *Page) (*runningAnswer, error) {
	who, err := a.admin(ctx, readMeetings)
	if err != nil {
		return nil, err
	}
	at, from, err := afterNewest[id.Meeting](*in)
	if err != nil {
		return nil, err
	}
	rooms := a.Rooms.Running(who.tenant.ID)
	for i := range rooms {
		rooms[i].StartedAt = rooms[i].StartedAt.Truncate(time.Millisecond) // as in the cursor
	}
	slices.SortFunc(rooms, func(a, b room.Running) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.Meeting, b.Meeting))
	})
	rooms = slices.DeleteFunc(rooms, func(r room.Running) bool { // on a page before
		return from != "" && (r.StartedAt.After(at) || r.StartedAt.Equal(at) && r.Meeting <= from)
	})
	rooms, next := cut(rooms, in.Limit, func(r room.Running) []string { return newestKey(r.StartedAt, r.Meeting) })
	list := make([]RunningMeeting, 0, len(rooms))
	for _, r := range rooms {
		entry := RunningMeeting{ID: string(r.Meeting), People: r.People, Waiting: r.Waiting, StartedAt: optional(r.StartedAt)}
		m, err := a.Store.Meeting(ctx, r.Meeting)
		if errors.Is(err, meeting.ErrNotFound) {
			continue // deleted just now
		}
		if err != nil {
			return nil, err
		}
		if who.key == nil && who.manages(m) {
			entry.Name = m.Name.Text()
		}
		list = append(list, entry)
	}
	return &runningAnswer{RunningMeetings{list, next}}, nil
}
