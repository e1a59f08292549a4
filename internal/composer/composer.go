// Package composer makes one video file of a recording's journal. It arranges the
// people and draws the pictures itself; decoding and encoding is ffmpeg's, which is
// called, connected by pipes only, and never linked. Nothing readable is left on
// a disk, whatever happens.
//
// Meetings go first: every ffmpeg runs at nice 10, and where cgroup v2 has handed a
// group over to the server (a unit with Delegate=cpu and DelegateSubgroup=serve; no
// root is needed) in a group of its own with cpu.weight 20, a fifth of the server's.
package composer

import (
	"context"
	"errors"
	"image"
	"io"
	"os"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// What can go wrong beside what is wrong with ffmpeg.
var (
	ErrEmpty  = fault.New("composer.Compose", fault.Conflict, "recording.empty", "Nobody was recorded: there is nothing to make a video of.")
	ErrFailed = fault.New("composer.Compose", fault.Internal, "composer.failed", "The video could not be made.")
)

// Source is a journal that can be read from its beginning as often as wanted, also
// by two readers at once. An error ends it; one that is a [recording.ErrRecord] is
// damage, and what was before it is composed.
type Source interface {
	Records(yield func(recording.Record, error) bool)
}

// Blackout takes one person out of what was recorded: black and silent, nameless.
// Its times are those of the journal.
type Blackout struct {
	Seat     id.Seat
	From, To time.Duration
}

// Words are what the composer cannot know: how things are called in the meeting's
// language. Where one is empty there is no such chapter.
type Words struct{ Start, Share string }

// Options say what the result looks like.
type Options struct {
	Width, Height   int              // 1280×720 when 0; even
	Layout          recording.Layout // overrides what was set in the meeting; "" for as it was there
	Names           bool
	Logo            image.Image // in the upper right corner, at most a sixth of the width
	Mark            string      // burnt in across the lower edge
	ViewerMark      string      // burnt in faintly, every ten seconds at another place
	Words           Words
	SpeakerChapters bool
	Blackouts       []Blackout
	AudioOnly       bool
	Only            id.Seat // nobody but this person: one file per speaker
	Progress        func(done float64)
}

func (o Options) blacked(seat id.Seat, at time.Duration) bool {
	for _, b := range o.Blackouts {
		if b.Seat == seat && b.From <= at && at < b.To {
			return true
		}
	}
	return false
}

// Result says what came out.
type Result struct {
	Length   time.Duration
	Chapters []Mark
	Damage   error         // the journal ends early because of this; nil mostly
	Lost     int           // frames that could not be decoded
	Gaps     []Gap         // where much time was left out in which nothing was recorded
	From     time.Duration // of Trim: where it begins in what was trimmed
}

// Gap is time in which there was not one record, longer than [MaxGap]: nobody was seen
// or heard, or the clock jumped. [ShortGap] of it is in the result, from At on.
type Gap struct{ At, Length time.Duration }

// MaxGap is how long nothing at all may be recorded until it is not believed: a
// coffee break with everything off. Of more than that [ShortGap] is kept.
const MaxGap = 30 * time.Minute

// ShortGap is what is left of a longer gap.
const ShortGap = 10 * time.Second

// Config is what a Composer needs.
type Config struct {
	Program string // path of ffmpeg; "" looks in PATH
	Scratch string // directory for encrypted, nameless files; "" is the system's
	Threads int    // of the encoder; 0 is one
}

// Composer makes files of journals; several at once.
type Composer struct {
	config Config
}

// New makes a Composer. Whether ffmpeg is there is looked up for each file, so that
// it can be installed while the server runs.
func New(c Config) *Composer {
	c.Threads = max(1, c.Threads)
	return &Composer{c}
}

// Check returns the version of ffmpeg, or [ErrMissing] or [ErrUnsuited].
func (c *Composer) Check(ctx context.Context) (string, error) {
	p, err := find(ctx, c.config.Program)
	return p.Version, err
}

type progressKey struct{}

// WithProgress lets what is made under ctx tell how far it is, from 0 to 1: Compose
// beside [Options.Progress], Trim and Mark.
func WithProgress(ctx context.Context, tell func(done float64)) context.Context {
	return context.WithValue(ctx, progressKey{}, tell)
}

func progressOf(ctx context.Context) func(done float64) {
	if tell, ok := ctx.Value(progressKey{}).(func(float64)); ok {
		return tell
	}
	return func(float64) {}
}

// begin returns a context that ends what the program was started for, with the reason
// why, and a function that ends it and waits for all that runs.
func (p *program) begin(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	p.fail = cancel
	if own, err := os.ReadFile("/proc/self/cgroup"); err == nil {
		p.yard, _ = newYard(string(own), "/sys/fs/cgroup") // else at nice 10 only
	}
	return ctx, func() {
		cancel(nil)
		p.running.Wait()
		p.yard.close()
	}
}

// why adds the reason for which ctx ended to what failed therefore.
func why(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return errors.Join(cause, err)
	}
	return err
}

// finished turns what failed into a fault, unless ctx had ended.
func finished(ctx context.Context, op string, result Result, err error) (Result, error) {
	if err == nil {
		return result, nil
	}
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	if _, known := errors.AsType[*fault.Error](err); known {
		return Result{}, err
	}
	failed := ErrFailed.With(err)
	failed.Op = op
	return Result{}, failed
}

// Compose writes the MP4 of a journal to w, front to back, when all is encoded:
// after an error from before that, nothing was written.
func (c *Composer) Compose(ctx context.Context, src Source, o Options, w io.Writer) (Result, error) {
	result, err := c.compose(ctx, src, o, w)
	return finished(ctx, "composer.Compose", result, err)
}

func (c *Composer) compose(ctx context.Context, src Source, o Options, w io.Writer) (_ Result, err error) {
	program, err := find(ctx, c.config.Program)
	if err != nil {
		return Result{}, err
	}
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	src = steady{src}
	p, err := survey(src, o)
	if err != nil {
		return Result{}, err
	}
	ctx, stop := program.begin(ctx)
	defer stop()
	j := &job{program: program, plan: p, src: src, options: o, threads: c.config.Threads, tell: progressOf(ctx)}
	m := &movie{width: o.Width, height: o.Height, length: time.Duration(p.ticks) * time.Second / fps, lead: priming, chapters: p.chapters}

	var soundScratch, pictureScratch *scratch
	if soundScratch, err = newScratch(c.config.Scratch); err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, soundScratch.close()) }()
	if pictureScratch, err = newScratch(c.config.Scratch); err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, pictureScratch.close()) }()
	work := []func() error{
		func() (err error) { m.audio, err = j.sound(ctx, soundScratch); return err },
	}
	if !o.AudioOnly {
		work = append(work, func() (err error) { m.video, err = j.pictures(ctx, pictureScratch); return err })
	}
	done := make(chan error)
	for _, do := range work {
		go func() { done <- do() }()
	}
	for range work {
		if failed := <-done; failed != nil && err == nil {
			err = failed
			program.fail(failed)
		}
	}
	if err != nil {
		return Result{}, why(ctx, err)
	}
	if _, err := m.WriteTo(&meter{ctx: ctx, w: w, report: func(float64) {}}); err != nil {
		return Result{}, err
	}
	j.report(1)
	return Result{Length: m.length, Chapters: m.chapters, Damage: p.damage, Lost: j.lost, Gaps: p.gaps}, nil
}
