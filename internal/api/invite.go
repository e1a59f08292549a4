package api

import (
	"context"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/user"
)

// Invite is a link that carries a role. Its secret is shown once, when it is made.
type Invite struct {
	ID        string     `json:"id"`
	Role      string     `json:"role" enum:"owner,moderator,presenter,attendee,viewer"`
	Name      string     `json:"name" doc:"Whom it is for; empty leaves the name open"`
	Personal  bool       `json:"personal" doc:"Made for somebody; else one of the role links of the command line"`
	MaxUses   int        `json:"maxUses" doc:"0 for any number"`
	Uses      int        `json:"uses" doc:"How many have come in by it; coming back is none"`
	NotBefore *time.Time `json:"notBefore" doc:"null for at once"`
	ExpiresAt *time.Time `json:"expiresAt" doc:"null for never"`
	Revoked   bool       `json:"revoked"`
	CreatedAt time.Time  `json:"createdAt"`
}

func inviteOf(i invite.Invite) Invite {
	return Invite{
		ID:        string(i.ID),
		Role:      string(i.Role),
		Name:      i.Name.Text(),
		Personal:  i.Personal,
		MaxUses:   i.MaxUses,
		Uses:      i.Uses,
		NotBefore: optional(i.NotBefore),
		ExpiresAt: optional(i.ExpiresAt),
		Revoked:   i.Revoked,
		CreatedAt: i.CreatedAt.UTC().Truncate(time.Millisecond), // as it is kept
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// Invites is a page of a meeting's links.
type Invites struct {
	Invites []Invite `json:"invites" nullable:"false"`
	Next    string   `json:"next" doc:"The cursor of the next page; empty after the last"`
}

type (
	listInvitesRequest struct {
		MeetingPath
		Page
	}
	invitesAnswer struct{ Body Invites }
)

func (a *api) listInvites(ctx context.Context, in *listInvitesRequest) (*invitesAnswer, error) {
	_, m, err := a.managed(ctx, readMeetings, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	at, from, err := afterNewest[id.Invite](in.Page)
	if err != nil {
		return nil, err
	}
	found, err := a.Store.Invites(ctx, m.ID, invite.Invite{ID: from, CreatedAt: at}, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, next := cut(found, in.Limit, func(i invite.Invite) []string { return newestKey(i.CreatedAt, i.ID) })
	list := make([]Invite, 0, len(found))
	for _, i := range found {
		list = append(list, inviteOf(i))
	}
	return &invitesAnswer{Invites{list, next}}, nil
}

// NewInvite is the request for a link.
type NewInvite struct {
	Role      string     `json:"role" enum:"owner,moderator,presenter,attendee,viewer"`
	Name      *string    `json:"name,omitempty" doc:"Whom it is for: their name in the meeting"`
	MaxUses   int        `json:"maxUses,omitempty" doc:"1 for once; 0 or nothing for any number"`
	NotBefore *time.Time `json:"notBefore,omitempty"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// MadeInvite is the only answer that holds the link.
type MadeInvite struct {
	Invite Invite `json:"invite"`
	Link   string `json:"link" doc:"Complete, with the secret; it cannot be shown again"`
}

type (
	createInviteRequest struct {
		MeetingPath

		Body NewInvite
	}
	madeInviteAnswer struct{ Body MadeInvite }
)

func (a *api) createInvite(ctx context.Context, in *createInviteRequest) (*madeInviteAnswer, error) {
	who, m, err := a.managed(ctx, writeMeetings, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	i, secret := invite.New(m.ID, access.Role(in.Body.Role), time.Now())
	i.Personal, i.MaxUses = true, in.Body.MaxUses
	if in.Body.Name != nil && *in.Body.Name != "" {
		if i.Name, err = user.ParseName(*in.Body.Name); err != nil {
			return nil, err
		}
	}
	if in.Body.NotBefore != nil {
		i.NotBefore = *in.Body.NotBefore
	}
	if in.Body.ExpiresAt != nil {
		i.ExpiresAt = *in.Body.ExpiresAt
	}
	if err := i.Check(); err != nil {
		return nil, err
	}
	entry := who.about(m.ID, audit.InviteCreated, audit.Party{Kind: audit.Invite, ID: string(i.ID)})
	entry.Detail = i.Terms()
	if err := a.Store.CreateInvite(ctx, i, entry); err != nil {
		return nil, err
	}
	return &madeInviteAnswer{MadeInvite{Invite: inviteOf(i), Link: linkTo(ctx, m.ID) + "#i=" + secret.Text()}}, nil
}

type invitePath struct {
	MeetingPath

	Invite string `path:"invite"`
}

func (a *api) revokeInvite(ctx context.Context, in *invitePath) (*struct{}, error) {
	who, m, err := a.managed(ctx, writeMeetings, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	i, err := id.Parse[id.Invite](in.Invite)
	if err != nil {
		return nil, invite.ErrUnknown
	}
	if err := a.Store.RevokeInvite(ctx, m.ID, i, who.about(m.ID, audit.InviteRevoked, audit.Party{Kind: audit.Invite, ID: string(i)})); err != nil {
		return nil, err
	}
	return nil, a.Rooms.Revoke(ctx, m.ID, i)
}
