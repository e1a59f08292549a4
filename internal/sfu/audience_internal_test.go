package sfu

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"plenum/internal/access"
	"plenum/internal/id"
)

// However grants and tracks change, at once and from everywhere: when it is quiet,
// the lists LiveKit was told are those that the grants ask for.
func TestAudienceSettles(t *testing.T) {
	t.Parallel()
	const meeting = id.Meeting("m")
	seats := newRegistry(time.Now)
	seats.open(meeting)
	a := newAudience(seats)
	a.open(meeting)
	var mu sync.Mutex
	told := map[id.Seat]*livekit.SubscriptionPermission{} // guarded by mu
	a.permit = func(_ context.Context, _ id.Meeting, seat id.Seat, decide func(string) *livekit.SubscriptionPermission) {
		if list := decide("the only one"); list != nil {
			mu.Lock()
			told[seat] = list
			mu.Unlock()
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.run(ctx)
	}()

	const people, steps = 8, 300
	name := func(i int) id.Seat { return id.Seat(fmt.Sprintf("seat-%d", i)) }
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			seat := name(i)
			for step := range steps {
				grants := access.Grants{SeesAll: (step+i)%3 > 0, Seen: (step*i)%5 == 1}
				if step == 0 {
					if _, err := seats.issue(meeting, seat, grants); err != nil {
						t.Error(err)
					}
					attach(seats, meeting, seat)
				}
				seats.setGrants(meeting, seat, grants)
				a.changed(meeting)
				sid := fmt.Sprintf("%s-%d", seat, step%4)
				if step%2 == 0 {
					a.sends(meeting, seat, &livekit.TrackInfo{Sid: sid, Type: livekit.TrackType(step / 2 % 2), Source: livekit.TrackSource_CAMERA})
				} else {
					a.sendsNoMore(meeting, seat, sid)
				}
				if step%50 == 0 {
					a.settle(ctx, meeting)
				}
			}
		})
	}
	wg.Wait()
	for i := range people { // what the end is judged by
		a.sends(meeting, name(i), &livekit.TrackInfo{Sid: fmt.Sprintf("sound-of-%d", i), Type: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE})
		a.sends(meeting, name(i), &livekit.TrackInfo{Sid: fmt.Sprintf("camera-of-%d", i), Type: livekit.TrackType_VIDEO, Source: livekit.TrackSource_CAMERA})
	}
	a.settle(ctx, meeting)
	stop()
	<-ended

	now := seats.viewers(meeting)
	for i := range people {
		for j := range people {
			if i == j {
				continue
			}
			may := now.seats[name(i)].seen || now.seats[name(j)].seesAll
			if got := permitted(told[name(i)], name(j), fmt.Sprintf("camera-of-%d", i)); got != may {
				t.Errorf("camera of %d at %d: %v, want %v", i, j, got, may)
			}
			if !permitted(told[name(i)], name(j), fmt.Sprintf("sound-of-%d", i)) {
				t.Errorf("sound of %d does not reach %d", i, j)
			}
		}
	}
}

// attach connects a seat.
func attach(r *registry, meeting id.Meeting, seat id.Seat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rooms[meeting][seat].conns[&signalConn{}] = struct{}{}
}

// permitted reads a list as LiveKit does; nil is what it begins with.
func permitted(list *livekit.SubscriptionPermission, seat id.Seat, sid string) bool {
	if list == nil || list.GetAllParticipants() {
		return true
	}
	for _, p := range list.GetTrackPermissions() {
		if p.GetParticipantIdentity() == string(seat) {
			return p.GetAllTracks() || slices.Contains(p.GetTrackSids(), sid)
		}
	}
	return false
}
