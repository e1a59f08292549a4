package room

import (
	"context"
	"errors"
	"sync"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

const (
	// desertedLife is how long a recording goes on with nobody in the room.
	desertedLife = 30 * time.Second
	// longestTaping is how long one may be, pauses included: longer than any day of
	// meetings, and short enough that one which everybody forgot fills no disk (six
	// cameras are 100 GB a day) and takes nobody's place for ever.
	longestTaping = 24 * time.Hour
	// tapingStarts is how often recordings of one meeting may begin within 15 minutes, by
	// whomever. Each leaves a row, a number of the key tree and work for the composer;
	// people who try things out begin three or four.
	tapingStarts = 10
)

// errLongest is why a recording ends that nobody stops.
var errLongest = fault.New("room.watchTaping", fault.Exhausted, "recording.longest", "It has run for 24 hours, which is the longest a recording may be. A video is made of it.")

// taping is a recording of the sitting, from the word that it begins until it is
// stopped. Its recorder is no seat of the room: it is listed, and nothing can be
// done to it, it counts as nobody and keeps nothing alive.
type taping struct {
	id       id.Recording
	recorder Seat
	state    RecordingState
	by       id.Seat // who changed it last
	layout   recording.Layout
	question Question
	trouble  string

	began     time.Time // by the clock that nobody sets
	begun     bool      // it is written down that it began
	connected bool      // the recorder has come
	resuming  bool      // it is being written down that it goes on
	turn      int       // counts what ends a resuming
	elapsed   time.Duration
	running   time.Time // since when elapsed grows; zero while it does not
	deserted  time.Time // since when nobody is here; zero while somebody is
	take      take

	unwritten bool // of the scribe's goroutine: it never began
}

// take guards a [Take]: nothing reaches it before it is there, and nothing after
// Stop, wherever in its making it is stopped.
type take struct {
	mu   sync.Mutex
	made Take // guarded by mu; nil before it is there
	over bool // guarded by mu
}

func (t *take) came(made Take) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made = made
	if t.over {
		made.Stop()
	}
}

func (t *take) do(f func(Take)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made != nil && !t.over {
		f(t.made)
	}
}

func (t *take) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made != nil && !t.over {
		t.made.Stop()
	}
	t.over = true
}

// cannotRecord says why no recording can begin here, as far as the room knows: the
// organisation's word may be a while old.
func (o *owner) cannotRecord() error {
	switch {
	case o.rooms.recordings == nil:
		return recording.ErrUnavailable
	case o.meeting.EndToEnd:
		return recording.ErrEndToEnd
	case o.recordings.off:
		return recording.ErrOff
	}
	if err := o.rooms.recordings.Ready(); err != nil || o.recordings.running != nil {
		return err
	}
	return o.rooms.recordings.Free()
}

// codeOf is what clients are told of an error; "" for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if f, isFault := errors.AsType[*fault.Error](err); isFault {
		return f.Code
	}
	return errBroken.Code
}

// tapings is what the room knows of its recordings beside the running one.
type tapings struct {
	running     *taping // nil while there is none
	preparing   bool    // one is being asked for
	any         bool    // since the room is live
	off         bool    // the organisation does not allow any
	unavailable string  // the code of cannotRecord, as last told
	by          id.Seat // who stopped the last one
	trouble     string  // that ended the last one
	interrupted bool    // the last one, by a crash of the server
}

// lookBack asks whether a crash of the server has ended a recording of this
// sitting.
func (o *owner) lookBack() {
	o.recordings.unavailable = codeOf(o.cannotRecord())
	sitting := o.meeting.Sitting
	if o.rooms.recordings == nil || sitting == "" {
		return
	}
	o.aside(func(ctx context.Context) message {
		ctx, cancel := context.WithTimeout(ctx, storeTime)
		defer cancel()
		interrupted, err := o.rooms.recordings.Interrupted(ctx, sitting)
		if err != nil && ctx.Err() == nil {
			o.rooms.log.ErrorContext(ctx, "it is not known whether a recording was interrupted", "err", err)
		}
		return lookedBack{sitting: sitting, interrupted: interrupted}
	}, func(error) {})
}

type lookedBack struct {
	sitting     id.Sitting
	interrupted bool
}

func (m lookedBack) handle(_ context.Context, o *owner) {
	if m.interrupted && m.sitting == o.meeting.Sitting && !o.recordings.any {
		o.recordings.interrupted = true
		o.tellRecorders()
	}
}

// tape begins a recording: everybody is told and asked, and then it is written
// down and the recorder called. Nobody is recorded before they have agreed, and
// nobody can agree before it is written down.
func (o *owner) tape(s *seat, m prepared) {
	settings := o.meeting.Recording
	if m.layout != "" {
		settings.Layout = m.layout
	}
	if settings.Layout == "" {
		settings.Layout = recording.DefaultSettings().Layout
	}
	t := &taping{
		id: id.New[id.Recording](), state: RecordingStarting, by: s.ID, layout: settings.Layout, began: time.Now(),
		recorder: Seat{ID: id.New[id.Seat](), Role: access.Viewer, JoinedAt: now(), Machine: Recorder},
		question: Question{Words: m.settings.Consent, Erasable: m.settings.Erasable},
	}
	o.recordings.running, o.recordings.any = t, true
	o.recordings.trouble, o.recordings.interrupted = "", false
	settings.Words = t.question.Words.Shown()
	order := recording.Order{
		ID: t.id, Tenant: o.meeting.Tenant, Meeting: o.id, Sitting: o.meeting.Sitting, By: s.User,
		Title: o.meeting.Name, Recorder: t.recorder.ID, StartedAt: t.recorder.JoinedAt, Settings: settings,
	}
	o.callRecorder(t, order, o.recordingEntry(audit.RecordingStarted, s, t.id), m.answer)
	o.tellRecording()
	o.broadcast(Joined{Seat: t.recorder})
	for _, other := range o.order {
		o.ask(other)
		o.tell(other, Consented{Answer: other.Consent})
	}
}

// callRecorder has the recording made.
func (o *owner) callRecorder(t *taping, order recording.Order, entry audit.Entry, answer func(error)) {
	token := func(ctx context.Context) (pii.Secret, error) { return o.recorderToken(ctx, t) }
	told := func(s recording.Standing) { o.standings.add(t.id, s) }
	o.scribe.do(func(ctx context.Context) {
		made, err := o.rooms.recordings.Begin(ctx, order, token, told, entry)
		if err == nil {
			t.take.came(made)
		}
		t.unwritten = err != nil
		o.report(begun{taping: t, ordered: order.Settings.Layout, err: err, answer: answer})
	})
}

// begun tells that it is written down that a recording began, or why not.
type begun struct {
	taping  *taping
	ordered recording.Layout
	err     error
	answer  func(error)
}

func (m begun) handle(_ context.Context, o *owner) {
	t := m.taping
	switch {
	case o.recordings.running != t && m.err == nil: // stopped meanwhile, or ended by itself
		m.err = recording.ErrNotRunning
	case o.recordings.running != t:
	case m.err != nil:
		o.stopTaping(nil, codeOf(m.err))
	default:
		t.begun = true
		t.take.do(func(made Take) {
			if t.layout != m.ordered {
				made.Layout(t.layout)
			}
			if o.spotlight != "" {
				made.Spotlight(o.spotlight)
			}
		})
		o.settleTaping()
	}
	m.answer(m.err)
}

// settleTaping tells that something is recorded from now on, once it is.
func (o *owner) settleTaping() {
	if t := o.recordings.running; t.state == RecordingStarting && t.begun && t.connected {
		t.state, t.running = RecordingOn, time.Now()
		o.tellRecording()
	}
}

// stopTaping ends the running recording, if there is one; trouble is why, when
// nobody wanted it. It takes effect and is told at once, before it is written
// down: whoever is recorded does not wait for a disk.
func (o *owner) stopTaping(by *seat, trouble string) {
	t := o.recordings.running
	if t == nil {
		return
	}
	t.take.stop()
	o.media.remove(t.recorder.ID)
	o.recordings.running, o.recordings.by, o.recordings.trouble = nil, "", trouble
	if by != nil {
		o.recordings.by = by.ID
	}
	for _, s := range o.order {
		s.Consent, s.reply = "", nil
	}
	o.tellRecording()
	o.broadcast(Gone{Seat: t.recorder.ID, Reason: ReasonLeft})
	o.note(t, o.recordingEntry(audit.RecordingStopped, by, t.id))
}

// recordingEntry is entry for one about a recording.
func (o *owner) recordingEntry(action audit.Action, by *seat, r id.Recording) audit.Entry {
	e := o.entry(action, by, nil, "recording", string(r))
	e.Subject = audit.Party{Kind: audit.Recorded, ID: string(r)}
	return e
}

// note writes down what has been done already.
func (o *owner) note(t *taping, e audit.Entry) {
	o.scribe.do(func(ctx context.Context) {
		if t.unwritten {
			return // there was none
		}
		if err := o.record(ctx, e); err != nil {
			o.rooms.log.ErrorContext(ctx, "what was done to a recording was not written down", "err", err)
		}
	})
}

// watchTaping ends a recording of nobody and one that is too long, and looks whether
// one can begin. Called each second.
func (o *owner) watchTaping(now time.Time) {
	if u := codeOf(o.cannotRecord()); u != o.recordings.unavailable {
		o.recordings.unavailable = u
		o.tellRecorders()
	}
	t := o.recordings.running
	switch {
	case t == nil:
	case now.Sub(t.began) >= longestTaping:
		o.rooms.log.Info("a recording was ended because it had become as long as one may be", "recording", t.id)
		o.stopTaping(nil, errLongest.Code)
	case len(o.order) > 0:
		t.deserted = time.Time{}
	case t.deserted.IsZero():
		t.deserted = now
	case now.Sub(t.deserted) >= desertedLife:
		o.stopTaping(nil, "")
	}
}

// spotted tells the recording whom everybody is shown large.
func (o *owner) spotted() {
	if t := o.recordings.running; t != nil {
		t.take.do(func(made Take) { made.Spotlight(o.spotlight) })
	}
}

// records reports whether the seat may start or stop a recording.
func (s *seat) records() bool { return s.may(access.Record) || s.may(access.StopRecord) }

// recordingFor is how the recording stands, as s may know it.
func (o *owner) recordingFor(s *seat) Recording {
	k := &o.recordings
	r, trouble := Recording{State: RecordingOff, By: k.by, Layout: o.meeting.Recording.Layout}, k.trouble
	if t := k.running; t != nil {
		r = Recording{
			State: t.state, ID: t.id, By: t.by, Since: t.recorder.JoinedAt, Elapsed: t.elapsed, Layout: t.layout,
			Question: &t.question,
		}
		if !t.running.IsZero() {
			r.Elapsed += time.Since(t.running)
		}
		trouble = t.trouble
	}
	if s.records() {
		r.Trouble, r.Unavailable, r.Interrupted = trouble, k.unavailable, k.interrupted
	}
	return r
}

// tellRecording tells everybody how the recording stands. It is the one place that
// says so in the room, and is called in the goroutine's turn in which it changed.
func (o *owner) tellRecording() {
	o.recorded.Store(o.recordings.running != nil)
	for _, s := range o.order {
		o.tell(s, RecordingSet{Recording: o.recordingFor(s)})
	}
}

// tellRecorders is tellRecording where only what is theirs has changed.
func (o *owner) tellRecorders() {
	for _, s := range o.order {
		if s.records() {
			o.tell(s, RecordingSet{Recording: o.recordingFor(s)})
		}
	}
}
