package room

import (
	"context"
	"slices"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
)

// SetExceptions says what one person may or may not do whatever the policy says;
// none ends all.
type SetExceptions struct {
	Seat       id.Seat
	Exceptions access.Exceptions
}

func (SetExceptions) needs(*seat, *owner) access.Right { return access.SetPolicy }

func (m SetExceptions) apply(ctx context.Context, o *owner, c *call) error {
	s, err := o.target(c.by, m.Seat)
	if err != nil {
		return err
	}
	e, known := m.Exceptions.Check()
	if !known {
		return ErrExceptions
	}
	if e.Equal(s.Exceptions) {
		return nil
	}
	if s.Role.Moderates() && !e.Empty() {
		return ErrExceptions // who runs the meeting is bound by none
	}
	entry := o.entry(audit.ExceptionsSet, c.by, s, "allow", rightNames(e.Allow), "deny", rightNames(e.Deny))
	// The token the client holds may promise what is taken now.
	takes := slices.ContainsFunc(access.Excepted(), func(r access.Right) bool {
		return slices.Contains(e.Deny, r) && !slices.Contains(s.Exceptions.Deny, r) ||
			slices.Contains(s.Exceptions.Allow, r) && !slices.Contains(e.Allow, r)
	})
	if takes {
		err = o.outdate(ctx, s, entry)
	} else {
		err = o.record(ctx, entry)
	}
	if err != nil {
		return err
	}
	s.Exceptions = e
	o.keepExceptions(s)
	o.renew(s)
	o.changed(s)
	o.reassess(s, c.by.ID)
	return nil
}

// keepExceptions makes those of an account last for the sitting, so that nobody is
// rid of them by coming in a second time.
func (o *owner) keepExceptions(s *seat) {
	switch {
	case s.User == "": // a guest who comes again is somebody new
	case s.Exceptions.Empty():
		delete(o.excepted, s.User)
	default:
		o.excepted[s.User] = s.Exceptions
	}
}

// newSeat is a newcomer's, with the exceptions that go with their account.
func (o *owner) newSeat(n newcomer) *seat {
	s := newSeat(n)
	if n.User != "" && !n.role.Moderates() {
		s.Exceptions = o.excepted[n.User]
	}
	return s
}

// renew gives the seat a token that says what it is now.
func (o *owner) renew(s *seat) {
	token, err := o.token(s, s.serial)
	if err == nil { // sealing fails for nobody
		o.tell(s, ResumeSet{Resume: token})
	}
}
