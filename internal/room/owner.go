package room

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/chat"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
)

// owner is one live room and the goroutine that owns it: run, and what run
// calls, is the only code that touches the fields below "state".
type owner struct {
	rooms *Rooms
	id    id.Meeting

	inbox        chan message
	unpublished  *screens
	moves        *moves
	standings    *standings
	people       atomic.Int32
	waitingCount atomic.Int32
	recorded     atomic.Bool // a recording runs, or is paused
	facts        atomic.Pointer[facts]
	done         chan struct{} // closed when the goroutine has ended
	err          error         // why the room never began; read after done only

	// state
	meeting      meeting.Meeting
	organisation string
	recordings   tapings
	removed      map[id.Seat]struct{} // seats and passes; each seat has at most 1+maxEpoch
	bars         bars
	excepted     map[id.User]access.Exceptions // of accounts, for the sitting
	tickets      map[[sha256.Size]byte]ticket
	seats        map[id.Seat]*seat
	order        []*seat // in order of joining
	waiters      map[id.Seat]*waiter
	waiting      []*waiter // the same, longest first
	gone         memory
	chat         chat.Log
	private      chat.Log // messages to one person
	spotlight    id.Seat
	lastHand     time.Time
	media        *mediaQueue
	clerk        *clerk
	scribe       *scribe
	beside       *sync.WaitGroup // what aside runs
	besideCtx    context.Context //nolint:containedctx // of the goroutines of beside, which end with the room.
	slow         []*seat         // lost their connection while being told something
	used         bool            // somebody was here
	opened       bool            // at the SFU
	arriving     time.Time       // when somebody last asked for a seat or to wait
	emptySince   time.Time
	over         bool
}

// message is what the inbox takes.
type message interface {
	handle(ctx context.Context, o *owner)
}

// request is a message with an answer.
type request[T any] interface {
	serve(ctx context.Context, o *owner) (T, error)
}

type answer[T any] struct {
	value T
	err   error
}

type asked[T any] struct {
	request request[T]
	answer  chan answer[T] // holds one, so that the room never waits
}

func (a asked[T]) handle(ctx context.Context, o *owner) {
	value, err := a.request.serve(ctx, o)
	a.answer <- answer[T]{value, err}
}

// ask waits for the room's answer; errOver when it has ended meanwhile.
func ask[T any](ctx context.Context, o *owner, q request[T]) (T, error) {
	var none T
	a := asked[T]{request: q, answer: make(chan answer[T], 1)}
	if err := o.post(ctx, a); err != nil {
		return none, err
	}
	select {
	case got := <-a.answer:
		return got.value, got.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-o.done:
	}
	select {
	case got := <-a.answer:
		return got.value, got.err
	default:
		return none, o.ended()
	}
}

// askRoom asks the meeting's room, which is started if need be.
func askRoom[T any](ctx context.Context, r *Rooms, meeting id.Meeting, q request[T]) (T, error) {
	for {
		var none T
		o, err := r.open(ctx, meeting)
		if err != nil {
			return none, err
		}
		value, err := ask(ctx, o, q)
		if err != errOver { //nolint:errorlint // the sentinel itself, straight from ask.
			return value, err
		}
	}
}

func (o *owner) post(ctx context.Context, m message) error {
	select {
	case o.inbox <- m:
		return nil
	case <-o.done:
		return o.ended()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ended returns why nobody is there; after done.
func (o *owner) ended() error {
	if o.err != nil {
		return o.err
	}
	return errOver
}

func newOwner(r *Rooms, meeting id.Meeting) *owner {
	return &owner{
		rooms: r, id: meeting,
		inbox:       make(chan message, inboxSize),
		unpublished: &screens{seats: make(map[id.Seat]struct{}), signal: make(chan struct{}, 1)},
		moves:       newMoves(),
		standings:   newStandings(),
		done:        make(chan struct{}),
		bars:        newBars(),
		excepted:    make(map[id.User]access.Exceptions),
		waiters:     make(map[id.Seat]*waiter),
		removed:     make(map[id.Seat]struct{}),
		tickets:     make(map[[sha256.Size]byte]ticket),
		seats:       make(map[id.Seat]*seat),
		gone:        memory{seats: make(map[id.Seat]former)},
	}
}

// run is the room's goroutine. A room that is not found in Rooms any more has
// written all it had to write, so that its successor reads the truth.
func (o *owner) run(ctx context.Context) {
	defer close(o.done)
	defer o.rooms.forget(o)
	if o.err = o.load(ctx); o.err != nil {
		return
	}
	working, stopWork := context.WithCancel(ctx)
	var work sync.WaitGroup
	o.media = newMediaQueue(o.rooms.media, o.id, o.rooms.log, func(ctx context.Context, seat id.Seat) {
		_ = o.post(ctx, mediaCut{seat: seat}) // fails only when the room is over
	})
	work.Go(func() { o.media.run(working) })
	o.clerk, o.beside, o.besideCtx = newClerk(), &work, working
	work.Go(func() { o.clerk.run(working) })
	o.scribe = newScribe(o.rooms.recordings, o.rooms.log)
	work.Go(func() { o.scribe.run(working) })
	o.lookBack()

	o.work(ctx)

	stopWork()
	o.scribe.close()
	work.Wait()
	if o.over {
		o.giveBack()
	}
	if o.over && o.opened {
		o.closeMedia(ctx)
	}
}

// work handles one message after the other until the room is over.
func (o *owner) work(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for !o.over {
		select {
		case <-ctx.Done():
			o.dismiss(ReasonDraining)
			return
		case m := <-o.inbox:
			m.handle(ctx, o)
		case <-o.unpublished.signal:
			for seat := range o.unpublished.take() {
				o.shareEnded(seat)
			}
		case <-o.moves.signal:
			o.moved()
		case <-o.standings.signal:
			o.stood()
		case now := <-tick.C:
			o.expire(now)
		}
		o.settleSlow()
	}
}

// load reads what the store knows, and forgets a sitting that nobody came back to.
func (o *owner) load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	m, err := o.rooms.store.Meeting(ctx, o.id)
	if err != nil {
		return err
	}
	organisation, err := o.rooms.store.Tenant(ctx, m.Tenant)
	if err != nil {
		return err
	}
	if m.Sitting != "" && time.Since(m.SittingStartedAt) > SittingLife {
		if err := o.rooms.store.EndSitting(ctx, o.id, m.Ended); err != nil {
			return err
		}
		m.Sitting, m.SittingStartedAt, m.Locked = "", time.Time{}, false
	}
	removed, err := o.rooms.store.RemovedSeats(ctx, o.id)
	if err != nil {
		return err
	}
	for _, s := range removed {
		o.removed[s] = struct{}{}
	}
	o.meeting, o.organisation, o.emptySince = m, organisation.Name, time.Now()
	o.recordings.off = organisation.Settings.Recording.Off
	o.publish()
	return nil
}

// facts are what others than the room's goroutine ask about it.
type facts struct {
	tenant    id.Tenant
	startedAt time.Time // of the sitting; zero while nobody sits
}

func (o *owner) publish() {
	o.facts.Store(&facts{tenant: o.meeting.Tenant, startedAt: o.meeting.SittingStartedAt})
}

func (o *owner) closeMedia(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mediaTime)
	defer cancel()
	if err := o.rooms.media.Close(ctx, o.id); err != nil {
		o.rooms.log.ErrorContext(ctx, "the SFU did not close a room", slog.Any("err", err))
	}
}

func (o *owner) situation() situation {
	return situation{ended: o.meeting.Ended, locked: o.meeting.Locked, people: len(o.order)}
}

// expire lets go of what has had its time. Called each second.
func (o *owner) expire(now time.Time) {
	for hash, t := range o.tickets {
		if !now.Before(t.expires) {
			delete(o.tickets, hash)
		}
	}
	for _, s := range o.clone() {
		if s.Away && !now.Before(s.keptUntil) {
			o.leave(s, ReasonLost)
		}
	}
	for _, w := range o.cloneWaiting() {
		if w.conn == nil && !now.Before(w.keptUntil) {
			o.turnAway(w, ReasonLost, "", Bye{Reason: ReasonLost})
		}
	}
	o.watchTaping(now)
	o.settleWaiting() // those whom the room could not seat a while ago
	// A room in which somebody is about to arrive is needed a moment longer.
	idle := len(o.order) == 0 && len(o.tickets) == 0 && len(o.waiting) == 0 && now.Sub(o.arriving) >= arrivalLife
	if idle && (!o.used || now.Sub(o.emptySince) >= emptyLife) {
		o.over = true
	}
}

// dismiss says goodbye to everyone. After draining, each client waits another
// while of one to four seconds, so that they do not come back as one. Nothing is
// recorded of nobody.
func (o *owner) dismiss(why Reason) {
	o.stopTaping(nil, "")
	kept := time.Now().Add(awayLife)
	for _, s := range o.order {
		if s.conn == nil {
			continue
		}
		b := Bye{Reason: why}
		if why == ReasonDraining {
			b.Retry = time.Second + rand.N(3*time.Second) //nolint:gosec // spreads load, protects nothing.
		}
		s.conn.bye(b)
		s.conn, s.Away, s.keptUntil = nil, true, kept
	}
	for _, w := range o.waiting {
		if w.conn == nil {
			continue
		}
		b := Bye{Reason: why}
		if why == ReasonDraining {
			b.Retry = time.Second + rand.N(3*time.Second) //nolint:gosec // as above.
		}
		w.conn.bye(b)
		w.conn, w.keptUntil = nil, kept
	}
}

func (o *owner) cloneWaiting() []*waiter { return slices.Clone(o.waiting) }

// end ends the meeting for all. Nothing is said before it is written.
func (o *owner) end(ctx context.Context, entries ...audit.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if err := o.rooms.store.EndSitting(ctx, o.id, true, entries...); err != nil && fault.KindOf(err) != fault.NotFound {
		return fault.Wrap("room.end", err)
	}
	o.dismiss(ReasonEnded)
	for _, s := range o.order {
		o.release(s.ID)
	}
	for _, w := range o.waiting {
		o.release(w.ID)
	}
	o.people.Store(0)
	o.waitingCount.Store(0)
	o.over = true
	return nil
}

// spot shows one seat large for everybody.
func (o *owner) spot(seat id.Seat) {
	o.spotlight = seat
	o.spotted()
	o.tellSpotlight()
}

// setPolicy changes what attendees may do and everything that follows from it.
func (o *owner) setPolicy(p access.Policy, by id.Seat) {
	if o.meeting.Policy == p {
		return
	}
	o.meeting.Policy = p
	o.broadcast(PolicySet{Policy: p})
	for _, s := range o.clone() {
		o.reassess(s, by)
	}
}

// The requests of Rooms itself.
type (
	ending     struct{}
	refreshing struct{}
	draining   struct{}
)

func (ending) serve(ctx context.Context, o *owner) (struct{}, error) {
	return struct{}{}, o.end(ctx)
}

func (refreshing) serve(ctx context.Context, o *owner) (struct{}, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	m, err := o.rooms.store.Meeting(ctx, o.id)
	if err != nil {
		return struct{}{}, err
	}
	organisation, err := o.rooms.store.Tenant(ctx, m.Tenant)
	if err != nil {
		return struct{}{}, err
	}
	if err := o.forgive(ctx); err != nil {
		return struct{}{}, err
	}
	rearranged := m.Recording.Layout != o.meeting.Recording.Layout
	o.meeting.Recording, o.meeting.EndToEnd, o.recordings.off = m.Recording, m.EndToEnd, organisation.Settings.Recording.Off
	if m.EndToEnd || o.recordings.off {
		o.stopTaping(nil, codeOf(o.cannotRecord()))
	}
	if rearranged && o.recordings.running == nil {
		o.tellRecording()
	}
	o.meeting.Name, o.meeting.Welcome, o.meeting.MaxShares, o.meeting.Owner = m.Name, m.Welcome, m.MaxShares, m.Owner
	o.meeting.HostPINHash, o.meeting.AccountRequired, o.meeting.Newcomers, o.meeting.Roles = m.HostPINHash, m.AccountRequired, m.Newcomers, m.Roles
	o.setPolicy(m.Policy, "")
	if m.Locked != o.meeting.Locked {
		o.setLocked(m.Locked, "")
	}
	if !m.Lobby.Equal(o.meeting.Lobby) {
		o.setLobby(m.Lobby, "")
	}
	if m.PasscodeHash != o.meeting.PasscodeHash {
		o.passcodeSet(m.PasscodeHash, "")
	}
	return struct{}{}, nil
}

func (draining) serve(_ context.Context, o *owner) (struct{}, error) {
	o.dismiss(ReasonDraining)
	return struct{}{}, nil
}
