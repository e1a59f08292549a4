package api

import (
	"context"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/meeting"
)

// Ban keeps somebody out of one meeting: whoever signs in to an account, or whoever
// comes by an invite.
type Ban struct {
	ID         string    `json:"id"`
	UserName   string    `json:"userName" doc:"The account's name; empty for an invite's"`
	InviteName string    `json:"inviteName" doc:"Whom the invite was made for; may be empty"`
	CreatedAt  time.Time `json:"createdAt"`
}

// Bans is a page of a meeting's bans.
type Bans struct {
	Bans []Ban  `json:"bans" nullable:"false"`
	Next string `json:"next" doc:"The cursor of the next page; empty after the last"`
}

type (
	listBansRequest struct {
		MeetingPath
		Page
	}
	bansAnswer struct{ Body Bans }
)

func (a *api) listBans(ctx context.Context, in *listBansRequest) (*bansAnswer, error) {
	_, m, err := a.managed(ctx, readMeetings, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	at, from, err := afterNewest[id.Ban](in.Page)
	if err != nil {
		return nil, err
	}
	found, err := a.Store.Bans(ctx, m.ID, meeting.Ban{ID: from, CreatedAt: at}, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, next := cut(found, in.Limit, func(b meeting.NamedBan) []string { return newestKey(b.CreatedAt, b.ID) })
	list := make([]Ban, 0, len(found))
	for _, b := range found {
		list = append(list, Ban{ID: string(b.ID), UserName: b.UserName.Text(), InviteName: b.InviteName.Text(), CreatedAt: b.CreatedAt})
	}
	return &bansAnswer{Bans{list, next}}, nil
}

type banPath struct {
	MeetingPath

	Ban string `path:"ban"`
}

func (a *api) liftBan(ctx context.Context, in *banPath) (*struct{}, error) {
	who, m, err := a.managed(ctx, writeMeetings, in.MeetingPath)
	if err != nil {
		return nil, err
	}
	b, err := id.Parse[id.Ban](in.Ban)
	if err != nil {
		return nil, meeting.ErrNoBan
	}
	return nil, a.Store.LiftBan(ctx, m.ID, b, who.about(m.ID, audit.BanLifted, audit.Party{}))
}
