package composer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"time"
)

// rate is the samples per second and channel of all sound here, as Opus has it;
// channels is left and right.
const rate, channels = 48000, 2

// voice is one ffmpeg that turns Opus packets into samples, from an unmuting to a
// muting. As with pictures, each packet has a number that comes back: the count of
// samples before it.
type voice struct {
	child   *child
	decoded chan pcm
	queue   chan []byte // pages not yet written
	granule uint64      // samples fed
	pages   uint32
	ahead   *pcm // read already, its turn is later

	mu      sync.Mutex
	lengths []struct { // guarded by mu: of packets fed and not yet decoded
		number  uint64
		samples int
	}
}

// pcm is what a packet sounds like, interleaved.
type pcm struct {
	number  uint64
	samples []float32
}

// maxPages is how many packets may wait for ffmpeg: with 20 ms each, ten times what
// the journal is read ahead.
const maxPages = 2000

func (p program) voice(ctx context.Context) (*voice, error) {
	c, err := p.start(ctx, true,
		"-probesize", "32", "-analyzeduration", "0", "-threads", "1", "-f", "ogg", "-c:a", p.opus, "-i", "pipe:0",
		"-af", "ametadata=mode=add:key=n:value=1,ametadata=mode=print:file='pipe\\:3':direct=1",
		"-f", "f32le", "-ac", strconv.Itoa(channels), "-ar", strconv.Itoa(rate), "pipe:1")
	if err != nil {
		return nil, err
	}
	v := &voice{child: c, decoded: make(chan pcm, maxPages), queue: make(chan []byte, maxPages)}
	// RFC 7845 section 5.1: version, channels, pre-skip, rate, gain, mapping.
	v.page(2, 0, append([]byte("OpusHead\x01\x02\x00\x00"), 0x80, 0xbb, 0, 0, 0, 0, 0))
	v.page(0, 0, append([]byte("OpusTags"), make([]byte, 8)...))
	p.running.Go(func() { v.write(ctx) })
	p.running.Go(func() { v.read(ctx, p) })
	return v, nil
}

// feed takes a packet of so many samples, and returns its number.
func (v *voice) feed(packet []byte, samples int) uint64 {
	number := v.granule
	v.granule += uint64(samples) //nolint:gosec // at most 5760
	v.mu.Lock()
	v.lengths = append(v.lengths, struct {
		number  uint64
		samples int
	}{number, samples})
	v.mu.Unlock()
	v.page(0, v.granule, packet)
	return number
}

func (v *voice) finish() { close(v.queue) }

// page queues one Ogg page with one packet (RFC 3533 section 6).
func (v *voice) page(flags byte, granule uint64, packet []byte) {
	page := append([]byte("OggS\x00"), flags)
	page = binary.LittleEndian.AppendUint64(page, granule)
	page = binary.LittleEndian.AppendUint32(page, 1) // of the only stream
	page = binary.LittleEndian.AppendUint32(page, v.pages)
	v.pages++
	page = append(page, 0, 0, 0, 0, byte(len(packet)/255+1)) //nolint:gosec // opusSamples allows at most 1500 bytes
	page = append(append(page, bytes.Repeat([]byte{255}, len(packet)/255)...), byte(len(packet)%255))
	page = append(page, packet...)
	binary.LittleEndian.PutUint32(page[22:], oggSum(page))
	v.queue <- page
}

var oggTable = sync.OnceValue(func() (table [256]uint32) { //nolint:gochecknoglobals // a table, made once
	for i := range table {
		r := uint32(i) << 24 //nolint:gosec // below 256
		for range 8 {
			r = r<<1 ^ r>>31*0x04c11db7
		}
		table[i] = r
	}
	return table
})

// oggSum is Ogg's CRC-32: not reflected, unlike that of hash/crc32.
func oggSum(b []byte) (sum uint32) {
	table := oggTable()
	for _, x := range b {
		sum = sum<<8 ^ table[byte(sum>>24)^x]
	}
	return sum
}

func (v *voice) write(ctx context.Context) {
	defer v.child.in.Close() //nolint:errcheck // a pipe
	for {
		select {
		case page, more := <-v.queue:
			if !more {
				return
			}
			if _, err := v.child.in.Write(page); err != nil {
				v.drain(ctx)
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// drain takes what is still fed: ffmpeg is gone and read sees it, and whoever feeds
// must not wait. They finish, or give up with ctx.
func (v *voice) drain(ctx context.Context) {
	for {
		select {
		case _, more := <-v.queue:
			if !more {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func (v *voice) read(ctx context.Context, p program) {
	defer func() {
		p.ended(ctx, v.child)
		close(v.decoded)
	}()
	out, marks := bufio.NewReaderSize(v.child.out, 1<<16), bufio.NewReader(v.child.marks)
	for {
		number, err := readNumber(marks)
		if err != nil {
			return
		}
		raw := make([]byte, v.length(number)*channels*4)
		if _, err := io.ReadFull(out, raw); err != nil {
			return
		}
		samples := make([]float32, len(raw)/4)
		for i := range samples {
			samples[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		select {
		case v.decoded <- pcm{number, samples}:
		case <-ctx.Done():
			return
		}
	}
}

// length returns the samples of a packet, and forgets those before it.
func (v *voice) length(number uint64) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.lengths) > 0 {
		l := v.lengths[0]
		v.lengths = v.lengths[1:]
		if l.number == number {
			return l.samples
		}
	}
	return 0
}

// sound returns the samples of a packet that was fed, or nil when they cannot be
// had. Numbers asked for only rise.
func (v *voice) sound(ctx context.Context, number uint64) []float32 {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		if v.ahead == nil {
			select {
			case p, ok := <-v.decoded:
				if !ok {
					return nil
				}
				v.ahead = &p
			case <-late.C:
				return nil
			case <-ctx.Done():
				return nil
			}
		}
		if v.ahead.number > number {
			return nil
		}
		p := v.ahead
		v.ahead = nil
		if p.number == number {
			return p.samples
		}
	}
}

// maxPacket is the samples of the longest Opus packet: 120 ms.
const maxPacket = rate * 120 / 1000

// opusSamples returns how many samples a packet and one of its frames last, or an
// error (RFC 6716 section 3.1).
func opusSamples(packet []byte) (all, one int, err error) {
	if len(packet) == 0 || len(packet) > 1500 {
		return 0, 0, fmt.Errorf("an Opus packet of %d bytes", len(packet))
	}
	config := packet[0] >> 3
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		one = []int{480, 960, 1920, 2880}[config%4]
	case config < 16: // hybrid: 10, 20 ms
		one = []int{480, 960}[config%2]
	default: // CELT: 2.5, 5, 10, 20 ms
		one = []int{120, 240, 480, 960}[config%4]
	}
	frames := 2
	switch packet[0] & 3 {
	case 0:
		frames = 1
	case 3:
		if len(packet) < 2 {
			return 0, 0, io.ErrUnexpectedEOF
		}
		frames = int(packet[1] & 63)
	}
	if frames == 0 || frames*one > maxPacket {
		return 0, 0, fmt.Errorf("an Opus packet of %d frames", frames)
	}
	return frames * one, one, nil
}
