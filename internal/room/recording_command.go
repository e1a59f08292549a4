package room

import (
	"context"
	"errors"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// The commands of those who may record. Faults: those of package recording.
type (
	// RecordStart begins a recording; Layout is "" for the meeting's. It is answered
	// when it is written down.
	RecordStart struct{ Layout recording.Layout }
	// RecordPause has nothing recorded until RecordResume.
	RecordPause struct{}
	// RecordResume goes on.
	RecordResume struct{}
	// RecordStop ends the recording.
	RecordStop struct{}
	// RecordLayout arranges the picture from now on; "" as the meeting says.
	RecordLayout struct{ Layout recording.Layout }
	// RecordChapter begins a chapter, with a title like a name.
	RecordChapter struct{ Title string }
)

func (RecordStart) needs(*seat, *owner) access.Right   { return access.Record }
func (RecordPause) needs(*seat, *owner) access.Right   { return access.StopRecord }
func (RecordResume) needs(*seat, *owner) access.Right  { return access.Record }
func (RecordStop) needs(*seat, *owner) access.Right    { return access.StopRecord }
func (RecordLayout) needs(*seat, *owner) access.Right  { return access.Record }
func (RecordChapter) needs(*seat, *owner) access.Right { return access.Record }

func (m RecordStart) apply(_ context.Context, o *owner, c *call) error {
	if o.recordings.running != nil || o.recordings.preparing {
		return recording.ErrRunning
	}
	// Whether the organisation allows it is asked anew.
	if err := o.cannotRecord(); err != nil && !errors.Is(err, recording.ErrOff) {
		return err
	}
	if err := spend(c.by.limits.record, ErrRate); err != nil {
		return err
	}
	o.recordings.preparing, c.later = true, true
	whose, p := o.meeting.Tenant, prepared{seat: c.by.ID, layout: m.Layout, answer: c.answer}
	o.aside(func(ctx context.Context) message {
		ctx, cancel := context.WithTimeout(ctx, storeTime)
		defer cancel()
		t, err := o.rooms.store.Tenant(ctx, whose)
		p.settings, p.err = t.Settings.Recording, fault.Wrap("room.RecordStart", err)
		return p
	}, c.answer)
	return nil
}

// prepared comes back with what the organisation says of recordings.
type prepared struct {
	seat     id.Seat
	layout   recording.Layout
	settings tenant.Recording
	err      error
	answer   func(error)
}

func (m prepared) handle(_ context.Context, o *owner) {
	o.recordings.preparing = false
	if m.err != nil {
		m.answer(m.err)
		return
	}
	o.recordings.off = m.settings.Off
	s, err := o.seats[m.seat], o.cannotRecord()
	switch {
	case o.rooms.draining.Load():
		err = ErrDraining
	case s == nil:
		err = ErrSeat
	case !s.may(access.Record): // taken meanwhile
		err = ErrRight
	}
	if err == nil {
		err = o.rooms.begins(o.id)
	}
	if err != nil {
		m.answer(err)
		return
	}
	o.tape(s, m)
}

// begins counts a recording of a meeting that begins, or refuses it.
func (r *Rooms) begins(m id.Meeting) error {
	if _, wait := r.tapings.take(r.digest("recording", string(m))); wait > 0 {
		return recording.ErrTooOften.With(waitError(wait))
	}
	return nil
}

// taped returns the recording that is on or paused.
func (o *owner) taped() (*taping, error) {
	t := o.recordings.running
	if t == nil || t.state == RecordingStarting {
		return nil, recording.ErrNotRunning
	}
	return t, nil
}

// apply has it stand still at once, as stopTaping ends it at once.
func (RecordPause) apply(_ context.Context, o *owner, c *call) error {
	t, err := o.taped()
	if err != nil || t.state == RecordingPaused && !t.resuming {
		return err
	}
	t.turn++
	t.resuming = false
	o.note(t, o.recordingEntry(audit.RecordingPaused, c.by, t.id))
	if t.state == RecordingPaused { // it had not gone on yet
		return nil
	}
	t.take.do(Take.Pause)
	t.elapsed += time.Since(t.running)
	t.state, t.running, t.by = RecordingPaused, time.Time{}, c.by.ID
	o.tellRecording()
	return nil
}

func (RecordResume) apply(_ context.Context, o *owner, c *call) error {
	t, err := o.taped()
	if err != nil || t.state == RecordingOn || t.resuming {
		return err
	}
	if err := spend(c.by.limits.record, ErrRate); err != nil {
		return err
	}
	t.resuming, c.later = true, true
	m, e := resumed{taping: t, turn: t.turn, by: c.by.ID, answer: c.answer}, o.recordingEntry(audit.RecordingResumed, c.by, t.id)
	o.scribe.do(func(ctx context.Context) {
		m.err = o.record(ctx, e)
		o.report(m)
	})
	return nil
}

// resumed tells that it is written down that a recording goes on.
type resumed struct {
	taping *taping
	turn   int
	by     id.Seat
	err    error
	answer func(error)
}

func (m resumed) handle(_ context.Context, o *owner) {
	t := m.taping
	if o.recordings.running != t || t.turn != m.turn { // stopped or paused anew meanwhile
		m.answer(recording.ErrNotRunning)
		return
	}
	t.resuming = false
	if m.err == nil {
		t.take.do(Take.Resume)
		t.state, t.running, t.by = RecordingOn, time.Now(), m.by
		o.tellRecording()
	}
	m.answer(m.err)
}

func (RecordStop) apply(_ context.Context, o *owner, c *call) error {
	if o.recordings.running == nil {
		return recording.ErrNotRunning
	}
	o.stopTaping(c.by, "")
	return nil
}

func (m RecordLayout) apply(_ context.Context, o *owner, c *call) error {
	t := o.recordings.running
	if t == nil {
		return recording.ErrNotRunning
	}
	if m.Layout == "" {
		m.Layout = o.meeting.Recording.Layout
	}
	if m.Layout == "" || m.Layout == t.layout {
		return nil
	}
	if err := spend(c.by.limits.record, ErrRate); err != nil {
		return err
	}
	t.layout, t.by = m.Layout, c.by.ID
	t.take.do(func(made Take) { made.Layout(m.Layout) })
	o.tellRecording()
	return nil
}

func (m RecordChapter) apply(_ context.Context, o *owner, c *call) error {
	t, err := o.taped()
	if err == nil && t.state == RecordingPaused {
		err = recording.ErrNotRunning
	}
	if err != nil {
		return err
	}
	title, err := user.ParseName(m.Title)
	if err != nil {
		return err
	}
	if err := spend(c.by.limits.record, ErrRate); err != nil {
		return err
	}
	t.take.do(func(made Take) { made.Chapter(title) })
	return nil
}
