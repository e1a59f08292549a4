package capacity_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/capacity"
	"plenum/internal/id"
)

// memory is a store of one organisation for all nodes of a test.
type memory struct {
	mu      sync.Mutex
	places  int                // guarded by mu
	seats   map[id.Seat]string // guarded by mu; node of each
	seated  map[id.Seat]bool   // guarded by mu
	line    []id.Seat          // guarded by mu
	nodes   map[string]time.Time
	samples []capacity.Sample
	rounds  int           // guarded by mu
	slow    time.Duration // of each round
	fail    error         // guarded by mu
}

func newMemory(places int) *memory {
	return &memory{places: places, seats: map[id.Seat]string{}, seated: map[id.Seat]bool{}, nodes: map[string]time.Time{}}
}

func (m *memory) PoolRound(_ context.Context, r capacity.Round) (capacity.Outcome, error) {
	pass(m.slow)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rounds++
	if m.fail != nil {
		return capacity.Outcome{}, m.fail
	}
	for _, seat := range r.Releases {
		if m.seats[seat] == r.Node {
			m.forget(seat)
		}
	}
	for _, c := range r.Claims {
		if _, known := m.seats[c.Seat]; !known {
			m.line = append(m.line, c.Seat)
		}
		m.seats[c.Seat] = r.Node
		if c.Staff && !m.seated[c.Seat] {
			m.seat(c.Seat)
		}
	}
	for len(m.line) > 0 && (m.places == 0 || len(m.seated) < m.places) {
		m.seat(m.line[0])
	}
	out := capacity.Outcome{
		Usage:     capacity.Usage{Places: m.places, Used: len(m.seated), Waiting: len(m.line)},
		Standings: map[id.Seat]capacity.Standing{},
	}
	for _, c := range r.Claims {
		out.Standings[c.Seat] = capacity.Standing{Seated: m.seated[c.Seat], Ahead: max(0, slices.Index(m.line, c.Seat))}
	}
	for _, seat := range r.Watch {
		if _, known := m.seats[seat]; known {
			out.Standings[seat] = capacity.Standing{Seated: m.seated[seat], Ahead: max(0, slices.Index(m.line, seat))}
		}
	}
	return out, nil
}

func (m *memory) seat(s id.Seat) {
	m.seated[s] = true
	m.line = slices.DeleteFunc(m.line, func(w id.Seat) bool { return w == s })
}

func (m *memory) forget(s id.Seat) {
	delete(m.seats, s)
	delete(m.seated, s)
	m.line = slices.DeleteFunc(m.line, func(w id.Seat) bool { return w == s })
}

func (m *memory) RenewNode(_ context.Context, node string, now, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return false, m.fail
	}
	kept := m.nodes[node].After(now)
	m.nodes[node] = until
	return kept, nil
}

func (m *memory) SweepPool(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for seat, node := range m.seats {
		if !m.nodes[node].After(now) {
			m.forget(seat)
		}
	}
	return nil
}

func (m *memory) PoolsInUse(context.Context) (map[id.Tenant]capacity.Usage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return map[id.Tenant]capacity.Usage{"t": {Used: len(m.seated), Waiting: len(m.line)}}, nil
}

func (m *memory) NoteUsage(_ context.Context, _ id.Tenant, s capacity.Sample) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samples = append(m.samples, s)
	return nil
}

func (m *memory) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rounds
}

// inside lists who has a place.
func (m *memory) inside() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	seats := make([]string, 0, len(m.seated))
	for _, s := range slices.Sorted(maps.Keys(m.seated)) {
		seats = append(seats, string(s))
	}
	return strings.Join(seats, " ")
}

// node is one running pool and what it told.
type node struct {
	t *testing.T
	*capacity.Pool

	log  bytes.Buffer
	mu   sync.Mutex
	told map[id.Seat]capacity.Standing // guarded by mu
	stop func()
}

func start(t *testing.T, m *memory, name string) *node {
	t.Helper()
	n := &node{t: t, told: map[id.Seat]capacity.Standing{}}
	n.Pool = capacity.New(capacity.Config{
		Store: m, Node: name, Logger: slog.New(slog.NewTextHandler(&n.log, nil)),
		Moved: func(_ id.Meeting, seat id.Seat, s capacity.Standing) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.told[seat] = s
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := n.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	n.stop = func() { cancel(); <-done }
	t.Cleanup(n.stop)
	synctest.Wait()
	return n
}

// claims asks for a seat of a meeting; a capital letter is staff.
func (n *node) claims(seat string) capacity.Standing {
	n.t.Helper()
	s, err := n.Claim(n.t.Context(), capacity.Claim{Tenant: "t", Meeting: "m", Seat: id.Seat(seat), Staff: seat == strings.ToUpper(seat)})
	if err != nil {
		n.t.Fatalf("%s: %v", seat, err)
	}
	return s
}

func (n *node) heard(seat string) capacity.Standing {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.told[id.Seat(seat)]
}

var in = capacity.Standing{Seated: true}

func ahead(n int) capacity.Standing { return capacity.Standing{Ahead: n} }

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// pass lets time go by, of the test's own clock.
func pass(d time.Duration) { <-time.After(d) }

func TestPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(2)
		n := start(t, m, "n")
		want(t, "first", n.claims("a"), in)
		want(t, "second", n.claims("b"), in)
		want(t, "third", n.claims("c"), ahead(0))
		want(t, "fourth", n.claims("d"), ahead(1))
		want(t, "staff", n.claims("S"), in)
		before := m.count()
		want(t, "third again", n.claims("c"), ahead(0))
		want(t, "first again", n.claims("a"), in)
		want(t, "rounds for what is known", m.count(), before)

		n.Release("S")
		n.Release("a")
		synctest.Wait()
		want(t, "the next in line", n.heard("c"), in)
		want(t, "the one after", n.heard("d"), ahead(0))
		want(t, "inside", m.inside(), "b c")
		n.Release("d") // gave up
		n.Release("b")
		n.Release("nobody")
		synctest.Wait()
		want(t, "inside at last", m.inside(), "c")

		m.change(func() { m.places = 1 })
		want(t, "fewer places", n.claims("e"), ahead(0))
		want(t, "who is in stays", n.claims("c"), in)
		m.change(func() { m.places = 2 })
		pass(time.Second)
		synctest.Wait()
		want(t, "more places", n.heard("e"), in)
	})
}

// A waiter who becomes staff, by role or PIN, goes in.
func TestPoolPromotion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newMemory(1), "n")
		n.claims("a")
		n.claims("b")
		got, err := n.Claim(t.Context(), capacity.Claim{Tenant: "t", Meeting: "m", Seat: "b", Staff: true})
		want(t, "fault", err, nil)
		want(t, "promoted", got, in)
	})
}

func TestPoolTwoNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1)
		one, two := start(t, m, "one"), start(t, m, "two")
		one.claims("a")
		want(t, "at the other node", two.claims("b"), ahead(0))
		one.Release("a")
		pass(2 * time.Second)
		synctest.Wait()
		want(t, "told by the other node", two.heard("b"), in)

		// Somebody comes back by the other node, and the first lets go of them later.
		want(t, "by the first", one.claims("b"), in)
		two.Release("b")
		synctest.Wait()
		want(t, "inside", m.inside(), "b")
	})
}

// A node that dies gives back its places when its lease is over; people who come
// back by another one before that keep theirs, and their place in the line.
func TestPoolNodeDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(2)
		one, two := start(t, m, "one"), start(t, m, "two")
		one.claims("a")
		one.claims("b")
		one.claims("c")
		two.claims("d")
		one.stop()
		want(t, "comes back", two.claims("b"), in)
		want(t, "comes back to the line", two.claims("c"), ahead(0))
		pass(capacity.Lease + 12*time.Second)
		synctest.Wait()
		want(t, "inside after the lease", m.inside(), "b c")
		want(t, "who waited", two.heard("c"), in)
		want(t, "who waits", two.heard("d"), ahead(0))
	})
}

// A node that could not renew and lives after all keeps its people in: they are in
// their meetings. Who waited is at the end of the line.
func TestPoolLeaseLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1)
		one := start(t, m, "one")
		one.claims("a")
		one.claims("b")
		m.change(func() { m.fail = errors.New("cut") })
		pass(time.Minute + time.Second/2) // not at the moment of a renewal
		m.change(func() {
			m.fail = nil
			m.seats, m.seated, m.line = map[id.Seat]string{}, map[id.Seat]bool{}, nil // another node swept
		})
		two := start(t, m, "two")
		want(t, "meanwhile", two.claims("x"), in)
		pass(time.Minute)
		synctest.Wait()
		want(t, "inside", m.inside(), "a x")
		one.Release("a")
		two.Release("x")
		pass(2 * time.Second)
		synctest.Wait()
		want(t, "inside", m.inside(), "b")
		want(t, "told", one.heard("b"), in)
	})
}

// What cannot be asked is refused, and nothing stays behind.
func TestPoolFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1)
		n := start(t, m, "n")
		n.claims("a")
		cut := errors.New("cut")
		m.change(func() { m.fail = cut })
		_, err := n.Claim(t.Context(), capacity.Claim{Tenant: "t", Meeting: "m", Seat: "b"})
		want(t, "fault", err, cut)
		n.Release("a")
		pass(5*time.Second + time.Millisecond) // not at the moment of a round
		rounds := m.count()
		pass(5 * time.Second)
		if more := m.count() - rounds; more > 5 {
			t.Errorf("%d rounds in 5 s of a cut", more)
		}
		m.change(func() { m.fail = nil })
		pass(2 * time.Second)
		synctest.Wait()
		want(t, "inside", m.inside(), "")
		want(t, "later", n.claims("b"), in)
	})
}

// Who goes while being let in leaves no place taken behind.
func TestPoolGoneMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1)
		n := start(t, m, "n")
		for range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			go n.Claim(ctx, capacity.Claim{Tenant: "t", Meeting: "m", Seat: "a"}) //nolint:errcheck // it goes
			go cancel()
			go n.Release("a")
			synctest.Wait()
			n.Release("a")
			synctest.Wait()
			want(t, "inside", m.inside(), "")
		}
		want(t, "afterwards", n.claims("b"), in)
	})
}

func TestPoolWarnsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, newMemory(5), "n")
		seats := []string{"a", "b", "c", "d", "e", "f"}
		for range 2 {
			for _, s := range seats {
				n.claims(s)
			}
			n.Release("f")
			n.Release("e") // four are left
			synctest.Wait()
			n.claims("e")
			for _, s := range seats {
				n.Release(id.Seat(s))
			}
			synctest.Wait()
		}
		n.stop()
		want(t, "warnings", strings.Count(n.log.String(), "four of five places"), 2)
		if !strings.Contains(n.log.String(), "places=5 used=4 waiting=0") {
			t.Errorf("without numbers: %s", n.log.String())
		}
	})
}

func TestPoolSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(2)
		n := start(t, m, "n")
		for _, s := range []string{"a", "b", "c"} {
			n.claims(s)
		}
		for _, s := range []id.Seat{"c", "b", "a"} {
			n.Release(s)
		}
		pass(2*time.Minute + time.Second)
		n.stop()
		m.change(func() {
			if len(m.samples) != 2 || m.samples[0].Peak != 2 || m.samples[0].Waiting != 1 || m.samples[1].Peak != 0 || m.samples[0].At.Second() != 0 {
				t.Errorf("%+v", m.samples)
			}
		})
	})
}

// With no limit, all come in and are counted.
func TestPoolWithoutLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(0)
		m.slow = time.Millisecond
		n := start(t, m, "n")
		var all sync.WaitGroup
		for i := range 2_000 {
			all.Go(func() { want(t, "claim", n.claims("s"+string(rune('a'+i%26))+time.Duration(i).String()), in) })
		}
		all.Wait()
		m.change(func() { want(t, "counted", len(m.seated), 2_000) })
		if rounds := m.count(); rounds > 20 {
			t.Errorf("%d rounds: a storm should share them", rounds)
		}
	})
}
