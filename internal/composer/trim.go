package composer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"plenum/internal/fault"
)

// What can be wrong with the times of a cut.
var (
	ErrOrder  = fault.New("composer.Trim", fault.Invalid, "composer.order", "The end must be after the beginning.")
	ErrBeyond = fault.New("composer.Trim", fault.Invalid, "composer.beyond", "The recording is not that long.")
)

// aac is the samples of a packet of AAC. What is in one can be heard in its own time
// and in the next: each is blended with the one before.
const aac = 1024

// perPicture is how many samples of sound a picture lasts.
const perPicture = rate / fps

// Trim writes to w what is from one time until another in an MP4 that Compose made.
// What is cut off is not in the new file at all. It begins with the first whole
// picture from the beginning on and ends with the last before the end; at most two
// seconds are encoded anew, those until the next key frame. Sound fades in and out
// within 45 ms of both ends. An error before the first byte leaves w untouched.
func (c *Composer) Trim(ctx context.Context, r io.ReaderAt, size int64, from, to time.Duration, w io.Writer) (Result, error) {
	result, err := c.trim(ctx, r, size, from, to, w)
	return finished(ctx, "composer.Trim", result, err)
}

func (c *Composer) trim(ctx context.Context, r io.ReaderAt, size int64, from, to time.Duration, w io.Writer) (_ Result, err error) {
	m, err := open(r, size)
	if err != nil {
		return Result{}, err
	}
	first, last := tick(max(0, from)), int(to*fps/time.Second)
	switch {
	case from < 0 || last <= first:
		return Result{}, ErrOrder
	case to > m.length+time.Second/fps:
		return Result{}, ErrBeyond
	}
	last = min(last, int(m.length*fps/time.Second))
	program, err := find(ctx, c.config.Program)
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
	quiet, err := newScratch(c.config.Scratch)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, quiet.close()) }()
	begin := time.Duration(first) * time.Second / fps
	cut := &movie{width: m.width, height: m.height, length: time.Duration(last-first) * time.Second / fps}
	cut.chapters = chaptersWithin(m.chapters, begin, cut.length)
	if cut.audio, cut.lead, err = program.trimSound(ctx, m, first, last, quiet); err != nil {
		return Result{}, why(ctx, err)
	}
	if m.video != nil {
		if cut.video, err = program.trimPictures(ctx, m, first, last, c.config.Threads, data); err != nil {
			return Result{}, why(ctx, err)
		}
	}
	if _, err := cut.WriteTo(&meter{ctx: ctx, w: w, total: cut.size(), report: progressOf(ctx)}); err != nil {
		return Result{}, err
	}
	return Result{Length: cut.length, Chapters: cut.chapters, From: begin}, nil
}

// trimPictures returns the pictures from one up to another: those until the next key
// frame encoded anew, the rest as they are.
func (p program) trimPictures(ctx context.Context, m *movie, first, last, threads int, data *scratch) (*stream, error) {
	key, next := 0, last
	for i, x := range m.video.samples[:last] {
		switch {
		case x.key && i <= first:
			key = i
		case x.key:
			next = min(next, i)
		}
	}
	if key == first {
		return m.video.cut(first, last), nil
	}
	head, err := p.redraw(ctx, m.video.cut(key, next), first-key, m.width, m.height, threads, data, func(int, *picture) {})
	if err != nil || next == last {
		return head, err
	}
	if head.timescale != m.video.timescale {
		return nil, errors.New("this ffmpeg writes other time scales")
	}
	rest := m.video.cut(next, last)
	fresh, err := head.parameters()
	if err != nil {
		return nil, err
	}
	known, err := m.video.parameters()
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(fresh, known, bytes.Equal) {
		// Another release of ffmpeg encoded the file: both parts say in their data what
		// a decoder must know. Those further on are as the sample description says.
		head, rest = head.led(fresh), rest.led(known)
	}
	head.stsd = m.video.stsd
	return splice(head, rest), nil
}

// trimSound returns the packets between two pictures of which nothing can be heard
// before the first or after the second, silent ones around them, and how many samples
// come before the first picture.
func (p program) trimSound(ctx context.Context, m *movie, first, last int, data *scratch) (*stream, int64, error) {
	// Samples of the track at which the result begins and ends.
	begin, end := m.lead+int64(first)*perPicture, m.lead+int64(last)*perPicture
	from, to := int((begin+aac-1)/aac), int(end/aac)-1
	if first == 0 {
		from = 0
	}
	if last >= int(m.length*fps/time.Second) {
		to = len(m.audio.samples)
	}
	from, to = min(from, len(m.audio.samples)), min(to, len(m.audio.samples))
	to = max(to, from)
	if slices.ContainsFunc(m.audio.samples[:max(0, len(m.audio.samples)-1)], func(x sample) bool { return x.duration != aac }) {
		return nil, 0, ErrForeign.With(errors.New("packets of sound of another length"))
	}
	silence, err := p.silence(ctx, data)
	if err != nil {
		return nil, 0, err
	}
	var parts []*stream
	lead := begin
	if first > 0 {
		parts = append(parts, silence)
		lead = begin - int64(from-1)*aac
	}
	parts = append(parts, m.audio.cut(from, to))
	for have := int64(len(parts)-1+to-from) * aac; have < lead+end-begin; have += aac {
		parts = append(parts, silence)
	}
	all := splice(parts...)
	all.stsd = m.audio.stsd
	return all, lead, nil
}

// silence encodes a packet in which nothing is heard.
func (p program) silence(ctx context.Context, data *scratch) (*stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	encoder, err := p.soundEncoder(ctx)
	if err != nil {
		return nil, err
	}
	s, err := encoder.through(cancel, data, func() error {
		_, err := encoder.in.Write(make([]byte, 4*aac*4*channels))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(s.samples) < 3 {
		return nil, errors.New("no silence")
	}
	// The first has the encoder's name in it, the last may be shorter.
	one := s.cut(1, 2)
	one.samples = []sample{{size: one.samples[0].size, duration: aac, key: true}}
	return one, nil
}

// chaptersWithin returns the chapters of a part: the one that is on when it begins,
// and those that begin in it.
func chaptersWithin(all []Mark, from, length time.Duration) (within []Mark) {
	for _, c := range all {
		at := c.At - from
		if at >= length {
			break
		}
		// As in a plan: none is shorter than a second.
		if n := len(within); n > 0 && max(at, 0)-within[n-1].At < time.Second {
			within = within[:n-1]
		}
		within = append(within, Mark{max(at, 0), c.Title})
	}
	return within
}

// size is how many bytes of data the movie has.
func (m *movie) size() (n int64) {
	for _, s := range m.streams() {
		n += bytesIn(s.samples)
	}
	return n
}

// meter writes to w until ctx ends, and tells how far it is.
type meter struct {
	ctx         context.Context //nolint:containedctx // of one call, which io.Writer has no place for
	w           io.Writer
	done, total int64
	report      func(float64)
	told        int64
}

func (m *meter) Write(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.w.Write(p)
	m.done += int64(n)
	if percent := 100 * m.done / max(m.total, 1); percent > m.told {
		m.told = percent
		m.report(min(1, float64(m.done)/float64(m.total)))
	}
	return n, err
}
