package sfu

import (
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

const (
	tokenLife = 60 * time.Second
	// tokensPerSeat bounds what one seat can have outstanding: a page load, its
	// reload and a few tries on a bad network. The oldest dies first.
	tokensPerSeat = 4
	// resumeWindow is how long a seat without a connection may come back with
	// the token LiveKit refreshed: as long as the room keeps it "away".
	resumeWindow = 60 * time.Second
	// A seat may open ten connections in a row, then one a second: LiveKit's
	// client backs off faster than that.
	opensPerSecond = 1
	opensBurst     = 10
)

var (
	errRoomClosed = fault.New("sfu.Token", fault.NotFound, "meeting.not_found", "This meeting is not running.")
	errToken      = fault.New("sfu.gate", fault.Unauthorised, "ticket.invalid", "This token cannot be used (any more).")
	errTooFast    = fault.New("sfu.gate", fault.Exhausted, "rate.limited", "Too many connections. Try again in a moment.")
)

// registry knows the open rooms, the seats that were given a token, and their
// connections. It is the deny list turned round: only what is in it may
// connect, and Remove and Close take it out.
type registry struct {
	now func() time.Time

	mu     sync.Mutex
	rooms  map[id.Meeting]map[id.Seat]*seat
	tokens map[[sha256.Size]byte]*token
}

// token is one secret that opens one connection.
type token struct {
	seat    *seat
	expires time.Time
	taken   bool
}

// seat is one life of a seat, from its first token to Remove. Its fields are
// guarded by registry.mu.
type seat struct {
	meeting id.Meeting
	id      id.Seat
	// life is signed into the tokens LiveKit refreshes, so that those of an
	// earlier life of the same seat are not taken.
	life     string
	grants   access.Grants
	tokens   [][sha256.Size]byte // oldest first
	conns    map[*signalConn]struct{}
	lastOpen time.Time // when the last connection ended
	opens    *rate.Limiter
}

// pass is what a valid token amounts to at the moment it is shown.
type pass struct {
	seat   *seat
	grants access.Grants
	token  *token // nil for a token that LiveKit refreshed
}

func newRegistry(now func() time.Time) *registry {
	return &registry{
		now:    now,
		rooms:  make(map[id.Meeting]map[id.Seat]*seat),
		tokens: make(map[[sha256.Size]byte]*token),
	}
}

func (r *registry) open(meeting id.Meeting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rooms[meeting] == nil {
		r.rooms[meeting] = make(map[id.Seat]*seat)
	}
}

// close forgets the room and returns its connections.
func (r *registry) close(meeting id.Meeting) []*signalConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closeLocked(meeting)
}

func (r *registry) closeLocked(meeting id.Meeting) []*signalConn {
	conns := make([]*signalConn, 0, len(r.rooms[meeting]))
	for _, s := range r.rooms[meeting] {
		conns = append(conns, r.dropLocked(s)...)
	}
	delete(r.rooms, meeting)
	return conns
}

func (r *registry) closeAll() []*signalConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	conns := make([]*signalConn, 0, len(r.rooms))
	for meeting := range r.rooms {
		conns = append(conns, r.closeLocked(meeting)...)
	}
	return conns
}

func (r *registry) remove(meeting id.Meeting, seatID id.Seat) []*signalConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.rooms[meeting][seatID]; s != nil {
		return r.dropLocked(s)
	}
	return nil
}

func (r *registry) dropLocked(s *seat) []*signalConn {
	delete(r.rooms[s.meeting], s.id)
	for _, hash := range s.tokens {
		delete(r.tokens, hash)
	}
	conns := make([]*signalConn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	return conns
}

func (r *registry) issue(meeting id.Meeting, seatID id.Seat, grants access.Grants) (pii.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	room, ok := r.rooms[meeting]
	if !ok {
		return "", errRoomClosed
	}
	s := room[seatID]
	if s == nil {
		s = &seat{
			meeting: meeting,
			id:      seatID,
			life:    id.NewSecret(),
			conns:   make(map[*signalConn]struct{}),
			opens:   rate.NewLimiter(opensPerSecond, opensBurst),
		}
		room[seatID] = s
	}
	s.grants = grants
	if len(s.tokens) == tokensPerSeat {
		delete(r.tokens, s.tokens[0])
		s.tokens = s.tokens[1:]
	}
	secret := id.NewSecret()
	hash := sha256.Sum256([]byte(secret))
	s.tokens = append(s.tokens, hash)
	r.tokens[hash] = &token{seat: s, expires: r.now().Add(tokenLife)}
	return pii.Secret(secret), nil
}

// setGrants reports whether the seat is known.
func (r *registry) setGrants(meeting id.Meeting, seatID id.Seat, grants access.Grants) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.rooms[meeting][seatID]
	if s == nil {
		return false
	}
	s.grants = grants
	return true
}

// redeem takes one of our own tokens. With use, the token is spent until
// [registry.giveBack].
func (r *registry) redeem(secret string, use bool) (pass, error) {
	hash := sha256.Sum256([]byte(secret))
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tokens[hash]
	if t == nil || t.taken || !r.now().Before(t.expires) {
		return pass{}, errToken
	}
	if use {
		if !t.seat.opens.AllowN(r.now(), 1) {
			return pass{}, errTooFast
		}
		t.taken = true
	}
	return pass{seat: t.seat, grants: t.seat.grants, token: t}, nil
}

// resume takes a token that LiveKit refreshed, whose signature the caller has
// checked: good for a seat that is connected or was a moment ago.
func (r *registry) resume(meeting id.Meeting, seatID id.Seat, life string, use bool) (pass, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.rooms[meeting][seatID]
	if s == nil || s.life != life {
		return pass{}, errToken
	}
	if len(s.conns) == 0 && r.now().Sub(s.lastOpen) > resumeWindow {
		return pass{}, errToken
	}
	if use && !s.opens.AllowN(r.now(), 1) {
		return pass{}, errTooFast
	}
	return pass{seat: s, grants: s.grants}, nil
}

// giveBack makes a token whose connection was never opened good again.
func (r *registry) giveBack(p pass) {
	if p.token == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p.token.taken = false
}

// verdict says what became of a pass between being shown and being used.
type verdict int

const (
	welcome    verdict = iota // attached
	seatGone                  // removed meanwhile
	roomGone                  // closed meanwhile
	otherLives                // removed and let in again: the new life goes on
)

// attach adds the connection to its seat, unless the seat was removed or the
// room closed since the token was shown, and gives the seat's present grants.
func (r *registry) attach(p pass, c *signalConn) (access.Grants, verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	room, ok := r.rooms[p.seat.meeting]
	if !ok {
		return access.Grants{}, roomGone
	}
	switch s := room[p.seat.id]; {
	case s == p.seat:
		s.conns[c] = struct{}{}
		return s.grants, welcome
	case s != nil && len(s.conns) > 0:
		return access.Grants{}, otherLives
	default:
		return access.Grants{}, seatGone
	}
}

func (r *registry) detach(p pass, c *signalConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(p.seat.conns, c)
	p.seat.lastOpen = r.now()
}

// viewers tells which seats of a room may see whom.
func (r *registry) viewers(meeting id.Meeting) viewers {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := newViewers(len(r.rooms[meeting]))
	for _, s := range r.rooms[meeting] {
		v.add(s.id, viewer{seesAll: s.grants.SeesAll, seen: s.grants.Seen, connected: len(s.conns) > 0})
	}
	return v
}

// count returns the open rooms and connections.
func (r *registry) count() (rooms, conns int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, seats := range r.rooms {
		for _, s := range seats {
			conns += len(s.conns)
		}
	}
	return len(r.rooms), conns
}
