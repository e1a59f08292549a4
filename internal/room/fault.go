package room

import (
	"errors"
	"time"

	"golang.org/x/time/rate"

	"plenum/internal/fault"
)

// The faults of rooms, beside those of packages meeting, chat and pii.
var (
	ErrLocked           = fault.New("room.Enter", fault.Forbidden, "meeting.locked", "The meeting is locked; nobody new can come in.")
	ErrFull             = fault.New("room.Enter", fault.Unavailable, "meeting.full", "The meeting is full.")
	ErrDisabled         = fault.New("room.Enter", fault.Forbidden, "account.disabled", "This account has been closed by an administrator.")
	ErrBanned           = fault.New("room.Enter", fault.Forbidden, "ban.you", "You may not come to this meeting any more.")
	ErrAccountRequired  = fault.New("room.Enter", fault.Unauthorised, "account.required", "Only people with an account can come to this meeting. Sign in first.")
	ErrPasscodeRequired = fault.New("room.Enter", fault.Unauthorised, "passcode.required", "This meeting asks for a passcode.")
	ErrPasscodeWrong    = fault.New("room.Enter", fault.Forbidden, "passcode.wrong", "This is not the passcode.")
	ErrPasscodeTries    = fault.New("room.Enter", fault.Exhausted, "passcode.too_many", "That was wrong too often. Wait a while and try again.")
	ErrWaiting          = fault.New("room.Connect", fault.Unavailable, "waiting.limit", "Too many people are waiting to be let in.")
	ErrTicket           = fault.New("room.Connect", fault.Unauthorised, "ticket.invalid", "This ticket is used or too old.")
	ErrResume           = fault.New("room.Connect", fault.Unauthorised, "resume.invalid", "The seat is not kept any more.")
	ErrRemoved          = fault.New("room.Connect", fault.Forbidden, "seat.removed", "You have been removed from the meeting.")
	ErrDraining         = fault.New("room.Connect", fault.Unavailable, "server.draining", "The server is restarting.")
	ErrMedia            = fault.New("room.Connect", fault.Unavailable, "media.unavailable", "The server cannot carry sound and pictures at the moment.")
	ErrRight            = fault.New("room.Do", fault.Forbidden, "right.missing", "You may not do this.")
	ErrSeat             = fault.New("room.Do", fault.NotFound, "seat.unknown", "This person is not here any more.")
	ErrLastOwner        = fault.New("room.Do", fault.Conflict, "role.last_owner", "You are the only owner here. Make somebody else an owner first.")
	ErrShares           = fault.New("room.Do", fault.Conflict, "share.limit", "Nobody else can share a screen at the moment.")
	ErrWaiter           = fault.New("room.Do", fault.NotFound, "waiter.unknown", "This person is not waiting any more.")
	ErrExceptions       = fault.New("room.Do", fault.Invalid, "exceptions.invalid", "These exceptions cannot be understood.")
	ErrNoPIN            = fault.New("room.Do", fault.Conflict, "pin.none", "This meeting has no host PIN.")
	ErrPIN              = fault.New("room.Do", fault.Forbidden, "pin.wrong", "This is not the host PIN.")
	ErrPINTries         = fault.New("room.Do", fault.Exhausted, "pin.too_many", "That was wrong too often. Wait a while and try again.")
	ErrQuestion         = fault.New("room.Do", fault.Conflict, "consent.changed", "The question is another one now. Read it, and answer again.")
	ErrUnkept           = fault.New("room.Do", fault.Unavailable, "consent.unkept", "Your answer could not be kept, so you are not recorded. Try again.")
	ErrCommand          = fault.New("room.Do", fault.Invalid, "command.invalid", "The message cannot be understood.")
	ErrTooFast          = fault.New("room.Do", fault.Exhausted, "chat.too_fast", "You are writing too fast.")
	ErrRate             = fault.New("room.Do", fault.Exhausted, "rate.limited", "That was too often.")
)

// errBroken is why a recording has ended that does not say so itself.
var errBroken = fault.New("room.stood", fault.Unavailable, "recording.broken", "The recording has ended by itself. What was recorded until then is kept.")

// errOver says that the room's goroutine has ended: look for the next one.
var errOver = errors.New("room: over")

// waitError is the cause of a fault that passes with time.
type waitError time.Duration

func (r waitError) Error() string { return "again in " + time.Duration(r).String() }

// RetryAfter returns after how long trying again makes sense, 0 for never.
func RetryAfter(err error) time.Duration {
	after, _ := errors.AsType[waitError](err)
	return time.Duration(after)
}

// spend takes one from the limit, or refuses with f and the time to wait.
func spend(limit *rate.Limiter, f *fault.Error) error {
	now := time.Now()
	reservation := limit.ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return f.With(waitError(wait))
	}
	return nil
}
