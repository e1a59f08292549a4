package room

import (
	"context"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/user"
)

// Rename gives a seat another name, as typed; see [user.ParseName].
type Rename struct {
	Seat id.Seat
	Name string
}

func (m Rename) needs(by *seat, _ *owner) access.Right {
	if by.ID == m.Seat && !by.may(access.RenameOthers) {
		return access.Rename
	}
	return access.RenameOthers
}

func (m Rename) apply(ctx context.Context, o *owner, c *call) error {
	s, err := o.target(c.by, m.Seat)
	if err != nil {
		return err
	}
	name, err := user.ParseName(m.Name)
	switch {
	case err != nil:
		return err
	case s == c.by && s.Named:
		return ErrRight // the invite says what they are called
	case s.Name == name:
		return nil
	}
	if err := spend(c.by.limits.rename, ErrRate); err != nil {
		return err
	}
	if s != c.by {
		// The old name must not come back with an old token.
		if err := o.outdate(ctx, s, o.entry(audit.SeatRenamed, c.by, s)); err != nil {
			return err
		}
	}
	s.Name = name
	o.renamed(s)
	o.renew(s)
	o.changed(s)
	return nil
}
