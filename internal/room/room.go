// Package room is the live sitting of a meeting: the gate everybody comes in
// through, and one goroutine per room that owns its state. What people do comes
// in as commands, what is decided goes out as events; media itself is the SFU's.
package room

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
)

// The sizes of a room. A room has one outbox per seat and one inbox.
const (
	// Capacity is the number of seats; design and SFU are measured to it.
	Capacity = 500
	// reservedPlaces come on top for owners and moderators: a room filled by
	// strangers must still let in who can throw them out.
	reservedPlaces = 10
	// outboxSize is twice the largest room: everybody may join, and leave, while
	// one client stalls. 1,024 interfaces of 16 bytes are 16 KiB a seat.
	outboxSize = 1_024
	inboxSize  = 256 // a full inbox makes senders wait, nothing is lost
	// maxTickets is the number of people between page and room: the largest room
	// twice, at 60 s each. About 200 bytes apiece.
	maxTickets = 1_000
	// reservedTickets come on top for owners and moderators, whom a stranger with
	// the link must not keep out by asking for all the others.
	reservedTickets = 100
	// maxGone is how many left seats are remembered, the oldest forgotten first:
	// eight times the largest room, about 200 bytes apiece.
	maxGone = 4_096
)

// The times of a room.
const (
	ticketLife = 60 * time.Second
	awayLife   = 60 * time.Second // a lost seat is kept so long: a cut of 30 s, and time to come back
	// closedLife is the same for a client that closed its connection in order, as
	// a browser does for a tab that is closed or loaded again. A reload is back
	// within it also on a slow line; whoever closed the tab is no ghost for longer.
	closedLife  = 12 * time.Second
	arrivalLife = 15 * time.Second // longer than what is asked between two words with the room
	emptyLife   = 10 * time.Minute // an empty room keeps chat and roles so long
	SittingLife = 12 * time.Hour   // an abandoned sitting can be come back to so long
	storeTime   = 5 * time.Second  // for one call of the store
	mediaTime   = 5 * time.Second  // for one call of the SFU
)

// Config is what rooms need.
type Config struct {
	Store      Store
	Media      Media
	Pool       Pool       // nil for no limit
	Recordings Recordings // nil when there are none
	Passwords  Passwords
	Key        [chacha20poly1305.KeySize]byte // seals resume tokens; kept over restarts
	Logger     *slog.Logger
}

// Rooms are all live rooms of this server.
type Rooms struct {
	store      Store
	media      Media
	pool       Pool // nil for no limit
	passwords  Passwords
	recordings Recordings // nil when there are none
	log        *slog.Logger
	sealer     cipher.AEAD

	key         [32]byte // of this start, for digests
	passcodes   *brake   // wrong passcodes, by meeting and source
	proved      *proved
	pins        *brake // host PINs, by seat
	sourcePins  *brake // the same, by meeting and source
	meetingPins *brake // the same, by meeting
	refusals    *brake // written down, by meeting, reason and source
	tapings     *brake // recordings begun, by meeting

	starts   chan *owner
	stopped  chan struct{} // closed when Run no longer starts rooms
	draining atomic.Bool

	mu   sync.Mutex
	live map[id.Meeting]*owner // guarded by mu; only meetings that exist, so no more than those
}

// New makes Rooms; nothing happens before Run.
func New(c Config) (*Rooms, error) {
	sealer, err := chacha20poly1305.NewX(c.Key[:])
	if err != nil {
		return nil, fault.Wrap("room.New", err)
	}
	r := &Rooms{
		store: c.Store, media: c.Media, pool: c.Pool, passwords: c.Passwords, log: c.Logger, sealer: sealer,
		recordings: c.Recordings,
		passcodes:  newBrake(passcodeTries),
		proved:     &proved{seen: make(map[digest]struct{})},
		pins:       newBrake(pinTries),
		sourcePins: newBrake(pinTriesSource), meetingPins: newBrake(pinTriesMeeting),
		refusals: newBrake(refusalsKept), tapings: newBrake(tapingStarts),
		starts:  make(chan *owner),
		stopped: make(chan struct{}),
		live:    make(map[id.Meeting]*owner),
	}
	rand.Read(r.key[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return r, nil
}

// Run lets rooms live until ctx ends; when it returns, all of them have ended.
func (r *Rooms) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	defer close(r.stopped)
	for {
		select {
		case <-ctx.Done():
			return nil
		case o := <-r.starts:
			running.Go(func() { o.run(ctx) })
		}
	}
}

// Count returns the number of rooms with somebody in them.
func (r *Rooms) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, o := range r.live {
		if o.people.Load() > 0 {
			n++
		}
	}
	return n
}

// Seats returns the number of seats taken in all rooms.
func (r *Rooms) Seats() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, o := range r.live {
		n += int(o.people.Load())
	}
	return n
}

// People returns the number of seats taken in one meeting's room.
func (r *Rooms) People(meeting id.Meeting) int {
	if o := r.find(meeting); o != nil {
		return int(o.people.Load())
	}
	return 0
}

// Waiting returns the number of people who wait before one meeting's room.
func (r *Rooms) Waiting(meeting id.Meeting) int {
	if o := r.find(meeting); o != nil {
		return int(o.waitingCount.Load())
	}
	return 0
}

// recorded says whether one meeting is being recorded at present.
func (r *Rooms) recorded(meeting id.Meeting) bool {
	o := r.find(meeting)
	return o != nil && o.recorded.Load()
}

// Running is a room with somebody in it or before it.
type Running struct {
	Meeting   id.Meeting
	People    int
	Waiting   int
	StartedAt time.Time // zero when everybody is waiting
}

// Running lists the rooms of an organisation, in no order.
func (r *Rooms) Running(tenant id.Tenant) []Running {
	r.mu.Lock()
	defer r.mu.Unlock()
	var running []Running
	for _, o := range r.live {
		f, people, waiting := o.facts.Load(), int(o.people.Load()), int(o.waitingCount.Load())
		if f != nil && f.tenant == tenant && people+waiting > 0 {
			running = append(running, Running{Meeting: o.id, People: people, Waiting: waiting, StartedAt: f.startedAt})
		}
	}
	return running
}

// EndMeeting ends the meeting for all, as the API does when it is deleted. A
// meeting that is not there is over already.
func (r *Rooms) EndMeeting(ctx context.Context, m id.Meeting) error {
	_, err := askRoom(ctx, r, m, ending{})
	if errors.Is(err, meeting.ErrNotFound) {
		return nil
	}
	return err
}

// Refresh makes a live room read the meeting's settings again.
func (r *Rooms) Refresh(ctx context.Context, meeting id.Meeting) error {
	o := r.find(meeting)
	if o == nil {
		return nil
	}
	_, err := ask(ctx, o, refreshing{})
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// Drain says goodbye to everybody before a restart and lets nobody in any more.
// Seats, lock and roles survive in the store and in the clients' resume tokens.
func (r *Rooms) Drain(ctx context.Context) error {
	r.draining.Store(true)
	r.mu.Lock()
	owners := slices.Collect(maps.Values(r.live))
	r.mu.Unlock()
	for _, o := range owners {
		if _, err := ask(ctx, o, draining{}); err != nil && !errors.Is(err, errOver) {
			return err
		}
	}
	return nil
}

// Unpublished tells that a seat's track is gone at the SFU. It never blocks.
func (r *Rooms) Unpublished(meeting id.Meeting, seat id.Seat, source access.Source) {
	if o := r.find(meeting); o != nil && source == access.Screen {
		o.unpublished.add(seat)
	}
}

func (r *Rooms) find(meeting id.Meeting) *owner {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.live[meeting]
}

// open returns the meeting's room and starts it if need be.
func (r *Rooms) open(ctx context.Context, meeting id.Meeting) (*owner, error) {
	r.mu.Lock()
	o, found := r.live[meeting]
	if !found {
		o = newOwner(r, meeting)
		r.live[meeting] = o
	}
	r.mu.Unlock()
	if found {
		return o, nil
	}
	err := error(ErrDraining)
	select {
	case r.starts <- o:
		return o, nil
	case <-r.stopped:
	case <-ctx.Done():
		err = ctx.Err()
	}
	o.err = err
	r.forget(o)
	close(o.done)
	return nil, err
}

func (r *Rooms) forget(o *owner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.live, o.id)
}
