package roomtest

import (
	"context"
	"slices"
	"sync"

	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// Pool has so many places and one line.
type Pool struct {
	// Moved is told what becomes of claims that wait.
	Moved func(meeting id.Meeting, seat id.Seat, s capacity.Standing)

	mu     sync.Mutex
	places int
	held   map[id.Seat]bool // guarded by mu; true counts against places
	line   []capacity.Claim // guarded by mu
	fail   error            // guarded by mu
}

var _ room.Pool = (*Pool)(nil)

// NewPool returns a pool of so many places.
func NewPool(places int) *Pool {
	return &Pool{places: places, held: make(map[id.Seat]bool)}
}

// Fail makes claims fail with err, or work again with nil.
func (p *Pool) Fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

// Held returns how many connections are taken, and how many claims wait.
func (p *Pool) Held() (held, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.held), len(p.line)
}

// Claim implements [room.Pool].
func (p *Pool) Claim(_ context.Context, c capacity.Claim) (capacity.Standing, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return capacity.Standing{}, p.fail
	}
	if _, known := p.held[c.Seat]; known {
		return capacity.Standing{Seated: true}, nil
	}
	if i := slices.IndexFunc(p.line, func(o capacity.Claim) bool { return o.Seat == c.Seat }); i >= 0 {
		return capacity.Standing{Ahead: i}, nil
	}
	if c.Staff || len(p.held) < p.places && len(p.line) == 0 {
		p.held[c.Seat] = true
		return capacity.Standing{Seated: true}, nil
	}
	p.line = append(p.line, c)
	return capacity.Standing{Ahead: len(p.line) - 1}, nil
}

// Release implements [room.Pool].
func (p *Pool) Release(seat id.Seat) {
	p.mu.Lock()
	delete(p.held, seat)
	p.line = slices.DeleteFunc(p.line, func(c capacity.Claim) bool { return c.Seat == seat })
	var moved []capacity.Claim
	for len(p.line) > 0 && len(p.held) < p.places {
		moved = append(moved, p.line[0])
		p.held[p.line[0].Seat] = true
		p.line = p.line[1:]
	}
	waiting := slices.Clone(p.line)
	p.mu.Unlock()
	if p.Moved == nil {
		return
	}
	for _, c := range moved {
		p.Moved(c.Meeting, c.Seat, capacity.Standing{Seated: true})
	}
	for i, c := range waiting {
		p.Moved(c.Meeting, c.Seat, capacity.Standing{Ahead: i})
	}
}

// Passwords hashes by putting a word in front.
type Passwords struct{}

var _ room.Passwords = Passwords{}

// Hash implements [room.Passwords].
func (Passwords) Hash(_ context.Context, password pii.Secret) (string, error) {
	return "hash of " + password.Text(), nil
}

// Verify implements [room.Passwords].
func (Passwords) Verify(_ context.Context, hash string, password pii.Secret) (bool, error) {
	return hash == "hash of "+password.Text(), nil
}
