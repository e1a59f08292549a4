package room_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/room"
)

func TestARestartKeepsSeatsAndRoles(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		pass(time.Second)
		p := w.join(access.Attendee)
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Moderator})
		p.told() // reads the new token
		w.restart()
		again := p.back()
		if me := seatOf(again); again.Seat() != p.Seat() || me.Role != access.Moderator || me.Name != "A attendee" || again.welcome.Resumed {
			t.Errorf("came back as %+v", me)
		}
		if err := again.Allow(); err != nil {
			t.Fatal(err)
		}
		_, err := w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrResume, "the same token a second time")
		// The one who came first stands first, whoever is back first.
		if back := owner.back(); back.welcome.Seats[0].ID != owner.Seat() {
			t.Error("the order of joining changed")
		}
	})
}

func TestADemotionSurvivesARestart(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Moderator)
		kept := p.resume
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Viewer})
		p.told()
		w.restart()
		_, err := w.connect(room.Credential{Resume: kept})
		w.wantErr(err, room.ErrResume, "a token from before the demotion")
		if me := seatOf(p.back()); me.Role != access.Viewer {
			t.Errorf("the new token made the viewer %s", me.Role)
		}
	})
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Moderator)
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Presenter})
		p.told()
		w.restart()
		if me := seatOf(p.back()); me.Role != access.Presenter {
			t.Errorf("the new token made the presenter %s", me.Role)
		}
	})
}

func TestForgedTokens(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		text := p.resume.Text()
		for _, forged := range []string{"x", text[1:], text[:len(text)-1], text + "A", "A" + text[1:], text[:30] + "AAAA" + text[34:]} {
			if forged == text {
				continue
			}
			_, err := w.connect(room.Credential{Resume: pii.Secret(forged)})
			w.wantErr(err, room.ErrResume, "a forged token")
		}
		w.stop()
		w.start([32]byte{9}) // another server
		_, err := w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrResume, "a token under another key")
	})
}

func TestTokensExpire(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		pass(12*time.Hour + time.Second)
		_, err := w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrResume, "after twelve hours")
	})
}

func TestAnEmptyRoomWaitsThenIsForgotten(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		owner.must(room.SetLocked{Locked: true})
		owner.must(room.ChatSend{Text: "back in five"})
		owner.must(room.Leave{})
		pass(9 * time.Minute)
		if early := w.join(access.Owner); len(early.welcome.Chat) != 1 {
			t.Error("the chat is gone after nine minutes")
		} else {
			early.must(room.Leave{})
		}
		synctest.Wait()
		w.media.Notes()
		pass(10*time.Minute + 2*time.Second)
		if notes := w.media.Notes(); len(notes) != 1 || notes[0] != "close" {
			t.Errorf("the SFU was asked for %v", notes)
		}
		late := w.join(access.Owner)
		if len(late.welcome.Chat) != 0 || !late.welcome.Meeting.Locked {
			t.Errorf("after ten minutes: %d messages, locked %v", len(late.welcome.Chat), late.welcome.Meeting.Locked)
		}
		late.must(room.Leave{})

		pass(13 * time.Hour)
		if tomorrow := w.join(access.Attendee); tomorrow.welcome.Meeting.Locked {
			t.Error("yesterday's sitting still locks the door")
		}
	})
}

func TestDraining(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		people := []*person{w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee)}
		for _, p := range people {
			p.told()
		}
		if err := w.rooms.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			events := p.told()
			bye, ok := events[0].(room.Bye)
			if len(events) != 1 || !ok || bye.Reason != room.ReasonDraining || bye.Retry < time.Second || bye.Retry > 4*time.Second {
				t.Errorf("told was %+v", events)
			}
		}
		_, err := w.enter(access.Owner)
		w.wantErr(err, room.ErrDraining, "entering")
		_, err = w.connect(room.Credential{Resume: people[0].resume})
		w.wantErr(err, room.ErrDraining, "coming back too early")
		w.restart()
		people[0].back()
	})
}

func TestAStoppedServerLetsNobodyWait(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		p.told()
		w.stop()
		if why := p.bye(); why != room.ReasonDraining {
			t.Errorf("bye %q", why)
		}
		w.wantErr(p.do(room.HandRaise{}), room.ErrDraining, "a command")
		p.Lost()
		_, err := w.enter(access.Attendee)
		w.wantErr(err, room.ErrDraining, "entering")
	})
}

func TestASlowClientLosesItsConnectionNotItsSeat(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, slow := w.join(access.Owner), w.join(access.Attendee)
		for range 2_000 {
			pass(time.Second)
			owner.must(room.ChatSend{Text: "x"})
			owner.told()
		}
		// Nothing but the goodbye is left to read, so that it arrives.
		events := slow.told()
		if len(events) != 1 || events[0].(room.Bye).Reason != room.ReasonSlow {
			t.Fatalf("%d events were waiting", len(events))
		}
		// The others saw it go away, and a minute later leave.
		again := slow.back()
		if again.Seat() != slow.Seat() {
			t.Error("the seat was lost")
		}
	})
}

func TestAFullRoomLetsModeratorsIn(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		for range room.Capacity {
			w.join(access.Attendee)
		}
		_, err := w.enter(access.Attendee)
		w.wantErr(err, room.ErrFull, "one too many")
		for range 10 {
			w.join(access.Moderator)
		}
		_, err = w.enter(access.Owner)
		w.wantErr(err, room.ErrFull, "an owner too many")
		if w.rooms.Count() != 1 || w.rooms.Seats() != room.Capacity+10 {
			t.Errorf("counted %d rooms, %d seats", w.rooms.Count(), w.rooms.Seats())
		}
	})
}

func TestTicketsAreBounded(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		var err error
		n := 0
		for ; err == nil && n < 2_000; n++ {
			_, err = w.enter(access.Attendee)
		}
		if n != 1_001 || !errors.Is(err, room.ErrRate) {
			t.Errorf("%d tickets, then %v", n-1, err)
		}
		pass(62 * time.Second)
		if _, err := w.enter(access.Attendee); err != nil {
			t.Errorf("a minute later: %v", err)
		}
	})
}

func TestWithoutTheSFUNobodyComesIn(t *testing.T) {
	for _, call := range []string{"open", "token"} {
		in(t, func(t *testing.T, w *world) {
			w.media.Fail(call, errors.New("no"))
			ticket, err := w.enter(access.Owner)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.connect(room.Credential{Ticket: ticket})
			if call == "open" {
				w.wantErr(err, room.ErrMedia, "coming in")
				if room.RetryAfter(err) == 0 {
					t.Error("no word on when to try again")
				}
			}
			if err == nil || w.rooms.Seats() != 0 {
				t.Errorf("%v, and %d seats are taken", err, w.rooms.Seats())
			}
			w.media.Fail(call, nil)
			w.join(access.Owner)
		})
	}
}

func TestAConnectionNobodyWaitsForDoesNotStay(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		ticket, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = w.rooms.Connect(ctx, room.Credential{Ticket: ticket})
		if err == nil {
			t.Skip("the room was faster than the cancellation") // either is right
		}
		pass(62 * time.Second)
		if n := w.rooms.Seats(); n != 0 {
			t.Errorf("%d seats are taken", n)
		}
	})
}

// TestLockAgainstJoin runs newcomers against a lock a thousand times. Whoever
// joins after the lock was acknowledged was wrongly admitted (attacks A9).
func TestLockAgainstJoin(t *testing.T) {
	w := newWorld(t, nil)
	defer func() { w.stop() }()
	owner := w.join(access.Owner)
	admitted, refused := 0, 0
	for turn := range 1_000 {
		if err := owner.do(room.SetLocked{Locked: false}); err != nil {
			t.Fatal(err)
		}
		ready, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		var race sync.WaitGroup
		var late error
		newcomer := make(chan id.Seat, 2)
		race.Go(func() { // with a ticket already
			conn, err := w.rooms.Connect(t.Context(), room.Credential{Ticket: ready})
			if err != nil {
				late = err
				return
			}
			newcomer <- conn.Seat()
			_ = conn.Do(t.Context(), room.Leave{})
		})
		race.Go(func() { // still at the door
			ticket, err := w.enter(access.Attendee)
			if err != nil {
				return
			}
			if conn, err := w.rooms.Connect(t.Context(), room.Credential{Ticket: ticket}); err == nil {
				newcomer <- conn.Seat()
				_ = conn.Do(t.Context(), room.Leave{})
			}
		})
		for range turn % 20 { // so that now one side is first and now the other
			runtime.Gosched()
		}
		if err := owner.do(room.SetLocked{Locked: true}); err != nil {
			t.Fatal(err)
		}
		race.Wait()
		if late != nil {
			w.wantErr(late, room.ErrLocked, "the newcomer")
			refused++
		}
		admitted += len(newcomer)
		locked := false
		for empty := false; !empty; {
			select {
			case e := <-owner.Events():
				if l, ok := e.(room.LockedSet); ok {
					locked = l.Locked
				}
				if _, joined := e.(room.Joined); joined && locked {
					t.Fatal("somebody joined after the lock")
				}
			default:
				empty = true
			}
		}
	}
	t.Logf("%d admitted before the lock, %d refused after it", admitted, refused)
}
