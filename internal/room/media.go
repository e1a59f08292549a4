package room

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"plenum/internal/access"
	"plenum/internal/id"
)

// mediaQueue carries a room's wishes to the SFU, so that the room's goroutine
// never waits for it. Wishes of one seat keep their order and are merged: of
// several grants the last one counts. The queue is therefore never longer than
// the seats of the room. Removals go first.
type mediaQueue struct {
	media   Media
	meeting id.Meeting
	log     *slog.Logger
	// cut is told of a seat whose connection to the SFU was ended: should it have
	// a place in the room (again), it needs a new token.
	cut func(context.Context, id.Seat)

	mu      sync.Mutex
	wishes  map[id.Seat]*wish // guarded by mu
	line    []id.Seat         // guarded by mu; keys of wishes, next first
	waiting chan struct{}     // holds one word while line may have something
}

// wish is all that the SFU shall do for one seat.
type wish struct {
	remove bool // before the rest, which is then for the seat's next connection
	open   bool // make sure that the room is there
	grants *access.Grants
	then   []func(context.Context, error) // told the outcome of open and grants
	mute   []access.Source
}

func newMediaQueue(media Media, meeting id.Meeting, log *slog.Logger, cut func(context.Context, id.Seat)) *mediaQueue {
	return &mediaQueue{
		media: media, meeting: meeting, log: log, cut: cut,
		wishes: make(map[id.Seat]*wish), waiting: make(chan struct{}, 1),
	}
}

// run works until ctx ends. What is still waiting then is dropped: the room is
// over and closed at the SFU as a whole.
func (q *mediaQueue) run(ctx context.Context) {
	for {
		seat, w := q.next()
		if w == nil {
			select {
			case <-ctx.Done():
				return
			case <-q.waiting:
			}
			continue
		}
		q.do(ctx, seat, w)
	}
}

func (q *mediaQueue) do(ctx context.Context, seat id.Seat, w *wish) {
	try := func(what string, f func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, mediaTime)
		defer cancel()
		err := f(ctx)
		if err != nil && ctx.Err() == nil {
			q.log.WarnContext(ctx, "the SFU did not do what the room asked", slog.String("call", what), slog.Any("err", err))
		}
		return err
	}
	remove := func(ctx context.Context) error { return q.media.Remove(ctx, q.meeting, seat) }
	if w.remove {
		// A second try is all that can be done; the seat has no place in the room
		// any more and gets no further token.
		if try("remove", remove) != nil {
			_ = try("remove", remove)
		}
		q.cut(ctx, seat)
	}
	var err error
	if w.open {
		err = try("open", func(ctx context.Context) error { return q.media.Open(ctx, q.meeting) })
	}
	if w.grants != nil {
		refused := try("grants", func(ctx context.Context) error {
			return q.media.SetGrants(ctx, q.meeting, seat, *w.grants)
		})
		err = errors.Join(err, refused)
		if refused != nil && ctx.Err() == nil {
			// Fail closed: a right that cannot be taken is taken with the connection.
			_ = try("remove", remove)
			q.cut(ctx, seat)
		}
	}
	for _, then := range w.then {
		then(ctx, err)
	}
	for _, source := range w.mute {
		_ = try("mute", func(ctx context.Context) error { return q.media.Mute(ctx, q.meeting, seat, source) })
	}
}

// next takes the first wish out of the line, nil when there is none.
func (q *mediaQueue) next() (id.Seat, *wish) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.line) == 0 {
		return "", nil
	}
	seat := q.line[0]
	q.line = q.line[1:]
	w := q.wishes[seat]
	delete(q.wishes, seat)
	return seat, w
}

// change changes the wish of a seat, first in the line if urgent.
func (q *mediaQueue) change(seat id.Seat, urgent bool, f func(*wish)) {
	q.mu.Lock()
	w, found := q.wishes[seat]
	if !found {
		w = &wish{}
		q.wishes[seat] = w
	}
	if urgent && found {
		q.line = slices.DeleteFunc(q.line, func(s id.Seat) bool { return s == seat })
	}
	switch {
	case urgent:
		q.line = slices.Insert(q.line, 0, seat)
	case !found:
		q.line = append(q.line, seat)
	}
	f(w)
	q.mu.Unlock()
	select {
	case q.waiting <- struct{}{}:
	default:
	}
}

// grant sets what the seat may publish; then, if not nil, is told the outcome.
func (q *mediaQueue) grant(seat id.Seat, grants access.Grants, then func(context.Context, error)) {
	q.change(seat, false, func(w *wish) {
		w.grants = &grants
		if then != nil {
			w.then = append(w.then, then)
		}
	})
}

// open makes sure that the room is there, since the SFU may have let it go while
// nobody was connected, and tells then.
func (q *mediaQueue) open(seat id.Seat, then func(context.Context, error)) {
	q.change(seat, false, func(w *wish) {
		w.open = true
		w.then = append(w.then, then)
	})
}

// mute silences a track of the seat.
func (q *mediaQueue) mute(seat id.Seat, source access.Source) {
	q.change(seat, false, func(w *wish) {
		if !slices.Contains(w.mute, source) {
			w.mute = append(w.mute, source)
		}
	})
}

// remove ends the seat's connection; what was wished before is void.
func (q *mediaQueue) remove(seat id.Seat) {
	q.change(seat, true, func(w *wish) { *w = wish{remove: true, then: w.then} })
}

// screens collects the seats whose shared screen ended at the SFU, so that the
// SFU's goroutine never waits for the room's. At most one entry per seat ever
// known to the SFU's room.
type screens struct {
	mu     sync.Mutex
	seats  map[id.Seat]struct{} // guarded by mu
	signal chan struct{}
}

func (s *screens) add(seat id.Seat) {
	s.mu.Lock()
	s.seats[seat] = struct{}{}
	s.mu.Unlock()
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

func (s *screens) take() map[id.Seat]struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	seats := s.seats
	s.seats = make(map[id.Seat]struct{})
	return seats
}
