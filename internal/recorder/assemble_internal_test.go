package recorder

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"pgregory.net/rapid"

	"plenum/internal/recording"
)

// film is video frames as RTP packets: each third is a key frame.
func film(n int, firstSeq uint16, firstTS uint32) (frames [][]byte, packets [][]*rtp.Packet) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // pictures, not secrets
	payloader := codecs.VP8Payloader{EnablePictureID: true}
	for i := range n {
		frame := make([]byte, 500+random.IntN(4000))
		for j := range frame {
			frame[j] = byte(random.Uint32()) //nolint:gosec // as above
		}
		frame[0] |= 1
		if i%3 == 0 {
			frame[0] &^= 1
		}
		frames = append(frames, frame)
		payloads := payloader.Payload(1000, frame)
		parts := make([]*rtp.Packet, 0, len(payloads))
		for j, p := range payloads {
			parts = append(parts, &rtp.Packet{Header: rtp.Header{
				SequenceNumber: firstSeq, Timestamp: firstTS, Marker: j == len(payloads)-1,
			}, Payload: p})
			firstSeq++
		}
		packets = append(packets, parts)
		firstTS += 3000
	}
	return frames, packets
}

func collect(codec recording.Codec) (*assembler, *[]frame) {
	var got []frame
	return newAssembler(codec, func(f frame) { f.data = bytes.Clone(f.data); got = append(got, f) }), &got
}

// Whatever the order within the window, and however numbers wrap, all frames come
// out whole and in order.
func TestAssemblerOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames, parts := film(12, rapid.Uint16().Draw(t, "seq"), rapid.Uint32().Draw(t, "timestamp"))
		packets := slices.Concat(parts...)
		for i := range len(packets) - 2 { // the first stays: what is before it is not known
			j := i + 1 + rapid.IntRange(0, min(10, len(packets)-i-2)).Draw(t, "swap")
			packets[i+1], packets[j] = packets[j], packets[i+1]
		}
		a, got := collect(recording.VP8)
		now := time.Now()
		for _, p := range packets {
			a.push(p, now)
			if rapid.IntRange(0, 5).Draw(t, "twice") == 0 {
				a.push(p, now)
			}
			now = now.Add(time.Millisecond)
			a.expire(now)
		}
		if len(*got) != len(frames) {
			t.Fatalf("%d of %d frames", len(*got), len(frames))
		}
		for i, f := range *got {
			if !bytes.Equal(f.data, frames[i]) || f.key != (i%3 == 0) {
				t.Fatalf("frame %d differs", i)
			}
			if i > 0 && f.timestamp-(*got)[i-1].timestamp != 3000 {
				t.Fatalf("frame %d at %d", i, f.timestamp)
			}
		}
	})
}

// What is lost takes with it what builds on it, and nothing else; no frame is
// ever made of parts of two.
func TestAssemblerLoses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames, parts := film(30, rapid.Uint16().Draw(t, "seq"), rapid.Uint32().Draw(t, "timestamp"))
		a, got := collect(recording.VP8)
		now := time.Now()
		whole := make([]bool, len(frames))
		for i, packets := range parts {
			whole[i] = true
			for j, p := range packets {
				if i+j > 0 && rapid.IntRange(0, 20).Draw(t, "lost") == 0 {
					whole[i] = false
					continue
				}
				a.push(p, now)
			}
			now = now.Add(33 * time.Millisecond)
			a.expire(now)
		}
		a.flush()
		var want [][]byte
		usable := false
		for i := range frames {
			usable = whole[i] && (usable || i%3 == 0)
			if usable {
				want = append(want, frames[i])
			}
		}
		for i, f := range *got {
			if i >= len(want) || !bytes.Equal(f.data, want[i]) {
				t.Fatalf("frame %d of %d is not the one expected of %d", i, len(*got), len(want))
			}
		}
		if len(*got) != len(want) {
			t.Fatalf("%d frames, %d could be used", len(*got), len(want))
		}
	})
}

func TestAssemblerWaitsForPatience(t *testing.T) {
	_, parts := film(4, 65534, 1<<32-5000)
	a, got := collect(recording.VP8)
	now := time.Now()
	late := parts[1][0]
	for i, packets := range parts {
		for _, p := range packets {
			if p != late {
				a.push(p, now)
			}
		}
		if i == 1 && !a.needKey && len(*got) != 1 {
			t.Errorf("%d frames before the missing one", len(*got))
		}
	}
	a.expire(now.Add(patience - time.Millisecond))
	if len(*got) != 1 {
		t.Fatalf("%d frames while one may still come", len(*got))
	}
	a.push(late, now.Add(patience-time.Millisecond))
	if len(*got) != 4 || a.needKey {
		t.Errorf("%d frames after it came", len(*got))
	}
}

func TestParameterSetsStayWithTheirPicture(t *testing.T) {
	sps, pps, idr, slice := []byte{0x67, 1, 2}, []byte{0x68, 3}, []byte{0x65, 4, 5}, []byte{0x41, 6}
	start := []byte{0, 0, 0, 1}
	join := func(units ...[]byte) []byte {
		var b []byte
		for _, u := range units {
			b = append(append(b, start...), u...)
		}
		return b
	}
	a, got := collect(recording.H264)
	for i, p := range []struct {
		payload []byte
		ts      uint32
		marker  bool
	}{
		{slice, 0, true}, // nothing before it
		{sps, 10, false}, // with a timestamp of their own
		{pps, 10, false},
		{idr, 20, true},
		{slice, 30, false},
		{slice, 30, true},
		{idr, 40, true}, // without sets
	} {
		a.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: uint16(i), Timestamp: p.ts, Marker: p.marker}, Payload: p.payload}, time.Now()) //nolint:gosec // few
	}
	want := [][]byte{join(sps, pps, idr), join(slice, slice), join(sps, pps, idr)}
	if len(*got) != len(want) {
		t.Fatalf("%d access units", len(*got))
	}
	for i, f := range *got {
		if !bytes.Equal(f.data, want[i]) || f.key != (i != 1) {
			t.Errorf("access unit %d is %x, key %v", i, f.data, f.key)
		}
	}
}

// Nothing that comes from outside may bring the recorder down.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0x90, 0x80, 0x12, 0, 1, 2, 3}, byte(0))
	f.Add([]byte{0x7c, 0x85, 1, 2}, byte(2))
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		all := []recording.Codec{recording.VP8, recording.VP9, recording.H264, recording.AV1, recording.Opus}
		a, got := collect(all[int(which)%len(all)])
		for i := 0; len(data) > 3; i++ {
			n := min(int(data[0])%64, len(data)-3)
			a.push(&rtp.Packet{Header: rtp.Header{
				SequenceNumber: uint16(data[1]), Timestamp: uint32(data[2] >> 4), Marker: data[2]&1 == 1,
			}, Payload: data[3 : 3+n]}, epoch.Add(time.Duration(i)*100*time.Millisecond))
			a.expire(epoch.Add(time.Duration(i) * 100 * time.Millisecond))
			data = data[3+n:]
		}
		a.flush()
		for _, f := range *got {
			if len(f.data) == 0 || len(f.data) > recording.MaxRecord/2 {
				t.Errorf("a frame of %d bytes", len(f.data))
			}
		}
	})
}
