package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// result is one measured window.
type result struct {
	perPacket float64 // µs of the server's CPU per packet that arrived at a subscriber
	rate      float64 // packets per second over all subscribers
}

// measure joins one publisher and n subscribers, lets them settle, and divides
// the server's CPU time in the window by the packets that arrived in it.
func measure(ctx context.Context, s server, n int, window time.Duration) (result, error) {
	meeting, err := s.meeting()
	if err != nil {
		return result{}, err
	}
	var packets atomic.Int64
	url, token, err := s.token(ctx, meeting)
	if err != nil {
		return result{}, err
	}
	publisher, err := lksdk.ConnectToRoomWithToken(url, token, lksdk.NewRoomCallback())
	if err != nil {
		return result{}, fmt.Errorf("publisher: %w", err)
	}
	defer publisher.Disconnect()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := publish(ctx, publisher); err != nil {
		return result{}, err
	}

	rooms := make([]*lksdk.Room, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	gate := make(chan struct{}, 8) // joins at once, so that the join itself is not what is measured
	for i := range n {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			rooms[i], errs[i] = subscribe(ctx, s, meeting, &packets)
		})
	}
	wg.Wait()
	defer func() {
		var leaving sync.WaitGroup
		for _, room := range rooms {
			if room != nil {
				leaving.Go(room.Disconnect)
			}
		}
		leaving.Wait()
	}()
	if err := errors.Join(errs...); err != nil {
		return result{}, err
	}

	pause(ctx, 4*time.Second)
	cpu, count, began := s.cpu(), packets.Load(), time.Now()
	pause(ctx, window)
	cpu, count = s.cpu()-cpu, packets.Load()-count
	took := time.Since(began)
	if count < int64(n)*100 {
		return result{}, fmt.Errorf("only %d packets arrived", count)
	}
	return result{perPacket: float64(cpu.Microseconds()) / float64(count), rate: float64(count) / took.Seconds()}, ctx.Err()
}

func subscribe(ctx context.Context, s server, meeting string, packets *atomic.Int64) (*lksdk.Room, error) {
	url, token, err := s.token(ctx, meeting)
	if err != nil {
		return nil, err
	}
	callback := lksdk.NewRoomCallback()
	callback.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			packets.Add(1)
		}
	}
	return lksdk.ConnectToRoomWithToken(url, token, callback)
}

// publish sends 30 frames a second of 6,250 bytes, 1.5 Mbit/s: bytes that carry
// a VP8 header and nothing else, since an SFU looks no further.
func publish(ctx context.Context, room *lksdk.Room) error {
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
		tick := time.NewTicker(time.Second / 30)
		defer tick.Stop()
		for frame := 0; ; frame++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			payload := make([]byte, 6250)
			// RFC 6386 section 9.1: bit 0 of a frame is 0 on a key frame, which a
			// start code and the size follow.
			if frame%30 == 0 {
				copy(payload, []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02})
			} else {
				payload[0] = 0x11
			}
			_ = track.WriteSample(media.Sample{Data: payload, Duration: time.Second / 30}, nil)
		}
	}()
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
