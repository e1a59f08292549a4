package room

import (
	"context"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
)

// maxSuspects bounds the sources that people were banned from: twice the room, 32
// bytes apiece.
const maxSuspects = 1_000

// bars are who may not come in any more, as far as that changed while the room
// was live: the store was asked before the room was, and the room has the last
// word. Made by hand from accounts and invites, so there are no more than those.
type bars struct {
	users    map[id.User]struct{}
	invites  map[id.Invite]error   // [ErrBanned] or [invite.ErrRevoked]
	suspects map[digest]struct{}   // where people were banned from, for the sitting
	expelled map[id.User]time.Time // accounts, and when they were put out last
}

func newBars() bars {
	return bars{users: make(map[id.User]struct{}), invites: make(map[id.Invite]error), suspects: make(map[digest]struct{}), expelled: make(map[id.User]time.Time)}
}

// barred returns why somebody may not come in.
func (o *owner) barred(from origin) error {
	if _, banned := o.bars.users[from.User]; banned && from.User != o.meeting.Owner {
		return ErrBanned
	}
	return o.bars.invites[from.Invite]
}

// suspect reports whether a guest with nothing but a link comes from where somebody
// was banned, who may have signed out for that. It may be somebody else, behind the
// same address: so they are not refused, they wait and are looked at.
func (o *owner) suspect(n newcomer) bool {
	if n.User != "" || n.Personal || n.source == (digest{}) {
		return false
	}
	_, marked := o.bars.suspects[n.source]
	return marked
}

// ban keeps somebody out for as long as the meeting exists, and puts out all that
// is theirs in the room and before it.
func (o *owner) ban(ctx context.Context, by, s *seat, text string, e audit.Entry) error {
	if s.User != "" && s.User == o.meeting.Owner {
		return ErrRight // the meeting is theirs
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	entries := []audit.Entry{e} // goes with the first thing that is written
	keep := func(b meeting.Ban) error {
		b.ID, b.Meeting, b.CreatedAt = id.New[id.Ban](), o.id, time.Now()
		err := o.rooms.store.Ban(ctx, b, entries...)
		entries = nil
		return fault.Wrap("room.ban", err)
	}
	var err error
	if s.User != "" {
		err = keep(meeting.Ban{User: s.User})
	}
	if s.Personal && err == nil {
		err = keep(meeting.Ban{Invite: s.Invite})
	}
	if err == nil {
		err = o.refuse(ctx, s.ID, entries...)
	}
	if err != nil {
		return err
	}
	if s.User != "" {
		o.bars.users[s.User] = struct{}{}
	}
	if s.Personal {
		o.bars.invites[s.Invite] = ErrBanned
	}
	if s.source != (digest{}) {
		if len(o.bars.suspects) >= maxSuspects {
			clear(o.bars.suspects)
		}
		o.bars.suspects[s.source] = struct{}{}
	}
	o.putOut(func(other *seat) bool { return other == s || o.barred(other.origin) != nil }, by.ID, Bye{Reason: ReasonBanned, Text: text})
	return nil
}

// putOut sends away everybody that chosen picks, in the room, before it, and on
// the way.
func (o *owner) putOut(chosen func(*seat) bool, by id.Seat, last Bye) {
	for _, s := range o.clone() {
		if chosen(s) {
			o.leaveWith(s, ReasonRemoved, last)
		}
	}
	for _, w := range o.cloneWaiting() {
		if chosen(w.seat) {
			o.turnAway(w, ReasonDenied, by, last)
		}
	}
	for key, t := range o.tickets {
		if o.barred(t.origin) != nil {
			delete(o.tickets, key)
		}
	}
}

// Remove sends somebody out: their seat and all that opens it are gone for good.
// Whoever has the link can come anew, past lock, passcode and lobby as anybody;
// with Ban they cannot, for as long as the meeting exists.
type Remove struct {
	Seat id.Seat
	Ban  bool
}

func (Remove) needs(*seat, *owner) access.Right { return access.Remove }

func (m Remove) apply(ctx context.Context, o *owner, c *call) error {
	s, err := o.target(c.by, m.Seat)
	if err != nil {
		return err
	}
	e := o.entry(audit.SeatRemoved, c.by, s, "ban", flag(m.Ban))
	if m.Ban {
		return o.ban(ctx, c.by, s, "", e)
	}
	if err := o.refuse(ctx, s.ID, e); err != nil {
		return err
	}
	o.leave(s, ReasonRemoved)
	return nil
}

// Revoke puts out whoever came by an invite that was revoked in the store.
func (r *Rooms) Revoke(ctx context.Context, meeting id.Meeting, invite id.Invite) error {
	o := r.find(meeting)
	if o == nil {
		return nil
	}
	_, err := ask(ctx, o, revoking{invite: invite})
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

type revoking struct{ invite id.Invite }

func (q revoking) serve(_ context.Context, o *owner) (struct{}, error) {
	o.bars.invites[q.invite] = invite.ErrRevoked
	o.putOut(func(s *seat) bool { return s.Invite == q.invite }, "", Bye{Reason: ReasonRevoked})
	return struct{}{}, nil
}

// forgive drops what was learned of bans while the room was live, where the store
// says otherwise now.
func (o *owner) forgive(ctx context.Context) error {
	for u := range o.bars.users {
		banned, err := o.rooms.store.Banned(ctx, o.id, u, "")
		if err != nil {
			return err
		}
		if !banned {
			delete(o.bars.users, u)
		}
	}
	for i, why := range o.bars.invites {
		if !errors.Is(why, ErrBanned) {
			continue // what is revoked stays so
		}
		banned, err := o.rooms.store.Banned(ctx, o.id, "", i)
		if err != nil {
			return err
		}
		if !banned {
			delete(o.bars.invites, i)
		}
	}
	return nil
}
