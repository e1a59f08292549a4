package sfu_test

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"plenum/internal/access"
	"plenum/internal/id"
)

// What the parts of these tests may do: pupils have cameras that only teachers
// and whoever sees everybody receive.
var (
	teacher = access.Grants{Microphone: true, Camera: true, Screen: true, SeesAll: true, Seen: true}
	pupil   = access.Grants{Microphone: true, Camera: true, Screen: true}
)

// counter counts the packets in which a mark such as <pupil-camera-1> was found.
type counter struct {
	mu    sync.Mutex
	found map[string]int
	event chan struct{} // closed at the next packet
}

var markShape = regexp.MustCompile(`<[a-z0-9-]+>`)

func (c *counter) add(payload []byte) {
	found := markShape.Find(payload)
	if found == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found == nil {
		c.found = make(map[string]int)
	}
	c.found[string(found)]++
	if c.event != nil {
		close(c.event)
		c.event = nil
	}
}

func (c *counter) get(mark string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.found[mark]
}

// waits until n packets of mark have come.
func (c *counter) waits(t *testing.T, mark string, n int) {
	t.Helper()
	deadline := time.After(patience)
	for {
		c.mu.Lock()
		if c.found[mark] >= n {
			c.mu.Unlock()
			return
		}
		if c.event == nil {
			c.event = make(chan struct{})
		}
		next := c.event
		c.mu.Unlock()
		select {
		case <-next:
		case <-deadline:
			t.Fatalf("waited in vain for %d packets of %s, had %d", n, mark, c.get(mark))
		}
	}
}

// sending is a track whose every packet carries a mark that can be changed.
type sending struct {
	pub  *lksdk.LocalTrackPublication
	mark atomic.Pointer[string]
}

func (s *sending) change(mark string) { s.mark.Store(&mark) }

// send publishes a camera, microphone or screen with marked packets. Pictures are
// all key frames, so that whoever may see one gets it at once.
func (c *client) send(t *testing.T, source livekit.TrackSource, mark string) *sending {
	t.Helper()
	sound := source == livekit.TrackSource_MICROPHONE || source == livekit.TrackSource_SCREEN_SHARE_AUDIO
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	head := []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00} // RFC 6386 §9.1: a key frame of 320 × 240
	if sound {
		codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
		head = []byte{0x78}
	}
	track, err := lksdk.NewLocalSampleTrack(codec)
	if err != nil {
		t.Fatal(err)
	}
	s := &sending{}
	s.change(mark)
	if s.pub, err = c.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: source, VideoWidth: 320, VideoHeight: 240}); err != nil {
		t.Fatalf("publish: %v", err)
	}
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-t.Context().Done():
				return
			case <-tick.C:
				data := append(append([]byte{}, head...), *s.mark.Load()...)
				_ = track.WriteSample(media.Sample{Data: data, Duration: 20 * time.Millisecond}, nil)
			}
		}
	}()
	return s
}

func (s *server) grant(t *testing.T, m id.Meeting, seat id.Seat, grants access.Grants) {
	t.Helper()
	if err := s.SetGrants(t.Context(), m, seat, grants); err != nil {
		t.Fatal(err)
	}
}

const plenty = 50 // packets, a second of sound

// hidden checks that c gets no packet of camera while sound, which the same
// person sends, arrives in plenty.
func (c *client) hidden(t *testing.T, camera, sound string) {
	t.Helper()
	c.counts.waits(t, sound, c.counts.get(sound)+plenty)
	if n := c.counts.get(camera); n > 0 {
		t.Errorf("%d packets of %s arrived", n, camera)
	}
}

func TestCamerasOfPupils(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	first := s.join(t, m, pupil)
	second := s.join(t, m, pupil)
	first.send(t, livekit.TrackSource_MICROPHONE, "<first-sound>")
	first.send(t, livekit.TrackSource_CAMERA, "<first-camera>")
	// One joins after the tracks were there, the teacher's come last of all.
	third := s.join(t, m, pupil)
	master := s.join(t, m, teacher)
	master.send(t, livekit.TrackSource_CAMERA, "<teacher-camera>")
	first.send(t, livekit.TrackSource_SCREEN_SHARE, "<first-screen>")
	first.send(t, livekit.TrackSource_SCREEN_SHARE_AUDIO, "<first-screen-sound>")

	master.counts.waits(t, "<first-camera>", plenty)
	for _, c := range []*client{first, second, third} {
		c.counts.waits(t, "<teacher-camera>", plenty)
	}
	for _, c := range []*client{second, third} {
		c.counts.waits(t, "<first-screen>", plenty)
		c.counts.waits(t, "<first-screen-sound>", plenty)
		c.hidden(t, "<first-camera>", "<first-sound>")
	}
}

// vanishes waits until a camera that was seen is not any more, counted in what is
// heard of the same person meanwhile: a second's worth at most.
func (c *client) vanishes(t *testing.T, what string, camera, sound *sending) {
	t.Helper()
	for tenth := range 10 {
		soundMark, cameraMark := fmt.Sprintf("<%s-sound-%d>", what, tenth), fmt.Sprintf("<%s-camera-%d>", what, tenth)
		camera.change(cameraMark)
		sound.change(soundMark)
		c.counts.waits(t, soundMark, plenty/10)
		if c.counts.get(cameraMark) == 0 {
			c.hidden(t, cameraMark, soundMark)
			return
		}
	}
	t.Errorf("%s: the camera was still there after a second", what)
}

func TestCamerasFollowGrants(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	seesAll := access.Grants{Microphone: true, Camera: true, SeesAll: true}
	first, second := s.join(t, m, seesAll), s.join(t, m, seesAll)
	sound, camera := first.send(t, livekit.TrackSource_MICROPHONE, "<sound-0>"), first.send(t, livekit.TrackSource_CAMERA, "<camera-0>")
	second.counts.waits(t, "<camera-0>", plenty)

	for round := range 3 {
		limited := seesAll
		limited.SeesAll = false
		s.grant(t, m, second.seat, limited)
		second.vanishes(t, fmt.Sprintf("limited-%d", round), camera, sound)
		s.grant(t, m, second.seat, seesAll)
		mark := fmt.Sprintf("<seen-again-%d>", round)
		camera.change(mark)
		second.counts.waits(t, mark, plenty)
	}

	// The same by the other side: whoever becomes a presenter is seen.
	s.grant(t, m, second.seat, access.Grants{})
	second.vanishes(t, "attendee", camera, sound)
	seen := seesAll
	seen.Seen = true
	s.grant(t, m, first.seat, seen)
	camera.change("<presenter>")
	second.counts.waits(t, "<presenter>", plenty)
	s.grant(t, m, first.seat, seesAll)
	second.vanishes(t, "no-presenter", camera, sound)

	// And when the last who may not see everybody has gone, nothing is limited.
	if err := s.Remove(t.Context(), m, second.seat); err != nil {
		t.Fatal(err)
	}
	third := s.join(t, m, seesAll)
	camera.change("<nobody-limited>")
	third.counts.waits(t, "<nobody-limited>", plenty)
}

// What a client itself says about who may receive what changes nothing, and
// neither does asking for a track.
func TestClientsCannotWiden(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	first, second := s.join(t, m, pupil), s.join(t, m, pupil)
	first.send(t, livekit.TrackSource_MICROPHONE, "<sound>")
	camera := first.send(t, livekit.TrackSource_CAMERA, "<camera>")
	second.counts.waits(t, "<sound>", 1)
	first.LocalParticipant.SetSubscriptionPermission(&livekit.SubscriptionPermission{AllParticipants: true})
	first.LocalParticipant.SetSubscriptionPermission(&livekit.SubscriptionPermission{
		TrackPermissions: []*livekit.TrackPermission{{ParticipantIdentity: string(second.seat), AllTracks: true, TrackSids: []string{camera.pub.SID()}}},
	})
	for _, p := range second.GetRemoteParticipants() {
		for _, pub := range p.TrackPublications() {
			if remote, ok := pub.(*lksdk.RemoteTrackPublication); ok {
				_ = remote.SetSubscribed(true)
			}
		}
	}
	second.hidden(t, "<camera>", "<sound>")
}

// People come, go, come back and publish at once, while grants change: never a
// packet of a pupil's camera at a pupil's, always their sound.
func TestCamerasInACrowd(t *testing.T) {
	t.Parallel()
	s := start(t)
	m := s.meeting(t)
	const crowd = 6
	clients := make([]*client, crowd)
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() {
			clients[i] = s.join(t, m, pupil)
			clients[i].send(t, livekit.TrackSource_CAMERA, fmt.Sprintf("<camera-%d>", i))
			clients[i].send(t, livekit.TrackSource_MICROPHONE, fmt.Sprintf("<sound-%d>", i))
		})
	}
	ctx, stop := context.WithCancel(t.Context())
	changing := make(chan struct{})
	other := id.New[id.Seat]()
	go func() { // somebody whose grants change all the time
		defer close(changing)
		for i := 0; ctx.Err() == nil; i++ {
			_, _ = s.Token(m, other, access.Grants{SeesAll: i%2 == 0, Seen: i%3 == 0})
			_ = s.SetGrants(ctx, m, other, access.Grants{SeesAll: i%3 == 0, Seen: i%2 == 0})
			_ = s.Remove(ctx, m, other)
		}
	}()
	wg.Wait()
	stop()
	<-changing
	watcher := s.join(t, m, teacher)
	for i := range crowd {
		watcher.counts.waits(t, fmt.Sprintf("<camera-%d>", i), 5)
		for j := range crowd {
			if i != j {
				clients[j].hidden(t, fmt.Sprintf("<camera-%d>", i), fmt.Sprintf("<sound-%d>", i))
			}
		}
	}
}
