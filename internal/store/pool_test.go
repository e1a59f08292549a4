package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/store"
	"plenum/internal/tenant"
)

// poolOf gives the home organisation so many places.
func poolOf(t *testing.T, s *store.Store, places int) id.Tenant {
	t.Helper()
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	_, err := s.UpdateTenant(t.Context(), home.ID, func(t *tenant.Tenant) error {
		t.Places = places
		return nil
	})
	ok(t, err)
	return home.ID
}

// node runs a pool on a store of its own until the end of the test.
func (p part) node(name string, moved func(id.Meeting, id.Seat, capacity.Standing)) *capacity.Pool {
	p.Helper()
	pool := capacity.New(capacity.Config{Store: open(p.T, p.Config), Node: name, Logger: slog.New(slog.DiscardHandler), Moved: moved})
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.Context()))
	done := make(chan error, 1)
	go func() { done <- pool.Run(ctx) }()
	p.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			p.Error(err)
		}
	})
	return pool
}

// poolStorm is a thousand people at the doors of a pool of two hundred, at two
// nodes: there are never more inside than there are places, everybody comes in, and
// at each node in the order of the line.
func (p part) poolStorm() {
	t := p.T
	const places, people, staff = 200, 1_000, 10
	home := poolOf(t, open(t, p.Config), places)

	var mu sync.Mutex
	in := map[id.Seat]chan struct{}{} // guarded by mu; closed when they are told
	ahead := map[id.Seat]int{}        // guarded by mu; in the line as it was when all had come
	var told [2][]id.Seat             // guarded by mu; by each node
	var inside, most int              // guarded by mu; who runs a meeting is not counted
	var pools [2]*capacity.Pool
	for n := range pools {
		pools[n] = p.node(fmt.Sprint("node", n), func(_ id.Meeting, seat id.Seat, standing capacity.Standing) {
			mu.Lock()
			defer mu.Unlock()
			if standing.Seated {
				told[n] = append(told[n], seat)
				close(in[seat])
			}
		})
	}
	var claimed, visits sync.WaitGroup
	claimed.Add(people + staff)
	visit := func(pool *capacity.Pool, c capacity.Claim) {
		let := make(chan struct{})
		mu.Lock()
		in[c.Seat] = let
		mu.Unlock()
		standing, err := pool.Claim(t.Context(), c)
		if err != nil || c.Staff && !standing.Seated {
			t.Errorf("%+v: %+v %v", c, standing, err)
			claimed.Done()
			return
		}
		if !standing.Seated {
			mu.Lock()
			ahead[c.Seat] = standing.Ahead
			mu.Unlock()
			claimed.Done()
			<-let // if somebody starves, so does the test
		}
		if !c.Staff {
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
		}
		if standing.Seated {
			claimed.Done()
		}
		claimed.Wait() // nobody leaves before all have come
		if !c.Staff {
			mu.Lock()
			inside--
			mu.Unlock()
		}
		pool.Release(c.Seat)
	}
	for i := range people + staff {
		visits.Go(func() {
			visit(pools[i%2], capacity.Claim{Tenant: home, Meeting: id.Meeting(fmt.Sprint("m", i%7)), Seat: id.New[id.Seat](), Staff: i >= people})
		})
	}
	visits.Wait()
	if most > places || most < places-staff {
		t.Errorf("%d inside at once", most)
	}
	for _, line := range told {
		for i := 1; i < len(line); i++ {
			if ahead[line[i-1]] >= ahead[line[i]] {
				t.Fatalf("number %d of the line came in before number %d", ahead[line[i-1]], ahead[line[i]])
			}
		}
	}
}

// poolHolds is the storm with nobody leaving: exactly the places are taken, by the
// first who came, and whoever runs a meeting comes in on top.
func (p part) poolHolds() {
	t, c := p.T, p.Config
	const places, people = 200, 1_000
	s := open(t, c)
	home := poolOf(t, s, places)
	standings := make([]capacity.Standing, people)
	seats := make([]id.Seat, people)
	nobody := func(id.Meeting, id.Seat, capacity.Standing) {}
	pools := []*capacity.Pool{p.node("one", nobody), p.node("two", nobody)}
	var all sync.WaitGroup
	for i := range people {
		seats[i] = id.New[id.Seat]()
		all.Go(func() {
			var err error
			standings[i], err = pools[i%2].Claim(t.Context(), capacity.Claim{Tenant: home, Meeting: id.Meeting(fmt.Sprint("m", i%7)), Seat: seats[i]})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	in, line := 0, map[int]bool{}
	for _, s := range standings {
		if s.Seated {
			in++
		} else {
			line[s.Ahead] = true
		}
	}
	same(t, "inside", in, places)
	same(t, "different places in the line", len(line), people-places)
	for i := range 3 {
		s, err := pools[i%2].Claim(t.Context(), capacity.Claim{Tenant: home, Meeting: "m0", Seat: id.New[id.Seat](), Staff: true})
		ok(t, err)
		same(t, "staff", s, capacity.Standing{Seated: true})
	}
	same(t, "use", must[capacity.Usage](t)(s.Pool(t.Context(), home)), capacity.Usage{Places: places, Used: places + 3, Waiting: people - places})
}

// poolOrder moves the line up one by one, by rounds of two nodes.
func (p part) poolOrder() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := poolOf(t, s, 2)
	round := func(r capacity.Round) capacity.Outcome {
		t.Helper()
		r.Tenant = home
		if r.At.IsZero() {
			r.At = noon
		}
		return must[capacity.Outcome](t)(s.PoolRound(t.Context(), r))
	}
	of := func(m string, seats ...string) []capacity.Claim {
		claims := make([]capacity.Claim, 0, len(seats))
		for _, seat := range seats {
			claims = append(claims, capacity.Claim{Tenant: home, Meeting: id.Meeting(m), Seat: id.Seat(seat)})
		}
		return claims
	}
	in := capacity.Standing{Seated: true}
	out := round(capacity.Round{Node: "one", Claims: append(of("m", "a", "b", "c"), of("n", "d")...)})
	same(t, "first come", out.Standings, map[id.Seat]capacity.Standing{"a": in, "b": in, "c": {}, "d": {Ahead: 1}})
	same(t, "use", out.Usage, capacity.Usage{Places: 2, Used: 2, Waiting: 2})
	out = round(capacity.Round{Node: "two", Claims: of("m", "e", "c", "a")})
	same(t, "coming back by another node", out.Standings, map[id.Seat]capacity.Standing{"e": {Ahead: 2}, "c": {}, "a": in})
	out = round(capacity.Round{Node: "one", Releases: []id.Seat{"a", "c"}, Watch: []id.Seat{"d", "nobody"}})
	same(t, "released by the node they left", out.Standings, map[id.Seat]capacity.Standing{"d": {Ahead: 1}})
	out = round(capacity.Round{Node: "two", Releases: []id.Seat{"a"}, Watch: []id.Seat{"c", "e"}})
	same(t, "one leaves", out.Standings, map[id.Seat]capacity.Standing{"c": in, "e": {Ahead: 1}})
	out = round(capacity.Round{Node: "one", Watch: []id.Seat{"d", "b"}, Claims: []capacity.Claim{{Tenant: home, Meeting: "n", Seat: "d", Staff: true}}})
	same(t, "becomes staff", out.Standings, map[id.Seat]capacity.Standing{"d": in, "b": in})
	same(t, "use beyond the places", out.Usage, capacity.Usage{Places: 2, Used: 3, Waiting: 1})
	poolOf(t, s, 0)
	out = round(capacity.Round{Node: "two", Watch: []id.Seat{"e"}, Claims: of("m", "f")})
	same(t, "no limit any more", out.Standings, map[id.Seat]capacity.Standing{"e": in, "f": in})
}

// poolNodes gives back what a dead node held, and nothing else.
func (p part) poolNodes() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := poolOf(t, s, 1)
	claim := func(node string, seat id.Seat) capacity.Standing {
		t.Helper()
		out := must[capacity.Outcome](t)(s.PoolRound(t.Context(), capacity.Round{
			Tenant: home, Node: node, At: noon, Claims: []capacity.Claim{{Tenant: home, Meeting: "m", Seat: seat}},
		}))
		return out.Standings[seat]
	}
	renew := func(node string, at time.Time) bool {
		t.Helper()
		return must[bool](t)(s.RenewNode(t.Context(), node, at, at.Add(30*time.Second)))
	}
	same(t, "a new node", renew("one", noon), false)
	same(t, "another", renew("two", noon), false)
	same(t, "in", claim("one", "a"), capacity.Standing{Seated: true})
	same(t, "waits", claim("two", "b"), capacity.Standing{})
	same(t, "alive", renew("two", noon.Add(20*time.Second)), true)
	ok(t, s.SweepPool(t.Context(), noon.Add(30*time.Second-time.Millisecond)))
	same(t, "before the end of the lease", claim("two", "b"), capacity.Standing{})
	ok(t, s.SweepPool(t.Context(), noon.Add(30*time.Second)))
	same(t, "after", claim("two", "b"), capacity.Standing{Seated: true})
	same(t, "the dead node", renew("one", noon.Add(40*time.Second)), false)
	same(t, "use", must[map[id.Tenant]capacity.Usage](t)(s.PoolsInUse(t.Context())), map[id.Tenant]capacity.Usage{home: {Used: 1}})
}

func (p part) poolReservations() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := poolOf(t, s, 3)
	council, other := meeting.New(home, "", "Council", noon), meeting.New(home, "", "Other", noon)
	ok(t, s.CreateMeeting(t.Context(), council, nil))
	ok(t, s.CreateMeeting(t.Context(), other, nil))
	r := capacity.Reservation{
		ID: id.New[id.Reservation](), Tenant: home, Meeting: council.ID, Places: 2,
		From: noon.Add(time.Hour), Until: noon.Add(2 * time.Hour), CreatedAt: noon,
	}
	ok(t, s.Reserve(t.Context(), r, noon, note(council, audit.PoolChanged)))
	same(t, "kept", must[capacity.Reservation](t)(s.Reservation(t.Context(), home, r.ID)), r)
	_, err := s.Reservation(t.Context(), "other", r.ID)
	is(t, "of another organisation", err, capacity.ErrNoReservation)
	second := r
	second.ID, second.Meeting = id.New[id.Reservation](), other.ID
	is(t, "more than there are", s.Reserve(t.Context(), second, noon), capacity.ErrReserved)
	second.Places = 1
	ok(t, s.Reserve(t.Context(), second, noon))
	r.Places = 3
	is(t, "changed to too many", s.Reserve(t.Context(), r, noon), capacity.ErrReserved)
	ok(t, s.CancelReservation(t.Context(), home, second.ID, note(other, audit.PoolChanged)))
	is(t, "cancelled twice", s.CancelReservation(t.Context(), home, second.ID), capacity.ErrNoReservation)
	r.Places = 2
	ok(t, s.Reserve(t.Context(), r, noon))

	round := func(at time.Time, m id.Meeting, seats ...id.Seat) string {
		t.Helper()
		claims := make([]capacity.Claim, 0, len(seats))
		for _, seat := range seats {
			claims = append(claims, capacity.Claim{Tenant: home, Meeting: m, Seat: seat})
		}
		out := must[capacity.Outcome](t)(s.PoolRound(t.Context(), capacity.Round{Tenant: home, Node: "n", At: at, Claims: claims}))
		var in []id.Seat
		for _, seat := range seats {
			if out.Standings[seat].Seated {
				in = append(in, seat)
			}
		}
		return fmt.Sprint(in)
	}
	same(t, "others while it holds", round(r.From, other.ID, "a", "b", "c"), "[a]")
	same(t, "its own people", round(r.Until.Add(-time.Millisecond), council.ID, "d", "e", "f"), "[d e]")
	_, err = s.PoolRound(t.Context(), capacity.Round{Tenant: home, Node: "n", At: r.From, Releases: []id.Seat{"d", "e"}})
	ok(t, err)
	same(t, "who came later, for whom it is held", round(r.From, other.ID, "b"), "[]")
	same(t, "afterwards, in order", round(r.Until, other.ID, "b", "c"), "[b]")

	ok(t, s.Sweep(t.Context(), r.Until.Add(-time.Millisecond)))
	same(t, "listed", must[[]capacity.Reservation](t)(s.Reservations(t.Context(), home, noon)), []capacity.Reservation{r})
	same(t, "over", must[[]capacity.Reservation](t)(s.Reservations(t.Context(), home, r.Until)), []capacity.Reservation{})
	ok(t, s.DeleteMeeting(t.Context(), council.ID))
	same(t, "of a deleted meeting", must[[]capacity.Reservation](t)(s.Reservations(t.Context(), home, noon)), []capacity.Reservation{})
}

func (p part) poolUsage() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := poolOf(t, s, 0)
	at := noon.Truncate(time.Hour)
	for i, peak := range []int{3, 9, 4} {
		ok(t, s.NoteUsage(t.Context(), home, capacity.Sample{At: at.Add(time.Duration(i) * 30 * time.Minute), Peak: peak, Waiting: i}))
	}
	ok(t, s.NoteUsage(t.Context(), home, capacity.Sample{At: at, Peak: 5}))   // by another node
	ok(t, s.NoteUsage(t.Context(), "gone", capacity.Sample{At: at, Peak: 5})) // of an organisation deleted meanwhile
	ok(t, s.NoteUsage(t.Context(), home, capacity.Sample{At: at.Add(-24 * time.Hour), Peak: 1}))
	got := must[[]capacity.Sample](t)(s.PoolUsage(t.Context(), home, at, at.Add(2*time.Hour), time.Hour, 10))
	same(t, "by the hour", got, []capacity.Sample{{At: at, Peak: 9, Waiting: 1}, {At: at.Add(time.Hour), Peak: 4, Waiting: 2}})
	got = must[[]capacity.Sample](t)(s.PoolUsage(t.Context(), home, at, at.Add(time.Hour), time.Minute, 10))
	same(t, "by the minute", got, []capacity.Sample{{At: at, Peak: 5}, {At: at.Add(30 * time.Minute), Peak: 9, Waiting: 1}})
	ok(t, s.Sweep(t.Context(), at.Add(capacity.UsageKept)))
	got = must[[]capacity.Sample](t)(s.PoolUsage(t.Context(), home, at.Add(-48*time.Hour), at.Add(2*time.Hour), time.Hour, 10))
	same(t, "after 400 days", len(got), 2)
}

// poolLine is full at some point.
func (p part) poolLine() {
	t, c := p.T, p.Config
	if testing.Short() {
		t.Skip("ten thousand claims")
	}
	s := open(t, c)
	home := poolOf(t, s, 1)
	var out capacity.Outcome
	for i := 0; i < capacity.MaxLine+1; i += 1_000 {
		claims := make([]capacity.Claim, 0, 1_000)
		for n := range 1_000 {
			claims = append(claims, capacity.Claim{Tenant: home, Meeting: "m", Seat: id.Seat(strconv.Itoa(i + n))})
		}
		out = must[capacity.Outcome](t)(s.PoolRound(t.Context(), capacity.Round{Tenant: home, Node: "n", At: noon, Claims: claims}))
	}
	same(t, "waiting", out.Usage.Waiting, capacity.MaxLine)
	if _, found := out.Standings[id.Seat(strconv.Itoa(capacity.MaxLine+500))]; found {
		t.Error("a line without end")
	}
	_, err := p.node("n", nil).Claim(t.Context(), capacity.Claim{Tenant: home, Meeting: "m", Seat: "late"})
	is(t, "one more", err, capacity.ErrFull)
}
