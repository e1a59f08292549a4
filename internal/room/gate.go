package room

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// Caller is somebody at the door.
type Caller struct {
	Meeting id.Meeting
	User    *user.User // nil for guests
	// InviteSecret is the secret of a role link; nil without one.
	InviteSecret *pii.Secret
}

// Door is what somebody who has not come in yet may know.
type Door struct {
	Name         pii.Name // the meeting's
	Organisation string
	Host         pii.Name // who invites; "" for meetings made on the command line
	Welcome      string
	Role         access.Role // what the caller would be
	Locked       bool        // and the caller could not come in
	Ended        bool        // and the caller would open it again
}

// Request asks the gate for a ticket.
type Request struct {
	Caller
	Name string // as typed; see [user.ParseName]
}

// situation is what the gate decides by, beside the credential.
type situation struct {
	ended, locked bool
	people        int
}

// admit is the one decision on who comes in. Every way in ends here, in the
// goroutine of the room, so that a lock and a newcomer never cross. It is asked
// twice: for the ticket, and again when the ticket opens the live channel.
func admit(s situation, role access.Role) error {
	switch {
	case s.ended && !role.Moderates():
		return meeting.ErrEnded
	case s.locked && !role.Moderates():
		return ErrLocked
	case s.people >= Capacity && !role.Moderates(), s.people >= Capacity+reservedPlaces:
		return ErrFull
	}
	return nil
}

// Door describes the meeting to somebody who may come in, or says why not:
// [meeting.ErrNotFound], [meeting.ErrEnded], [invite.ErrUnknown].
func (r *Rooms) Door(ctx context.Context, c Caller) (Door, error) {
	m, role, err := r.identify(ctx, c)
	if err != nil {
		return Door{}, err
	}
	if m.Ended && !role.Moderates() {
		return Door{}, meeting.ErrEnded
	}
	organisation, err := r.store.Tenant(ctx, m.Tenant)
	if err != nil {
		return Door{}, err
	}
	var host user.User
	if m.Owner != "" {
		host, err = r.store.User(ctx, m.Owner)
		if err != nil && !errors.Is(err, user.ErrNotFound) {
			return Door{}, err
		}
	}
	return Door{
		Name: m.Name, Organisation: organisation.Name, Host: host.Name, Welcome: m.Welcome,
		Role: role, Locked: m.Locked && !role.Moderates(), Ended: m.Ended,
	}, nil
}

// Enter is the gate. It gives a ticket that opens the live channel once within
// 60 s, or says why not: name.*, [meeting.ErrNotFound], [meeting.ErrEnded],
// [invite.ErrUnknown], [ErrLocked], [ErrFull], [ErrRate], [ErrDraining].
func (r *Rooms) Enter(ctx context.Context, q Request) (pii.Secret, error) {
	if r.draining.Load() {
		return "", ErrDraining
	}
	name, err := user.ParseName(q.Name)
	if err != nil {
		return "", err
	}
	m, role, err := r.identify(ctx, q.Caller)
	if err != nil {
		return "", err
	}
	return askRoom(ctx, r, m.ID, entering{name: name, role: role, guest: q.User == nil})
}

// identify finds the meeting and the role the caller's credential is worth:
// the account that made the meeting owns it, an invite gives its role or, when it
// is not one of the meeting's, nothing at all, and the meeting's link alone makes
// an attendee. Coming first makes nobody anything.
func (r *Rooms) identify(ctx context.Context, c Caller) (meeting.Meeting, access.Role, error) {
	m, err := r.store.Meeting(ctx, c.Meeting)
	if err != nil {
		return meeting.Meeting{}, "", err
	}
	if c.User != nil && m.Owner != "" && c.User.ID == m.Owner {
		return m, access.Owner, nil
	}
	if c.InviteSecret == nil {
		return m, access.Attendee, nil
	}
	i, err := r.store.InviteBySecret(ctx, m.ID, *c.InviteSecret)
	if err != nil {
		return meeting.Meeting{}, "", err
	}
	return m, i.Role, nil
}

// ticket is an admission that waits to be used.
type ticket struct {
	entering
	expires time.Time
}

// entering asks the room for a ticket.
type entering struct {
	name  pii.Name
	role  access.Role
	guest bool
}

func (e entering) serve(_ context.Context, o *owner) (pii.Secret, error) {
	if err := admit(o.situation(), e.role); err != nil {
		return "", err
	}
	if n := len(o.tickets); n >= maxTickets && !e.role.Moderates() || n >= maxTickets+reservedTickets {
		return "", ErrRate.With(waitError(ticketLife / 4))
	}
	secret := id.NewSecret()
	o.tickets[sha256.Sum256([]byte(secret))] = ticket{entering: e, expires: time.Now().Add(ticketLife)}
	// The meeting's id in front tells Connect which room to ask.
	return pii.Secret(string(o.id) + secret), nil
}

// idLength is that of every id; see package id.
const idLength = 26

// splitTicket undoes what entering put together.
func splitTicket(t pii.Secret) (id.Meeting, [sha256.Size]byte, error) {
	s := t.Text()
	if len(s) < idLength {
		return "", [sha256.Size]byte{}, ErrTicket
	}
	m, err := id.Parse[id.Meeting](s[:idLength])
	if err != nil {
		return "", [sha256.Size]byte{}, ErrTicket
	}
	return m, sha256.Sum256([]byte(s[idLength:])), nil
}
