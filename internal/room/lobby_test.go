package room_test

import (
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// guarded is a meeting in which guests with nothing but the link wait.
func guarded(m *meeting.Meeting) {
	m.Lobby = meeting.Lobby{Mode: meeting.LobbyGuests, Invited: true}
}

// inside reads the events of somebody who waited and must be in now.
func (p *person) inside() {
	p.w.t.Helper()
	if w := last[room.Welcome](p.w.t, p.told()); w.You != p.Seat() {
		p.w.t.Errorf("welcomed as %s instead of %s", w.You, p.Seat())
	}
}

func actions(w *world) []audit.Action {
	entries := w.store.Entries()
	all := make([]audit.Action, len(entries))
	for i, e := range entries {
		all[i] = e.Action
	}
	return all
}

func TestAdmitAndDeny(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		guest := w.wait(nil)
		if m := guest.waiting; m.Reason != "lobby" || m.Name != "Budget" || m.Organisation != "City of Example" || m.Resume == "" || m.Told != "" {
			t.Errorf("told was %+v", m)
		}
		came := last[room.WaiterCame](t, owner.told()).Waiter
		if came.ID != guest.Seat() || came.Name != "A guest" || came.Role != access.Attendee || !came.Guest || came.Suspect || came.Invited || came.Reason != "lobby" {
			t.Errorf("came %+v", came)
		}
		if n := w.rooms.Waiting(w.meeting); n != 1 || w.rooms.People(w.meeting) != 1 {
			t.Errorf("%d wait, %d are in", n, w.rooms.People(w.meeting))
		}
		owner.must(room.TellWaiting{Text: "five minutes"})
		if told := last[room.WaitingTold](t, guest.told()); told.Text != "five minutes" {
			t.Errorf("told %q", told.Text)
		}
		owner.must(room.Admit{Waiter: guest.Seat()})
		guest.inside()
		events := owner.told()
		if gone := last[room.WaiterGone](t, events); gone.Reason != room.ReasonAdmitted || gone.By != owner.Seat() || gone.Waiter != guest.Seat() {
			t.Errorf("gone %+v", gone)
		}
		if joined := last[room.Joined](t, events); joined.Seat.ID != guest.Seat() {
			t.Errorf("joined %+v", joined)
		}
		guest.must(room.ChatSend{Text: "hello"})
		w.wantErr(owner.do(room.Admit{Waiter: guest.Seat()}), room.ErrWaiter, "admitting twice")

		other := w.wait(nil)
		owner.must(room.Deny{Waiter: other.Seat(), Text: "not today"})
		if bye := last[room.Bye](t, other.told()); bye.Reason != room.ReasonDenied || bye.Text != "not today" {
			t.Errorf("bye %+v", bye)
		}
		_, err := w.arrive(room.Credential{Resume: other.resume})
		w.wantErr(err, room.ErrResume, "coming back after being denied")

		want := []audit.Action{audit.Admitted, audit.LobbyWaited, audit.LobbyAdmitted, audit.LobbyWaited, audit.LobbyDenied}
		if got := actions(w); !slices.Equal(got, want) {
			t.Errorf("written down was %v", got)
		}
		if e := w.store.Entries()[2]; e.Subject.ID != string(guest.Seat()) || e.Actor.ID != string(owner.Seat()) || e.Credential[:7] != "invite:" {
			t.Errorf("the admission reads %+v", e)
		}
	})
}

func TestAdmitAllAndDenyAll(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		first := []*person{w.wait(nil), w.wait(nil), w.wait(nil)}
		owner.must(room.AdmitAll{})
		for _, p := range first {
			p.inside()
		}
		second := []*person{w.wait(nil), w.wait(nil)}
		owner.must(room.DenyAll{Text: "full"})
		for _, p := range second {
			if bye := last[room.Bye](t, p.told()); bye.Reason != room.ReasonDenied || bye.Text != "full" {
				t.Errorf("bye %+v", bye)
			}
		}
		if w.rooms.Waiting(w.meeting) != 0 || w.rooms.People(w.meeting) != 4 {
			t.Errorf("%d wait, %d are in", w.rooms.Waiting(w.meeting), w.rooms.People(w.meeting))
		}
	})
}

// TestWhoWaits goes through the modes and rules.
func TestWhoWaits(t *testing.T) {
	type who struct {
		name   string
		caller func(*world) func(*room.Caller)
	}
	account := func(email string) func(*world) func(*room.Caller) {
		return func(w *world) func(*room.Caller) {
			u := w.store.AddUser("Ada", pii.Email(email), nil)
			return func(c *room.Caller) { c.User = &u }
		}
	}
	link := func(role access.Role) func(*world) func(*room.Caller) {
		return func(w *world) func(*room.Caller) {
			return func(c *room.Caller) { c.InviteSecret = new(w.links[role]) }
		}
	}
	people := []who{
		{"guest", func(*world) func(*room.Caller) { return nil }},
		{"account", account("ada@example.org")},
		{"account elsewhere", account("ada@example.net")},
		{"attendee link", link(access.Attendee)},
		{"moderator link", link(access.Moderator)},
		{"owner", func(w *world) func(*room.Caller) { return func(c *room.Caller) { c.User = &w.store.Host } }},
	}
	for _, test := range []struct {
		lobby meeting.Lobby
		waits string // y or n for each of people
	}{
		{meeting.Lobby{Mode: meeting.LobbyOff}, "nnnnnn"},
		{meeting.Lobby{Mode: meeting.LobbyGuests}, "ynnynn"},
		{meeting.Lobby{Mode: meeting.LobbyGuests, Invited: true}, "ynnnnn"},
		{meeting.Lobby{Mode: meeting.LobbyEveryone}, "yyyyyn"},
		{meeting.Lobby{Mode: meeting.LobbyEveryone, SignedIn: true}, "ynnyyn"},
		{meeting.Lobby{Mode: meeting.LobbyEveryone, Invited: true}, "yyynnn"},
		{meeting.Lobby{Mode: meeting.LobbyEveryone, Domains: []string{"example.org"}}, "ynyyyn"},
	} {
		for i, p := range people {
			inWith(t, func(m *meeting.Meeting) { m.Lobby = test.lobby }, func(t *testing.T, w *world) {
				change := p.caller(w)
				door, err := w.rooms.Door(t.Context(), w.caller(change))
				if err != nil {
					t.Fatal(err)
				}
				in, err := w.as("Somebody", change)
				if err != nil {
					t.Fatal(err)
				}
				want := test.waits[i] == 'y'
				if waits := in.welcome.You == ""; waits != want || door.Waits != want {
					t.Errorf("%+v: %s waits %v, the door says %v", test.lobby, p.name, waits, door.Waits)
				}
			})
		}
	}
}

func TestTheLobbyTurnedOffLetsEverybodyIn(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		guest := w.wait(nil)
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
		guest.inside()
		if l := last[room.LobbyChanged](t, owner.told()); l.Lobby.Mode != meeting.LobbyOff || l.By != owner.Seat() {
			t.Errorf("told was %+v", l)
		}
		m, err := w.store.Meeting(t.Context(), w.meeting)
		if err != nil || m.Lobby.Mode != meeting.LobbyOff {
			t.Errorf("stored is %+v, %v", m.Lobby, err)
		}
	})
	// From the settings page, and by a rule for some only.
	inWith(t, func(m *meeting.Meeting) { m.Lobby = meeting.Lobby{Mode: meeting.LobbyEveryone} }, func(t *testing.T, w *world) {
		u := w.store.AddUser("Ada", "ada@example.org", nil)
		ada, guest := w.wait(func(c *room.Caller) { c.User = &u }), w.wait(nil)
		if err := w.store.Change(w.meeting, func(m *meeting.Meeting) { m.Lobby.Domains = []string{"example.org"} }); err != nil {
			t.Fatal(err)
		}
		if err := w.rooms.Refresh(t.Context(), w.meeting); err != nil {
			t.Fatal(err)
		}
		ada.inside()
		if events := guest.told(); len(events) > 0 {
			t.Errorf("the guest was told %v", events)
		}
	})
}

func TestBadLobbies(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		w.wantErr(owner.do(room.SetLobby{Lobby: meeting.Lobby{Mode: "some"}}), meeting.ErrLobby, "an unknown mode")
		w.wantErr(owner.do(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff, Domains: make([]string, 21)}}), meeting.ErrLobby, "too many domains")
		w.wantErr(owner.do(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff, Domains: []string{"a b"}}}), meeting.ErrDomain, "no domain")
	})
}

// TestWaitingBeginsNothing: somebody who comes early begins no sitting, opens no
// SFU and gets in nowhere, and their room stays.
func TestWaitingBeginsNothing(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		early := w.wait(nil)
		pass(13 * time.Hour)
		if notes := w.media.Notes(); len(notes) > 0 {
			t.Errorf("the SFU was asked for %v", notes)
		}
		m, err := w.store.Meeting(t.Context(), w.meeting)
		if err != nil || m.Sitting != "" {
			t.Errorf("sits as %q, %v", m.Sitting, err)
		}
		if w.rooms.Count() != 0 || w.rooms.Waiting(w.meeting) != 1 {
			t.Errorf("%d rooms, %d waiting", w.rooms.Count(), w.rooms.Waiting(w.meeting))
		}
		if running := w.rooms.Running(w.store.TenantID()); len(running) != 1 || running[0].Waiting != 1 || running[0].People != 0 || !running[0].StartedAt.IsZero() {
			t.Errorf("running is %+v", running)
		}
		if running := w.rooms.Running(id.New[id.Tenant]()); len(running) > 0 {
			t.Errorf("another organisation sees %+v", running)
		}
		owner := w.invited(access.Owner)
		if g := owner.welcome.Gate; g == nil || len(g.Waiting) != 1 || g.Waiting[0].ID != early.Seat() {
			t.Fatalf("the gate is %+v", g)
		}
		owner.must(room.Leave{})
		pass(11 * time.Minute) // the room is empty but for the lobby
		if events := early.told(); len(events) > 0 {
			t.Errorf("whoever waits was told %v", events)
		}
		w.invited(access.Owner).must(room.AdmitAll{})
		early.inside()
	})
}

// TestAPlaceInTheLobbyIsKept over a cut, a reload and a restart.
func TestAPlaceInTheLobbyIsKept(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		guest := w.wait(nil)
		since := guest.waiting.Since
		owner.must(room.TellWaiting{Waiter: guest.Seat(), Text: "soon"})
		owner.told()
		guest.Lost()
		pass(30 * time.Second)
		again, err := w.arrive(room.Credential{Resume: guest.resume})
		if err != nil {
			t.Fatal(err)
		}
		if again.Seat() != guest.Seat() || !again.waiting.Since.Equal(since) || again.waiting.Told != "soon" {
			t.Errorf("came back to %+v", again.waiting)
		}
		if events := owner.told(); len(events) > 0 {
			t.Errorf("the owner was told %v", events)
		}
		// A second page takes the place from the first.
		second, err := w.arrive(room.Credential{Resume: again.resume})
		if err != nil {
			t.Fatal(err)
		}
		if why := again.bye(); why != room.ReasonReplaced {
			t.Errorf("bye %q", why)
		}
		w.restart()
		owner = owner.back()
		third, err := w.arrive(room.Credential{Resume: second.resume})
		if err != nil || third.welcome.You != "" || third.Seat() != guest.Seat() {
			t.Fatalf("after a restart %+v, %v", third, err)
		}
		if came := last[room.WaiterCame](t, owner.told()).Waiter; came.Name != "A guest" || !came.Since.Equal(since) {
			t.Errorf("came %+v", came)
		}
		third.Closed()
		pass(14 * time.Second)
		if gone := last[room.WaiterGone](t, owner.told()); gone.Reason != room.ReasonLost {
			t.Errorf("gone %+v", gone)
		}
	})
}

// TestLetInWhileCutOff: the welcome waits for the connection, and whoever got it
// on a connection that died comes in with the token they had.
func TestLetInWhileCutOff(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner, guest := w.invited(access.Owner), w.wait(nil)
		owner.told()
		guest.Lost()
		owner.must(room.Admit{Waiter: guest.Seat()})
		if events := owner.told(); len(only[room.Joined](events)) > 0 || last[room.WaiterGone](t, events).Reason != room.ReasonAdmitted {
			t.Errorf("the owner was told %v", events)
		}
		in, err := w.connect(room.Credential{Resume: guest.resume})
		if err != nil {
			t.Fatal(err)
		}
		if events := owner.told(); len(only[room.Joined](events)) != 1 || len(only[room.WaiterGone](events)) > 0 {
			t.Errorf("the owner was told %v", events)
		}
		in.must(room.HandRaise{})

		late := w.wait(nil)
		if err := late.Allow(); err != nil { // has said something while it waited
			t.Fatal(err)
		}
		kept := late.resume
		owner.must(room.Admit{Waiter: late.Seat()})
		late.inside()
		late.Lost()
		back, err := w.connect(room.Credential{Resume: kept})
		if err != nil || back.Seat() != late.Seat() {
			t.Fatalf("with the token of the waiting: %v", err)
		}
		again := back.back()
		if err := again.Allow(); err != nil {
			t.Fatal(err)
		}
		_, err = w.arrive(room.Credential{Resume: kept})
		w.wantErr(err, room.ErrResume, "with the token of the waiting, after one of the seat")

		never := w.wait(nil)
		never.Lost()
		owner.must(room.Admit{Waiter: never.Seat()})
		pass(62 * time.Second)
		if n := w.rooms.Waiting(w.meeting); n != 0 {
			t.Errorf("%d wait for ever", n)
		}
	})
}

func TestWaitersHearOfTheEnd(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner, guest := w.invited(access.Owner), w.wait(nil)
		owner.must(room.End{})
		if why := guest.bye(); why != room.ReasonEnded {
			t.Errorf("bye %q", why)
		}
		_, err := w.arrive(room.Credential{Resume: guest.resume})
		w.wantErr(err, meeting.ErrEnded, "coming back to what has ended")
		w.invited(access.Owner)
		_, err = w.arrive(room.Credential{Resume: guest.resume})
		w.wantErr(err, room.ErrResume, "coming back in the next sitting")
	})
	inWith(t, guarded, func(t *testing.T, w *world) {
		guest := w.wait(nil)
		if err := w.rooms.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if bye := last[room.Bye](t, guest.told()); bye.Reason != room.ReasonDraining || bye.Retry == 0 {
			t.Errorf("bye %+v", bye)
		}
	})
}

func TestALockHoldsWhoWaits(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner, guest := w.invited(access.Owner), w.wait(nil)
		owner.must(room.SetLocked{Locked: true})
		_, err := w.enterAs("Late", nil)
		w.wantErr(err, room.ErrLocked, "knocking at a locked door")
		owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
		if events := guest.told(); len(events) > 0 {
			t.Errorf("behind the lock was told %v", events)
		}
		w.restart()
		guest, err = w.arrive(room.Credential{Resume: guest.resume})
		if err != nil || guest.welcome.You != "" {
			t.Fatalf("a restart lets past the lock: %+v, %v", guest, err)
		}
		owner = owner.back()
		owner.must(room.SetLocked{Locked: false})
		guest.inside()
	})
}

func TestTheLobbyIsBounded(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		for range 400 {
			w.wait(nil)
			owner.told()
		}
		_, err := w.as("One too many", nil)
		w.wantErr(err, room.ErrWaiting, "the 401st from one place")
		elsewhere := func(c *room.Caller) { c.Source = "198.51.100.7" }
		for range 100 {
			w.wait(elsewhere)
			owner.told()
		}
		_, err = w.as("One too many", elsewhere)
		w.wantErr(err, room.ErrWaiting, "the 501st")
		w.invited(access.Moderator).must(room.DenyAll{})
		w.wait(nil)
	})
}
