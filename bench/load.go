package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

const (
	frameRate = 30
	// frameSize makes 1.5 Mbit/s, in packetsPerFrame packets of the SDK's 1,200 bytes.
	frameSize       = 6250
	packetsPerFrame = 6
	// settle is for the joins to be over and the SFU's bandwidth estimate to stand.
	settle = 4 * time.Second
	// joinTimeout is long: the load itself is what keeps the machine busy.
	joinTimeout = 30 * time.Second
)

// shape is one load: every sender's video goes to every subscriber.
type shape struct{ senders, subscribers int }

// result is one measured window.
type result struct {
	perPacket time.Duration // the server's CPU time per packet that arrived at a subscriber
	rate      float64       // packets per second over all subscribers
	arrived   float64       // share of the packets that should have arrived
	p50, p99  time.Duration // from the sender's write to a subscriber's read, a frame's first packet
	link      string        // transport and SRTP profile of the subscribers
}

// load is the people of one window.
type load struct {
	began   time.Time // the clock that frames carry
	packets atomic.Int64
	delays  delays
}

// measure joins the senders and subscribers, lets them settle, and divides the
// server's CPU time in the window by the packets that arrived in it.
func measure(ctx context.Context, s server, size shape, window time.Duration) (result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	meeting, err := s.meeting()
	if err != nil {
		return result{}, err
	}
	l := &load{began: time.Now()}
	rooms := make([]*lksdk.Room, size.senders+size.subscribers)
	errs := make([]error, len(rooms))
	defer func() { leave(rooms) }()
	var wg sync.WaitGroup
	gate := make(chan struct{}, 8) // joins at once: the join itself is not what is measured
	for i := range rooms {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			rooms[i], errs[i] = l.join(ctx, s, meeting, i < size.senders)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return result{}, err
	}

	pause(ctx, settle)
	link, err := linkOf(rooms[len(rooms)-1])
	if err != nil {
		return result{}, err
	}
	l.delays.clear()
	cpu, count, began := s.cpu(), l.packets.Load(), time.Now()
	pause(ctx, window)
	cpu, count = s.cpu()-cpu, l.packets.Load()-count
	took := time.Since(began)
	r := result{rate: float64(count) / took.Seconds(), link: link, p50: l.delays.at(0.5), p99: l.delays.at(0.99)}
	r.arrived = r.rate / float64(size.senders*size.subscribers*frameRate*packetsPerFrame)
	r.perPacket = cpu / time.Duration(max(count, 1))
	return r, ctx.Err()
}

func leave(rooms []*lksdk.Room) {
	var leaving sync.WaitGroup
	for _, room := range rooms {
		if room != nil {
			leaving.Go(room.Disconnect)
		}
	}
	leaving.Wait()
}

// join takes a seat: a sender receives nothing, a subscriber everything.
func (l *load) join(ctx context.Context, s server, meeting string, sender bool) (*lksdk.Room, error) {
	url, token, err := s.token(ctx, meeting)
	if err != nil {
		return nil, err
	}
	callback := lksdk.NewRoomCallback()
	callback.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		l.receive(track)
	}
	room, err := lksdk.ConnectToRoomWithToken(url, token, callback, lksdk.WithAutoSubscribe(!sender), lksdk.WithConnectTimeout(joinTimeout))
	if err == nil && sender {
		err = l.send(ctx, room)
	}
	return room, err
}

// receive counts packets, and reads off a frame's first one how long it took.
func (l *load) receive(track *webrtc.TrackRemote) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		l.packets.Add(1)
		var vp8 codecs.VP8Packet
		if frame, err := vp8.Unmarshal(packet.Payload); err == nil && vp8.S == 1 && vp8.PID == 0 && len(frame) >= stampAt+8 {
			sent := time.Duration(binary.BigEndian.Uint64(frame[stampAt:])) //nolint:gosec // written by send
			l.delays.add(time.Since(l.began) - sent)
		}
	}
}

// stampAt is where a frame carries its time, after the header of a key frame.
const stampAt = 16

// send writes frames that carry a VP8 header, the time and nothing else, since
// an SFU looks no further.
func (l *load) send(ctx context.Context, room *lksdk.Room) error {
	track, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000})
	if err != nil {
		return err
	}
	if _, err := room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{
		Name: "camera", VideoWidth: 1280, VideoHeight: 720,
	}); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	go func() {
		tick := time.NewTicker(time.Second / frameRate)
		defer tick.Stop()
		for frame := 0; ; frame++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			payload := make([]byte, frameSize)
			// RFC 6386 section 9.1: bit 0 of a frame is 0 on a key frame, which a
			// start code and the size follow.
			if frame%frameRate == 0 {
				copy(payload, []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02})
			} else {
				payload[0] = 0x11
			}
			binary.BigEndian.PutUint64(payload[stampAt:], uint64(time.Since(l.began))) //nolint:gosec // positive
			_ = track.WriteSample(media.Sample{Data: payload, Duration: time.Second / frameRate}, nil)
		}
	}()
	return nil
}

// delays is a histogram of tenths of a millisecond; the last bucket is a second
// and more.
type delays [10_000]atomic.Int64

func (d *delays) add(delay time.Duration) {
	d[min(max(int(delay/(100*time.Microsecond)), 0), len(d)-1)].Add(1)
}

func (d *delays) clear() {
	for i := range d {
		d[i].Store(0)
	}
}

// at is the delay that the given share of the frames did not exceed.
func (d *delays) at(share float64) time.Duration {
	var total, sum int64
	for i := range d {
		total += d[i].Load()
	}
	for i := range d {
		if sum += d[i].Load(); float64(sum) >= share*float64(total) {
			return time.Duration(i+1) * 100 * time.Microsecond
		}
	}
	return 0
}

// linkOf names how packets travel: two servers are only compared when it is the
// same. pion keeps the SRTP profile in a field of its own and tells nobody.
func linkOf(room *lksdk.Room) (string, error) {
	pc := room.LocalParticipant.GetSubscriberPeerConnection()
	if pc == nil {
		return "", errors.New("no connection to receive on")
	}
	transport := pc.SCTP().Transport()
	pair, err := transport.ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return "", errors.Join(errors.New("no way found to receive on"), err)
	}
	profile := reflect.ValueOf(transport).Elem().FieldByName("srtpProtectionProfile").Uint()
	name := map[uint64]string{ // IANA, "DTLS-SRTP Protection Profiles"
		1: "AES-128-CM with SHA-1", 7: "AES-128-GCM", 8: "AES-256-GCM",
	}[profile]
	return fmt.Sprintf("%s/%s, %s", pair.Remote.Protocol, pair.Remote.Typ, name), nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
