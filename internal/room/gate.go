package room

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// Caller is somebody at the door.
type Caller struct {
	Tenant  id.Tenant // whose host name they used
	Meeting id.Meeting
	User    *user.User // nil for guests
	// InviteSecret is that of a role link or a personal invite; nil without one.
	InviteSecret *pii.Secret
	Passcode     *pii.Secret // as typed; nil without one
	// Source is where they come from. It is kept in memory only, as a keyed hash,
	// for the brake on guessing and to know a banned guest again.
	Source pii.Addr
}

// Door is what somebody who has not come in yet may know.
type Door struct {
	Name            pii.Name // the meeting's
	Organisation    string
	Host            pii.Name // who invites; "" for meetings made on the command line
	Welcome         string
	Role            access.Role // what the caller would be
	Locked          bool        // and the caller could not come in
	Ended           bool        // and the caller would open it again
	PasscodeNeeded  bool        // of this caller
	Waits           bool        // the caller will have to be let in
	AccountRequired bool        // and the caller has none, nor an invite
	Recorded        bool        // at present; the caller would be asked
	NameBound       pii.Name    // what the invite calls its holder; "" leaves it open
}

// Request asks the gate for a ticket.
type Request struct {
	Caller
	Name string // as typed, see [user.ParseName]; not looked at when the invite has one
}

// situation is what the gate decides by, beside the credential.
type situation struct {
	ended, locked bool
	people        int
}

// admit is the one decision on who may pass the door. Every way in ends here, in
// the goroutine of the room, so that a lock and a newcomer never cross. It is
// asked for the ticket, when the ticket opens the live channel, and once more
// when that has been written down.
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

// knock is a caller as far as the store knows them.
type knock struct {
	newcomer

	meeting   meeting.Meeting
	invite    invite.Invite // zero without one
	disabled  bool          // the account
	ownsIt    bool          // the account has made the meeting
	boundName pii.Name
}

// identify finds the meeting and the role the caller's credential is worth: the
// account that made the meeting owns it, others have the highest of what their
// invite and the meeting's plan give, and the meeting's link alone makes a
// newcomer. An invite that is not one of the meeting's is worth nothing at all.
// Coming first makes nobody anything.
func (r *Rooms) identify(ctx context.Context, c Caller) (knock, error) {
	m, err := r.store.MeetingIn(ctx, c.Tenant, c.Meeting)
	if err != nil {
		return knock{}, err
	}
	if c.User != nil && c.User.Tenant != c.Tenant {
		return knock{}, meeting.ErrNotFound
	}
	k := knock{meeting: m, newcomer: newcomer{id: id.New[id.Seat]()}}
	if c.Source != "" {
		k.source = r.digest("source", string(m.ID), c.Source.Text())
	}
	given := false // a role, by more than the link
	if c.User != nil {
		k.User, k.Email, k.disabled = c.User.ID, c.User.Email, c.User.Disabled
		k.role, given = m.RoleOf(*c.User)
		k.ownsIt = m.Owner != "" && m.Owner == c.User.ID
	}
	if c.InviteSecret != nil && !k.ownsIt {
		if k.invite, err = r.store.InviteBySecret(ctx, m.ID, *c.InviteSecret); err != nil {
			return k, err
		}
		if !given || access.Outranks(k.invite.Role, k.role) {
			k.role, given = k.invite.Role, true
		}
		k.Invite, k.Personal = k.invite.ID, k.invite.Personal
		k.boundName, k.Named = k.invite.Name, k.invite.Name != ""
	}
	if !given {
		k.role = m.Newcomers
	}
	return k, nil
}

// refusal is why the caller cannot come in, as far as that does not depend on the
// passcode or the room.
func (r *Rooms) refusal(ctx context.Context, k knock) error {
	switch {
	case k.meeting.Ended && !k.role.Moderates():
		return meeting.ErrEnded
	case k.disabled:
		return ErrDisabled
	}
	if !k.ownsIt {
		banned, err := r.store.Banned(ctx, k.meeting.ID, k.User, k.Invite)
		if err != nil {
			return err
		}
		if banned {
			return ErrBanned
		}
	}
	switch {
	case k.meeting.AccountRequired && k.User == "" && k.Invite == "":
		return ErrAccountRequired
	case k.Invite != "":
		return k.invite.Usable(time.Now())
	}
	return nil
}

// Door describes the meeting to somebody who may come in, or says why not:
// [meeting.ErrNotFound], [meeting.ErrEnded], [ErrDisabled], [ErrBanned],
// [invite.ErrUnknown] and the other faults of invites.
func (r *Rooms) Door(ctx context.Context, c Caller) (Door, error) {
	k, err := r.identify(ctx, c)
	if err != nil {
		return Door{}, err
	}
	refused := r.refusal(ctx, k)
	if refused != nil && !errors.Is(refused, ErrAccountRequired) {
		return Door{}, refused
	}
	m := k.meeting
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
		Role: k.role, Locked: m.Locked && !k.role.Moderates(), Ended: m.Ended,
		PasscodeNeeded:  m.PasscodeHash != "" && !k.skipsPasscode(),
		Waits:           m.Lobby.Waits(k.role, k.account(), k.Invite != ""),
		AccountRequired: refused != nil, Recorded: r.recorded(m.ID), NameBound: k.boundName,
	}, nil
}

// Enter is the gate. It gives a ticket that opens the live channel once within
// 60 s, or says why not: name.*, [ErrAccountRequired], [ErrPasscodeRequired],
// [ErrPasscodeWrong], [ErrPasscodeTries], [ErrLocked], [ErrFull], [ErrRate],
// [ErrDraining], and what Door says. A refusal is written down.
func (r *Rooms) Enter(ctx context.Context, q Request) (pii.Secret, error) {
	if r.draining.Load() {
		return "", ErrDraining
	}
	k, err := r.identify(ctx, q.Caller)
	if err == nil {
		err = r.mayKnock(ctx, &k, q)
	}
	var ticket pii.Secret
	if err == nil {
		ticket, err = askRoom(ctx, r, k.meeting.ID, entering{newcomer: k.newcomer})
	}
	if err != nil && k.meeting.ID != "" {
		r.recordRefusal(ctx, k.meeting.Tenant, k.meeting.ID, k.newcomer, err)
	}
	return ticket, err
}

// mayKnock is everything about a caller that needs no room.
func (r *Rooms) mayKnock(ctx context.Context, k *knock, q Request) error {
	if k.name = k.boundName; !k.Named {
		name, err := user.ParseName(q.Name)
		if err != nil {
			return err
		}
		k.name = name
	}
	if err := r.refusal(ctx, *k); err != nil {
		return err
	}
	return r.showPasscode(ctx, k, q.Passcode, q.Source)
}

// ticket is an admission that waits to be used.
type ticket struct {
	newcomer

	expires time.Time
}

// entering asks the room for a ticket.
type entering struct{ newcomer newcomer }

func (e entering) serve(ctx context.Context, o *owner) (pii.Secret, error) {
	if !e.newcomer.skipsPasscode() && e.newcomer.passcode != passcodeMark(o.meeting.PasscodeHash) {
		// The settings page has changed it a moment ago.
		if _, err := (refreshing{}).serve(ctx, o); err != nil {
			return "", err
		}
	}
	if _, err := o.decide(e.newcomer); err != nil {
		return "", err
	}
	role := e.newcomer.role
	if n := len(o.tickets); n >= maxTickets && !role.Moderates() && !o.takeBackTicket(e.newcomer.source) || n >= maxTickets+reservedTickets {
		return "", ErrRate.With(waitError(ticketLife / 4))
	}
	secret := id.NewSecret()
	o.tickets[sha256.Sum256([]byte(secret))] = ticket{newcomer: e.newcomer, expires: time.Now().Add(ticketLife)}
	// The meeting's id in front tells Connect which room to ask.
	return pii.Secret(string(o.id) + secret), nil
}

// takeBackTicket makes room for somebody from source: of the place that has the
// most tickets goes the oldest, unless source would have as many. So whoever asks
// for all of them keeps nobody out; people use theirs within a second.
func (o *owner) takeBackTicket(source digest) bool {
	held := make(map[digest]int)
	most := source
	for _, t := range o.tickets {
		if !t.role.Moderates() {
			held[t.source]++
		}
	}
	for other, n := range held {
		if n > held[most] {
			most = other
		}
	}
	if held[most] <= held[source]+1 {
		return false
	}
	var oldest [sha256.Size]byte
	var expires time.Time
	for key, t := range o.tickets {
		if t.source == most && !t.role.Moderates() && (expires.IsZero() || t.expires.Before(expires)) {
			oldest, expires = key, t.expires
		}
	}
	delete(o.tickets, oldest)
	return true
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
