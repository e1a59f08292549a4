package room_test

import (
	"errors"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/room"
	"plenum/internal/user"
)

func closed(u *user.User) { u.Disabled = true }

func (w *world) expel(u id.User) {
	w.t.Helper()
	if err := w.rooms.Expel(w.t.Context(), w.store.TenantID(), u); err != nil {
		w.t.Fatal(err)
	}
}

// TestAClosedAccountIsPutOut: out of the room, from before it and from the way to
// it, and it comes back by nothing it had.
func TestAClosedAccountIsPutOut(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		u, other := w.store.AddUser("Mallory", "mallory@example.org", nil), w.store.AddUser("Ada", "ada@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		inside, bystander := w.wantIn(by), w.wantIn(func(c *room.Caller) { c.User = &other })
		lost := w.wantIn(by)
		lost.Lost()
		pass(time.Minute + time.Second)
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyEveryone}})
		before := w.wait(by)
		pending, err := w.enterAs("Mallory", by)
		if err != nil {
			t.Fatal(err)
		}
		owner.told()

		w.store.ChangeUser(u.ID, closed)
		w.expel(u.ID)
		for _, p := range []*person{inside, before} {
			if why := p.bye(); why != room.ReasonRemoved {
				t.Errorf("bye %q", why)
			}
		}
		events := owner.told()
		if gone := last[room.Gone](t, events); gone.Seat != inside.Seat() || gone.Reason != room.ReasonRemoved {
			t.Errorf("the owner is told %+v", gone)
		}
		if gone := last[room.WaiterGone](t, events); gone.Waiter != before.Seat() {
			t.Errorf("the owner is told %+v", gone)
		}
		if n := len(only[room.Bye](bystander.told())); n != 0 || w.rooms.People(w.meeting) != 2 || w.rooms.Waiting(w.meeting) != 0 {
			t.Errorf("others are out, too: %d in, %d wait", w.rooms.People(w.meeting), w.rooms.Waiting(w.meeting))
		}
		if e := last2(w, audit.SeatRemoved); e.Subject.ID != string(u.ID) || e.Actor.Kind != audit.System {
			t.Errorf("written down was %+v", e)
		}
		_, err = w.arrive(room.Credential{Ticket: pending})
		w.wantErr(err, room.ErrTicket, "a ticket from before")
		for _, when := range []string{"at once", "after a restart"} {
			for _, p := range []*person{inside, before, lost} {
				_, err := w.arrive(room.Credential{Resume: p.resume})
				w.wantErr(err, room.ErrDisabled, "coming back "+when)
			}
			// One whom the API took for open a moment before.
			if ticket, err := w.enterAs("Mallory", by); err == nil {
				_, err = w.arrive(room.Credential{Ticket: ticket})
				w.wantErr(err, room.ErrDisabled, "with a new ticket "+when)
			}
			w.restart()
		}

		// Open again, it comes in anew, and by nothing it had.
		w.store.ChangeUser(u.ID, func(u *user.User) { u.Disabled = false })
		for _, p := range []*person{inside, before} {
			_, err := w.arrive(room.Credential{Resume: p.resume})
			w.wantErr(err, room.ErrRemoved, "coming back by an old token")
		}
		w.wait(by)
	})
}

func TestADeletedAccountIsPutOut(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		p := w.wantIn(func(c *room.Caller) { c.User = &u })
		w.store.DeleteUser(u.ID)
		w.expel(u.ID)
		if why := p.bye(); why != room.ReasonRemoved {
			t.Errorf("bye %q", why)
		}
		w.restart()
		_, err := w.arrive(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrDisabled, "after a restart")
	})
}

// TestSignedOutByTheProvider: the account stays open, so it may come in again, but
// by signing in.
func TestSignedOutByTheProvider(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		u := w.store.AddUser("Grace", "grace@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		inside, lost := w.wantIn(by), w.wantIn(by)
		lost.Lost()
		pass(time.Minute + time.Second)
		w.expel(u.ID)
		if why := inside.bye(); why != room.ReasonRemoved {
			t.Errorf("bye %q", why)
		}
		for _, p := range []*person{inside, lost} {
			_, err := w.arrive(room.Credential{Resume: p.resume})
			w.wantErr(err, room.ErrRemoved, "coming back")
		}
		pass(time.Second)
		again := w.wantIn(by)
		again.Lost()
		again.back()
		w.restart()
		_, err := w.arrive(room.Credential{Resume: inside.resume})
		w.wantErr(err, room.ErrRemoved, "after a restart")
	})
}

// TestExpelGoesOnWithoutTheDisk: who was closed is out even if that cannot be
// written down twice.
func TestExpelGoesOnWithoutTheDisk(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		p := w.wantIn(func(c *room.Caller) { c.User = &u })
		w.store.ChangeUser(u.ID, closed)
		full := errors.New("disk full")
		w.store.Fail(full)
		w.wantErr(w.rooms.Expel(t.Context(), w.store.TenantID(), u.ID), full, "expelling")
		if why := p.bye(); why != room.ReasonRemoved {
			t.Errorf("bye %q", why)
		}
		w.store.Fail(nil)
		_, err := w.arrive(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrDisabled, "coming back")
	})
}

func TestExpelKeepsToItsOrganisation(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		u := w.store.AddUser("Ada", "ada@example.org", nil)
		p := w.wantIn(func(c *room.Caller) { c.User = &u })
		if err := w.rooms.Expel(t.Context(), id.New[id.Tenant](), u.ID); err != nil {
			t.Fatal(err)
		}
		if events := only[room.Bye](p.told()); len(events) > 0 {
			t.Errorf("was told %v", events)
		}
	})
}

// TestJoinAgainstExpel: whoever arrives while their account is closed is out when
// both are done, in whatever order.
func TestJoinAgainstExpel(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		resume, came, refused := w.wantIn(func(c *room.Caller) { c.User = &u }), 0, 0
		race(func(turn int) {
			var err error
			if turn%2 == 0 {
				_, err = w.as("Mallory", func(c *room.Caller) { c.User = &u })
			} else {
				_, err = w.arrive(room.Credential{Resume: resume.resume})
			}
			if err == nil {
				came++
			} else {
				refused++
			}
		}, func(int) {
			w.store.ChangeUser(u.ID, closed)
			w.expel(u.ID)
		}, func(turn int) {
			owner.told()
			if n := w.rooms.People(w.meeting); n != 1 {
				t.Fatalf("turn %d: %d are in", turn, n)
			}
			pass(3 * time.Second)
			u = w.store.AddUser("Mallory", "mallory@example.org", nil)
			resume = w.wantIn(func(c *room.Caller) { c.User = &u })
		})
		if came+refused != 1_000 {
			t.Errorf("%d came, %d were refused", came, refused)
		}
		t.Logf("%d came and were put out, %d were refused", came, refused)
	})
}

// TestAUseIsGivenBack: a one-time invite that met an SFU that was down is good
// for another try.
func TestAUseIsGivenBack(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		once, secret := w.store.Invited(w.meeting, access.Presenter, func(i *invite.Invite) { i.MaxUses = 1 })
		by := func(c *room.Caller) { c.InviteSecret = &secret }
		for _, call := range []string{"open", "token"} {
			w.media.Fail(call, errors.New("the SFU is down"))
			if _, err := w.as("Ada", by); err == nil {
				t.Fatalf("came in without the SFU's %s", call)
			}
			w.media.Fail(call, nil)
			if i, err := w.store.Invite(t.Context(), once.ID); err != nil || i.Uses != 0 {
				t.Errorf("%s: %d uses are counted, %v", call, i.Uses, err)
			}
		}
		w.wantIn(by)
		_, err := w.enterAs("Ben", by)
		w.wantErr(err, invite.ErrUsedUp, "a second person")
	})
}
