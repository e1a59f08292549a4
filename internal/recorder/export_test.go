package recorder

import (
	"sync/atomic"

	"github.com/pion/interceptor"

	lksdk "github.com/livekit/server-sdk-go/v2"
)

// CountPackets has every RTP packet counted that reaches the recorder's machine,
// whatever becomes of it. It must be called before Run.
func (r *Recorder) CountPackets() *atomic.Int64 {
	count := &atomic.Int64{}
	r.options = append(r.options,
		lksdk.WithInterceptors([]interceptor.Factory{counter{count: count}}),
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

type counter struct {
	interceptor.NoOp
	count *atomic.Int64
}

func (c counter) NewInterceptor(string) (interceptor.Interceptor, error) { return &c, nil }

func (c *counter) BindRemoteStream(_ *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err == nil {
			c.count.Add(1)
		}
		return n, a, err
	})
}
