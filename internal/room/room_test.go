package room_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/room/roomtest"
)

// world is a server with one meeting, in a bubble with its own clock.
type world struct {
	t       *testing.T
	store   *roomtest.Store
	media   *roomtest.Media
	meeting id.Meeting
	links   map[access.Role]pii.Secret
	pool    *roomtest.Pool // nil for no limit
	waiter  *person        // of the matrix
	rooms   *room.Rooms
	stop    func()
}

var testKey = [32]byte{1, 2, 3}

// in runs test in a bubble; rooms end before the bubble does.
func in(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	inWith(t, nil, test)
}

func inWith(t *testing.T, change func(*meeting.Meeting), test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, change)
		defer func() { w.stop() }()
		test(t, w)
	})
}

func newWorld(t *testing.T, change func(*meeting.Meeting)) *world {
	t.Helper()
	w := &world{t: t, store: roomtest.NewStore(), media: roomtest.NewMedia()}
	w.meeting, w.links = w.store.Add(change)
	w.start(testKey)
	return w
}

// start runs a server over the world's store.
func (w *world) start(key [32]byte) {
	c := room.Config{Store: w.store, Media: w.media, Passwords: roomtest.Passwords{}, Key: key, Logger: slog.New(slog.DiscardHandler)}
	if w.pool != nil {
		c.Pool = w.pool
	}
	rooms, err := room.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.pool != nil {
		w.pool.Moved = rooms.Moved
	}
	w.rooms = rooms
	ctx, cancel := context.WithCancel(w.t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := rooms.Run(ctx); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
	w.stop = func() {
		cancel()
		running.Wait()
	}
}

// pass lets time go by on the bubble's clock.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // takes no time in a bubble, and everything due happens meanwhile.
}

// restart ends the server and starts another that knows the store and the key.
func (w *world) restart() {
	w.stop()
	w.start(testKey)
}

// person is a client of the room.
type person struct {
	*room.Conn
	w       *world
	welcome room.Welcome // zero while waiting
	waiting room.Waiting // zero of whoever came in at once
	resume  pii.Secret
	seats   []string // see list
}

// caller is a guest with the meeting's link, changed as wanted.
func (w *world) caller(change func(*room.Caller)) room.Caller {
	c := room.Caller{Tenant: w.store.TenantID(), Meeting: w.meeting, Source: "192.0.2.1"}
	if change != nil {
		change(&c)
	}
	return c
}

func (w *world) enter(role access.Role) (pii.Secret, error) {
	return w.enterAs("A "+string(role), func(c *room.Caller) {
		if role != access.Attendee {
			c.InviteSecret = new(w.links[role])
		}
	})
}

func (w *world) enterAs(name string, change func(*room.Caller)) (pii.Secret, error) {
	return w.rooms.Enter(w.t.Context(), room.Request{Caller: w.caller(change), Name: name})
}

// as enters and connects.
func (w *world) as(name string, change func(*room.Caller)) (*person, error) {
	ticket, err := w.enterAs(name, change)
	if err != nil {
		return nil, err
	}
	return w.arrive(room.Credential{Ticket: ticket})
}

// invited joins with the role's link, whatever the role.
func (w *world) invited(role access.Role) *person {
	w.t.Helper()
	p, err := w.as("A "+string(role), func(c *room.Caller) { c.InviteSecret = new(w.links[role]) })
	if err != nil {
		w.t.Fatalf("joining as %s: %v", role, err)
	}
	if p.welcome.You == "" {
		w.t.Fatalf("the %s has to wait", role)
	}
	return p
}

// wait is a guest, changed as wanted, who has to wait.
func (w *world) wait(change func(*room.Caller)) *person {
	w.t.Helper()
	p, err := w.as("A guest", change)
	if err != nil {
		w.t.Fatalf("arriving: %v", err)
	}
	if p.welcome.You != "" {
		w.t.Fatal("came in at once")
	}
	return p
}

// arrive connects somebody who comes in or has to wait.
func (w *world) arrive(c room.Credential) (*person, error) {
	conn, err := w.rooms.Connect(w.t.Context(), c)
	if err != nil {
		return nil, err
	}
	p := &person{Conn: conn, w: w}
	switch first := (<-conn.Events()).(type) {
	case room.Welcome:
		p.welcome, p.resume = first, first.Resume
	case room.Waiting:
		p.waiting, p.resume = first, first.Resume
	default:
		w.t.Fatalf("the first event is a %T", first)
	}
	return p, nil
}

// may reports what the person was told they may do.
func (p *person) may(right access.Right) bool { return slices.Contains(p.welcome.Rights, right) }

func (w *world) connect(c room.Credential) (*person, error) {
	p, err := w.arrive(c)
	if err == nil && p.welcome.You == "" {
		w.t.Fatal("the first event is no welcome")
	}
	return p, err
}

func (w *world) join(role access.Role) *person {
	w.t.Helper()
	ticket, err := w.enter(role)
	if err != nil {
		w.t.Fatalf("Enter as %s: %v", role, err)
	}
	p, err := w.connect(room.Credential{Ticket: ticket})
	if err != nil {
		w.t.Fatalf("Connect as %s: %v", role, err)
	}
	return p
}

// back connects again with the resume token, as after a cut or a reload.
func (p *person) back() *person {
	p.w.t.Helper()
	again, err := p.w.connect(room.Credential{Resume: p.resume})
	if err != nil {
		p.w.t.Fatalf("coming back: %v", err)
	}
	return again
}

func (p *person) do(c room.Command) error {
	return p.Do(p.w.t.Context(), c)
}

func (p *person) must(c room.Command) {
	p.w.t.Helper()
	if err := p.do(c); err != nil {
		p.w.t.Fatalf("%T: %v", c, err)
	}
}

// told returns what arrived since the last time, once the room is at rest.
func (p *person) told() []room.Event {
	synctest.Wait()
	var events []room.Event
	for {
		select {
		case e, more := <-p.Events():
			if !more {
				return events
			}
			switch e := e.(type) {
			case room.ResumeSet:
				p.resume = e.Resume
			case room.Waiting:
				p.waiting, p.resume = e, e.Resume
			case room.Welcome:
				p.welcome, p.resume = e, e.Resume
			}
			events = append(events, e)
		default:
			return events
		}
	}
}

// only returns the events of type E among events.
func only[E room.Event](events []room.Event) []E {
	var found []E
	for _, e := range events {
		if match, ok := e.(E); ok {
			found = append(found, match)
		}
	}
	return found
}

func last[E room.Event](t *testing.T, events []room.Event) E {
	t.Helper()
	found := only[E](events)
	if len(found) == 0 {
		var none E
		t.Fatalf("no %T among %v", none, events)
	}
	return found[len(found)-1]
}

func (p *person) bye() room.Reason {
	p.w.t.Helper()
	return last[room.Bye](p.w.t, p.told()).Reason
}

func (w *world) wantErr(got, want error, what string) {
	w.t.Helper()
	if !errors.Is(got, want) {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

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
