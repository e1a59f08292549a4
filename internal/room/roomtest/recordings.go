package roomtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/room"
)

// Recordings records nothing, and watches whether rooms keep to the contract: one
// recording at a time, nothing after Stop, and nobody in it whose yes is not kept.
type Recordings struct {
	store *Store

	mu          sync.Mutex
	problem     error                    // guarded by mu; why none can begin
	fail        map[string]error         // guarded by mu
	block       map[string]chan struct{} // guarded by mu
	absent      bool                     // guarded by mu: recorders do not come
	most        int                      // guarded by mu: at once; 0 for no limit
	takes       []*Take                  // guarded by mu
	evidence    []consent.Evidence       // guarded by mu
	interrupted map[id.Sitting]bool      // guarded by mu
	breaches    []string                 // guarded by mu
	calls       int                      // guarded by mu; of Answers
}

var _ room.Recordings = (*Recordings)(nil)

// NewRecordings returns those of a server that can record. What it writes goes to
// the store.
func NewRecordings(s *Store) *Recordings {
	return &Recordings{store: s, fail: make(map[string]error), block: make(map[string]chan struct{}), interrupted: make(map[id.Sitting]bool)}
}

// Take is a recording that is being made.
type Take struct {
	Order recording.Order

	all    *Recordings
	token  func(context.Context) (pii.Secret, error)
	told   func(recording.Standing)
	gone   context.CancelFunc
	coming context.Context //nolint:containedctx // of the goroutine that connects.
	end    sync.Once

	// Guarded by all.mu.
	consents  map[id.Seat]bool
	names     map[id.Seat]pii.Name
	layout    recording.Layout
	spotlight id.Seat
	chapters  []pii.Name
	paused    bool
	stopped   bool
}

// SetReady makes it impossible to record, or possible again with nil.
func (r *Recordings) SetReady(problem error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problem = problem
}

// AtMost has so many recordings be made at once.
func (r *Recordings) AtMost(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.most = n
}

// Free implements [room.Recordings].
func (r *Recordings) Free() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	making := 0
	for _, t := range r.takes {
		if !t.stopped {
			making++
		}
	}
	if r.most > 0 && making >= r.most {
		return recording.ErrTooMany
	}
	return nil
}

// Fail makes "begin" or "answers" fail with err, or work again with nil.
func (r *Recordings) Fail(call string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail[call] = err
}

// Block makes "begin" or "answers" wait until release is called.
func (r *Recordings) Block(call string) (release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	block := make(chan struct{})
	r.block[call] = block
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.block, call)
		close(block)
	})
}

// Absent has recorders not come to the meeting by themselves; see [Take.Come].
func (r *Recordings) Absent() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.absent = true
}

// Interrupt says that a crash has ended the last recording of a sitting.
func (r *Recordings) Interrupt(s id.Sitting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.interrupted[s] = true
}

// Takes returns all that began, oldest first.
func (r *Recordings) Takes() []*Take {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.takes)
}

// Evidence returns what was kept, in order.
func (r *Recordings) Evidence() []consent.Evidence {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.evidence)
}

// Calls returns how often answers were written.
func (r *Recordings) Calls() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

// Breaches returns where the contract was broken.
func (r *Recordings) Breaches() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.breaches)
}

// breach notes one. Caller holds mu.
func (r *Recordings) breach(format string, args ...any) {
	r.breaches = append(r.breaches, fmt.Sprintf(format, args...))
}

// wait is for a disk.
func (r *Recordings) wait(ctx context.Context, call string) error {
	r.mu.Lock()
	block := r.block[call]
	r.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fail[call]
}

// Ready implements [room.Recordings].
func (r *Recordings) Ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problem
}

// Begin implements [room.Recordings].
func (r *Recordings) Begin(ctx context.Context, o recording.Order, token func(context.Context) (pii.Secret, error),
	told func(recording.Standing), entries ...audit.Entry,
) (room.Take, error) {
	if err := r.wait(ctx, "begin"); err != nil {
		return nil, err
	}
	if err := r.store.Record(ctx, entries...); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.takes {
		if !t.stopped && t.Order.Meeting == o.Meeting {
			r.breach("two recordings at once")
		}
	}
	coming, gone := context.WithCancel(context.WithoutCancel(ctx))
	t := &Take{
		Order: o, all: r, token: token, told: told, coming: coming, gone: gone, layout: o.Settings.Layout,
		consents: make(map[id.Seat]bool), names: make(map[id.Seat]pii.Name),
	}
	r.takes = append(r.takes, t)
	if !r.absent {
		go t.Come()
	}
	return t, nil
}

// Answers implements [room.Recordings].
func (r *Recordings) Answers(ctx context.Context, evidence []consent.Evidence, entries ...audit.Entry) error {
	if err := r.wait(ctx, "answers"); err != nil {
		return err
	}
	if err := r.store.Record(ctx, entries...); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	for _, e := range evidence {
		if !slices.ContainsFunc(r.takes, func(t *Take) bool { return t.Order.ID == e.Recording }) {
			r.breach("an answer about a recording that never began")
		}
		if (e.Name != "") != (e.Answer == consent.Yes) {
			r.breach("the name %q with %q", e.Name, e.Answer)
		}
	}
	r.evidence = append(r.evidence, evidence...)
	return nil
}

// Interrupted implements [room.Recordings].
func (r *Recordings) Interrupted(_ context.Context, s id.Sitting) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.interrupted[s], nil
}

// Come has the recorder connect to the meeting, as it does by itself unless Absent.
func (t *Take) Come() {
	if _, err := t.token(t.coming); err == nil && t.coming.Err() == nil {
		t.told(recording.Standing{Connected: true})
	}
}

// Token asks for another connection, as after a cut.
func (t *Take) Token(ctx context.Context) error {
	_, err := t.token(ctx)
	return err
}

// Tell says how it stands.
func (t *Take) Tell(s recording.Standing) { t.told(s) }

// Consents lists who is recorded.
func (t *Take) Consents() []id.Seat {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	var seats []id.Seat
	for seat, yes := range t.consents {
		if yes {
			seats = append(seats, seat)
		}
	}
	slices.Sort(seats)
	return seats
}

// Scene is what the picture is made from, and how the recording stands.
type Scene struct {
	Names           map[id.Seat]pii.Name
	Layout          recording.Layout
	Spotlight       id.Seat
	Chapters        []pii.Name
	Paused, Stopped bool
}

// Scene returns it.
func (t *Take) Scene() Scene {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	return Scene{Names: maps.Clone(t.names), Layout: t.layout, Spotlight: t.spotlight, Chapters: slices.Clone(t.chapters), Paused: t.paused, Stopped: t.stopped}
}

// call makes one call of the room's.
func (t *Take) call(what string, f func()) {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	if t.stopped {
		t.all.breach("%s after Stop", what)
		return
	}
	f()
}

// Consent implements [room.Take].
func (t *Take) Consent(seat id.Seat, yes bool) {
	t.call("Consent", func() {
		if yes && !slices.ContainsFunc(t.all.evidence, func(e consent.Evidence) bool {
			return e.Recording == t.Order.ID && e.Seat == seat && e.Answer == consent.Yes
		}) {
			t.all.breach("a yes that is not kept")
		}
		t.consents[seat] = yes
	})
}

// Name implements [room.Take].
func (t *Take) Name(seat id.Seat, name pii.Name) {
	t.call("Name", func() {
		if !t.consents[seat] {
			t.all.breach("the name of somebody who has not consented")
		}
		t.names[seat] = name
	})
}

// Layout implements [room.Take].
func (t *Take) Layout(l recording.Layout) { t.call("Layout", func() { t.layout = l }) }

// Spotlight implements [room.Take].
func (t *Take) Spotlight(seat id.Seat) { t.call("Spotlight", func() { t.spotlight = seat }) }

// Chapter implements [room.Take].
func (t *Take) Chapter(title pii.Name) {
	t.call("Chapter", func() { t.chapters = append(t.chapters, title) })
}

// Pause implements [room.Take].
func (t *Take) Pause() {
	t.call("Pause", func() {
		if t.paused {
			t.all.breach("paused twice")
		}
		t.paused = true
	})
}

// Resume implements [room.Take].
func (t *Take) Resume() {
	t.call("Resume", func() {
		if !t.paused {
			t.all.breach("resumed without a pause")
		}
		t.paused = false
	})
}

// Stop implements [room.Take].
func (t *Take) Stop() {
	t.call("Stop", func() { t.stopped = true })
	t.end.Do(func() {
		t.gone()
		t.told(recording.Standing{Ended: true})
	})
}
