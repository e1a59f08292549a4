// Package capacity shares an organisation's simultaneous connections among its
// meetings: who is in counts, who runs a meeting always gets in, the others wait
// in one line, and nobody overtakes but the people of a meeting that has places
// reserved.
package capacity

import (
	"slices"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
)

// The limits.
const (
	// MaxLine is how many wait in an organisation's line: twenty of the largest
	// rooms. Reading all of it takes about 10 ms.
	MaxLine         = 10_000
	MaxReservations = 1_000 // that are not over; about 150 bytes each
	MaxReserved     = 31 * 24 * time.Hour
	// UsageKept is how long it is kept how many connections there were: a year and
	// a month to compare with.
	UsageKept = 400 * 24 * time.Hour
)

// The faults of the pool.
var (
	ErrFull          = fault.New("capacity.Claim", fault.Unavailable, "pool.full", "All connections are in use and the line is full. Please try again later.")
	ErrReservation   = fault.New("capacity.Reserve", fault.Invalid, "reservation.invalid", "A reservation needs at least one place and lasts at most 31 days. It cannot hold more places than the organisation has.")
	ErrReserved      = fault.New("capacity.Reserve", fault.Conflict, "reservation.full", "Others have reserved these places at that time.")
	ErrNoReservation = fault.New("capacity.Reserve", fault.NotFound, "reservation.unknown", "This reservation does not exist any more.")
	ErrTooMany       = fault.New("capacity.Reserve", fault.Exhausted, "reservations.limit", "There are as many reservations as there may be.")
)

// Claim asks for a connection.
type Claim struct {
	Tenant  id.Tenant
	Meeting id.Meeting
	Seat    id.Seat
	Staff   bool // owners and moderators: seated whatever the size
}

// Standing is what has become of a claim.
type Standing struct {
	Seated bool
	Ahead  int // how many come before, while not seated
}

// Usage is how much of a pool is in use.
type Usage struct {
	Places  int // 0 for no limit
	Used    int // staff included
	Waiting int
}

// Scarce reports whether four of five places are taken: time to buy more, or to
// move a meeting.
func (u Usage) Scarce() bool { return u.Places > 0 && u.Used*5 >= u.Places*4 }

// Sample is the most of a stretch of time.
type Sample struct {
	At      time.Time // its beginning
	Peak    int
	Waiting int
}

// Waiter stands in the line.
type Waiter struct {
	Seat    id.Seat
	Meeting id.Meeting
}

// State is what the next place is decided by.
type State struct {
	Places int                // 0 for no limit
	Seated map[id.Meeting]int // staff included
	Held   map[id.Meeting]int // by reservations in force
}

// Allot says who of the line, in order, gets a place now, and who goes on waiting.
// A place that nobody uses is for whoever comes first, unless a meeting holds it.
// So whoever is passed over waits for a place that the one who passes could not
// have taken from them: the line is fair.
func (s State) Allot(line []Waiter) (in, waiting []Waiter) {
	if s.Places == 0 {
		return line, nil
	}
	empty := s.Places
	for _, n := range s.Seated {
		empty -= n
	}
	free, held := empty, map[id.Meeting]int{} // held and not used yet
	for m, n := range s.Held {
		held[m] = max(0, n-s.Seated[m])
		free -= held[m]
	}
	for i, w := range line {
		switch {
		case empty <= 0, free <= 0 && len(held) == 0:
			return in, append(waiting, line[i:]...)
		case held[w.Meeting] > 0:
			held[w.Meeting]--
		case free > 0:
			free--
		default: // what is empty is held for others
			waiting = append(waiting, w)
			continue
		}
		empty--
		in = append(in, w)
	}
	return in, waiting
}

// Reservation holds places for the people of one meeting during a time.
type Reservation struct {
	ID          id.Reservation
	Tenant      id.Tenant
	Meeting     id.Meeting
	Places      int
	From, Until time.Time
	CreatedAt   time.Time
}

// Check refuses a reservation that makes no sense at now, or for a pool of that
// many places (0 for no limit). Fault: reservation.invalid.
func (r Reservation) Check(places int, now time.Time) error {
	switch {
	case r.Places < 1, r.Places > 1_000_000, places > 0 && r.Places > places,
		!r.From.Before(r.Until), !now.Before(r.Until), r.Until.Sub(r.From) > MaxReserved:
		return ErrReservation
	}
	return nil
}

// Fits reports whether at each moment of the reservation there are places that
// others have not reserved. Fault: reservation.full.
func (r Reservation) Fits(places int, others []Reservation) error {
	if places == 0 {
		return nil
	}
	moments := []time.Time{r.From}
	for _, o := range others {
		if o.ID != r.ID && !o.From.Before(r.From) && o.From.Before(r.Until) {
			moments = append(moments, o.From) // the sum rises at beginnings only
		}
	}
	// Beginnings within r times reservations around them: a million steps at most.
	for _, at := range slices.CompactFunc(slices.SortedFunc(slices.Values(moments), time.Time.Compare), time.Time.Equal) {
		sum := r.Places
		for _, o := range others {
			if o.ID != r.ID && !at.Before(o.From) && at.Before(o.Until) {
				sum += o.Places
			}
		}
		if sum > places {
			return ErrReserved
		}
	}
	return nil
}
