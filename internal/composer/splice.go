package composer

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sort"
)

// joined is data that lies in several places, one after the other.
type joined []piece

// piece is a part of a source.
type piece struct {
	source
	from, size int64
	end        int64 // of this piece in the whole
}

func (j joined) with(p piece) joined {
	p.end = p.size
	if n := len(j); n > 0 {
		p.end += j[n-1].end
	}
	return append(j, p)
}

func (j joined) copyTo(w io.Writer, offset, n int64) error {
	for i := sort.Search(len(j), func(i int) bool { return j[i].end > offset }); n > 0; i++ {
		if i >= len(j) {
			return io.ErrUnexpectedEOF
		}
		p := j[i]
		skip := offset - (p.end - p.size)
		part := min(n, p.size-skip)
		if err := p.copyTo(w, p.from+skip, part); err != nil {
			return err
		}
		offset, n = offset+part, n-part
	}
	return nil
}

// fileSource is a file that is open elsewhere.
type fileSource struct{ r io.ReaderAt }

func (f fileSource) copyTo(w io.Writer, offset, n int64) error {
	_, err := io.CopyN(w, io.NewSectionReader(f.r, offset, n), n)
	return err
}

// literal is bytes in memory.
type literal []byte

func (l literal) copyTo(w io.Writer, offset, n int64) error {
	_, err := w.Write(l[offset : offset+n])
	return err
}

// bytesIn is how much data some samples have.
func bytesIn(samples []sample) (n int64) {
	for _, x := range samples {
		n += int64(x.size)
	}
	return n
}

// cut returns the samples from one up to another.
func (s *stream) cut(from, to int) *stream {
	c := *s
	c.samples = s.samples[from:to]
	c.data = joined{}.with(piece{source: s.data, from: bytesIn(s.samples[:from]), size: bytesIn(c.samples)})
	return &c
}

// splice returns streams one after the other. What the first says of them holds for all.
func splice(streams ...*stream) *stream {
	all := *streams[0]
	all.samples = nil
	var data joined
	for _, s := range streams {
		if n := bytesIn(s.samples); n > 0 {
			data = data.with(piece{source: s.data, size: n})
			all.samples = append(all.samples, s.samples...)
		}
	}
	all.data = data
	return &all
}

// parameters returns what a decoder of H.264 must know first: the NAL units in the
// sample description's avcC box (ISO/IEC 14496-15 section 5.3.3.1).
func (s *stream) parameters() (units [][]byte, err error) {
	const entry = 8 + 8 + 8 + 78 // headers of stsd and avc1, and avc1's fields
	if len(s.stsd) < entry || string(s.stsd[20:24]) != "avc1" {
		return nil, errors.New("pictures are not H.264")
	}
	b, err := path(s.stsd[entry:], "avcC")
	if err != nil || len(b) < 6 || b[4]&3 != 3 {
		return nil, errors.Join(err, errors.New("avcC"))
	}
	b = append([]byte{b[5] & 31}, b[6:]...)
	for range 2 { // of sequences, then of pictures
		if len(b) == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		count := b[0]
		for b = b[1:]; count > 0; count-- {
			if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
				return nil, io.ErrUnexpectedEOF
			}
			n := 2 + int(binary.BigEndian.Uint16(b))
			units, b = append(units, b[2:n]), b[n:]
		}
	}
	return units, nil
}

// led returns s with parameters in its first sample: those in the sample description
// are others.
func (s *stream) led(units [][]byte) *stream {
	var b []byte
	for _, u := range units {
		b = append(append(b, u32(len(u))...), u...)
	}
	first := *s
	first.samples = []sample{s.samples[0]}
	first.samples[0].size += uint32(len(b)) //nolint:gosec // below 131072
	first.data = joined{}.with(piece{source: literal(b), size: int64(len(b))}).with(piece{source: s.data, size: int64(s.samples[0].size)})
	return splice(&first, s.cut(1, len(s.samples)))
}

// redraw decodes some of a stream's pictures, the first of which is a key frame, lets
// draw change each but the skipped first ones, and encodes them.
func (p program) redraw(ctx context.Context, s *stream, skip, width, height, threads int, data *scratch, draw func(n int, pic *picture)) (*stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	units, err := s.parameters()
	if err != nil {
		return nil, ErrForeign.With(err)
	}
	decoder, err := p.start(ctx, false, "-threads", "1", "-framerate", "25", "-f", "h264", "-c:v", "h264", "-i", "pipe:0",
		"-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1")
	if err != nil {
		return nil, err
	}
	encoder, err := p.pictureEncoder(ctx, width, height, threads)
	if err != nil {
		return nil, errors.Join(err, decoder.in.Close(), decoder.wait())
	}
	fed := make(chan error, 1)
	p.running.Go(func() {
		err := s.feed(decoder.in, units)
		if err != nil {
			cancel()
		}
		fed <- errors.Join(err, decoder.in.Close())
	})
	made, err := encoder.through(cancel, data, func() error {
		pic := newPicture(width, height)
		for n := range len(s.samples) {
			if _, err := io.ReadFull(decoder.out, pic.buf); err != nil {
				return errors.Join(ctx.Err(), err)
			}
			if n < skip {
				continue
			}
			draw(n-skip, pic)
			if _, err := encoder.in.Write(pic.buf); err != nil {
				return errors.Join(ctx.Err(), err)
			}
		}
		return nil
	})
	if err := errors.Join(err, <-fed, decoder.wait()); err != nil {
		return nil, err
	}
	if len(made.samples) != len(s.samples)-skip {
		return nil, errors.New("the encoder lost pictures")
	}
	return made, nil
}

// feed writes the samples as H.264 that needs no container: each NAL unit behind a
// start code instead of its length.
func (s *stream) feed(w io.Writer, parameters [][]byte) error {
	var b bytes.Buffer
	start := []byte{0, 0, 0, 1}
	for _, u := range parameters {
		b.Write(append(start, u...))
	}
	var at int64
	for _, x := range s.samples {
		from := b.Len()
		if err := s.data.copyTo(&b, at, int64(x.size)); err != nil {
			return err
		}
		at += int64(x.size)
		for unit := b.Bytes()[from:]; len(unit) > 0; {
			n := 4
			if len(unit) >= 4 {
				n += int(binary.BigEndian.Uint32(unit))
			}
			if n > len(unit) {
				return ErrForeign.With(errors.New("a picture of another kind"))
			}
			copy(unit, start)
			unit = unit[n:]
		}
		if _, err := w.Write(b.Bytes()); err != nil {
			return err
		}
		b.Reset()
	}
	return nil
}
