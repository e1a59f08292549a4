package room

import (
	"context"
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
	origin

	rights    []access.Right
	grants    access.Grants // as last told to the SFU
	conn      *Conn         // nil while away
	keptUntil time.Time     // while away
	sharedAt  time.Time
	limits    *limits
	claiming  bool   // a PIN of theirs is being looked at
	reply     *reply // about the running recording; nil when there is none

	// Resume tokens; see claims.
	epoch  int
	serial uint64 // of the newest welcome
	oldest uint64 // first serial that still opens the seat unless newest was heard
	lobby  uint64 // of the last token of the waiting kind, until one of the seat has come
	newest *Conn
}

func newSeat(n newcomer) *seat {
	return &seat{
		Seat:   Seat{ID: n.id, Name: n.name, Role: n.role, Guest: n.User == "", JoinedAt: now()},
		origin: n.origin,
		limits: newLimits(),
	}
}

// now is the time in whole milliseconds, as clients are told it.
func now() time.Time { return time.Now().Truncate(time.Millisecond) }

// may reports whether the seat has right.
func (s *seat) may(right access.Right) bool { return slices.Contains(s.rights, right) }

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

// begin makes sure that the meeting sits.
func (o *owner) begin(ctx context.Context) error {
	if o.meeting.Sitting != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	sitting, at := id.New[id.Sitting](), now()
	if err := o.rooms.store.BeginSitting(ctx, o.id, sitting, at); err != nil {
		return fault.Wrap("room.begin", err)
	}
	o.meeting.Sitting, o.meeting.SittingStartedAt, o.meeting.Ended, o.meeting.Locked = sitting, at, false, false
	o.publish()
	return nil
}

// claimed returns the seat that a token opens, which may be in the lobby still, or
// nil for one of the waiting kind that the room knows nothing of; see claims for
// the rules.
func (o *owner) claimed(c claims) (*seat, error) {
	if o.meeting.Ended {
		return nil, meeting.ErrEnded
	}
	if c.Sitting != o.meeting.Sitting && (!c.waiting || c.Sitting != "") || c.Sitting == "" && !c.waiting {
		return nil, ErrResume
	}
	if _, removed := o.removed[c.Seat]; removed || o.expelled(c.User, c.issued()) {
		return nil, ErrRemoved
	}
	s := o.seats[c.Seat]
	if w := o.waiters[c.Seat]; w != nil {
		s = w.seat
	}
	if s == nil {
		return o.forgotten(c)
	}
	if c.waiting && o.seats[c.Seat] != nil {
		// Let in on a connection that was cut before the welcome arrived.
		if c.Serial != s.lobby {
			return nil, ErrResume
		}
		return s, nil
	}
	return s, s.opens(c.Serial)
}

// forgotten is claimed for somebody who is neither in the room nor waits.
func (o *owner) forgotten(c claims) (*seat, error) {
	f, known := o.gone.seats[c.Seat]
	if known && f.reason != ReasonLost || !known && o.outdated(c) {
		return nil, ErrResume
	}
	if c.waiting {
		// Whoever has sat since must not become again what they were in the lobby.
		if known && (f.seat.opens(c.Serial) != nil || o.outdated(c)) {
			return nil, ErrResume
		}
		return nil, nil //nolint:nilnil // as claimed says.
	}
	// Whoever was in may come in although the door was locked meanwhile, but not
	// beyond the number of seats.
	if err := admit(situation{people: len(o.order)}, c.Role); err != nil {
		return nil, err
	}
	if !known {
		return restored(c), nil
	}
	return f.seat, f.seat.opens(c.Serial)
}

// opens reports whether a token of this serial still opens the seat.
func (s *seat) opens(serial uint64) error {
	oldest := s.oldest
	if s.newest != nil && s.newest.heard.Load() {
		oldest = s.serial
	}
	if serial < oldest || serial > s.serial {
		return ErrResume
	}
	return nil
}

// restored makes a seat that the server has forgotten from its token.
func restored(c claims) *seat {
	return &seat{
		Seat: Seat{
			ID: c.Seat, Name: c.Name, Role: c.Role, Guest: c.User == "", JoinedAt: time.UnixMilli(c.JoinedAt),
			Exceptions: c.Exceptions,
		},
		origin: c.origin, epoch: c.Epoch, serial: c.Serial, oldest: c.Serial,
		limits: newLimits(),
	}
}

// take makes conn the seat's connection and counts a welcome, or a word that it
// waits.
func (s *seat) take(conn *Conn) {
	if s.newest == nil || s.newest.heard.Load() {
		s.oldest = s.serial
	}
	s.serial++
	s.newest = conn
	if s.conn != nil && s.conn != conn {
		s.conn.bye(Bye{Reason: ReasonReplaced})
	}
	s.conn = conn
	conn.seat, conn.limits = s.ID, s.limits
}

// seat lets somebody sit on their connection, and tells everybody. If it fails,
// nothing has changed.
func (o *owner) seat(ctx context.Context, s *seat, conn *Conn) error {
	if err := o.begin(ctx); err != nil {
		return err
	}
	if !o.connected() {
		ctx, cancel := context.WithTimeout(ctx, mediaTime)
		defer cancel()
		if err := o.rooms.media.Open(ctx, o.id); err != nil {
			return ErrMedia.With(errors.Join(waitError(2*time.Second), err))
		}
		o.opened = true
	}
	rights := access.Allowed(s.Role, o.meeting.Policy, s.Exceptions)
	grants := access.GrantsFor(s.Role, rights, s.Sharing)
	media, err := o.rooms.media.Token(o.id, s.ID, grants)
	if err != nil {
		return fault.Wrap("room.seat", err)
	}
	resume, err := o.token(s, s.serial+1)
	if err != nil {
		return err
	}

	s.take(conn)
	cameBack := s.Away
	s.Away = false
	s.rights, s.grants = rights, grants
	_, known := o.seats[s.ID]
	if !known {
		o.sit(s)
		o.ask(s)
	}
	s.conn.send(o.welcome(s, resume, media, known))
	switch {
	case !known:
		o.tellSeat(s, nil)
	case cameBack:
		o.tellSeat(s, &s.Role)
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

func (o *owner) welcome(s *seat, resume, media pii.Secret, resumed bool) Welcome {
	w := Welcome{
		You: s.ID, Resume: resume, Meeting: o.meeting, Organisation: o.organisation,
		Seats: o.seatsSeenBy(s), Chat: o.messagesOf(s.ID), Rights: s.rights, Spotlight: o.spotlightFor(s),
		HostPIN: o.meeting.HostPINHash != "", Media: media, Now: time.Now(), Resumed: resumed,
		Recording: o.recordingFor(s), Consent: s.Consent,
	}
	if s.may(access.Admit) {
		w.Gate = o.gate()
	}
	return w
}

// losing tells that a connection is gone, and for how long its seat is kept.
type losing struct {
	conn *Conn
	keep time.Duration
}

func (l losing) handle(_ context.Context, o *owner) {
	if s := o.seats[l.conn.seat]; s != nil && s.conn == l.conn {
		s.conn = nil
		o.away(s, l.keep)
	}
	if w := o.waiters[l.conn.seat]; w != nil && w.conn == l.conn {
		w.conn, w.keptUntil = nil, time.Now().Add(l.keep)
	}
	l.conn.close()
}

// away keeps a seat that has no connection for a while.
func (o *owner) away(s *seat, keep time.Duration) {
	s.Away, s.keptUntil = true, time.Now().Add(keep)
	o.changed(s)
}

// leave frees the seat.
func (o *owner) leave(s *seat, why Reason) { o.leaveWith(s, why, Bye{Reason: why}) }

// leaveWith frees the seat with other last words than the others are told.
func (o *owner) leaveWith(s *seat, why Reason, last Bye) {
	o.unheard(s)
	if s.conn != nil {
		s.conn.bye(last)
		s.conn = nil
	}
	delete(o.seats, s.ID)
	o.order = slices.DeleteFunc(o.order, func(other *seat) bool { return other == s })
	o.people.Store(int32(len(o.order))) //nolint:gosec // at most Capacity+reservedPlaces.
	o.emptySince = time.Now()
	o.media.remove(s.ID)
	o.release(s.ID)
	o.tellGone(s, why)
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
	s.rights = access.Allowed(s.Role, o.meeting.Policy, s.Exceptions)
	if !slices.Equal(before, s.rights) {
		o.tell(s, RightsSet{Rights: s.rights})
		o.uncover(s, before)
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
	o.changed(s)
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
