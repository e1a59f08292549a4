package composer

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
)

// A poster is shown beside a title and in a player until it plays: posterWidth by
// posterHeight at most, some 40 kB as JPEG of posterQuality.
const posterWidth, posterHeight, posterQuality = 640, 360, 80

// Poster writes to w one picture of an MP4 that Compose or Trim made, as JPEG. An error
// before the first byte leaves w untouched.
func (c *Composer) Poster(ctx context.Context, r io.ReaderAt, size int64, w io.Writer) error {
	_, err := finished(ctx, "composer.Poster", Result{}, c.poster(ctx, r, size, w))
	return err
}

func (c *Composer) poster(ctx context.Context, r io.ReaderAt, size int64, w io.Writer) error {
	m, err := open(r, size)
	if err != nil {
		return err
	}
	if m.video == nil {
		return ErrForeign.With(errors.New("it has no picture"))
	}
	program, err := find(ctx, c.config.Program)
	if err != nil {
		return err
	}
	ctx, stop := program.begin(ctx)
	defer stop()
	n := m.video.telling()
	width, height := posterSize(m.width, m.height)
	still, err := program.still(ctx, m.video.cut(n, n+1), width, height)
	if err != nil {
		return why(ctx, err)
	}
	return jpeg.Encode(w, still, &jpeg.Options{Quality: posterQuality})
}

// posterSize is that of a picture's poster; it is never enlarged.
func posterSize(width, height int) (w, h int) {
	scale := min(1, float64(posterWidth)/float64(width), float64(posterHeight)/float64(height))
	return max(2, even(float64(width)*scale)), max(2, even(float64(height)*scale))
}

// telling is the key frame that shows most: the largest from when people have come
// until before they leave, else of all. The first picture is one.
func (s *stream) telling() int {
	n := len(s.samples)
	largest := func(from, to int) int {
		best := -1
		for i := from; i < to; i++ {
			if x := s.samples[i]; x.key && (best < 0 || x.size > s.samples[best].size) {
				best = i
			}
		}
		return best
	}
	if best := largest(n/20, n*3/5); best >= 0 {
		return best
	}
	return largest(0, n)
}

// still decodes a stream of one picture, at another size.
func (p program) still(ctx context.Context, s *stream, width, height int) (image.Image, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	units, err := s.parameters()
	if err != nil {
		return nil, ErrForeign.With(err)
	}
	decoder, err := p.start(ctx, false, "-threads", "1", "-f", "h264", "-c:v", "h264", "-i", "pipe:0",
		"-vf", fmt.Sprintf("scale=%d:%d:flags=area:in_color_matrix=bt601:in_range=tv", width, height),
		"-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1")
	if err != nil {
		return nil, err
	}
	fed := make(chan error, 1)
	p.running.Go(func() { fed <- errors.Join(s.feed(decoder.in, units), decoder.in.Close()) })
	still := image.NewRGBA(image.Rect(0, 0, width, height))
	_, err = io.ReadFull(decoder.out, still.Pix)
	if err != nil {
		cancel() // who feeds it would wait for somebody to read
	}
	if err := errors.Join(err, <-fed, decoder.wait()); err != nil {
		return nil, err
	}
	return still, nil
}
