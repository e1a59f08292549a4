// Package archive makes recordings of rooms, has the files made of them that people
// watch, reads those, and destroys all of it: it joins what knows keys, files, the
// journal, the recorder and the composer, which do not know each other
// (docs/adr/0016-archive.md).
package archive

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/composer"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/vault"
)

// Config is what an Archive is made of.
type Config struct {
	Store    Store
	Vault    *vault.Vault
	Files    blob.Store
	Composer *composer.Composer
	// Signalling is the SFU's handler, gate included.
	Signalling http.Handler
	// Receipts signs what is said about deletions.
	Receipts audit.Signer
	// Jobs is how many files this node makes at once; with 0 it makes none.
	Jobs int
	// AtOnce is how many recordings are made at once, at least 1.
	AtOnce int
	Node   string
	Logger *slog.Logger
}

// Archive keeps the recordings of a server. Its methods may be called by anyone at
// any time.
type Archive struct {
	cfg   Config
	store Store
	files blob.Store
	log   *slog.Logger
	jobs  *job.Runner

	wall     func() time.Time         // what the clock shows; differs from time in tests only
	standing atomic.Pointer[standing] // of what it needs, as of the last look
	met      chan struct{}            // closed once interrupted is complete

	mu          sync.Mutex
	ending      bool                   // guarded by mu, as are the others
	takes       map[id.Recording]*take // being made
	open        map[id.Recording]map[*media]struct{}
	interrupted map[id.Sitting]bool // whose recording a crash ended
	spare       blob.Reserve        // nil when it is given away
	work        sync.WaitGroup      // of takes

	withdrawn chan struct{} // has an element when something may be to be taken out of a journal

	turns turns // one after the other may change the files of a recording
}

// standing is why something cannot be done, nil when it can.
type standing struct {
	record, compose error
	over            chan struct{} // closed when there is a newer one
}

// check is how often what is needed is looked at.
const checkEvery = time.Minute

// New makes an Archive; [Archive.Run] must follow.
func New(c Config) *Archive {
	a := &Archive{
		cfg: c, store: c.Store, files: c.Files, log: c.Logger,
		wall: func() time.Time { return time.Now().Round(0) },
		met:  make(chan struct{}), withdrawn: make(chan struct{}, 1),
		takes: map[id.Recording]*take{}, open: map[id.Recording]map[*media]struct{}{}, interrupted: map[id.Sitting]bool{},
		turns: turns{busy: map[id.Recording]chan struct{}{}},
	}
	a.standing.Store(&standing{over: make(chan struct{})}) // until the first look, what is missing says so itself
	a.jobs = job.New(job.Config{
		Store: c.Store, Node: c.Node, Workers: c.Jobs, Logger: c.Logger,
		Do: map[string]func(context.Context, job.Job, func(float64)) error{
			jobCompose: a.compose, jobTrim: a.trim, jobMark: a.mark, jobPoster: a.depict,
		},
		Failed: a.failed,
	})
	return a
}

// Run keeps the recordings until ctx ends: then those being made are ended in order.
func (a *Archive) Run(ctx context.Context) error {
	a.wake(ctx)
	a.look(ctx)
	var parts sync.WaitGroup
	inner, stop := context.WithCancel(ctx)
	defer stop()
	parts.Go(func() { a.keep(inner) })
	parts.Go(func() { a.forget(inner) })
	var err error
	if a.cfg.Jobs > 0 {
		err = a.jobs.Run(inner)
	} else {
		<-inner.Done()
	}
	stop()
	a.end()
	parts.Wait()
	a.giveSpare()
	return err
}

// keep looks after what is there: each minute whether what is needed is there, and
// what was not ended; now and then what is to be kept no longer.
func (a *Archive) keep(ctx context.Context) {
	a.keepSpare(ctx)
	a.recover(ctx)
	a.lay(ctx)
	look := time.NewTicker(checkEvery)
	defer look.Stop()
	var clock clock
	var expired, swept time.Time
	clock.look(time.Now(), a.wall())
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		a.look(ctx)
		a.keepSpare(ctx)
		a.recover(ctx)
		now := time.Now()
		if clock.look(now, a.wall()) {
			a.log.Error("the clock was set; nothing is deleted by it for an hour")
		}
		if !clock.trusted(now) {
			continue
		}
		if now.Sub(expired) >= expireEvery {
			expired = now
			a.expire(ctx, a.wall())
		}
		if now.Sub(swept) >= sweepEvery {
			swept = now
			a.sweep(ctx)
		}
	}
}

// end ends what is being recorded and waits for it.
func (a *Archive) end() {
	a.mu.Lock()
	a.ending = true
	takes := make([]*take, 0, len(a.takes))
	for _, t := range a.takes {
		takes = append(takes, t)
	}
	a.mu.Unlock()
	for _, t := range takes {
		t.Stop()
	}
	a.work.Wait()
}

// Ready implements room.Recordings and api.Recordings: it says what is missing here.
func (a *Archive) Ready() error {
	s := a.standing.Load()
	if s.record != nil {
		return s.record
	}
	return s.compose
}

// look finds out what is missing, and says what changed.
func (a *Archive) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkEvery/2)
	defer cancel()
	now := &standing{record: a.cannotRecord(ctx), over: make(chan struct{})}
	if a.cfg.Jobs > 0 {
		_, now.compose = a.cfg.Composer.Check(ctx)
	}
	before := a.standing.Swap(now)
	defer close(before.over)
	changed := func(before, now error) bool {
		return (before == nil) != (now == nil) || now != nil && before.Error() != now.Error()
	}
	if changed(before.record, now.record) {
		a.log.Warn("whether recordings can be made here has changed", "missing", now.record)
	}
	if changed(before.compose, now.compose) {
		a.log.Warn("whether videos can be made of recordings here has changed", "missing", now.compose)
	}
}

// cannotRecord tries what a recording needs: its key, and a place for its files.
func (a *Archive) cannotRecord(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	return tryFiles(ctx, a.files)
}

// TryFiles reports why files cannot be kept in a place.
func TryFiles(ctx context.Context, open func(context.Context) (blob.Store, error)) error {
	return tryFiles(ctx, Late(open))
}

func tryFiles(ctx context.Context, files blob.Store) error {
	w, err := files.Create(ctx, probe)
	if err != nil {
		return unusable(err)
	}
	defer w.Abort()
	if _, err := w.Write([]byte{0}); err != nil {
		return unusable(err)
	}
	if err := w.Commit(); err != nil {
		return unusable(err)
	}
	return unusable(files.Delete(ctx, probe))
}

// prepare sees that there is a key tree: with recordings that need one, it must be
// the one they were made with. It also finishes a destruction that a crash ended.
func (a *Archive) prepare(ctx context.Context) error {
	ids, err := a.store.RecordingIDs(ctx)
	if err != nil {
		return err
	}
	return a.cfg.Vault.Prepare(len(ids) > 0)
}

// probe is the name of the file by which writing is tried.
const probe = "probe"
