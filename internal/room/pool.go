package room

import (
	"context"
	"log/slog"
	"sync"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/id"
)

// Moved tells that a claim of the pool stands otherwise now. It never blocks.
func (r *Rooms) Moved(meeting id.Meeting, seat id.Seat, s capacity.Standing) {
	if o := r.find(meeting); o != nil {
		o.moves.add(seat, s)
	}
}

// moves are the standings that the room has not looked at yet, the last one of
// each seat, in order of the first: at most one per waiter the pool knows.
type moves struct {
	mu     sync.Mutex
	seats  map[id.Seat]capacity.Standing // guarded by mu
	line   []id.Seat                     // guarded by mu; keys of seats
	signal chan struct{}
}

func newMoves() *moves {
	return &moves{seats: make(map[id.Seat]capacity.Standing), signal: make(chan struct{}, 1)}
}

func (m *moves) add(seat id.Seat, s capacity.Standing) { m.put(seat, s, true) }

// addOlder is add for a standing that was asked for: what the pool has told by
// itself meanwhile is newer.
func (m *moves) addOlder(seat id.Seat, s capacity.Standing) { m.put(seat, s, false) }

func (m *moves) put(seat id.Seat, s capacity.Standing, newer bool) {
	m.mu.Lock()
	_, known := m.seats[seat]
	if !known {
		m.line = append(m.line, seat)
	}
	if !known || newer {
		m.seats[seat] = s
	}
	m.mu.Unlock()
	select {
	case m.signal <- struct{}{}:
	default:
	}
}

func (m *moves) take() ([]id.Seat, map[id.Seat]capacity.Standing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, seats := m.line, m.seats
	m.line, m.seats = nil, make(map[id.Seat]capacity.Standing)
	return line, seats
}

// claim is what a seat asks the pool for.
func (o *owner) claim(seat id.Seat, role access.Role, tenant id.Tenant) capacity.Claim {
	return capacity.Claim{Tenant: tenant, Meeting: o.id, Seat: seat, Staff: role.Moderates()}
}

// release gives back what the pool has for a seat, if anything.
func (o *owner) release(seat id.Seat) {
	if o.rooms.pool != nil {
		o.rooms.pool.Release(seat)
	}
}

// reclaim asks how a claim stands, since the pool may have moved it before the
// room knew the waiter.
func (o *owner) reclaim(w *waiter) {
	claim := o.claim(w.ID, w.Role, o.meeting.Tenant)
	o.clerk.add(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, storeTime)
		defer cancel()
		standing, err := o.rooms.pool.Claim(ctx, claim)
		if err != nil {
			// The pool tells of the next move by itself.
			o.rooms.log.WarnContext(ctx, "the pool did not say how a claim stands", slog.Any("err", err))
			return
		}
		if o.post(ctx, reclaimed{seat: claim.Seat, standing: standing}) != nil {
			o.release(claim.Seat) // the room is over
		}
	})
}

// reclaimed comes back from reclaim.
type reclaimed struct {
	seat     id.Seat
	standing capacity.Standing
}

func (m reclaimed) handle(_ context.Context, o *owner) {
	if o.waiters[m.seat] == nil && o.seats[m.seat] == nil { // gone while the pool was asked
		o.release(m.seat)
		return
	}
	o.moves.addOlder(m.seat, m.standing)
}

// giveBack releases once more what the pool was asked for while the room ended:
// the clerk's last claim may have come after the release. After the clerk.
func (o *owner) giveBack() {
	for _, s := range o.order {
		o.release(s.ID)
	}
	for _, w := range o.waiting {
		o.release(w.ID)
	}
	for {
		select {
		case m := <-o.inbox:
			if m, claimed := m.(reclaimed); claimed {
				o.release(m.seat) // of somebody who left before
			}
		default:
			return
		}
	}
}

// moved lets in whom the pool has found a connection for, in the pool's order, and
// tells the others how many are before them.
func (o *owner) moved() {
	line, seats := o.moves.take()
	for _, seat := range line {
		w, standing := o.waiters[seat], seats[seat]
		switch {
		case w == nil || w.reason != inLine || w.busy || w.cleared: // gone, and released then
		case standing.Seated:
			o.letIn([]*waiter{w}, nil, []audit.Entry{arrivalEntry(o.meeting.Tenant, o.id, w.newcomer, audit.Admitted, "role", string(w.Role))}, nil)
		case w.ahead != standing.Ahead:
			w.ahead = standing.Ahead
			o.tellWaiting(w)
		}
	}
}
