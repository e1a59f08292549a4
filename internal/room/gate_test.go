package room_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/user"
)

// TestNothingIsToldThatIsNotWritten: without the audit nobody is let in, made to
// wait, sent away or put in another role.
func TestNothingIsToldThatIsNotWritten(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner, p, guest := w.invited(access.Owner), w.invited(access.Attendee), w.wait(nil)
		pending, err := w.enterAs("Pending", func(c *room.Caller) { c.InviteSecret = new(w.links[access.Attendee]) })
		if err != nil {
			t.Fatal(err)
		}
		everybody := []*person{owner, p, guest}
		for _, p := range everybody {
			p.told()
		}
		disk := errors.New("disk full")
		w.store.Fail(disk)
		for _, c := range []room.Command{
			room.Admit{Waiter: guest.Seat()},
			room.AdmitAll{},
			room.Deny{Waiter: guest.Seat()},
			room.Deny{Waiter: guest.Seat(), Ban: true},
			room.DenyAll{},
			room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}},
			room.SetPasscode{Passcode: "abcdef"},
			room.SetPasscode{},
			room.SetRole{Seat: p.Seat(), Role: access.Moderator},
			room.SetRole{Seat: p.Seat(), Role: access.Viewer},
			room.SetPolicy{},
			room.SetLocked{Locked: true},
			room.Remove{Seat: p.Seat()},
			room.Remove{Seat: p.Seat(), Ban: true},
			room.SetExceptions{Seat: p.Seat(), Exceptions: access.Exceptions{Deny: []access.Right{access.Chat}}},
			room.Rename{Seat: p.Seat(), Name: "Somebody else"},
			room.End{},
		} {
			if err := owner.do(c); !errors.Is(err, disk) {
				t.Errorf("%T: %v", c, err)
			}
		}
		if _, err := w.arrive(room.Credential{Ticket: pending}); !errors.Is(err, disk) {
			t.Errorf("coming in: %v", err)
		}
		for i, p := range everybody {
			if events := p.told(); len(events) > 0 {
				t.Errorf("%d was told %v", i, events)
			}
		}
		w.store.Fail(nil)
		pass(11 * time.Second)
		owner.must(room.Admit{Waiter: guest.Seat()})
		guest.inside()
	})
}

// TestInviteUses: a use is counted for a newcomer who comes in or waits, and for
// nobody who comes back.
func TestInviteUses(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { m.Lobby.Mode = meeting.LobbyGuests }, func(t *testing.T, w *world) {
		once, secret := w.store.Invited(w.meeting, access.Attendee, func(i *invite.Invite) { i.MaxUses, i.Name = 1, "Grace" })
		by := func(c *room.Caller) { c.InviteSecret = &secret }
		door, err := w.rooms.Door(t.Context(), w.caller(by))
		if err != nil || door.NameBound != "Grace" {
			t.Errorf("the door is %+v, %v", door, err)
		}
		tickets := make([]pii.Secret, 3)
		for i := range tickets {
			if tickets[i], err = w.enterAs("Mallory", by); err != nil {
				t.Fatal(err)
			}
		}
		grace, err := w.arrive(room.Credential{Ticket: tickets[0]})
		if err != nil || grace.welcome.You != "" {
			t.Fatalf("%+v, %v", grace, err)
		}
		for _, ticket := range tickets[1:] {
			_, err = w.arrive(room.Credential{Ticket: ticket})
			w.wantErr(err, invite.ErrUsedUp, "a second person by a one-time invite")
		}
		_, err = w.enterAs("Mallory", by)
		w.wantErr(err, invite.ErrUsedUp, "asking for another ticket")
		owner := w.invited(access.Owner)
		if came := owner.welcome.Gate.Waiting[0]; came.Name != "Grace" || !came.Invited {
			t.Errorf("waiting is %+v", came)
		}
		w.restart()
		owner = owner.back()
		if grace, err = w.arrive(room.Credential{Resume: grace.resume}); err != nil {
			t.Fatal(err)
		}
		owner.must(room.AdmitAll{})
		grace.inside()
		w.wantErr(grace.do(room.Rename{Seat: grace.Seat(), Name: "Mallory"}), room.ErrRight, "renaming who has a name by invite")
		grace.Lost()
		if grace = grace.back(); grace.welcome.Seats[1].Name != "Grace" {
			t.Errorf("came back among %+v", grace.welcome.Seats)
		}
		if i, err := w.store.Invite(t.Context(), once.ID); err != nil || i.Uses != 1 {
			t.Errorf("%d uses, %v", i.Uses, err)
		}
	})
}

func TestInvitesInTheirTime(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		now := time.Now()
		_, secret := w.store.Invited(w.meeting, access.Presenter, func(i *invite.Invite) {
			i.NotBefore, i.ExpiresAt = now.Add(time.Hour), now.Add(2*time.Hour)
		})
		by := func(c *room.Caller) { c.InviteSecret = &secret }
		_, err := w.enterAs("Ada", by)
		w.wantErr(err, invite.ErrNotYet, "too early")
		pass(time.Hour)
		p, err := w.as("Ada", by)
		if err != nil || seatOf(p).Role != access.Presenter {
			t.Fatalf("in time: %v", err)
		}
		pass(59*time.Minute + 30*time.Second)
		unused, err := w.enterAs("Ada", by)
		if err != nil {
			t.Fatal(err)
		}
		pass(31 * time.Second)
		_, err = w.arrive(room.Credential{Ticket: unused})
		w.wantErr(err, invite.ErrExpired, "a ticket from before the end")
		_, err = w.enterAs("Ada", by)
		w.wantErr(err, invite.ErrExpired, "too late")
		p.must(room.HandRaise{}) // who is in stays
	})
}

func TestRolesByRule(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) {
		m.Newcomers = access.Viewer
		m.Roles = []meeting.RoleRule{
			{Kind: meeting.ByDomain, Value: "example.org", Role: access.Attendee},
			{Kind: meeting.ByGroup, Value: "council", Role: access.Presenter},
			{Kind: meeting.ByEmail, Value: "mayor@example.org", Role: access.Moderator},
		}
	}, func(t *testing.T, w *world) {
		for email, want := range map[string]access.Role{
			"ada@example.org": access.Attendee, "grace@example.net": access.Presenter, "mayor@example.org": access.Moderator, "eve@example.com": access.Viewer,
		} {
			u := w.store.AddUser("Somebody", pii.Email(email), func(u *user.User) {
				if want == access.Presenter {
					u.Groups = []string{"staff", "council"}
				}
			})
			p, err := w.as("Somebody", func(c *room.Caller) { c.User = &u })
			if err != nil || seatOf(p).Role != want || seatOf(p).Guest {
				t.Errorf("%s came as %+v, %v", email, seatOf(p), err)
			}
		}
		if p := w.wantIn(nil); seatOf(p).Role != access.Viewer {
			t.Errorf("a guest came as %s", seatOf(p).Role)
		}
		// The higher of invite and rule counts.
		u := w.store.AddUser("Ada", "ada@example.org", nil)
		p := w.wantIn(func(c *room.Caller) { c.User, c.InviteSecret = &u, new(w.links[access.Moderator]) })
		if seatOf(p).Role != access.Moderator {
			t.Errorf("with a moderator's link an account came as %s", seatOf(p).Role)
		}
		mayor := w.store.AddUser("Mayor", "mayor@example.org", nil)
		p = w.wantIn(func(c *room.Caller) { c.User, c.InviteSecret = &mayor, new(w.links[access.Viewer]) })
		if seatOf(p).Role != access.Moderator {
			t.Errorf("with a viewer's link the mayor came as %s", seatOf(p).Role)
		}
	})
}

// wantIn comes in at once.
func (w *world) wantIn(change func(*room.Caller)) *person {
	w.t.Helper()
	p, err := w.as("Somebody", change)
	if err != nil || p.welcome.You == "" {
		w.t.Fatalf("coming in: %v", err)
	}
	return p
}

func TestTheGateRefuses(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		other := func(c *room.Caller) { c.Tenant = id.New[id.Tenant]() }
		_, err := w.rooms.Door(t.Context(), w.caller(other))
		w.wantErr(err, meeting.ErrNotFound, "the door under another organisation's name")
		_, err = w.enterAs("Ada", other)
		w.wantErr(err, meeting.ErrNotFound, "entering under another organisation's name")

		disabled := w.store.AddUser("Gone", "gone@example.org", func(u *user.User) { u.Disabled = true })
		_, err = w.enterAs("Gone", func(c *room.Caller) { c.User = &disabled })
		w.wantErr(err, room.ErrDisabled, "a closed account")

		u := w.store.AddUser("Ada", "ada@example.org", nil)
		p := w.wantIn(func(c *room.Caller) { c.User = &u })
		p.Lost()
		w.store.ChangeUser(u.ID, func(u *user.User) { u.Disabled = true })
		_, err = w.arrive(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrDisabled, "coming back to a closed account")

		if err := w.store.Change(w.meeting, func(m *meeting.Meeting) { m.AccountRequired = true }); err != nil {
			t.Fatal(err)
		}
		door, err := w.rooms.Door(t.Context(), w.caller(nil))
		if err != nil || !door.AccountRequired {
			t.Errorf("the door is %+v, %v", door, err)
		}
		_, err = w.enterAs("Ada", nil)
		w.wantErr(err, room.ErrAccountRequired, "a guest without an invite")
		w.invited(access.Attendee)
		if got := fmt.Sprint(actions(w)); got != "[door.refused door.admitted door.refused door.admitted]" {
			t.Errorf("written down was %s", got)
		}
	})
}
