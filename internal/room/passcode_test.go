package room_test

import (
	"fmt"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

func withPasscode(m *meeting.Meeting) { m.PasscodeHash = "hash of abcdef" }

func knowing(passcode pii.Secret) func(*room.Caller) {
	return func(c *room.Caller) { c.Passcode = &passcode }
}

func TestAPasscode(t *testing.T) {
	inWith(t, withPasscode, func(t *testing.T, w *world) {
		door, err := w.rooms.Door(t.Context(), w.caller(nil))
		if err != nil || !door.PasscodeNeeded {
			t.Errorf("the door is %+v, %v", door, err)
		}
		_, err = w.enterAs("Ada", nil)
		w.wantErr(err, room.ErrPasscodeRequired, "without a passcode")
		_, err = w.enterAs("Ada", knowing("abcdeg"))
		w.wantErr(err, room.ErrPasscodeWrong, "with a wrong one")
		w.wantIn(knowing("abcdef"))
		w.wantIn(knowing(" abcdef "))
		w.join(access.Owner) // more than a passcode
		w.join(access.Moderator)
		_, secret := w.store.Invited(w.meeting, access.Attendee, nil)
		w.wantIn(func(c *room.Caller) { c.InviteSecret = &secret })
		_, err = w.enter(access.Presenter)
		w.wantErr(err, room.ErrPasscodeRequired, "with a link for presenters")
	})
}

// TestTenTries: a guesser has ten in any quarter of an hour, and stands in
// nobody's way but that of their own address.
func TestTenTries(t *testing.T) {
	inWith(t, withPasscode, func(t *testing.T, w *world) {
		var times []time.Time
		begin := time.Now()
		for time.Since(begin) < 2*time.Hour {
			_, err := w.enterAs("Eve", knowing(pii.Secret(fmt.Sprint("guess ", len(times)))))
			switch {
			case err == nil:
				t.Fatal("guessed")
			case room.RetryAfter(err) > 0:
				w.wantErr(err, room.ErrPasscodeTries, "too many tries")
				if wait := room.RetryAfter(err); wait > 15*time.Minute {
					t.Fatalf("told to wait %v", wait)
				}
				_, right := w.enterAs("Eve", knowing("abcdef"))
				w.wantErr(right, room.ErrPasscodeTries, "the right one after too many")
				pass(17 * time.Second)
			default:
				w.wantErr(err, room.ErrPasscodeWrong, "a guess")
				times = append(times, time.Now())
			}
			if n := len(times); n > 10 && times[n-1].Sub(times[n-11]) < 15*time.Minute {
				t.Fatalf("11 tries within %v", times[n-1].Sub(times[n-11]))
			}
		}
		if len(times) < 80 {
			t.Errorf("only %d tries in two hours", len(times))
		}
		// Others are not kept out, however many of them sit behind one address.
		for range 50 {
			w.wantIn(func(c *room.Caller) { c.Source, c.Passcode = "192.0.2.77", new(pii.Secret("abcdef")) })
		}
		// Nor is the guesser elsewhere.
		other, links := w.store.Add(withPasscode)
		_ = links
		_, err := w.rooms.Enter(t.Context(), room.Request{Name: "Eve", Caller: w.caller(func(c *room.Caller) { c.Meeting, c.Passcode = other, new(pii.Secret("abcdef")) })})
		if err != nil {
			t.Errorf("another meeting: %v", err)
		}
	})
}

func TestAPasscodeChangedInTheMeeting(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { withPasscode(m); guarded(m) }, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		if g := owner.welcome.Gate; !g.Passcode {
			t.Error("the gate knows of no passcode")
		}
		inside := w.wait(knowing("abcdef"))
		owner.must(room.Admit{Waiter: inside.Seat()})
		inside.inside()
		outside := w.wait(knowing("abcdef"))
		old, err := w.enterAs("Ada", knowing("abcdef"))
		if err != nil {
			t.Fatal(err)
		}
		owner.told()
		owner.must(room.SetPasscode{Passcode: "ghijkl"})
		if c := last[room.PasscodeChanged](t, owner.told()); !c.Set || c.By != owner.Seat() {
			t.Errorf("told was %+v", c)
		}
		_, err = w.arrive(room.Credential{Ticket: old})
		w.wantErr(err, room.ErrTicket, "a ticket from before")
		_, err = w.enterAs("Ada", knowing("abcdef"))
		w.wantErr(err, room.ErrPasscodeWrong, "the old one")
		inside.must(room.HandRaise{}) // who is in stays in
		inside.Lost()
		inside.back()
		// Who waits with the old one is let in by hand only.
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
		if events := outside.told(); len(events) > 0 {
			t.Errorf("with the old passcode was told %v", events)
		}
		w.wantIn(knowing("ghijkl"))
		w.restart()
		_, err = w.arrive(room.Credential{Resume: outside.resume})
		w.wantErr(err, room.ErrPasscodeRequired, "back to the lobby with the old one")
		owner = owner.back()
		owner.must(room.SetPasscode{})
		w.wantIn(nil)
		w.wantErr(owner.do(room.SetPasscode{Passcode: "abc"}), meeting.ErrPasscode, "a short one")
		set := last2(w, audit.PasscodeSet)
		if len(set.Detail) != 1 || set.Detail["set"] != "false" {
			t.Errorf("written down was %+v", set)
		}
	})
}

// TestAPasscodeSetInTheSettings reaches the room, also when somebody was quicker
// than the word of it.
func TestAPasscodeSetInTheSettings(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		ticket, err := w.enterAs("Ada", nil)
		if err != nil {
			t.Fatal(err)
		}
		owner.told()
		if err := w.store.Change(w.meeting, withPasscode); err != nil {
			t.Fatal(err)
		}
		w.wantIn(knowing("abcdef")) // makes the room look
		if c := last[room.PasscodeChanged](t, owner.told()); !c.Set || c.By != "" {
			t.Errorf("told was %+v", c)
		}
		_, err = w.arrive(room.Credential{Ticket: ticket})
		w.wantErr(err, room.ErrTicket, "a ticket from before")
	})
}

func TestTheHostPIN(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.wantErr(w.join(access.Attendee).do(room.HostClaim{PIN: "123456"}), room.ErrNoPIN, "without one")
	})
	inWith(t, func(m *meeting.Meeting) { m.HostPINHash = "hash of 123456" }, func(t *testing.T, w *world) {
		p, watcher := w.join(access.Viewer), w.join(access.Attendee)
		if !p.welcome.HostPIN {
			t.Error("the welcome knows of no PIN")
		}
		for _, wrong := range []pii.Secret{"123457", "", "12345", "abcdef", "1234567890123"} {
			w.wantErr(p.do(room.HostClaim{PIN: wrong}), room.ErrPIN, "a wrong one")
		}
		w.wantErr(p.do(room.HostClaim{PIN: "123456"}), room.ErrPINTries, "the sixth try")
		if events := watcher.told(); len(events) > 0 {
			t.Errorf("the others were told %v", events)
		}
		pass(15 * time.Minute)
		p.must(room.HostClaim{PIN: "123456"})
		if c := last[room.Changed](t, watcher.told()); c.Seat.Role != access.Owner {
			t.Errorf("the others see %+v", c.Seat)
		}
		p.told()
		p.must(room.SetLocked{Locked: true})
		if e := last2(w, audit.HostClaimed); e.Credential != "pin" || e.Detail["from"] != "viewer" {
			t.Errorf("written down was %+v", e)
		}
		w.restart()
		if back := p.back(); seatOf(back).Role != access.Owner {
			t.Errorf("came back as %s", seatOf(back).Role)
		}
	})
}

// TestSeatsAreCheapForAGuesser: whoever comes again and again meets the bound of
// their source, whoever has many sources that of the meeting; a host from
// elsewhere claims all the same until then.
func TestSeatsAreCheapForAGuesser(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { m.HostPINHash = "hash of 999999" }, func(t *testing.T, w *world) {
		guess := func(source pii.Addr) (tries int) {
			for range 3 {
				p := w.wantIn(func(c *room.Caller) { c.Source = source })
				for range 5 {
					if err := p.do(room.HostClaim{PIN: "123456"}); room.RetryAfter(err) == 0 {
						tries++
					}
				}
				p.must(room.Leave{})
			}
			return tries
		}
		if n := guess("192.0.2.1"); n != 10 {
			t.Errorf("%d tries from one source", n)
		}
		w.wantIn(func(c *room.Caller) { c.Source = "198.51.100.1" }).must(room.HostClaim{PIN: "999999"})
		all := 11
		for i := range 12 {
			all += guess(pii.Addr(fmt.Sprintf("203.0.113.%d", i)))
		}
		if all != 100 {
			t.Errorf("%d tries at the meeting", all)
		}
	})
}
