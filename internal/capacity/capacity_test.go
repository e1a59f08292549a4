package capacity_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plenum/internal/capacity"
	"plenum/internal/id"
)

func waiters(of ...string) []capacity.Waiter {
	line := make([]capacity.Waiter, 0, len(of))
	for i, m := range of {
		line = append(line, capacity.Waiter{Seat: id.Seat(fmt.Sprint(m, i)), Meeting: id.Meeting(m)})
	}
	return line
}

func TestAllot(t *testing.T) {
	type meetings = map[id.Meeting]int
	for _, tt := range []struct {
		name  string
		state capacity.State
		line  []capacity.Waiter
		in    string
	}{
		{"nobody", capacity.State{Places: 3}, nil, "[]"},
		{"no limit", capacity.State{Seated: meetings{"a": 1_000}}, waiters("a", "b"), "[a0 b1]"},
		{"in order", capacity.State{Places: 3, Seated: meetings{"a": 1}}, waiters("a", "b", "a"), "[a0 b1]"},
		{"full", capacity.State{Places: 3, Seated: meetings{"a": 3}}, waiters("b"), "[]"},
		{"staff came on top", capacity.State{Places: 3, Seated: meetings{"a": 5}}, waiters("b"), "[]"},
		{"held for others", capacity.State{Places: 3, Held: meetings{"b": 3}}, waiters("a", "a"), "[]"},
		{"held for them", capacity.State{Places: 3, Held: meetings{"b": 2}}, waiters("a", "a", "b", "b", "b"), "[a0 b2 b3]"},
		{"held and used", capacity.State{Places: 3, Seated: meetings{"b": 2}, Held: meetings{"b": 2}}, waiters("b", "a"), "[b0]"},
		{"held beyond what is left", capacity.State{Places: 3, Seated: meetings{"a": 2}, Held: meetings{"b": 3}}, waiters("a", "b", "b"), "[b1]"},
		{"two hold what is left", capacity.State{Places: 4, Seated: meetings{"a": 3}, Held: meetings{"b": 2, "c": 2}}, waiters("a", "c", "b"), "[c1]"},
	} {
		in, waiting := tt.state.Allot(tt.line)
		seats := make([]id.Seat, 0, len(in))
		for _, w := range in {
			seats = append(seats, w.Seat)
		}
		if got := fmt.Sprint(seats); got != tt.in || len(in)+len(waiting) != len(tt.line) {
			t.Errorf("%s: %s of %v, want %s", tt.name, got, tt.line, tt.in)
		}
	}
}

// TestAllotProperties: whatever the pool looks like, nobody is forgotten, no place
// is given twice, none that somebody may have is left empty, and nobody is passed
// over by somebody who could have waited in their stead.
func TestAllotProperties(t *testing.T) {
	meeting := rapid.Custom(func(t *rapid.T) id.Meeting { return id.Meeting(rapid.StringMatching("[abc]").Draw(t, "meeting")) })
	rapid.Check(t, func(t *rapid.T) {
		state := capacity.State{
			Places: rapid.IntRange(1, 12).Draw(t, "places"),
			Seated: rapid.MapOf(meeting, rapid.IntRange(1, 6)).Draw(t, "seated"),
			Held:   rapid.MapOf(meeting, rapid.IntRange(1, 6)).Draw(t, "held"),
		}
		drawn := rapid.SliceOfN(meeting, 0, 20).Draw(t, "line")
		line := make([]capacity.Waiter, 0, len(drawn))
		for i, m := range drawn {
			line = append(line, capacity.Waiter{Seat: id.Seat(strconv.Itoa(i)), Meeting: m})
		}
		in, waiting := state.Allot(line)

		used, inside := 0, map[id.Meeting]int{}
		for m, n := range state.Seated {
			used += n
			inside[m] = n
		}
		if len(in) > max(0, state.Places-used) {
			t.Fatalf("%d of %d places taken, and %d let in", used, state.Places, len(in))
		}
		at := map[id.Seat]int{}
		for i, w := range line {
			at[w.Seat] = i
		}
		let := map[id.Seat]bool{}
		last := map[id.Meeting]int{}
		for _, list := range [][]capacity.Waiter{in, waiting} {
			clear(last)
			for i, w := range list {
				if i > 0 && at[list[i-1].Seat] >= at[w.Seat] {
					t.Fatal("the order is lost")
				}
			}
		}
		for _, w := range in {
			let[w.Seat] = true
			inside[w.Meeting]++
		}
		if len(in)+len(waiting) != len(line) {
			t.Fatal("somebody is lost")
		}
		free := state.Places - used - len(in)
		for m, n := range state.Held {
			free -= max(0, n-inside[m])
		}
		for _, w := range waiting {
			if free > 0 {
				t.Fatalf("%d places are nobody's, and %v waits", free, w)
			}
			if state.Places-used-len(in) > 0 && inside[w.Meeting] < state.Held[w.Meeting] {
				t.Fatalf("a place is held for %v, who waits", w)
			}
			for _, other := range in {
				if at[other.Seat] > at[w.Seat] && state.Held[other.Meeting] < inside[other.Meeting] && state.Held[other.Meeting] == 0 {
					t.Fatalf("%v went before %v without a place of their own", other, w)
				}
			}
		}
	})
}

func TestReservations(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	hours := func(places, from, until int) capacity.Reservation {
		return capacity.Reservation{
			ID: id.New[id.Reservation](), Places: places,
			From: noon.Add(time.Duration(from) * time.Hour), Until: noon.Add(time.Duration(until) * time.Hour),
		}
	}
	for _, tt := range []struct {
		name  string
		r     capacity.Reservation
		valid bool
	}{
		{"today", hours(10, 1, 2), true},
		{"running", hours(10, -1, 1), true},
		{"no place", hours(0, 1, 2), false},
		{"more than there are", hours(11, 1, 2), false},
		{"over", hours(1, -2, 0), false},
		{"backwards", hours(1, 2, 1), false},
		{"for ever", hours(1, 1, 24*31+2), false},
	} {
		if err := tt.r.Check(10, noon); (err == nil) != tt.valid || err != nil && !errors.Is(err, capacity.ErrReservation) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	others := []capacity.Reservation{hours(4, 1, 3), hours(4, 2, 4)}
	for _, tt := range []struct {
		r    capacity.Reservation
		fits bool
	}{
		{hours(6, 0, 2), true},
		{hours(7, 0, 2), false},
		{hours(2, 0, 9), true},
		{hours(3, 0, 9), false}, // both at once between two and three
		{hours(6, 3, 9), true},
		{hours(10, 4, 9), true},
		{hours(10, 3, 9), false},
		{capacity.Reservation{ID: others[0].ID, Places: 6, From: others[0].From, Until: others[0].Until}, true}, // itself does not count
	} {
		if err := tt.r.Fits(10, others); (err == nil) != tt.fits {
			t.Errorf("%v: %v", tt.r, err)
		}
		if err := tt.r.Fits(0, others); err != nil {
			t.Errorf("without a limit: %v", err)
		}
	}
}

func TestScarce(t *testing.T) {
	for used, want := range map[int]bool{0: false, 159: false, 160: true, 201: true} {
		if got := (capacity.Usage{Places: 200, Used: used}).Scarce(); got != want {
			t.Errorf("%d of 200: %t", used, got)
		}
	}
	if (capacity.Usage{Used: 1_000}).Scarce() {
		t.Error("a pool without a limit is scarce")
	}
}
