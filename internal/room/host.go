package room

import (
	"context"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
)

// The brakes on guessing the host's PIN, in 15 minutes. A seat is easily had, so
// a source has a bound of its own, and since there are many sources, so has a
// meeting: at 100 tries a PIN of six digits stands for 52 days of guessing at even
// odds. Who guesses uses their own up first: keeping the true host from claiming
// takes ten networks.
const (
	pinTries        = 5
	pinTriesSource  = 10
	pinTriesMeeting = 100
)

// HostClaim makes whoever knows the host's PIN an owner.
type HostClaim struct{ PIN pii.Secret }

func (HostClaim) needs(*seat, *owner) access.Right { return "" }

func (m HostClaim) apply(_ context.Context, o *owner, c *call) error {
	hash := o.meeting.HostPINHash
	switch {
	case hash == "":
		return ErrNoPIN
	case c.by.Role == access.Owner:
		return nil
	case c.by.claiming:
		return ErrRate.With(waitError(time.Second))
	}
	r := o.rooms
	if _, wait := r.pins.take(r.digest("pin", string(o.id), string(c.by.ID))); wait > 0 {
		return ErrPINTries.With(waitError(wait))
	}
	if c.by.source != (digest{}) {
		if _, wait := r.sourcePins.take(c.by.source); wait > 0 {
			return ErrPINTries.With(waitError(wait))
		}
	}
	if _, wait := r.meetingPins.take(r.digest("pin", string(o.id))); wait > 0 {
		return ErrPINTries.With(waitError(wait))
	}
	pin, err := meeting.ParseHostPIN(m.PIN.Text())
	if err != nil {
		return ErrPIN // no PIN looks like this
	}
	c.later, c.by.claiming = true, true
	o.aside(func(ctx context.Context) message {
		right, err := r.passwords.Verify(ctx, hash, pin)
		return pinLookedAt{seat: c.by.ID, hash: hash, right: right, err: err, answer: c.answer}
	}, c.answer)
	return nil
}

// pinLookedAt comes back from verifying.
type pinLookedAt struct {
	seat   id.Seat
	hash   string
	right  bool
	err    error
	answer func(error)
}

func (m pinLookedAt) handle(ctx context.Context, o *owner) {
	s := o.seats[m.seat]
	if s == nil {
		m.answer(ErrSeat)
		return
	}
	s.claiming = false
	switch {
	case m.err != nil:
		m.answer(m.err)
	case !m.right || m.hash != o.meeting.HostPINHash:
		m.answer(ErrPIN)
	default:
		m.answer(o.claimHost(ctx, s))
	}
}

func (o *owner) claimHost(ctx context.Context, s *seat) error {
	if s.Role == access.Owner {
		return nil
	}
	e := o.entry(audit.HostClaimed, s, nil, "from", string(s.Role))
	e.Credential = "pin"
	if err := o.record(ctx, e); err != nil {
		return err
	}
	s.PIN = true
	o.setRole(s, access.Owner, s.ID)
	return nil
}
