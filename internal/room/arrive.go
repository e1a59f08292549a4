package room

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"time"

	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// outcome is what the room decides about a newcomer.
type outcome string

const (
	undecided outcome = ""
	seated    outcome = "seated"
	inLobby   outcome = "lobby" // somebody must let them in
	inLine    outcome = "full"  // only a connection is missing
	done      outcome = "done"  // what was decided has been done
)

// maxTurns bounds how often a newcomer is decided about anew because something
// changed while it was written down.
const maxTurns = 8

// Connect opens a connection. The caller reads Events until the channel closes,
// and calls Lost or Closed when the client is gone. The first event is a Welcome,
// or Waiting for somebody who is not in yet. Faults: [ErrTicket], [ErrResume],
// [ErrRemoved], [ErrMedia], [ErrRate], [ErrWaiting], those of Enter, and those of
// an invite.
func (r *Rooms) Connect(ctx context.Context, c Credential) (*Conn, error) {
	if r.draining.Load() {
		return nil, ErrDraining
	}
	if c.Resume != "" {
		return r.comeBack(ctx, c.Resume)
	}
	m, hash, err := splitTicket(c.Ticket)
	if err != nil {
		return nil, err
	}
	// A ticket lives in its room's memory: without a room it is none.
	o := r.find(m)
	if o == nil {
		return nil, ErrTicket
	}
	n, err := ask(ctx, o, redeeming{hash: hash})
	if errors.Is(err, errOver) {
		err = ErrTicket
	}
	if err != nil {
		return nil, err
	}
	conn, err := r.arrive(ctx, o, n)
	if errors.Is(err, errOver) {
		err = ErrTicket
	}
	return conn, err
}

// redeeming takes a ticket.
type redeeming struct{ hash [sha256.Size]byte }

func (q redeeming) serve(_ context.Context, o *owner) (newcomer, error) {
	t, found := o.tickets[q.hash]
	delete(o.tickets, q.hash)
	if !found || !time.Now().Before(t.expires) {
		return newcomer{}, ErrTicket
	}
	o.arriving = time.Now()
	return t.newcomer, nil
}

// arrive brings a newcomer to a seat, into the lobby or into the line. The room
// decides, the decision is written down, and then the room decides again: only if
// it still says the same, it is carried out. So nobody is told of what is not
// written, no disk holds the room up, and a lock, a ban or a changed lobby that
// comes between wins.
func (r *Rooms) arrive(ctx context.Context, o *owner, n newcomer) (*Conn, error) {
	a := arriving{conn: newConn(o), newcomer: n}
	err := error(ErrRate)
	for range maxTurns {
		var to outcome
		if to, err = ask(ctx, o, a); err != nil || to == done {
			break
		}
		if err = r.write(ctx, o, &a, to); err != nil {
			break
		}
	}
	if err == nil {
		return a.conn, nil
	}
	if ctx.Err() != nil || a.standing != nil {
		// The room may take the connection although nobody waits any more; and a
		// place in the pool must not stay with nobody.
		a.conn.forsake(n.id, a.used())
	}
	if a.counted && ctx.Err() == nil {
		r.returnInvite(ctx, n.Invite) // the room has said no: nobody came by it
	}
	r.recordRefusal(ctx, o.facts.Load().tenant, o.id, n, err)
	return nil, err
}

// returnInvite gives back a use that brought nobody in.
func (r *Rooms) returnInvite(ctx context.Context, i id.Invite) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	if err := r.store.ReturnInvite(ctx, i); err != nil {
		r.log.ErrorContext(ctx, "the use of an invite was not given back", slog.Any("err", err))
	}
}

// write writes a decision down, after what must be asked outside the room.
func (r *Rooms) write(ctx context.Context, o *owner, a *arriving, to outcome) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	n, tenant := a.newcomer, o.facts.Load().tenant
	a.asked = time.Now()
	if err := r.stillOpen(ctx, n.User); err != nil {
		return err
	}
	if n.Invite != "" && !n.waited && !a.counted {
		if err := r.store.UseInvite(ctx, n.Invite, time.Now()); err != nil {
			return err
		}
		a.counted = true
	}
	switch {
	case to == seated && r.pool != nil && a.standing == nil:
		standing, err := r.pool.Claim(ctx, o.claim(n.id, n.role, tenant))
		if err != nil {
			return fault.Wrap("room.arrive", err)
		}
		a.standing = &standing
		if !standing.Seated {
			to = inLine
		}
	case to == inLobby && a.standing != nil:
		r.pool.Release(n.id)
		a.standing = nil
	}
	a.written = to
	e := arrivalEntry(tenant, o.id, n, audit.Admitted, "role", string(n.role))
	if to != seated {
		if n.waited {
			return nil // they did before; nothing new was decided
		}
		e = arrivalEntry(tenant, o.id, n, audit.LobbyWaited, "role", string(n.role), "reason", string(to))
	}
	return fault.Wrap("room.arrive", r.store.Record(ctx, e))
}

// arriving asks the room about a newcomer; it is carried out if the room decides
// what was written.
type arriving struct {
	conn     *Conn
	newcomer newcomer
	written  outcome
	standing *capacity.Standing // in the pool; nil while not asked
	counted  bool               // the use of the invite
	asked    time.Time          // the store about the account
}

// used is the invite to give back if nobody comes by it after all.
func (a arriving) used() id.Invite {
	if a.counted {
		return a.newcomer.Invite
	}
	return ""
}

func (a arriving) serve(ctx context.Context, o *owner) (outcome, error) {
	o.arriving = time.Now()
	to, err := o.decide(a.newcomer)
	if err != nil {
		return undecided, err
	}
	if to == seated && a.standing != nil && !a.standing.Seated {
		to = inLine
	}
	if to != seated && !o.mayWait(a.newcomer) {
		return undecided, ErrWaiting
	}
	if to != a.written {
		return to, nil
	}
	if o.expelled(a.newcomer.User, a.asked) {
		return undecided, ErrDisabled
	}
	if o.seats[a.newcomer.id] != nil || o.waiters[a.newcomer.id] != nil {
		return undecided, ErrResume // the same token was shown twice at once, and this is the second
	}
	s := o.newSeat(a.newcomer)
	if to == seated {
		return done, o.seat(ctx, s, a.conn)
	}
	if !a.newcomer.waited {
		a.newcomer.waited, a.newcomer.since = true, now()
	}
	w := &waiter{seat: s, newcomer: a.newcomer, since: a.newcomer.since, reason: to, suspect: o.suspect(a.newcomer)}
	if a.standing != nil {
		w.ahead = a.standing.Ahead
	}
	return done, o.wait(w, a.conn)
}

// decide is the gate's last word on a newcomer, but for the pool.
func (o *owner) decide(n newcomer) (outcome, error) {
	if err := o.barred(n.origin); err != nil {
		return undecided, err
	}
	if !n.knowsPasscode(o.meeting) {
		return undecided, ErrPasscodeRequired
	}
	s := o.situation()
	held := n.waited && s.locked && !n.role.Moderates()
	if held { // whoever waits when the door is locked goes on waiting
		s.locked = false
	}
	if err := admit(s, n.role); err != nil {
		return undecided, err
	}
	if !held && !o.suspect(n) && !o.meeting.Lobby.Waits(n.role, n.account(), n.Invite != "") {
		return seated, nil
	}
	return inLobby, nil
}

// comeBack opens a connection with a resume token.
func (r *Rooms) comeBack(ctx context.Context, token pii.Secret) (*Conn, error) {
	c, err := r.unseal(token)
	if err != nil {
		return nil, err
	}
	for {
		// The room first: what changes after the store was asked, it is told.
		o, err := r.open(ctx, c.Meeting)
		if err != nil {
			return nil, err
		}
		if err := r.stillWelcome(ctx, c); err != nil {
			return nil, err
		}
		conn, err := r.resume(ctx, o, c)
		if !errors.Is(err, errOver) {
			return conn, err
		}
	}
}

// stillWelcome asks the store what may have changed since the token was made and
// that a room which was forgotten does not know.
func (r *Rooms) stillWelcome(ctx context.Context, c claims) error {
	if c.Invite != "" {
		i, err := r.store.Invite(ctx, c.Invite)
		switch {
		case errors.Is(err, invite.ErrUnknown), err == nil && i.Revoked:
			return invite.ErrRevoked
		case err != nil:
			return err
		}
	}
	if err := r.stillOpen(ctx, c.User); err != nil {
		return err
	}
	banned, err := r.store.Banned(ctx, c.Meeting, c.User, c.Invite)
	if err != nil {
		return err
	}
	if banned {
		return ErrBanned
	}
	return nil
}

// stillOpen asks the store about an account; a guest has none.
func (r *Rooms) stillOpen(ctx context.Context, account id.User) error {
	if account == "" {
		return nil
	}
	u, err := r.store.User(ctx, account)
	if errors.Is(err, user.ErrNotFound) || err == nil && u.Disabled {
		return ErrDisabled
	}
	return err
}

func (r *Rooms) resume(ctx context.Context, o *owner, c claims) (*Conn, error) {
	q := resuming{conn: newConn(o), claims: c}
	back, err := ask(ctx, o, q)
	if err == nil && back.claim != nil {
		var standing capacity.Standing
		if standing, err = r.pool.Claim(ctx, *back.claim); err == nil {
			q.standing = &standing
			back, err = ask(ctx, o, q)
		}
		if err != nil {
			q.conn.forsake(c.Seat, "")
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			q.conn.forsake(c.Seat, "")
		}
		return nil, err
	}
	if back.newcomer != nil {
		return r.arrive(ctx, o, *back.newcomer)
	}
	return q.conn, nil
}

// resuming comes back to a seat, or to a place in the lobby or the line.
type resuming struct {
	conn     *Conn
	claims   claims
	standing *capacity.Standing
}

// back is what a token is good for, when it could not be carried out at once.
type back struct {
	claim    *capacity.Claim // a connection must be asked for first
	newcomer *newcomer       // waited in a room that has been forgotten
}

func (q resuming) serve(ctx context.Context, o *owner) (back, error) {
	o.arriving = time.Now()
	if err := o.barred(q.claims.origin); err != nil {
		return back{}, err
	}
	s, err := o.claimed(q.claims)
	if err != nil {
		return back{}, err
	}
	if s == nil {
		return back{newcomer: q.claims.newcomer()}, nil
	}
	if err := spend(s.limits.connects, ErrRate); err != nil {
		return back{}, err
	}
	w := o.waiters[s.ID]
	switch {
	case w != nil && !w.cleared:
		return back{}, o.wait(w, q.conn)
	case w == nil && o.seats[s.ID] == nil && o.rooms.pool != nil:
		if q.standing == nil {
			claim := o.claim(s.ID, s.Role, o.meeting.Tenant)
			return back{claim: &claim}, nil
		}
		if !q.standing.Seated {
			n := newcomer{origin: s.origin, id: s.ID, name: s.Name, role: s.Role, waited: true}
			return back{}, o.wait(&waiter{seat: s, newcomer: n, since: now(), reason: inLine, ahead: q.standing.Ahead, returns: true}, q.conn)
		}
	}
	if !q.claims.waiting {
		s.lobby = 0
	}
	err = o.seat(ctx, s, q.conn)
	if err == nil && w != nil {
		o.dropWaiter(w, ReasonAdmitted, "")
	}
	return back{}, err
}

// forsake tells the room that nobody waits for the outcome any more: what has
// become of seat meanwhile is undone, and the use of an invite given back when
// nothing has.
func (c *Conn) forsake(seat id.Seat, used id.Invite) {
	select {
	case c.owner.inbox <- forsaking{conn: c, seat: seat, used: used}:
	case <-c.owner.done:
		c.owner.release(seat)
	}
}

type forsaking struct {
	conn *Conn
	seat id.Seat
	used id.Invite // "" for none
}

func (m forsaking) handle(ctx context.Context, o *owner) {
	losing{conn: m.conn, keep: awayLife}.handle(ctx, o)
	if o.seats[m.seat] != nil || o.waiters[m.seat] != nil {
		return
	}
	o.release(m.seat)
	if m.used != "" {
		o.clerk.add(func(ctx context.Context) { o.rooms.returnInvite(ctx, m.used) })
	}
}
