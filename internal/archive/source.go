package archive

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/consent"
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
	moves   func() (recording.Moves, error) // the sums, found out once
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
	s := &source{Reader: reader, close: closeFile, edition: edition}
	s.moves = sync.OnceValues(s.sumMoves)
	return s, nil
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

// sumMoves goes through all of the journal, for what corrects times.
func (s *source) sumMoves() (recording.Moves, error) {
	moves := recording.Moves{}
	for r, err := range s.Reader.Records() {
		if err != nil {
			if isDamaged(err) {
				continue
			}
			if errors.Is(err, recording.ErrRecord) {
				break // what is before it counts, here as for who reads it
			}
			return nil, err
		}
		moves.Note(r)
	}
	return moves, nil
}

// Records implements composer.Source. What is damaged is left out, and of each video
// track what follows until a key frame. Times are as corrected later.
func (s *source) Records(yield func(recording.Record, error) bool) {
	sums, err := s.moves()
	if err != nil {
		yield(recording.Record{}, err)
		return
	}
	moves := maps.Clone(sums)
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
			var use bool
			if r, use = moves.Settle(r); !use {
				continue
			}
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
	last time.Duration // when they were heard or seen for the last time
	seen time.Duration // by a camera, for the last time; 0 for never
}

// voices are those who consented and had a microphone, in the order they came.
func (s *source) voices() ([]voice, error) {
	found, tracks, names := map[id.Seat]*voice{}, map[uint32]recording.Track{}, map[id.Seat]pii.Name{}
	seen := map[id.Seat]time.Duration{}
	var order []id.Seat
	for r, err := range s.Records {
		if err != nil {
			return nil, err
		}
		switch r.Kind { //nolint:exhaustive // the others are not about voices
		case recording.SeatNamed:
			names[r.Event.Seat] = r.Event.Name
		case recording.TrackBegan:
			tracks[r.Track] = r.Began()
		case recording.Frame:
			switch t := tracks[r.Track]; t.Source { //nolint:exhaustive // shared screens are in the video
			case access.Microphone:
				if found[t.Seat] == nil {
					found[t.Seat] = &voice{seat: t.Seat}
					order = append(order, t.Seat)
				}
				found[t.Seat].last = r.At
			case access.Camera:
				seen[t.Seat] = r.At
			}
		}
	}
	list := make([]voice, 0, len(order))
	for _, seat := range order {
		v := *found[seat]
		v.name, v.seen = names[seat], seen[seat]
		v.last = max(v.last, v.seen)
		list = append(list, v)
	}
	return list, nil
}

// ever is a time that no recording reaches.
const ever = 1 << 62

// agreeing are the seats whose last answer is a yes.
func (a *Archive) agreeing(ctx context.Context, r id.Recording) (map[id.Seat]bool, error) {
	answers, err := a.store.Consents(ctx, r)
	agrees := make(map[id.Seat]bool, len(answers))
	for _, e := range answers {
		agrees[e.Seat] = e.Answer == consent.Yes || e.Answer == consent.Asked && agrees[e.Seat]
	}
	return agrees, err
}

// blackouts are who is taken out, and until when: their last no in the journal, if they
// agreed anew since. A no in a pause, or right before a crash, may not be in the
// journal: who did not agree since is taken out altogether.
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
		agrees, err := a.agreeing(ctx, r)
		if err != nil {
			return nil, err
		}
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
			if at, said := last[row.Seat]; said && !row.Whole && agrees[row.Seat] {
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
