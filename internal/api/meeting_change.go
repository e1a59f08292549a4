package api

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/tenant"
)

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

	RecordStart *access.Role `json:"recordStart,omitempty" enum:",owner,moderator,presenter"`
	RecordStop  *access.Role `json:"recordStop,omitempty" enum:",owner,moderator,presenter"`
}

// MeetingChange holds what is to change; what is missing stays.
type MeetingChange struct {
	Name            *string       `json:"name,omitempty" doc:"1 to 150 characters"`
	Welcome         *string       `json:"welcome,omitempty" doc:"Up to 2,000 characters of plain text"`
	Policy          *PolicyChange `json:"policy,omitempty"`
	MaxShares       *int          `json:"maxShares,omitempty" doc:"1 to 8"`
	Lobby           *Lobby        `json:"lobby,omitempty" doc:"The whole of it"`
	Passcode        *string       `json:"passcode,omitempty" doc:"4 to 64 characters; empty takes it away"`
	HostPIN         *string       `json:"hostPin,omitempty" doc:"6 to 12 digits, by which an owner is known on another device; empty takes it away"`
	AccountRequired *bool         `json:"accountRequired,omitempty"`
	Newcomers       *string       `json:"newcomers,omitempty" enum:"attendee,viewer"`
	Roles           *[]RoleRule   `json:"roles,omitempty" doc:"All of them, at most 500"`
	Locked          *bool         `json:"locked,omitempty" doc:"For the present sitting"`

	Recording *RecordingSettings `json:"recording,omitempty" doc:"The whole of it"`
}

// parse checks the change, within what the organisation allows, and hashes what is secret of it.
func (a *api) parse(ctx context.Context, c MeetingChange, t tenant.Tenant) (meeting.Change, error) {
	change := meeting.Change{AccountRequired: c.AccountRequired, Locked: c.Locked}
	if c.Policy != nil {
		change.Policy = meeting.PolicyChange(*c.Policy)
	}
	steps := []func() error{
		func() error { return parsed(&change.Name, c.Name, meeting.ParseName) },
		func() error { return parsed(&change.Welcome, c.Welcome, meeting.ParseWelcome) },
		func() error { return parsed(&change.MaxShares, c.MaxShares, meeting.ParseMaxShares) },
		func() error {
			return parsed(&change.Policy.RecordStart, change.Policy.RecordStart, meeting.ParseRecorder)
		},
		func() error {
			return parsed(&change.Policy.RecordStop, change.Policy.RecordStop, meeting.ParseRecorder)
		},
		func() error { return parsed(&change.Newcomers, c.Newcomers, meeting.ParseNewcomers) },
		func() error { return parsed(&change.Lobby, c.Lobby, lobbyOf) },
		func() error { return parsed(&change.Roles, c.Roles, rolesOf) },
		func() error { return parsed(&change.Recording, c.Recording, settingsWithin(t)) },
		// Last, since it is dear.
		func() error { return parsed(&change.PasscodeHash, c.Passcode, a.hashed(ctx, meeting.ParsePasscode)) },
		func() error { return parsed(&change.HostPINHash, c.HostPIN, a.hashed(ctx, meeting.ParseHostPIN)) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return meeting.Change{}, err
		}
	}
	return change, nil
}

// parsed puts what parse makes of given into field, unless nothing is given.
func parsed[G, F any](field **F, given *G, parse func(G) (F, error)) error {
	if given == nil {
		return nil
	}
	v, err := parse(*given)
	if err == nil {
		*field = &v
	}
	return err
}

// hashed is parse and then argon2id; an empty text stays empty.
func (a *api) hashed(ctx context.Context, parse func(string) (pii.Secret, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		secret, err := parse(s)
		if err != nil {
			return "", err
		}
		return a.Passwords.Hash(ctx, secret)
	}
}

func lobbyOf(l Lobby) (meeting.Lobby, error) {
	return meeting.Lobby{Mode: meeting.LobbyMode(l.Mode), SignedIn: l.SignedIn, Invited: l.Invited, Domains: l.Domains}.Check()
}

func rolesOf(rules []RoleRule) ([]meeting.RoleRule, error) {
	list := make([]meeting.RoleRule, 0, len(rules))
	for _, r := range rules {
		list = append(list, meeting.RoleRule{Kind: meeting.RuleKind(r.Kind), Value: r.Value, Role: access.Role(r.Role)})
	}
	return meeting.ParseRoles(list)
}

// entriesOf tells the audit what a change does: which settings, and to what where
// that says nothing about a person.
func (w actor) entriesOf(m meeting.Meeting, c meeting.Change) []audit.Entry {
	var entries []audit.Entry
	note := func(action audit.Action, detail map[string]string) {
		e := w.about(m.ID, action, audit.Party{})
		e.Detail = detail
		entries = append(entries, e)
	}
	if fields := c.Fields(); len(fields) > 0 {
		note(audit.MeetingChanged, map[string]string{"fields": strings.Join(fields, ",")})
	}
	if p, roles := c.Policy.Switches(), c.Policy.Roles(); len(p)+len(roles) > 0 {
		detail := make(map[string]string, len(p)+len(roles))
		for name, on := range p {
			detail[name] = strconv.FormatBool(on)
		}
		for name, role := range roles {
			detail[name] = string(cmp.Or(role, "nobody"))
		}
		note(audit.PolicySet, detail)
	}
	if l := c.Lobby; l != nil {
		note(audit.LobbySet, map[string]string{
			"mode": string(l.Mode), "signedIn": strconv.FormatBool(l.SignedIn),
			"invited": strconv.FormatBool(l.Invited), "domains": strconv.Itoa(len(l.Domains)),
		})
	}
	if c.PasscodeHash != nil {
		note(audit.PasscodeSet, map[string]string{"set": strconv.FormatBool(*c.PasscodeHash != "")})
	}
	if c.Locked != nil {
		note(audit.DoorLocked, map[string]string{"locked": strconv.FormatBool(*c.Locked)})
	}
	return entries
}

type updateMeetingRequest struct {
	MeetingPath
	Body MeetingChange
}

func (a *api) updateMeeting(ctx context.Context, in *updateMeetingRequest) (*meetingAnswer, error) {
	who, m, err := a.managed(ctx, writeMeetings, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	change, err := a.parse(ctx, in.Body, who.tenant)
	if err != nil {
		return nil, err
	}
	if err := a.Store.ChangeMeeting(ctx, m.ID, change, who.entriesOf(m, change)...); err != nil {
		return nil, err
	}
	if err := a.Rooms.Refresh(ctx, m.ID); err != nil {
		return nil, err
	}
	if m, err = a.Store.Meeting(ctx, m.ID); err != nil {
		return nil, err
	}
	return a.meetingAnswer(ctx, m)
}
