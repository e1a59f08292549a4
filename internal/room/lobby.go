package room

import (
	"context"
	"slices"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
)

const (
	// maxWaiting is the number of people in the lobby and the line of one meeting:
	// as many as the room has seats. About 1 KiB apiece, and an outbox.
	maxWaiting = 500
	// maxWaitingFrom is how many of them may come from one source: a full school
	// behind one address, and others still find a place.
	maxWaitingFrom = 400
	// maxWord is the length of a message to who waits, in characters.
	maxWord = 500
	// retryLife is how long a waiter whom the room could not seat, as when the SFU
	// is down, waits before it is tried again.
	retryLife = 10 * time.Second
)

// waiter is somebody who waits to be let in, or for a connection. They are told
// nothing of the room.
type waiter struct {
	*seat // theirs once they are in

	newcomer newcomer
	since    time.Time
	reason   outcome // inLobby or inLine
	ahead    int     // in the line
	told     string  // the last word of who runs the meeting
	suspect  bool
	returns  bool // has had the seat before
	admitted bool // by a moderator, whatever the rules say
	busy     bool // is being let in
	cleared  bool // let in while the connection was cut: sits down when back
	notAgain time.Time
}

// Waiter is somebody who waits, as those see them who let in.
type Waiter struct {
	ID      id.Seat
	Name    pii.Name // as typed
	Role    access.Role
	Guest   bool
	Email   pii.Email // of accounts
	Invited bool
	Since   time.Time
	Suspect bool   // comes from where somebody banned came from
	Reason  string // "lobby", or "full" when only a connection is missing
}

// Gate is who waits and how the door stands.
type Gate struct {
	Waiting  []Waiter // longest first
	Lobby    meeting.Lobby
	Passcode bool // there is one
}

func (w *waiter) view() Waiter {
	return Waiter{
		ID: w.ID, Name: w.Name, Role: w.Role, Guest: w.Guest, Email: w.Email,
		Invited: w.Invite != "", Since: w.since, Suspect: w.suspect, Reason: string(w.reason),
	}
}

func (o *owner) gate() *Gate {
	g := &Gate{Waiting: make([]Waiter, 0, len(o.waiting)), Lobby: o.meeting.Lobby, Passcode: o.meeting.PasscodeHash != ""}
	for _, w := range o.waiting {
		if !w.cleared {
			g.Waiting = append(g.Waiting, w.view())
		}
	}
	return g
}

// wait gives somebody a place in the lobby or the line, or a new connection to
// the place they have.
func (o *owner) wait(w *waiter, conn *Conn) error {
	if _, err := o.waitingToken(w, w.serial+1); err != nil {
		return err
	}
	w.take(conn)
	w.lobby = w.serial
	_, known := o.waiters[w.ID]
	if !known {
		o.gone.forget(w.ID)
		o.waiters[w.ID] = w
		at := len(o.waiting)
		for at > 0 && o.waiting[at-1].since.After(w.since) {
			at--
		}
		o.waiting = slices.Insert(o.waiting, at, w)
		o.waitingCount.Store(int32(len(o.waiting))) //nolint:gosec // at most maxWaiting+reservedPlaces.
	}
	o.tellWaiting(w)
	if !known {
		o.tellGate(WaiterCame{Waiter: w.view()})
		if w.reason == inLine {
			o.reclaim(w)
		}
	}
	return nil
}

// mayWait reports whether there is room for one more to wait.
func (o *owner) mayWait(n newcomer) bool {
	if n.role.Moderates() {
		return len(o.waiting) < maxWaiting+reservedPlaces
	}
	from := 0
	for _, w := range o.waiting {
		if n.source != (digest{}) && w.source == n.source {
			from++
		}
	}
	return len(o.waiting) < maxWaiting && from < maxWaitingFrom
}

// tellWaiting tells a waiter how they stand.
func (o *owner) tellWaiting(w *waiter) {
	if w.conn == nil {
		return
	}
	token, err := o.waitingToken(w, w.serial)
	if err != nil {
		return // cannot be: sealing fails for nobody
	}
	o.tellWaiter(w, Waiting{
		Reason: string(w.reason), Ahead: w.ahead, Since: w.since, Now: time.Now(), Resume: token,
		Told: w.told, Name: o.meeting.Name, Organisation: o.organisation,
	})
}

// tellWaiter is tell for a waiter.
func (o *owner) tellWaiter(w *waiter, e Event) {
	if w.conn == nil || w.conn.send(e) {
		return
	}
	w.conn.bye(Bye{Reason: ReasonSlow, Retry: time.Second})
	w.conn, w.keptUntil = nil, time.Now().Add(awayLife)
}

// tellGate tells everybody who lets in.
func (o *owner) tellGate(e Event) {
	for _, s := range o.order {
		if s.may(access.Admit) {
			o.tell(s, e)
		}
	}
}

// dropWaiter takes somebody out of the lobby or the line.
func (o *owner) dropWaiter(w *waiter, why Reason, by id.Seat) {
	if o.waiters[w.ID] != w {
		return
	}
	delete(o.waiters, w.ID)
	o.waiting = slices.DeleteFunc(o.waiting, func(other *waiter) bool { return other == w })
	o.waitingCount.Store(int32(len(o.waiting))) //nolint:gosec // as in wait.
	o.emptySince = time.Now()
	if !w.cleared { // else it was told when they were let in
		o.tellGate(WaiterGone{Waiter: w.ID, Reason: why, By: by})
	}
}

// turnAway ends a waiter's waiting without a seat.
func (o *owner) turnAway(w *waiter, why Reason, by id.Seat, last Bye) {
	if w.conn != nil {
		w.conn.bye(last)
		w.conn = nil
	}
	o.release(w.ID)
	o.gone.add(w.seat, why)
	o.dropWaiter(w, why, by)
}

// settleWaiting lets in whom the rules let in now, after they changed.
func (o *owner) settleWaiting() {
	var fit []*waiter
	var entries []audit.Entry
	for _, w := range o.waiting {
		if w.reason != inLobby || w.busy || w.cleared || time.Now().Before(w.notAgain) {
			continue
		}
		if to, err := o.decide(w.newcomer); err == nil && to == seated && len(o.order)+len(fit) < Capacity {
			fit = append(fit, w)
			entries = append(entries, o.entry(audit.LobbyAdmitted, nil, w.seat, "role", string(w.Role)))
		}
	}
	if len(fit) > 0 {
		o.letIn(fit, nil, entries, nil)
	}
}

// letIn writes down that somebody is let in, asks the pool, and seats them then.
// By is nil when a rule does it; answer, if not nil, is told the outcome.
func (o *owner) letIn(waiters []*waiter, by *seat, entries []audit.Entry, answer func(error)) {
	m := lettingIn{waiters: waiters, standings: make([]capacity.Standing, len(waiters)), answer: answer}
	if by != nil {
		m.by = by.ID
	}
	claims := make([]*capacity.Claim, len(waiters))
	for i, w := range waiters {
		w.busy = true
		m.standings[i].Seated = true
		if o.rooms.pool != nil && w.reason == inLobby {
			claim := o.claim(w.ID, w.Role, o.meeting.Tenant)
			claims[i] = &claim
		}
	}
	o.clerk.add(func(ctx context.Context) {
		m.err = o.record(ctx, entries...)
		for i, claim := range claims {
			if claim != nil && m.err == nil {
				ctx, cancel := context.WithTimeout(ctx, storeTime)
				m.standings[i], m.err = o.rooms.pool.Claim(ctx, *claim)
				cancel()
			}
		}
		if o.post(ctx, m) != nil { // the room is over
			for _, w := range waiters {
				o.release(w.ID)
			}
		}
	})
}

// lettingIn comes back from the clerk.
type lettingIn struct {
	waiters   []*waiter
	standings []capacity.Standing
	by        id.Seat
	err       error
	answer    func(error)
}

func (m lettingIn) handle(ctx context.Context, o *owner) {
	err := m.err
	for i, w := range m.waiters {
		w.busy = false
		if o.waiters[w.ID] != w { // has left or was sent away meanwhile
			o.release(w.ID)
			continue
		}
		if m.err != nil {
			w.notAgain = time.Now().Add(retryLife)
			continue
		}
		if failed := o.sitDown(ctx, w, m.standings[i], m.by); failed != nil && err == nil {
			err = failed
		}
	}
	if m.answer != nil {
		m.answer(err)
	}
}

// sitDown gives a waiter who was let in the seat, or a place in the line. What a
// rule or the pool has begun is decided once more, since it was written down
// meanwhile; a moderator's word holds.
func (o *owner) sitDown(ctx context.Context, w *waiter, standing capacity.Standing, by id.Seat) error {
	w.admitted = w.admitted || by != ""
	if !w.admitted && !w.returns {
		to, err := o.decide(w.newcomer)
		if err != nil || to != seated {
			o.move(w, inLobby, 0)
			o.release(w.ID)
			return err
		}
	}
	if err := admit(situation{people: len(o.order)}, w.Role); err != nil {
		o.release(w.ID)
		return err
	}
	if !w.returns {
		w.JoinedAt = now()
	}
	if !standing.Seated {
		o.move(w, inLine, standing.Ahead)
		o.reclaim(w)
		return nil
	}
	w.reason = inLine // and so nobody lets them in a second time
	if w.conn == nil {
		o.tellGate(WaiterGone{Waiter: w.ID, Reason: ReasonAdmitted, By: by})
		w.cleared = true
		return nil
	}
	if err := o.seat(ctx, w.seat, w.conn); err != nil {
		o.move(w, inLobby, 0)
		o.release(w.ID)
		w.notAgain = time.Now().Add(retryLife)
		return err
	}
	o.dropWaiter(w, ReasonAdmitted, by)
	return nil
}

// move changes why somebody waits.
func (o *owner) move(w *waiter, to outcome, ahead int) {
	changed := w.reason != to
	w.reason, w.ahead = to, ahead
	o.tellWaiting(w)
	if changed {
		o.tellGate(WaiterCame{Waiter: w.view()})
	}
}
