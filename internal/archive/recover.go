package archive

import (
	"context"
	"errors"
	"time"

	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/journal"
	"plenum/internal/recording"
)

// wake finds out which sittings were being recorded when the server died.
func (a *Archive) wake(ctx context.Context) {
	defer close(a.met)
	rows, err := a.store.UnfinishedRecordings(ctx)
	if err != nil {
		a.log.Error("recordings that a crash ended were not looked up", "error", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range rows {
		a.interrupted[r.Sitting] = true
	}
}

// Interrupted implements room.Recordings.
func (a *Archive) Interrupted(ctx context.Context, sitting id.Sitting) (bool, error) {
	select {
	case <-a.met:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.interrupted[sitting], nil
}

// recover ends recordings in order that nobody makes any more: those that a crash
// ended, and those whose storage failed to the end.
func (a *Archive) recover(ctx context.Context) {
	rows, err := a.store.UnfinishedRecordings(ctx)
	if err != nil {
		a.log.Error("recordings that were not ended were not looked up", "error", err)
		return
	}
	for _, r := range rows {
		if a.taking(r.ID) != nil {
			continue
		}
		switch err := a.finish(ctx, r.Recording); {
		case errors.Is(err, blob.ErrBusy), errors.Is(err, recording.ErrNotFound), errors.Is(err, recording.ErrNotRunning):
			// Somebody else records it, or was faster.
		case err != nil:
			a.log.Error("a recording could not be recovered; it is tried again", "recording", r.ID, "error", err)
		}
	}
}

// taking returns the take that makes a recording, or nil.
func (a *Archive) taking(r id.Recording) *take {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.takes[r]
}

// finish ends one in order. What the journal has is what was recorded; its last
// change is when that ended.
func (a *Archive) finish(ctx context.Context, r recording.Recording) error {
	key, err := a.key(r)
	if err != nil {
		return err
	}
	defer key.Close()
	name, boxes := journalName(r.ID, 0), key.Boxes(journalBoxes(0))
	at, lost := r.StartedAt, false
	switch info, err := a.files.Stat(ctx, name); {
	case fault.KindOf(err) == fault.NotFound:
		lost = true
	case err != nil:
		return err
	case info.Modified.After(at):
		at = info.Modified
	}
	log, err := a.files.Append(ctx, name)
	if err != nil {
		return err
	}
	recovered := audit.Entry{
		Tenant: r.Tenant, At: time.Now(), Action: audit.RecordingRecovered, Actor: audit.Party{Kind: audit.System}, Credential: "rule",
		Meeting: r.Meeting, Subject: audit.Party{Kind: audit.Recorded, ID: string(r.ID)}, Detail: map[string]string{"recording": string(r.ID)},
	}
	entries := []audit.Entry{recovered}
	w, err := journal.Open(ctx, journal.Config{Log: log, Boxes: boxes})
	switch {
	case err == nil:
		go w.Run(ctx) //nolint:errcheck // Finish says it
		if err := w.Finish(ctx); err != nil {
			return err
		}
		chunks := w.Chunks()
		if lost { // the one that is there now says nothing of what was recorded
			chunks = 0
		}
		return a.ended(ctx, r, at, chunks, entries...)
	case errors.Is(err, journal.ErrFinished):
		entries = nil // only its end was not noted
	case !isDamaged(err):
		return errors.Join(err, log.Close())
	}
	// It is left as it is: what is damaged must not be written to.
	reader, err := journal.Read(log, log.Size(), boxes)
	if err := errors.Join(err, log.Close()); err != nil {
		return err
	}
	return a.ended(ctx, r, at, reader.Chunks(), entries...)
}

func isDamaged(err error) bool {
	_, damaged := errors.AsType[*journal.DamagedError](err)
	return damaged
}
