package composer

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"
	"time"
)

// rests is how many pictures a viewer's mark stays where it is: ten seconds.
const rests = 10 * fps

// viewerMark is a faint text that is at another place every ten seconds, so that it
// cannot be cut off. Light with a dark edge, it can be read on any picture.
type viewerMark struct {
	stamp         *stamp
	width, height int
}

func newViewerMark(p *pen, text string, width, height int) (*viewerMark, error) {
	size := max(height/24, 10)
	light, err := p.write(text, size, width*2/3, color.NRGBA{255, 255, 255, 110}, color.Transparent)
	if err != nil {
		return nil, err
	}
	dark, err := p.write(text, size, width*2/3, color.NRGBA{0, 0, 0, 110}, color.Transparent)
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, light.Bounds().Dx()+2, light.Bounds().Dy()+2))
	draw.Draw(img, img.Bounds(), dark, image.Pt(-2, -2), draw.Over)
	draw.Draw(img, img.Bounds(), light, image.Point{}, draw.Over)
	return &viewerMark{stampOf(img, 0, 0, width, height), width, height}, nil
}

// draw draws the mark over picture n.
func (v *viewerMark) draw(p *picture, n int) {
	if v.stamp == nil {
		return
	}
	v.stamp.at.X, v.stamp.at.Y = v.place(n)
	v.stamp.draw(p)
}

// place spreads over the picture evenly, since successive multiples of these two
// numbers do (the plastic number's, by Roberts' R2 sequence).
func (v *viewerMark) place(n int) (x, y int) {
	_, across := math.Modf(0.5 + float64(n/rests)*0.7548776662466927)
	_, down := math.Modf(0.5 + float64(n/rests)*0.5698402909980532)
	return even(across * float64(v.width-v.stamp.at.W)), even(down * float64(v.height-v.stamp.at.H))
}

// Mark writes to w an MP4 that Compose or Trim made with a viewer's mark burnt in:
// its pictures are decoded and encoded once more, sound and chapters stay. Before
// they all are nothing is written.
func (c *Composer) Mark(ctx context.Context, r io.ReaderAt, size int64, text string, w io.Writer) (Result, error) {
	result, err := c.mark(ctx, r, size, text, w)
	return finished(ctx, "composer.Mark", result, err)
}

func (c *Composer) mark(ctx context.Context, r io.ReaderAt, size int64, text string, w io.Writer) (_ Result, err error) {
	m, err := open(r, size)
	if err != nil {
		return Result{}, err
	}
	if m.video == nil {
		return Result{}, ErrForeign.With(errors.New("it has no picture"))
	}
	program, err := find(ctx, c.config.Program)
	if err != nil {
		return Result{}, err
	}
	p, err := newPen()
	if err != nil {
		return Result{}, err
	}
	mark, err := newViewerMark(p, text, m.width, m.height)
	if err != nil {
		return Result{}, err
	}
	ctx, stop := program.begin(ctx)
	defer stop()
	data, err := newScratch(c.config.Scratch)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, data.close()) }()
	tell, total := progressOf(ctx), len(m.video.samples)
	m.video, err = program.redraw(ctx, m.video, 0, m.width, m.height, c.config.Threads, data, func(n int, pic *picture) {
		mark.draw(pic, n)
		if n%fps == 0 {
			tell(0.99 * float64(n) / float64(total))
		}
	})
	if err != nil {
		return Result{}, why(ctx, err)
	}
	m.length = time.Duration(total) * time.Second / fps
	if _, err := m.WriteTo(&meter{ctx: ctx, w: w, report: func(float64) {}}); err != nil {
		return Result{}, err
	}
	tell(1)
	return Result{Length: m.length, Chapters: m.chapters}, nil
}
