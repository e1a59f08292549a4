package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/config"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/user"
)

type meetingInvite struct {
	Meeting   string    `arg:"" help:"The meeting's id, the last part of its link." placeholder:"ID"`
	Role      string    `help:"What it makes of whoever comes by it: owner, moderator, presenter, attendee or viewer." default:"attendee" placeholder:"ROLE"`
	Name      string    `help:"Whom it is for: their name in the meeting, not to be changed." placeholder:"NAME"`
	Uses      int       `help:"How many may come in by it; 0 for any number." placeholder:"N"`
	NotBefore time.Time `help:"From when it is valid, as in 2027-03-01T09:00:00+01:00." placeholder:"TIME"`
	Expires   time.Time `help:"Until when it is valid." placeholder:"TIME"`
	JSON      bool      `help:"Print JSON." name:"json"`
}

// madeInvite is the answer of "meeting invite --json"; scripts rely on it.
type madeInvite struct {
	ID   string `json:"id"`
	Link string `json:"link"`
}

// Run is called by kong.
func (c *meetingInvite) Run(ctx context.Context, place config.Place, s streams) error {
	wanted, err := id.Parse[id.Meeting](c.Meeting)
	if err != nil {
		return meeting.ErrNotFound
	}
	i, secret := invite.New(wanted, access.Role(c.Role), time.Now())
	i.Personal, i.MaxUses, i.NotBefore, i.ExpiresAt = true, c.Uses, c.NotBefore, c.Expires
	if c.Name != "" {
		if i.Name, err = user.ParseName(c.Name); err != nil {
			return err
		}
	}
	if err := i.Check(); err != nil {
		return err
	}
	cfg, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	m, err := db.Meeting(ctx, wanted)
	if err != nil {
		return err
	}
	t, err := db.Tenant(ctx, m.Tenant)
	if err != nil {
		return err
	}
	base, err := baseURL(ctx, cfg, db)
	if err != nil {
		return err
	}
	entry := aboutMeeting(m, audit.InviteCreated)
	entry.Subject, entry.Detail = audit.Party{Kind: audit.Invite, ID: string(i.ID)}, i.Terms()
	if err := db.CreateInvite(ctx, i, entry); err != nil {
		return err
	}
	made := madeInvite{ID: string(i.ID), Link: tenantURL(base, t) + "/m/" + string(m.ID) + "#i=" + secret.Text()}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(made)
	}
	_, err = fmt.Fprintln(s.out, made.Link)
	return err
}
