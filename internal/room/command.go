package room

import (
	"context"
	"slices"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
)

// Command is one thing a seat wants done.
type Command interface {
	// needs returns the right without which by may not; "" when everybody may.
	needs(by *seat, o *owner) access.Right
	// apply does it, or changes nothing and says why.
	apply(ctx context.Context, o *owner, c *call) error
}

// The commands. The sender is never part of one: it is the connection's seat.
type (
	// Leave gives the seat up.
	Leave struct{}
	// HandRaise enters the queue.
	HandRaise struct{}
	// HandLower takes a seat out of the queue.
	HandLower struct{ Seat id.Seat }
	// HandsLower empties the queue.
	HandsLower struct{}
	// React shows a reaction; see [Reactions].
	React struct{ Kind string }
	// ShareStart asks for a place to share and is answered once the SFU knows.
	ShareStart struct{}
	// ShareStop gives a place to share back.
	ShareStop struct{ Seat id.Seat }
	// CameraStop stops a camera; its owner may start it again.
	CameraStop struct{ Seat id.Seat }
	// Mute closes a microphone; its owner may open it again.
	Mute struct{ Seat id.Seat }
	// MuteAll closes all microphones but the sender's and those of owners.
	MuteAll struct{}
	// AskUnmute asks somebody to open their microphone. Nobody else can.
	AskUnmute struct{ Seat id.Seat }
	// SetRole gives a role.
	SetRole struct {
		Seat id.Seat
		Role access.Role
	}
	// SetPolicy changes what attendees may do, and not who may record.
	SetPolicy struct{ Policy access.Policy }
	// SetLocked closes or opens the door.
	SetLocked struct{ Locked bool }
	// Spotlight shows one seat large for everyone; "" ends it.
	Spotlight struct{ Seat id.Seat }
	// End ends the meeting for all.
	End struct{}
	// OpenMedia asks for a fresh token for the SFU.
	OpenMedia struct{}
)

// Reactions lists the kinds of reaction.
func Reactions() []string {
	return []string{"thumbs-up", "clap", "heart", "laugh", "surprised", "celebrate", "thumbs-down", "slower"}
}

// call is a command being carried out.
type call struct {
	by     *seat
	answer func(error)
	later  bool // apply has given answer to somebody who will call it
}

// order is a command in the inbox.
type order struct {
	conn    *Conn
	command Command
	answer  chan error // holds one
}

func (m order) handle(ctx context.Context, o *owner) {
	if w := o.waiters[m.conn.seat]; w != nil && w.conn == m.conn {
		m.answer <- o.fromWaiter(w, m.command)
		return
	}
	by := o.seats[m.conn.seat]
	if by == nil || by.conn != m.conn {
		// Dismissed with this command under way: nothing of it is accepted.
		m.answer <- ErrSeat
		return
	}
	if need := m.command.needs(by, o); need != "" && !slices.Contains(by.rights, need) {
		m.answer <- ErrRight
		return
	}
	c := &call{by: by, answer: func(err error) { m.answer <- err }}
	if err := m.command.apply(ctx, o, c); !c.later {
		m.answer <- err
	}
}

// fromWaiter carries out what somebody who waits may do: to go.
func (o *owner) fromWaiter(w *waiter, command Command) error {
	if _, leaves := command.(Leave); !leaves {
		return ErrRight
	}
	o.turnAway(w, ReasonLeft, "", Bye{Reason: ReasonLeft})
	return nil
}

// target returns the seat that by acts on, if by's role reaches so far.
func (o *owner) target(by *seat, seatID id.Seat) (*seat, error) {
	s := o.seats[seatID]
	if s == nil {
		return nil, ErrSeat
	}
	if s != by && !access.MayActOn(by.Role, s.Role) {
		return nil, ErrRight
	}
	return s, nil
}

// unlessOwn is the right needed for what everybody may do to themselves.
func unlessOwn(by *seat, seat id.Seat, right access.Right) access.Right {
	if by.ID == seat {
		return ""
	}
	return right
}

func (Leave) needs(*seat, *owner) access.Right     { return "" }
func (HandRaise) needs(*seat, *owner) access.Right { return access.RaiseHand }
func (m HandLower) needs(by *seat, _ *owner) access.Right {
	return unlessOwn(by, m.Seat, access.LowerHands)
}
func (HandsLower) needs(*seat, *owner) access.Right { return access.LowerHands }
func (React) needs(*seat, *owner) access.Right      { return access.React }
func (ShareStart) needs(*seat, *owner) access.Right { return access.Share }
func (m ShareStop) needs(by *seat, _ *owner) access.Right {
	return unlessOwn(by, m.Seat, access.StopMedia)
}
func (CameraStop) needs(*seat, *owner) access.Right { return access.StopMedia }
func (Mute) needs(*seat, *owner) access.Right       { return access.Mute }
func (MuteAll) needs(*seat, *owner) access.Right    { return access.Mute }
func (AskUnmute) needs(*seat, *owner) access.Right  { return access.Mute }
func (SetRole) needs(*seat, *owner) access.Right    { return access.AssignRoles }
func (SetPolicy) needs(*seat, *owner) access.Right  { return access.SetPolicy }
func (SetLocked) needs(*seat, *owner) access.Right  { return access.Lock }
func (Spotlight) needs(*seat, *owner) access.Right  { return access.Spotlight }
func (End) needs(*seat, *owner) access.Right        { return access.End }
func (OpenMedia) needs(*seat, *owner) access.Right  { return "" }

func (Leave) apply(_ context.Context, o *owner, c *call) error { //nolint:unparam // as Command asks.
	o.leave(c.by, ReasonLeft)
	return nil
}

func (HandRaise) apply(_ context.Context, o *owner, c *call) error {
	if !c.by.Hand.IsZero() {
		return nil
	}
	if err := spend(c.by.limits.hand, ErrRate); err != nil {
		return err
	}
	// Times in whole ms, no two alike: they are the queue's order on every screen.
	now := time.Now().Truncate(time.Millisecond)
	if !now.After(o.lastHand) {
		now = o.lastHand.Add(time.Millisecond)
	}
	o.lastHand, c.by.Hand = now, now
	o.changed(c.by)
	return nil
}

func (m HandLower) apply(_ context.Context, o *owner, c *call) error {
	s := o.seats[m.Seat]
	if s == nil {
		return ErrSeat
	}
	if s.Hand.IsZero() {
		return nil
	}
	if s == c.by {
		if err := spend(s.limits.hand, ErrRate); err != nil {
			return err
		}
	}
	s.Hand = time.Time{}
	o.changed(s)
	return nil
}

func (HandsLower) apply(_ context.Context, o *owner, _ *call) error { //nolint:unparam // as Command asks.
	for _, s := range o.order {
		if !s.Hand.IsZero() {
			s.Hand = time.Time{}
			o.changed(s)
		}
	}
	return nil
}

func (m React) apply(_ context.Context, o *owner, c *call) error {
	if !slices.Contains(Reactions(), m.Kind) {
		return ErrCommand
	}
	if err := spend(c.by.limits.react, ErrRate); err != nil {
		return err
	}
	o.broadcast(Reacted{Seat: c.by.ID, Kind: m.Kind})
	return nil
}

func (m SetRole) apply(ctx context.Context, o *owner, c *call) error {
	s := o.seats[m.Seat]
	switch {
	case s == nil:
		return ErrSeat
	case !access.MayAssign(c.by.Role, s.Role, m.Role):
		return ErrRight
	case s.Role == m.Role:
		return nil
	case s == c.by && s.Role == access.Owner && o.owners() == 1:
		// They could come back through their link, but the room would be without
		// an owner until they find that out.
		return ErrLastOwner
	}
	e := o.entry(audit.RoleSet, c.by, s, "from", string(s.Role), "to", string(m.Role))
	var err error
	if access.Outranks(s.Role, m.Role) {
		err = o.outdate(ctx, s, e)
	} else {
		err = o.record(ctx, e)
	}
	if err != nil {
		return err
	}
	o.setRole(s, m.Role, c.by.ID)
	return nil
}

// setRole gives a role and tells everybody what follows.
func (o *owner) setRole(s *seat, role access.Role, by id.Seat) {
	before := s.Role
	s.Role = role
	if role.Moderates() {
		s.Exceptions = access.Exceptions{} // they bind nobody who runs the meeting
		o.keepExceptions(s)
	}
	o.renew(s)
	o.tellSeat(s, &before)
	o.reassess(s, by)
	if role == access.Viewer && o.spotlight == s.ID {
		o.spot("") // viewers are never seen
	}
}

func (o *owner) owners() int {
	n := 0
	for _, s := range o.order {
		if s.Role == access.Owner {
			n++
		}
	}
	return n
}

// refuse keeps a seat, or a pass, from coming back during the sitting.
func (o *owner) refuse(ctx context.Context, seat id.Seat, entries ...audit.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if err := o.rooms.store.RemoveSeat(ctx, o.id, seat, entries...); err != nil {
		return fault.Wrap("room.refuse", err)
	}
	o.removed[seat] = struct{}{}
	return nil
}

func (m SetPolicy) apply(ctx context.Context, o *owner, c *call) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	// Who may record is decided in the settings, by who owns the meeting: nobody
	// gives themselves the right to stop a recording.
	m.Policy.RecordStart, m.Policy.RecordStop = o.meeting.Policy.RecordStart, o.meeting.Policy.RecordStop
	e := o.entry(audit.PolicySet, c.by, nil, policyDetails(m.Policy)...)
	if err := o.rooms.store.SetPolicy(ctx, o.id, m.Policy, e); err != nil {
		return fault.Wrap("room.SetPolicy", err)
	}
	o.setPolicy(m.Policy, c.by.ID)
	return nil
}

func (m SetLocked) apply(ctx context.Context, o *owner, c *call) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	e := o.entry(audit.DoorLocked, c.by, nil, "locked", flag(m.Locked))
	if err := o.rooms.store.SetLocked(ctx, o.id, m.Locked, e); err != nil {
		return fault.Wrap("room.SetLocked", err)
	}
	o.setLocked(m.Locked, c.by.ID)
	return nil
}

func (o *owner) setLocked(locked bool, by id.Seat) {
	o.meeting.Locked = locked
	o.broadcast(LockedSet{Locked: locked, By: by})
	o.settleWaiting()
}

func (m Spotlight) apply(_ context.Context, o *owner, _ *call) error {
	if s := o.seats[m.Seat]; m.Seat != "" && (s == nil || s.Role == access.Viewer) {
		return ErrSeat
	}
	o.spot(m.Seat)
	return nil
}

func (End) apply(ctx context.Context, o *owner, c *call) error {
	return o.end(ctx, o.entry(audit.MeetingEnded, c.by, nil))
}
