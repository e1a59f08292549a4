package room_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

func TestNobodyIsWhatTheyArriveFirstAs(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		first := w.join(access.Attendee)
		if role := first.welcome.Seats[0].Role; role != access.Attendee {
			t.Errorf("the first to come is %s", role)
		}
		for _, role := range access.Roles() {
			p := w.join(role)
			me := p.welcome.Seats[len(p.welcome.Seats)-1]
			if me.ID != p.Seat() || me.Role != role || !me.Guest {
				t.Errorf("the %s link gave %+v", role, me)
			}
		}
	})
}

func TestTheAccountThatMadeTheMeetingOwnsIt(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		host := w.store.Host
		door, err := w.rooms.Door(t.Context(), w.caller(func(c *room.Caller) { c.User = &host }))
		if err != nil || door.Role != access.Owner || door.Host != host.Name || door.Organisation != "City of Example" {
			t.Errorf("the host's door is %+v, %v", door, err)
		}
		ticket, err := w.rooms.Enter(t.Context(), room.Request{Caller: w.caller(func(c *room.Caller) { c.User = &host }), Name: "Hanna"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.connect(room.Credential{Ticket: ticket})
		if err != nil || p.welcome.Seats[0].Role != access.Owner || p.welcome.Seats[0].Guest {
			t.Errorf("the host came in as %+v, %v", p, err)
		}
	})
}

func TestDoorAndGateRefuse(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		other := w.caller(func(c *room.Caller) { c.Meeting = id.New[id.Meeting]() })
		_, err := w.rooms.Door(t.Context(), other)
		w.wantErr(err, meeting.ErrNotFound, "the door of no meeting")
		_, err = w.rooms.Enter(t.Context(), room.Request{Caller: other, Name: "Ada"})
		w.wantErr(err, meeting.ErrNotFound, "entering no meeting")
		_, err = w.rooms.Enter(t.Context(), room.Request{Caller: w.caller(nil), Name: " "})
		w.wantErr(err, pii.ErrNameEmpty, "entering without a name")
		// A broken role link must not quietly make an attendee.
		for _, wrong := range []pii.Secret{"", "wrong", w.links[access.Moderator][1:]} {
			broken := w.caller(func(c *room.Caller) { c.InviteSecret = &wrong })
			_, err := w.rooms.Door(t.Context(), broken)
			w.wantErr(err, invite.ErrUnknown, "the door with a wrong invite")
			_, err = w.rooms.Enter(t.Context(), room.Request{Caller: broken, Name: "Ada"})
			w.wantErr(err, invite.ErrUnknown, "entering with a wrong invite")
		}
		wrong := pii.Secret("wrong")
		door, err := w.rooms.Door(t.Context(), w.caller(func(c *room.Caller) { c.User, c.InviteSecret = &w.store.Host, &wrong }))
		if err != nil || door.Role != access.Owner {
			t.Errorf("the owner's door with a wrong invite: %+v, %v", door, err)
		}
		if n := w.rooms.Count(); n != 0 {
			t.Errorf("%d rooms are live before anybody came", n)
		}
	})
}

func TestATicketOpensOnce(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		ticket, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.connect(room.Credential{Ticket: ticket}); err != nil {
			t.Fatal(err)
		}
		_, err = w.connect(room.Credential{Ticket: ticket})
		w.wantErr(err, room.ErrTicket, "the second use")

		ticket, err = w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		pass(60 * time.Second)
		_, err = w.connect(room.Credential{Ticket: ticket})
		w.wantErr(err, room.ErrTicket, "a ticket of 60 s")

		for _, bad := range []pii.Secret{"", "x", pii.Secret(w.meeting), pii.Secret(string(w.meeting) + id.NewSecret())} {
			_, err = w.connect(room.Credential{Ticket: bad})
			w.wantErr(err, room.ErrTicket, "a made-up ticket")
		}
	})
}

func TestACutOfThirtySecondsKeepsTheSeat(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Presenter})
		p.must(room.HandRaise{})
		p.must(room.ChatSend{Text: "before the cut"})
		p.told()
		owner.told()

		p.Lost()
		if seats := only[room.Changed](owner.told()); len(seats) != 1 || !seats[0].Seat.Away {
			t.Errorf("the others were told %+v", seats)
		}
		pass(30 * time.Second)
		again := p.back()
		me := seatOf(again)
		if again.Seat() != p.Seat() || me.Role != access.Presenter || me.Hand.IsZero() || me.Away || !again.welcome.Resumed {
			t.Errorf("came back as %+v, resumed %v", me, again.welcome.Resumed)
		}
		if c := again.welcome.Chat; len(c) != 1 || c[0].Text != "before the cut" {
			t.Errorf("the chat is %v", c)
		}
		events := owner.told()
		if gone := only[room.Gone](events); len(gone) > 0 {
			t.Errorf("a seat left: %v", gone)
		}
		if back := last[room.Changed](t, events); back.Seat.Away {
			t.Error("the others still see the seat as away")
		}
		if n := w.rooms.People(w.meeting); n != 2 {
			t.Errorf("there are %d people, a ghost among them", n)
		}
	})
}

func seatOf(p *person) room.Seat {
	for _, s := range p.welcome.Seats {
		if s.ID == p.Seat() {
			return s
		}
	}
	return room.Seat{}
}

func TestALostSeatLeavesAfterAMinute(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Moderator)
		p.must(room.HandRaise{})
		p.told()
		p.Lost()
		pass(59 * time.Second)
		if gone := only[room.Gone](owner.told()); len(gone) > 0 {
			t.Fatalf("left too early: %v", gone)
		}
		pass(2 * time.Second)
		if gone := last[room.Gone](t, owner.told()); gone.Seat != p.Seat() || gone.Reason != room.ReasonLost {
			t.Errorf("left as %+v", gone)
		}
		owner.must(room.SetLocked{Locked: true})
		again := p.back() // was let in once, and nobody sent them away
		if me := seatOf(again); me.Role != access.Moderator || !me.Hand.IsZero() || again.welcome.Resumed {
			t.Errorf("came back after a minute as %+v", me)
		}
	})
}

func TestASeatWhoseTabWasClosedLeavesSoon(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Moderator)
		p.must(room.HandRaise{})
		p.Closed()
		pass(11 * time.Second)
		if gone := only[room.Gone](owner.told()); len(gone) > 0 {
			t.Fatalf("left before a reload could be back: %v", gone)
		}
		again := p.back()
		if me := seatOf(again); me.Hand.IsZero() || !again.welcome.Resumed {
			t.Errorf("came back after a reload as %+v", me)
		}
		again.Closed()
		pass(13 * time.Second)
		if gone := last[room.Gone](t, owner.told()); gone.Seat != p.Seat() || gone.Reason != room.ReasonLost {
			t.Errorf("left as %+v", gone)
		}
		if me := seatOf(again.back()); me.Role != access.Moderator {
			t.Errorf("a very slow reload came back as %s", me.Role)
		}
	})
}

func TestAReloadReplacesTheConnection(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		first := p.resume
		if err := p.Allow(); err != nil { // any message
			t.Fatal(err)
		}
		second := p.back()
		if why := p.bye(); why != room.ReasonReplaced {
			t.Errorf("the old page was told %q", why)
		}
		w.wantErr(p.do(room.ChatSend{Text: "from the old page"}), room.ErrSeat, "a command of the old page")
		p.Lost() // must not touch the new connection

		// The second welcome may be lost together with its connection: until the
		// client is heard, the first token still opens the seat.
		second.Lost()
		p.resume = first
		third := p.back()
		if third.Seat() != p.Seat() {
			t.Error("another seat")
		}
		if err := third.Allow(); err != nil {
			t.Fatal(err)
		}
		for _, old := range []pii.Secret{first, second.resume} {
			_, err := w.connect(room.Credential{Resume: old})
			w.wantErr(err, room.ErrResume, "an older token")
		}
	})
}

func TestALeftSeatIsFree(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		owner.must(room.Spotlight{Seat: p.Seat()})
		owner.told()
		w.media.Notes()
		p.must(room.Leave{})
		if why := p.bye(); why != room.ReasonLeft {
			t.Errorf("bye %q", why)
		}
		_, err := w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrResume, "coming back to a seat left on purpose")
		events := owner.told()
		if gone := last[room.Gone](t, events); gone.Reason != room.ReasonLeft {
			t.Errorf("left as %+v", gone)
		}
		if s := last[room.SpotlightSet](t, events); s.Seat != "" {
			t.Error("the spotlight is on an empty seat")
		}
		if notes := w.media.Notes(); !slices.Contains(notes, "remove "+string(p.Seat())) {
			t.Errorf("the SFU was asked for %v", notes)
		}
	})
}

func TestARemovedSeatIsDead(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		w.media.Notes()
		owner.must(room.Remove{Seat: p.Seat()})
		w.wantErr(p.do(room.ChatSend{Text: "one last word"}), room.ErrSeat, "a command after the removal")
		if why := p.bye(); why != room.ReasonRemoved {
			t.Errorf("bye %q", why)
		}
		if notes := w.media.Notes(); !slices.Equal(notes, []string{"remove " + string(p.Seat())}) {
			t.Errorf("the SFU was asked for %v", notes)
		}
		if said := only[room.Said](owner.told()); len(said) > 0 {
			t.Errorf("the removed seat said %v", said)
		}
		_, err := w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrRemoved, "coming back")
		w.restart()
		_, err = w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrRemoved, "coming back after a restart")
	})
}

func TestARemovalThatCannotBeKeptIsRefused(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		broken := errors.New("disk full")
		w.store.Fail(broken)
		for _, c := range []room.Command{
			room.Remove{Seat: p.Seat()},
			room.SetLocked{Locked: true},
			room.End{},
			room.SetPolicy{},
			room.SetRole{Seat: p.Seat(), Role: access.Viewer},
		} {
			w.wantErr(owner.do(c), broken, "with a full disk")
		}
		if events := p.told(); len(events) > 0 {
			t.Errorf("refused commands did %v", events)
		}
		if n := w.rooms.People(w.meeting); n != 2 {
			t.Errorf("%d people are left", n)
		}
	})
}
