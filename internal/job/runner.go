package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"plenum/internal/fault"
)

const (
	// leaseTime is how long a job waits for a node that died.
	leaseTime = 30 * time.Second
	// renewEvery leaves two more tries before the lease ends.
	renewEvery = 10 * time.Second
	// lookEvery is how late a job is begun that nobody woke this node for: one of
	// another node's, or one that is tried again.
	lookEvery = 10 * time.Second
	// answerTime is how long the store may take. A renewal that takes longer has
	// failed, and what ends a job is done by then though the program is stopping.
	answerTime = 5 * time.Second
	// maxAttempts of a job that fails, the server's crashes included.
	maxAttempts = 5
	// firstPause doubles after each attempt: 10, 20, 40, 80 s.
	firstPause = 10 * time.Second
)

var (
	// errLost is why work ends whose job is gone or somebody else's.
	errLost = errors.New("job: the lease is lost")
	// errGaveUp is told of jobs that nobody lived to say the fault of.
	errGaveUp = fault.New("job.Run", fault.Internal, "job.gave_up", "This was begun several times, and the server ended each time before it was done.")
	// errKind is for work of another version of the program.
	errKind = fault.New("job.Run", fault.Unavailable, "job.unknown", "This server does not know how to do this.")
)

// Config says what is done, and by whom.
type Config struct {
	Store   Store
	Node    string // different for each node, and each start of one
	Workers int    // jobs at once; 0 for none on this node
	// Do has what does the jobs of each kind. It may be called again for a job that
	// was done in part, or whose end did not become known. It stops when ctx ends:
	// the job is deleted, somebody else's, or the program ends. Faults of kind
	// Internal and Unavailable are tried again.
	Do map[string]func(ctx context.Context, j Job, progress func(float64)) error
	// Failed is told of a job that is not tried again.
	Failed func(ctx context.Context, j Job, err error)
	Logger *slog.Logger
}

// Runner does jobs.
type Runner struct {
	cfg Config

	mu   sync.Mutex
	wake chan struct{} // closed and replaced to wake everybody; guarded by mu
}

// New makes a runner.
func New(c Config) *Runner { return &Runner{cfg: c, wake: make(chan struct{})} }

// Wake says that there is something to do, or that something that is being done is
// to be done no longer.
func (r *Runner) Wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.wake)
	r.wake = make(chan struct{})
}

// woken is closed at the next call of Wake.
func (r *Runner) woken() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wake
}

// Run does jobs until ctx ends. What is not done by then, a node does again.
func (r *Runner) Run(ctx context.Context) error {
	var workers sync.WaitGroup
	for range r.cfg.Workers {
		workers.Go(func() { r.work(ctx) })
	}
	workers.Wait()
	<-ctx.Done()
	return nil
}

func (r *Runner) work(ctx context.Context) {
	for ctx.Err() == nil {
		woken := r.woken() // before looking, so that nothing falls between
		now := time.Now()
		j, found, err := r.cfg.Store.ClaimJob(ctx, r.cfg.Node, now, now.Add(leaseTime))
		if err != nil && ctx.Err() == nil {
			r.cfg.Logger.Warn("jobs cannot be read", "error", err)
		}
		if found {
			r.do(ctx, j, now.Add(leaseTime))
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(lookEvery):
		}
	}
}

// do does one job, and sees to what becomes of it.
func (r *Runner) do(ctx context.Context, j Job, until time.Time) {
	log := r.cfg.Logger.With("kind", j.Kind, "job", j.ID, "recording", j.Recording)
	if j.Attempts > maxAttempts {
		r.end(ctx, log, j, errGaveUp)
		return
	}
	work, stop := context.WithCancelCause(ctx)
	var progress atomic.Uint64 // bits of a float64
	var renewing sync.WaitGroup
	renewing.Go(func() { r.renew(work, stop, log, j, until, &progress) })
	began := time.Now()
	err := r.try(work, j, func(done float64) { progress.Store(math.Float64bits(done)) })
	lost := errors.Is(context.Cause(work), errLost)
	stop(nil)
	renewing.Wait()
	switch {
	case lost:
		log.Info("job was taken away")
	case err != nil && ctx.Err() != nil:
		r.settle(ctx, log, func(ctx context.Context) error { return r.cfg.Store.ReleaseJob(ctx, j.ID, r.cfg.Node) })
	default:
		log.Info("job ended", "attempt", j.Attempts, "seconds", time.Since(began).Seconds(), "error", err)
		r.end(ctx, log, j, err)
	}
}

// end puts away a job that was done, or that failed and is tried again or not.
func (r *Runner) end(ctx context.Context, log *slog.Logger, j Job, err error) {
	kind := fault.KindOf(err)
	switch {
	case err == nil:
	case j.Attempts < maxAttempts && (kind == fault.Internal || kind == fault.Unavailable):
		again := time.Now().Add(firstPause << (j.Attempts - 1))
		r.settle(ctx, log, func(ctx context.Context) error { return r.cfg.Store.RetryJob(ctx, j.ID, r.cfg.Node, again) })
		return
	default:
		r.settle(ctx, log, func(ctx context.Context) error { r.cfg.Failed(ctx, j, err); return nil })
	}
	r.settle(ctx, log, func(ctx context.Context) error { return r.cfg.Store.FinishJob(ctx, j.ID, r.cfg.Node) })
}

// settle does what has to be known of a job though the program is ending. If it
// fails, the job is done again when the lease ends.
func (*Runner) settle(ctx context.Context, log *slog.Logger, f func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
	defer cancel()
	if err := f(ctx); err != nil {
		log.Warn("what became of a job is not written down", "error", err)
	}
}

// try does the work. A mistake in it must not end the meetings on this server.
func (r *Runner) try(ctx context.Context, j Job, progress func(float64)) (err error) {
	do := r.cfg.Do[j.Kind]
	if do == nil {
		return errKind
	}
	defer func() {
		if mistake := recover(); mistake != nil {
			err = fault.Wrap("job.Run", fmt.Errorf("panic: %v\n%s", mistake, debug.Stack()))
		}
	}()
	return do(ctx, j, progress)
}

// renew keeps the lease while the work goes on, and stops it when the lease is
// lost: somebody else may begin.
func (r *Runner) renew(ctx context.Context, stop context.CancelCauseFunc, log *slog.Logger, j Job, until time.Time, progress *atomic.Uint64) {
	for {
		woken := r.woken()
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-time.After(renewEvery):
		}
		now := time.Now()
		asking, cancel := context.WithTimeout(ctx, answerTime)
		kept, err := r.cfg.Store.RenewJob(asking, j.ID, r.cfg.Node, math.Float64frombits(progress.Load()), now.Add(leaseTime))
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && kept:
			until = now.Add(leaseTime)
		case err == nil, time.Until(until) <= renewEvery:
			stop(errLost)
			return
		default:
			log.Warn("the lease of a job cannot be renewed", "error", err)
		}
	}
}
