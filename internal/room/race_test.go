package room_test

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

// race runs two sides at once, 1,000 times, with the second begun a little later
// each time so that now one is first and now the other.
func race(one, two func(turn int), after func(turn int)) {
	for turn := range 1_000 {
		var both sync.WaitGroup
		both.Go(func() { one(turn) })
		both.Go(func() {
			for range turn % 25 {
				runtime.Gosched()
			}
			two(turn)
		})
		both.Wait()
		after(turn)
	}
}

// TestAdmitAgainstLeave: somebody who goes while they are let in is either in and
// gone again, or was never in; no seat and no waiter is left over.
func TestAdmitAgainstLeave(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		admitted, missed := 0, 0
		var guest *person
		next := func() { guest = w.wait(nil); owner.told() }
		next()
		race(func(int) {
			if err := owner.do(room.Admit{Waiter: guest.Seat()}); err == nil {
				admitted++
			} else {
				w.wantErr(err, room.ErrWaiter, "admitting")
				missed++
			}
		}, func(turn int) {
			if turn%2 == 0 {
				_ = guest.do(room.Leave{})
			} else {
				guest.Lost()
			}
		}, func(turn int) {
			synctest.Wait()
			if turn%2 == 1 {
				pass(62e9)
			}
			if n, waiting := w.rooms.People(w.meeting), w.rooms.Waiting(w.meeting); n != 1 || waiting != 0 {
				t.Fatalf("turn %d: %d are in, %d wait", turn, n, waiting)
			}
			here := false
			for _, e := range owner.told() {
				switch e := e.(type) {
				case room.Joined:
					here = true
				case room.Gone:
					if !here {
						t.Fatal("somebody left who never came")
					}
					here = false
				case room.WaiterGone:
					if e.Reason == room.ReasonAdmitted && e.By != owner.Seat() {
						t.Fatalf("admitted by %q", e.By)
					}
				}
			}
			if here {
				t.Fatal("somebody stayed")
			}
			next()
		})
		t.Logf("%d admitted, %d too late", admitted, missed)
	})
}

// shut is what a moderator does to keep newcomers out, and how to undo it.
type shut struct {
	name      string
	set       func(w *world, owner *person, shut bool) error
	acked     func(room.Event) (is, shut bool) // the word that it is so
	forbidden func(room.Event) bool            // must not come after that word
}

func shuts() []shut {
	on, off := meeting.Lobby{Mode: meeting.LobbyEveryone}, meeting.Lobby{Mode: meeting.LobbyOff}
	joined := func(e room.Event) bool { _, is := e.(room.Joined); return is }
	return []shut{
		{"lock", func(_ *world, owner *person, shut bool) error { return owner.do(room.SetLocked{Locked: shut}) }, func(e room.Event) (bool, bool) {
			l, is := e.(room.LockedSet)
			return is, l.Locked
		}, joined},
		{"lobby", func(_ *world, owner *person, shut bool) error {
			if shut {
				return owner.do(room.SetLobby{Lobby: on})
			}
			return owner.do(room.SetLobby{Lobby: off})
		}, func(e room.Event) (bool, bool) {
			l, is := e.(room.LobbyChanged)
			return is, l.Lobby.Mode == meeting.LobbyEveryone
		}, joined},
		{"passcode", func(w *world, _ *person, shut bool) error { // in the settings
			hash := ""
			if shut {
				hash = "hash of abcdef"
			}
			err := w.store.Change(w.meeting, func(m *meeting.Meeting) { m.PasscodeHash = hash })
			return errors.Join(err, w.rooms.Refresh(w.t.Context(), w.meeting))
		}, func(e room.Event) (bool, bool) {
			p, is := e.(room.PasscodeChanged)
			return is, p.Set
		}, joined},
	}
}

// TestShutAgainstJoin runs newcomers against a lock, a lobby and a passcode, a
// thousand times each: nobody joins after the word that it is shut.
func TestShutAgainstJoin(t *testing.T) {
	for _, s := range shuts() {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t, nil)
			defer func() { w.stop() }()
			owner := w.wantIn(func(c *room.Caller) { c.User = &w.store.Host })
			in := 0
			race(func(int) {
				var conns []*room.Conn
				for range 2 {
					ticket, err := w.enterAs("Ada", nil)
					if err != nil {
						break
					}
					conn, err := w.rooms.Connect(t.Context(), room.Credential{Ticket: ticket})
					if err == nil {
						conns = append(conns, conn)
					}
				}
				for _, c := range conns {
					_ = c.Do(t.Context(), room.Leave{})
				}
			}, func(int) {
				if err := s.set(w, owner, true); err != nil {
					t.Error(err)
				}
			}, func(int) {
				closed := false
				for empty := false; !empty; {
					select {
					case e := <-owner.Events():
						if is, shut := s.acked(e); is {
							closed = shut
						}
						if s.forbidden(e) {
							in++
							if closed {
								t.Fatalf("%T after the word that it is shut", e)
							}
						}
					default:
						empty = true
					}
				}
				if !closed {
					t.Fatal("no word that it is shut")
				}
				if err := s.set(w, owner, false); err != nil {
					t.Fatal(err)
				}
			})
			t.Logf("%d came in before", in)
			if !slices.ContainsFunc(w.store.Entries(), func(e audit.Entry) bool { return e.Action == audit.Admitted }) {
				t.Error("nobody's admission was written down")
			}
		})
	}
}

// TestBanAgainstJoin: whoever's account is banned is not in the room afterwards,
// however they came at the same moment.
func TestBanAgainstJoin(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.wantIn(func(c *room.Caller) { c.User = &w.store.Host })
		var bad *person
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		bad = w.wantIn(by)
		race(func(int) {
			if ticket, err := w.enterAs("Mallory", by); err == nil {
				_, _ = w.rooms.Connect(t.Context(), room.Credential{Ticket: ticket})
			}
		}, func(turn int) {
			if turn%3 == 0 {
				runtime.Gosched()
			}
			owner.must(room.Remove{Seat: bad.Seat(), Ban: true})
		}, func(turn int) {
			synctest.Wait()
			if n := w.rooms.People(w.meeting); n != 1 {
				t.Fatalf("turn %d: %d are in", turn, n)
			}
			owner.told()
			u = w.store.AddUser("Mallory", "mallory@example.org", nil)
			bad = w.wantIn(by)
			pass(1e9)
		})
	})
}

// TestDemotionAgainstCommand: a command that comes after the word that somebody is
// no moderator any more has no effect.
func TestDemotionAgainstCommand(t *testing.T) {
	w := newWorld(t, nil)
	defer func() { w.stop() }()
	owner := w.wantIn(func(c *room.Caller) { c.User = &w.store.Host })
	mod := w.invited(access.Moderator)
	target := id.Seat("")
	race(func(turn int) {
		_ = mod.do(room.Spotlight{Seat: owner.Seat()})
	}, func(int) {
		owner.must(room.SetRole{Seat: mod.Seat(), Role: access.Attendee})
	}, func(turn int) {
		demoted := false
		for empty := false; !empty; {
			select {
			case e := <-owner.Events():
				if c, is := e.(room.Changed); is && c.Seat.ID == mod.Seat() {
					demoted = c.Seat.Role == access.Attendee
				}
				if s, is := e.(room.SpotlightSet); is {
					if target = s.Seat; demoted && target != "" {
						t.Fatal("a command of somebody demoted was carried out")
					}
				}
			case <-mod.Events():
			default:
				empty = true
			}
		}
		owner.must(room.SetRole{Seat: mod.Seat(), Role: access.Moderator})
		owner.must(room.Spotlight{})
	})
}

// TestALobbyTokenShownTwiceAtOnce: in a room that was forgotten it lets one
// connection in, and the others are told no instead of being left without a seat.
func TestALobbyTokenShownTwiceAtOnce(t *testing.T) {
	const rounds, times = 60, 12
	waits := func(m *meeting.Meeting) { m.Lobby = meeting.Lobby{Mode: meeting.LobbyGuests} }
	for range rounds {
		inWith(t, waits, func(t *testing.T, w *world) {
			token := w.wait(nil).resume
			w.restart()
			w.join(access.Owner).must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
			outcomes := make(chan error, times)
			for range times {
				go func() {
					_, err := w.arrive(room.Credential{Resume: token})
					outcomes <- err
				}()
			}
			in := 0
			for range times {
				if err := <-outcomes; err == nil {
					in++
				} else if !errors.Is(err, room.ErrResume) {
					t.Error(err)
				}
			}
			if in != 1 {
				t.Errorf("%d connections came in", in)
			}
		})
	}
}
