package composer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"plenum/internal/recording"
)

// decoder is one ffmpeg that turns frames into pictures of one size. Frames are
// numbered, and the number comes back with each picture: a frame that cannot be
// decoded shifts nothing.
type decoder struct {
	w, h     int
	pictures chan numbered
	free     chan []byte
	child    *child
	ahead    *numbered // read already, its turn is later

	mu     sync.Mutex
	wake   *sync.Cond
	queue  [][]byte // guarded by mu: not yet written
	closed bool     // guarded by mu: no more will come
	dead   bool     // guarded by mu: ffmpeg is gone
	next   uint64
}

type numbered struct {
	number uint64
	pic    *picture
}

// inFlight is how many decoded pictures wait: enough for ffmpeg to go on while the
// canvas is composed. A picture of 1080p is 3 MB.
const inFlight = 3

// maxPixels of a frame are decoded, those of a screen of 8192×4320 pixels. A few bytes
// can make a picture of 16,000×16,000, and a decoder hold several: gigabytes.
const maxPixels = 8192 * 4320

// patience is how long a picture may take that must come. Only a frame that ffmpeg
// cannot decode, with no other after it for seconds, ever takes it.
const patience = 10 * time.Second

func (p program) decoder(ctx context.Context, codec recording.Codec, w, h int) (*decoder, error) {
	name, fourcc := string(codec), ""
	switch codec {
	case recording.VP8:
		fourcc = "VP80"
	case recording.VP9:
		fourcc = "VP90"
	case recording.H264:
		fourcc = "H264"
	case recording.AV1:
		name, fourcc = p.av1, "AV01"
	case recording.Opus:
	}
	if fourcc == "" {
		return nil, fmt.Errorf("%s is no codec of pictures", codec)
	}
	size, most := fmt.Sprintf("%d:%d", w, h), strconv.Itoa(maxPixels)
	c, err := p.start(ctx, true,
		"-probesize", "32", "-analyzeduration", "0", "-flags", "low_delay", "-threads", "1", "-max_pixels", most, "-f", "ivf", "-c:v", name, "-i", "pipe:0",
		"-fps_mode", "passthrough", "-flush_packets", "1", "-vf",
		// A filter can print a frame's number only with some metadata.
		"metadata=mode=add:key=n:value=1,metadata=mode=print:file='pipe\\:3':direct=1,"+
			// To a smaller size by the mean of what a pixel stands for, which is cheaper than
			// bilinear and as sharp; to a larger one by the second, which else does nothing.
			fmt.Sprintf("scale='min(iw,%d)':'min(ih,%d)':force_original_aspect_ratio=decrease:force_divisible_by=2:flags=area:out_color_matrix=bt601:out_range=tv,", w, h)+
			"scale="+size+":force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bilinear,"+
			"pad="+size+":-1:-1:color=0x222222,setsar=1,format=yuv420p",
		"-f", "yuv4mpegpipe", "pipe:1")
	if err != nil {
		return nil, err
	}
	d := &decoder{w: w, h: h, child: c, pictures: make(chan numbered, inFlight), free: make(chan []byte, inFlight+2)}
	d.wake = sync.NewCond(&d.mu)
	head := append([]byte("DKIF\x00\x00\x20\x00"+fourcc), 64, 1, 64, 1)
	head = binary.LittleEndian.AppendUint32(head, fps)
	head = binary.LittleEndian.AppendUint32(head, 1)
	d.queue = [][]byte{append(head, make([]byte, 8)...)}
	p.running.Go(d.write)
	p.running.Go(func() { d.read(ctx, p) })
	return d, nil
}

// feed takes a frame, which the decoder keeps, and returns its number.
func (d *decoder) feed(frame []byte) uint64 {
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(frame))) //nolint:gosec // at most recording.MaxRecord
	number := d.next
	d.next++
	head = binary.LittleEndian.AppendUint64(head, number)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.dead {
		d.queue = append(d.queue, head, frame)
		d.wake.Signal()
	}
	return number
}

// finish says that no more frames come; the pictures of those fed still do.
func (d *decoder) finish() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.wake.Signal()
}

func (d *decoder) gone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

func (d *decoder) write() {
	defer d.child.in.Close() //nolint:errcheck // a pipe
	for {
		d.mu.Lock()
		for len(d.queue) == 0 && !d.closed && !d.dead {
			d.wake.Wait()
		}
		if len(d.queue) == 0 {
			d.mu.Unlock()
			return
		}
		parts := d.queue
		d.queue = nil
		d.mu.Unlock()
		for _, part := range parts {
			if _, err := d.child.in.Write(part); err != nil {
				return // ffmpeg is gone; read sees the end
			}
		}
	}
}

func (d *decoder) read(ctx context.Context, p program) {
	defer func() {
		d.mu.Lock()
		d.dead, d.queue = true, nil
		d.wake.Signal()
		d.mu.Unlock()
		p.ended(ctx, d.child)
		close(d.pictures)
	}()
	out, marks := bufio.NewReaderSize(d.child.out, 1<<16), bufio.NewReader(d.child.marks)
	if _, err := out.ReadSlice('\n'); err != nil {
		return
	}
	for {
		number, err := readNumber(marks)
		if err != nil {
			return
		}
		if line, err := out.ReadSlice('\n'); err != nil || !bytes.HasPrefix(line, []byte("FRAME")) {
			return
		}
		var buf []byte
		select {
		case buf = <-d.free:
		default:
			buf = make([]byte, d.w*d.h*3/2)
		}
		if _, err := io.ReadFull(out, buf); err != nil {
			return
		}
		select {
		case d.pictures <- numbered{number, pictureOf(buf, d.w, d.h)}:
		case <-ctx.Done():
			return
		}
	}
}

// readNumber reads "frame:0    pts:7       pts_time:0.28" and the metadata's line.
func readNumber(r *bufio.Reader) (uint64, error) {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if fields := bytes.Fields(line); len(fields) > 1 && bytes.HasPrefix(fields[0], []byte("frame:")) {
			pts, _ := bytes.CutPrefix(fields[1], []byte("pts:"))
			return strconv.ParseUint(string(pts), 10, 63)
		}
	}
}

// picture returns that of a frame that was fed, or nil when it cannot be had.
// Numbers asked for only rise.
func (d *decoder) picture(ctx context.Context, number uint64) *picture {
	var late <-chan time.Time
	for {
		if d.ahead == nil {
			select {
			case n, ok := <-d.pictures:
				if !ok {
					return nil
				}
				d.ahead = &n
			default:
				if late == nil {
					late = time.After(patience)
				}
				select {
				case n, ok := <-d.pictures:
					if !ok {
						return nil
					}
					d.ahead = &n
				case <-late:
					return nil
				case <-ctx.Done():
					return nil
				}
			}
		}
		switch {
		case d.ahead.number > number:
			return nil
		case d.ahead.number == number:
			pic := d.ahead.pic
			d.ahead = nil
			return pic
		}
		d.recycle(d.ahead.pic)
		d.ahead = nil
	}
}

// recycle gives a picture's memory back.
func (d *decoder) recycle(p *picture) {
	if p == nil || p.w != d.w || p.h != d.h {
		return
	}
	select {
	case d.free <- p.buf:
	default:
	}
}
