package api

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plenum/internal/fault"
	"plenum/internal/pii"
)

// subject is whose requests are counted together.
type subject string

const (
	ofSource  subject = "source"
	ofAccount subject = "account"
	ofKey     subject = "key"
	atDoors   subject = "doors"  // a source, at the doors of all meetings: refusals are written into the audit
	atOneDoor subject = "ticket" // a source, for tickets to one meeting
)

// allowance is how many requests a subject may make: burst at once, and one in
// every while after that.
type allowance struct {
	every time.Duration
	burst int
}

// allowances: 500 people behind one address who join within ten seconds make
// about 3,000 requests, 1,000 of them at the meeting's door, which retries may
// double; a person clicks, a program may loop.
func allowances() map[subject]allowance {
	return map[subject]allowance{
		ofSource:  {10 * time.Millisecond, 6_000},
		ofAccount: {50 * time.Millisecond, 600},
		ofKey:     {50 * time.Millisecond, 600},
		atDoors:   {50 * time.Millisecond, 2_000},
		atOneDoor: {500 * time.Millisecond, 1_000},
	}
}

// maxCounted bounds the table: 30,000 entries of about 150 bytes are 4.5 MB. A
// full one drops an entry at random, which gives somebody their burst back at a
// chance of 1 in 30,000.
const maxCounted = 30_000

var errTooMany = fault.New("api.brake", fault.Exhausted, "rate.limited", "Too many requests. Please wait a little.")

// waitError is a fault with how long to wait.
type waitError struct {
	fault error
	after time.Duration
}

func (e waitError) Error() string { return e.fault.Error() }
func (e waitError) Unwrap() error { return e.fault }

// brake holds callers to their share. It lives in memory and knows its subjects
// by keyed hashes only.
type brake struct {
	key [32]byte // of this start

	mu    sync.Mutex
	table map[digest]*rate.Limiter // guarded by mu
}

// digest is what is kept of a subject.
type digest [sha256.Size]byte

func newBrake() *brake {
	b := &brake{table: map[digest]*rate.Limiter{}}
	rand.Read(b.key[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return b
}

// digest hashes a subject so that memory does not tell who it is.
func (b *brake) digest(s subject, who string) digest {
	mac := hmac.New(sha256.New, b.key[:])
	mac.Write([]byte(s))
	mac.Write([]byte{0})
	mac.Write([]byte(who))
	return digest(mac.Sum(nil))
}

// take counts one request. Fault: rate.limited, as [waitError].
func (b *brake) take(s subject, who string) error {
	d := b.digest(s, who)
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter, ok := b.table[d]
	if !ok {
		if len(b.table) >= maxCounted {
			for other := range b.table {
				delete(b.table, other)
				break
			}
		}
		share := allowances()[s]
		limiter = rate.NewLimiter(rate.Every(share.every), share.burst)
		b.table[d] = limiter
	}
	r := limiter.Reserve()
	if wait := r.Delay(); wait > 0 {
		r.Cancel()
		return waitError{errTooMany, wait}
	}
	return nil
}

// takeFrom counts one request from a network address. What runs on this machine
// is the operator's own, or a proxy that speaks for everybody.
func (b *brake) takeFrom(source pii.Addr) error { return b.takeOutside(ofSource, source, "") }

// takeAtDoor counts a question at the door of a meeting.
func (b *brake) takeAtDoor(source pii.Addr) error { return b.takeOutside(atDoors, source, "") }

// takeTicket counts a try to come in. The meeting counts whether it exists or not.
func (b *brake) takeTicket(source pii.Addr, meeting string) error {
	if err := b.takeAtDoor(source); err != nil {
		return err
	}
	return b.takeOutside(atOneDoor, source, meeting)
}

func (b *brake) takeOutside(s subject, source pii.Addr, what string) error {
	if a, err := netip.ParseAddr(source.Text()); err == nil && a.IsLoopback() {
		return nil
	}
	return b.take(s, source.Text()+" "+what)
}

// waitOf is how long to wait after err; 0 when it does not say.
func waitOf(err error) time.Duration {
	if t, ok := errors.AsType[waitError](err); ok {
		return t.after
	}
	return 0
}
