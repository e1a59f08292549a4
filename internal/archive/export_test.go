package archive

import (
	"context"
	"time"

	"plenum/internal/journal"
	"plenum/internal/recording"
)

// Put keeps a recording as one that was begun and whose journal has these records;
// it is noted as ended if whole, else it is as a crash leaves it.
func (a *Archive) Put(ctx context.Context, r recording.Recording, whole bool, records ...recording.Record) error {
	t := &take{archive: a, recording: r}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if err := t.open(ctx, life, cancel, nil); err != nil {
		return err
	}
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		t.writer.Run(life)
	}()
	defer t.key.Close()
	for _, each := range records {
		if err := t.writer.Append(each); err != nil {
			return err
		}
	}
	if !whole {
		cancel() // it writes what it has
		<-ran
		return nil
	}
	if err := t.writer.Finish(ctx); err != nil {
		return err
	}
	return a.ended(ctx, t.recording, time.Now(), t.writer.Chunks())
}

// Keep keeps a recording as one that was begun, of which there is no file.
func (a *Archive) Keep(ctx context.Context, r recording.Recording) error {
	t := &take{archive: a, recording: r}
	if err := t.create(ctx, nil); err != nil {
		return err
	}
	t.key.Close()
	return nil
}

// GoOn opens the journal of a recording again that a crash ended, and ends it so
// once more.
func (a *Archive) GoOn(ctx context.Context, r recording.Recording, records ...recording.Record) error {
	s, err := a.store.Recording(ctx, r.ID)
	if err != nil {
		return err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return err
	}
	log, err := a.files.Append(ctx, journalName(r.ID, 0))
	if err != nil {
		return err
	}
	w, err := journal.Open(ctx, journal.Config{Log: log, Boxes: key.Boxes(journalBoxes(0))})
	if err != nil {
		return err
	}
	for _, each := range records {
		if err := w.Append(each); err != nil {
			return err
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	return w.Run(ended)
}

// Records reads a recording's journal.
func (a *Archive) Records(ctx context.Context, r recording.Recording) (list []recording.Record, err error) {
	s, err := a.store.Recording(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return nil, err
	}
	src, err := a.journal(ctx, key, r.ID)
	if err != nil {
		return nil, err
	}
	defer src.close()
	for r, err := range src.Records {
		if err != nil {
			return list, err
		}
		list = append(list, r)
	}
	return list, nil
}

// Recover ends what nobody makes any more, Sweep goes through all that is kept, Expire
// through what is due, as Run does now and then.
func (a *Archive) Recover(ctx context.Context)              { a.recover(ctx) }
func (a *Archive) Sweep(ctx context.Context)                { a.sweep(ctx) }
func (a *Archive) Expire(ctx context.Context, at time.Time) { a.expire(ctx, at) }
func (a *Archive) Lay(ctx context.Context)                  { a.lay(ctx) }
func (a *Archive) Look(ctx context.Context)                 { a.look(ctx) }

// SetWall has the archive see a clock that is ahead of time. It must be called before Run.
func (a *Archive) SetWall(ahead func() time.Duration) {
	a.wall = func() time.Time { return time.Now().Round(0).Add(ahead()) }
}

// Spares reports whether space is held back.
func (a *Archive) Spares() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.spare != nil
}

// JournalName and AssetName are where files lie.
var (
	JournalName = journalName
	AssetName   = assetName
	FolderName  = folderName
)
