package room

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
)

// seat is a participant as the room's goroutine knows them.
type seat struct {
	Seat
	rights     []access.Right
	grants     access.Grants // as last told to the SFU
	conn       *Conn         // nil while away
	keptUntil  time.Time     // while away
	sharedAt   time.Time
	limits     *limits
	exceptions access.Exceptions

	// Resume tokens; see claims.
	pass   id.Seat
	serial uint64 // of the newest welcome
	oldest uint64 // first serial that still opens the seat unless newest was heard
	newest *Conn
}

// former is what is remembered of a seat that is gone.
type former struct {
	seat   *seat
	reason Reason
}

// memory holds the last maxGone seats that left.
type memory struct {
	seats map[id.Seat]former
	line  []id.Seat // keys of seats, oldest first
}

func (m *memory) add(s *seat, why Reason) {
	if _, known := m.seats[s.ID]; !known {
		m.line = append(m.line, s.ID)
	}
	m.seats[s.ID] = former{seat: s, reason: why}
	if len(m.line) > maxGone {
		delete(m.seats, m.line[0])
		m.line = m.line[1:]
	}
}

func (m *memory) forget(seat id.Seat) {
	if _, known := m.seats[seat]; known {
		delete(m.seats, seat)
		m.line = slices.DeleteFunc(m.line, func(s id.Seat) bool { return s == seat })
	}
}

// redeeming opens a new seat with a ticket.
type redeeming struct {
	conn *Conn
	hash [sha256.Size]byte
}

func (q redeeming) serve(ctx context.Context, o *owner) (struct{}, error) {
	t, found := o.tickets[q.hash]
	delete(o.tickets, q.hash)
	if !found || !time.Now().Before(t.expires) {
		return struct{}{}, ErrTicket
	}
	if err := admit(o.situation(), t.role); err != nil {
		return struct{}{}, err
	}
	if err := o.begin(ctx); err != nil {
		return struct{}{}, err
	}
	s := &seat{
		Seat:   Seat{ID: id.New[id.Seat](), Name: t.name, Role: t.role, Guest: t.guest, JoinedAt: time.Now().Truncate(time.Millisecond)},
		pass:   id.New[id.Seat](),
		limits: newLimits(),
	}
	return struct{}{}, o.attach(ctx, s, q.conn)
}

// begin makes sure that the meeting sits.
func (o *owner) begin(ctx context.Context) error {
	if o.meeting.Sitting != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	sitting, now := id.New[id.Sitting](), time.Now().Truncate(time.Millisecond)
	if err := o.rooms.store.BeginSitting(ctx, o.id, sitting, now); err != nil {
		return fault.Wrap("room.begin", err)
	}
	o.meeting.Sitting, o.meeting.SittingStartedAt, o.meeting.Ended, o.meeting.Locked = sitting, now, false, false
	return nil
}

// resuming comes back to a seat.
type resuming struct {
	conn   *Conn
	claims claims
}

func (q resuming) serve(ctx context.Context, o *owner) (struct{}, error) {
	s, err := o.claimed(q.claims)
	if err != nil {
		return struct{}{}, err
	}
	if err := spend(s.limits.connects, ErrRate); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, o.attach(ctx, s, q.conn)
}

// claimed returns the seat that a token opens; see claims for the rules.
func (o *owner) claimed(c claims) (*seat, error) {
	if o.meeting.Ended {
		return nil, meeting.ErrEnded
	}
	if o.meeting.Sitting == "" || c.Sitting != o.meeting.Sitting {
		return nil, ErrResume
	}
	if _, removed := o.removed[c.Seat]; removed {
		return nil, ErrRemoved
	}
	s := o.seats[c.Seat]
	if s == nil {
		// Whoever was in may come in although the door was locked meanwhile, but
		// not beyond the number of seats.
		if err := admit(situation{people: len(o.order)}, c.Role); err != nil {
			return nil, err
		}
		f, known := o.gone.seats[c.Seat]
		if !known {
			return o.restored(c), nil
		}
		if f.reason != ReasonLost {
			return nil, ErrResume
		}
		s = f.seat
	}
	oldest := s.oldest
	if s.newest.heard.Load() {
		oldest = s.serial
	}
	if c.Serial < oldest || c.Serial > s.serial {
		return nil, ErrResume
	}
	return s, nil
}

// restored makes a seat that the server has forgotten from its token.
func (o *owner) restored(c claims) *seat {
	role := c.Role
	if _, demoted := o.removed[c.Pass]; demoted && role != access.Viewer {
		role = access.Attendee
	}
	return &seat{
		Seat: Seat{ID: c.Seat, Name: pii.Name(c.Name), Role: role, Guest: c.Guest, JoinedAt: time.UnixMilli(c.JoinedAt)},
		pass: c.Pass, serial: c.Serial, oldest: c.Serial,
		limits: newLimits(),
	}
}

// attach gives the seat its connection and tells everybody. If it fails, nothing
// has changed.
func (o *owner) attach(ctx context.Context, s *seat, conn *Conn) error {
	if !o.connected() {
		ctx, cancel := context.WithTimeout(ctx, mediaTime)
		defer cancel()
		if err := o.rooms.media.Open(ctx, o.id); err != nil {
			return ErrMedia.With(errors.Join(waitError(2*time.Second), err))
		}
		o.opened = true
	}
	rights := access.Allowed(s.Role, o.meeting.Policy, s.exceptions)
	grants := access.GrantsFor(s.Role, rights, s.Sharing)
	token, err := o.rooms.media.Token(o.id, s.ID, grants)
	if err != nil {
		return fault.Wrap("room.attach", err)
	}
	resume, err := o.resume(s, s.serial+1)
	if err != nil {
		return err
	}

	if s.newest == nil || s.newest.heard.Load() {
		s.oldest = s.serial
	}
	s.serial++
	s.newest = conn
	_, seated := o.seats[s.ID]
	cameBack := s.Away
	if s.conn != nil {
		s.conn.bye(Bye{Reason: ReasonReplaced})
	}
	s.conn, s.Away = conn, false
	s.rights, s.grants = rights, grants
	conn.seat, conn.limits = s.ID, s.limits
	if !seated {
		o.sit(s)
	}
	s.conn.send(o.welcome(s, resume, token, seated))
	switch {
	case !seated:
		o.broadcastBut(s, Joined{Seat: s.Seat})
	case cameBack:
		o.broadcastBut(s, Changed{Seat: s.Seat})
	}
	return nil
}

// sit puts the seat where it belongs in the order of joining, which for one that
// comes back is not the end.
func (o *owner) sit(s *seat) {
	o.gone.forget(s.ID)
	o.seats[s.ID] = s
	at := len(o.order)
	for at > 0 && o.order[at-1].JoinedAt.After(s.JoinedAt) {
		at--
	}
	o.order = slices.Insert(o.order, at, s)
	o.people.Store(int32(len(o.order))) //nolint:gosec // at most Capacity+reservedPlaces.
	o.used = true
}

func (o *owner) connected() bool {
	return slices.ContainsFunc(o.order, func(s *seat) bool { return s.conn != nil })
}

// resume seals a token for the seat as it is now.
func (o *owner) resume(s *seat, serial uint64) (pii.Secret, error) {
	return o.rooms.seal(claims{
		Meeting: o.id, Sitting: o.meeting.Sitting, Seat: s.ID, Pass: s.pass,
		Name: s.Name.Text(), Role: s.Role, Guest: s.Guest, JoinedAt: s.JoinedAt.UnixMilli(),
		Serial: serial, Expires: time.Now().Add(SittingLife).UnixMilli(),
	})
}

func (o *owner) welcome(s *seat, resume, media pii.Secret, resumed bool) Welcome {
	seats := make([]Seat, len(o.order))
	for i, other := range o.order {
		seats[i] = other.Seat
	}
	return Welcome{
		You: s.ID, Resume: resume, Meeting: o.meeting, Organisation: o.organisation,
		Seats: seats, Chat: o.chat.Messages(), Rights: s.rights, Spotlight: o.spotlight,
		Media: media, Now: time.Now(), Resumed: resumed,
	}
}

// losing tells that a connection is gone, and for how long its seat is kept.
type losing struct {
	conn *Conn
	keep time.Duration
}

func (l losing) handle(_ context.Context, o *owner) {
	s := o.seats[l.conn.seat]
	if s != nil && s.conn == l.conn {
		s.conn = nil
		o.away(s, l.keep)
	}
	l.conn.close()
}

// away keeps a seat that has no connection for a while.
func (o *owner) away(s *seat, keep time.Duration) {
	s.Away, s.keptUntil = true, time.Now().Add(keep)
	o.broadcast(Changed{Seat: s.Seat})
}

// leave frees the seat.
func (o *owner) leave(s *seat, why Reason) {
	if s.conn != nil {
		s.conn.bye(Bye{Reason: why})
		s.conn = nil
	}
	delete(o.seats, s.ID)
	o.order = slices.DeleteFunc(o.order, func(other *seat) bool { return other == s })
	o.people.Store(int32(len(o.order))) //nolint:gosec // at most Capacity+reservedPlaces.
	o.emptySince = time.Now()
	o.media.remove(s.ID)
	o.broadcast(Gone{Seat: s.ID, Reason: why})
	if o.spotlight == s.ID {
		o.spot("")
	}
	s.Sharing, s.Away, s.Hand = false, false, time.Time{}
	o.gone.add(s, why)
}

// reassess derives rights and grants anew after a role or the policy changed,
// and tells the seat what it lost.
func (o *owner) reassess(s *seat, by id.Seat) {
	before := s.rights
	s.rights = access.Allowed(s.Role, o.meeting.Policy, s.exceptions)
	if !slices.Equal(before, s.rights) {
		o.tell(s, RightsSet{Rights: s.rights})
	}
	lost := func(r access.Right) bool { return slices.Contains(before, r) && !slices.Contains(s.rights, r) }
	if lost(access.Speak) {
		o.tell(s, Muted{By: by})
	}
	if lost(access.ShowCamera) {
		o.tell(s, Stopped{What: access.Camera, By: by})
	}
	if s.Sharing && lost(access.Share) {
		o.stopShare(s, by)
		return
	}
	o.regrant(s, nil)
}

// regrant tells the SFU what the seat may publish, if that has changed or
// somebody waits for it.
func (o *owner) regrant(s *seat, then func(context.Context, error)) {
	grants := access.GrantsFor(s.Role, s.rights, s.Sharing)
	if grants != s.grants || then != nil {
		s.grants = grants
		o.media.grant(s.ID, grants, then)
	}
}

// stopShare takes the seat's place to share; by is told unless it is the seat.
func (o *owner) stopShare(s *seat, by id.Seat) {
	s.Sharing = false
	o.broadcast(Changed{Seat: s.Seat})
	if by != s.ID {
		o.tell(s, Stopped{What: access.Screen, By: by})
	}
	o.regrant(s, nil)
}

// shareEnded frees the place of a seat whose screen ended at the SFU.
func (o *owner) shareEnded(seatID id.Seat) {
	// News of the seat's share before this one may come late. A client that ends
	// a share this young says so itself.
	const stale = 2 * time.Second
	if s := o.seats[seatID]; s != nil && s.Sharing && time.Since(s.sharedAt) >= stale {
		o.stopShare(s, s.ID)
	}
}

// tell puts e into the seat's outbox. A client that cannot keep up loses its
// connection, not its seat: it comes back and gets the whole state.
func (o *owner) tell(s *seat, e Event) {
	if s.conn == nil || s.conn.send(e) {
		return
	}
	s.conn.bye(Bye{Reason: ReasonSlow, Retry: time.Second})
	s.conn = nil
	o.slow = append(o.slow, s)
}

// settleSlow tells the others of seats that tell found too slow. Apart from tell,
// since it tells again.
func (o *owner) settleSlow() {
	for len(o.slow) > 0 {
		s := o.slow[0]
		o.slow = o.slow[1:]
		if o.seats[s.ID] == s && s.conn == nil && !s.Away {
			o.away(s, awayLife)
		}
	}
}

func (o *owner) broadcast(e Event) { o.broadcastBut(nil, e) }

func (o *owner) broadcastBut(but *seat, e Event) {
	for _, s := range o.order {
		if s != but {
			o.tell(s, e)
		}
	}
}

// clone returns the seats in order, for loops in which some may leave.
func (o *owner) clone() []*seat { return slices.Clone(o.order) }
