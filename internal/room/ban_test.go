package room_test

import (
	"testing"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

func TestABannedAccountStaysOut(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		bad, twin := w.wantIn(by), w.wantIn(by)
		pending, err := w.enterAs("Mallory", by)
		if err != nil {
			t.Fatal(err)
		}
		owner.must(room.Remove{Seat: bad.Seat(), Ban: true})
		for _, p := range []*person{bad, twin} {
			if why := p.bye(); why != room.ReasonBanned {
				t.Errorf("bye %q", why)
			}
			_, err := w.arrive(room.Credential{Resume: p.resume})
			w.wantErr(err, room.ErrBanned, "coming back")
		}
		_, err = w.arrive(room.Credential{Ticket: pending})
		w.wantErr(err, room.ErrTicket, "a ticket from before")
		for _, change := range []func(*room.Caller){by, func(c *room.Caller) { c.User, c.InviteSecret = &u, new(w.links[access.Moderator]) }} {
			_, err = w.enterAs("Mallory", change)
			w.wantErr(err, room.ErrBanned, "entering")
			_, err = w.rooms.Door(t.Context(), w.caller(change))
			w.wantErr(err, room.ErrBanned, "the door")
		}
		w.restart()
		_, err = w.enterAs("Mallory", by)
		w.wantErr(err, room.ErrBanned, "after a restart")
		_, err = w.arrive(room.Credential{Resume: bad.resume})
		w.wantErr(err, room.ErrBanned, "coming back after a restart")
		if e := last2(w, audit.SeatRemoved); e.Subject.ID != string(u.ID) || e.Detail["ban"] != "true" {
			t.Errorf("written down was %+v", e)
		}
	})
}

// last2 is the last entry of an action.
func last2(w *world, action audit.Action) audit.Entry {
	w.t.Helper()
	var found audit.Entry
	for _, e := range w.store.Entries() {
		if e.Action == action {
			found = e
		}
	}
	if found.Action == "" {
		w.t.Fatalf("%s was not written down", action)
	}
	return found
}

func TestALiftedBanLetsIn(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		u := w.store.AddUser("Ada", "ada@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		owner.must(room.Remove{Seat: w.wantIn(by).Seat(), Ban: true})
		w.store.LiftBans()
		if err := w.rooms.Refresh(t.Context(), w.meeting); err != nil {
			t.Fatal(err)
		}
		w.wantIn(by)
	})
}

func TestABannedInviteIsWorthNothing(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		_, secret := w.store.Invited(w.meeting, access.Attendee, nil)
		by := func(c *room.Caller) { c.InviteSecret = &secret }
		owner.must(room.Remove{Seat: w.wantIn(by).Seat(), Ban: true})
		_, err := w.enterAs("Mallory", by)
		w.wantErr(err, room.ErrBanned, "with the invite")
		if bans := w.store.Bans(); len(bans) != 1 || bans[0].User != "" || bans[0].Invite == "" {
			t.Errorf("stored are %+v", bans)
		}
	})
}

// TestARoleLinkIsNotBanned: it is everybody's, and one who misuses it must not
// shut the others out.
func TestARoleLinkIsNotBanned(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		bad := w.invited(access.Presenter)
		owner.must(room.Remove{Seat: bad.Seat(), Ban: true})
		if bans := w.store.Bans(); len(bans) != 0 {
			t.Errorf("stored are %+v", bans)
		}
		elsewhere, err := w.as("Other", func(c *room.Caller) { c.Source, c.InviteSecret = "192.0.2.9", new(w.links[access.Presenter]) })
		if err != nil || elsewhere.welcome.You == "" {
			t.Errorf("somebody else with the link: %v", err)
		}
	})
}

func TestAGuestFromWhereOneWasBannedWaits(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		bad := w.join(access.Attendee)
		owner.must(room.Remove{Seat: bad.Seat(), Ban: true})
		owner.told()
		again := w.wait(nil) // although the lobby is off
		if came := last[room.WaiterCame](t, owner.told()).Waiter; !came.Suspect || came.ID != again.Seat() {
			t.Errorf("came %+v", came)
		}
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyEveryone, Invited: true}})
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
		if events := again.told(); len(events) > 0 {
			t.Errorf("was told %v", events)
		}
		owner.must(room.Admit{Waiter: again.Seat()}) // somebody else, behind the same address
		again.inside()
		w.wantIn(func(c *room.Caller) { c.Source = "192.0.2.2" })
		u := w.store.AddUser("Ada", "ada@example.org", nil)
		w.wantIn(func(c *room.Caller) { c.User = &u })
		_, secret := w.store.Invited(w.meeting, access.Attendee, nil)
		w.wantIn(func(c *room.Caller) { c.InviteSecret = &secret })
		_, err := w.arrive(room.Credential{Resume: bad.resume})
		w.wantErr(err, room.ErrRemoved, "the banned seat")
		owner.must(room.End{})
		w.join(access.Owner)
		w.wantIn(nil) // the mark is gone with the sitting
	})
}

func TestDenyForGood(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { m.Lobby.Mode = meeting.LobbyEveryone }, func(t *testing.T, w *world) {
		host := w.wantIn(func(c *room.Caller) { c.User = &w.store.Host })
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		one, two := w.wait(by), w.wait(by)
		host.told()
		host.must(room.Deny{Waiter: one.Seat(), Text: "no", Ban: true})
		for _, p := range []*person{one, two} {
			if bye := last[room.Bye](t, p.told()); bye.Reason != room.ReasonBanned || bye.Text != "no" {
				t.Errorf("bye %+v", bye)
			}
		}
		_, err := w.enterAs("Mallory", by)
		w.wantErr(err, room.ErrBanned, "knocking again")
		if gone := only[room.WaiterGone](host.told()); len(gone) != 2 || gone[0].Reason != room.ReasonDenied {
			t.Errorf("gone %+v", gone)
		}
	})
}

func TestNobodyBansWhoseMeetingItIs(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		host := w.wantIn(func(c *room.Caller) { c.User = &w.store.Host })
		other := w.join(access.Owner)
		w.wantErr(other.do(room.Remove{Seat: host.Seat(), Ban: true}), room.ErrRight, "banning the host")
		other.must(room.SetRole{Seat: host.Seat(), Role: access.Attendee})
		mod := w.join(access.Moderator)
		w.wantErr(mod.do(room.Remove{Seat: host.Seat(), Ban: true}), room.ErrRight, "banning the host, demoted before")
	})
}

func TestARevokedInvitePutsOut(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		i, secret := w.store.Invited(w.meeting, access.Moderator, nil)
		by := func(c *room.Caller) { c.InviteSecret = &secret }
		inside := w.wantIn(by)
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyEveryone}})
		before := w.wait(by)
		pending, err := w.enterAs("Ada", by)
		if err != nil {
			t.Fatal(err)
		}
		bystander := w.wait(nil)
		bystander.told()
		w.store.RevokeInvite(i.ID)
		if err := w.rooms.Revoke(t.Context(), w.meeting, i.ID); err != nil {
			t.Fatal(err)
		}
		for _, p := range []*person{inside, before} {
			if why := p.bye(); why != room.ReasonRevoked {
				t.Errorf("bye %q", why)
			}
		}
		if events := bystander.told(); len(events) > 0 {
			t.Errorf("the bystander was told %v", events)
		}
		_, err = w.arrive(room.Credential{Ticket: pending})
		w.wantErr(err, room.ErrTicket, "a ticket from before")
		for range 2 {
			for _, p := range []*person{inside, before} {
				_, err = w.arrive(room.Credential{Resume: p.resume})
				w.wantErr(err, invite.ErrRevoked, "coming back")
			}
			_, err = w.enterAs("Ada", by)
			w.wantErr(err, invite.ErrRevoked, "entering")
			w.restart()
		}
	})
}

// TestABannedAccountSignsOut: the same person without the account waits like any
// guest from where somebody was banned.
func TestABannedAccountSignsOut(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		_, secret := w.store.Invited(w.meeting, access.Attendee, nil)
		for _, by := range []func(*room.Caller){
			func(c *room.Caller) { c.User = &u },
			func(c *room.Caller) { c.InviteSecret, c.Source = &secret, "192.0.2.2" },
		} {
			owner.must(room.Remove{Seat: w.wantIn(by).Seat(), Ban: true})
			owner.told()
			w.wait(func(c *room.Caller) {
				by(c)
				c.User, c.InviteSecret = nil, nil
			})
			if came := last[room.WaiterCame](t, owner.told()).Waiter; !came.Suspect {
				t.Errorf("came %+v", came)
			}
		}
	})
}
