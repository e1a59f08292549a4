package room

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"plenum/internal/id"
	"plenum/internal/pii"
)

// Credential opens the live channel with one of its two.
type Credential struct {
	Ticket pii.Secret
	Resume pii.Secret
}

// Conn is one connection of a seat. Who it belongs to was decided at the gate;
// nothing a client sends says who it is.
type Conn struct {
	owner *owner
	out   chan Event // filled by the room's goroutine only

	// Set by the room before Connect returns, read-only afterwards.
	seat   id.Seat
	limits *limits

	heard  atomic.Bool // the client has sent something after its welcome
	closed bool        // owned by the room
}

func newConn(o *owner) *Conn { return &Conn{owner: o, out: make(chan Event, outboxSize)} }

// Seat returns whose connection this is; of somebody who waits, whose it will be.
func (c *Conn) Seat() id.Seat { return c.seat }

// Events gives everything the client is told, in order: a Welcome first, or
// Waiting until there is one, and a Bye last, after which the channel is closed. It is closed without a Bye after
// Lost and Closed only.
func (c *Conn) Events() <-chan Event { return c.out }

// Allow is asked for each message before it is looked at: 30 a second, 60 at
// once, counted per seat over all its connections. Fault: [ErrRate].
func (c *Conn) Allow() error {
	c.heard.Store(true)
	return spend(c.limits.all, ErrRate)
}

// Do carries a command out, or says why not. What follows from it for the client
// is among its Events before Do returns.
func (c *Conn) Do(ctx context.Context, command Command) error {
	answer := make(chan error, 1)
	if err := c.owner.post(ctx, order{conn: c, command: command, answer: answer}); err != nil {
		return overIsDraining(err)
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-c.owner.done:
	}
	select {
	case err := <-answer: // "end" answers and ends
		return err
	default:
		return ErrDraining
	}
}

// Lost tells the room that the client cannot be reached any more. Its seat is
// kept for 60 s. Calling it after a Bye does nothing.
func (c *Conn) Lost() { c.gone(awayLife) }

// Closed tells the room that the client itself ended the connection, as when its
// tab is closed or loaded again. Its seat is kept for 12 s. Otherwise as Lost.
func (c *Conn) Closed() { c.gone(closedLife) }

func (c *Conn) gone(keep time.Duration) {
	select {
	case c.owner.inbox <- losing{conn: c, keep: keep}:
	case <-c.owner.done:
	}
}

func overIsDraining(err error) error {
	if errors.Is(err, errOver) {
		return ErrDraining
	}
	return err
}

// send puts e into the outbox, or reports that it is full. Room's goroutine.
func (c *Conn) send(e Event) bool {
	select {
	case c.out <- e:
		return true
	default:
		return false
	}
}

// bye ends the connection. A client whose outbox is full gets nothing but the
// goodbye. Room's goroutine.
func (c *Conn) bye(b Bye) {
	if c.closed {
		return
	}
	c.closed = true
	if !c.send(b) {
		c.empty()
		c.send(b)
	}
	close(c.out)
}

// empty throws away what waits in the outbox; only the room's goroutine fills it.
func (c *Conn) empty() {
	for {
		select {
		case <-c.out:
		default:
			return
		}
	}
}

// close ends the connection of a client that is gone. Room's goroutine.
func (c *Conn) close() {
	if !c.closed {
		c.closed = true
		close(c.out)
	}
}

// limits are the rates of one seat, kept over its connections. Each is a bucket:
// so many at once, and one more each interval.
type limits struct {
	all      *rate.Limiter // messages
	connects *rate.Limiter // each brings a whole welcome
	chat     *rate.Limiter
	react    *rate.Limiter
	hand     *rate.Limiter
	share    *rate.Limiter
	rename   *rate.Limiter
	record   *rate.Limiter // recordings begun and gone on with, layouts, chapters
	consent  *rate.Limiter // times a yes is said: each is kept
	hash     *rate.Limiter // new passcodes: each costs 0.1 s of a core
}

func newLimits() *limits {
	return &limits{
		all:      rate.NewLimiter(30, 60),
		connects: rate.NewLimiter(rate.Every(2*time.Second), 10),
		chat:     rate.NewLimiter(rate.Every(time.Second), 10),
		react:    rate.NewLimiter(rate.Every(time.Second), 5),
		hand:     rate.NewLimiter(rate.Every(10*time.Second/6), 6),
		share:    rate.NewLimiter(rate.Every(2*time.Second), 6),
		rename:   rate.NewLimiter(rate.Every(2*time.Second), 10),
		record:   rate.NewLimiter(rate.Every(2*time.Second), 10),
		consent:  rate.NewLimiter(rate.Every(5*time.Second), 5),
		hash:     rate.NewLimiter(rate.Every(5*time.Second), 5),
	}
}
