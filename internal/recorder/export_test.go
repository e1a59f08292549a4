package recorder

import (
	"encoding/binary"
	"sync/atomic"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// CountPackets has every RTP packet counted that reaches the recorder's machine,
// whatever becomes of it. It must be called before Run.
func (r *Recorder) CountPackets() *atomic.Int64 {
	count := &atomic.Int64{}
	r.options = append(r.options,
		lksdk.WithInterceptors([]interceptor.Factory{&counter{count: count}}),
		lksdk.WithIncludeDefaultInterceptors(true))
	return count
}

// Break ends the connection as a broken network does.
func (r *Recorder) Break() {
	r.order(func() {
		if r.conn != nil {
			r.conn.room.Simulate(lksdk.SimulateSignalReconnect)
		}
	})
}

// LosePackets has every seventh packet of pictures lost on the way to the
// recorder, and returns how many. It must be called before Run.
func (r *Recorder) LosePackets() *atomic.Int64 {
	lost := &atomic.Int64{}
	r.options = append(r.options,
		lksdk.WithInterceptors([]interceptor.Factory{&loser{count: lost}}),
		lksdk.WithIncludeDefaultInterceptors(true))
	return lost
}

type loser struct {
	interceptor.NoOp
	count *atomic.Int64
}

func (l *loser) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *loser) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	if info.MimeType != webrtc.MimeTypeVP8 {
		return reader
	}
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, next, err := reader.Read(b, a)
			if err != nil || binary.BigEndian.Uint16(b[2:])%7 != 0 {
				return n, next, err
			}
			l.count.Add(1)
		}
	})
}

type counter struct {
	interceptor.NoOp
	count *atomic.Int64
}

func (c *counter) NewInterceptor(string) (interceptor.Interceptor, error) { return c, nil }

func (c *counter) BindRemoteStream(_ *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err == nil {
			c.count.Add(1)
		}
		return n, a, err
	})
}
