package archive

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"plenum/internal/composer"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/journal"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// forget keeps journals free of what people withdrew, one after the other, as soon as
// that may be: also where no videos are made, and what a crash left.
func (a *Archive) forget(ctx context.Context) {
	look := time.NewTicker(checkEvery)
	defer look.Stop()
	for {
		a.expungeAll(ctx)
		select {
		case <-ctx.Done():
			return
		case <-a.withdrawn:
		case <-look.C:
		}
	}
}

// wakeForget says that something may have to be taken out of a journal.
func (a *Archive) wakeForget() {
	select {
	case a.withdrawn <- struct{}{}:
	default: // it will look
	}
}

func (a *Archive) expungeAll(ctx context.Context) {
	ids, err := a.store.UnexpungedRecordings(ctx)
	if err != nil && ctx.Err() == nil {
		a.log.Error("what was withdrawn was not looked up", "error", err)
	}
	for _, r := range ids {
		err := a.expungeOne(ctx, r)
		if ctx.Err() != nil {
			return
		}
		if err != nil && fault.KindOf(err) != fault.NotFound && !errors.Is(err, vault.ErrDestroyed) {
			a.log.Error("what was withdrawn is still in a journal; it is tried again", "recording", r, "error", err)
		}
	}
}

func (a *Archive) expungeOne(ctx context.Context, r id.Recording) error {
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return err
	}
	defer key.Close()
	return a.expunge(ctx, key, r)
}

// expunge takes what people withdrew out of the journal: their frames, name and
// the share of their voice. That they were there stays, without which the others'
// places in the picture would be others. Under a legal hold nothing is destroyed.
func (a *Archive) expunge(ctx context.Context, key *vault.Key, r id.Recording) error {
	unlock, err := a.turns.wait(ctx, r)
	if err != nil {
		return err
	}
	defer unlock()
	if s, err := a.store.Recording(ctx, r); err != nil || !s.Hold.At.IsZero() {
		return err
	}
	people, err := a.store.Blackouts(ctx, r)
	if err != nil || len(people) == 0 {
		return err
	}
	src, err := a.journal(ctx, key, r)
	if errors.Is(err, errNoJournal) {
		return a.store.SetExpunged(ctx, r, people...)
	}
	if err != nil {
		return err
	}
	defer src.close()
	dark, err := a.blackouts(ctx, r, src)
	if err != nil {
		return err
	}
	if err := a.rewriteWithout(ctx, key, r, src, dark); err != nil {
		return err
	}
	return a.store.SetExpunged(ctx, r, people...)
}

// rewriteWithout puts another edition in the place of all there are, if there is
// something to leave out.
func (a *Archive) rewriteWithout(ctx context.Context, key *vault.Key, r id.Recording, src *source, dark []composer.Blackout) error {
	dirty := false
	for _, err := range without(src.Records, dark, &dirty) {
		if err != nil && !errors.Is(err, recording.ErrRecord) {
			return err
		}
	}
	if dirty {
		edition := src.edition + 1
		if err := a.rewrite(ctx, key, journalName(r, edition), journalBoxes(edition), without(src.Records, dark, &dirty)); err != nil {
			return err
		}
	}
	for old := range src.edition + 1 {
		if !dirty && old == src.edition {
			break
		}
		if err := a.files.Delete(ctx, journalName(r, old)); err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes a journal as a file that is there when it is whole.
func (a *Archive) rewrite(ctx context.Context, key *vault.Key, name, boxes string, records iter.Seq2[recording.Record, error]) error {
	file, err := a.files.Create(ctx, name)
	if err != nil {
		return err
	}
	defer file.Abort()
	if _, err := journal.Write(file, key.Boxes(boxes), records); err != nil {
		return full(err)
	}
	return full(file.Commit())
}

// without leaves out of records what was of people who withdrew, and notes whether
// there was any.
func without(records iter.Seq2[recording.Record, error], dark []composer.Blackout, some *bool) iter.Seq2[recording.Record, error] {
	return func(yield func(recording.Record, error) bool) {
		out := func(seat id.Seat, at time.Duration) bool {
			return slices.ContainsFunc(dark, func(b composer.Blackout) bool { return b.Seat == seat && at < b.To })
		}
		tracks := map[uint32]id.Seat{}
		for r, err := range records {
			switch {
			case err != nil:
			case r.Kind == recording.TrackBegan:
				tracks[r.Track] = r.Event.Seat
			case r.Kind == recording.Frame && out(tracks[r.Track], r.At),
				r.Kind == recording.SeatNamed && out(r.Event.Seat, r.At):
				*some = true
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
