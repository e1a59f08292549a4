package recorder

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
)

const (
	connectTimeout = 10 * time.Second
	// A connection that is lost is tried again after retryFirst, then after twice
	// as long each time, up to retryMost: the SFU lets ten open in a row and one
	// a second after that.
	retryFirst = 250 * time.Millisecond
	retryMost  = 4 * time.Second
	// maxSpeakers is as many as a record takes.
	maxSpeakers = 16
)

var silenced sync.Once //nolint:gochecknoglobals // LiveKit's logger is a variable of its package

// silence turns LiveKit's client log off: it names addresses, tokens and people.
func silence() { silenced.Do(func() { lksdk.SetLogger(logger.GetDiscardLogger()) }) }

// door is where the client library finds the SFU's signalling, which it only
// knows to reach by address: a port on loopback, open while the recorder runs,
// behind the SFU's own gate.
type door struct {
	url    string
	server *http.Server
}

func newDoor(ctx context.Context, signalling http.Handler) (*door, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		if listener, err = config.Listen(ctx, "tcp", "[::1]:0"); err != nil {
			return nil, err
		}
	}
	d := &door{
		url:    "ws://" + listener.Addr().String(),
		server: &http.Server{Handler: signalling, ReadHeaderTimeout: connectTimeout, MaxHeaderBytes: 16 << 10},
	}
	go func() { _ = d.server.Serve(listener) }() // it ends with close
	return d, nil
}

func (d *door) close() { _ = d.server.Close() }

// connection is one connection to the SFU; a lost one is never resumed. (Resuming,
// the library subscribes again to all it ever was subscribed to, also to people
// who withdrew their consent.)
type connection struct {
	recorder *Recorder
	room     *lksdk.Room
	up       bool
	wanted   map[string]wanted // by LiveKit's track id
	tracks   map[string]*track
	persons  map[string]*personClock // by LiveKit's participant id
}

// wanted is what the SFU was last told about a publication.
type wanted struct {
	pub *lksdk.RemoteTrackPublication
	yes bool
}

// reconnect begins a connection when there is none and it is time.
func (r *Recorder) reconnect(ctx context.Context, d *door) {
	now := time.Now()
	if r.conn != nil || now.Before(r.retry) || ctx.Err() != nil {
		return
	}
	c := &connection{
		recorder: r,
		wanted:   make(map[string]wanted),
		tracks:   make(map[string]*track),
		persons:  make(map[string]*personClock),
	}
	c.room = lksdk.NewRoom(c.callbacks())
	r.conn = c
	r.apart.CompareAndSwap(0, int64(max(1, onOurs(now))))
	r.work.Go(func() {
		err := c.join(ctx, d.url)
		r.order(func() { c.joined(time.Now(), err) })
	})
}

func (c *connection) join(ctx context.Context, url string) error {
	token, err := c.recorder.cfg.Token(ctx)
	if err != nil {
		return err
	}
	return c.room.JoinWithContextAndToken(ctx, url, token.Text(), append([]lksdk.ConnectOption{
		lksdk.WithAutoSubscribe(false),
		lksdk.WithDisableRegionDiscovery(),
		lksdk.WithDisableTURN(),
		lksdk.WithConnectTimeout(connectTimeout),
	}, c.recorder.options...)...)
}

func (c *connection) joined(now time.Time, err error) {
	r := c.recorder
	if r.conn != c {
		return // lost or ended meanwhile
	}
	if err != nil {
		r.log.Warn("the recorder cannot connect", "error", fault.Wrap("recorder.join", err))
		c.lost(now)
		return
	}
	c.up = true
	r.tries = 0
	r.apart.Store(0)
	if !r.came && r.cfg.Joined != nil {
		r.cfg.Joined()
	}
	r.came = true
	r.subscribe()
}

// lost gives the connection up.
func (c *connection) lost(now time.Time) {
	r := c.recorder
	if r.conn != c {
		return
	}
	r.endTracks(now)
	r.hangUp()
	r.retry = now.Add(min(retryFirst<<min(r.tries, 8), retryMost))
	r.tries++
}

// hangUp leaves the SFU. Leaving takes the library's locks, which its callbacks
// may hold: not in Run's goroutine.
func (r *Recorder) hangUp() {
	if c := r.conn; c != nil {
		r.conn = nil
		r.work.Go(c.room.Disconnect)
	}
}

// callbacks come from LiveKit's goroutines, some with its locks held: they only
// leave orders.
func (c *connection) callbacks() *lksdk.RoomCallback {
	r := c.recorder
	changed := func() { r.order(r.subscribe) }
	lost := func() {
		now := time.Now()
		r.order(func() { c.lost(now) })
	}
	cb := lksdk.NewRoomCallback()
	cb.OnReconnecting, cb.OnDisconnected = lost, lost
	cb.OnTrackPublished = func(*lksdk.RemoteTrackPublication, *lksdk.RemoteParticipant) { changed() }
	cb.OnTrackUnpublished = func(p *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) { c.ended(p.SID()); changed() }
	cb.OnTrackUnsubscribed = func(_ *webrtc.TrackRemote, p *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		c.ended(p.SID())
	}
	cb.OnTrackSubscriptionFailed = func(sid string, _ *lksdk.RemoteParticipant) {
		r.order(func() {
			delete(c.wanted, sid)
			r.subscribe()
		})
	}
	muted := func(yes bool) func(lksdk.TrackPublication, lksdk.Participant) {
		return func(p lksdk.TrackPublication, _ lksdk.Participant) {
			sid, now := p.SID(), time.Now()
			r.order(func() {
				if t := c.tracks[sid]; t != nil {
					t.mute(now, yes)
				}
			})
		}
	}
	cb.OnTrackMuted, cb.OnTrackUnmuted = muted(true), muted(false)
	cb.OnTrackSubscribed = c.subscribed
	cb.OnActiveSpeakersChanged = func([]lksdk.Participant) {
		now := time.Now()
		r.order(func() { c.speakers(now) })
	}
	return cb
}

func (c *connection) ended(sid string) {
	now := time.Now()
	c.recorder.order(func() {
		if t := c.tracks[sid]; t != nil {
			t.end(now, true)
		}
	})
}

// subscribe tells the SFU which tracks are wanted: those of people who consent,
// while something is recorded.
func (r *Recorder) subscribe() {
	c := r.conn
	if c == nil || !c.up {
		return
	}
	here := make(map[string]bool)
	for _, person := range c.room.GetRemoteParticipants() {
		seat, err := id.Parse[id.Seat](person.Identity())
		for _, p := range person.TrackPublications() {
			pub, ok := p.(*lksdk.RemoteTrackPublication)
			if !ok {
				continue
			}
			here[pub.SID()] = true
			_, known := sourceOf(pub.Source())
			readable := pub.TrackInfo().GetEncryption() == livekit.Encryption_NONE
			c.want(pub, err == nil && known && readable && r.watch.running() && r.mayRecord(seat))
		}
	}
	for sid := range c.wanted {
		if !here[sid] {
			delete(c.wanted, sid)
		}
	}
}

func (c *connection) want(pub *lksdk.RemoteTrackPublication, yes bool) {
	sid := pub.SID()
	before := c.wanted[sid]
	if before.pub != pub {
		before = wanted{pub: pub}
	}
	if before.yes != yes {
		if err := pub.SetSubscribed(yes); err != nil {
			c.lost(time.Now()) // it could not be told: only leaving makes sure
			return
		}
		if yes && pub.Kind() == lksdk.TrackKindVideo {
			// Whatever the SFU gives to who does not say.
			if err := pub.SetVideoQuality(livekit.VideoQuality_HIGH); err != nil {
				c.recorder.log.Warn("the recorder cannot ask for the largest picture", "error", err)
			}
		}
	}
	c.wanted[sid] = wanted{pub: pub, yes: yes}
	if t := c.tracks[sid]; t != nil && !yes {
		t.end(time.Now(), false)
	}
}

// subscribed begins a track; called by LiveKit.
func (c *connection) subscribed(remote *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, person *lksdk.RemoteParticipant) {
	r, now := c.recorder, time.Now()
	seat, errSeat := id.Parse[id.Seat](person.Identity())
	source, known := sourceOf(pub.Source())
	codec, readable := codecOf(remote.Codec().MimeType)
	t := &track{
		recorder: r, sid: pub.SID(), seat: seat, source: source, remote: remote, muted: pub.IsMuted(), over: true,
		askKey: func() { person.WritePLI(remote.SSRC()) },
	}
	sid := person.SID()
	r.order(func() {
		// Packets before this order, if any, are dropped by over.
		if r.conn != c || errSeat != nil || !known || !readable || !c.wanted[t.sid].yes || !r.mayRecord(seat) {
			return
		}
		if old := c.tracks[t.sid]; old != nil {
			old.end(now, true)
		}
		if c.persons[sid] == nil {
			c.persons[sid] = &personClock{}
		}
		t.person, t.over = c.persons[sid], false
		c.tracks[t.sid] = t
		t.begin(now, codec)
	})
	r.work.Go(func() { t.read(pub) })
}

// speakers writes who speaks, of those who consent.
func (c *connection) speakers(now time.Time) {
	r := c.recorder
	if r.conn != c || !r.watch.running() {
		return
	}
	var seats []id.Seat
	for _, person := range c.room.ActiveSpeakers() {
		seat := id.Seat(person.Identity())
		if r.told[seat] && r.mayRecord(seat) && len(seats) < maxSpeakers {
			seats = append(seats, seat)
		}
	}
	if len(seats) == 0 && len(r.scene.speakers) == 0 {
		return
	}
	r.scene.speakers = seats
	r.event(now, recording.Speakers, recording.Event{Seats: seats})
}

func (r *Recorder) eachTrack(do func(*track)) {
	if r.conn == nil {
		return
	}
	for _, t := range r.conn.tracks {
		do(t)
	}
}

// endTracks writes what has come and ends all tracks.
func (r *Recorder) endTracks(now time.Time) {
	r.eachTrack(func(t *track) { t.end(now, true) })
}
