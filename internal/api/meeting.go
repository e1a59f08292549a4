package api

import (
	"context"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

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
}

// Meeting is a meeting as its owner sees it.
type Meeting struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Welcome   string    `json:"welcome" doc:"Plain text shown at the door"`
	Link      string    `json:"link" doc:"For everybody who is to come"`
	Policy    Policy    `json:"policy"`
	MaxShares int       `json:"maxShares" doc:"Screens shared at once, 1 to 8"`
	CreatedAt time.Time `json:"createdAt"`
	Live      bool      `json:"live" doc:"Somebody is in it"`
	People    int       `json:"people" doc:"How many are in it"`
	Ended     bool      `json:"ended" doc:"Ended for all; it begins again when an owner or moderator comes"`
}

func (a *api) meetingOf(ctx context.Context, m meeting.Meeting) Meeting {
	people := a.Rooms.People(m.ID)
	return Meeting{
		ID:        string(m.ID),
		Name:      m.Name.Text(),
		Welcome:   m.Welcome,
		Link:      visitorOf(ctx).origin + "/m/" + string(m.ID),
		Policy:    Policy(m.Policy),
		MaxShares: m.MaxShares,
		CreatedAt: m.CreatedAt.UTC().Truncate(time.Millisecond), // as it is kept
		Live:      people > 0,
		People:    people,
		Ended:     m.Ended,
	}
}

// Meetings is a list of meetings.
type Meetings struct {
	Meetings []Meeting `json:"meetings" nullable:"false" doc:"At most 1,000"`
}

type (
	meetingAnswer  struct{ Body Meeting }
	meetingsAnswer struct{ Body Meetings }
)

func (a *api) listMeetings(ctx context.Context, _ *struct{}) (*meetingsAnswer, error) {
	u, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	meetings, err := a.Store.MeetingsOf(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	list := make([]Meeting, 0, len(meetings))
	for _, m := range meetings {
		list = append(list, a.meetingOf(ctx, m))
	}
	return &meetingsAnswer{Meetings{list}}, nil
}

// NewMeeting is the request for a meeting.
type NewMeeting struct {
	Name *string `json:"name,omitempty" doc:"1 to 150 characters; \"New meeting\" without it"`
}

type createMeetingRequest struct {
	Body *NewMeeting
}

func (a *api) createMeeting(ctx context.Context, in *createMeetingRequest) (*meetingAnswer, error) {
	u, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	name := pii.Name(meeting.DefaultName)
	if in.Body != nil && in.Body.Name != nil {
		if name, err = meeting.ParseName(*in.Body.Name); err != nil {
			return nil, err
		}
	}
	m := meeting.New(u.Tenant, u.ID, name, time.Now())
	if err := a.Store.CreateMeeting(ctx, m); err != nil {
		return nil, err
	}
	return &meetingAnswer{a.meetingOf(ctx, m)}, nil
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

// owned finds a meeting of the caller. Others' meetings look like none.
func (a *api) owned(ctx context.Context, in MeetingPath) (meeting.Meeting, error) {
	u, err := a.caller(ctx)
	if err != nil {
		return meeting.Meeting{}, err
	}
	wanted, err := in.id()
	if err != nil {
		return meeting.Meeting{}, err
	}
	m, err := a.Store.Meeting(ctx, wanted)
	if err != nil {
		return meeting.Meeting{}, err
	}
	if m.Owner != u.ID {
		return meeting.Meeting{}, meeting.ErrNotFound
	}
	return m, nil
}

func (a *api) getMeeting(ctx context.Context, in *MeetingPath) (*meetingAnswer, error) {
	m, err := a.owned(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &meetingAnswer{a.meetingOf(ctx, m)}, nil
}

// PolicyChange holds what is to change of a policy.
type PolicyChange struct {
	Microphone  *bool `json:"microphone,omitempty"`
	Camera      *bool `json:"camera,omitempty"`
	Share       *bool `json:"share,omitempty"`
	Chat        *bool `json:"chat,omitempty"`
	ChatPrivate *bool `json:"chatPrivate,omitempty"`
	Reactions   *bool `json:"reactions,omitempty"`
	RaiseHand   *bool `json:"raiseHand,omitempty"`
	Rename      *bool `json:"rename,omitempty"`
	SeePeople   *bool `json:"seePeople,omitempty"`
	SeeCameras  *bool `json:"seeCameras,omitempty"`
}

// MeetingChange holds what is to change; what is missing stays.
type MeetingChange struct {
	Name      *string       `json:"name,omitempty" doc:"1 to 150 characters"`
	Welcome   *string       `json:"welcome,omitempty" doc:"Up to 2,000 characters of plain text"`
	Policy    *PolicyChange `json:"policy,omitempty"`
	MaxShares *int          `json:"maxShares,omitempty" doc:"1 to 8"`
}

// apply returns m with the change, if it is a valid one.
func (c MeetingChange) apply(m meeting.Meeting) (meeting.Meeting, error) {
	var err error
	if c.Name != nil {
		if m.Name, err = meeting.ParseName(*c.Name); err != nil {
			return m, err
		}
	}
	if c.Welcome != nil {
		if m.Welcome, err = meeting.ParseWelcome(*c.Welcome); err != nil {
			return m, err
		}
	}
	if c.MaxShares != nil {
		if m.MaxShares, err = meeting.ParseMaxShares(*c.MaxShares); err != nil {
			return m, err
		}
	}
	if c.Policy != nil {
		m.Policy = c.Policy.apply(m.Policy)
	}
	return m, nil
}

func (c PolicyChange) apply(p access.Policy) access.Policy {
	set := func(field, to *bool) {
		if to != nil {
			*field = *to
		}
	}
	set(&p.Microphone, c.Microphone)
	set(&p.Camera, c.Camera)
	set(&p.Share, c.Share)
	set(&p.ChatPrivate, c.ChatPrivate)
	set(&p.RaiseHand, c.RaiseHand)
	set(&p.Rename, c.Rename)
	set(&p.SeePeople, c.SeePeople)
	set(&p.SeeCameras, c.SeeCameras)
	set(&p.Chat, c.Chat)
	set(&p.Reactions, c.Reactions)
	return p
}

type updateMeetingRequest struct {
	MeetingPath
	Body MeetingChange
}

func (a *api) updateMeeting(ctx context.Context, in *updateMeetingRequest) (*meetingAnswer, error) {
	m, err := a.owned(ctx, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	if m, err = in.Body.apply(m); err != nil {
		return nil, err
	}
	if err := a.Store.UpdateMeeting(ctx, m); err != nil {
		return nil, err
	}
	if err := a.Rooms.Refresh(ctx, m.ID); err != nil {
		return nil, err
	}
	return &meetingAnswer{a.meetingOf(ctx, m)}, nil
}

func (a *api) deleteMeeting(ctx context.Context, in *MeetingPath) (*struct{}, error) {
	m, err := a.owned(ctx, *in)
	if err != nil {
		return nil, err
	}
	if err := a.Rooms.EndMeeting(ctx, m.ID); err != nil {
		return nil, err
	}
	return nil, a.Store.DeleteMeeting(ctx, m.ID)
}

// Knock is the request of somebody with a link.
type Knock struct {
	Invite *string `json:"invite,omitempty" doc:"The secret of a role link, after #i="`
}

// Door is what somebody may know before coming in.
type Door struct {
	Name         string `json:"name" doc:"Of the meeting"`
	Organisation string `json:"organisation"`
	Host         string `json:"host" doc:"Who invites; may be empty"`
	Welcome      string `json:"welcome" doc:"Plain text"`
	Role         string `json:"role" enum:"owner,moderator,presenter,attendee,viewer" doc:"What the caller would be"`
	Locked       bool   `json:"locked" doc:"The caller cannot come in at present"`
	Ended        bool   `json:"ended" doc:"The meeting is over and begins again when the caller comes in"`
	SignedInName string `json:"signedInName" doc:"The caller's own name; empty for guests"`
}

type (
	getDoorRequest struct {
		MeetingPath
		Body *Knock
	}
	doorAnswer struct{ Body Door }
)

func (a *api) getDoor(ctx context.Context, in *getDoorRequest) (*doorAnswer, error) {
	var invite *string
	if in.Body != nil {
		invite = in.Body.Invite
	}
	c, err := a.atDoor(ctx, in.MeetingPath, invite)
	if err != nil {
		return nil, err
	}
	door, err := a.Rooms.Door(ctx, c)
	if err != nil {
		return nil, err
	}
	answer := Door{
		Name:         door.Name.Text(),
		Organisation: door.Organisation,
		Host:         door.Host.Text(),
		Welcome:      door.Welcome,
		Role:         string(door.Role),
		Locked:       door.Locked,
		Ended:        door.Ended,
	}
	if c.User != nil {
		answer.SignedInName = c.User.Name.Text()
	}
	return &doorAnswer{answer}, nil
}

// Entry is the request for a ticket.
type Entry struct {
	Name   string  `json:"name" doc:"What the others will read; 1 to 100 characters"`
	Invite *string `json:"invite,omitempty" doc:"The secret of a role link, after #i="`
}

// Ticket opens the live channel once.
type Ticket struct {
	Ticket string `json:"ticket" doc:"For the first message on /live, within 60 s"`
}

type (
	createTicketRequest struct {
		MeetingPath
		Body Entry
	}
	ticketAnswer struct{ Body Ticket }
)

func (a *api) createTicket(ctx context.Context, in *createTicketRequest) (*ticketAnswer, error) {
	c, err := a.atDoor(ctx, in.MeetingPath, in.Body.Invite)
	if err != nil {
		return nil, err
	}
	ticket, err := a.Rooms.Enter(ctx, room.Request{Caller: c, Name: in.Body.Name})
	if err != nil {
		return nil, err
	}
	return &ticketAnswer{Ticket{ticket.Text()}}, nil
}

// atDoor gathers what the gate decides by.
func (a *api) atDoor(ctx context.Context, in MeetingPath, invite *string) (room.Caller, error) {
	wanted, err := in.id()
	if err != nil {
		return room.Caller{}, err
	}
	c := room.Caller{Meeting: wanted}
	if invite != nil {
		secret := pii.Secret(*invite)
		c.InviteSecret = &secret
	}
	u, err := a.caller(ctx)
	if errors.Is(err, auth.ErrRequired) {
		return c, nil
	}
	if err != nil {
		return room.Caller{}, err
	}
	c.User = &u
	return c, nil
}
