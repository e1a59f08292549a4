package auth

import (
	"context"
	"slices"
	"sync"

	"plenum/internal/pii"
)

const (
	// maxAtOnce bounds the memory of hashing to 2 × 64 MiB.
	maxAtOnce = 2
	// maxWaiting bounds the wait to about 64 × 0.1 s / 2 ≈ 3 s; the rest is told
	// to come back.
	maxWaiting = 64
)

type sourceKey struct{}

// From notes whom the hashing in ctx is done for, so that others who ask for a
// lot of it cannot keep them waiting. It lives as long as the request.
func From(ctx context.Context, source pii.Addr) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// line is where hashing waits for its turn: each source has a line of its own,
// and the lines take turns. When there is no room left, the longest line loses
// its last: whoever fills it keeps out nobody but themselves.
type line struct {
	mu      sync.Mutex
	working int                        // guarded by mu
	waiting int                        // guarded by mu; of all lines
	lines   map[pii.Addr][]chan<- bool // guarded by mu; none is empty
	turns   []pii.Addr                 // guarded by mu; the keys of lines, who is next first
}

func newLine() *line { return &line{lines: make(map[pii.Addr][]chan<- bool)} }

// begin waits for a place to hash. Fault: server.busy.
func (l *line) begin(ctx context.Context) (done func(), err error) {
	source, _ := ctx.Value(sourceKey{}).(pii.Addr)
	turn, ok := l.join(source)
	if !ok {
		return nil, ErrBusy
	}
	select {
	case ok = <-turn:
	case <-ctx.Done():
		if l.leave(source, turn) {
			return nil, ErrBusy.With(ctx.Err())
		}
		ok = <-turn // it came at the same moment
	}
	if !ok {
		return nil, ErrBusy
	}
	return l.next, nil
}

// join takes a place to hash or one in the line: turn is told true when it has
// come, or false when it will not.
func (l *line) join(source pii.Addr) (turn chan bool, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	turn = make(chan bool, 1)
	if l.working < maxAtOnce {
		l.working++
		turn <- true
		return turn, true
	}
	if l.waiting >= maxWaiting && !l.makeRoom(source) {
		return nil, false
	}
	if len(l.lines[source]) == 0 {
		l.turns = append(l.turns, source)
	}
	l.lines[source] = append(l.lines[source], turn)
	l.waiting++
	return turn, true
}

// makeRoom sends the last of the longest line away, unless that of source would
// be as long.
func (l *line) makeRoom(source pii.Addr) bool {
	longest := source
	for other, waiting := range l.lines {
		if len(waiting) > len(l.lines[longest]) {
			longest = other
		}
	}
	n := len(l.lines[longest])
	if n <= len(l.lines[source])+1 {
		return false
	}
	l.lines[longest][n-1] <- false
	l.lines[longest] = l.lines[longest][:n-1]
	l.waiting--
	return true
}

// leave gives a place in the line up; false when the turn has come before.
func (l *line) leave(source pii.Addr, turn chan bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.Index(l.lines[source], (chan<- bool)(turn))
	if at < 0 {
		return false
	}
	l.waiting--
	l.lines[source] = slices.Delete(l.lines[source], at, at+1)
	if len(l.lines[source]) == 0 {
		delete(l.lines, source)
		l.turns = slices.DeleteFunc(l.turns, func(s pii.Addr) bool { return s == source })
	}
	return true
}

// next gives a place to hash to whose turn it is.
func (l *line) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.turns) == 0 {
		l.working--
		return
	}
	source := l.turns[0]
	l.turns = l.turns[1:]
	waiting := l.lines[source]
	waiting[0] <- true
	l.waiting--
	if len(waiting) == 1 {
		delete(l.lines, source)
		return
	}
	l.lines[source] = waiting[1:]
	l.turns = append(l.turns, source)
}
