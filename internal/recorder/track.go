package recorder

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// askAgain is how often a key frame is asked for until one comes. The SFU passes
// on one such wish of all subscribers in half a second.
const askAgain = time.Second

// packet is one RTP packet on its way to Run's goroutine.
type packet struct {
	track  *track
	packet *rtp.Packet
	codec  recording.Codec
	at     time.Time
}

// track is one subscription to one of a person's tracks. But for its reader, it
// belongs to Run's goroutine.
type track struct {
	recorder *Recorder
	sid      string
	seat     id.Seat
	source   access.Source
	remote   *webrtc.TrackRemote
	askKey   func() // sends a picture loss indication

	person  *personClock
	codec   recording.Codec
	number  uint32 // in the journal
	parts   *assembler
	clock   trackClock
	muted   bool
	over    bool
	askedAt time.Time
}

// sourceOf names what a track shows; of anything else nothing is recorded.
func sourceOf(source livekit.TrackSource) (access.Source, bool) {
	switch source {
	case livekit.TrackSource_MICROPHONE:
		return access.Microphone, true
	case livekit.TrackSource_CAMERA:
		return access.Camera, true
	case livekit.TrackSource_SCREEN_SHARE:
		return access.Screen, true
	case livekit.TrackSource_SCREEN_SHARE_AUDIO:
		return recording.ScreenSound, true
	case livekit.TrackSource_UNKNOWN:
	}
	return "", false
}

// read passes the packets on until the subscription ends. It never waits for Run:
// what that has no place for is lost like on a bad network.
func (t *track) read(pub *lksdk.RemoteTrackPublication) {
	pub.OnRTCP(func(p rtcp.Packet) {
		if report, ok := p.(*rtcp.SenderReport); ok && report.SSRC == uint32(t.remote.SSRC()) {
			now := time.Now()
			t.recorder.order(func() { t.report(report, now) })
		}
	})
	defer pub.OnRTCP(nil)
	var kind webrtc.PayloadType
	var codec recording.Codec
	for failed := 0; failed < mediaQueue; {
		p, _, err := t.remote.ReadRTP()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe):
			t.recorder.order(func() { t.end(time.Now(), true) })
			return
		case err != nil: // a payload type that was never agreed on
			failed++
			continue
		}
		if now := webrtc.PayloadType(p.PayloadType); now != kind || codec == "" {
			kind = now
			codec, _ = codecOf(t.remote.Codec().MimeType)
		}
		if codec == "" {
			continue
		}
		select {
		case t.recorder.media <- packet{t, p, codec, time.Now()}:
		default:
			t.recorder.dropped.Add(1)
		}
	}
}

// begin writes that the track is there.
func (t *track) begin(now time.Time, codec recording.Codec) {
	r := t.recorder
	r.numbers++
	t.number, t.codec = r.numbers, codec
	t.parts = newAssembler(codec, t.frame)
	t.clock = trackClock{person: t.person, rate: clockRate(codec), video: codec.Video(), moved: t.move}
	t.person.tracks = append(t.person.tracks, &t.clock)
	at := r.watch.at(now)
	r.journal.write(recording.Began(at, recording.Track{ID: t.number, Seat: t.seat, Source: t.source, Codec: codec}))
	if t.muted {
		r.journal.write(recording.Record{At: at, Kind: recording.Muted, Track: t.number})
	}
}

// move corrects when all frames so far are to be seen or heard.
func (t *track) move(by time.Duration) {
	r := t.recorder
	if !t.over {
		r.journal.write(recording.Record{At: r.watch.at(time.Now()), Kind: recording.Moved, Track: t.number, Event: recording.Event{By: by}})
	}
}

// clockRate is how many ticks a second RTP timestamps have (RFC 7741, 9628,
// 6184, 7587 and the AV1 payload format).
func clockRate(codec recording.Codec) uint64 {
	if codec.Video() {
		return 90_000
	}
	return 48_000
}

func (t *track) push(p packet) {
	if t.over {
		return
	}
	if p.codec != t.codec { // the SFU went over to the sender's other encoding
		if p.codec.Video() != t.codec.Video() {
			return
		}
		t.close(p.at, true)
		t.begin(p.at, p.codec)
	}
	t.parts.push(p.packet, p.at)
}

// frame writes a frame, if that is still wanted.
func (t *track) frame(f frame) {
	r := t.recorder
	at := r.watch.at(t.clock.when(f.timestamp, f.arrived))
	if t.over || !r.watch.running() || !r.mayRecord(t.seat) {
		return
	}
	if !r.journal.write(recording.Record{At: at, Kind: recording.Frame, Track: t.number, Key: f.key, Data: f.data}) {
		t.parts.needKey = t.codec.Video()
	}
}

func (t *track) passTime(now time.Time) {
	t.parts.expire(now)
	if t.parts.needKey && !t.muted && now.Sub(t.askedAt) >= askAgain {
		t.askedAt = now
		t.askKey()
	}
}

func (t *track) report(report *rtcp.SenderReport, now time.Time) {
	if t.over {
		return
	}
	if ts, ok := t.parts.extend(report.RTPTime); ok {
		t.clock.sawReport(report.NTPTime, ts, now)
	}
}

func (t *track) mute(now time.Time, muted bool) {
	if t.over || t.muted == muted {
		return
	}
	t.muted = muted
	kind := recording.Unmuted
	if muted {
		kind = recording.Muted
	}
	t.recorder.journal.write(recording.Record{At: t.recorder.watch.at(now), Kind: kind, Track: t.number})
}

// end ends the track for good; with rest, what has come is written before.
func (t *track) end(now time.Time, rest bool) {
	if t.over {
		return
	}
	t.close(now, rest)
	t.over = true
	if c := t.recorder.conn; c != nil && c.tracks[t.sid] == t {
		delete(c.tracks, t.sid)
	}
}

func (t *track) close(now time.Time, rest bool) {
	if rest {
		t.parts.flush()
	}
	t.person.tracks = slices.DeleteFunc(t.person.tracks, func(c *trackClock) bool { return c == &t.clock })
	r := t.recorder
	r.journal.write(recording.Record{At: r.watch.at(now), Kind: recording.TrackEnded, Track: t.number})
}
