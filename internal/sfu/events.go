package sfu

import (
	"context"
	"sync"

	"github.com/livekit/livekit-server/pkg/telemetry"
	"github.com/livekit/protocol/livekit"

	"plenum/internal/access"
	"plenum/internal/id"
)

// maxTracks is what a seat may send at a time: microphone, camera, screen and
// its sound, twice while a client comes back. Grants limit the sources, and
// LiveKit not the number of tracks of each.
const maxTracks = 8

// observer hears of tracks through LiveKit's telemetry and passes everything on
// to it, since its bookkeeping is needed.
type observer struct {
	telemetry.TelemetryService
	events  *eventQueue
	viewing *audience
	tooMany func(context.Context, id.Meeting, id.Seat)
}

// TrackPublishRequested implements telemetry.TelemetryService. The track has its
// number and sends nothing yet: time to say who may have it.
func (o *observer) TrackPublishRequested(ctx context.Context, roomID livekit.RoomID, room livekit.RoomName, participantID livekit.ParticipantID, identity livekit.ParticipantIdentity, track *livekit.TrackInfo, send bool) {
	o.TelemetryService.TrackPublishRequested(ctx, roomID, room, participantID, identity, track, send)
	o.viewing.sends(id.Meeting(room), id.Seat(identity), track)
}

// TrackPublished implements telemetry.TelemetryService.
func (o *observer) TrackPublished(ctx context.Context, roomID livekit.RoomID, room livekit.RoomName, participantID livekit.ParticipantID, identity livekit.ParticipantIdentity, track *livekit.TrackInfo, send bool) {
	o.TelemetryService.TrackPublished(ctx, roomID, room, participantID, identity, track, send)
	o.viewing.sends(id.Meeting(room), id.Seat(identity), track)
	if o.events.published(id.Meeting(room), id.Seat(identity), track) > maxTracks {
		// Not from here: LiveKit holds the participant's locks.
		go o.tooMany(context.WithoutCancel(ctx), id.Meeting(room), id.Seat(identity))
	}
}

// TrackUnpublished implements telemetry.TelemetryService.
func (o *observer) TrackUnpublished(ctx context.Context, roomID livekit.RoomID, room livekit.RoomName, participantID livekit.ParticipantID, identity livekit.ParticipantIdentity, track *livekit.TrackInfo, send bool) {
	o.TelemetryService.TrackUnpublished(ctx, roomID, room, participantID, identity, track, send)
	o.events.unpublished(track)
	o.viewing.sendsNoMore(id.Meeting(room), id.Seat(identity), track.GetSid())
}

// sending is one source of one seat.
type sending struct {
	meeting id.Meeting
	seat    id.Seat
	source  access.Source
	sound   bool // of a shared screen, which is shared as long as its picture is
}

// eventQueue tells the room what is no longer sent. LiveKit may repeat events
// and calls from inside its own locks, so they are counted and queued here. The
// queue is at most as long as there are tracks.
type eventQueue struct {
	tell func(id.Meeting, id.Seat, access.Source)

	mu     sync.Mutex
	wake   *sync.Cond
	tracks map[string]sending // by LiveKit's track id
	queue  []sending
	closed bool
}

func newEventQueue(tell func(id.Meeting, id.Seat, access.Source)) *eventQueue {
	q := &eventQueue{tell: tell, tracks: make(map[string]sending)}
	q.wake = sync.NewCond(&q.mu)
	return q
}

// published returns how many tracks the seat is sending.
func (q *eventQueue) published(meeting id.Meeting, seat id.Seat, track *livekit.TrackInfo) int {
	source, _ := sourceOf(track.GetSource())
	sound := track.GetSource() == livekit.TrackSource_SCREEN_SHARE_AUDIO
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tracks[track.GetSid()] = sending{meeting: meeting, seat: seat, source: source, sound: sound}
	count := 0
	for _, other := range q.tracks {
		if other.meeting == meeting && other.seat == seat {
			count++
		}
	}
	return count
}

// unpublished counts when it is the seat's last track of the source: while a
// client comes back, its old and its new track overlap.
func (q *eventQueue) unpublished(track *livekit.TrackInfo) {
	q.mu.Lock()
	defer q.mu.Unlock()
	gone, ok := q.tracks[track.GetSid()]
	if !ok {
		return
	}
	delete(q.tracks, track.GetSid())
	if gone.sound || gone.source == "" { // "" is a track of no known source, which is never granted
		return
	}
	for _, other := range q.tracks {
		if other == gone {
			return
		}
	}
	q.queue = append(q.queue, gone)
	q.wake.Signal()
}

// deliver calls tell until the queue is closed.
func (q *eventQueue) deliver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for len(q.queue) == 0 && !q.closed {
			q.wake.Wait()
		}
		if q.closed {
			return
		}
		next := q.queue[0]
		q.queue = q.queue[1:]
		if q.tell != nil {
			q.mu.Unlock()
			q.tell(next.meeting, next.seat, next.source)
			q.mu.Lock()
		}
	}
}

func (q *eventQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake.Signal()
}

// sources counts the tracks being sent, by source.
func (q *eventQueue) sources() map[access.Source]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	counts := make(map[access.Source]int)
	for _, s := range q.tracks {
		if !s.sound {
			counts[s.source]++
		}
	}
	return counts
}
