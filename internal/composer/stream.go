package composer

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/Eyevinn/mp4ff/mp4"
)

// stream is one encoded track: its bytes one after the other, and how many each
// sample has. Two hours of pictures are 180,000 samples, 16 bytes each.
type stream struct {
	data      source
	timescale uint32
	stsd      []byte // the sample description box, with the codec's parameters
	samples   []sample
}

// source is bytes that are copied from: a scratch file, another MP4, or both in turn.
type source interface {
	copyTo(w io.Writer, offset, n int64) error
}

type sample struct {
	size, duration uint32
	shift          int32 // presentation after decoding time
	key            bool
}

// through fills an encoder and keeps what it makes. Where one of both fails, stop
// ends the other.
func (c *child) through(stop func(), data *scratch, fill func() error) (*stream, error) {
	type collected struct {
		stream *stream
		err    error
	}
	result := make(chan collected, 1)
	go func() {
		s, err := collect(c.out, data)
		if err != nil {
			stop() // the encoder would wait for somebody to read
		}
		result <- collected{s, err}
	}()
	filling := errors.Join(fill(), c.in.Close())
	if filling != nil {
		stop()
	}
	r := <-result
	if err := errors.Join(c.wait(), r.err, filling); err != nil {
		return nil, err
	}
	return r.stream, nil
}

// collect reads the fragmented MP4 of one track that an encoder writes, to its end.
func collect(r io.Reader, data *scratch) (*stream, error) {
	s := &stream{data: data}
	var trex *mp4.TrexBox
	for {
		box, err := mp4.DecodeBox(0, r)
		if errors.Is(err, io.EOF) && s.stsd != nil {
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("encoder's output: %w", err)
		}
		switch box := box.(type) {
		case *mp4.MoovBox:
			if box.Trak == nil || box.Mvex == nil || box.Mvex.Trex == nil {
				return nil, errors.New("encoder's output: no track")
			}
			trex = box.Mvex.Trex
			s.timescale = box.Trak.Mdia.Mdhd.Timescale
			var b bytes.Buffer
			if err := box.Trak.Mdia.Minf.Stbl.Stsd.Encode(&b); err != nil {
				return nil, err
			}
			s.stsd = b.Bytes()
		case *mp4.MoofBox:
			for _, run := range box.Traf.Truns {
				run.AddSampleDefaultValues(box.Traf.Tfhd, trex)
				for _, x := range run.Samples {
					s.samples = append(s.samples, sample{x.Size, x.Dur, x.CompositionTimeOffset, !mp4.DecodeSampleFlags(x.Flags).SampleIsNonSync})
				}
			}
		case *mp4.MdatBox:
			if _, err := data.Write(box.Data); err != nil {
				return nil, err
			}
		}
	}
}

// length is in units of the timescale.
func (s *stream) length() (length uint64) {
	for _, x := range s.samples {
		length += uint64(x.duration)
	}
	return length
}
