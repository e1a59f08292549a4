package capacity

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"plenum/internal/id"
)

// The times of a pool.
const (
	// Lease is how long what a node holds outlives its last sign of life.
	Lease = 30 * time.Second
	// renewEvery leaves two more tries before the lease is over.
	renewEvery = 10 * time.Second
	// lookEvery is how soon a node sees that another one gave a place to somebody
	// who waits here.
	lookEvery = time.Second
	// sampleEvery is the grain of the usage over time.
	sampleEvery = time.Minute
	storeTime   = 5 * time.Second // for one call of the store
	// maxRound bounds what one transaction does; at 0.2 ms a statement on
	// PostgreSQL others wait 0.1 s at most.
	maxRound = 256
)

// Round is one transaction on the pool of an organisation: first the releases,
// then the claims in order, then the line moves up as far as it can.
type Round struct {
	Tenant   id.Tenant
	Node     string
	At       time.Time
	Releases []id.Seat
	Claims   []Claim
	Watch    []id.Seat // who waits here; it is told what has become of them
}

// Outcome is what a round found and did.
type Outcome struct {
	Usage     Usage
	Standings map[id.Seat]Standing // of the claims and the watched; without those that hold nothing
}

// Store keeps pools for all nodes.
type Store interface {
	// PoolRound does a round, atomically among all nodes. A claim without a standing
	// in the outcome found the line full.
	PoolRound(ctx context.Context, r Round) (Outcome, error)
	// RenewNode says that the node lives until then. It reports false when the lease
	// had run out: what the node held may be somebody else's.
	RenewNode(ctx context.Context, node string, now, until time.Time) (kept bool, err error)
	// SweepPool gives back what dead nodes held.
	SweepPool(ctx context.Context, now time.Time) error
	// PoolsInUse counts each organisation's connections.
	PoolsInUse(ctx context.Context) (map[id.Tenant]Usage, error)
	// NoteUsage keeps the most of a minute; several nodes may tell of the same one.
	NoteUsage(ctx context.Context, t id.Tenant, s Sample) error
}

// Config is what a pool needs.
type Config struct {
	Store Store
	// Moved tells that somebody who waited got a place or came nearer to one. It
	// must not block.
	Moved  func(id.Meeting, id.Seat, Standing)
	Logger *slog.Logger
	Node   string // differs from that of every other running program
}

// Pool is this node's part in the pools of all organisations.
type Pool struct {
	store Store
	moved func(id.Meeting, id.Seat, Standing)
	log   *slog.Logger
	node  string
	work  chan struct{} // holds one when there is something in queue

	mu     sync.Mutex
	queue  []*request           // guarded by mu; bounded by the callers of Claim and the seats of the rooms
	asking map[id.Seat]*request // guarded by mu; claims that have no answer yet
	held   map[id.Seat]holder   // guarded by mu; who is in or waits at this node

	// Of the goroutine of Run alone.
	peaks  map[id.Tenant]Sample // since the last sample
	warned map[id.Tenant]bool
}

type holder struct {
	claim    Claim
	standing Standing
}

// request is a claim, or a release when answer is nil.
type request struct {
	claim  Claim
	answer chan answer // holds one, so that nobody waits to give it
	gone   bool        // guarded by Pool.mu; released before it was answered
	again  bool        // of the pool itself, for somebody who is here already
}

type answer struct {
	standing Standing
	err      error
}

// New makes a pool; nothing happens before Run.
func New(c Config) *Pool {
	return &Pool{
		store: c.Store, moved: c.Moved, log: c.Logger, node: c.Node,
		work:   make(chan struct{}, 1),
		asking: make(map[id.Seat]*request),
		held:   make(map[id.Seat]holder),
		peaks:  make(map[id.Tenant]Sample),
		warned: make(map[id.Tenant]bool),
	}
}

// Claim asks for a connection, or how the claim stands: a seat that claims again
// keeps its connection or its place in the line, at this node or another. What
// becomes of one that has to wait is told through Config.Moved. Faults: pool.full,
// or that the store cannot be asked; then nothing is held.
func (p *Pool) Claim(ctx context.Context, c Claim) (Standing, error) {
	r := &request{claim: c, answer: make(chan answer, 1)}
	p.mu.Lock()
	if h, found := p.held[c.Seat]; found && (h.standing.Seated || !c.Staff) {
		p.mu.Unlock()
		return h.standing, nil
	}
	p.queue = append(p.queue, r)
	p.asking[c.Seat] = r
	p.mu.Unlock()
	p.wake()
	select {
	case a := <-r.answer:
		return a.standing, a.err
	case <-ctx.Done():
		p.Release(c.Seat)
		return Standing{}, ctx.Err()
	}
}

// Release gives a connection or a place in the line back, also one that is asked
// for and not given yet. It never blocks.
func (p *Pool) Release(seat id.Seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, found := p.held[seat]
	claim := h.claim
	if r := p.asking[seat]; r != nil {
		r.gone, claim, found = true, r.claim, true
	}
	if !found {
		return
	}
	delete(p.held, seat)
	delete(p.asking, seat)
	p.queue = append(p.queue, &request{claim: claim})
	p.wake()
}

func (p *Pool) wake() {
	select {
	case p.work <- struct{}{}:
	default:
	}
}

// Run serves claims until ctx ends. What is held then stays held for the time of
// the lease, so that people come back to their places after a restart.
func (p *Pool) Run(ctx context.Context) error {
	p.renew(ctx)
	renew, look, sample := time.NewTicker(renewEvery), time.NewTicker(lookEvery), time.NewTicker(sampleEvery)
	defer renew.Stop()
	defer look.Stop()
	defer sample.Stop()
	for {
		select {
		case <-ctx.Done():
			p.refuse()
			return nil
		case <-p.work:
			p.serve(ctx)
		case <-look.C:
			p.serve(ctx) // what failed before
			p.look(ctx)
		case <-renew.C:
			p.renew(ctx)
		case <-sample.C:
			p.sample(ctx)
		}
	}
}

// refuse answers those who still ask at the end.
func (p *Pool) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.queue {
		p.answer(r, answer{err: context.Canceled})
	}
	p.queue = nil
}

// serve does what is asked, in one transaction for each organisation and as many
// as are asked meanwhile: a storm at the door makes large rounds, not many.
func (p *Pool) serve(ctx context.Context) {
	for well := true; well && ctx.Err() == nil; {
		p.mu.Lock()
		n := min(len(p.queue), maxRound)
		batch := slices.Clone(p.queue[:n])
		p.queue = slices.Delete(p.queue, 0, n)
		p.mu.Unlock()
		if n == 0 {
			return
		}
		var tenants []id.Tenant
		asked := map[id.Tenant][]*request{}
		for _, r := range batch {
			if asked[r.claim.Tenant] == nil {
				tenants = append(tenants, r.claim.Tenant)
			}
			asked[r.claim.Tenant] = append(asked[r.claim.Tenant], r)
		}
		for _, t := range tenants {
			well = p.round(ctx, t, asked[t]) && well
		}
	}
}

// look sees what other nodes, new places and the end of reservations have done for
// those who wait here.
func (p *Pool) look(ctx context.Context) {
	p.mu.Lock()
	tenants := map[id.Tenant]bool{}
	for _, h := range p.held {
		if !h.standing.Seated {
			tenants[h.claim.Tenant] = true
		}
	}
	p.mu.Unlock()
	for t := range tenants {
		p.round(ctx, t, nil)
	}
}

// round does one round and tells everybody concerned; false says that the store
// could not be asked.
func (p *Pool) round(ctx context.Context, t id.Tenant, requests []*request) bool {
	r := Round{Tenant: t, Node: p.node, At: time.Now()}
	claiming, released := map[id.Seat]bool{}, map[id.Seat]int{}
	for i, q := range requests {
		if q.answer == nil {
			released[q.claim.Seat] = i
		}
	}
	p.mu.Lock()
	for i, q := range requests {
		q.gone = q.gone || i < released[q.claim.Seat]
		switch {
		case q.answer == nil:
			r.Releases = append(r.Releases, q.claim.Seat)
		case q.gone: // came and went at once
			p.answer(q, answer{err: context.Canceled})
		default:
			r.Claims = append(r.Claims, q.claim)
			claiming[q.claim.Seat] = true
		}
	}
	p.mu.Unlock()
	r.Watch = p.waitingOf(t, claiming)

	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	out, err := p.store.PoolRound(ctx, r)
	if err != nil {
		p.failed(ctx, err, requests)
		return false
	}
	p.settle(r, out, requests)
	p.note(t, out.Usage)
	return true
}

// answer answers a claim, once. The caller holds mu.
func (p *Pool) answer(q *request, a answer) {
	if q.answer == nil {
		return
	}
	if p.asking[q.claim.Seat] == q {
		delete(p.asking, q.claim.Seat)
	}
	select {
	case q.answer <- a:
	default: // it has one
	}
}

func (p *Pool) waitingOf(t id.Tenant, but map[id.Seat]bool) []id.Seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	var seats []id.Seat
	for seat, h := range p.held {
		if h.claim.Tenant == t && !h.standing.Seated && !but[seat] {
			seats = append(seats, seat)
		}
	}
	return seats
}

// settle answers the claims and tells those who waited.
func (p *Pool) settle(r Round, out Outcome, requests []*request) {
	type move struct {
		holder
		before int // ahead of them
	}
	var moves []move
	p.mu.Lock()
	for _, q := range requests {
		if q.answer == nil {
			delete(p.held, q.claim.Seat)
			continue
		}
		standing, found := out.Standings[q.claim.Seat]
		if !found {
			p.answer(q, answer{err: ErrFull})
			continue
		}
		if h := (holder{q.claim, standing}); !q.gone {
			p.held[q.claim.Seat] = h
			if q.again {
				moves = append(moves, move{h, 0})
			}
		}
		p.answer(q, answer{standing: standing})
	}
	swept := false
	for _, seat := range r.Watch {
		h, here := p.held[seat]
		standing, found := out.Standings[seat]
		switch {
		case !here: // has left meanwhile
		case !found:
			swept = true
		case standing != h.standing:
			before := h.standing.Ahead
			h.standing = standing
			p.held[seat] = h
			moves = append(moves, move{h, before})
		}
	}
	if swept {
		p.again(r.Tenant)
	}
	p.mu.Unlock()
	slices.SortFunc(moves, func(a, b move) int { return cmp.Compare(a.before, b.before) }) // in the order of the line
	for _, m := range moves {
		p.moved(m.claim.Meeting, m.claim.Seat, m.standing)
	}
}

// again claims for everybody of an organisation who is here already, after this
// node was taken for dead and what it held was given back. Who had a place keeps it:
// they are in their meetings, whatever happened to the lease. Who waited goes to the
// end of the line, in the same order. The caller holds mu.
func (p *Pool) again(t id.Tenant) {
	var here []holder
	for _, h := range p.held {
		if h.claim.Tenant == t {
			here = append(here, h)
		}
	}
	slices.SortFunc(here, func(a, b holder) int {
		if a.standing.Seated != b.standing.Seated {
			if a.standing.Seated {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.standing.Ahead, b.standing.Ahead)
	})
	for _, h := range here {
		h.claim.Staff = h.claim.Staff || h.standing.Seated
		r := &request{claim: h.claim, answer: make(chan answer, 1), again: true}
		p.asking[h.claim.Seat] = r
		p.queue = append(p.queue, r)
	}
	p.wake()
}

// failed refuses the claims and keeps the releases for later, as what the pool asks
// for itself. What a transaction
// may have done of the claims all the same is given back.
func (p *Pool) failed(ctx context.Context, err error, requests []*request) {
	p.log.WarnContext(ctx, "the pool cannot be asked", "error", err)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, q := range requests {
		if q.again && !q.gone {
			p.queue = append(p.queue, q)
			continue
		}
		p.answer(q, answer{err: err})
		if _, holds := p.held[q.claim.Seat]; !holds {
			p.queue = append(p.queue, &request{claim: q.claim}) // not woken: the next second tries again
		}
	}
}

// renew says that this node lives, and gives back what dead ones held.
func (p *Pool) renew(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	now := time.Now()
	kept, err := p.store.RenewNode(ctx, p.node, now, now.Add(Lease))
	if err == nil {
		err = p.store.SweepPool(ctx, now)
	}
	if err != nil {
		p.log.WarnContext(ctx, "the lease of the pool cannot be renewed", "error", err)
		return
	}
	if kept {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	tenants := map[id.Tenant]bool{}
	for _, h := range p.held {
		tenants[h.claim.Tenant] = true
	}
	for t := range tenants {
		p.again(t)
	}
}

// sample keeps the most of the minute that is over.
func (p *Pool) sample(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	now, err := p.store.PoolsInUse(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "the use of the pool cannot be counted", "error", err)
		return
	}
	for t, u := range now {
		p.peaks[t] = p.peaks[t].with(u)
	}
	at := time.Now().Truncate(sampleEvery)
	for t, peak := range p.peaks {
		peak.At = at
		if err := p.store.NoteUsage(ctx, t, peak); err != nil {
			p.log.WarnContext(ctx, "the use of the pool cannot be kept", "error", err)
			continue
		}
		delete(p.peaks, t)
	}
}

// with is the most of s and u.
func (s Sample) with(u Usage) Sample {
	s.Peak, s.Waiting = max(s.Peak, u.Used), max(s.Waiting, u.Waiting)
	return s
}

// note remembers the most and warns once when the pool becomes scarce.
func (p *Pool) note(t id.Tenant, u Usage) {
	p.peaks[t] = p.peaks[t].with(u)
	switch {
	case u.Scarce() && !p.warned[t]:
		p.warned[t] = true
		p.log.Warn("four of five places of an organisation are taken",
			"tenant", string(t), "places", u.Places, "used", u.Used, "waiting", u.Waiting)
	case u.Used*10 < u.Places*7 || u.Places == 0: // not at each coming and going
		delete(p.warned, t)
	}
}
