package archive

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/journal"
	"plenum/internal/pii"
	"plenum/internal/recorder"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/vault"
)

const (
	// beginning is how long making the files of a recording may take: who pressed the
	// button waits for it.
	beginning = 5 * time.Second
	// ending is how long noting the end in the database may take.
	ending = 20 * time.Second
	// watchEvery is how often it is looked whether the journal can be written: with
	// the journal's own second and its three seconds of patience below five.
	watchEvery = 500 * time.Millisecond
)

// take is a recording being made: a recorder that writes a journal.
type take struct {
	archive   *Archive
	recording recording.Recording
	recorder  *recorder.Recorder
	writer    *journal.Writer
	key       *vault.Key
	stopped   chan struct{} // closed when the recorder has ended
	done      chan struct{} // closed when all has

	mu       sync.Mutex
	tell     func(recording.Standing)
	standing recording.Standing // guarded by mu, as are the others
	lost     error              // what the recorder said last
	joined   bool
	started  bool
	paused   bool
}

// Begin implements room.Recordings. Its files are opened before anything is written
// down, so that nobody is told of a recording for which there is no place.
func (a *Archive) Begin(ctx context.Context, o recording.Order, token func(context.Context) (pii.Secret, error),
	told func(recording.Standing), entries ...audit.Entry,
) (room.Take, error) {
	if err := a.standing.Load().record; err != nil {
		return nil, err
	}
	t := &take{archive: a, tell: told, stopped: make(chan struct{}), done: make(chan struct{}), recording: recording.Recording{
		ID: o.ID, Tenant: o.Tenant, Meeting: o.Meeting, Sitting: o.Sitting, By: o.By, Title: o.Title,
		State: recording.StateRecording, StartedAt: o.StartedAt, Settings: o.Settings, Sharing: o.Settings.Sharing,
	}}
	t.recording.Settings.Layout = "" // the journal has it, with what is chosen later
	if err := a.enter(t); err != nil {
		return nil, err
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := t.open(ctx, life, cancel, entries); err != nil {
		cancel()
		close(t.done)
		a.leave(t)
		return nil, err
	}
	t.recorder = recorder.New(recorder.Config{
		Signalling: a.cfg.Signalling, Token: token, Sink: t.writer, Joined: t.came, Alarm: t.alarm, Logger: a.log,
	})
	t.recorder.SetLayout(o.Settings.Layout)
	go func() {
		defer cancel()
		t.run(life)
	}()
	return t, nil
}

// Free implements room.Recordings.
func (a *Archive) Free() error {
	if a.Making() >= a.cfg.AtOnce {
		return recording.ErrTooMany
	}
	return nil
}

// Making returns how many recordings are being made, those included of which the end
// is being written.
func (a *Archive) Making() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.takes)
}

// enter keeps a take until leave, unless there are as many as may be or the program
// ends.
func (a *Archive) enter(t *take) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.ending:
		return recording.ErrUnavailable
	case len(a.takes) >= a.cfg.AtOnce:
		return recording.ErrTooMany
	}
	a.takes[t.recording.ID] = t
	delete(a.interrupted, t.recording.Sitting) // this one is the last now
	a.work.Add(1)
	if len(a.takes) == a.cfg.AtOnce {
		a.log.Warn("as many meetings are recorded as may be at once; others cannot begin", "recordings", len(a.takes))
	}
	return nil
}

func (a *Archive) leave(t *take) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.takes) == a.cfg.AtOnce {
		a.log.Info("another meeting can be recorded")
	}
	delete(a.takes, t.recording.ID)
	a.work.Done()
}

// open makes journal, row and key. What it opens lives as long as life; making it
// ends with ctx.
func (t *take) open(ctx, life context.Context, cancel func(), entries []audit.Entry) (err error) {
	a := t.archive
	ctx, enough := context.WithTimeout(ctx, beginning)
	defer enough()
	stop := context.AfterFunc(ctx, cancel)
	defer stop()
	name := journalName(t.recording.ID, 0)
	log, err := a.files.Append(life, name)
	if err != nil {
		return unusable(err)
	}
	reserve, err := a.files.Reserve(life, journal.ReserveSize)
	if err != nil {
		a.discard(log.Close, func() error { return a.files.Delete(context.WithoutCancel(ctx), name) })
		return unusable(err)
	}
	defer func() {
		if err != nil {
			a.discard(log.Close, reserve.Free, func() error { return a.files.Delete(context.WithoutCancel(ctx), name) })
		}
	}()
	if err := t.create(ctx, entries); err != nil {
		return err
	}
	t.writer, err = journal.Open(life, journal.Config{Log: log, Boxes: t.key.Boxes(journalBoxes(0)), Reserve: reserve})
	return err
}

// create makes row and key. A database that was put back counts from numbers whose
// keys are destroyed: it goes on behind those.
func (t *take) create(ctx context.Context, entries []audit.Entry) error {
	keys := t.archive.cfg.Vault
	for {
		var tried uint32
		made, err := t.archive.store.CreateRecording(ctx, t.recording, func(number uint32) (wrapped, sealed []byte, err error) {
			tried = number
			if t.key, wrapped, err = keys.NewKey(string(t.recording.ID), number); err != nil {
				return nil, nil, err
			}
			sealed, err = sealDetails(t.key, t.recording)
			return wrapped, sealed, err
		}, entries...)
		if err == nil {
			t.recording = made
			return nil
		}
		if !errors.Is(err, vault.ErrDestroyed) || tried == math.MaxUint32 {
			return err
		}
		if t.recording.Number, err = keys.Living(tried + 1); err != nil {
			return err
		}
	}
}

// discard gives up what was opened.
func (a *Archive) discard(each ...func() error) {
	for _, give := range each {
		if err := give(); err != nil {
			a.log.Warn("something of a recording that did not begin is left", "error", err)
		}
	}
}

// run records until the recorder ends.
func (t *take) run(ctx context.Context) {
	a := t.archive
	defer a.leave(t)
	defer close(t.done)
	defer t.key.Close()
	go t.writer.Run(ctx) //nolint:errcheck // Finish says it
	var watching sync.WaitGroup
	watching.Go(t.watch)
	err := t.recorder.Run(ctx)
	ended := time.Now()
	close(t.stopped)
	watching.Wait()
	if err != nil {
		a.log.Error("the end of a recording is lost", "recording", t.recording.ID, "error", err)
	}
	if err := t.writer.Finish(ctx); err != nil {
		// It is ended as after a crash, once the storage takes something again.
		a.log.Error("a recording could not be ended in order", "recording", t.recording.ID, "error", err)
	} else if err := a.ended(ctx, t.recording, ended, t.writer.Chunks()); err != nil {
		a.log.Error("the end of a recording could not be noted", "recording", t.recording.ID, "error", err)
	}
	t.say(func(s *recording.Standing) { s.Ended = true })
}

// ended notes that a journal is complete, and has the files made of it.
func (a *Archive) ended(ctx context.Context, r recording.Recording, at time.Time, chunks uint64, entries ...audit.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, ending)
	defer cancel()
	of, err := a.store.Tenant(ctx, r.Tenant)
	if err != nil {
		return err
	}
	todo := job.Make(jobCompose, r.ID, nil, time.Now())
	expires := of.Settings.Recording.Retention.End(at, r.Settings.Days)
	if err := a.store.SetRecordingEnded(ctx, r.ID, at, chunks, expires, []job.Job{todo}, entries...); err != nil {
		return err
	}
	a.jobs.Wake()
	a.wakeForget() // what somebody withdrew while it ran
	return nil
}

// watch says when the journal cannot be written, and when it can again.
func (t *take) watch() {
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	for {
		select {
		case <-t.stopped:
			return
		case <-look.C:
			t.trouble()
		}
	}
}

func (t *take) trouble() {
	problem := t.writer.Trouble()
	t.say(func(s *recording.Standing) {
		if s.Trouble = problem; problem == nil {
			s.Trouble = t.lost
		}
	})
}

// alarm is called by the recorder.
func (t *take) alarm(err error) {
	t.mu.Lock()
	t.lost = err
	t.mu.Unlock()
	t.trouble()
}

// came is called by the recorder, when it is in the meeting.
func (t *take) came() {
	t.mu.Lock()
	t.joined = true
	if !t.paused {
		t.started = true
		t.recorder.Start()
	}
	t.mu.Unlock()
	t.say(func(s *recording.Standing) { s.Connected = true })
}

// say tells the room how it stands, when that changes.
func (t *take) say(change func(*recording.Standing)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.standing
	change(&t.standing)
	now := t.standing
	same := (before.Trouble == nil) == (now.Trouble == nil) && (now.Trouble == nil || before.Trouble.Error() == now.Trouble.Error())
	if before.Ended || same && before.Connected == now.Connected && before.Ended == now.Ended {
		return
	}
	if now.Trouble != nil && !same {
		t.archive.log.Warn("nothing can be recorded at the moment", "recording", t.recording.ID, "error", now.Trouble)
	}
	t.tell(now)
}

// The methods of room.Take. The recorder's never block.

func (t *take) Consent(seat id.Seat, yes bool)   { t.recorder.SetConsent(seat, yes) }
func (t *take) Name(seat id.Seat, name pii.Name) { t.recorder.SetName(seat, name) }
func (t *take) Layout(l recording.Layout)        { t.recorder.SetLayout(l) }
func (t *take) Spotlight(seat id.Seat)           { t.recorder.SetSpotlight(seat) }
func (t *take) Chapter(title pii.Name)           { t.recorder.AddChapter(title) }
func (t *take) Stop()                            { t.recorder.Stop() }

// Pause may come before the recorder has.
func (t *take) Pause() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.paused = true
	t.recorder.Pause()
}

// Resume goes on, or begins when the recorder came while it was paused.
func (t *take) Resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.paused = false
	switch {
	case t.started:
		t.recorder.Resume()
	case t.joined:
		t.started = true
		t.recorder.Start()
	}
}
