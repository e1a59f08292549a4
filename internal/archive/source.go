package archive

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"plenum/internal/composer"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/journal"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// source is a recording's journal, to be composed. Behind damage it goes on.
type source struct {
	*journal.Reader

	close   func()
	edition int
	damaged atomic.Bool
}

// errNoJournal is for a recording whose journal is gone.
var errNoJournal = fault.New("archive.journal", fault.Conflict, "recording.damaged", "The recording is damaged.")

// journal opens a recording's journal, in its last edition.
func (a *Archive) journal(ctx context.Context, key *vault.Key, r id.Recording) (*source, error) {
	edition, err := a.edition(ctx, r)
	if err != nil {
		return nil, err
	}
	if edition < 0 {
		return nil, errNoJournal
	}
	file, err := a.files.Open(ctx, journalName(r, edition))
	if err != nil {
		return nil, err
	}
	closeFile := func() {
		if err := file.Close(); err != nil {
			a.log.Warn("a journal was not closed", "recording", r, "error", err)
		}
	}
	reader, err := journal.Read(file, file.Size(), key.Boxes(journalBoxes(edition)))
	if err != nil {
		closeFile()
		return nil, err
	}
	return &source{Reader: reader, close: closeFile, edition: edition}, nil
}

// edition is the number of the last edition of a journal; -1 when there is none.
// One that is there is whole: those after the first are written before they are
// to be seen.
func (a *Archive) edition(ctx context.Context, r id.Recording) (int, error) {
	last := -1
	for info, err := range a.files.List(ctx, folderName(r)) {
		if err != nil {
			return 0, err
		}
		name := strings.TrimPrefix(info.Name, folderName(r)+"/")
		if name == journalBoxes(0) {
			last = max(last, 0)
		} else if number, ok := strings.CutPrefix(name, journalBoxes(0)+"-"); ok {
			n, err := strconv.Atoi(number)
			if err == nil {
				last = max(last, n)
			}
		}
	}
	return last, nil
}

// Records implements composer.Source. What is damaged is left out, and of each video
// track what follows until a key frame.
func (s *source) Records(yield func(recording.Record, error) bool) {
	waits := map[uint32]bool{} // by track: until a key frame
	for r, err := range s.Reader.Records() {
		if _, hole := errors.AsType[*journal.DamagedError](err); hole {
			s.damaged.Store(true)
			for track := range waits {
				waits[track] = true
			}
			continue
		}
		if err == nil {
			switch r.Kind { //nolint:exhaustive // the others mean the same behind a hole
			case recording.TrackBegan:
				waits[r.Track] = false
			case recording.Frame:
				waiting, known := waits[r.Track]
				if !known || waiting && !r.Key {
					continue
				}
				waits[r.Track] = false
			}
		}
		if !yield(r, err) {
			return
		}
	}
}

// voice is somebody who could be heard.
type voice struct {
	seat id.Seat
	name pii.Name
	last time.Duration // when their last track was there
}

// voices are those who consented and had a microphone, in the order they came.
func (s *source) voices() ([]voice, error) {
	found, tracks, names := map[id.Seat]*voice{}, map[uint32]id.Seat{}, map[id.Seat]pii.Name{}
	var order []id.Seat
	for r, err := range s.Records {
		if err != nil {
			return nil, err
		}
		switch r.Kind { //nolint:exhaustive // the others are not about voices
		case recording.SeatNamed:
			names[r.Event.Seat] = r.Event.Name
		case recording.TrackBegan:
			if t := r.Began(); microphone(t) {
				tracks[t.ID] = t.Seat
			}
		case recording.Frame:
			seat, ok := tracks[r.Track]
			if !ok {
				continue
			}
			if found[seat] == nil {
				found[seat] = &voice{seat: seat}
				order = append(order, seat)
			}
			found[seat].last = r.At
		}
	}
	list := make([]voice, 0, len(order))
	for _, seat := range order {
		v := *found[seat]
		v.name = names[seat]
		list = append(list, v)
	}
	return list, nil
}

// ever is a time that no recording reaches.
const ever = 1 << 62

// blackouts are who is taken out, and until when: their last no in the journal.
func (a *Archive) blackouts(ctx context.Context, r id.Recording, src *source) ([]composer.Blackout, error) {
	rows, err := a.store.Blackouts(ctx, r)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	until := map[id.Seat]time.Duration{}
	for _, row := range rows {
		until[row.Seat] = ever
	}
	if slices.ContainsFunc(rows, func(b recording.Blackout) bool { return !b.Whole }) {
		last := map[id.Seat]time.Duration{}
		for r, err := range src.Records {
			if err != nil {
				return nil, err
			}
			if r.Kind == recording.Consent && !r.Event.Yes {
				last[r.Event.Seat] = r.At
			}
		}
		for _, row := range rows {
			if at, said := last[row.Seat]; said && !row.Whole {
				until[row.Seat] = at
			}
		}
	}
	list := make([]composer.Blackout, 0, len(rows))
	for _, seat := range slices.Sorted(maps.Keys(until)) {
		list = append(list, composer.Blackout{Seat: seat, To: until[seat]})
	}
	return list, nil
}

// expunge takes what people withdrew out of the journal: their frames, name and
// the share of their voice. That they were there stays, without which the others'
// places in the picture would be others.
func (a *Archive) expunge(ctx context.Context, key *vault.Key, r id.Recording) error {
	unlock, err := a.turns.wait(ctx, r)
	if err != nil {
		return err
	}
	defer unlock()
	src, err := a.journal(ctx, key, r)
	if err != nil {
		return err
	}
	defer src.close()
	dark, err := a.blackouts(ctx, r, src)
	if err != nil || len(dark) == 0 {
		return err
	}
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
