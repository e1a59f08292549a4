// Package recorder takes part in a sitting as the recorder does: it joins the SFU
// with a seat of its own, subscribes to the tracks of those who consent and to
// no others, and hands their frames, as they were sent, with what happened, to a
// journal (docs/adr/0015-recorder.md).
package recorder

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// Sink takes what is recorded, in order, from one goroutine. It may not keep a
// record's Data. After an error it is asked again, with the same record.
type Sink interface {
	Append(r recording.Record) error
}

// Config is what a recorder needs to know.
type Config struct {
	// Signalling is the SFU's handler, gate included.
	Signalling http.Handler
	// Token gives the secret that opens one connection of the recorder's seat; it
	// is asked for each time the recorder connects.
	Token func(ctx context.Context) (pii.Secret, error)
	Sink  Sink

	// Joined is called once, when the recorder has come to the meeting; nil is nobody.
	// It must not block.
	Joined func()

	// Alarm is called when nothing can be recorded for the moment, with the reason,
	// and with nil when it can again: within five seconds, one call at a time. It
	// must not block for long.
	Alarm func(err error)

	Logger *slog.Logger
}

// The reasons an alarm gives, beside what the sink said.
var (
	ErrDisconnected = fault.New("recorder", fault.Unavailable, "recording.disconnected", "The recorder has lost the meeting and is trying to come back.")
	ErrStalled      = fault.New("recorder", fault.Unavailable, "recording.stalled", "The storage for recordings does not answer.")
)

// Recorder records one sitting. Its methods never block and may be called at any
// time by anyone: neither a slow disk nor the SFU can hold up the meeting.
type Recorder struct {
	cfg     Config
	log     *slog.Logger
	wake    chan struct{}
	media   chan packet
	dropped atomic.Uint64 // packets that came faster than the sink took them

	options []lksdk.ConnectOption // of tests

	mu       sync.Mutex
	orders   []func() // for Run's goroutine, in order
	consents map[id.Seat]bool

	apart atomic.Int64   // since when there is no connection, on our clock; 0 while there is
	work  sync.WaitGroup // goroutines that Run waits for

	// Of Run's goroutine.
	journal journal
	watch   stopwatch
	conn    *connection
	retry   time.Time // when to connect again
	tries   int
	came    bool   // to the meeting, at least once
	numbers uint32 // of tracks
	finish  bool
	told    map[id.Seat]bool // consents in the journal
	names   map[id.Seat]pii.Name
	scene   scene
}

// scene is what the room shows and what of it stands in the journal.
type scene struct {
	layout, toldLayout       recording.Layout
	spotlight, toldSpotlight id.Seat
	speakers                 []id.Seat
}

// mediaQueue is how many packets wait for Run: half a second of 20 tracks of
// 3 Mbit/s, 5 MB.
const mediaQueue = 4096

// New makes a recorder; [Recorder.Run] must follow.
func New(cfg Config) *Recorder {
	silence()
	r := &Recorder{
		cfg:      cfg,
		log:      cfg.Logger,
		wake:     make(chan struct{}, 1),
		media:    make(chan packet, mediaQueue),
		consents: make(map[id.Seat]bool),
		told:     make(map[id.Seat]bool),
		names:    make(map[id.Seat]pii.Name),
	}
	r.journal = journal{sink: cfg.Sink}
	return r
}

// order has f done by Run's goroutine, after all that was ordered before. What
// is ordered comes from the room and from LiveKit's events, of which there are a
// few for each person and second.
func (r *Recorder) order(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.orders = append(r.orders, f)
	r.poke()
}

func (r *Recorder) poke() {
	select {
	case r.wake <- struct{}{}:
	default: // it is awake
	}
}

// Start begins the recording: from here on those who consent are subscribed to.
func (r *Recorder) Start() {
	now := time.Now()
	r.order(func() { r.start(now) })
}

// SetConsent says that a seat may be recorded or, from this call's return on,
// may not: but for a frame that is being written, none of theirs goes to the sink
// any more.
func (r *Recorder) SetConsent(seat id.Seat, yes bool) {
	r.mu.Lock()
	if yes {
		r.consents[seat] = true
	} else {
		delete(r.consents, seat)
	}
	r.mu.Unlock()
	now := time.Now()
	r.order(func() {
		if !yes {
			r.withdraw(now, seat)
		}
		r.settle(now)
	})
}

// SetName says what a seat is called; it is written only while they consent.
func (r *Recorder) SetName(seat id.Seat, name pii.Name) {
	now := time.Now()
	r.order(func() {
		if r.names[seat] != name {
			r.names[seat] = name
			r.name(now, seat)
		}
	})
}

// SetLayout says how people are arranged from now on.
func (r *Recorder) SetLayout(layout recording.Layout) {
	now := time.Now()
	r.order(func() {
		r.scene.layout = layout
		r.show(now)
	})
}

// SetSpotlight says who is shown large from now on; "" is nobody.
func (r *Recorder) SetSpotlight(seat id.Seat) {
	now := time.Now()
	r.order(func() {
		r.scene.spotlight = seat
		r.show(now)
	})
}

// AddChapter begins a chapter.
func (r *Recorder) AddChapter(title pii.Name) {
	now := time.Now()
	r.order(func() {
		if r.watch.running() {
			r.event(now, recording.Chapter, recording.Event{Title: title})
		}
	})
}

// Pause ends all subscriptions until [Recorder.Resume]; the time stands.
func (r *Recorder) Pause() {
	now := time.Now()
	r.order(func() { r.pause(now) })
}

// Resume goes on after a pause.
func (r *Recorder) Resume() {
	now := time.Now()
	r.order(func() { r.resume(now) })
}

// Stop ends the recording; Run returns when the last record is written.
func (r *Recorder) Stop() {
	now := time.Now()
	r.order(func() { r.stop(now) })
}

// tick is how often time-driven work is done: giving up on lost packets, asking
// for key frames, trying the sink and the SFU again.
const tick = 50 * time.Millisecond

// Run takes part until [Recorder.Stop] or the end of ctx, both of which close the
// journal in order, and returns when everything it started has ended. Its error
// is that the end could not be written.
func (r *Recorder) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	door, err := newDoor(ctx, r.cfg.Signalling)
	if err != nil {
		return fault.Wrap("recorder.Run", err)
	}
	defer door.close()
	alarms := make(chan struct{})
	go func() {
		defer close(alarms)
		r.alarms(ctx)
	}()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	done := ctx.Done()
	for !r.finish {
		r.reconnect(ctx, door)
		select {
		case <-done:
			done = nil
			r.stop(time.Now())
		case <-r.wake:
			r.obey()
		case p := <-r.media:
			p.track.push(p)
		case now := <-ticker.C:
			r.passTime(now)
		}
	}
	cancel()
	r.hangUp()
	r.work.Wait()
	<-alarms
	return fault.Wrap("recorder.Run", r.journal.err)
}

// obey does what was ordered.
func (r *Recorder) obey() {
	r.mu.Lock()
	orders := r.orders
	r.orders = nil
	r.mu.Unlock()
	for _, f := range orders {
		f()
	}
}

func (r *Recorder) passTime(now time.Time) {
	r.journal.recover(now)
	if r.journal.full() {
		r.log.Error("the recording ends: its storage failed for too long", "error", r.journal.err)
		r.stop(now)
	}
	r.eachTrack(func(t *track) { t.passTime(now) })
}

func (r *Recorder) start(now time.Time) {
	if r.watch.began() {
		return
	}
	r.watch.start(now)
	r.settle(now)
}

func (r *Recorder) pause(now time.Time) {
	if !r.watch.running() {
		return
	}
	r.catchUp()
	r.endTracks(now)
	r.event(now, recording.Paused, recording.Event{})
	r.watch.pause(now)
	r.settle(now)
}

func (r *Recorder) resume(now time.Time) {
	if !r.watch.began() || r.watch.running() {
		return
	}
	r.watch.start(now)
	r.event(now, recording.Resumed, recording.Event{})
	r.settle(now)
}

func (r *Recorder) stop(now time.Time) {
	if r.finish {
		return
	}
	r.finish = true
	if !r.watch.began() {
		return
	}
	r.catchUp()
	r.endTracks(now)
	r.event(now, recording.Ended, recording.Event{})
	r.watch.pause(now)
	r.journal.recover(now.Add(retrySink)) // the last chance
}

// catchUp takes the packets that have come.
func (r *Recorder) catchUp() {
	for range len(r.media) {
		p := <-r.media
		p.track.push(p)
	}
}

// settle brings the journal and the subscriptions to what people agreed to.
func (r *Recorder) settle(now time.Time) {
	if r.watch.running() {
		r.mu.Lock()
		var yes, no []id.Seat
		for seat := range r.consents {
			if !r.told[seat] {
				yes = append(yes, seat)
			}
		}
		for seat := range r.told {
			if !r.consents[seat] {
				no = append(no, seat)
			}
		}
		r.mu.Unlock()
		for _, seat := range no {
			r.withdraw(now, seat)
		}
		for _, seat := range yes {
			r.told[seat] = true
			r.event(now, recording.Consent, recording.Event{Seat: seat, Yes: true})
			r.name(now, seat)
		}
		r.show(now)
	}
	r.subscribe()
}

// withdraw writes a no, if the journal has the yes: also in a pause, and also when
// another yes has followed meanwhile, so that it tells until when somebody had agreed.
func (r *Recorder) withdraw(now time.Time, seat id.Seat) {
	if !r.told[seat] {
		return
	}
	var again []*track
	agrees := r.mayRecord(seat)
	r.eachTrack(func(t *track) {
		switch {
		case t.seat != seat:
		case agrees:
			t.close(now, false)
			again = append(again, t)
		default:
			t.end(now, false)
		}
	})
	delete(r.told, seat)
	r.event(now, recording.Consent, recording.Event{Seat: seat})
	for _, t := range again {
		t.begin(now, t.codec)
	}
}

// name writes the name of a seat that consents.
func (r *Recorder) name(now time.Time, seat id.Seat) {
	if name := r.names[seat]; name != "" && r.told[seat] && r.watch.began() {
		r.event(now, recording.SeatNamed, recording.Event{Seat: seat, Name: name})
	}
}

// show writes layout and spotlight where they differ from what is written. Who
// does not consent is nobody.
func (r *Recorder) show(now time.Time) {
	if !r.watch.began() {
		return
	}
	s := &r.scene
	if s.layout != s.toldLayout {
		s.toldLayout = s.layout
		r.event(now, recording.LayoutSet, recording.Event{Layout: s.layout})
	}
	spotlight := s.spotlight
	if !r.told[spotlight] {
		spotlight = ""
	}
	if spotlight != s.toldSpotlight {
		s.toldSpotlight = spotlight
		r.event(now, recording.Spotlight, recording.Event{Seat: spotlight})
	}
}

func (r *Recorder) event(now time.Time, kind recording.Kind, e recording.Event) {
	r.journal.write(recording.Record{At: r.watch.at(now), Kind: kind, Event: e})
}

// mayRecord reports whether the seat may be recorded at this moment.
func (r *Recorder) mayRecord(seat id.Seat) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.consents[seat]
}

// alarmAfter is how long there may be no connection before it is an alarm, and
// how long the sink may take: with the second between two looks below five.
const alarmAfter = 3 * time.Second

// alarms tells when nothing can be recorded and when it can again.
func (r *Recorder) alarms(ctx context.Context) {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	var told error
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		problem := r.journal.trouble(time.Now())
		if since := r.apart.Load(); problem == nil && since != 0 && onOurs(time.Now())-time.Duration(since) > alarmAfter {
			problem = ErrDisconnected
		}
		if (problem == nil) != (told == nil) || problem != nil && !errors.Is(problem, told) {
			told = problem
			if r.cfg.Alarm != nil {
				r.cfg.Alarm(problem)
			}
		}
	}
}

// stopwatch measures what is recorded.
type stopwatch struct {
	since time.Time // of the present run; zero while it stands
	done  time.Duration
	used  bool
}

func (w *stopwatch) began() bool   { return w.used }
func (w *stopwatch) running() bool { return !w.since.IsZero() }

func (w *stopwatch) start(now time.Time) { w.since, w.used = now, true }

func (w *stopwatch) pause(now time.Time) {
	w.done = w.at(now)
	w.since = time.Time{}
}

// at is where a moment lies in the recording; moments of a pause are its begin.
func (w *stopwatch) at(t time.Time) time.Duration {
	if w.since.IsZero() {
		return w.done
	}
	return w.done + max(0, t.Sub(w.since))
}
