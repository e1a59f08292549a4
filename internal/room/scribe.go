package room

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/recording"
)

const (
	// retryKeeping is how long what could not be kept waits for another try.
	retryKeeping = 5 * time.Second
	// maxKept is how many answers are kept in one go: a database over a network that
	// takes a few milliseconds for each is within storeTime.
	maxKept = 256
)

// scribe does for a room what waits for the disk of its recordings, apart from the
// clerk, since letting people in does not wait for that. One thing after the other:
// nothing of a recording is kept before it began, and answers in the order they
// were given. Those that come while others are being kept go together, so that a
// room of 500 is answered after a few writes and not after 500.
//
// Its queue is bounded by the seats, which are each asked once for each time they
// sat down (and that was written by the same store), and by the rate at which one
// person can say yes: a no without a yes before it is not written twice.
type scribe struct {
	recordings Recordings
	log        *slog.Logger

	mu     sync.Mutex
	jobs   []job         // guarded by mu
	closed bool          // guarded by mu: what is there is the last
	signal chan struct{} // holds one word while there may be something new

	owed []testimony // of run's goroutine: what could not be kept yet, oldest first
}

// job is one of its two.
type job struct {
	do   func(context.Context)
	keep testimony
}

// testimony is an answer on its way to the disk. A no without then is tried again
// until it is kept; a yes with one is void when it could not be.
type testimony struct {
	reply    *reply
	evidence consent.Evidence
	entry    audit.Entry // without action and details, which follow from the evidence
	then     func(error)
}

func newScribe(r Recordings, log *slog.Logger) *scribe {
	return &scribe{recordings: r, log: log, signal: make(chan struct{}, 1)}
}

// report hands the room what has become of a job. It fails only when the room is
// over: whoever waits for an answer is told so then.
func (o *owner) report(m message) { _ = o.post(o.besideCtx, m) }

func (s *scribe) do(f func(context.Context)) { s.add(job{do: f}) }
func (s *scribe) keep(t testimony)           { s.add(job{keep: t}) }

func (s *scribe) add(j job) {
	s.mu.Lock()
	s.jobs = append(s.jobs, j)
	s.mu.Unlock()
	s.wake()
}

// close has run return when everything is done.
func (s *scribe) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.wake()
}

func (s *scribe) wake() {
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

func (s *scribe) next() (jobs []job, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs, s.jobs = s.jobs, nil
	return jobs, s.closed
}

// run works until closed, also when ctx ends before: an answer is evidence.
func (s *scribe) run(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	again := time.NewTicker(retryKeeping)
	defer again.Stop()
	for {
		select {
		case <-s.signal:
		case <-again.C:
			s.write(ctx, nil)
		}
		jobs, closed := s.next()
		s.work(ctx, jobs)
		if closed {
			s.write(ctx, nil)
			if len(s.owed) > 0 {
				s.log.ErrorContext(ctx, "answers about a recording were not kept", slog.Int("answers", len(s.owed)))
			}
			return
		}
	}
}

func (s *scribe) work(ctx context.Context, jobs []job) {
	for len(jobs) > 0 {
		if f := jobs[0].do; f != nil {
			doing, cancel := context.WithTimeout(ctx, storeTime)
			f(doing)
			cancel()
			jobs = jobs[1:]
			continue
		}
		var answers []testimony
		for len(jobs) > 0 && jobs[0].do == nil && len(answers) < maxKept {
			answers = append(answers, jobs[0].keep)
			jobs = jobs[1:]
		}
		s.write(ctx, answers)
	}
}

// write keeps what is owed and answers, in parts of maxKept: however many there are,
// each part is one that the store can take in its time. Once one could not be kept,
// those behind it are not tried.
func (s *scribe) write(ctx context.Context, answers []testimony) {
	all := slices.Concat(s.owed, answers)
	s.owed = nil
	var err error
	for part := range slices.Chunk(all, maxKept) {
		if err == nil {
			err = s.testify(ctx, part)
		}
		s.settle(part, err)
	}
}

func (s *scribe) testify(ctx context.Context, part []testimony) error {
	evidence, entries := worded(part)
	if len(evidence) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	err := s.recordings.Answers(ctx, evidence, entries...)
	if err != nil {
		s.log.ErrorContext(ctx, "answers about a recording could not be kept", slog.Any("err", err))
	}
	return err
}

// settle tells what has become of answers, and owes those that must be tried again.
func (s *scribe) settle(part []testimony, err error) {
	for _, t := range part {
		switch {
		case t.reply.taping.unwritten:
			t.tell(recording.ErrNotRunning)
		case err == nil:
			t.reply.kept = t.reply.kept || t.evidence.Answer == consent.Yes
			t.tell(nil)
		case t.then != nil:
			t.tell(err)
		default:
			s.owed = append(s.owed, t)
		}
	}
}

// worded is what is kept of answers.
func worded(all []testimony) (evidence []consent.Evidence, entries []audit.Entry) {
	saidYes := make(map[*reply]bool)
	for _, t := range all {
		if t.reply.taping.unwritten {
			continue
		}
		e := t.evidence
		switch e.Answer {
		case consent.Yes:
			saidYes[t.reply] = true
		case consent.Withdrawn, consent.Erased:
			if !saidYes[t.reply] && !t.reply.kept { // there was nothing to take back
				e.Answer = consent.No
			}
		case consent.Asked, consent.No:
		}
		evidence = append(evidence, e)
		if e.Answer != consent.Asked {
			entries = append(entries, t.entryFor(e))
		}
	}
	return evidence, entries
}

func (t testimony) tell(err error) {
	if t.then != nil {
		t.then(err)
	}
}

// entryFor is the audit's word for an answer.
func (t testimony) entryFor(e consent.Evidence) audit.Entry {
	entry := t.entry
	entry.Detail = map[string]string{"recording": string(e.Recording), "version": strconv.Itoa(e.Version), "language": e.Language}
	switch e.Answer {
	case consent.Yes:
		entry.Action = audit.ConsentGiven
	case consent.Withdrawn, consent.Erased:
		entry.Action = audit.ConsentWithdrawn
		entry.Detail["past"] = flag(e.Answer == consent.Erased)
	case consent.No, consent.Asked:
		entry.Action = audit.ConsentRefused
	}
	return entry
}
