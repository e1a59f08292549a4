package sfu

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/livekit/protocol/livekit"

	"plenum/internal/id"
)

// audience decides who receives whose camera, by LiveKit's subscription
// permissions, which are each sender's list of who may have which of its tracks.
// LiveKit lets senders write that list; here only the server does
// (requests.go drops the clients' own).
//
// Who joins a room where somebody may not see everybody gets the list before the
// signalling begins, so that no media can flow earlier. Everything else, such as
// a change of grants or a new track, marks the room, and one goroutine brings
// marked rooms up to date: however many change at once, the work is done once or
// twice.
type audience struct {
	seats *registry
	// permit has decide make the list of a seat's connection, unless it has none, and
	// tells LiveKit unless the list is nil.
	permit func(ctx context.Context, meeting id.Meeting, seat id.Seat, decide func(connection string) *livekit.SubscriptionPermission)
	wake   chan struct{}

	mu    sync.Mutex
	rooms map[id.Meeting]*audienceRoom // the open ones
}

type audienceRoom struct {
	stale  bool                      // guarded by audience.mu
	tracks map[id.Seat][]sentTrack   // guarded by audience.mu
	turn   sync.Mutex                // held while the lists are brought up to date
	lists  map[id.Seat]permittedList // guarded by turn: what LiveKit was told last
}

// sentTrack is a track that a seat sends or is about to.
type sentTrack struct {
	sid    string
	camera bool
}

// permittedList is what a list depends on; equal ones need not be told again.
type permittedList struct {
	connection string
	limited    bool
	people     uint64 // who may see; 0 when nothing is sent
	open       string // the tracks that everybody may have
}

func newAudience(seats *registry) *audience {
	return &audience{seats: seats, wake: make(chan struct{}, 1), rooms: make(map[id.Meeting]*audienceRoom)}
}

func (a *audience) open(meeting id.Meeting) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rooms[meeting] == nil {
		a.rooms[meeting] = &audienceRoom{tracks: make(map[id.Seat][]sentTrack), lists: make(map[id.Seat]permittedList)}
	}
}

func (a *audience) close(meeting id.Meeting) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.rooms, meeting)
}

// changed notes that the lists of a room may be out of date. It never blocks:
// LiveKit calls it from inside its own locks.
func (a *audience) changed(meeting id.Meeting) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changedLocked(meeting)
}

func (a *audience) changedLocked(meeting id.Meeting) {
	room := a.rooms[meeting]
	if room == nil {
		return
	}
	room.stale = true
	select {
	case a.wake <- struct{}{}:
	default: // it is awake
	}
}

// sends notes a track; every picture that is no screen counts as a camera.
func (a *audience) sends(meeting id.Meeting, seat id.Seat, track *livekit.TrackInfo) {
	camera := track.GetType() != livekit.TrackType_AUDIO && track.GetSource() != livekit.TrackSource_SCREEN_SHARE
	a.mu.Lock()
	defer a.mu.Unlock()
	room := a.rooms[meeting]
	if room == nil || slices.ContainsFunc(room.tracks[seat], func(t sentTrack) bool { return t.sid == track.GetSid() }) {
		return
	}
	tracks := append(room.tracks[seat], sentTrack{sid: track.GetSid(), camera: camera})
	if len(tracks) > 2*maxTracks { // announced and never sent
		tracks = slices.Clone(tracks[1:])
	}
	room.tracks[seat] = tracks
	a.changedLocked(meeting)
}

// sendsNoMore forgets a track.
func (a *audience) sendsNoMore(meeting id.Meeting, seat id.Seat, sid string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	room := a.rooms[meeting]
	if room == nil {
		return
	}
	room.tracks[seat] = slices.DeleteFunc(room.tracks[seat], func(t sentTrack) bool { return t.sid == sid })
	if len(room.tracks[seat]) == 0 {
		delete(room.tracks, seat)
	}
}

// run brings marked rooms up to date until ctx ends.
func (a *audience) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		}
		for _, meeting := range a.stale() {
			a.settle(ctx, meeting)
		}
	}
}

func (a *audience) stale() []id.Meeting {
	a.mu.Lock()
	defer a.mu.Unlock()
	var meetings []id.Meeting
	for meeting, room := range a.rooms {
		if room.stale {
			meetings = append(meetings, meeting)
		}
	}
	return meetings
}

// settle returns when the lists of the room say what its seats' grants say.
func (a *audience) settle(ctx context.Context, meeting id.Meeting) {
	a.mu.Lock()
	room := a.rooms[meeting]
	a.mu.Unlock()
	if room == nil {
		return
	}
	room.turn.Lock()
	defer room.turn.Unlock()
	a.mu.Lock()
	stale := room.stale
	room.stale = false
	tracks := make(map[id.Seat][]sentTrack, len(room.tracks))
	for seat, sent := range room.tracks {
		tracks[seat] = slices.Clone(sent)
	}
	a.mu.Unlock()
	if !stale {
		return // whoever had the turn did it
	}
	people := a.seats.viewers(meeting)
	for seat := range room.lists {
		if _, here := people.seats[seat]; !here {
			delete(room.lists, seat)
		}
	}
	for seat := range people.seats {
		if people.seats[seat].connected {
			a.settleSeat(ctx, meeting, room, seat, &people, tracks[seat])
		}
	}
}

func (a *audience) settleSeat(ctx context.Context, meeting id.Meeting, room *audienceRoom, seat id.Seat, people *viewers, tracks []sentTrack) {
	want := permittedList{limited: people.limits(seat)}
	var open []string
	for _, t := range tracks {
		if !t.camera {
			open = append(open, t.sid)
		}
	}
	if want.limited && len(tracks) > 0 {
		want.people, want.open = people.fingerprint, strings.Join(open, " ")
	}
	a.permit(ctx, meeting, seat, func(connection string) *livekit.SubscriptionPermission {
		want.connection = connection
		last, told := room.lists[seat]
		if last == want || !want.limited && (!told || last.connection != connection) { // LiveKit begins with everybody
			return nil
		}
		room.lists[seat] = want
		if !want.limited {
			return &livekit.SubscriptionPermission{AllParticipants: true}
		}
		if len(tracks) == 0 {
			return &livekit.SubscriptionPermission{}
		}
		return people.list(seat, open)
	})
}

// viewers are the seats of a room at one moment.
type viewers struct {
	seats       map[id.Seat]viewer
	blinkered   int    // how many do not see everybody
	fingerprint uint64 // of who they are and which of them see everybody
}

type viewer struct{ seesAll, seen, connected bool }

var fingerprintSeed = maphash.MakeSeed() //nolint:gochecknoglobals // random, and nobody changes it

func newViewers(size int) viewers { return viewers{seats: make(map[id.Seat]viewer, size)} }

func (v *viewers) add(seat id.Seat, who viewer) {
	v.seats[seat] = who
	text := string(seat)
	if !who.seesAll {
		v.blinkered++
		text += "-"
	}
	v.fingerprint ^= maphash.String(fingerprintSeed, text) // in any order
}

// limits reports whether there is anybody who may not see the seat's camera.
func (v *viewers) limits(seat id.Seat) bool {
	who := v.seats[seat]
	others := v.blinkered
	if !who.seesAll {
		others--
	}
	return !who.seen && others > 0
}

// list is who may have which tracks of a seat that not everybody sees.
func (v *viewers) list(seat id.Seat, open []string) *livekit.SubscriptionPermission {
	p := &livekit.SubscriptionPermission{TrackPermissions: make([]*livekit.TrackPermission, 0, len(v.seats))}
	for other, who := range v.seats {
		if other != seat {
			p.TrackPermissions = append(p.TrackPermissions, &livekit.TrackPermission{
				ParticipantIdentity: string(other), AllTracks: who.seesAll, TrackSids: open,
			})
		}
	}
	return p
}
