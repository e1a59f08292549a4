package journal

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"plenum/internal/fault"
	"plenum/internal/recording"
)

// Log is where a journal lies. What was appended is on the disk.
type Log interface {
	io.ReaderAt
	io.Closer
	Size() int64
	Append(ctx context.Context, b []byte) error
	Truncate(ctx context.Context, size int64) error
}

// Reserve is space held back, to end in order on a full disk.
type Reserve interface {
	Free() error
}

// The faults of writing. Others are the log's own: when the disk is full, what it
// says to that.
var (
	ErrFinished = errors.New("journal: it is finished")
	ErrSlow     = fault.New("journal.Append", fault.Unavailable, "disk.slow", "The disk is too slow to keep up with the recording.")
)

// Config is what a writer needs. It closes the log and frees the reserve.
type Config struct {
	Log     Log
	Boxes   Boxes
	Reserve Reserve       // of ReserveSize; nil is none
	Every   time.Duration // how often it is written; 0 is a second
}

const (
	// closing is how long the rest may take to be written when the program ends.
	closing = 20 * time.Second
	// patience is after how long a write that goes on is trouble.
	patience = 3 * time.Second
)

// Writer writes one journal. What was appended is on the disk within [Config].Every
// and the time that takes.
type Writer struct {
	config Config
	mark   [markLen]byte
	wake   chan struct{} // a chunk is full
	finish chan struct{} // closed by Finish
	done   chan struct{} // closed when Run ends

	mu      sync.Mutex
	pending []byte    // guarded by mu: records that are in no chunk yet
	spare   []byte    // guarded by mu: memory for the next pending
	failed  error     // guarded by mu: why the last try to write failed
	ended   bool      // guarded by mu: nothing more is taken
	began   time.Time // guarded by mu: of the write that goes on, or zero

	// Run's own.
	number uint64
	sealed []byte // the chunk that is to be written; the same bytes until it is
	last   bool   // sealed is the last
	result error  // before done is closed
}

// Open begins a journal, or goes on with one that a crash ended; what the crash
// left half-written is cut off. On a damaged one it fails with a [*DamagedError]:
// nothing is cut that somebody may want to look at. Run then writes.
func Open(ctx context.Context, c Config) (*Writer, error) {
	if c.Every == 0 {
		c.Every = time.Second
	}
	mark, err := c.Boxes.Mark()
	if err != nil {
		return nil, err
	}
	s := &source{c.Log, c.Log.Size(), c.Boxes, mark}
	found, err := s.look()
	switch {
	case err != nil:
		return nil, err
	case found.damaged:
		for _, each := range found.chunks {
			if each.hole != nil {
				return nil, each.hole
			}
		}
	case found.finished:
		return nil, ErrFinished
	case found.end < s.size:
		if err := c.Log.Truncate(ctx, found.end); err != nil {
			return nil, err
		}
	}
	return &Writer{
		config: c,
		mark:   mark,
		wake:   make(chan struct{}, 1),
		finish: make(chan struct{}),
		done:   make(chan struct{}),
		number: found.next,
	}, nil
}

// Append takes a record. It never waits for the disk. While the disk takes nothing
// it refuses frames and says why, so that whoever records knows at once; other
// records are few and small, and are kept until they can be written. After a frame
// was refused its track goes on with a key frame.
func (w *Writer) Append(r recording.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.ended:
		return ErrFinished
	case w.failed != nil && (r.Kind == recording.Frame || len(w.pending) >= maxPending):
		return w.failed
	case len(w.pending) >= maxPending:
		return ErrSlow
	}
	b, err := r.AppendBinary(w.pending)
	if err != nil {
		return err
	}
	w.pending = b
	if len(b) >= chunkSize && w.failed == nil {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// Trouble says why what is recorded now may be lost, or nil: the last try to write
// failed, or one takes longer than it should.
func (w *Writer) Trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil && !w.began.IsZero() && time.Since(w.began) > patience {
		return ErrSlow
	}
	return w.failed
}

// Finish writes what is left and the end, and waits until it is on the disk. When
// that fails, the journal stays one that can be read, and opened again to end it.
func (w *Writer) Finish(ctx context.Context) error {
	w.mu.Lock()
	first := !w.ended
	w.ended = true
	w.mu.Unlock()
	if first {
		close(w.finish)
	}
	select {
	case <-w.done:
		return w.result
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Chunks is how many there are, once Finish has returned.
func (w *Writer) Chunks() uint64 {
	<-w.done
	return w.number
}

// Run writes until Finish, or until ctx ends: then it writes what it has, and the
// journal can be opened again.
func (w *Writer) Run(ctx context.Context) error {
	tick := time.NewTicker(w.config.Every)
	defer tick.Stop()
	defer close(w.done)
	for {
		select {
		case <-tick.C:
		case <-w.wake:
		case <-w.finish:
			w.result = w.end(ctx, true)
			return w.result
		case <-ctx.Done():
			w.mu.Lock()
			w.ended = true
			w.mu.Unlock()
			w.result = w.end(ctx, false)
			return w.result
		}
		w.flush(ctx) //nolint:errcheck // Append says it, and the next tick tries again
	}
}

// end writes the rest, if need be with the help of the reserve.
func (w *Writer) end(ctx context.Context, last bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	write := func() error {
		if err := w.flush(ctx); err != nil || !last {
			return err
		}
		return w.writeLast(ctx)
	}
	err := write()
	var freed error
	if w.config.Reserve != nil {
		freed = w.config.Reserve.Free()
	}
	if err != nil && w.config.Reserve != nil {
		err = write()
	}
	return errors.Join(err, freed, w.config.Log.Close())
}

// flush writes what is waiting: what failed before, then the rest as one chunk.
func (w *Writer) flush(ctx context.Context) error {
	if err := w.write(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	plain := w.pending
	w.pending, w.spare = w.spare, nil
	w.mu.Unlock()
	if len(plain) == 0 {
		w.spend(plain)
		return nil
	}
	err := w.seal(plain, false)
	if err != nil { // only of a key that was closed: these records are lost
		w.fail(err)
		return err
	}
	w.spend(plain)
	return w.write(ctx)
}

// spend clears records and keeps their memory for the next.
func (w *Writer) spend(plain []byte) {
	clear(plain)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pending == nil {
		w.pending = plain[:0]
	} else if w.spare == nil && cap(plain) <= 2*chunkSize {
		w.spare = plain[:0]
	}
}

// writeLast ends the journal: a chunk with nothing in it but its flag.
func (w *Writer) writeLast(ctx context.Context) error {
	if w.last { // it was sealed, failed, and has been written by flush
		return nil
	}
	if err := w.seal(nil, true); err != nil {
		return err
	}
	return w.write(ctx)
}

func (w *Writer) seal(plain []byte, last bool) error {
	c := chunk{number: w.number, length: int64(len(plain) + w.config.Boxes.Overhead()), last: last}
	head := c.head(w.mark)
	sealed, err := w.config.Boxes.Seal(slices.Grow(slices.Clone(head), int(c.length)), plain, head, w.number)
	if err != nil {
		return err
	}
	w.sealed, w.last = sealed, last
	return nil
}

// write appends the chunk that is sealed.
func (w *Writer) write(ctx context.Context) error {
	if w.sealed == nil {
		return nil
	}
	w.mu.Lock()
	w.began = time.Now()
	w.mu.Unlock()
	err := w.config.Log.Append(ctx, w.sealed)
	w.fail(err)
	if err == nil {
		w.number++
		w.sealed = nil
	}
	return err
}

func (w *Writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed, w.began = err, time.Time{}
}
