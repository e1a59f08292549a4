package room

import (
	"context"
	"sync"
)

// clerk does for a room what waits for a disk: writing decisions down and asking
// the pool. One thing after the other, so that who was first in line stays first.
// Its queue is bounded by the waiters: each is part of at most two things.
type clerk struct {
	mu     sync.Mutex
	jobs   []func(context.Context) // guarded by mu
	signal chan struct{}           // holds one word while jobs may have something
}

func newClerk() *clerk { return &clerk{signal: make(chan struct{}, 1)} }

func (c *clerk) add(job func(context.Context)) {
	c.mu.Lock()
	c.jobs = append(c.jobs, job)
	c.mu.Unlock()
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// run works until ctx ends. What is left then is dropped: the room is over, and
// nobody was told.
func (c *clerk) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.signal:
		}
		for {
			c.mu.Lock()
			if len(c.jobs) == 0 || ctx.Err() != nil {
				c.mu.Unlock()
				break
			}
			job := c.jobs[0]
			c.jobs = c.jobs[1:]
			c.mu.Unlock()
			job(ctx)
		}
	}
}

// aside runs f beside the room and hands the message it returns to the room. For
// what takes long and has its own limit, as hashing has; refused is told when the
// room is over before.
func (o *owner) aside(f func(context.Context) message, refused func(error)) {
	o.beside.Go(func() {
		if o.post(o.besideCtx, f(o.besideCtx)) != nil {
			refused(ErrDraining)
		}
	})
}
