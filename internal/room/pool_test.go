package room_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/room"
	"plenum/internal/room/roomtest"
)

// pooled runs test with so many connections.
func pooled(t *testing.T, places int, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.stop()
		w.pool = roomtest.NewPool(places)
		w.start(testKey)
		defer func() { w.stop() }()
		test(t, w)
	})
}

func TestTheLineSeatsInOrder(t *testing.T) {
	pooled(t, 2, func(t *testing.T, w *world) {
		first, second := w.join(access.Attendee), w.join(access.Attendee)
		a, b, c := w.wait(nil), w.wait(nil), w.wait(nil)
		for ahead, p := range []*person{a, b, c} {
			p.told()
			if p.waiting.Reason != "full" || p.waiting.Ahead != ahead {
				t.Errorf("waits as %+v", p.waiting)
			}
		}
		owner := w.join(access.Owner) // whoever runs the meeting is always seated
		if g := owner.welcome.Gate; len(g.Waiting) != 3 || g.Waiting[0].Reason != "full" {
			t.Errorf("the gate is %+v", g)
		}
		owner.must(room.AdmitAll{}) // lets nobody past the pool
		first.must(room.Leave{})    // the owner's is above the number: nobody moves
		second.must(room.Leave{})
		a.inside()
		b.told()
		c.told()
		if b.welcome.You != "" || b.waiting.Ahead != 0 || c.waiting.Ahead != 1 {
			t.Errorf("behind are %+v and %+v", b.waiting, c.waiting)
		}
		owner.must(room.Leave{})
		b.inside()
		if held, waiting := w.pool.Held(); held != 2 || waiting != 1 {
			t.Errorf("%d held, %d wait", held, waiting)
		}
		admitted := 0
		for _, e := range w.store.Entries() {
			if e.Action == audit.Admitted {
				admitted++
			}
		}
		if admitted != 5 {
			t.Errorf("%d admissions written down", admitted)
		}
	})
}

func TestAPlaceInTheLineIsKept(t *testing.T) {
	pooled(t, 1, func(t *testing.T, w *world) {
		in := w.join(access.Attendee)
		a, b := w.wait(nil), w.wait(nil)
		a.Lost()
		pass(20 * time.Second)
		again, err := w.arrive(room.Credential{Resume: a.resume})
		if err != nil || again.waiting.Reason != "full" || again.waiting.Ahead != 0 {
			t.Fatalf("%+v, %v", again, err)
		}
		// Seated while away: the place is there when they are back.
		again.Lost()
		in.must(room.Leave{})
		synctest.Wait()
		back, err := w.connect(room.Credential{Resume: again.resume})
		if err != nil {
			t.Fatal(err)
		}
		// Somebody who does not come back holds nothing.
		back.must(room.Leave{})
		b.inside()
		b.Lost()
		pass(62 * time.Second)
		if held, waiting := w.pool.Held(); held != 0 || waiting != 0 {
			t.Errorf("%d held, %d wait", held, waiting)
		}
	})
}

func TestWhoComesBackKeepsTheConnection(t *testing.T) {
	pooled(t, 1, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		other := w.wait(nil)
		p.Lost()
		pass(30 * time.Second)
		p = p.back()
		w.restart()
		p = p.back() // the pool knows the seat
		back, err := w.arrive(room.Credential{Resume: other.resume})
		if err != nil || back.waiting.Reason != "full" {
			t.Fatalf("%+v, %v", back, err)
		}
		// Too late: the seat was lost, and somebody else has the connection.
		p.Lost()
		pass(62 * time.Second)
		back.inside()
		late, err := w.arrive(room.Credential{Resume: p.resume})
		if err != nil || late.waiting.Reason != "full" || late.Seat() != p.Seat() {
			t.Fatalf("%+v, %v", late, err)
		}
		back.must(room.Leave{})
		late.inside()
	})
}

func TestALockHoldsTheLine(t *testing.T) {
	pooled(t, 1, func(t *testing.T, w *world) {
		in, next := w.join(access.Attendee), w.wait(nil)
		owner := w.join(access.Owner)
		owner.must(room.SetLocked{Locked: true})
		in.must(room.Leave{})
		owner.must(room.Leave{})
		next.told()
		if next.welcome.You != "" || next.waiting.Reason != "lobby" {
			t.Errorf("behind the lock: %+v", next.waiting)
		}
		if held, waiting := w.pool.Held(); held != 0 || waiting != 0 {
			t.Errorf("%d held, %d wait", held, waiting)
		}
		w.join(access.Owner).must(room.Admit{Waiter: next.Seat()})
		if next.told(); next.welcome.You != "" || next.waiting.Reason != "full" {
			t.Errorf("admitted to a full pool: %+v", next.waiting)
		}
	})
}

// TestAdmittedIntoTheLine: whom a moderator has let in comes in when there is a
// connection, although by the rules they would wait.
func TestAdmittedIntoTheLine(t *testing.T) {
	pooled(t, 1, func(t *testing.T, w *world) {
		if err := w.store.Change(w.meeting, guarded); err != nil {
			t.Fatal(err)
		}
		in := w.invited(access.Attendee)
		guest := w.wait(nil)
		if held, waiting := w.pool.Held(); held != 1 || waiting != 0 {
			t.Errorf("%d held, %d wait: the lobby is not in the line", held, waiting)
		}
		owner := w.invited(access.Owner)
		owner.must(room.Admit{Waiter: guest.Seat()})
		if guest.told(); guest.waiting.Reason != "full" {
			t.Errorf("waits as %+v", guest.waiting)
		}
		if came := last[room.WaiterCame](t, owner.told()).Waiter; came.Reason != "full" {
			t.Errorf("the owner sees %+v", came)
		}
		in.must(room.Leave{})
		owner.must(room.Leave{})
		guest.inside()
	})
}

func TestTheEndGivesAllConnectionsBack(t *testing.T) {
	pooled(t, 2, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		w.join(access.Attendee)
		w.wait(nil)
		owner.must(room.End{})
		synctest.Wait()
		if held, waiting := w.pool.Held(); held != 0 || waiting != 0 {
			t.Errorf("%d held, %d wait", held, waiting)
		}
	})
}

func TestNobodyKeepsAConnectionTheyDoNotUse(t *testing.T) {
	pooled(t, 3, func(t *testing.T, w *world) {
		w.media.Fail("token", errors.New("no"))
		ticket, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.arrive(room.Credential{Ticket: ticket}); err == nil {
			t.Error("came in without the SFU")
		}
		w.media.Fail("token", nil)
		w.pool.Fail(errors.New("no"))
		if _, err := w.as("Ada", nil); err == nil {
			t.Error("came in without the pool")
		}
		w.pool.Fail(nil)
		synctest.Wait()
		if held, waiting := w.pool.Held(); held != 0 || waiting != 0 {
			t.Errorf("%d held, %d wait", held, waiting)
		}
	})
}
