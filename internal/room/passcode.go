package room

import (
	"context"
	"sync"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
)

// passcodeTries is how often a passcode may be guessed in 15 minutes, for each
// meeting and source. Others are not kept out by a guesser.
const passcodeTries = 10

// proved remembers passcodes that were right, as keyed hashes, so that a town
// council of 500 does not hash for 0.1 s each when the meeting begins. What is
// full begins anew.
type proved struct {
	mu   sync.Mutex
	seen map[digest]struct{} // guarded by mu
}

// maxProved is one for each of more meetings than a server has going: 100 bytes
// apiece.
const maxProved = 10_000

func (p *proved) has(d digest) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, seen := p.seen[d]
	return seen
}

func (p *proved) add(d digest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) >= maxProved {
		clear(p.seen)
	}
	p.seen[d] = struct{}{}
}

// showPasscode checks what the caller typed, if the meeting asks for a passcode
// and the credential is not worth more. Only wrong tries count.
func (r *Rooms) showPasscode(ctx context.Context, k *knock, typed *pii.Secret, source pii.Addr) error {
	hash := k.meeting.PasscodeHash
	switch {
	case hash == "" || k.skipsPasscode():
		return nil
	case typed == nil || *typed == "":
		return ErrPasscodeRequired
	}
	key := r.digest("passcode", string(k.meeting.ID), source.Text())
	at, wait := r.passcodes.take(key)
	if wait > 0 {
		return ErrPasscodeTries.With(waitError(wait))
	}
	passcode, err := meeting.ParsePasscode(typed.Text())
	if err != nil {
		return ErrPasscodeWrong // nobody's passcode looks like this
	}
	mine := r.digest("proved", hash, passcode.Text())
	if !r.proved.has(mine) {
		right, err := r.passwords.Verify(ctx, hash, passcode)
		if err != nil {
			r.passcodes.giveBack(key, at)
			return err
		}
		if !right {
			return ErrPasscodeWrong
		}
		r.proved.add(mine)
	}
	r.passcodes.giveBack(key, at)
	k.passcode = passcodeMark(hash)
	return nil
}

// SetPasscode sets the passcode, or removes it with "". Who is in stays in;
// tickets not yet used are void.
type SetPasscode struct{ Passcode pii.Secret }

func (SetPasscode) needs(*seat, *owner) access.Right { return access.SetPasscode }

func (m SetPasscode) apply(ctx context.Context, o *owner, c *call) error {
	if m.Passcode == "" {
		return o.setPasscode(ctx, "", c.by)
	}
	passcode, err := meeting.ParsePasscode(m.Passcode.Text())
	if err != nil {
		return err
	}
	if err := spend(c.by.limits.hash, ErrRate); err != nil {
		return err
	}
	c.later = true
	o.aside(func(ctx context.Context) message {
		hash, err := o.rooms.passwords.Hash(ctx, passcode)
		return passcodeHashed{by: c.by.ID, hash: hash, err: err, answer: c.answer}
	}, c.answer)
	return nil
}

// passcodeHashed comes back from hashing.
type passcodeHashed struct {
	by     id.Seat
	hash   string
	err    error
	answer func(error)
}

func (m passcodeHashed) handle(ctx context.Context, o *owner) {
	by := o.seats[m.by]
	switch {
	case m.err != nil:
		m.answer(fault.Wrap("room.SetPasscode", m.err))
	case by == nil || !by.may(access.SetPasscode): // gone or demoted meanwhile
		m.answer(ErrRight)
	default:
		m.answer(o.setPasscode(ctx, m.hash, by))
	}
}

func (o *owner) setPasscode(ctx context.Context, hash string, by *seat) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	e := o.entry(audit.PasscodeSet, by, nil, "set", flag(hash != ""))
	if err := o.rooms.store.SetPasscode(ctx, o.id, hash, e); err != nil {
		return fault.Wrap("room.SetPasscode", err)
	}
	o.passcodeSet(hash, by.ID)
	return nil
}

// passcodeSet follows a change of the passcode.
func (o *owner) passcodeSet(hash string, by id.Seat) {
	o.meeting.PasscodeHash = hash
	for key, t := range o.tickets {
		if !t.knowsPasscode(o.meeting) {
			delete(o.tickets, key)
		}
	}
	o.tellGate(PasscodeChanged{Set: hash != "", By: by})
	o.settleWaiting()
}
