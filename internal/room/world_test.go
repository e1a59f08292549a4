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
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/room/roomtest"
)

// world is a server with one meeting, in a bubble with its own clock.
type world struct {
	t          *testing.T
	store      *roomtest.Store
	media      *roomtest.Media
	meeting    id.Meeting
	links      map[access.Role]pii.Secret
	pool       *roomtest.Pool // nil for no limit
	waiter     *person        // of the matrix
	bare       bool           // without recordings
	recordings *roomtest.Recordings
	rooms      *room.Rooms
	stop       func()
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
		defer func() {
			w.stop()
			for _, breach := range w.recordings.Breaches() {
				t.Error(breach)
			}
		}()
		test(t, w)
	})
}

func newWorld(t *testing.T, change func(*meeting.Meeting)) *world {
	t.Helper()
	w := &world{t: t, store: roomtest.NewStore(), media: roomtest.NewMedia()}
	w.recordings = roomtest.NewRecordings(w.store)
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
	if !w.bare {
		c.Recordings = w.recordings
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

	rights    []access.Right // as last told
	recording room.Recording // likewise
	consent   consent.Answer // likewise
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
		p.rights, p.recording, p.consent = first.Rights, first.Recording, first.Consent
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
				p.rights, p.recording, p.consent = e.Rights, e.Recording, e.Consent
			case room.RightsSet:
				p.rights = e.Rights
			case room.RecordingSet:
				switch {
				case e.Recording.ID == "":
					p.consent = ""
				case e.Recording.ID != p.recording.ID:
					p.consent = consent.Asked
				}
				p.recording = e.Recording
			case room.Consented:
				p.consent = e.Answer
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
