package api

import (
	"context"
	"errors"
	"time"

	"plenum/internal/auth"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// Knock is the request of somebody with a link.
type Knock struct {
	Invite *string `json:"invite,omitempty" doc:"The secret of a role link or a personal one, after #i="`
}

// Door is what somebody may know before coming in.
type Door struct {
	Name            string `json:"name" doc:"Of the meeting"`
	Organisation    string `json:"organisation"`
	Host            string `json:"host" doc:"Who invites; may be empty"`
	Welcome         string `json:"welcome" doc:"Plain text"`
	Role            string `json:"role" enum:"owner,moderator,presenter,attendee,viewer" doc:"What the caller would be"`
	Locked          bool   `json:"locked" doc:"The caller cannot come in at present"`
	Ended           bool   `json:"ended" doc:"The meeting is over and begins again when the caller comes in"`
	PasscodeNeeded  bool   `json:"passcodeNeeded" doc:"Of the caller"`
	Waits           bool   `json:"waits" doc:"The caller will wait to be let in"`
	AccountRequired bool   `json:"accountRequired" doc:"The caller has to sign in first"`
	Recorded        bool   `json:"recorded" doc:"The meeting is being recorded at present; the caller will be asked"`
	NameBound       string `json:"nameBound" doc:"The name that the invite was made for; empty when the caller chooses"`
	SignedInName    string `json:"signedInName" doc:"The caller's own name; empty for guests"`
}

type (
	getDoorRequest struct {
		MeetingPath

		Body *Knock
	}
	doorAnswer struct{ Body Door }
)

func (a *api) getDoor(ctx context.Context, in *getDoorRequest) (*doorAnswer, error) {
	if err := a.brake.takeAtDoor(visitorOf(ctx).source); err != nil {
		return nil, err
	}
	began := time.Now()
	var invite *string
	if in.Body != nil {
		invite = in.Body.Invite
	}
	c, err := a.atDoor(ctx, in.MeetingPath, invite)
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	door, err := a.Rooms.Door(ctx, c)
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	answer := Door{
		Name:            door.Name.Text(),
		Organisation:    door.Organisation,
		Host:            door.Host.Text(),
		Welcome:         door.Welcome,
		Role:            string(door.Role),
		Locked:          door.Locked,
		Ended:           door.Ended,
		PasscodeNeeded:  door.PasscodeNeeded,
		Waits:           door.Waits,
		AccountRequired: door.AccountRequired,
		Recorded:        door.Recorded,
		NameBound:       door.NameBound.Text(),
	}
	if c.User != nil {
		answer.SignedInName = c.User.Name.Text()
	}
	return &doorAnswer{answer}, nil
}

// Entry is the request for a ticket.
type Entry struct {
	Name     string  `json:"name" doc:"What the others will read; 1 to 100 characters"`
	Invite   *string `json:"invite,omitempty" doc:"The secret of a role link or a personal one, after #i="`
	Passcode *string `json:"passcode,omitempty"`
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
	if err := a.brake.takeTicket(visitorOf(ctx).source, in.ID); err != nil {
		return nil, err
	}
	began := time.Now()
	c, err := a.atDoor(ctx, in.MeetingPath, in.Body.Invite)
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	if in.Body.Passcode != nil {
		// One that cannot be a passcode is a wrong one, and a try.
		tried := pii.Secret(*in.Body.Passcode)
		if normal, err := meeting.ParsePasscode(*in.Body.Passcode); err == nil {
			tried = normal
		}
		c.Passcode = &tried
	}
	ticket, err := a.Rooms.Enter(ctx, room.Request{Caller: c, Name: in.Body.Name})
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	return &ticketAnswer{Ticket{ticket.Text()}}, nil
}

// atDoor gathers what the gate decides by.
func (a *api) atDoor(ctx context.Context, in MeetingPath, invite *string) (room.Caller, error) {
	wanted, err := in.id()
	if err != nil {
		return room.Caller{}, err
	}
	from := visitorOf(ctx)
	c := room.Caller{Tenant: from.tenant.ID, Meeting: wanted, Source: from.source}
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
